"""Laboratory results in tables that survived as rows of TAB-separated cells.

Two layouts are read: one analyte a row (values, units and reference ranges in columns of their own), and analytes in
the header with a day, date or patient a row (reference ranges and units in a row of their own).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Doc

from extract.nlp.extensions import beginning_in, context, sentence_at, text_of
from extract.nlp.model import BlockKind, FactContext, Quantity
from extract.nlp.text_tables import Cell, TextTable, text_tables
from extract.records.lab_items import Item, LabDraft, Role
from extract.records.lab_rows import RowMaker
from extract.rules.lexicon import Entry, Mention
from extract.rules.load import RuleSet
from extract.rules.units import UnitTable

_REFERENCE = re.compile(
    r"\b(?:normal|reference|ref|range|ranges|rv|rr|nr|limits?|cut-?off)\b|^\s*n\.?\s*v", re.IGNORECASE
)
_UNIT = re.compile(r"\W*(?:si\s+)?units?(?:\s+of\s+\w+)?\W*|.*\band units?\W*", re.IGNORECASE)
_OTHERS = re.compile(
    r"\b(?:authors?|literature|et al|year of publication|publication year|previous(?:ly reported)? cases?)\b",
    re.IGNORECASE,
)
_OTHERS_HEADER = re.compile(r"(?:stud(?:y|ies)|references?|source|reports?)(?:\s*\[?no\.?\]?)?", re.IGNORECASE)
_BASELINE = re.compile(
    r"\b(?:admission|presentation|arrival|initial\w*|baseline|before|pre\w*|diagnosis|onset|first|(?:day|d|week|month)\s?[01]|"
    r"emergency|er|ed|referral)\b",
    re.IGNORECASE,
)
_FOLLOWUP = re.compile(
    r"\b(?:discharge|follow\w*|after|post\w*|later|final|last|peak|nadir|latest|current|(?:day|d|week|wk|month|mo|year|pod|hd)s?\s?"
    r"\d+|\d+\s?(?:st|nd|rd|th)?\s?(?:days?|weeks?|months?|years?|hours?|h)|icu|treatment|therapy|second|third)\b",
    re.IGNORECASE,
)
_MISSING = re.compile(
    r"[^\w+]*(?:na|nd|n/a|nt|not (?:done|available|tested|performed|measured)|none)?[^\w+]*", re.IGNORECASE
)
_DASH = re.compile(r"\s*([-–−])\s*")
_PLUS = re.compile(r"\s*\(?\+{1,4}\)?\s*")
_SIGN = re.compile(r"\s*(\+{1,4}|[1-4]\+|neg\.?|\(-\)|\(\+\))\s*", re.IGNORECASE)
_UNIT_PLACE = re.compile(r"[(\[,/]\s*|\s+")
_LEGEND = re.compile(
    r"\s*(?:\(|\[|,\s|(?:(?:is|are)\s+)?(?:expressed|given|measured|reported|shown)?\s*(?:in|as)\s+)", re.IGNORECASE
)
_RESULT_HEADER = re.compile(r"\s*(?:results?|values?|findings?|patient\S*|measured)\b(?!\s+range)", re.IGNORECASE)
_LIST_GAP = re.compile(r"\s*(?:\([^()]{0,30}\))?\s*(?:,|and|, and|&)\s*", re.IGNORECASE)
_POWER_UNIT = re.compile(r"\s*[x×*]?\s*10\s?[\^*]?\s?\d{1,2}\s?/\s?\w{1,4}\s*")
_MIN_LEGEND = 2
_MAX_WORDS = 8


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
            if any(_of_others(cell.text) for cell in table.rows[0]):
                continue
            reader = _TableReader(doc, table, mentions, numbers, self._rules.units)
            found = False
            for draft, fact in reader.results():
                found = True
                if draft.value is not None and draft.value.unit is None and draft.unit_from is None:
                    draft.unit_from = legend.get(draft.analyte.entry.name if draft.analyte.entry else "")
                rows.add(doc, draft, fact)
            if not found:
                prose += [cell for row in table.rows for cell in row if len(cell.text.split()) > 1]
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


def _of_others(header: str) -> bool:
    """Tell whether a header cell belongs to a table that reviews published cases: "Author", "Reference"."""
    return bool(_OTHERS.search(header) or _OTHERS_HEADER.fullmatch(header.strip()))


class _TableReader:
    """Reads one table."""

    def __init__(
        self, doc: Doc, table: TextTable, mentions: Sequence[Item], numbers: Sequence[Quantity], units: UnitTable
    ) -> None:
        self._doc, self._table, self._units = doc, table, units
        self._mentions = beginning_in(mentions, table.start, table.end)
        self._numbers = beginning_in(numbers, table.start, table.end)
        self._mention_starts = [m.start for m in self._mentions]
        self._number_starts = [n.number_start for n in self._numbers]

    def results(self) -> Iterator[tuple[LabDraft, FactContext]]:
        """Yield the results with their contexts."""
        rows = self._table.rows
        by_row = sum(self._analyte(row[0]) is not None for row in rows if row)
        header = self._header_row()
        in_header = sum(self._analyte(cell) is not None for cell in rows[header][1:]) if header is not None else 0
        if header is not None and in_header >= 2 and in_header >= by_row:
            yield from self._analytes_in_header(header)
        else:
            yield from self._analytes_in_rows()

    def _header_row(self) -> int | None:
        """Return the first of the leading rows with at least two analytes behind its first cell."""
        for i, row in enumerate(self._table.rows[:3]):
            if sum(self._analyte(cell) is not None for cell in row[1:]) >= 2:
                return i
        return None

    # -- what is in a cell -------------------------------------------------------------------------------------

    def _in(self, cell: Cell) -> list[Item]:
        i = bisect_left(self._mention_starts, cell.start)
        found = []
        while i < len(self._mentions) and self._mentions[i].start < cell.end:
            found.append(self._mentions[i])
            i += 1
        return found

    def _quantities(self, cell: Cell) -> list[Quantity]:
        i = bisect_left(self._number_starts, cell.start)
        found = []
        while i < len(self._numbers) and self._numbers[i].number_start < cell.end:
            found.append(self._numbers[i])
            i += 1
        return found

    def _analyte(self, cell: Cell) -> Item | None:
        """Return the analyte that a cell names; None where it names none or is more than a name."""
        if len(cell.text.split()) > _MAX_WORDS:
            return None
        for item in self._in(cell):
            if item.role is Role.OTHER:
                return None
            if item.role is Role.ANALYTE:
                lead = text_of(self._doc)[cell.start : item.start]
                return item if len(lead.split()) <= 3 and not any(c.isdigit() for c in lead) else None
        return None

    def _value(self, cell: Cell) -> Quantity | None:
        """Return the value of a cell: the number it begins with."""
        for quantity in self._quantities(cell):
            lead = text_of(self._doc)[cell.start : quantity.start]
            if quantity.form != "list" and re.fullmatch(r"[\s↑↓▲▼*HLh(\[:=+]*", lead):
                return quantity
            return None
        return None

    def _word(self, cell: Cell, *, signs: bool = False) -> Item | None:
        """Return the qualitative word or sign of a short cell.

        A lone dash may be a missing value and is none, unless ``signs``: another cell of the row is a plus.
        """
        sign = _SIGN.fullmatch(cell.text) or (_DASH.fullmatch(cell.text) if signs else None)
        if sign is not None:
            start = cell.start + sign.start(1)
            entry = Entry(sign.group(1), "result", {"result": "positive" if "+" in sign.group(1) else "negative"})
            mention = Mention(start, start + len(sign.group(1)), sign.group(1), entry)
            return Item(Role.RESULT, mention.start, mention.end, mention=mention)
        if len(cell.text.split()) > 4:
            return None
        return next((item for item in self._in(cell) if item.role is Role.RESULT), None)

    # -- one analyte a row -------------------------------------------------------------------------------------

    def _analytes_in_rows(self) -> Iterator[tuple[LabDraft, FactContext]]:
        rows = self._table.rows
        width = max(len(row) for row in rows)
        kinds = [self._column(i) for i in range(width)]
        if "analyte" not in kinds:
            return
        groups = [i for i, kind in enumerate(kinds) if kind == "analyte"]
        for row in _unwrapped(rows):
            for g, first in enumerate(groups):
                if first >= len(row):
                    continue
                analyte = self._analyte(row[first])
                if analyte is None:
                    continue
                last = groups[g + 1] if g + 1 < len(groups) else width
                yield from self._row(row, analyte, kinds, first, last)

    def _column(self, index: int) -> str:
        """Return what a column holds, judged by its header and by most of its cells."""
        body = [row[index] for row in self._table.rows if index < len(row) and row[index].text.strip()]
        if not body:
            return "other"
        header = self._table.rows[0][index].text if index < len(self._table.rows[0]) else ""
        analytes = sum(self._analyte(cell) is not None for cell in body)
        numbers = [q for q in (self._value(cell) for cell in body) if q is not None]
        if analytes >= max(1, 0.3 * len(body)) and analytes > len(numbers):
            return "analyte"
        if index and _UNIT.fullmatch(header) and not _REFERENCE.search(header):
            return "unit"
        if index and 2 * sum(self._is_unit(cell) for cell in body) > len(body):
            return "unit"
        bounds = sum(q.form == "range" or q.comparator != "=" for q in numbers)
        own = _RESULT_HEADER.match(header)  # "Result (normal)": each cell holds both
        if index and _REFERENCE.search(header) and len(header.split()) <= _MAX_WORDS and not own:
            return "reference"
        if index > 1 and len(numbers) > 1 and all(q.form == "range" for q in numbers):
            return "reference"
        if index and len(numbers) > 2 and bounds >= 0.7 * len(numbers) and not _FOLLOWUP.search(header):
            return "reference"
        if numbers or any(self._word(cell) is not None for cell in body):
            return "value"
        return "unit" if index else "other"

    def _is_unit(self, cell: Cell) -> bool:
        """Tell whether a cell holds a unit and nothing else."""
        start = cell.start + len(cell.text) - len(cell.text.lstrip())
        found = self._units.match(text_of(self._doc), start)
        if found is not None and not text_of(self._doc)[found[0] : cell.end].strip(" )"):
            return found[1].kind in ("lab", "both")
        return _POWER_UNIT.fullmatch(cell.text) is not None

    def _row(
        self, row: list[Cell], analyte: Item, kinds: list[str], first: int, last: int
    ) -> Iterator[tuple[LabDraft, FactContext]]:
        name = row[first]
        own = [q for q in self._quantities(name) if q.number_start >= analyte.end]
        reference = next((q for q in own if q.form == "range" or q.comparator != "="), None)
        unit = self._unit_in(name, analyte.end)
        columns = [i for i in range(first + 1, min(last, len(row))) if row[i].text.strip()]
        bound = False  # whether a column of its own holds the range, so that a bare number there is its upper end
        for i in columns:
            if kinds[i] == "reference":
                reference = next(iter(self._quantities(row[i])), reference)
                bound = reference is not None
                unit = unit or self._unit_in(row[i], row[i].start)
            elif kinds[i] == "unit":
                unit = unit or self._unit_in(row[i], row[i].start)
        values = [i for i in columns if kinds[i] == "value"]
        signs = any(_PLUS.fullmatch(row[i].text) for i in values)
        for place, i in enumerate(values):
            header = self._header(i)
            own_unit = unit or (self._unit_in(header, header.start) if header is not None else None)
            draft = self._draft(analyte, row[i], own_unit, reference, bound=bound, signs=signs)
            if draft is not None:
                yield draft, self._when(row[i], header, place, len(values))

    def _header(self, index: int) -> Cell | None:
        """Return the header cell of a column: the first row's, or the second's where the first is empty."""
        for row in self._table.rows[:2]:
            if index < len(row) and row[index].text.strip():
                if row and self._analyte(row[0]) is not None and self._value(row[index]) is not None:
                    return None
                return row[index]
        return None

    def _unit_in(self, cell: Cell, start: int) -> Quantity | None:
        """Return a unit that stands in a cell without its number ("Hb (g/dL)", "K, mEq/L") as a bare quantity."""
        text = text_of(self._doc)
        places = [0, *(match.end() for match in _UNIT_PLACE.finditer(text[start : cell.end]))]
        percent = text.rfind("%", start, cell.end)
        if percent >= 0 and not text[percent + 1 : cell.end].strip(")] "):  # "Lymphocytes (LYMPH%)"
            places.append(percent - start)
        for position in (start + place for place in places):
            while position < cell.end and text[position] in "([ ":
                position += 1
            found = self._units.match(text, position) if position < cell.end else None
            if found is not None and found[0] <= cell.end and found[1].kind in ("lab", "both"):
                written = text[position : found[0]]
                return Quantity(position, found[0], position, position, "", None, None, "unit", "=", found[1], written)
        for quantity in self._quantities(cell):
            lab = quantity.unit is not None and quantity.unit.kind in ("lab", "both")  # "3 d postop" is no unit
            if lab and quantity.number_start >= start:
                return quantity
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
        value, word = self._value(cell), self._word(cell, signs=signs)
        if value is None and (word is None or (_MISSING.fullmatch(cell.text) and not signs)):
            return None
        inner = [q for q in self._quantities(cell) if value is not None and q.start >= value.end]
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
        analytes = {i: self._analyte(cell) for i, cell in enumerate(rows[header]) if i}
        body = rows[header + 1 :]
        references = [row for row in body if row and _REFERENCE.search(row[0].text)]
        units = [row for row in body if row and _UNIT.fullmatch(row[0].text) and row not in references]
        values = [row for row in body if row not in references and row not in units]
        for i, analyte in analytes.items():
            if analyte is None:
                continue
            reference = next((q for row in references if i < len(row) for q in self._quantities(row[i])), None)
            own = [q for q in self._quantities(rows[header][i]) if q.number_start >= analyte.end]
            reference = reference or next((q for q in own if q.form == "range" or q.comparator != "="), None)
            unit = self._unit_in(rows[header][i], analyte.end)
            for row in (*references, *units):
                unit = unit or (self._unit_in(row[i], row[i].start) if i < len(row) else None)
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
            return replace(fact, when="baseline", time_text=words.strip())
        if _FOLLOWUP.search(words):
            return replace(fact, when="followup" if place or count == 1 else "baseline", time_text=words.strip())
        if count > 1:
            return replace(fact, when="followup" if place else "baseline", time_text="")
        return fact
