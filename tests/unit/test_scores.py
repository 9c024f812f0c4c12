"""Scores: tables, names with other meanings, the user's own scales, whose score it is, and what rules may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.errors import RulesError
from extract.nlp.extensions import drafts
from extract.nlp.model import Draft
from extract.nlp.pipeline import annotate, load_pipeline
from extract.nlp.score_components import components_at, triple_at
from extract.nlp.score_minutes import find_minutes
from extract.nlp.score_values import read_value
from extract.normalize.aligned import AlignedText
from extract.normalize.blocks import Block, BlockKind, NormalizedText
from extract.records.finish import tell_once
from extract.rules.load import load_rules
from extract.rules.scales import Scale, scales_of

HEADER = "scale\tsynonyms\tform\tminimum\tmaximum\tletters\tsuffix\tminutes\tunsure\tconfirm\n"
SCALES = scales_of(load_rules().entries["score"])


def scores(text: str, *rules: str) -> list[Draft]:
    return [row for row in drafts(load_pipeline(rules)(text)) if row.table == "scores"]


def told(text: str, *rules: str) -> list[str]:
    return [f"{row.values['scale']} {row.values['value_text']}" for row in scores(text, *rules)]


def table_rows(*rows: str) -> list[tuple[str, str, str, str]]:
    """Return scale, value, when and time of each score that a table of ``|``-separated cells gives."""
    lines = ["A 40-year-old man was admitted.", *("\t".join(cell.strip() for cell in row.split("|")) for row in rows)]
    blocks, start = [], 0
    for i, line in enumerate(lines):
        blocks.append(Block(BlockKind.TABLE if i else BlockKind.PARAGRAPH, start, start + len(line)))
        start += len(line) + 1
    text = NormalizedText(AlignedText.from_source("\n".join(lines)), tuple(blocks), ())
    found = [row for row in drafts(annotate(load_pipeline(), text)) if row.table == "scores"]
    return [(r.values["scale"], r.values["value_text"], r.context.when, r.context.time_text) for r in found]


def test_a_scale_in_a_row_of_a_table() -> None:
    found = table_rows(
        "Parameter | Admission | Day 3 | Day 7", "GCS | 7 | 11 | E4V5M6", "SOFA score | 12 points | – | 4"
    )
    assert [row[:2] for row in found] == [
        ("Glasgow Coma Scale", "7"), ("Glasgow Coma Scale", "11"), ("Glasgow Coma Scale", "E4V5M6"),
        ("SOFA score", "12"), ("SOFA score", "4"),
    ]  # fmt: skip
    assert [row[3] for row in found[:3]] == ["Admission", "Day 3", "Day 7"]
    assert [row[2] for row in found[:3]] == ["baseline", "followup", "followup"]


def test_scales_as_columns_of_a_table() -> None:
    found = table_rows(
        "Visit | JOA score | Nurick grade", "Before surgery | 8 | IV", "One year after surgery | 14/17 | II"
    )
    assert [row[:3] for row in found] == [
        ("JOA score", "8", "baseline"), ("Nurick grade", "IV", "baseline"),
        ("JOA score", "14", "followup"), ("Nurick grade", "II", "followup"),
    ]  # fmt: skip


def test_a_scale_and_its_value_in_one_cell() -> None:
    assert [
        row[:2] for row in table_rows("Event | Finding", "Day 2 | Delirium, 12 points on the Glasgow Coma Scale")
    ] == [("Glasgow Coma Scale", "12")]


def test_the_points_of_a_scale_are_no_scores() -> None:
    assert table_rows("Apgar score | 0 | 1 | 2", "Heart rate | absent | slow | fast") == []


def test_a_short_form_that_the_article_defines_otherwise_is_no_scale() -> None:
    assert told("Giant cell sarcoma (GCS) was suspected. The GCS was 12 in diameter.") == []
    assert told("The Glasgow Coma Scale (GCS) was low. The GCS was 12.") == ["Glasgow Coma Scale 12"]


def test_a_short_form_with_other_meanings_needs_a_word_beside_it_or_its_definition() -> None:
    assert told("ASA 3 was noted.") == []
    assert told("Anaesthesia was planned; ASA 3 was noted.") == ["ASA physical status 3"]
    assert told("The Neck Disability Index (NDI) was used.\nThe NDI was 40.") == ["Neck Disability Index 40"]


def test_the_articles_own_abbreviation_of_a_scale() -> None:
    text = "The Bush-Francis Catatonia Rating Scale (BFRS) was used. On day 4 the BFRS was 11."
    assert told(text) == ["Bush-Francis Catatonia Rating Scale 11"]


def test_a_new_scale_is_a_line(tmp_path: Path) -> None:
    line = "Bogus Severity Score\tBSX\tnumber\t0\t12\n"
    (tmp_path / "scores.tsv").write_text(HEADER + line, encoding="utf-8")
    text = "The BSX was 7 on admission and 13 later. The Bogus Severity Score improved from 7 to 2."
    assert told(text) == []
    assert told(text, str(tmp_path)) == ["Bogus Severity Score 7", "Bogus Severity Score 7", "Bogus Severity Score 2"]


def test_a_second_line_of_a_scale_adds_synonyms(tmp_path: Path) -> None:
    (tmp_path / "scores.tsv").write_text(HEADER + "Nurick grade\tNuricksche Stufe\n", encoding="utf-8")
    assert told("Nuricksche Stufe 3 was seen.", str(tmp_path)) == ["Nurick grade 3"]
    assert told("Nuricksche Stufe 9 was seen.", str(tmp_path)) == []


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("X score\tXS\tnumbers\t0\t5", "column 'form' must hold some of"),
        ("X score\tXS\tnumber\tzero\t5", "column 'minimum' must hold numbers"),
        ("X score\tXS\tnumber\t0\tfive", "column 'maximum' must hold numbers"),
        ("X score\tXS\tletter\t\t\tABC", "column 'letters' must be of the form A-E"),
        ("X score\tXS\tnumber\t0\t5\t\t\t\tXS\t(pain", "column 'confirm' is no regular expression"),
    ],
)
def test_a_line_that_cannot_be_used_is_reported_with_its_place(tmp_path: Path, line: str, problem: str) -> None:
    (tmp_path / "scores.tsv").write_text(f"{HEADER}{line}\n", encoding="utf-8")
    with pytest.raises(RulesError, match=r"scores\.tsv:2") as caught:
        load_rules([tmp_path])
    assert problem in str(caught.value)


def test_every_scale_has_values() -> None:
    for scale in SCALES.values():
        assert scale.letters or scale.maxima, scale.name
        assert all(highest > scale.minimum for highest in scale.maxima), scale.name
        assert ("letter" in scale.forms) == bool(scale.letters), scale.name
        assert bool(scale.unsure) == (scale.confirm is not None), scale.name


@pytest.mark.parametrize(
    ("scale", "text", "value", "high", "maximum"),
    [
        ("NYHA class", "II-III", 2.0, 3.0, None),
        ("NYHA class", "III/IV", 3.0, 4.0, None),
        ("NYHA class", "II/IV", 2.0, None, 4.0),
        ("JOA score", "8/17", 8.0, None, 17.0),
        ("JOA score", "20/29", 20.0, None, 29.0),
        ("Oswestry Disability Index", "46%", 46.0, None, 100.0),
        ("Karnofsky Performance Status", "80 %", 80.0, None, 100.0),
        ("EDSS", "6.5", 6.5, None, None),
        ("modified Ashworth Scale", "1+", 1.0, None, None),
        ("MMSE", "twenty out of 30", 20.0, None, 30.0),
        ("Glasgow Coma Scale", "9-10/15", 9.0, 10.0, 15.0),
        ("Glasgow Coma Scale", "six (6)", 6.0, None, None),
        ("Wells score", "-1", -1.0, None, None),
    ],
)
def test_written_forms(scale: str, text: str, value: float, high: float | None, maximum: float | None) -> None:
    found = read_value(text, 0, len(text), SCALES[scale])
    assert found is not None
    assert (found.value, found.high, found.maximum, found.end) == (value, high, maximum, len(text))


@pytest.mark.parametrize(
    ("scale", "text"),
    [
        ("Glasgow Coma Scale", "16"),
        ("Glasgow Coma Scale", "2"),
        ("Glasgow Coma Scale", "12.5"),
        ("Glasgow Coma Scale", "12%"),
        ("Glasgow Coma Scale", "12th"),
        ("NYHA class", "V"),
        ("ASIA Impairment Scale", "F"),
        ("ASIA Impairment Scale", "C5"),
        ("ASIA Impairment Scale", "A second lesion"),
        ("modified Rankin Scale", "3:30"),
    ],
)
def test_what_no_value_of_the_scale_looks_like(scale: str, text: str) -> None:
    assert read_value(text, 0, len(text), SCALES[scale]) is None


@pytest.mark.parametrize(
    ("text", "label", "total"),
    [
        ("E4V5M6", "E4 V5 M6", 15.0),
        ("M6 V5 E4", "E4 V5 M6", 15.0),
        ("E1VTM4", "E1 VT M4", None),
        ("E4VxM6", "E4 Vx M6", None),
        ("E: 2, V: 2, M: 5", "E2 V2 M5", 9.0),
        ("Eye 1, Verbal 2 and Motor 3", "E1 V2 M3", 6.0),
        ("eye opening (E) 2, verbal response (V) 3, motor response (M) 4", "E2 V3 M4", 9.0),
        ("E3 (eye response), V4 (verbal response), and M5 (motor response)", "E3 V4 M5", 12.0),
        ("Eye opening – 3/4, Verbal response – 4/5, and Motor response – 5/6", "E3 V4 M5", 12.0),
    ],
)
def test_components(text: str, label: str, total: float | None) -> None:
    found = components_at(text, 0, len(text))
    assert found is not None
    assert (found.label, found.total) == (label, total)


def test_what_are_no_components() -> None:
    assert components_at("E5V5M6", 0, 6) is None  # eye opening has four grades
    assert components_at("E4V5E4", 0, 6) is None
    assert triple_at("12-3-4", 0, 6) is None
    triple = triple_at("3-5-6", 0, 5)
    assert triple is not None
    assert triple.label == "E3 V5 M6"


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("at 1 and 5 minutes", [1, 5]),
        ("at one, five, and ten min", [1, 5, 10]),
        ("at the 1st and 5th minutes of life", [1, 5]),
        ("in the first minute after birth", [1]),
        ("5-min", [5]),
        ("after 5 days", []),
    ],
)
def test_minutes(text: str, minutes: list[int]) -> None:
    assert [value for one in find_minutes(text, 0, len(text)) for value in one.values] == minutes


def test_the_maximum_is_that_of_the_version_that_fits() -> None:
    scale = Scale("JOA", frozenset({"number"}), 0, (17, 29))
    assert (scale.maximum(12), scale.maximum(20), scale.maximum(40), scale.maximum(-1)) == (17, 29, None, None)


def test_scores_of_the_literature_are_not_the_patients() -> None:
    row = scores(
        "A 50-year-old man had a GCS of 13. In a series of 40 patients, the median GCS of survivors was 14 [12]."
    )
    assert [r.values["value_text"] for r in row if r.context.subject == "patient"] == ["13"]


def test_a_score_told_in_abstract_and_body_is_one_row() -> None:
    lines = (
        "A 50-year-old man had a GCS of 13 on admission.",
        "On admission, his GCS was E3V4M6.",
        "On day 2 it was GCS 7.",
    )
    rows = scores("\n".join(lines))
    assert len(rows) == 3
    assert [r.values["value"] for r in tell_once(rows)] == [13.0, 7.0]


def test_letters_of_one_scale_are_not_joined() -> None:
    lines = ("He was Frankel B on admission.", "He was Frankel D at discharge.", "On admission he was Frankel grade B.")
    rows = scores("\n".join(lines))
    assert [r.values["value_text"] for r in tell_once(rows)] == ["B", "D"]


def test_a_score_is_denied_or_doubted_only_by_its_own_words() -> None:
    assert [r.context.assertion for r in scores("He had no fever, and a GCS of 15 was recorded.")] == ["present"]
    assert [r.context.assertion for r in scores("There was no NYHA class IV dyspnoea.")] == ["absent"]
