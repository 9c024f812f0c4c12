"""The whole stage: pages undone, sentences healed, offsets exact, clean texts left alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.normalize.blocks import BlockKind, NormalizedText
from extract.normalize.captions import is_caption_start
from extract.normalize.lines import is_value_row
from extract.normalize.stage import normalize, write_normalized
from extract.sources.model import SourceText


def source(text: str, flowed: bool = False) -> SourceText:
    return SourceText("a", Path("a.txt"), "txt", "utf-8", "", text, flowed=flowed)


def lines(text: str, flowed: bool = False) -> list[str]:
    return write_normalized(normalize(source(text, flowed))).splitlines()


def kinds(normalized: NormalizedText) -> list[tuple[str, str]]:
    return [(block.kind.value, normalized.block_text(block)) for block in normalized.blocks]


# A two-page letter of an invented patient, as a converter leaves it.
PAGES = """Annals of Invented Cases 2017;4

31

A Stiff Back in a Gardener

A 61-year-old gardener came to our clinic with stiff-
ness of his back that had slowly grown over two ye-
ars. His father had had the same. Strength was full in
both legs, and sensation was normal below L1. A ra-
diograph showed ossification at the T8-T9 and T9-
T10 levels on the right (Figure 1). Blood tests were un-
remarkable: urate was 310 µmol/l, and C-reactive pro-

Figure 1. Lateral radiograph of the thoracic spine. The
arrows point to flowing ossification along four verte-
brae.

© 2017 The Authors. Annals of Invented Cases.
https://doi.org/10.5555/aic.2017.31

\f32

Annals of Invented Cases 2017;4

tein was 3 mg/l. Physiotherapy was begun.
Six months later he could bend again, and he
has worked in his garden ever since without any pain
at all.
Discussion
Ossification of this kind is common in older men and
is mostly found by chance. Treatment is seldom needed.
"""


EXPECTED = """A Stiff Back in a Gardener
A 61-year-old gardener came to our clinic with stiffness of his back that had slowly grown over two years. \
His father had had the same. Strength was full in both legs, and sensation was normal below L1. \
A radiograph showed ossification at the T8-T9 and T9-T10 levels on the right (Figure 1). \
Blood tests were unremarkable: urate was 310 µmol/l, and C-reactive protein was 3 mg/l. Physiotherapy was begun.
Six months later he could bend again, and he has worked in his garden ever since without any pain at all.
Discussion
Ossification of this kind is common in older men and is mostly found by chance. Treatment is seldom needed.
== captions ==
Figure 1. Lateral radiograph of the thoracic spine. \
The arrows point to flowing ossification along four vertebrae.
"""


def test_pages_become_paragraphs_with_the_caption_at_the_end() -> None:
    assert lines(PAGES) == EXPECTED.splitlines()


def test_every_kind_of_block() -> None:
    normalized = normalize(source(PAGES))
    assert [kind for kind, _ in kinds(normalized)] == [
        "heading", "paragraph", "paragraph", "heading", "paragraph", "caption",
    ]  # fmt: skip
    assert normalized.text.splitlines() == [text for _, text in kinds(normalized)]


def test_a_word_broken_across_a_caption_and_a_page_maps_to_all_of_it() -> None:
    normalized = normalize(source(PAGES))
    start = normalized.text.index("C-reactive protein was 3 mg/l")
    first, last = normalized.source_span(start, start + len("C-reactive protein was 3 mg/l"))
    assert PAGES[first:last].startswith("C-reactive pro-\n")
    assert PAGES[first:last].endswith("\ntein was 3 mg/l")


def test_normalising_twice_changes_nothing_more() -> None:
    once = "\n".join(lines(PAGES)) + "\n"
    assert "\n".join(lines(once)) + "\n" == once


CLEAN = """Case presentation

A boy of 7 years had sodium 128 mmol/L and a base excess of −4. It fell,2 and fell.3 He was given saline.1

Fig. 1 A plain film of the chest

Table 1 Blood tests
Test\tDay 1\tDay 2
Sodium\t128\t
\t139\t140

Outcome was good;4 he left on day 5.
"""


def test_a_clean_text_keeps_its_lines_and_its_tables_follow_their_captions() -> None:
    assert kinds(normalize(source(CLEAN))) == [
        ("heading", "Case presentation"),
        (
            "paragraph",
            "A boy of 7 years had sodium 128 mmol/L and a base excess of -4. It fell, and fell. He was given saline.",
        ),
        ("paragraph", "Outcome was good; he left on day 5."),
        ("caption", "Fig. 1 A plain film of the chest"),
        ("caption", "Table 1 Blood tests"),
        ("table", "Test\tDay 1\tDay 2"),
        ("table", "Sodium\t128\t"),
        ("table", "\t139\t140"),
    ]


def test_citation_marks_are_written_back() -> None:
    text = "Rare it is.1 Some say so;2 others do not.3\n"
    normalized = normalize(source(text))
    assert normalized.text == "Rare it is. Some say so; others do not."
    assert write_normalized(normalized) == text


def test_a_flowed_source_is_never_joined() -> None:
    text = "Findings\nurate was high and\nthe knee was red\n"
    assert lines(text, flowed=True) == ["Findings", "urate was high and", "the knee was red"]


@pytest.mark.parametrize("text", ["", "\n\n", " \f ", "\ufeff"])
def test_a_text_of_nothing_has_no_blocks(text: str) -> None:
    normalized = normalize(source(text))
    assert normalized.blocks == ()
    assert write_normalized(normalized) == ""


def test_repeated_short_statements_are_no_furniture() -> None:
    text = PAGES + "\nFunding\n\nNone to declare.\n\nConsent\n\nNone to declare.\n\nConflicts\n\nNone to declare.\n"
    assert lines(text).count("None to declare.") == 3


@pytest.mark.parametrize(
    "line",
    ["Figure 1. Scan of the knee", "Fig. 2 Scan", "FIGURE 3: Scan", "Table 1", "Table II. Tests", "Fig. 1 (A) Knee"],
)
def test_captions_begin_so(line: str) -> None:
    assert is_caption_start(line)


@pytest.mark.parametrize(
    "line",
    [
        "Figure 1 shows the knee",
        "Fig. 2). He was",
        "Table 1 and Table 2",
        "Figure 1, which",
        "figure 1 of the",
        "Tables are",
    ],
)
def test_sentences_about_figures_do_not(line: str) -> None:
    assert not is_caption_start(line)


def test_a_figures_mention_at_a_line_start_stays_in_its_sentence() -> None:
    text = (
        "The ossification of the ligament is best seen in\nFigure 1. It reaches from the third to the tenth\n"
        "thoracic vertebra and spares the joints of the\nribs, as is usual in this disease of old age.\n"
    )
    written = lines(text)
    assert "== captions ==" not in written
    assert written[0].startswith("The ossification of the ligament is best seen in Figure 1. It reaches")


COLUMN = """The serum had been drawn on the day of admission and was sent to
the regional laboratory, which reported what is shown below as
soon as the assays had been repeated and their results agreed.
Discussion
pH values below seven are rarely survived, and the literature is
silent on how long such a patient may be expected to stay in an
intensive care unit after its correction.
Blood gas, first
pH 7.09 7.36-7.41
Lactate, mmol/l 12 0.5-2.2
AST (IU/L) 0-40 56 2053 -
GGT (IU/L) <40 223 245 -
Albumin (g/L) 35-50 12 11
Potassium was 4.1 and the lactate 1.9 in the samples numbered 12
13 and 14, which were taken in the weeks that followed discharge
from the ward and are not shown in the table for want of a room.
"""


def test_rows_of_values_stay_lines_and_a_name_in_mixed_case_may_begin_a_block() -> None:
    found = lines(COLUMN)
    assert found[1] == "Discussion"
    assert found[2].startswith("pH values below seven")
    assert found[3:9] == [
        "Blood gas, first",
        "pH 7.09 7.36-7.41",
        "Lactate, mmol/l 12 0.5-2.2",
        "AST (IU/L) 0-40 56 2053 -",
        "GGT (IU/L) <40 223 245 -",
        "Albumin (g/L) 35-50 12 11",
    ]
    assert "samples numbered 12 13 and 14, which were taken" in found[9]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Sodium (mmol/L) 135–145 128 137", True),
        ("Base excess, mmol/L -15.0 1.9 to 3.2", True),
        ("CRP <5 48 –", True),
        ("Grade - –", False),
        ("The sodium was 128", False),
        ("12 13 14", False),
        ("Day 0 Day 1 Day 2", False),
    ],
)
def test_a_row_of_values_has_words_and_two_values(line: str, expected: bool) -> None:
    assert is_value_row(line) is expected


def test_block_kinds_are_strings() -> None:
    assert BlockKind("table") is BlockKind.TABLE


NOTE = """The patient was seen by a nurse on the second day, and her lac-
tate and blood pressure were measured at each of four times, as in
the list that follows, by the same two members of the night staff.

HR: heart rate per minute, MAP: mean arterial pressure in mmHg, NE
norepinephrine in micrograms, CI: index, VD: density of the vessels


DISCUSSION

Small vessels may stay closed when the large ones have recovered, a
finding that a number of authors have made before us in such cases.
"""


def test_a_heading_between_blank_lines_ends_a_note_without_a_full_stop() -> None:
    assert "DISCUSSION" in lines(NOTE)
    carried_on = NOTE.replace("\n\n\nDISCUSSION\n\nSmall", "\nDISCUSSION\nsmall")
    assert "DISCUSSION" not in lines(carried_on)
