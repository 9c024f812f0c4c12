"""Tables of a text: runs of table rows, cut into cells that stand in their columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from spacy.tokens import Doc

from extract.nlp.extensions import blocks, text_of
from extract.nlp.model import BlockKind
from extract.nlp.table_shape import continuations, header_columns

_TITLE = re.compile(r"\s*(?:Table|TABLE)\s(?:\d{1,2}(?![\d,.]\d)|[IVX]{1,4}\b)[^\t]*\t")
_GLUED_TITLE = re.compile(r"\s*(?:Table|TABLE)\s\d{1,2}[.:]?\s?(?=[A-Z])")


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


def is_title(row: str) -> bool:
    """Tell whether a table row begins with the label of the next table: "Table 2Day<TAB>Glucose"."""
    return _TITLE.match(row) is not None


def without_title(cell: str) -> str:
    """Return a cell without the label of the table where the two stand together: "Table 1Day"."""
    label = _GLUED_TITLE.match(cell)
    return cell[label.end() :] if label is not None else cell


def text_tables(doc: Doc) -> Iterator[TextTable]:
    """Yield the tables of a Doc in text order."""
    text = text_of(doc)
    rows: list[list[Cell]] = []
    for block in blocks(doc):
        inside = block.kind is BlockKind.TABLE
        if rows and (not inside or is_title(text[block.start : block.end])):
            yield TextTable(_placed(rows))
            rows = []
        if inside:
            rows.append(_cells(text, block.start, block.end))
    if rows:
        yield TextTable(_placed(rows))


def _cells(text: str, start: int, end: int) -> list[Cell]:
    cells = []
    for part in text[start:end].split("\t"):
        cells.append(Cell(start, start + len(part), part))
        start += len(part) + 1
    return cells


def _placed(rows: Sequence[list[Cell]]) -> list[list[Cell]]:
    """Return the rows, those in two lines put together, with header cells over the columns to which they belong."""
    parts = continuations([[cell.text for cell in row] for row in rows])
    rows = [row + rows[i + 1][1:] if i + 1 in parts else row for i, row in enumerate(rows) if i not in parts]
    found = header_columns([[cell.text for cell in row] for row in rows])
    return [
        [row[c] if c >= 0 else Cell(row[0].start, row[0].start, "") for c in found[i]] if i in found else row
        for i, row in enumerate(rows)
    ]
