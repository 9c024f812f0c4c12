"""Tables of a text: runs of table rows, cut into cells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from spacy.tokens import Doc

from extract.nlp.extensions import blocks, text_of
from extract.nlp.model import BlockKind


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its text and its offsets in ``doc.text``."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table: its rows of cells."""

    rows: list[list[Cell]]

    @property
    def start(self) -> int:
        """Offset of the first cell."""
        return self.rows[0][0].start

    @property
    def end(self) -> int:
        """Offset behind the last cell."""
        return self.rows[-1][-1].end


def text_tables(doc: Doc) -> Iterator[TextTable]:
    """Yield the tables of a Doc in text order."""
    found = blocks(doc)
    text = text_of(doc)
    i = 0
    while i < len(found):
        if found[i].kind is not BlockKind.TABLE:
            i += 1
            continue
        first = i
        while i < len(found) and found[i].kind is BlockKind.TABLE:
            i += 1
        yield TextTable([_cells(text, block.start, block.end) for block in found[first:i]])


def _cells(text: str, start: int, end: int) -> list[Cell]:
    cells = []
    for part in text[start:end].split("\t"):
        cells.append(Cell(start, start + len(part), part))
        start += len(part) + 1
    return cells
