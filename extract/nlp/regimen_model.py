"""What a sentence holds of regimens, and the slots that reading it fills."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from extract.nlp.doses import Dose
from extract.nlp.drug_names import DrugName
from extract.nlp.drug_rules import DrugRules
from extract.nlp.gaps import between
from extract.nlp.schedules import Timing, Way

_MAKER = re.compile(r"[®™]?\s?\((?![^()]*\d\s?(?:mg|g|[µμ]g|mcg|m[lL]|IU|U|%|units))[A-Z][^()]{2,100}\)|[®™]")


@dataclass(slots=True)
class Slot:
    """A drug in one regimen: what the sentence says of it."""

    name: DrugName
    dose: Dose | None = None
    frequency: Timing | None = None
    way: Way | None = None
    duration: Timing | None = None
    group: int = 0
    leads: bool = False  # the dose stands before the name
    value: float | None = None  # of the numbers that share a unit, this one
    distant: bool = False  # the name stands in an earlier sentence

    @property
    def start(self) -> int:
        """First character of name and dose."""
        return min(self.name.start, self.dose.start) if self.dose and not self.distant else self.name.start

    @property
    def end(self) -> int:
        """Character after name and dose."""
        return max(self.name.end, self.dose.end) if self.dose else self.name.end

    @property
    def anchor(self) -> tuple[int, int]:
        """Place beside which timing and route stand: a dose behind the name, else name and leading dose."""
        if self.dose is not None and not self.leads:
            return self.dose.start, self.dose.end
        return self.start, self.end


@dataclass(slots=True)
class Parts:
    """What a sentence holds, each in text order."""

    text: str
    start: int
    end: int
    names: list[DrugName]
    doses: list[Dose]
    frequencies: list[Timing]
    ways: list[Way]
    durations: list[Timing]
    rules: DrugRules
    known: list[tuple[int, int]] = field(default_factory=list)

    def gap(self, start: int, end: int) -> str:
        """Return the text between two places without the doses, frequencies, routes and durations in it."""
        return between(self.text, start, end, self.known) if start < end else ""

    def behind(self, name: DrugName) -> int:
        """Return where what is said of a name begins: behind a bracket with brand and maker, "(Brand; Maker, Town)"."""
        aside = _MAKER.match(self.text, name.end, self.end)
        return aside.end() if aside is not None else name.end

    def fills(self, kind: str, start: int, end: int) -> bool:
        """Tell whether only words of the list ``kind`` of rules/drug_context.yaml stand between two places."""
        return self.rules.gaps[kind].fill(self.gap(start, end))


def names_of(slots: Iterable[Slot]) -> list[DrugName]:
    """Return the names of slots, each once, in order."""
    seen: dict[int, DrugName] = {}
    for slot in slots:
        seen.setdefault(slot.name.start, slot.name)
    return list(seen.values())
