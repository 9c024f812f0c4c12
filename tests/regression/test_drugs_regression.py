"""Each sentence of tables/drugs.txt gives the rows that the table says, no more and no fewer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from extract.nlp.extensions import drafts
from extract.nlp.pipeline import load_pipeline

TABLE = Path(__file__).parent / "tables" / "drugs.txt"
OPENING = "A 54-year-old patient presented to our hospital with fever. "
COLUMNS = ("drug", "dose_text", "frequency_text", "route_text", "duration_text", "status")


def read_table() -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Yield the sentences with their rows."""
    sentence, rows = "", []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line.startswith("  "):
            rows.append(tuple(cell.strip() for cell in line.split("|")))
        elif line and not line.startswith("#"):
            if sentence:
                yield sentence, rows
            sentence, rows = line, []
    yield sentence, rows


CASES = list(read_table())


def test_table_is_large_enough() -> None:
    assert sum(bool(rows) for _, rows in CASES) >= 250
    assert sum(not rows for _, rows in CASES) >= 80


@pytest.mark.parametrize(("sentence", "rows"), CASES, ids=[sentence[:60] for sentence, _ in CASES])
def test_sentence_gives_its_rows(sentence: str, rows: list[tuple[str, ...]]) -> None:
    doc = load_pipeline()(OPENING + sentence)
    found = [
        tuple(str(draft.values.get(column) or "") for column in COLUMNS)
        for draft in drafts(doc)
        if draft.table == "drugs" and draft.context.subject == "patient"
    ]
    assert sorted(found) == sorted(rows)


@pytest.mark.parametrize("sentence", [sentence for sentence, rows in CASES if rows][::5])
def test_rows_quote_the_text(sentence: str) -> None:
    doc = load_pipeline()(OPENING + sentence)
    for draft in drafts(doc):
        if draft.table == "drugs" and draft.values.get("dose_text", "").isascii():
            assert draft.values["drug_text"] in doc.text
            quote = doc.text[draft.start : draft.end]
            assert draft.values["frequency_text"] in quote if draft.values.get("frequency_text") else quote
