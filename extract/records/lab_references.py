"""Reference ranges, second units and percentages that stand behind a value: they belong to the result before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extract.nlp.model import Quantity
from extract.records.lab_items import Item, LabDraft, Role, reference_role
from extract.records.lab_vocabulary import Vocabulary

VALUE_GAP = re.compile(
    r"\s*(?:,|;|/|and|to|or|,\s*and|and then|then|, then|vs\.?)(?:\s+(?:only|just|even))?\s*$", re.IGNORECASE
)
OPEN_BRACKET = re.compile(r"\s*(?:units?)?\s*[,;]?\s*[(\[]\s*$")
_CLOSED = re.compile(r"[)\]]\s*(?:[:=,]|was|of|is)?\s*")
_REFERENCE_REACH = 40  # characters from a result to a range in another unit that is still its own


class Linking:
    """State of the linking of one sentence, and what may follow a value.

    Parameters
    ----------
    floor : offset at which the sentence begins.
    """

    def __init__(self, text: str, items: Sequence[Item], vocabulary: Vocabulary, floor: int = 0) -> None:
        self._text, self._words, self._floor = text, vocabulary, floor
        self._items = list(items)
        self.drafts: list[LabDraft] = []
        self._pending: list[Item] = []
        self._last: list[LabDraft] = []  # made by the values seen last; empty after a value of something else
        self._last_end = 0
        self._early: Quantity | None = None  # a reference range that stands before the value

    def _gap(self, start: int, end: int) -> str:
        return self._text[start:end]

    def _make(self, analyte: Item, value: Quantity, rule: str, confidence: float) -> LabDraft:
        raise NotImplementedError

    def _is_reference(self, value: Quantity, index: int) -> bool:
        """Take a bracketed range or bound behind a value as its reference range; or one before the value."""
        lead = self._gap(self._last_end, value.start)
        tail = self._text[value.end : value.end + 3].lstrip()
        closed = tail[:1] in (")", "]", ";", ",")
        if not closed or (value.form != "range" and value.comparator == "="):
            return False
        if self._last and OPEN_BRACKET.match(lead) and self._last[-1].reference is None:
            before = self._last[-1].value
            if before is not None and (value.unit is None or before.unit is None or value.unit == before.unit):
                kind = "range" if value.form == "range" else "upper" if "<" in value.comparator else "lower"
                self._reference(value, kind)
                return True
        if self._pending and value.form == "range" and index + 1 < len(self._items):
            after = self._items[index + 1]
            behind_name = OPEN_BRACKET.match(self._gap(self._pending[-1].end, value.start))
            before_value = _CLOSED.fullmatch(self._gap(value.end, after.start))
            if after.role is Role.VALUE and behind_name and before_value:
                self._pending[-1].end = value.end + 1
                self._early = value
                return True
        return False

    def _is_alternative(self, value: Quantity) -> bool:
        """Take "(2.25 mmol/L)" behind "9.0 mg/dL" as the same result in another unit."""
        if not self._last or value.unit is None or not OPEN_BRACKET.match(self._gap(self._last_end, value.start)):
            return False
        before = self._last[-1].value
        if before is None or before.unit is None or before.unit == value.unit or before.unit.ucum == "%":
            return False
        if value.unit.ucum == "%" or value.form != before.form:
            return False
        self._last[-1].end = max(self._last[-1].end, value.end)
        return True

    def _is_percentage(self, value: Quantity) -> bool:
        """Take "(93.3%)" behind an absolute cell count, or the count behind it, as a further result of these cells."""
        before = self._last[-1].value if self._last else None
        if before is None or before.unit is None or value.unit is None:
            return False
        counted = [unit.dimension == "count_concentration" for unit in (before.unit, value.unit)]
        shared = [unit.ucum == "%" for unit in (before.unit, value.unit)]
        if (
            counted not in ([True, False], [False, True])
            or shared != counted[::-1]
            or not OPEN_BRACKET.match(self._gap(self._last_end, value.start))
        ):
            return False
        if self._text[value.end : value.end + 1] not in ")],;":
            return False
        last = self._last[-1]
        self._make(last.analyte, value, "lab.percentage", 0.8)
        return True

    def _references(self, i: int) -> int:
        """Handle the reference range at ``i`` and those in one list with it; return the index of the next item."""
        run = [self._items[i]]
        while i + len(run) < len(self._items):
            item = self._items[i + len(run)]
            joined = VALUE_GAP.match(self._gap(run[-1].end, item.start))
            if item.quantity is None or item.role is Role.INDEX or not joined:
                break
            run.append(item)
        kinds = []
        for item in run:
            kind = reference_role(self._text, item.quantity, self._last_end) if item.quantity is not None else ""
            kinds.append(kind or _bare_kind(item.quantity))
        if 1 < len(run) <= len(self._last) and all(kinds):  # "(normal 90-180 and 10-40 mg/dL)"
            for draft, item, kind in zip(self._last[-len(run) :], run, kinds, strict=True):
                if item.quantity is not None:
                    draft.reference, draft.reference_kind = item.quantity, kind
                    draft.end = max(draft.end, item.quantity.end)
            self._last_end = run[-1].end
            return i + len(run)
        if run[0].quantity is not None:
            self._reference(run[0].quantity, kinds[0])
        return i + 1

    def _reference(self, value: Quantity, kind: str) -> None:
        for draft in reversed(self.drafts):
            if draft.reference is not None or draft.value is None:
                continue
            unit = draft.value.unit or (draft.unit_from.unit if draft.unit_from else None)
            if value.unit is None or unit is None or unit == value.unit:
                draft.reference, draft.reference_kind = value, kind
                draft.end = max(draft.end, value.end)
                if unit is None and value.unit is not None:
                    draft.unit_from = value
                break
        else:
            self._nearest(value, kind)
        self._last_end = value.end

    def _nearest(self, value: Quantity, kind: str) -> None:
        """Give a range in another unit ("10 880/µL (normal 4-10 K/µL)") to the result right before it."""
        if (
            not self.drafts
            or self.drafts[-1].reference is not None
            or value.start - self.drafts[-1].end > _REFERENCE_REACH
        ):
            return
        last = self.drafts[-1]
        last.reference, last.reference_kind, last.end = value, kind, max(last.end, value.end)


def _bare_kind(value: Quantity | None) -> str:
    """Return the kind of a reference range by its form alone: "range", "upper", "lower" or ""."""
    if value is None:
        return ""
    if value.form == "range":
        return "range"
    return {"<": "upper", "<=": "upper", ">": "lower", ">=": "lower"}.get(value.comparator, "")
