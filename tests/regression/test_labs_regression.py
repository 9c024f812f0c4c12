"""Sentences and the laboratory results that they must give, and sentences that must give none."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import spacy
from spacy.language import Language

import extract.nlp.pipeline  # noqa: F401  (registers the components)
from extract.nlp.extensions import drafts
from extract.nlp.tokenizer import make_tokenizer

TABLES = Path(__file__).parent / "tables"
PATIENT = "A 40-year-old man was admitted. "  # a sentence by itself could be a general statement
_COMPONENTS = (
    "casetab_sentences", "casetab_terms", "casetab_abbreviations", "casetab_quantities", "casetab_patients",
    "casetab_timeline", "casetab_context", "casetab_labs",
)  # fmt: skip


@lru_cache(maxsize=1)
def _pipeline() -> Language:
    nlp = spacy.blank("en")
    nlp.tokenizer = make_tokenizer(nlp)
    for name in _COMPONENTS:
        nlp.add_pipe(name)
    return nlp


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _row(values: dict[str, Any]) -> str:
    """Return a row as the table writes it, empty cells at its end left out."""
    low, high = _number(values.get("ref_low")), _number(values.get("ref_high"))
    comparator = values.get("comparator", "=")
    cells = [
        values["analyte"],
        (comparator if comparator != "=" else "") + values.get("value_text", ""),
        values.get("unit", ""),
        f"{low}..{high}" if low or high else "",
        values.get("result", ""),
    ]
    while not cells[-1]:
        cells.pop()
    return " | ".join(cells)


def lab_rows(sentence: str) -> list[str]:
    """Return the patient's results in a sentence."""
    doc = _pipeline()(PATIENT + sentence)
    return [_row(row.values) for row in drafts(doc) if row.table == "labs" and row.context.subject == "patient"]


def _lines(name: str) -> list[str]:
    text = (TABLES / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def _sentences() -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in [line for path in sorted(TABLES.glob("labs*.txt")) for line in _lines(path.name)]:
        if line.startswith(" "):
            found[-1][1].append(line.strip())
        else:
            found.append((line, []))
    return found


@pytest.mark.parametrize(("sentence", "rows"), _sentences())
def test_sentence_gives_rows(sentence: str, rows: list[str]) -> None:
    assert rows
    assert lab_rows(sentence) == rows


@pytest.mark.parametrize("sentence", _lines("not_labs.txt"))
def test_other_numbers_and_words_give_no_row(sentence: str) -> None:
    assert lab_rows(sentence) == []


def test_tables_are_large_enough_to_cover_the_grammar() -> None:
    assert len(_sentences()) >= 300
    assert len(_lines("not_labs.txt")) >= 60
