"""Reference ranges, second units and percentages that stand behind a value: they belong to the result before."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extract.nlp.model import Quantity
from extract.records.lab_items import Item, LabDraft, Role, reference_role
from extract.records.lab_vocabulary import Vocabulary
from extract.rules.units import Unit

VALUE_GAP = re.compile(
    r"\s*(?:,|;|/|→|->|and|to|or|,\s*and|and then|then|, then|vs\.?)(?:\s+(?:only|just|even))?\s*$", re.IGNORECASE
)
FROM_EARLIER = re.compile(  # "3.1 mg/dL from a baseline of 1.2", "compared with 1.2 mg/dL"
    r"\s*,?\s*(?:(?:up\s+|down\s+)?from|(?:as\s+|in\s+)?compar(?:ed|ison)\s+(?:with|to)|versus|vs\.?)\s+"
    r"(?:(?:a|an|the|his|her|their)\s+)?(?:(?:baseline|initial|previous|prior|earlier|usual|pre-?operative)\s*)?"
    r"(?:(?:level|value)\s+)?(?:of\s+)?",
    re.IGNORECASE,
)
WENT_ON = re.compile(  # "initially 0.04, peaked at 12.5 ng/mL"
    r",?\s(?:(?:and|then|which|but)\s){0,2}(?:\w+ly\s)?"
    r"(?:rose|risen|fell|(?:peak|reach|climb|increas|decreas|declin|dropp)(?:ed|ing)|rising|falling)\s"
    r"(?:(?:at|to)\s)?(?:a\s(?:peak|nadir|maximum)\sof\s)?",
    re.IGNORECASE,
)
OPEN_BRACKET = re.compile(r"\s*(?:units?)?\s*[,;]?\s*[(\[]\s*$")
_UP_TO = re.compile(r"\s*[(\[]\s*up to\s*", re.IGNORECASE)
_CLOSED = re.compile(r"[)\]]\s*(?:[:=,]|was|were|of|is)?\s*", re.IGNORECASE)
_SEX = re.compile(r"\b(?:men|males?|man|women|females?|woman)\b[\s:,=]*$", re.IGNORECASE)
_FOR_WHOM = re.compile(r"\s+(?:for|in)\s+[a-z]+(?:\s[a-z]+){0,2}\s*[)\]]", re.IGNORECASE)  # "(< 14 ng/L for women)"
_COMMA = re.compile(r"\s*[,;]\s*")
_NOTE = re.compile(r"\s*[(\[][^()\[\]]*$")
_REFERENCE_REACH = 40  # characters from a result to a range in another unit that is still its own


_IT = re.compile(r";(?=[^;]{0,60}\bit\s(?:was|had|rose|fell|increased|decreased|dropped)\b[^;]{0,25}$)")


def going_on(gap: str, *, behind_reference: bool) -> str:
    """Return what stands between two values of one analyte as running text.

    The bracket of a reference range closes in it: "120 mg/L (0-5) on admission, 60 mg/L on day 3"; and "it" goes on
    over a semicolon: "2.1 g/dL before surgery; after surgery it was 2.9 g/dL".
    """
    return _IT.sub(",", gap[1:] if behind_reference and gap[:1] in (")", "]") else gap)


class Linking:
    """State of the linking of one sentence, and what may follow a value.

    Parameters
    ----------
    floor : offset at which the sentence begins.
    sex : ``male`` or ``female`` where all patients of the article are; it chooses between two reference ranges.
    """

    def __init__(self, text: str, items: Sequence[Item], vocabulary: Vocabulary, floor: int = 0, sex: str = "") -> None:
        self._text, self._words, self._floor, self._sex = text, vocabulary, floor, sex
        self._units = vocabulary.units
        self._items = list(items)
        self.drafts: list[LabDraft] = []
        self._pending: list[Item] = []
        self._last: list[LabDraft] = []  # made by the values seen last; empty after a value of something else
        self._last_end = 0
        self._early: tuple[Quantity, str] | None = None  # a reference range before the value, and its kind

    def _gap(self, start: int, end: int) -> str:
        return self._text[start:end]

    def _make(self, analyte: Item, value: Quantity, rule: str, confidence: float) -> LabDraft:
        raise NotImplementedError

    def _is_reference(self, value: Quantity, index: int) -> bool:
        """Take a bracketed range or bound behind a value as its reference range; or one before the value."""
        lead = self._gap(self._last_end, value.start)
        tail = self._text[value.end : value.end + 3].lstrip()
        closed = tail[:1] in (")", "]", ";", ",") or _FOR_WHOM.match(self._text, value.end) is not None
        # "6.2 (13-17) g/dL": the unit stands behind the bracket
        closed = closed or self._text[value.number_end : value.number_end + 1] in (")", "]")
        if closed and self._is_up_to(value, lead):
            self._give(self._last[-1], value, "upper")
            return True
        if not closed or (value.form != "range" and value.comparator == "="):
            return False
        if self._last and self._last[-1].reference is None and self._follows(lead):
            before = self._last[-1].value
            if before is not None and (
                value.unit is None
                or before.unit in (None, value.unit)
                or (value.form == "range" and self._fits(value.unit))
            ):
                kind = "range" if value.form == "range" else "upper" if "<" in value.comparator else "lower"
                self._give(self._last[-1], value, kind)
                return True
        behind_name = self._pending and OPEN_BRACKET.match(self._gap(self._pending[-1].end, value.start))
        return bool(value.form == "range" and behind_name and self._before_value(value, "range", index))

    def _is_up_to(self, value: Quantity, lead: str) -> bool:
        """Tell whether "(up to 50)" behind a higher value is its upper limit; behind a lower one it may be the peak."""
        last = self._last[-1] if self._last else None
        old = last.value if last is not None and last.reference is None else None
        if old is None or old.value is None or value.value is None or not _UP_TO.fullmatch(lead):
            return False
        return value.form == "number" and value.value < old.value and value.unit in (None, old.unit)

    def _fits(self, unit: Unit) -> bool:
        """Tell whether a range in this unit can be that of the last result, whose own unit may be another."""
        last = self._last[-1]
        own = last.value is not None and last.value.unit == unit
        return own or (last.analyte.entry is not None and self._units.compatible(last.analyte.entry, unit))

    def _follows(self, lead: str) -> bool:
        """Tell whether what is between makes a range the last result's: "88 mg/L (0-5)", "(CRP 42 mg/L, < 5)"."""
        if OPEN_BRACKET.match(lead):
            return True
        first = self._last[-1].start
        return bool(_COMMA.fullmatch(lead)) and self._text[first - 1 : first] in ("(", "[")

    def _before_value(self, value: Quantity, kind: str, index: int) -> bool:
        """Keep a bracketed range for the value right behind it: "sodium (135-145 mmol/L) was 121 mmol/L"."""
        after = self._items[index + 1] if index + 1 < len(self._items) else None
        if after is None or after.role is not Role.VALUE or not _CLOSED.fullmatch(self._gap(value.end, after.start)):
            return False
        self._early = value, kind
        return True

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
        by_sex = self._by_sex(i)
        if len(by_sex) > 1:
            self._sexed_reference(by_sex)
            return i + len(by_sex)
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
            kinds.append(kind or bare_kind(item.quantity))
        if 1 < len(run) <= len(self._last) and all(kinds):  # "(normal 90-180 and 10-40 mg/dL)"
            for draft, item, kind in zip(self._last[-len(run) :], run, kinds, strict=True):
                if item.quantity is not None:
                    draft.reference, draft.reference_kind = item.quantity, kind
                    draft.end = max(draft.end, item.quantity.end)
            self._last_end = run[-1].end
            return i + len(run)
        first = run[0].quantity
        if first is not None and not self._before_name_value(first, kinds[0], i) and not self._of_unmeasured(first):
            self._reference(first, kinds[0])
        return i + 1

    def _before_name_value(self, value: Quantity, kind: str, index: int) -> bool:
        """Keep a range noted behind a name for the value behind the note: "CRP (normal 0-5 mg/L) was 142 mg/L"."""
        noted = self._pending and _NOTE.match(self._gap(self._pending[-1].end, value.start))
        return bool(noted) and self._before_value(value, kind, index)

    def _of_unmeasured(self, value: Quantity) -> bool:
        """Tell whether a range belongs to an analyte without a number: "CRP 8 mg/L; TSH was normal (0.4-4.0)"."""
        waiting = self._pending[-1] if self._pending else None
        if (
            waiting is None
            or waiting.role is not Role.ANALYTE
            or not self.drafts
            or waiting.start < self.drafts[-1].end
        ):
            return False
        entry, last = waiting.entry, self.drafts[-1].analyte.entry
        return entry is not None and last is not None and entry.name != last.name and waiting.end < value.start

    def _by_sex(self, i: int) -> list[tuple[str, Quantity]]:
        """Return the ranges of a list like "(men 3.5-7.2, women 2.6-6.0)" that begins at ``i``, with their sexes."""
        found: list[tuple[str, Quantity]] = []
        begin = self._last_end
        for item in self._items[i : i + 2]:
            label = _SEX.search(self._gap(max(begin, item.start - 24), item.start))
            if item.quantity is None or label is None or (found and ")" in self._gap(begin, item.start)):
                break
            found.append(("male" if label.group().lower()[0] == "m" else "female", item.quantity))
            begin = item.end
        return found

    def _sexed_reference(self, ranges: Sequence[tuple[str, Quantity]]) -> None:
        """Give the range of the patient's sex to the last result; none where the sex is not known."""
        for sex, quantity in ranges:
            if sex == self._sex:
                self._reference(quantity, bare_kind(quantity) or "upper")
        self._last_end = ranges[-1][1].end
        for draft in self.drafts[-1:]:
            draft.end = max(draft.end, self._last_end)

    def _reference(self, value: Quantity, kind: str) -> None:
        """Make a range that of the result in a bracket behind which it stands, else of the last in a like unit."""
        last = self.drafts[-1] if self.drafts else None
        if last is not None and last.value is not None and last.reference is None and last in self._last[-1:]:
            noted = _NOTE.match(self._gap(last.value.end, value.start))
            if noted and (value.unit is None or self._fits(value.unit)):
                self._give(last, value, kind)
                return
        for draft in reversed(self.drafts):
            if draft.reference is not None or draft.value is None:
                continue
            unit = draft.value.unit or (draft.unit_from.unit if draft.unit_from else None)
            if value.unit is None or unit is None or unit == value.unit:
                self._give(draft, value, kind)
                break
        else:
            self._nearest(value, kind)
        self._last_end = value.end

    def _give(self, draft: LabDraft, value: Quantity, kind: str) -> None:
        """Make a range that of a result; it gives its unit to a result without one."""
        own = draft.value.unit if draft.value is not None else None
        draft.reference, draft.reference_kind, draft.end = value, kind, max(draft.end, value.end)
        if own is None and draft.unit_from is None and value.unit is not None:
            draft.unit_from = value
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


def bare_kind(value: Quantity | None) -> str:
    """Return the kind of a reference range by its form alone: "range", "upper", "lower" or ""."""
    if value is None:
        return ""
    if value.form == "range":
        return "range"
    return {"<": "upper", "<=": "upper", ">": "lower", ">=": "lower"}.get(value.comparator, "")
