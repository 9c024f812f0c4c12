"""What the cells of a table hold for laboratory results: an analyte, a value, a word, a unit."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from spacy.tokens import Doc

from extract.nlp.extensions import beginning_in, text_of
from extract.nlp.model import Quantity
from extract.nlp.text_tables import Cell, TextTable
from extract.records.lab_items import Item, Role
from extract.rules.lexicon import Entry, Mention
from extract.rules.load import RuleSet

MISSING = re.compile(
    r"[^\w+]*(?:na|nd|n/a|nt|not (?:done|available|tested|performed|measured)|none)?[^\w+]*", re.IGNORECASE
)
_DASH = re.compile(r"\s*([-–−])\s*")
_SIGN = re.compile(r"\s*(\+{1,4}|[1-4]\+|neg\.?|\(-\)|\(\+\))\s*", re.IGNORECASE)
_UNIT_PLACE = re.compile(r"[(\[,/]\s*|\s+")
_POWER_UNIT = re.compile(r"\s*[x×*]?\s*10\s?[\^*]?\s?\d{1,2}\s?/\s?\w{1,4}\s*")
_BEFORE_VALUE = re.compile(r"[\s↑↓▲▼*HLh(\[:=+]*")
_LIMIT = re.compile(r"\s*(?:range|value|limit)?s?\s*[:=]?\s*[<>≤≥]?\s*\d", re.IGNORECASE)  # "(normal < 0.4)"
_LEVEL = re.compile(r"\b(?:plasma|serum|blood|trough|peak)\b.*|\b(?:levels?|concentrations?)\b", re.IGNORECASE)
_MARKED = re.compile(r"\s*(?P<n>\d+(?:\.\d+)?)(?:[a-g]|[*†‡§¶]+)\s*")  # "6.3b", "15*": a note's letter or sign
_ACIDITY = re.compile(r"\s*(?:(?:serum|arterial|venous|blood)\s)?(?P<name>P[Hh])\s*")  # in prose pulmonary hypertension
_MAX_WORDS = 8
_MIN_NAME = 3  # letters of an analyte that a unit may also begin with: "WBC/hpf"


def is_panel(item: Item) -> bool:
    """Tell whether a term names several tests at once: "liver function", "CSF analysis"."""
    return item.entry is not None and item.entry["kind"] == "panel"


class LabCells:
    """Reads the cells of one table."""

    def __init__(
        self, doc: Doc, table: TextTable, mentions: Sequence[Item], numbers: Sequence[Quantity], rules: RuleSet
    ) -> None:
        self._doc, self._units = doc, rules.units
        self._sides = any(cell.text.strip() == "R" for row in table.rows for cell in row)  # left and right
        self._acidity = rules.entry("analyte", "pH")
        self._mentions = beginning_in(mentions, table.start, table.end)
        self._numbers = beginning_in(numbers, table.start, table.end)
        self._mention_starts = [m.start for m in self._mentions]
        self._number_starts = [n.number_start for n in self._numbers]

    def items(self, cell: Cell) -> list[Item]:
        """Return the terms in a cell."""
        i = bisect_left(self._mention_starts, cell.start)
        found = []
        while i < len(self._mentions) and self._mentions[i].start < cell.end:
            found.append(self._mentions[i])
            i += 1
        return found

    def quantities(self, cell: Cell) -> list[Quantity]:
        """Return the quantities in a cell."""
        i = bisect_left(self._number_starts, cell.start)
        found = []
        while i < len(self._numbers) and self._numbers[i].number_start < cell.end:
            found.append(self._numbers[i])
            i += 1
        return found

    def analyte(self, cell: Cell) -> Item | None:
        """Return the analyte that a cell names; None where it names none or is more than a name."""
        name = cell.text.strip()
        missing = MISSING.fullmatch(name) is not None and name != "Na"
        found = self.items(cell)
        short = "/" in name and all(item.end - item.start < _MIN_NAME for item in found)
        if missing or (short and self.is_unit(cell)):  # "K/μL" is no potassium
            return None
        if len(name.split()) > _MAX_WORDS or (name == "L" and self._sides):
            return None
        acidity = _ACIDITY.fullmatch(cell.text)
        if acidity is not None and self._acidity is not None:
            start = cell.start + acidity.start("name")
            mention = Mention(start, start + 2, acidity["name"], self._acidity)
            return Item(Role.ANALYTE, mention.start, mention.end, mention=mention)
        for place, item in enumerate(found):
            if item.role is Role.OTHER:
                return item if self._is_level(item, cell) else None
            if item.role is Role.ANALYTE:
                behind = found[place + 1] if place + 1 < len(found) else item
                if is_panel(item) and behind.role is Role.ANALYTE and 0 <= behind.start - item.end <= 1:
                    continue  # "CSF anti-NMDA receptor antibody"
                lead = text_of(self._doc)[cell.start : item.start]
                return item if len(lead.split()) <= 3 and not any(c.isdigit() for c in lead) else None
        return None

    @staticmethod
    def _is_level(item: Item, cell: Cell) -> bool:
        """Tell whether a cell names the level of a drug: "Amphotericin B plasma values (mg/L)"."""
        return item.mention is not None and item.mention.kind == "drug" and _LEVEL.search(cell.text) is not None

    def value(self, cell: Cell) -> Quantity | None:
        """Return the value of a cell: the number it begins with; "2+" is a sign."""
        if _SIGN.fullmatch(cell.text):
            return None
        for quantity in self.quantities(cell):
            lead = text_of(self._doc)[cell.start : quantity.start]
            if quantity.form != "list" and _BEFORE_VALUE.fullmatch(lead):
                return quantity
            return None
        marked = _MARKED.fullmatch(cell.text)
        if marked is None:
            return None
        start, end = cell.start + marked.start("n"), cell.start + marked.end("n")
        return Quantity(start, end, start, end, marked["n"], float(marked["n"]), None, "number", "=", None, "")

    def pair(self, cell: Cell) -> tuple[Item, Item] | None:
        """Return the two analytes of a cell that names both: "AST/ALT (U/L)"."""
        named = [item for item in self.items(cell) if item.role is Role.ANALYTE]
        if len(named) != 2 or "/" not in text_of(self._doc)[named[0].end : named[1].start]:
            return None
        return (named[0], named[1]) if named[0].entry is not named[1].entry else None

    def word(self, cell: Cell, *, signs: bool = False) -> Item | None:
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
        words = (item for item in self.items(cell) if item.role is Role.RESULT)
        return next((item for item in words if _LIMIT.match(cell.text, item.end - cell.start) is None), None)

    def is_unit(self, cell: Cell) -> bool:
        """Tell whether a cell holds a unit and nothing else."""
        start = cell.start + len(cell.text) - len(cell.text.lstrip())
        found = self._units.match(text_of(self._doc), start)
        if found is not None and not text_of(self._doc)[found[0] : cell.end].strip(" )"):
            return found[1].kind in ("lab", "both")
        return _POWER_UNIT.fullmatch(cell.text) is not None

    def is_name(self, cell: Cell) -> bool:
        """Tell whether a cell holds letters that are no value, unit or result, so that a row's next name is there."""
        if self.is_unit(cell) or self.value(cell) is not None or self.word(cell) is not None:
            return False
        return sum(c.isalpha() for c in cell.text) > 1 and MISSING.fullmatch(cell.text) is None

    def unit_in(self, cell: Cell, start: int) -> Quantity | None:
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
            if found is not None and text[found[0] : found[0] + 2] == ".I":  # "Results (S.I. units)"
                continue
            if found is not None and found[0] <= cell.end and found[1].kind in ("lab", "both"):
                written = text[position : found[0]]
                return Quantity(position, found[0], position, position, "", None, None, "unit", "=", found[1], written)
        for quantity in self.quantities(cell):
            lab = quantity.unit is not None and quantity.unit.kind in ("lab", "both")  # "3 d postop" is no unit
            if lab and quantity.number_start >= start:
                return quantity
        return None
