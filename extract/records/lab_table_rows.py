"""Reads one table: an analyte a row, or the analytes in the header with a day or specimen a row."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Doc

from extract.nlp.extensions import context
from extract.nlp.grid_cells import read_cell
from extract.nlp.model import FactContext, Quantity
from extract.nlp.table_shape import HEADER_ROWS
from extract.nlp.text_tables import Cell, TextTable
from extract.records.lab_cells import MISSING, LabCells, is_panel
from extract.records.lab_items import Item, LabDraft

_REFERENCE = re.compile(
    r"\b(?:normal|reference|ref|range|ranges|rv|rr|nr|limits?|cut-?off)\b|^\s*n\.?\s*v", re.IGNORECASE
)
_UNIT = re.compile(r"\W*(?:si\s+)?units?(?:\s+of\s+\w+)?\W*|.*\band units?\W*", re.IGNORECASE)
_BASELINE = re.compile(
    r"\b(?:admission|presentation|arrival|initial\w*|baseline|before|pre\w*|diagnosis|onset|first|(?:day|d|week|month)\s?[01]|"
    r"emergency|er|ed|referral)\b",
    re.IGNORECASE,
)
_AT_FIRST = re.compile(
    r"\b(?:admission|presentation|arrival|initial\w*|baseline|before|pre\w*|first|[01])\b", re.IGNORECASE
)
_ARRIVED = re.compile(r"\W*(?:(?:on|at|upon)\s)?(?:hospital\s)?(?:admission|presentation|arrival)\W*", re.IGNORECASE)
_FOLLOWUP = re.compile(
    r"\b(?:discharge|follow\w*|after|post\w*|later|final|last|peak|nadir|latest|current|(?:day|d|week|wk|month|mo|year|pod|hd)s?\s?"
    r"\d+|\d+\s?(?:st|nd|rd|th)?\s?(?:days?|weeks?|months?|years?|hours?|h)|icu|treatment|therapy|second|third)\b",
    re.IGNORECASE,
)
_PLUS = re.compile(r"\s*\(?\+{1,4}\)?\s*")
_RESULT_HEADER = re.compile(r"\s*(?:results?|values?|findings?|patient\S*|measured)\b(?!\s+range)", re.IGNORECASE)
_NO_VALUES = re.compile(r"\W*(?:scores?|points?|p(?:[\s-]?values?)?|rank|no|number)\W*", re.IGNORECASE)
_MAX_WORDS = 8
_MANY = 4  # analytes that make a column one of names, whatever else it names (vital signs, ventilator settings)
_NUMBER = re.compile(r"\s*[<>]?\s?\d[\d.,]*\s*")
_LIVING = (6.0, 8.5)  # pH of blood and of body cavities; outside them a number is no pH of a patient


class TableReader:
    """Reads one table of a Doc with the help of ``cells``."""

    def __init__(self, doc: Doc, table: TextTable, cells: LabCells) -> None:
        self._doc, self._table, self._cells = doc, table, cells
        self._usual = max(Counter(len(row) for row in table.rows).items(), key=lambda item: (item[1], item[0]))[0]

    def results(self) -> Iterator[tuple[LabDraft, FactContext]]:
        """Yield the results with their contexts."""
        rows = self._table.rows
        by_row = sum(self._cells.analyte(row[0]) is not None for row in rows if row)
        named = [self._named(row) for row in rows[:HEADER_ROWS]]
        if max(named) >= max(2, by_row):
            yield from self._analytes_in_header(named.index(max(named)))
        else:
            yield from self._analytes_in_rows()

    def _named(self, row: Sequence[Cell]) -> int:
        """Return the number of single analytes in the cells of a row behind its first, a spanning cell counted once."""
        found = {cell.start: self._cells.analyte(cell) for cell in row[1:]}
        return sum(item is not None and not is_panel(item) for item in found.values())

    # -- one analyte a row -------------------------------------------------------------------------------------

    def _analytes_in_rows(self) -> Iterator[tuple[LabDraft, FactContext]]:
        rows = self._table.rows
        width = max(len(row) for row in rows)
        kinds = [self._column(i) for i in range(width)]
        if "analyte" not in kinds:
            return
        groups = [i for i, kind in enumerate(kinds) if kind == "analyte"]
        for row in _unwrapped(rows):
            moved = len(groups) > 1 and len(row) != self._usual  # a cell over several columns moves all behind it
            named = [i for i, cell in enumerate(row) if self._cells.analyte(cell) or self._cells.is_name(cell)]
            starts = named if moved else groups
            here = [self._cell_kind(cell) for cell in row] if moved else kinds
            for first, last in zip(starts, [*starts[1:], width], strict=False):
                if not any(cell.text.strip() for cell in row[first + 1 : last + 1]):
                    last = width  # "Prothrombin time | | | 39%": the value stands under another group's
                analyte = self._cells.analyte(row[first]) if first < len(row) else None
                if analyte is not None:
                    yield from self._row(row, analyte, here, first, last)

    def _cell_kind(self, cell: Cell) -> str:
        """Return what a cell holds, judged by itself."""
        if self._cells.is_unit(cell):
            return "unit"
        value = self._cells.value(cell)
        return "reference" if value is not None and value.form == "range" else "value"

    def _column(self, index: int) -> str:
        """Return what a column holds, judged by its header and by most of its cells."""
        rows = [row for row in self._table.rows if len(row) == self._usual]
        if 2 * len(rows) < len(self._table.rows) or index >= self._usual:
            rows = self._table.rows
        body = [row[index] for row in rows if index < len(row) and row[index].text.strip()]
        if not body:
            return "other"
        header = self._column_head(index)
        if index and _NO_VALUES.fullmatch(header) and header.strip():
            return "other"
        if index and _UNIT.fullmatch(header) and not _REFERENCE.search(header):
            return "unit"
        analytes = sum(self._cells.analyte(cell) is not None for cell in body)
        numbers = [q for q in (self._cells.value(cell) for cell in body) if q is not None]
        if analytes >= max(1, min(_MANY, 0.3 * len(body))) and analytes > len(numbers):
            return "analyte"
        if index and 2 * sum(self._cells.is_unit(cell) for cell in body) > len(body):
            return "unit"
        bounds = sum(q.form == "range" or q.comparator != "=" for q in numbers)
        own = _RESULT_HEADER.match(header)  # "Result (normal)": each cell holds both
        if index and _REFERENCE.search(header) and len(header.split()) <= _MAX_WORDS and not own:
            return "reference"
        if index > 1 and len(numbers) > 1 and all(q.form == "range" for q in numbers):
            return "reference"
        if index and len(numbers) > 2 and bounds >= 0.7 * len(numbers) and not _FOLLOWUP.search(header):
            return "reference"
        if numbers or any(self._cells.word(cell) is not None for cell in body):
            return "value"
        return "unit" if index else "other"

    def _column_head(self, index: int) -> str:
        """Return the text at the head of a column; "" where the first row holds results already."""
        first = self._table.rows[0]
        if index >= len(first):
            return ""
        data = index > 0 and self._cells.analyte(first[0]) is not None and self._cells.value(first[index]) is not None
        return "" if data else first[index].text

    def _row(
        self, row: list[Cell], analyte: Item, kinds: list[str], first: int, last: int
    ) -> Iterator[tuple[LabDraft, FactContext]]:
        name = row[first]
        own = [q for q in self._cells.quantities(name) if q.number_start >= analyte.end]
        reference = next((q for q in own if q.form == "range" or q.comparator != "="), None)
        unit = self._cells.unit_in(name, analyte.end)
        columns = [i for i in range(first + 1, min(last, len(row))) if row[i].text.strip()]
        bound = False  # whether a column of its own holds the range, so that a bare number there is its upper end
        for i in columns:
            if kinds[i] == "reference":
                reference = next(iter(self._cells.quantities(row[i])), reference)
                bound = reference is not None
                unit = unit or self._cells.unit_in(row[i], row[i].start)
            elif kinds[i] == "unit":
                unit = unit or self._cells.unit_in(row[i], row[i].start)
        values = [i for i in range(first + 1, min(last, len(row))) if kinds[i] == "value"]
        signs = any(_PLUS.fullmatch(row[i].text) for i in values)
        pair = self._cells.pair(name)
        for place, i in enumerate(values):
            header = self._header(i)
            if header is not None and not unit and read_cell(header.text) is None:  # "Day 1 | 6 hours" are no units
                own_unit = self._cells.unit_in(header, header.start)
            else:
                own_unit = unit
            draft = self._draft(analyte, row[i], own_unit, reference, bound=bound, signs=signs)
            if draft is not None:
                fact = self._when(row[i], header, place, len(values))
                yield from ((one, fact) for one in self._halves(draft, pair, name))

    def _halves(self, draft: LabDraft, pair: tuple[Item, Item] | None, name: Cell) -> Iterator[LabDraft]:
        """Yield a result, or the two of a row that is named by two analytes: "AST/ALT | 45/60"."""
        value = draft.value
        parts = value.value_text.split("/") if value is not None and value.form == "fraction" else []
        if pair is None or value is None or len(parts) != 2:
            yield draft
            return
        shared = self._cells.unit_in(name, pair[1].end) or draft.unit_from
        for item, part in zip(pair, parts, strict=True):
            one = replace(value, value_text=part, value=float(part), value_high=None, form="number", comparator="=")
            bracket = self._cells.unit_in(replace(name, end=pair[1].start), item.end) if item is pair[0] else None
            yield replace(draft, analyte=item, value=one, unit_from=bracket or shared, reference=None)

    def _header(self, index: int) -> Cell | None:
        """Return the header cell of a column: the first row's, or the second's where the first is empty."""
        for row in self._table.rows[:2]:
            if index < len(row) and row[index].text.strip():
                if row and self._cells.analyte(row[0]) is not None and self._cells.value(row[index]) is not None:
                    return None
                return row[index]
        return None

    def _draft(
        self,
        analyte: Item,
        cell: Cell,
        unit: Quantity | None,
        reference: Quantity | None,
        *,
        bound: bool = False,
        signs: bool = False,
    ) -> LabDraft | None:
        value, word = self._cells.value(cell), self._cells.word(cell, signs=signs)
        if value is None and (word is None or (MISSING.fullmatch(cell.text) and not signs)):
            return None
        if value is not None and (is_panel(analyte) or _is_impossible(analyte, value)):
            return None
        inner = [q for q in self._cells.quantities(cell) if value is not None and q.start >= value.end]
        own = next((q for q in inner if q.form == "range" or q.comparator in ("<", ">")), None)
        reference = own or reference
        kind, stated = "", reference is not None and "<" in reference.comparator
        if reference is not None:
            kind = "range" if reference.form == "range" else "lower" if ">" in reference.comparator else "upper"
        return LabDraft(
            analyte,
            value=value,
            unit_from=unit if value is not None and (value.unit is None or "/" not in value.unit.ucum) else None,
            reference=reference if value is not None and (kind != "upper" or bound or stated) else None,
            reference_kind=kind,
            result=word,
            rule="lab.table",
            confidence=0.85,
            start=min(analyte.start, cell.start),
            end=max(analyte.end, (value.end if value else cell.end)),
        )

    # -- analytes in the header --------------------------------------------------------------------------------

    def _analytes_in_header(self, header: int) -> Iterator[tuple[LabDraft, FactContext]]:
        rows = self._table.rows
        body = rows[header + 1 :]
        first = all(_NUMBER.fullmatch(row[0].text) for row in body if row)  # no names, dates or days in front
        analytes = {i: self._cells.analyte(cell) for i, cell in enumerate(rows[header]) if i or first}
        references = [row for row in body if row and _REFERENCE.search(row[0].text)]
        units = [row for row in body if row and _UNIT.fullmatch(row[0].text) and row not in references]
        values = [row for row in body if row not in references and row not in units]
        for i, analyte in analytes.items():
            if analyte is None:
                continue
            reference = next((q for row in references if i < len(row) for q in self._cells.quantities(row[i])), None)
            own = [q for q in self._cells.quantities(rows[header][i]) if q.number_start >= analyte.end]
            reference = reference or next((q for q in own if q.form == "range" or q.comparator != "="), None)
            unit = self._cells.unit_in(rows[header][i], analyte.end)
            for row in (*references, *units):
                unit = unit or (self._cells.unit_in(row[i], row[i].start) if i < len(row) else None)
            for place, row in enumerate(values):
                if i < len(row) and row[i].text.strip():
                    draft = self._draft(analyte, row[i], unit, reference)
                    if draft is not None:
                        yield draft, self._when(row[i], row[0], place, len(values))

    # -- time --------------------------------------------------------------------------------------------------

    def _when(self, cell: Cell, header: Cell | None, place: int, count: int) -> FactContext:
        """Return the context of a cell: its header's words decide the time, else its place among the values."""
        fact = context(self._doc).at(cell.start, cell.end)
        if fact.time_text:
            return fact
        words = header.text if header is not None else ""
        if _BASELINE.search(words) and not re.match(r"\s*(?:after|post)", words, re.I):
            when = "followup" if place and not _AT_FIRST.search(words) else "baseline"  # a later diagnosis
            return replace(
                fact, when=when, time_text=words.strip(), time_days=0.0 if _ARRIVED.fullmatch(words) else None
            )
        if _FOLLOWUP.search(words):
            return replace(fact, when="followup" if place or count == 1 else "baseline", time_text=words.strip())
        if count > 1:
            return replace(fact, when="followup" if place else "baseline", time_text="")
        return fact


def _is_impossible(analyte: Item, value: Quantity) -> bool:
    """Tell whether a number cannot be the pH that its place in the table would make it."""
    low, high = _LIVING
    acidity = analyte.entry is not None and analyte.entry.name == "pH"
    return acidity and value.value is not None and not low <= value.value <= high


def _unwrapped(rows: Sequence[list[Cell]]) -> Iterator[list[Cell]]:
    """Yield rows, a name without values joined to the values of a row without name that follows it."""
    waiting: list[Cell] | None = None
    for row in rows:
        cells = [bool(cell.text.strip()) for cell in row]
        if waiting is not None and len(cells) > 1 and not cells[0] and any(cells[1:]):
            row = [waiting[0], *row[1:]]
            cells = []
        waiting = row if cells and cells[0] and not any(cells[1:]) else None
        if row:
            yield row
