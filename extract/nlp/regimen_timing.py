"""Frequency, route and duration of each slot, and what the members of a list share."""

from __future__ import annotations

import re
from collections.abc import Sequence

from extract.nlp.gaps import CLAUSE
from extract.nlp.regimen_model import Parts, Slot
from extract.nlp.schedules import Timing, Way

_PER_HOURS = re.compile(r"/\s?\d+\s?h")  # "400 mg/12 h" says how often


def assign_frequencies(parts: Parts, slots: list[Slot]) -> None:
    """Give each frequency to the slot it stands by; one behind a list counts for all its doses."""
    for timing in parts.frequencies:
        slot = _slot_by(parts, slots, timing.start, timing.end)
        if slot is not None and slot.frequency is None:
            slot.frequency = timing
    for group in {slot.group for slot in slots}:
        mates = [slot for slot in slots if slot.group == group]
        told = [slot for slot in mates if slot.frequency]
        if len(told) == 1 and told[0] is mates[-1] and _closes_list(parts, told[0]):
            for slot in mates[:-1]:
                if (
                    slot.name is not told[0].name
                    and slot.dose
                    and told[0].dose
                    and not slot.dose.daily
                    and _PER_HOURS.search(slot.dose.unit_text) is None
                    and slot.dose.latin is None
                    and slot.dose.times is None
                ):
                    slot.frequency = told[0].frequency


def _closes_list(parts: Parts, last: Slot) -> bool:
    """Tell whether a frequency stands behind a list, not in its last member's bracket: "A (5 mg), B (2 mg daily)"."""
    if last.frequency is None or last.frequency.start < last.end:
        return False
    head = parts.text[last.name.end : last.frequency.start]
    return head.count("(") <= head.count(")")


def _slot_by(parts: Parts, slots: Sequence[Slot], start: int, end: int) -> Slot | None:
    """Return the slot that a timing belongs to: the one right behind it, else the last before it in its clause."""
    near = [slot for slot in slots if not slot.distant or slot.dose]
    inside = next((s for s in near if s.leads and s.dose and s.dose.end <= start and end <= s.name.start), None)
    if inside is not None:
        return inside  # between a dose and its name: "a 20 mg daily olanzapine dose"
    behind = min((s for s in near if s.anchor[0] >= end), key=lambda s: s.anchor[0], default=None)
    nearest = max((s for s in near if s.anchor[1] <= start), key=lambda s: (s.anchor[1], s.name.start), default=None)
    if behind is not None and nearest is not behind:
        split = not behind.leads and behind.dose is not None and behind.name.end <= start
        if split and (nearest is None or nearest.anchor[1] <= behind.name.start):
            return behind  # between a name and its dose: "enoxaparin twice daily (40 mg)"
        target = behind.name.start if behind.name.start >= end else behind.anchor[0]
        if parts.fills("dose_to_name", end, min(target, behind.anchor[0])) and not _touches(parts, nearest, start):
            return behind
    if nearest is None:
        return None
    owned = {slot.dose.start for slot in slots if slot.dose}
    said = nearest.dose.value if nearest.dose else None
    if any(nearest.anchor[1] <= d.start < start and d.start not in owned and d.value != said for d in parts.doses):
        return None  # "1 mg/kg/day, reduced by 5 mg every two weeks": the time is that of the other dose
    gap = parts.text[nearest.anchor[1] : start]
    rest = parts.gap(nearest.anchor[1], start).strip()
    if len(gap) > 100 or CLAUSE.search(rest) or _in_other_bracket(parts, nearest, start):
        return None
    return nearest if len(rest) <= 12 or "," not in rest.lstrip(" ,(") else None


def _in_other_bracket(parts: Parts, slot: Slot, start: int) -> bool:
    """Tell whether a timing stands in the bracket of something else: "A 5 mg, red cells (2 units over 4 h)"."""
    head, opened, inner = parts.text[slot.anchor[1] : start].rpartition("(")
    if not opened or ")" in inner or "," not in head.lstrip(" ,") or not re.search(r"[^\W\d_]{3}", head):
        return False
    return not parts.fills("name_to_dose", slot.anchor[1], slot.anchor[1] + len(head))


def _touches(parts: Parts, slot: Slot | None, start: int) -> bool:
    return slot is not None and parts.gap(slot.anchor[1], start).strip(" ,(") == ""


_CLASS_OPENS = re.compile(r"(?:\s[a-z]+){0,3}\s?\(")


def assign_ways(parts: Parts, slots: list[Slot]) -> None:
    """Give each route to the slot it stands by, forms of delivery last, and share it in its list."""
    for weak in (False, True):
        fixed: dict[int, list[tuple[Slot, bool]]] = {}
        for way in (w for w in parts.ways if w.weak == weak):
            found = _slot_of_way(parts, slots, way)
            if found is not None and found[0].way is None:
                found[0].way = way
                fixed.setdefault(found[0].group, []).append(found)
        for group, told in fixed.items():
            _share_way(parts, [slot for slot in slots if slot.group == group], told, weak)
    for slot in slots:
        if slot.name.kind == "class" and slot.way is not None and slot.way.start < slot.name.start:
            _share_with_bracket(parts, slots, slot)


def _share_with_bracket(parts: Parts, slots: Sequence[Slot], group: Slot) -> None:
    """Give the route of a class to its members in the bracket behind it: "IV antibiotics (A 2 g, B 1 g)"."""
    opened = _CLASS_OPENS.match(parts.text, group.name.end, parts.end)
    if opened is None:
        return
    closed = parts.text.find(")", opened.end(), parts.end)
    for slot in slots:
        if opened.end() <= slot.name.start < closed and slot.way is None:
            slot.way = group.way


def _share_way(parts: Parts, mates: list[Slot], told: list[tuple[Slot, bool]], weak: bool) -> None:
    """Share a list's only route: one in front goes with all that follow, one behind the last with all before it.

    In "A 5 mg daily and B 40 mg IV" each member has a regimen of its own, and the route is that of the last.
    """
    for name_slot in mates:
        same = [s for s in mates if s.name is name_slot.name and s.way]
        if name_slot.way is None and same:
            name_slot.way = same[0].way
    if len({id(slot.name) for slot, _ in told}) != 1 or any(s.way and s.way is not told[0][0].way for s in mates):
        return
    slot, leads = told[0]
    if _is_own_way(parts, slot):
        for mate in mates:
            if parts.text[mate.name.end : slot.name.start] == "/":
                mate.way = mate.way or slot.way  # "albuterol/ipratropium inhaler"
        return
    if leads:
        opened = slot.way is not None and _OF_ITS_CLASS.search(parts.text[slot.way.end : slot.start])
        closed = parts.text.find(")", slot.end, parts.end) if opened else -1  # "IV antibiotics (A and B), diuretics"
        for mate in mates[mates.index(slot) :]:
            if closed < 0 or mate.name.start < closed:
                mate.way = mate.way or slot.way
    elif slot is mates[-1] and (not weak or all(mate.dose for mate in mates)) and not _own_regimens(parts, mates):
        for mate in mates:
            mate.way = mate.way or slot.way


_COMPOUND = re.compile(
    r"\s(?:inhalers?|nasal sprays?|eye drops?|ear drops?|eyedrops|patch(?:es)?|ointments?|creams?|enemas?|"
    r"suppositor(?:y|ies))"
)


def _is_own_way(parts: Parts, slot: Slot) -> bool:
    """Tell whether a route is a drug's alone: part of its name, its form ("salbutamol inhaler"), before its dose."""
    way, name = slot.way, slot.name
    if way is None or name.kind == "class":
        return False
    if name.start <= way.start < name.end or _COMPOUND.fullmatch(parts.text[name.end : way.end]):
        return True
    return slot.dose is not None and not slot.leads and name.end <= way.start and way.end <= slot.dose.start


def _own_regimens(parts: Parts, mates: list[Slot]) -> bool:
    """Tell whether a list's members say how often for themselves and the route follows the last dose at once."""
    last = mates[-1]
    if last.way is None or not _touches(parts, last, last.way.start):
        return False
    if _ADVERB.search(parts.text[last.way.start : last.way.end]):
        return False
    return any(mates[0].end <= t.start and t.end <= last.start for t in parts.frequencies)


_ABBREVIATED = re.compile(r"^\s*\([A-Za-z.]{1,6}\)")  # "intravenous (IV)"
_SECOND_NAME = re.compile(r"^\s?\([A-Z][^()\s]{1,14}\)")  # "gold sodium thiomalate (GSTM) injection"
# "intravenous antibiotics (A 2 g": the route of the class is that of the drug in the bracket
_OF_ITS_CLASS = re.compile(
    r"\b(?:steroids?|corticosteroids?|antibiotics?|antifungals?|antivirals?|anticoagulants?)"
    r"(?:\s[a-z]+){0,2}\s\($"
)
_THROUGH = re.compile(r"\b(?:via|by|through|per|down|into)\s(?:an?\s|the\s|his\s|her\s)?(?:\w+\s)?$")
_ADVERB = re.compile(r"(?:ly|mouth|os|tube)$")


def _slot_of_way(parts: Parts, slots: Sequence[Slot], way: Way) -> tuple[Slot, bool] | None:
    """Return the slot a route belongs to and whether the route stands before it."""
    text = parts.text
    inside = next((s for s in slots if not s.distant and s.start <= way.start and way.end <= s.end), None)
    if inside is not None:
        return inside, inside.name.start <= way.start < inside.name.end or (
            inside.leads and way.end <= inside.name.start
        )
    behind = next((s for s in slots if s.start >= way.end and not s.distant), None)
    nearest = max((s for s in slots if s.anchor[1] <= way.start), key=lambda s: s.anchor[1], default=None)
    before_gap = parts.gap(way.end, behind.start) if behind else ""
    after_gap = parts.gap(nearest.anchor[1], way.start) if nearest else ""
    before_gap = _ABBREVIATED.sub("", before_gap)
    after_gap = _SECOND_NAME.sub("", after_gap)
    apart = "(" in before_gap[1:] and _OF_ITS_CLASS.search(before_gap) is None
    led = behind is not None and not apart and parts.rules.gaps["route_to_name"].fill(before_gap)
    close = nearest is not None and parts.rules.gaps["name_to_route"].fill(after_gap)
    if led and close and nearest is not None and behind is not None:
        return (nearest, False) if _backward(parts, nearest, way, before_gap, after_gap) else (behind, True)
    if led and behind is not None:
        return behind, True
    if close and nearest is not None:
        return nearest, False
    if nearest is not None and _is_adverb(text, way) and len(text[nearest.end : way.start]) <= 60:
        return None if CLAUSE.search(text[nearest.end : way.start]) else (nearest, False)
    return None


def _is_adverb(text: str, way: Way) -> bool:
    """Tell whether a route says how something was given: "orally", "via nasogastric tube", not the tube's placement."""
    words = text[way.start : way.end]
    if words.endswith("tube"):
        return _THROUGH.search(text, max(0, way.start - 16), way.start) is not None
    return _ADVERB.search(words) is not None


def _backward(parts: Parts, nearest: Slot, way: Way, before_gap: str, after_gap: str) -> bool:
    """Tell whether a route between two names goes with the first: "remdesivir IV, dexamethasone", "(10 g, IV) and"."""
    head = parts.text[nearest.anchor[1] : way.start]
    earlier = parts.text[parts.start : nearest.anchor[1]]
    if head.count("(") > head.count(")") or (earlier.rfind("(") > earlier.rfind(")") and ")" not in head):
        return True
    if re.search(r",|\band\b|\bplus\b|\bthen\b", after_gap.rpartition(")")[2]):
        return False
    if re.search(r",|;|\band\b|\bwith\b", before_gap) or before_gap.strip().startswith(")"):
        return True
    return len(re.findall(r"\w+", before_gap)) > len(re.findall(r"\w+", after_gap))


def assign_durations(parts: Parts, slots: list[Slot]) -> None:
    """Give each duration to the slot it stands by, then share it with the members of the list that have none."""
    told: list[tuple[Timing, Slot]] = []
    for timing in parts.durations:
        word = parts.text[timing.start : timing.end].lower()
        slot = _slot_by(parts, slots, timing.start, timing.end)
        if slot is None and slots and not word.startswith(("since", "until")):
            first = slots[0]
            ahead = first.start >= timing.end and not first.distant
            slot = first if ahead and parts.fills("route_to_name", timing.end, first.start) else None
        if slot is not None and slot.duration is None:
            slot.duration = timing
            told.append((timing, slot))
    for timing, slot in told:
        mates = mates_of(slots, slot)
        for mate in mates:
            if mate.duration is None and (timing.end <= mate.start or slot is mates[-1]):
                mate.duration = timing


def mates_of(slots: Sequence[Slot], slot: Slot) -> list[Slot]:
    """Return the slots of the list in which a slot stands, its own included."""
    return [other for other in slots if other.group == slot.group and not other.distant]
