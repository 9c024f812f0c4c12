from __future__ import annotations

from datetime import date

import pytest
from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.dates import find_dates
from extract.nlp.extensions import context
from extract.normalize.blocks import Block, BlockKind

STORY = "Case report\nA 40-year-old man was admitted on 3 May 2020. "


def test_expressions_keep_text_offsets_and_days(nlp: Language) -> None:
    doc = nlp(STORY + "On day 3 he was pale. Two weeks later he was well.")
    found = [(doc.text[t.start : t.end], t.text, t.days) for t in doc._.timeline.expressions()]
    assert found == [
        ("on 3 May 2020", "on 3 May 2020", 0.0),
        ("On day 3", "On day 3", 3.0),
        ("Two weeks later", "Two weeks later", 17.0),
    ]


def test_time_text_stands_verbatim_in_the_text(nlp: Language) -> None:
    doc = nlp(STORY + "Lactate was 9 at presentation, and 2 within 12 hours of admission.")
    place = doc.text.index("2 within")
    fact = context(doc).at(place, place + 1)
    assert fact.time_text == "within 12 hours of admission"
    assert fact.time_days == 0.5


def test_second_patient_starts_a_new_clock(nlp: Language) -> None:
    doc = nlp(
        "Case 1\nA 30-year-old man was ill. On day 9 he slept.\n"
        "Case 2\nA 50-year-old man was ill. Two days later CRP was 3."
    )
    place = doc.text.index("CRP")
    assert context(doc).at(place, place + 3).time_days == 2.0


def test_no_patient_no_time(nlp: Language) -> None:
    doc = nlp("")
    assert context(doc).at(0, 0).when in ("", "baseline")


@pytest.mark.parametrize(
    ("text", "day", "precision"),
    [
        ("3 March 2019", date(2019, 3, 3), "day"),
        ("3rd of March 2019", date(2019, 3, 3), "day"),
        ("March 3, 2019", date(2019, 3, 3), "day"),
        ("Mar. 3rd, 2019", date(2019, 3, 3), "day"),
        ("March 2019", date(2019, 3, 15), "month"),
        ("3 March", date(1, 3, 3), "yearless"),
        ("October 23rd", date(1, 10, 23), "yearless"),
    ],
)
def test_dates(text: str, day: date, precision: str) -> None:
    sentence = f"He came on {text} again."
    found = list(find_dates(sentence, 0, len(sentence)))
    assert [(f.days, f.precision, sentence[f.start : f.end].rstrip(".")) for f in found] == [
        (float(day.toordinal()), precision, text)
    ]


@pytest.mark.parametrize("text", ["31 February 2019", "he may 5 times", "in 2019", "Marching 3"])
def test_impossible_dates_are_none(text: str) -> None:
    assert all(f.precision == "yearless" for f in find_dates(text, 0, len(text)))


def test_what_stands_under_past_history_is_history(nlp: Language) -> None:
    lines = ["Case report", "A 50-year-old man was admitted with dyspnea.", "History of past illness",
             "He had gout and took allopurinol.", "Laboratory examinations", "The BNP was 900 ng/L."]  # fmt: skip
    kinds = [BlockKind.PARAGRAPH if line.endswith(".") else BlockKind.HEADING for line in lines]
    doc = read_blocks(nlp, lines, kinds)
    found = {word: context(doc).at(p := doc.text.index(word), p + 4).when for word in ("allopurinol", "BNP")}
    assert found == {"allopurinol": "history", "BNP": "baseline"}


@pytest.mark.parametrize(
    ("cell", "days"), [("9 May 2020", 6.0), ("2020-06-02", 30.0), ("9 May 2045", None), ("June 2020", None)]
)
def test_a_date_in_a_table_counts_from_the_admission_in_the_text(nlp: Language, cell: str, days: float | None) -> None:
    lines = ["Case report", STORY.partition("\n")[2].strip(), "Date\tCRP", "4 May 2020\t200", cell + "\t12"]
    kinds = [BlockKind.HEADING, BlockKind.PARAGRAPH] + [BlockKind.TABLE] * 3
    doc = read_blocks(nlp, lines, kinds)
    assert [context(doc).at(p := doc.text.rindex(v), p + 2).time_days for v in ("200", "12")] == [1.0, days]


def test_dates_of_a_later_table_are_no_baseline(nlp: Language) -> None:
    tables = [["Date\tCRP", "4 May 2020\t200", "9 May 2020\t30"], ["Date\tCRP", "2 June 2020\t12", "9 June 2020\t8"]]
    lines = ["Case report", "A 40-year-old man had fever.", *tables[0], "He was seen again.", *tables[1]]
    kinds = [BlockKind.TABLE if "\t" in line else BlockKind.PARAGRAPH for line in lines]
    doc = read_blocks(nlp, lines, [BlockKind.HEADING, *kinds[1:]])
    found = [context(doc).at(p := doc.text.index("\t" + v) + 1, p + 2).when for v in ("200", "30", "12", "8")]
    assert found == ["baseline", "followup", "followup", "followup"]


def read_blocks(nlp: Language, lines: list[str], kinds: list[BlockKind]) -> Doc:
    blocks, start = [], 0
    for line, kind in zip(lines, kinds, strict=True):
        blocks.append(Block(kind, start, start + len(line)))
        start += len(line) + 1
    doc = nlp.make_doc("\n".join(lines))
    doc._.blocks = blocks
    for _, component in nlp.pipeline:
        doc = component(doc)
    return doc
