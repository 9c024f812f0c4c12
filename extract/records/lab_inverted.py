"""Values in front of their analytes: "82% neutrophils", "38 leukocytes/µL", "81% foamy macrophages, 8% lymphocytes"."""

from __future__ import annotations

import re

from extract.nlp.model import Quantity
from extract.records.lab_items import Item, Role
from extract.records.lab_references import Linking

_INVERTED_GAP = re.compile(r"\s*(?:of|for)?\s*(?:the|his|her|serum|plasma|blood|total)?\s*$", re.IGNORECASE)
_IMPLIED_GAP = re.compile(r"\s*(?:[(\[:=,]|of|at|to|with|was|up to|\s)*\s*(?:a|an|the)?\s*$", re.IGNORECASE)
_MARKED = re.compile(r"CD\d{1,3}\s?(?:\+|⁺|-?positive)")
_QUALIFIER = re.compile(r"\s((?:[a-z][a-z-]+\s){1,2})")  # "81% foamy macrophages"
_NO_QUALIFIER = frozenset(
    """
    a absolute all an and are as at but by cells count counts for from had has in is no of on or per relative
    than that the their then to total versus was were which while with without
    """.split()  # noqa: SIM905
)
_SAME_CELLS = frozenset({"polysegmented", "polynuclear", "mature", "circulating", "blood", "peripheral"})


_COUNTED = re.compile(  # "10-19 WBCs| and 0-1 red blood cells (RBCs)| per high power field"
    r"(?:\s?\([^()]{1,12}\))?(?:(?:,\s(?:and\s)?|\sand\s)[<>~]?\s?\d+(?:\s?[-–]\s?\d+)?\s"
    r"[A-Za-z]+(?:\s[a-z]+){0,2}(?:\s?\([^()]{1,12}\))?){0,3}(?=\s?/|\sper\s)"
)


class Inverted(Linking):
    """What a :class:`Linking` does with a value whose analyte stands behind it."""

    def _prefers_next(self, value: Quantity, following: int) -> bool:
        """Tell whether a value belongs to the cells named behind it: "WBC with 82% neutrophils", "12 WBCs/hpf"."""
        if value.unit is None:
            cells = self._next_analyte(value, following)
            return cells is not None and self._count_unit(cells) is not None
        nearest = self._pending[-1]
        after = self._next_analyte(value, following)
        if after is None or nearest.entry is None or after.entry is None or value.unit is None:
            return False
        return not self._units.compatible(nearest.entry, value.unit) and self._units.compatible(after.entry, value.unit)

    def _next_analyte(self, value: Quantity, following: int) -> Item | None:
        if following >= len(self._items):
            return None
        item = self._items[following]
        gap = self._gap(value.end, item.start)
        if item.role is Role.ANALYTE and (_INVERTED_GAP.match(gap) or self._qualifies(value, item, gap)):
            return item
        return None

    def _measures(self, finding: Item, value: Quantity, following: int) -> bool:
        """Tell whether a value is that of a finding: not in "pyuria with 80 leukocytes/hpf", which counts cells."""
        if not _IMPLIED_GAP.match(self._gap(finding.end, value.start)):
            return False
        after = self._next_analyte(value, following) if value.unit is None else None
        return after is None or self._count_unit(after) is None

    def _qualifies(self, value: Quantity, item: Item, gap: str) -> bool:
        """Tell whether a percentage counts cells with a qualifier before their name: "81% foamy macrophages"."""
        share = value.unit is not None and value.unit.ucum == "%"
        return share and item.entry is not None and item.entry["kind"] == "cells" and _is_qualified(gap)

    def _inverted(self, value: Quantity, following: int) -> bool:
        item = self._next_analyte(value, following)
        if item is not None and value.unit is None and self._counted(item, value, following):
            return True
        if item is None or value.unit is None or value.unit.kind not in ("lab", "both"):
            return False
        if item.entry is not None and not self._units.compatible(item.entry, value.unit):  # "70% ethanol" is a solution
            if _MARKED.match(self._text, item.start) and value.unit.ucum == "%":  # "85% CD3+ T cells": no value follows
                self._items[following].role = Role.INDEX
            return False
        gap = self._gap(value.end, item.start).strip()
        if not gap and following + 1 < len(self._items):  # "12 mg/L CRP 5 mg/L": the analyte has its own value
            after = self._items[following + 1]
            if after.role is Role.VALUE and self._gap(item.end, after.start).strip() in ("", ":", "=", "of", "was"):
                return False
        self._pending = []
        self._items[following].role = Role.INDEX  # used up
        if self._qualifies(value, item, self._gap(value.end, item.start)) and _names_subset(gap):
            self._last, self._last_end = [], item.end
            return True
        self._make(item, value, "lab.value_before_analyte", 0.85)
        return True

    def _counted(self, item: Item, value: Quantity, following: int) -> bool:
        """Take "38 leukocytes/µL": the unit stands behind the cells that it counts."""
        unit = self._count_unit(item)
        if unit is None:
            return self._counted_in_fluid(item, value, following)
        self._pending = []
        draft = self._make(item, value, "lab.value_before_analyte", 0.88)
        draft.unit_from = unit
        if unit.start <= item.end + 16:
            draft.end = max(draft.end, unit.end)
        self._items[following].role = Role.INDEX  # used up
        return True

    def _count_unit(self, cells: Item) -> Quantity | None:
        """Return the unit behind cells, or behind the list that they begin; None where none is."""
        listed = _COUNTED.match(self._text, cells.end)
        return self._words.count_unit(self._text, listed.end()) if listed is not None else None

    def _counted_in_fluid(self, item: Item, value: Quantity, following: int) -> bool:
        """Take "the CSF showed 30 leukocytes": cells of a fluid are counted per microlitre, said or not."""
        cells = item.entry is not None and item.entry["kind"] == "cells"
        if not cells or value.form != "number" or not self._words.in_fluid(self._text, self._floor, value.start):
            return False
        self._pending = []
        self._make(item, value, "lab.value_before_analyte", 0.7)
        self._items[following].role = Role.INDEX  # used up
        return True


def _is_qualified(gap: str) -> bool:
    """Tell whether a gap holds only words that qualify the cells behind it: "81% foamy macrophages"."""
    match = _QUALIFIER.fullmatch(gap)
    return match is not None and not any(word in _NO_QUALIFIER for word in match.group(1).split())


def _names_subset(gap: str) -> bool:
    """Tell whether such words name other cells than the name alone: "20% reactive lymphocytes" are not all of them."""
    return not all(word in _SAME_CELLS for word in gap.split())
