"""Which dose, frequency, route and duration belong to which drug of a sentence.

Each drug of a sentence gets one slot for every dose said of it, or one without dose. A dose goes to the name that it
touches ("200 mg of propofol", "propofol (200 mg)"), else to the last name before it. Frequency, route and duration go
to the slot they stand by, and are shared with the other members of a list that say none of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extract.nlp.doses import Dose
from extract.nlp.drug_names import DrugName
from extract.nlp.schedules import Timing, Way

# words that may stand between a dose and the name behind it: "200 mg of intravenous propofol"
_BEFORE_FILL = re.compile(
    r"(?:\b(?:of|in|the|a|an|dose|doses|dosage|bolus|boluses|pulse|pulses|inj|injection|injections|infusion|infusions|solution|oral|"
    r"total|tablets?|tabs?|capsules?|liposomal|intact|additional|single|more|worth|with|body|weight|high-dose|low-dose|pulsed|"
    r"regular|slow|loading|amp|vial|vials|ampoules?|the muscle relaxant|initial|hyperbaric|heavy|plain|recombinant|active)\b|"
    r"[\s\u00a0]|\((?:IV|i\.v\.|IM|SC|PO|iv|im|po)\)|\(\d[^()]{0,25}\))*"
)
# words that may stand between a name and its dose
_AFTER_FILL = re.compile(
    r"(?:\b(?:at|a|an|the|dose|doses|dosage|dosages|of|was|were|is|been|has|had|given|started|initiated|administered|commenced|initial|initially|loading|"
    r"maintenance|starting|daily|total|maximum|max|minimum|tablets?|tabs?|capsules?|caps|injections?|infusions?|inj|drip|in|up|to|with|bolus|"
    r"boluses|therapy|treatment|increased|reduced|decreased|titrated|and|then|pulse|pulses|from|rate|single|cumulative|high|low|higher|"
    r"lower|dosed|prescribed|received|being|taking|sustained|release|extended|modified|XR|SR|MR|ER|XL|LP|CR|followed|by|by a|pulsed|"
    r"solution|syrup|suspension|gel|cream|spray|adult|doses?|vial|ampoule|continuous|using|regimen|taken|level|for|induction|her|his|therapeutic|"
    r"prophylactic|full|standard|low-dose|high-dose|consisting|equivalent|per|im|added|tapered|fixed|flat|approximately|about|around|least|first|second)\b|"
    r"[\s\u00a0,:=(\[–-]|≥|~)*"
)
_LINK = re.compile(
    r"(?:\b(?:and|or|plus|with|as|well|in|combination|combined|along|together|of|a|an|the|also|both|either|tablets?|"
    r"capsules?|doses?|tabs?|inj|injections?|drops|amp|therapy|treatment|tablet|intravenous|oral|loading|maintenance|initial|single|total|pulse|pulses|continuous|low-dose|high-dose|added|to|at|dose|"
    r"infusions?|boluses|bolus|supplements?|supplementation|agents?|drugs?|analogs?|associated|concomitant|including|such|drip|drips)\b|[\s\u00a0,;&+/()\[\]–-]|\bi\.e\.|\be\.g\.)*"
)
_CLAUSE = re.compile(r"[;]|(?<!i\.e)(?<!e\.g)(?<!inj)(?<!Inj)(?<!tab)(?<!approx)\.\s|\b(?:while|whereas|but|although|because|when|which was followed)\b")
_STEP = re.compile(r"\b(?:(?<!followed )by|steps? of|decrements? of|increments? of|every|(?:equal|divided|separate) doses of)\s(?:a\s)?$")
# "2 units of plasma": a dose of something that is no drug of the table
_OF_OTHER = re.compile(r"\s+of\s+(?!body|the\s(?:drug|same|medic|agent)|which|it\b|this|total|treatment|therapy|each|oral|intravenous)[a-z]")
_NOT_A_DOSE = re.compile(
    r"\b(?:weigh\w*|weight|blood loss|urine|output|drained|aspirat\w+|residual|volume|hematoma|effusion|fluid|saline|crystalloid\w*|lactate|"
    r"reduc\w+ by|decreas\w+ by|increas\w+ by|loss of|bleeding|collected|evacuated|removed|capacity)\W+(?:\w+\W+){0,3}$",
    re.I,
)
_ANAPHORA = re.compile(
    r"\b(?:doses?|dosages?|dosing|infusion|regimen|it was|therapy|treatment|tapered|increased to|reduced to|the drug|"
    r"the medication|titrated|which was|continued|bolus)\b",
    re.I,
)
_RESPECTIVELY = re.compile(r"\brespectively\b", re.I)


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
        """Place beside which frequency, route and duration stand: a dose behind the name, else name and leading dose."""
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
    gaps: list[tuple[int, int]] = field(default_factory=list)


def read_regimens(parts: Parts, before: Sequence[DrugName] = ()) -> list[Slot]:
    """Return the slots of a sentence.

    Parameters
    ----------
    before : the names of the sentence before, for a dose whose drug stands there ("The dose was increased to 40 mg").
    """
    parts.frequencies = [t for t in parts.frequencies if not any(d.start <= t.start < d.end for d in parts.doses)]
    parts.ways = _one_way(parts)
    parts.gaps = sorted(
        [(t.start, t.end) for t in parts.frequencies]
        + [(t.start, t.end) for t in parts.durations]
        + [(w.start, w.end) for w in parts.ways]
        + [(d.start, d.end) for d in parts.doses]
    )
    slots = _assign_doses(parts, before)
    _group(parts, slots)
    _assign_ways(parts, slots)
    _assign_frequencies(parts, slots)
    _assign_durations(parts, slots)
    return slots


def _one_way(parts: Parts) -> list[Way]:
    """Leave out a route's own abbreviation in brackets: "intravenous (IV)"."""
    kept: list[Way] = []
    for way in parts.ways:
        if kept and kept[-1].route == way.route and parts.text[kept[-1].end : way.start].strip() == "(":
            continue
        kept.append(way)
    return kept


def _between(parts: Parts, start: int, end: int) -> str:
    """Return the text of a gap without the frequencies, routes and durations in it."""
    if start >= end:
        return ""
    pieces, at = [], start
    for a, b in parts.gaps:
        if b <= at or a >= end:
            continue
        pieces.append(parts.text[at : max(at, a)])
        at = max(at, b)
    pieces.append(parts.text[at:end] if at < end else "")
    return " ".join(pieces)


def _fills(pattern: re.Pattern[str], gap: str) -> bool:
    return pattern.fullmatch(gap.strip()) is not None


# -- doses ------------------------------------------------------------------------------------------------------------


def _assign_doses(parts: Parts, before: Sequence[DrugName]) -> list[Slot]:
    slots: list[Slot] = []
    names = parts.names
    listed = _in_order(parts)
    owners: dict[int, list[Slot]] = {}
    for k, dose in enumerate(parts.doses):
        if k in listed:
            for i, value in listed[k]:
                owners.setdefault(i, []).append(Slot(names[i], dose, value=value))
            continue
        found = _owner(parts, dose, owners)
        if found is None:
            slot = _distant(parts, dose, before) if not names else None
            if slot is not None:
                slots.append(slot)
            continue
        i, leads = found
        owners.setdefault(i, []).append(Slot(names[i], dose, leads=leads))
    for i, name in enumerate(names):
        slots.extend(_trim(owners[i]) if i in owners else [Slot(name)])
    return slots


def _in_order(parts: Parts) -> dict[int, list[tuple[int, float | None]]]:
    """Return, by dose, which names get which value: "A and B, 90 and 25 mg, respectively"."""
    names, doses, text = parts.names, parts.doses, parts.text
    for k, dose in enumerate(doses):
        if not dose.shared:
            continue
        count = len(dose.shared) + 1
        values: list[float | None] = [*(v for _, _, v in dose.shared), dose.value]
        ahead = [i for i, n in enumerate(names) if n.end <= dose.shared[0][0]][-count:]
        behind = [i for i, n in enumerate(names) if n.start >= dose.end][:count]
        if len(behind) == count and _fills(_BEFORE_FILL, _between(parts, dose.end, names[behind[0]].start)):
            return {k: list(zip(behind, values, strict=True))}
        if len(ahead) == count:
            return {k: list(zip(ahead, values, strict=True))}
    if len(names) < 2 or not _RESPECTIVELY.search(text, parts.start, parts.end):
        return {}
    first = next((k for k, d in enumerate(doses) if d.start > names[0].end), None)
    if first is None:
        return {}
    ahead = [i for i, n in enumerate(names) if n.end <= doses[first].start]
    following = [k for k, d in enumerate(doses) if k >= first and not any(n.start > doses[first].start and n.end <= d.start for n in names)]
    if len(following) >= 2 and len(ahead) >= len(following):
        return {k: [(i, None)] for i, k in zip(ahead[-len(following) :], following, strict=True)}
    return {}


def _owner(parts: Parts, dose: Dose, owners: dict[int, list[Slot]]) -> tuple[int, bool] | None:
    """Return the index of the name a dose belongs to and whether the dose stands before it."""
    names = parts.names
    behind = next((i for i, n in enumerate(names) if n.start >= dose.end), None)
    ahead = next((i for i in range(len(names) - 1, -1, -1) if names[i].end <= dose.start), None)
    lead_gap = _between(parts, dose.end, names[behind].start) if behind is not None else None
    leads = lead_gap is not None and _fills(_BEFORE_FILL, lead_gap)
    after_gap = _between(parts, names[ahead].end, dose.start) if ahead is not None else None
    follows = after_gap is not None and _fills(_AFTER_FILL, after_gap)
    if leads and follows and behind is not None and ahead is not None:
        taken = any(slot.leads for slot in owners.get(ahead, []))
        opened = "(" in parts.text[names[ahead].end : dose.start]
        if opened:  # "catecholamine (1.2 mg/h norepinephrine)"; "A (5 mg) B" is the other way round
            return (ahead, False) if ")" in parts.text[dose.end : names[behind].start] else (behind, True)
        strongly = re.search(r"\bof\b", parts.text[dose.end : names[behind].start]) is not None
        conjoined = re.search(r"\band\b|,", after_gap or "") is not None and not _dose_follows(parts, behind)
        return (behind, True) if taken or strongly or conjoined else (ahead, False)
    if leads and behind is not None:
        return behind, True
    if _STEP.search(parts.text[max(parts.start, dose.start - 24) : dose.start]) or _OF_OTHER.match(
        parts.text, dose.end, parts.end
    ):
        return None
    if follows and ahead is not None:
        return None if _repeats(parts, dose, owners.get(ahead, [])) else (ahead, False)
    if dose.weak:
        return None
    return _loose(parts, dose, ahead, behind, owners)


def _dose_follows(parts: Parts, index: int) -> bool:
    """Tell whether the name at ``index`` has a dose right behind it."""
    end = parts.names[index].end
    dose = next((d for d in parts.doses if d.start >= end), None)
    limit = parts.names[index + 1].start if index + 1 < len(parts.names) else parts.end
    return dose is not None and dose.end <= limit and _fills(_AFTER_FILL, _between(parts, end, dose.start))


def _repeats(parts: Parts, dose: Dose, slots: Sequence[Slot]) -> bool:
    """Tell whether a dose in brackets says a dose that stands already, in another unit: "54 mg rtPA (0.9 mg/kg)"."""
    if not any(slot.dose for slot in slots):
        return False
    last = slots[-1]
    gap = parts.text[last.end : dose.start]
    return bool(re.fullmatch(r"\s?[(\[=]\s?(?:approximately |about |i\.e\.,? |equivalent to )?", gap)) and _closes(parts.text, dose.end)


def _closes(text: str, end: int) -> bool:
    return bool(re.match(r"[^()\[\]]{0,60}[)\]]", text[end : end + 62]))


def _loose(
    parts: Parts, dose: Dose, ahead: int | None, behind: int | None, owners: dict[int, list[Slot]]
) -> tuple[int, bool] | None:
    """Return the name of a dose that touches none: the last before it in its clause, else the next one."""
    text = parts.text
    if _NOT_A_DOSE.search(text[max(parts.start, dose.start - 48) : dose.start]):
        return None
    if ahead is not None:
        gap = text[parts.names[ahead].end : dose.start]
        if len(gap) <= 160 and not _CLAUSE.search(gap) and not _repeats(parts, dose, owners.get(ahead, [])):
            return ahead, False
    if behind is not None and len(text[dose.end : parts.names[behind].start]) <= 40:
        gap = text[dose.end : parts.names[behind].start]
        if not _CLAUSE.search(gap) and "," not in gap and re.search(r"\b(?:of|with|using)\s", gap):
            return behind, True
    return None


def _distant(parts: Parts, dose: Dose, before: Sequence[DrugName]) -> Slot | None:
    if not before or dose.weak or not _ANAPHORA.search(parts.text, parts.start, parts.end):
        return None
    lead = parts.text[max(parts.start, dose.start - 48) : dose.start]
    if _NOT_A_DOSE.search(lead) or _STEP.search(lead):
        return None
    single = {name.name for name in before}
    return Slot(before[-1], dose, distant=True) if len(single) == 1 else None


def _trim(slots: list[Slot]) -> list[Slot]:
    """Leave out volumes and percentages said beside a proper dose, and doses said twice."""
    firm = [s for s in slots if s.dose and not s.dose.weak]
    kept: list[Slot] = []
    for slot in firm or slots[:1]:
        same = [k for k in kept if k.dose and slot.dose and (k.dose.value, k.dose.unit_text) == (slot.dose.value, slot.dose.unit_text) and k.value == slot.value]
        if not same:
            kept.append(slot)
    return kept


# -- lists ------------------------------------------------------------------------------------------------------------


def _group(parts: Parts, slots: list[Slot]) -> None:
    """Number the lists: slots whose names and doses only commas and "and" separate are of one."""
    slots.sort(key=lambda s: (s.name.start, s.dose.start if s.dose else 0))
    for previous, slot in zip(slots, slots[1:], strict=False):
        slot.group = previous.group
        if previous.name is slot.name:
            continue
        gap = _between(parts, previous.end, slot.start)
        if not _fills(_LINK, gap):
            slot.group += 1


def _mates(slots: Sequence[Slot], slot: Slot) -> list[Slot]:
    return [other for other in slots if other.group == slot.group]


# -- frequency, route, duration ---------------------------------------------------------------------------------------


def _assign_frequencies(parts: Parts, slots: list[Slot]) -> None:
    for timing in parts.frequencies:
        slot = _slot_by(parts, slots, timing.start, timing.end)
        if slot is not None and slot.frequency is None:
            slot.frequency = timing
    for group in {slot.group for slot in slots}:
        mates = [slot for slot in slots if slot.group == group]
        told = [slot for slot in mates if slot.frequency]
        if len(told) == 1 and told[0] is mates[-1] and told[0].frequency and told[0].frequency.start >= told[0].end:
            for slot in mates[:-1]:
                if slot.name is not told[0].name and slot.dose and told[0].dose and not slot.dose.daily and slot.dose.latin is None and slot.dose.times is None:
                    slot.frequency = told[0].frequency


def _slot_by(parts: Parts, slots: Sequence[Slot], start: int, end: int) -> Slot | None:
    """Return the slot that a timing belongs to: the one right behind it, else the last before it in its clause."""
    near = [slot for slot in slots if not slot.distant or slot.dose]
    behind = min((s for s in near if s.anchor[0] >= end), key=lambda s: s.anchor[0], default=None)
    nearest = max((s for s in near if s.anchor[1] <= start), key=lambda s: s.anchor[1], default=None)
    if behind is not None and nearest is not behind:
        split = not behind.leads and behind.dose is not None and behind.name.end <= start
        if split and (nearest is None or nearest.anchor[1] <= behind.name.start):
            return behind  # between a name and its dose: "enoxaparin twice daily (40 mg)"
        target = behind.name.start if behind.name.start >= end else behind.anchor[0]
        if _fills(_BEFORE_FILL, parts.text[end : min(target, behind.anchor[0])]) and not _touches(parts, nearest, start):
            return behind
    if nearest is None:
        return None
    owned = {slot.dose.start for slot in slots if slot.dose}
    said = nearest.dose.value if nearest.dose else None
    if any(nearest.anchor[1] <= d.start < start and d.start not in owned and d.value != said for d in parts.doses):
        return None  # "1 mg/kg/day, reduced by 5 mg every two weeks": the time is that of the other dose
    gap = parts.text[nearest.anchor[1] : start]
    rest = _between(parts, nearest.anchor[1], start).strip()
    if len(gap) > 100 or _CLAUSE.search(rest):
        return None
    return nearest if len(rest) <= 12 or "," not in rest.lstrip(" ,(") else None


def _touches(parts: Parts, slot: Slot | None, start: int) -> bool:
    return slot is not None and re.fullmatch(r"[\s,(]*", _between(parts, slot.anchor[1], start)) is not None


def _assign_ways(parts: Parts, slots: list[Slot]) -> None:
    for weak in (False, True):
        fixed: dict[int, list[tuple[Slot, bool]]] = {}
        for way in (w for w in parts.ways if w.weak == weak):
            found = _slot_of_way(parts, slots, way)
            if found is not None and found[0].way is None:
                found[0].way = way
                fixed.setdefault(found[0].group, []).append(found)
        for group, told in fixed.items():
            _share_way([slot for slot in slots if slot.group == group], told, weak)


def _share_way(mates: list[Slot], told: list[tuple[Slot, bool]], weak: bool) -> None:
    """Share a route in a list: one in front of the first with all, one behind the last with all, if it is the only one."""
    for name_slot in mates:
        same = [s for s in mates if s.name is name_slot.name and s.way]
        if name_slot.way is None and same:
            name_slot.way = same[0].way
    if len({id(slot.name) for slot, _ in told}) != 1 or any(s.way and s.way is not told[0][0].way for s in mates):
        return
    slot, leads = told[0]
    if leads:
        for mate in mates[mates.index(slot) :]:
            mate.way = mate.way or slot.way
    elif slot is mates[-1] and (not weak or all(mate.dose for mate in mates)):
        for mate in mates:
            mate.way = mate.way or slot.way


_WAY_LEAD = re.compile(
    r"(?:\b(?:of|infusions?|injections?|administration|therapy|treatment|bolus|boluses|drip|form|pulse|pulses|dose|doses|a|an|the|with|"
    r"high-dose|low-dose|antibiotics?|broad-spectrum|empiric|empirical|including|such|as|intermittent|continuous|loading|pulsed|"
    r"methyl|and|combined|liposomal|tablets?|push|IV|i\.v\.|empirically|initial|consisting|drugs|medications?|agents|steroids|corticosteroids|using|high|low|doses?|combination|home|use|intake|ingestion|solution|preparation|sustained-release|both|were|was|also|continued|administered|given|started|started on|initiated|treatment|prophylactic|intensive|vial|maintenance|loading)\b|[\s\u00a0,():-])*"
)
_WAY_TAIL = re.compile(
    r"(?:\b(?:tablets?|capsules?|injections?|infusions?|was|were|given|administered|started|initiated|therapy|treatment|by|via|through|the|a|an|and|in|dose|"
    r"doses|bolus|boluses|per|as|to|slow|over|continuous|then|at|of|taken|regularly|delivered|nebulized|prescribed|subsequently|route|solution|rate|daily|minutes?|hours?|continuously)\b|"
    r"[\s\u00a0,():/-]|\d+)*"
)
_ABBREVIATED = re.compile(r"^\s*\([A-Za-z.]{1,6}\)")  # "intravenous (IV)"
_ADVERB = re.compile(r"(?:ly|mouth|os|tube)$")


def _slot_of_way(parts: Parts, slots: Sequence[Slot], way: Way) -> tuple[Slot, bool] | None:
    """Return the slot a route belongs to and whether the route stands before it."""
    text = parts.text
    inside = next((s for s in slots if not s.distant and s.start <= way.start and way.end <= s.end), None)
    if inside is not None:
        return inside, inside.name.start <= way.start < inside.name.end or (inside.leads and way.end <= inside.name.start)
    behind = next((s for s in slots if s.start >= way.end and not s.distant), None)
    nearest = max((s for s in slots if s.anchor[1] <= way.start), key=lambda s: s.anchor[1], default=None)
    before_gap = _between(parts, way.end, behind.start) if behind else ""
    after_gap = _between(parts, nearest.anchor[1], way.start) if nearest else ""
    before_gap = _ABBREVIATED.sub("", before_gap)
    led = behind is not None and "(" not in before_gap[1:] and _fills(_WAY_LEAD, before_gap)
    close = nearest is not None and _fills(_WAY_TAIL, after_gap)
    if led and close and nearest is not None and behind is not None:
        return (nearest, False) if _backward(parts, nearest, way, before_gap, after_gap) else (behind, True)
    if led and behind is not None:
        return behind, True
    if close and nearest is not None:
        return nearest, False
    if nearest is not None and _ADVERB.search(text[way.start : way.end]) and len(text[nearest.end : way.start]) <= 60:
        return None if _CLAUSE.search(text[nearest.end : way.start]) else (nearest, False)
    return None


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


def _assign_durations(parts: Parts, slots: list[Slot]) -> None:
    for timing in parts.durations:
        word = parts.text[timing.start : timing.end].lower()
        slot = _slot_by(parts, slots, timing.start, timing.end)
        if slot is None and slots and not word.startswith(("since", "until")):
            first = slots[0]
            gap = parts.text[timing.end : first.start] if first.start >= timing.end and not first.distant else None
            slot = first if gap is not None and _fills(_WAY_LEAD, _between(parts, timing.end, first.start)) else None
        if slot is None or slot.duration is not None:
            continue
        slot.duration = timing
        for mate in _mates(slots, slot):
            if mate.duration is None and (timing.end <= mate.start or slot is _mates(slots, slot)[-1]):
                mate.duration = timing


def names_of(slots: Iterable[Slot]) -> list[DrugName]:
    """Return the names of slots, each once, in order."""
    seen: dict[int, DrugName] = {}
    for slot in slots:
        seen.setdefault(slot.name.start, slot.name)
    return list(seen.values())
