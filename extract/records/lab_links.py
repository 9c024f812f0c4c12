"""How a value finds its analyte within a sentence.

One pass from left to right over the sentence's items. Analytes joined by commas, slashes or "and" wait together; a
value (or a list of values) that follows over linking words only takes them: one to one where the counts are equal
("calcium and phosphorus of 9.0 and 2.8 mg/dl, respectively"), else the nearest. A value may stand in front of its
analyte ("82% neutrophils"), repeat an analyte's measurement ("rose from 12 to 340 mg/L"), give its reference range
("(normal 10-65)") or the same result in another unit ("(2.25 mmol/L)").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extract.nlp.model import Quantity
from extract.records.lab_asides import same_analyte, split_among, split_fraction, without_asides
from extract.records.lab_inverted import Inverted
from extract.records.lab_items import Item, LabDraft, Role, reference_role
from extract.records.lab_lists import behind, between, fractions, is_placeholder, share_units
from extract.records.lab_predicates import without_relative
from extract.records.lab_references import FROM_EARLIER, OPEN_BRACKET, VALUE_GAP, WENT_ON, bare_kind, going_on
from extract.records.lab_unknown import is_concentration, unknown_analyte
from extract.records.lab_vocabulary import BRACKET, Vocabulary

_LEVEL = re.compile(
    r"\b(?:levels?|concentrations?|troughs?|peak|serum|plasma|blood|detected|measured)\b", re.IGNORECASE
)
_TO = re.compile(r"\bto\b|→|->", re.IGNORECASE)
_ONWARD = re.compile(r"\s*,?\s*(?:and|then|and then|to)\s+(?:then\s+|to\s+)?", re.IGNORECASE)
_ONWARD_TO = re.compile(r"^[^.;:()]{0,60}\bto(?:\s(?:levels|values)\sof)?\s$", re.IGNORECASE)
_LISTED = re.compile(r"[^,\s]\s(?:and|or|&)\s$")
_WITHIN_NORMAL = re.compile(r"\bwithin\s+(?:the\s+)?(?:normal|reference)\s+(?:limits?|ranges?)\b", re.IGNORECASE)
_VOLUME = re.compile(r"\s*[,(]?\s*\d+(?:\.\d+)?\s?(?:m[lL]|cc|L)\b")
_MAX_UNKNOWN = 2


class Linker(Inverted):
    """Links the values of one sentence; make one for each sentence."""

    def __init__(self, text: str, items: Sequence[Item], vocabulary: Vocabulary, floor: int = 0, sex: str = "") -> None:
        super().__init__(text, without_asides(text, items), vocabulary, floor, sex)

    def link(self) -> list[LabDraft]:
        """Return the results in text order."""
        i = 0
        while i < len(self._items):
            item = self._items[i]
            if item.role in (Role.ANALYTE, Role.OTHER, Role.IMPLIED):
                if item.entry is None or item.entry["kind"] != "panel":  # a panel has no number of its own
                    self._wait(item)
            elif item.role is Role.REFERENCE and item.quantity is not None:
                i = self._references(i)
                continue
            elif item.role is Role.VALUE:
                i = self._values(i)
                continue
            i += 1
        share_units(self._text, self.drafts, self._units)
        return self.drafts

    def _wait(self, item: Item) -> None:
        pending = self._pending
        if pending:
            gap = self._gap(pending[-1].end, item.start)
            before = pending[-1]
            if gap.strip() in ("(", "[", ",", "") and same_analyte(before, item):  # "parathyroid hormone (PTH)"
                before.end = item.end + (self._text[item.end : item.end + 1] in ")]" and "(" in gap)
                return
            if self._words.joins(gap):
                pending.append(item)
                return
            unknown = between(gap, before.end, self._words)
            if unknown:
                self._pending = [*pending, *unknown, item]
                return
        self._pending = [item]

    def _values(self, i: int) -> int:
        """Handle the value at ``i`` and those in one list with it; return the index of the next item."""
        listed = self._distributed(i)
        if listed:
            return listed
        run = [i]
        while run[-1] + 1 < len(self._items):
            a, b = self._items[run[-1]], self._items[run[-1] + 1]
            if b.role is not Role.VALUE or not VALUE_GAP.match(self._gap(a.end, b.start)):
                break
            if self._counts(run[-1] + 1):
                break
            run.append(run[-1] + 1)
        values = [q for q in (self._items[k].quantity for k in run) if q is not None]
        known = self._is_reference(values[0], run[0]) or self._is_alternative(values[0])
        if known or self._is_percentage(values[0]):
            self._last_end = values[0].end
            return i + 1
        if self._counts(i):  # "protein 3+, 40-50 RBC/HPF": the unit names what is counted
            self._pending = []
        elif values[0].form == "list" and len(self._pending) < 2:
            self._pending, self._last = [], []
            return i + 1
        taken = self._take(values, run[-1] + 1)
        self._last_end = values[taken - 1].end if taken else values[0].end
        return i + max(taken, 1)

    def _counts(self, i: int) -> bool:
        """Tell whether the unit of the value at ``i`` begins with the analyte: "12 RBC/HPF"."""
        after = self._items[i + 1] if i + 1 < len(self._items) else None
        return after is not None and after.role is Role.ANALYTE and after.start < self._items[i].end

    def _distributed(self, i: int) -> int:
        """Handle "A and B of 1 (normal 0-2) and 3 (normal 2-4)"; return the index behind the list, 0 where it is none.

        Each value of the list may have its reference range in a bracket behind it.
        """
        wanted = len(self._pending)
        if wanted < 2 or self._unlinked(self._gap(self._pending[-1].end, self._items[i].start)) > 0:
            return 0
        values = [self._items[i]]
        ranges: dict[int, Item] = {}
        k = i + 1
        while k < len(self._items) and len(values) <= wanted:
            item = self._items[k]
            gap = self._gap(values[-1].end, item.start)
            if (
                OPEN_BRACKET.match(gap.split("(")[0] + "(")
                and "(" in gap
                and item.quantity is not None
                and len(values) - 1 not in ranges
                and ")" not in gap
            ):
                ranges[len(values) - 1] = item
            elif item.role is Role.VALUE and VALUE_GAP.match(BRACKET.sub(" ", gap)):
                values.append(item)
            else:
                break
            k += 1
        found = [v.quantity for v in values if v.quantity is not None]
        if len(found) != wanted or not ranges:
            return 0
        after = self._items[k : k + 1]
        if after and after[0].quantity and ")" not in self._gap(found[-1].end, after[0].start):
            return 0  # one bracket at the end holds the ranges of all: "(reference ranges 90-180 and 10-40)"
        first = len(self.drafts)
        self._assign(self._pending, found, 0.92)
        for draft in self.drafts[first:]:
            # a draft may hold a corrected copy of the value, at the same place
            at = draft.value.number_start if draft.value else -1
            place = next((p for p, v in enumerate(found) if v.number_start == at), -1)
            bounds = ranges[place].quantity if place in ranges else None
            if bounds is not None:
                kind = reference_role(self._text, bounds, found[place].end) or bare_kind(bounds)
                if kind:
                    draft.reference, draft.reference_kind, draft.end = bounds, kind, bounds.end
        self._last_end = self._items[k - 1].end
        return k

    def _take(self, values: list[Quantity], following: int) -> int:
        """Give values to their analytes; return how many were used up."""
        first = values[0]
        if self._passes(first):
            self._last_end = self._pending[-1].end
            self._pending = []
        pending = self._pending
        if pending:
            gap = self._gap(pending[-1].end, first.start)
            unknown = 0 if gap.strip() == ";" else self._unlinked(gap)  # "(LDH; 310 U/L)"
            if pending[-1].role is Role.IMPLIED and not self._measures(pending[-1], first, following):
                self._pending, self._last = [], []
                self._inverted(first, following)
                return 1
            own = pending[0] if len(pending) == len(values) else pending[-1]
            fits = unknown == 0 or (
                unknown <= (6 if first.form == "titer" else _MAX_UNKNOWN)
                and self._plausible(own, first)
                and not self._crosses(pending[-1], first)
            )
            listed = len(pending) > len(values) or _LISTED.search(
                self._gap(max(0, pending[0].start - 8), pending[0].start)
            )
            if listed and len(values) == 1 and _WITHIN_NORMAL.search(gap):  # which one is meant?
                fits = False
            if fits and not (len(values) == 1 and self._prefers_next(first, following)):
                return self._assign(pending, values, 0.92 if unknown == 0 else 0.65)
        if self._inverted(first, following):
            return 1
        if not pending and self._repeat_list(values):
            return len(values)
        if not pending and self._repeat(first):
            return 1
        self._last = []
        cells = self._words.counted_cells(self._text, first, self._floor)
        if cells is not None:
            self._pending = []
            self._make(cells, first, "lab.counted_cells", 0.75)
        else:
            self._unknown(first)
        return 1

    def _unlinked(self, gap: str) -> int:
        """Return how many words part a name from its value; "within normal limits at" links them."""
        return self._words.unknown(_WITHIN_NORMAL.sub(" ", without_relative(gap)))

    def _passes(self, value: Quantity) -> bool:
        """Tell whether a drug before a value is only its time: "5.6 mmol/L after calcium gluconate and 4.2 mmol/L"."""
        if not self._pending or not self._last or self._pending[-1].role is not Role.OTHER:
            return False
        last = self._last[-1]
        same = value.unit is not None and last.value is not None and value.unit == last.value.unit
        gap = self._gap(self._pending[-1].end, value.start)
        return same and last.analyte.role is Role.ANALYTE and bool(_ONWARD.fullmatch(gap))

    def _unknown(self, value: Quantity) -> None:
        """Take an analyte that no lexicon knows from its place in the sentence."""
        item = unknown_analyte(self._text, value, max(self._last_end, self._floor))
        if item is not None:
            self._pending = []
            self._make(item, value, "lab.unknown_analyte", 0.5)

    def _plausible(self, analyte: Item, value: Quantity) -> bool:
        """Tell whether a value's unit alone speaks for the analyte."""
        if value.form == "titer" and analyte.entry is not None:
            return analyte.entry["kind"] in ("antibody", "antigen")
        if value.unit is None or analyte.entry is None:
            return False
        return (value.unit.kind == "lab" or value.unit.ucum == "%") and self._units.compatible(
            analyte.entry, value.unit
        )

    def _crosses(self, analyte: Item, value: Quantity) -> bool:
        gap = self._gap(analyte.end, value.start)
        return bool(re.search(r"[;:.]|\b(?:but|while|whereas|although|because|showed a|and a|and an)\b", gap))

    def _repeat_list(self, values: list[Quantity]) -> bool:
        """Take the further measurements of a list: "ALT and AST of 340 and 210 U/L fell to 55 and 40 U/L"."""
        last = list(self._last)
        listed = len(values) == len(last) > 1 and all(draft.rule == "lab.coordination" for draft in last)
        if not listed or not _ONWARD_TO.search(self._gap(self._last_end, values[0].start)):
            return False
        shared = values[-1]
        for draft, value in zip(last, values, strict=True):
            unit = value.unit or shared.unit
            old = draft.value.unit if draft.value is not None else None
            if value.form != "number" or (old is not None and unit is not None and unit != old and unit != shared.unit):
                return False
            if unit is not None and draft.analyte.entry is None:
                return False
            if unit is not None and draft.analyte.entry and not self._units.compatible(draft.analyte.entry, unit):
                return False
        self._last = []
        for draft, value in zip(last, values, strict=True):
            new = self._make(draft.analyte, value, "lab.repeated", 0.8)
            if value.unit is None:
                new.unit_from = shared if shared.unit is not None else draft.value
        return True

    def _repeat(self, value: Quantity) -> bool:
        """Take a further measurement of the analyte measured last."""
        if not self._last or self._last[0].value is None:
            return False
        before = self._last[-1]
        gap = going_on(self._gap(self._last_end, value.start), behind_reference=before.reference is not None)
        old = before.value
        unknown = self._words.unknown(gap)
        if old is None or (
            unknown
            and not FROM_EARLIER.fullmatch(gap)
            and (unknown > _MAX_UNKNOWN or value.unit is None or not _TO.search(gap))
        ):
            return False
        if value.unit is not None and old.unit is not None and value.unit != old.unit:
            alike = value.unit.dimension == old.unit.dimension == "count_concentration"
            if not alike or not _TO.search(gap):  # "from 1.32 × 10^10/L to 4.0 × 10^9/L"
                return False
        course = FROM_EARLIER.fullmatch(gap) or WENT_ON.fullmatch(gap)
        if (value.unit is None) != (old.unit is None) and not (_TO.search(gap) or course):
            return False
        if value.unit is None and old.unit is None and not re.search(r"\b(?:to|then|and|was|at)\b", gap):
            return False
        if value.unit is not None and old.unit is None:
            before.unit_from = value
        draft = self._make(before.analyte, value, "lab.repeated", 0.85)
        if value.unit is None:
            draft.unit_from = old
        return True

    def _assign(self, analytes: list[Item], values: list[Quantity], confidence: float) -> int:
        self._pending = []
        self._last = []
        analytes = self._members(analytes, values)
        if len(analytes) > 1 and len(values) == 2 and self._is_to(values):
            analytes = analytes[-1:]  # "diuresis and creatinine fell from 798 to 98"
        split = split_among(values, len(analytes))
        if split is not None:
            analytes, values = analytes[-len(split) :], split
        if len(analytes) > 1 and len(values) == len(analytes):
            self._coordinate(analytes, values, confidence)
            return 1 if split is not None else len(values)
        if values[0].form == "list":
            return 1  # as many names as numbers, or none of them
        parts = self._words.parts(analytes[-1])
        if len(parts) == 2 and len(values) > 1 and self._gap(values[0].end, values[1].start).strip() in ("/", ","):
            self._coordinate(parts, values[:2], confidence)  # "PT/INR 28.4 s/2.6"
            return 2
        if values[0].form == "fraction":
            parts = parts or fractions(self._text, analytes[-1], values[0].start, self._words)
            for part, value in zip(parts, split_fraction(values[0]), strict=False):
                self._make(part, value, "lab.slash_list", confidence - 0.05)
            return 1
        if len(analytes) > 1 and len(values) > 1:
            return len(values)  # a list with a member that no lexicon knows: which value is whose cannot be told
        analyte = analytes[-1]
        if self._is_series(analyte, values):
            for value in values:
                self._make(analyte, value, "lab.repeated", confidence).unit_from = values[-1]
            return len(values)
        first = self._make(analyte, values[0], "lab.analyte_value", confidence)
        if len(values) > 1 and values[0].unit is None and values[1].unit is not None and self._is_to(values):
            first.unit_from = values[1]
        return 1

    def _members(self, analytes: list[Item], values: list[Quantity]) -> list[Item]:
        """Return the names of a list; unknown ones count where there are then as many names as values."""
        after = behind(self._gap(analytes[-1].end, values[0].start), analytes[-1].end, self._words)
        if len(values) > 1 and len(analytes) + len(after) == len(values):
            return [*analytes, *after]
        unknown = [i for i, item in enumerate(analytes) if is_placeholder(item)]
        return analytes[unknown[-1] + 1 :] if unknown else analytes

    def _is_series(self, analyte: Item, values: list[Quantity]) -> bool:
        """Tell whether a list of numbers is one analyte's: "sodium rose to 121, 126 and 133 mmol/L"."""
        unit = values[-1].unit
        if len(values) < 2 or unit is None or unit.kind != "lab" or analyte.entry is None:
            return False
        alone = all(value.unit is None and value.form == "number" for value in values[:-1])
        return alone and self._units.compatible(analyte.entry, unit)

    def _is_to(self, values: list[Quantity]) -> bool:
        return bool(_TO.search(self._gap(values[0].end, values[1].start)))

    def _coordinate(self, analytes: list[Item], values: list[Quantity], confidence: float) -> None:
        """Give each analyte its value, and the last value's unit to those without that can have it."""
        shared = values[-1]
        for analyte, value in zip(analytes, values, strict=True):
            fits = (
                shared.unit is not None
                and analyte.entry is not None
                and self._units.compatible(analyte.entry, shared.unit)
            )
            if value.end < shared.start and value.unit is shared.unit and not fits:  # "Hb/Hct 8/24%"
                value = replace(value, unit=None, unit_text="")
            draft = self._make(analyte, value, "lab.coordination", confidence)
            if value.unit is None and fits:
                draft.unit_from = shared

    def _make(self, analyte: Item, value: Quantity, rule: str, confidence: float) -> LabDraft:
        draft = LabDraft(
            analyte,
            value,
            rule=rule,
            confidence=confidence,
            start=min(analyte.start, value.start),
            end=max(analyte.end, value.end),
        )
        if value.unit is None:
            draft.unit_from = self._words.bracketed_unit(self._text, analyte.end)
        if self._early is not None:
            (draft.reference, draft.reference_kind), self._early = self._early, None
        if self._words.not_measured.search(self._text, max(self._floor, draft.start - 32), value.start):
            pass
        elif value.unit is not None and value.unit.ucum == "%" and _VOLUME.match(self._text, value.end):
            pass  # "albumin 20% 100 mL" was infused
        elif self._is_daily_dose(analyte, value):
            pass  # "acetaminophen 2.5 grams a day"
        elif self._is_drug_level(analyte, value):
            draft.rule, draft.confidence = "lab.drug_level", min(confidence, 0.75)
            self.drafts.append(draft)
        elif analyte.role is not Role.OTHER:
            self.drafts.append(draft)
        self._last = [*self._last, draft]
        return draft

    def _is_daily_dose(self, analyte: Item, value: Quantity) -> bool:
        """Tell whether an amount behind a drug's name is its dose: no level of a drug is given in grams a day."""
        entry, unit = analyte.entry, value.unit
        if entry is None or unit is None or entry["kind"] != "drug level":
            return False
        return unit.ucum.endswith("/d") and not self._units.compatible(entry, unit)

    def _is_drug_level(self, analyte: Item, value: Quantity) -> bool:
        """Tell whether a drug's name names what was measured: "vancomycin trough of 18 µg/mL"."""
        if analyte.mention is None or analyte.mention.kind != "drug" or not is_concentration(value):
            return False
        return bool(_LEVEL.search(self._gap(max(0, analyte.start - 24), value.start)))
