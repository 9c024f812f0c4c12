"""The evaluation counts what a reviewer would count."""

from __future__ import annotations

import csv
import importlib.util
import json
import random
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from helpers import development_data

from extract.errors import CasetabError
from extract.evaluate.gold import read_gold, read_run
from extract.evaluate.matching import match
from extract.evaluate.names import grade, name_similarity, number, polarity, unit
from extract.evaluate.report import error_lines, report_json, report_lines
from extract.evaluate.score import SCORED, Scores, score_all

Fact = dict[str, Any]
COLUMNS = {
    "labs": "analyte analyte_text value_text comparator unit_text ref_low ref_high result_text result when",
    "muscle_grades": "muscle muscle_text side grade_text when",
    "levels": "level assertion",
    "drugs": "drug drug_text dose_value dose_value_high dose_unit frequency_text route_text status",
    "cases": "age_years sex",
}


def lab(name: str, value: str | None, unit_text: str | None = None, **more: Any) -> Fact:
    fact = {"analyte_text": name, "value": value, "comparator": "=", "unit_text": unit_text}
    return {**fact, "ref_low": None, "ref_high": None, "result_text": None, "when": "baseline", **more}


def muscle(name: str, side: str, strength: str, when: str = "baseline") -> Fact:
    return {"muscle_text": name, "side": side, "grade": strength, "when": when}


def drug(name: str, dose: str | None = None, dose_unit: str | None = None, **more: Any) -> Fact:
    fact = {"drug_text": name, "dose_value": dose, "dose_unit": dose_unit, "frequency_text": None}
    return {**fact, "route_text": None, "status": "given", **more}


def write_gold(folder: Path, article: str, **tables: Sequence[Fact]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    content = {name: list(tables.get(name, [])) for name in COLUMNS}
    content |= {name: list(facts) for name, facts in tables.items()}
    (folder / f"{article}.json").write_text(json.dumps({"doc": article, **content}), encoding="utf-8")


def write_tables(folder: Path, rows: dict[str, list[Fact]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in COLUMNS.items():
        names = ["article_id", "subject", *columns.split()]
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, names, restval="", extrasaction="ignore")
            writer.writeheader()
            writer.writerows({"subject": "patient", **row} for row in rows.get(name, []))


def as_row(article: str, fact: Fact) -> Fact:
    """Return the row that tells a gold record in the columns of the tables."""
    row = {"article_id": article, **{name: value for name, value in fact.items() if value is not None}}
    for given, column in (("value", "value_text"), ("grade", "grade_text")):
        if given in row:
            row[column] = row.pop(given)
    if "-" in str(row.get("dose_value", "")):
        row["dose_value"], row["dose_value_high"] = str(row["dose_value"]).split("-")[:2]
    return row


def score(tmp_path: Path, gold: dict[str, list[Fact]], found: dict[str, list[Fact]]) -> Scores:
    write_gold(tmp_path / "gold", "A", **gold)
    rows = {name: [as_row("A", fact) for fact in facts] for name, facts in found.items()}
    write_tables(tmp_path / "run", rows)
    return score_all(read_gold(tmp_path / "gold"), read_run(tmp_path / "run"))


def figures(scores: Scores, name: str) -> tuple[int, int, int]:
    counts = scores.tables[name]
    return counts.right, counts.gold, counts.found


EVERYTHING: dict[str, list[Fact]] = {
    "labs": [lab("serum calcium", "9.0", "mg/dl"), lab("ANA", None, result_text="positive")],
    "muscle_grades": [muscle("quadriceps", "left", "4+")],
    "levels": [{"level": "T4-T5", "assertion": "present"}],
    "drugs": [drug("diltiazem", "90", "mg")],
    "cases": [{"age_years": 53, "sex": "female"}],
}


def test_a_run_that_tells_all_and_nothing_else_is_perfect(tmp_path: Path) -> None:
    scores = score(tmp_path, EVERYTHING, EVERYTHING)
    assert {name: counts.f1 for name, counts in scores.tables.items()} == dict.fromkeys(SCORED, 1.0)
    assert all(share.right == share.of for share in scores.attributes.values())
    assert scores.macro_f1 == 1.0
    assert list(error_lines(scores)) == []


def test_an_empty_run_misses_everything(tmp_path: Path) -> None:
    scores = score(tmp_path, EVERYTHING, {})
    assert figures(scores, "labs") == (0, 1, 0)
    assert scores.macro_f1 == 0.0
    assert len(list(error_lines(scores))) == 6


def test_a_wrong_unit_counts_in_the_strict_line_only(tmp_path: Path) -> None:
    scores = score(tmp_path, {"labs": [lab("CRP", "12", "mg/L")]}, {"labs": [lab("CRP", "12", "mg/dL")]})
    assert figures(scores, "labs") == (0, 1, 1)
    assert figures(scores, "labs-loose") == (1, 1, 1)
    assert "unit/comparator" in next(error_lines(scores))


def test_a_wrong_side_counts_in_the_strict_line_only(tmp_path: Path) -> None:
    gold, found = [muscle("deltoid", "left", "3")], [muscle("deltoid", "right", "3")]
    scores = score(tmp_path, {"muscle_grades": gold}, {"muscle_grades": found})
    assert (figures(scores, "muscle"), figures(scores, "muscle-loose")) == ((0, 1, 1), (1, 1, 1))


def test_scores_are_counted_where_the_gold_has_them(tmp_path: Path) -> None:
    gold = {"scores": [{"scale_text": "GCS", "value": "15", "when": "baseline"},
                       {"scale_text": "ASIA impairment scale", "value": "C", "when": "baseline"}]}  # fmt: skip
    rows = [{"article_id": "A", "scale": "Glasgow Coma Scale", "scale_text": "GCS", "value": "15", "value_text": "15",
             "when": "baseline"},
            {"article_id": "A", "scale": "ASIA Impairment Scale", "scale_text": "ASIA", "value_text": "D"}]  # fmt: skip
    write_gold(tmp_path / "gold", "A", **{**EVERYTHING, **gold})
    write_tables(tmp_path / "run", {name: [as_row("A", f) for f in facts] for name, facts in EVERYTHING.items()})
    columns = ["article_id", "scale", "scale_text", "value", "value_text", "when"]
    with (tmp_path / "run" / "scores.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    scores = score_all(read_gold(tmp_path / "gold"), read_run(tmp_path / "run"))
    assert figures(scores, "scores") == (1, 2, 2)
    assert scores.attributes["scores time"].right == 1
    assert [line.split(" | ")[1:3] for line in error_lines(scores)] == [["scores", "missed"], ["scores", "spurious"]]


def test_a_value_told_twice_is_right_once(tmp_path: Path) -> None:
    fact = lab("sodium", "128", "mmol/L")
    assert figures(score(tmp_path, {"labs": [fact]}, {"labs": [fact, fact]}), "labs") == (1, 1, 2)


def test_equal_values_at_two_times_find_their_own(tmp_path: Path) -> None:
    early, late = lab("sodium", "128", "mmol/L"), lab("sodium", "128", "mmol/L", when="followup")
    scores = score(tmp_path, {"labs": [early, late]}, {"labs": [late, early]})
    assert scores.attributes["labs time"].right == 2


def test_what_annotators_differ_on_is_neither_missed_nor_spurious(tmp_path: Path) -> None:
    fact = lab("sodium", "128", "mmol/L", optional=True)
    assert figures(score(tmp_path / "a", {"labs": [fact]}, {}), "labs") == (0, 0, 0)
    assert figures(score(tmp_path / "b", {"labs": [fact]}, {"labs": [fact]}), "labs") == (0, 0, 0)


def test_rows_about_others_do_not_count(tmp_path: Path) -> None:
    found = {"drugs": [{**drug("warfarin"), "subject": "literature"}]}
    assert figures(score(tmp_path, {}, found), "drugs") == (0, 0, 0)


def test_a_drug_counts_once_for_an_article_under_all_its_names(tmp_path: Path) -> None:
    gold = {"drugs": [drug("paracetamol", "1", "g"), drug("acetaminophen"), drug("aspirin")]}
    found = {"drugs": [drug("acetaminophen", "1", "g"), drug("acetaminophen", "500", "mg")]}
    scores = score(tmp_path, gold, found)
    assert figures(scores, "drugs") == (1, 2, 1)
    assert figures(scores, "regimens") == (1, 1, 2)


def test_absent_levels_must_be_told_as_absent(tmp_path: Path) -> None:
    gold = {"levels": [{"level": "C5", "assertion": "absent"}]}
    scores = score(tmp_path, gold, {"levels": [{"level": "C5", "assertion": "present"}]})
    assert (figures(scores, "levels"), figures(scores, "levels-loose")) == ((0, 1, 1), (1, 1, 1))


def test_patients_are_compared_by_age_and_sex(tmp_path: Path) -> None:
    gold = [{"age_years": 53, "sex": "female"}, {"age_years": 0.5, "sex": "male"}]
    scores = score(tmp_path, {"cases": gold}, {"cases": [gold[1], {"age_years": 54, "sex": "female"}]})
    patients = scores.attributes["age and sex"]
    assert (patients.right, patients.of) == (1, 2)


def test_the_report_shows_every_table_and_json_holds_the_same(tmp_path: Path) -> None:
    scores = score(tmp_path, EVERYTHING, {**EVERYTHING, "drugs": [drug("verapamil", "90", "mg")]})
    text = "\n".join(report_lines(scores))
    told = report_json(scores)
    assert [name for name in SCORED if f"\n{name} " not in text] == []
    assert told["tables"]["drugs"]["f1"] == 0.0
    assert told["macro_f1"] == pytest.approx(0.6)
    assert told["attributes"]["age and sex"] == {"share": 1.0, "right": 1, "of": 1}


@pytest.mark.parametrize("content", ["[]", "{", '{"labs": []}', '{"labs": 1}'])
def test_gold_records_that_are_not_in_the_format_are_reported(tmp_path: Path, content: str) -> None:
    (tmp_path / "A.json").write_text(content, encoding="utf-8")
    with pytest.raises(CasetabError, match=r"A\.json"):
        read_gold(tmp_path)


def test_a_folder_that_is_no_run_is_reported(tmp_path: Path) -> None:
    with pytest.raises(CasetabError, match=r"labs\.csv"):
        read_run(tmp_path)


def test_an_article_without_gold_records_cannot_be_asked_for(tmp_path: Path) -> None:
    write_gold(tmp_path, "A")
    assert list(read_gold(tmp_path, {"A"})) == ["A"]
    with pytest.raises(CasetabError, match="B"):
        read_gold(tmp_path, {"A", "B"})


def test_matching_takes_the_best_agreement_first() -> None:
    table = {("a", "x"): 0.5, ("a", "y"): 0.9, ("b", "y"): 0.8}
    matching = match("ab", "xy", lambda g, f: table.get((g, f), 0.0))
    assert matching.pairs == ((0, 1),)
    assert (matching.missed, matching.spurious) == ((1,), (0,))


@pytest.mark.parametrize(
    ("gold", "found", "least", "most"),
    [
        ("serum calcium", "calcium", 1.0, 1.0),
        ("C-reactive\nprotein", "CRP", 1.0, 1.0),
        ("thrombo-\ncytes", "thrombocytes", 1.0, 1.0),
        ("leukocyte count", "WBC", 1.0, 1.0),
        ("alanine aminotransferase", "ALT", 0.0, 0.0),
        ("anti-nuclear antibody", "ANA", 0.7, 0.7),
        ("ionised calcium", "calcium", 0.6, 0.99),
        ("albumin", "albumins", 0.6, 1.0),
        ("sodium", "potassium", 0.0, 0.0),
    ],
)
def test_names_agree_through_spelling_and_aliases(gold: str, found: str, least: float, most: float) -> None:
    assert least <= name_similarity(gold, [found]) <= most


@pytest.mark.parametrize(
    ("one", "other"),
    [("12,500", "12500"), ("9.0", "9"), ("10–12", "10-12"), ("1 : 2560", "1:2560"), ("10 - 12", "10-12")],
)
def test_numbers_agree_whatever_their_spelling(one: str, other: str) -> None:
    assert number(one) == number(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x 10^9/L", "×10⁹/l"),
        ("mcg/L", "µg/L"),
        ("cells/mm3", "/mm³"),
        ("mg per litre", "mg/L"),
        ("IU/L", "U/L"),
        ("percent", "%"),
        ("mm/hr", "mm/h"),
    ],
)
def test_units_agree_whatever_their_spelling(one: str, other: str) -> None:
    assert unit(one) == unit(other)


@pytest.mark.parametrize(
    ("words", "meaning"),
    [
        ("seronegative", "negative"),
        ("positivity", "positive"),
        ("within normal limits", "normal"),
        ("markedly elevated", "high"),
        ("abnormal", "abnormal"),
        ("no abnormality", "normal"),
        ("leukopenia", "low"),
        (None, ""),
    ],
)
def test_results_in_words(words: str | None, meaning: str) -> None:
    assert polarity(words) == meaning


def test_grades_are_compared_without_the_maximum() -> None:
    assert grade("4+/5") == grade("4+") == "4+"


def _reference_scorer() -> ModuleType:
    path = development_data("tools", "score_records.py")
    spec = importlib.util.spec_from_file_location("score_records", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _careless(article: str, facts: list[Fact], chance: random.Random) -> list[Fact]:
    """Return gold records as a careless reader tells them: some left out, some doubled, some changed."""
    told = []
    for fact in facts:
        dice = chance.random()
        if dice < 0.15:
            continue
        changed = dict(fact)
        name = chance.choice(list(fact))
        if dice < 0.45:
            changed[name] = chance.choice(facts).get(name)
        told += [as_row(article, changed)] * (2 if dice > 0.9 else 1)
    chance.shuffle(told)
    return told


def test_the_figures_are_those_of_the_reference_scorer(tmp_path: Path) -> None:
    reference, folder = _reference_scorer(), development_data("corpora", "gold", "ann")
    gold = read_gold(folder)
    chance = random.Random(20260101)
    rows: dict[str, list[Fact]] = {name: [] for name in COLUMNS}
    for article, tables in gold.items():
        for name, facts in tables.items():
            rows[name] += _careless(article, [dict(fact) for fact in facts], chance)
    write_tables(tmp_path, rows)
    tally = reference.Tally()
    run = {name: reference.read(tmp_path, name) for name in COLUMNS}
    for article in gold:
        reference.score_doc(article, json.loads((folder / f"{article}.json").read_text("utf-8")), run, tally)
    scores = score_all(gold, read_run(tmp_path))
    ours = {name: (c.right, c.gold, c.found) for name, c in scores.tables.items()}
    theirs = {name: (c["tp"], c["gold"], c["pred"]) for name, c in tally.c.items()}
    assert ours == theirs
    shares = {name.removeprefix("cases: "): (c[True], c[True] + c[False]) for name, c in tally.attr.items()}
    assert {name: (share.right, share.of) for name, share in scores.attributes.items()} == shares
