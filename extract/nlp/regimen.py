"""Which dose, frequency, route and duration belong to which drug of a sentence.

Each drug of a sentence gets one slot for every dose said of it, or one without dose. A dose goes to the name that it
touches ("200 mg of propofol", "propofol (200 mg)"), else to the last name before it. Frequency, route and duration go
to the slot they stand by, and are shared with the other members of a list that say none of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from extract.nlp.doses import Dose
from extract.nlp.drug_names import DrugName
from extract.nlp.gaps import CLAUSE
from extract.nlp.regimen_model import Parts, Slot, names_of
from extract.nlp.regimen_timing import assign_durations, assign_frequencies, assign_ways, mates_of
from extract.nlp.schedules import Timing, Way

__all__ = ["Parts", "Slot", "mates_of", "names_of", "read_regimens"]


_STEP = re.compile(
    r"\b(?:(?<!followed )by|steps? of|decrements? of|increments? of|every|(?:equal|divided|"
    r"separate) doses of)\s(?:a\s)?$"
)
_STEP_AFTER = re.compile(
    r"\s(?:(?:daily|weekly|monthly|dose|every\s\w+)\s){0,2}(?:increase|increment|decrement|step|decrease)s?\b"
)
# "2 units of plasma": a dose of something that is no drug of the table
_OF_OTHER = re.compile(
    r"\s+of\s+(?!body|the\s(?:drug|same|medic|agent)|which|it\b|this|total|treatment|therapy|each|oral|"
    r"intravenous)[a-z]"
)
_NOT_A_DOSE = re.compile(
    r"\b(?:weigh\w*|weight|blood loss|urine|output|drained|aspirat\w+|residual|volume|hematoma|effusion|"
    r"fluid|saline|crystalloid\w*|lactate|"
    r"reduc\w+ by|decreas\w+ by|increas\w+ by|loss of|bleeding|collected|evacuated|removed|"
    r"capacity)\W+(?:\w+\W+){0,3}$",
    re.I,
)
_ANAPHORA = re.compile(
    r"\b(?:doses?|dosages?|dosing|infusion|regimen|it was|therapy|treatment|tapered|increased to|reduced to|the drug|"
    r"the medication|titrated|which was|continued|bolus)\b",
    re.I,
)
_OTHER_BRACKET = re.compile(r",\s[^(),]*[a-z]{3}[^(),]*\([^()]*$")
_DOSING = re.compile(r"\b(?:dos\w+|infus\w+|administ\w+|given|rate|increas\w+|reduced to)\b", re.I)
_AT_DOSE = re.compile(r"\b(?:at|to|with|in) (?:a|the) (?:\w+ )?dos(?:e|age) of\s$", re.I)
_NEXT_ITEM = re.compile(r"\b(?:and|then|plus|followed by)\b|,")
# "(loading dose 70 mg; 50 mg daily thereafter)"
_THEN_IN_BRACKET = re.compile(
    r"(?:\s?[;,]|\s(?:and|then|followed by)\b)(?:\s?(?:and|then|followed by|thereafter|subsequently|maintenance|"
    r"maintaining|dose|doses|of|a|with|after\w*|:)(?![\w-]))*\s?",
    re.I,
)
_RESPECTIVELY = re.compile(r"\brespectively\b", re.I)


def read_regimens(parts: Parts, before: Sequence[DrugName] = ()) -> list[Slot]:
    """Return the slots of a sentence.

    Parameters
    ----------
    before : the names of the sentence before, for a dose whose drug stands there ("The dose was increased to 40 mg").
    """
    parts.frequencies = [t for t in parts.frequencies if not any(d.start <= t.start < d.end for d in parts.doses)]
    # "over a month" is a duration, "on days 1 to 7" a frequency: the longer reading holds
    parts.frequencies = [t for t in parts.frequencies if not any(_inside(t, d) for d in parts.durations)]
    parts.durations = [
        d for d in parts.durations if not any(d.start < t.end and t.start < d.end for t in parts.frequencies)
    ]
    parts.ways = _one_way(parts)
    parts.known = sorted(
        [(t.start, t.end) for t in parts.frequencies]
        + [(t.start, t.end) for t in parts.durations]
        + [(w.start, w.end) for w in parts.ways]
        + [(d.start, d.end) for d in parts.doses]
    )
    slots = _assign_doses(parts, before)
    _group(parts, slots)
    assign_ways(parts, slots)
    assign_frequencies(parts, slots)
    assign_durations(parts, slots)
    return slots


def _inside(a: Timing, b: Timing) -> bool:
    """Tell whether ``a`` lies in ``b``, which is longer."""
    return b.start <= a.start and a.end <= b.end and b.end - b.start > a.end - a.start


def _one_way(parts: Parts) -> list[Way]:
    """Leave out a route's own abbreviation in brackets: "intravenous (IV)"."""
    kept: list[Way] = []
    for way in parts.ways:
        if kept and kept[-1].route == way.route and parts.text[kept[-1].end : way.start].strip() == "(":
            continue
        kept.append(way)
    return kept


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
        if len(behind) == count and parts.fills("dose_to_name", dose.end, names[behind[0]].start):
            return {k: list(zip(behind, values, strict=True))}
        if len(ahead) == count:
            return {k: list(zip(ahead, values, strict=True))}
    if len(names) < 2 or not _RESPECTIVELY.search(text, parts.start, parts.end):
        return {}
    first = next((k for k, d in enumerate(doses) if d.start > names[0].end), None)
    if first is None:
        return {}
    ahead = [i for i, n in enumerate(names) if n.end <= doses[first].start]
    following = [
        k
        for k, d in enumerate(doses)
        if k >= first and not any(n.start > doses[first].start and n.end <= d.start for n in names)
    ]
    if len(following) >= 2 and len(ahead) >= len(following):
        return {k: [(i, None)] for i, k in zip(ahead[-len(following) :], following, strict=True)}
    return {}


def _owner(parts: Parts, dose: Dose, owners: dict[int, list[Slot]]) -> tuple[int, bool] | None:
    """Return the index of the name a dose belongs to and whether the dose stands before it."""
    names = parts.names
    behind = next((i for i, n in enumerate(names) if n.start >= dose.end), None)
    ahead = next((i for i in range(len(names) - 1, -1, -1) if names[i].end <= dose.start), None)
    leads = behind is not None and parts.fills("dose_to_name", dose.end, names[behind].start)
    follows = ahead is not None and parts.fills("name_to_dose", parts.behind(names[ahead]), dose.start)
    if leads and follows and behind is not None and ahead is not None:
        taken = any(slot.leads for slot in owners.get(ahead, []))
        opened = "(" in parts.text[names[ahead].end : dose.start]
        if opened:  # "catecholamine (1.2 mg/h norepinephrine)"; "A (5 mg) B" is the other way round
            return (ahead, False) if ")" in parts.text[dose.end : names[behind].start] else (behind, True)
        strongly = re.search(r"\bof\b", parts.text[dose.end : names[behind].start]) is not None
        conjoined = _conjoined(parts, dose, names[ahead], names[behind]) and not _dose_follows(parts, behind)
        return (behind, True) if taken or strongly or conjoined else (ahead, False)
    if leads and behind is not None:
        return behind, True
    if _is_step(parts, dose) or _OF_OTHER.match(parts.text, dose.end, parts.end):
        return None
    if follows and ahead is not None:
        return None if _repeats(parts, dose, owners.get(ahead, [])) else (ahead, False)
    if dose.weak:
        return None
    if ahead is not None and _continues_bracket(parts, dose, owners.get(ahead, [])):
        return ahead, False
    return _loose(parts, dose, ahead, behind, owners)


def _continues_bracket(parts: Parts, dose: Dose, slots: Sequence[Slot]) -> bool:
    """Tell whether a dose follows another of the drug in one bracket: "A (loading dose 70 mg; then 50 mg daily)"."""
    last = slots[-1].dose if slots else None
    if last is None or last.weak:
        return False
    bracket = parts.text[slots[-1].name.end : last.start]
    if "(" not in bracket or ")" in parts.text[slots[-1].name.end : dose.start]:
        return False
    return _THEN_IN_BRACKET.fullmatch(parts.gap(last.end, dose.start)) is not None


def _is_step(parts: Parts, dose: Dose) -> bool:
    """Tell whether a dose is changed by so much: "by 5 mg", "12.5 mg weekly increases"."""
    before = parts.text[max(parts.start, dose.start - 24) : dose.start]
    return bool(_STEP.search(before) or _STEP_AFTER.match(parts.text, dose.end, parts.end))


def _conjoined(parts: Parts, dose: Dose, ahead: DrugName, behind: DrugName) -> bool:
    """Tell whether a dose between two names begins the second: "A and 2 mg of B", "A with 320 mg B"."""
    gap = parts.gap(ahead.end, dose.start)
    if ahead.kind == "class":
        return True  # "the only sedative given was 7.5 mg zolpidem"
    if re.search(r"\band\b|,", gap):
        return True
    return gap.rstrip().endswith(("with", " to")) and not parts.text[dose.end : behind.start].strip()


def _dose_follows(parts: Parts, index: int) -> bool:
    """Tell whether the name at ``index`` has a dose right behind it."""
    end = parts.behind(parts.names[index])
    dose = next((d for d in parts.doses if d.start >= end), None)
    following = parts.names[index + 1] if index + 1 < len(parts.names) else None
    if dose is None or dose.end > (following.start if following else parts.end):
        return False
    if following and _NEXT_ITEM.search(parts.text, end, dose.start):
        return not parts.fills("dose_to_name", dose.end, following.start)  # "B and then 3 mg C"
    return parts.fills("name_to_dose", end, dose.start)


def _repeats(parts: Parts, dose: Dose, slots: Sequence[Slot]) -> bool:
    """Tell whether a dose in brackets says a dose that stands already, in another unit: "54 mg rtPA (0.9 mg/kg)"."""
    if not any(slot.dose and slot.dose.unit_text != "%" for slot in slots):
        return False
    last = slots[-1]
    gap = parts.text[last.end : dose.start]
    return bool(re.fullmatch(r"\s?[(\[=]\s?(?:approximately |about |i\.e\.,? |equivalent to )?", gap)) and _closes(
        parts.text, dose.end
    )


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
        if parts.names[ahead].kind == "element" and "," in gap and not _DOSING.search(gap):
            return None  # "albumin 3.5 g/L, osmolality 330 mmol/kg"
        if _OTHER_BRACKET.search(gap) and not _DOSING.search(gap):
            return None  # "dobutamine (20 µg/kg/min), red cells (2 units)"
        close = len(gap) <= 160 and not CLAUSE.search(gap)
        alone = len(parts.names) == 1 and len(gap) <= 300 and _AT_DOSE.search(gap) is not None
        if (close or alone) and not _repeats(parts, dose, owners.get(ahead, [])):
            return ahead, False
    if behind is not None and len(text[dose.end : parts.names[behind].start]) <= 40:
        gap = text[dose.end : parts.names[behind].start]
        if not CLAUSE.search(gap) and "," not in gap and re.search(r"\b(?:of|with|using)\s", gap):
            return behind, True
    return None


def _distant(parts: Parts, dose: Dose, before: Sequence[DrugName]) -> Slot | None:
    if not before or dose.weak or not _ANAPHORA.search(parts.text, parts.start, parts.end):
        return None
    lead = parts.text[max(parts.start, dose.start - 48) : dose.start]
    if _NOT_A_DOSE.search(lead) or _STEP.search(lead) or _OF_OTHER.match(parts.text, dose.end, parts.end):
        return None
    single = {name.name for name in before}
    return Slot(before[-1], dose, distant=True) if len(single) == 1 else None


def _trim(slots: list[Slot]) -> list[Slot]:
    """Leave out volumes and percentages said beside a proper dose, and doses said twice."""
    firm = [s for s in slots if s.dose and not s.dose.weak]
    measured = [s for s in slots if s.dose and s.dose.unit_text != "%"]  # "10% 20 mL" is a dose of 20 mL
    kept: list[Slot] = []
    for slot in firm or (measured or slots)[:1]:
        same = [
            k
            for k in kept
            if k.dose
            and slot.dose
            and (k.dose.value, k.dose.unit_text) == (slot.dose.value, slot.dose.unit_text)
            and k.value == slot.value
        ]
        if not same:
            kept.append(slot)
    return kept


# -- lists ------------------------------------------------------------------------------------------------------------


def _group(parts: Parts, slots: list[Slot]) -> None:
    """Number the lists: slots whose names and doses only commas and "and" separate are of one."""
    slots.sort(key=lambda s: (s.name.start, s.dose.start if s.dose else 0))
    for previous, slot in pairwise(slots):
        slot.group = previous.group
        if previous.name is slot.name:
            continue
        if not parts.fills("list", previous.end, slot.start):
            slot.group += 1
