"""Laboratory results in tables that survived as rows of TAB-separated cells.

Two layouts are read: one analyte a row (values, units and reference ranges in columns of their own), and analytes in
the header with a day, date or patient a row (reference ranges and units in a row of their own).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

from spacy.tokens import Doc

from extract.nlp.extensions import sentence_at, text_of
from extract.nlp.model import BlockKind, Quantity
from extract.nlp.text_tables import Cell, TextTable, text_tables
from extract.records.lab_cells import LabCells
from extract.records.lab_items import Item, Role
from extract.records.lab_rows import RowMaker
from extract.records.lab_table_rows import TableReader
from extract.rules.load import RuleSet

_LEGEND = re.compile(
    r"\s*(?:\(|\[|,\s|(?:(?:is|are)\s+)?(?:expressed|given|measured|reported|shown)?\s*(?:in|as)\s+)", re.IGNORECASE
)
_LIST_GAP = re.compile(r"\s*(?:\([^()]{0,30}\))?\s*(?:,|and|, and|&)\s*", re.IGNORECASE)
_SENTENCE = re.compile(r"\w\s[<>]?\d[\d.,]*(?:\s?[^\d\s()]\S*)?\.?\s*$")  # "Prothrombin time 14 s"
_MIN_LEGEND = 2


class LabTables:
    """Reads the tables of a text."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def read(self, doc: Doc, mentions: list[Item], numbers: list[Quantity], rows: RowMaker) -> list[Cell]:
        """Append the results in all tables of ``doc``; return the cells of those that hold prose instead."""
        prose: list[Cell] = []
        tables = list(text_tables(doc))
        legend = self._legend(doc, mentions) if tables else {}
        for table in tables:
            cells = LabCells(doc, table, mentions, numbers, self._rules)
            ends: list[int] = []
            for draft, fact in TableReader(doc, table, cells).results():
                ends.append(draft.end)
                if draft.value is not None and draft.value.unit is None and draft.unit_from is None:
                    draft.unit_from = legend.get(draft.analyte.entry.name if draft.analyte.entry else "")
                rows.add(doc, draft, fact)
            prose += _prose(table, sorted(ends))
        return prose

    def _legend(self, doc: Doc, mentions: Sequence[Item]) -> dict[str, Quantity]:
        """Return units that a note gives for the whole table: "Hb, haemoglobin (g/L); AST (IU/L)"."""
        text = text_of(doc)
        found: dict[int, dict[str, Quantity]] = {}
        for place, item in enumerate(mentions):
            lead = _LEGEND.match(text, item.end) if item.role is Role.ANALYTE and item.entry is not None else None
            unit = self._rules.units.match(text, lead.end()) if lead is not None else None
            if item.entry is None or lead is None or unit is None or unit[1].kind not in ("lab", "both"):
                continue
            sentence = sentence_at(doc, item.start)
            if sentence is None or sentence.kind is BlockKind.TABLE:
                continue
            begin = lead.end()
            bare = Quantity(begin, unit[0], begin, begin, "", None, None, "unit", "=", unit[1], text[begin : unit[0]])
            named = found.setdefault(sentence.block, {})
            for member in self._listed_before(text, mentions, place):
                named[member] = bare
        legends = [units for units in found.values() if len(units) >= _MIN_LEGEND]
        return {name: unit for units in legends for name, unit in units.items()}

    def _listed_before(self, text: str, mentions: Sequence[Item], place: int) -> Iterator[str]:
        """Yield the names of a list that ends at ``place``: "AST, ALT and LDH are given in U/L"."""
        while place >= 0:
            item = mentions[place]
            if item.role is not Role.ANALYTE or item.entry is None:
                return
            yield item.entry.name
            if place == 0 or not _LIST_GAP.fullmatch(text, mentions[place - 1].end, item.start):
                return
            place -= 1


def _prose(table: TextTable, ends: Sequence[int]) -> Iterator[Cell]:
    """Yield the cells of words that were not read as a table: all, or those that are alone in their row."""
    for row in table.rows:
        filled = [cell for cell in row if cell.text.strip()]
        place = bisect_left(ends, row[0].start)
        used = place < len(ends) and ends[place] <= row[-1].end
        if not ends or (len(filled) == 1 and not used and _SENTENCE.search(filled[0].text)):
            yield from (cell for cell in filled if len(cell.text.split()) > 1)
