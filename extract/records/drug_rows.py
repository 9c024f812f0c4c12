"""From what sentences say of drugs to rows: values of the columns, and what an article tells more than once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from extract.nlp.drug_rules import DrugRules, classes_of
from extract.nlp.model import FactContext
from extract.nlp.regimen import Slot

# a dose that is the sum of several, and that this sum is a day's
_DIVIDED = re.compile(r"\b(?:divided|equal)\b|\bin (?:\w+ ){1,2}doses\b", re.I)
_A_DAY = re.compile(r"^(?:daily|every ?day|each day|per day|a day)\b|\bdaily doses\b", re.I)
_ROUTES = {
    "intravenous": "intravenous", "oral": "oral", "subcutaneous": "subcutaneous", "intramuscular": "intramuscular",
    "topical": "topical", "inhaled": "inhaled", "intrathecal": "intrathecal", "ingestion": "oral",
}  # fmt: skip
# status of a class to the statuses of members that make it needless: "the antibiotics were stopped" tells nothing of
# antibiotics that are named, but a home medication does not explain a class that is given now
_MAKES_NEEDLESS = {
    "given": {"given", "stopped"},
    "stopped": {"given", "stopped", "history"},
    "history": {"history"},
    "withheld": {"withheld"},
}
# columns of words to the columns that hold what they mean, whatever the words; and what says nothing there
_MEANING = {"frequency_text": "frequency_per_day", "route_text": "route", "duration_text": "duration_days"}
_UNTOLD = (None, "", "other")
_DETAILS = ("frequency_text", "route_text", "duration_text", "indication_text")


@dataclass(slots=True)
class Telling:
    """One mention of a drug in a regimen, with its place in the article."""

    slot: Slot
    sentence: int
    status: str
    fact: FactContext
    values: dict[str, Any]
    confidence: float
    rule: str
    start: int
    end: int

    @property
    def kind(self) -> str:
        """Kind of the name."""
        return self.slot.name.kind


def row_values(text: str, slot: Slot, status: str, indication: str) -> dict[str, Any]:
    """Return the columns of table ``drugs`` for a slot."""
    values: dict[str, Any] = {
        "drug": slot.name.name,
        "drug_text": slot.name.text,
        "drugbank_id": slot.name.entry["drugbank_id"],
        "status": status,
        "indication_text": indication,
    }
    values.update(_dose_values(text, slot))
    values.update(_timing_values(text, slot))
    if slot.way is not None:
        values["route"] = "" if slot.way.weak and slot.way.route == "systemic" else _ROUTES.get(slot.way.route, "other")
        values["route_text"] = text[slot.way.start : slot.way.end]
    dose, often = values.get("dose_value"), values.get("frequency_per_day")
    if dose is not None and slot.dose is not None and values.get("dose_value_high") is None:
        a_day = slot.dose.daily and slot.dose.times is None
        how = values.get("frequency_text", "")
        values["daily_dose"] = daily_dose(dose, values["dose_unit"], often, how, a_day=a_day)
    return values


def daily_dose(dose: float, unit: str, often: float | None, how: str, *, a_day: bool) -> float | None:
    """Return the dose a day in the dose's unit; None where the text does not say it for sure.

    Parameters
    ----------
    often : doses a day, where known.
    how : the frequency as written: "60 mg per day in three divided doses" is 60 mg a day, not 180.
    a_day : the unit itself is one of a day (mg/day).
    """
    if unit == "%":
        return None
    if a_day:
        return dose
    if often is None or often < 1 or "/h" in unit or "/min" in unit:
        return None
    if _DIVIDED.search(how):
        return dose if _A_DAY.search(how) else None  # without a day, as of "2 g/kg in two doses", it may be a course's
    return round(dose * often, 4)


def _dose_values(text: str, slot: Slot) -> dict[str, Any]:
    dose = slot.dose
    if dose is None:
        return {}
    value = slot.value if slot.value is not None else dose.value
    unit = dose.unit_text
    if dose.times is not None:
        # "4 × 1 g/day" is one gram four times a day
        unit = unit.removesuffix("/day").removesuffix("/d").removesuffix(" per day").strip()
    return {
        "dose_value": value,
        "dose_value_high": dose.high,
        "dose_unit": unit,
        "dose_text": text[dose.start : dose.end]
        if slot.value is None or slot.value == dose.value
        else f"{value:g} {unit}",
    }


def dose_places(text: str, telling: Telling) -> dict[str, tuple[int, int]]:
    """Return where dose and unit stand in ``text``, by column; nothing where the columns hold other words."""
    dose = telling.slot.dose
    if dose is None:
        return {}
    places = {}
    if telling.values["dose_text"] == text[dose.start : dose.end]:
        places["dose_text"] = (dose.start, dose.end)
    unit = telling.values["dose_unit"]
    start = text.rfind(unit, dose.start, dose.end)
    if unit and start >= 0:
        places["dose_unit"] = (start, start + len(unit))
    return places


def _timing_values(text: str, slot: Slot) -> dict[str, Any]:
    values: dict[str, Any] = {}
    dose = slot.dose
    if slot.frequency is not None:
        values["frequency_text"] = text[slot.frequency.start : slot.frequency.end]
        values["frequency_per_day"] = slot.frequency.amount
    elif dose is not None and dose.latin is not None:
        values["frequency_text"] = text[dose.latin[0] : dose.latin[1]]
        values["frequency_per_day"] = _LATIN.get(values["frequency_text"].lower().replace(".", ""))
    elif dose is not None and dose.times is not None:
        values["frequency_text"] = dose.times_text
        values["frequency_per_day"] = dose.times
    if slot.duration is not None:
        values["duration_text"] = text[slot.duration.start : slot.duration.end]
        values["duration_days"] = slot.duration.amount
    return values


_LATIN = {
    "qd": 1,
    "od": 1,
    "bid": 2,
    "bd": 2,
    "tid": 3,
    "tds": 3,
    "qid": 4,
    "q12h": 2,
    "q8h": 3,
    "q6h": 4,
    "q4h": 6,
    "q24h": 1,
}


def tell_regimens_once(tellings: Sequence[Telling], rules: DrugRules) -> list[Telling]:
    """Return the tellings that add something, in text order.

    A class goes where a member is named close by; a mention without dose goes where the drug has a row of the same
    status; of two rows with the same dose the one with more in it stays.
    """
    kept: list[Telling] = []
    for group in _by_case(tellings):
        kept.extend(_distinct(_without_classes(group, rules)))
    return sorted(kept, key=lambda t: t.start)


def _by_case(tellings: Sequence[Telling]) -> Iterable[list[Telling]]:
    groups: dict[tuple[str, int], list[Telling]] = {}
    for telling in tellings:
        groups.setdefault((telling.fact.subject, telling.fact.case), []).append(telling)
    return groups.values()


def _without_classes(group: list[Telling], rules: DrugRules) -> list[Telling]:
    members: dict[str, list[str]] = {}
    for telling in group:
        if telling.kind != "class":
            entry = telling.slot.name.entry
            own = {_class_of(telling)} if telling.kind == "family" else set()
            for kind in classes_of(telling.values["drug"], entry["class"], rules) - own:
                members.setdefault(kind, []).append(telling.status)
    return [
        telling
        for telling in group
        if telling.kind not in ("class", "family")
        or telling.slot.dose is not None
        or not any(status in _MAKES_NEEDLESS[telling.status] for status in members.get(_class_of(telling), ()))
    ]


def _class_of(telling: Telling) -> str:
    """Return the class that the name of a class or a family is the name of: the first that its entry lists."""
    return telling.slot.name.entry["class"].partition("|")[0]


def _distinct(group: list[Telling]) -> list[Telling]:
    by_drug: dict[str, list[Telling]] = {}
    for telling in group:
        by_drug.setdefault(telling.values["drug"], []).append(telling)
    kept = []
    for tellings in by_drug.values():
        dosed = _merge_same([t for t in tellings if t.slot.dose is not None])
        bare = [t for t in tellings if t.slot.dose is None]
        kept.extend([*dosed, *_new_only(bare, dosed)])
    return kept


def _merge_same(dosed: list[Telling]) -> list[Telling]:
    """Join rows of the same dose where neither contradicts the other."""
    kept: list[Telling] = []
    for telling in dosed:
        for i, other in enumerate(kept):
            if _same_dose(telling, other) and _agree(telling, other, (*_DETAILS, "status")):
                if _filled(telling) > _filled(other):
                    kept[i] = telling
                break
        else:
            kept.append(telling)
    return kept


def _same_dose(a: Telling, b: Telling) -> bool:
    keys = ("dose_value", "dose_value_high")
    same_unit = _fold(a.values.get("dose_unit")) == _fold(b.values.get("dose_unit"))
    return same_unit and all(a.values.get(key) == b.values.get(key) for key in keys)


def _agree(a: Telling, b: Telling, columns: Iterable[str]) -> bool:
    return all(_agree_in(a.values, b.values, c) for c in columns if c not in ("indication_text",))


def _agree_in(a: dict[str, Any], b: dict[str, Any], column: str) -> bool:
    """Tell whether two rows say the same in a column, in these words or in others: "BD" and "twice daily"."""
    x, y = _fold(a.get(column)), _fold(b.get(column))
    meaning = a.get(_MEANING.get(column, ""))
    return x == y or not x or not y or (meaning not in _UNTOLD and meaning == b.get(_MEANING[column]))


def _new_only(bare: list[Telling], dosed: list[Telling]) -> list[Telling]:
    """Return of the mentions without dose the one that says most, for each status that no dosed row has."""
    told = {t.status for t in dosed}
    best: dict[str, Telling] = {}
    for telling in bare:
        if dosed and telling.status == "given":
            continue
        if telling.status in told:
            continue
        if telling.status not in best or _filled(telling) > _filled(best[telling.status]):
            best[telling.status] = telling
    return list(best.values())


def _filled(telling: Telling) -> int:
    return sum(telling.values.get(c) not in (None, "") for c in _DETAILS)


def _fold(value: Any) -> str:
    return str(value or "").lower().replace(" ", "")
