"""Ages of persons: "a 53-year-old woman", "aged 45", "a man of 50", "2-month-old", "in his sixties", "newborn"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extract.nlp.cues import Cue
from extract.nlp.numbers import NUMBER, read_number

DAYS_PER_YEAR = 365.25
PER_YEAR = {
    "year": 1.0,
    "month": 12.0,
    "week": DAYS_PER_YEAR / 7,
    "day": DAYS_PER_YEAR,
    "hour": DAYS_PER_YEAR * 24,
}
_UNIT = {"y": "year", "m": "month", "w": "week", "d": "day", "h": "hour"}
# decades of life: the middle of the decade is taken, as "in his sixties" says no more
_DECADES = {
    "twenties": 25, "thirties": 35, "forties": 45, "fifties": 55, "sixties": 65, "seventies": 75, "eighties": 85,
    "nineties": 95, "20s": 25, "30s": 35, "40s": 45, "50s": 55, "60s": 65, "70s": 75, "80s": 85, "90s": 95,
    "quinquagenarian": 55, "sexagenarian": 65, "septuagenarian": 75, "octogenarian": 85, "nonagenarian": 95,
    "centenarian": 100, "teens": 15, "teenage": 15, "teenager": 15,
}  # fmt: skip
_SHIFT = {"early": -3, "mid": 0, "late": 3}
_BEFORE = re.compile(rf"(?P<n>{NUMBER})(?:\s*(?:to|or|[-–])\s*(?P<high>\d{{1,3}}))?[\s\-‐‑–—]*$", re.IGNORECASE)
_MORE_BEFORE = re.compile(
    rf"(?P<n>{NUMBER})[\s\-‐‑–—]*(?P<unit>years?|yrs?|months?|weeks?)[\s,\-‐‑–—]*(?:and|&)?[\s\-‐‑–—]*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"\s*(?:of|was|is|:|=|about|approximately|around)?\s*(?P<n>{NUMBER})(?:[\s\-‐‑–—]*(?P<unit>years?|yrs?"
    rf"|y/?o?|months?|weeks?|days?|hours?)\b)?"
    rf"(?:[\s\-,–—]*(?:and)?[\s\-–—]*(?P<n2>{NUMBER})[\s\-]*(?P<unit2>months?|weeks?|days?)\b)?",
    re.IGNORECASE,
)
_WINDOW = 48
_OLDEST = 120.0
_APPOSED = 25  # characters between "newborn" and its age in days


@dataclass(frozen=True, slots=True)
class AgeMention:
    """An age in the text; ``years`` is a number of years (6 months = 0.5).

    ``form`` tells how it is said: ``old`` (45-year-old), ``aged`` (aged 45), ``decade`` (in his sixties),
    ``newborn``, ``at_age`` ("at the age of 45", which often tells of the past).
    """

    start: int
    end: int
    years: float
    text: str
    form: str


def find_ages(text: str, cues: Iterable[Cue]) -> Iterator[AgeMention]:
    """Yield the ages that the triggers ``age.*`` announce, in text order."""
    free = 0
    newborn: AgeMention | None = None
    for cue in cues:
        if not cue.group.startswith("age.") or cue.start < free:
            continue
        age = _READERS[cue.group](text, cue)
        if age is None or not 0 <= age.years <= _OLDEST:
            continue
        free = age.end
        if newborn is not None and not (age.form == "old" and age.years < 1 and age.start - newborn.end < _APPOSED):
            yield newborn
        newborn = age if age.form == "newborn" else None  # "a newborn, 6 days old" is 6 days old
        if newborn is None:
            yield age
    if newborn is not None:
        yield newborn


def _old(text: str, cue: Cue) -> AgeMention | None:
    left = max(cue.start - _WINDOW, 0)
    before = text[left : cue.start]
    match = _BEFORE.search(before)
    if match is None:
        return None
    value, unit = read_number(match["n"]), _UNIT[text[cue.start].lower()]
    if value is None:
        return None
    if match["high"] and text[left + match.start("high") - 1] not in "-‐‑":
        value = (value + float(match["high"])) / 2  # "a 70 to 80-year-old"
    elif match["high"]:
        value = float(match["high"])
    years, start = value / PER_YEAR[unit], left + match.start()
    more = _MORE_BEFORE.search(before[: match.start()])
    bigger = _UNIT[more["unit"][0].lower()] if more is not None else ""
    if more is not None and bigger != unit:
        years += (read_number(more["n"]) or 0) / PER_YEAR[bigger]
        start = left + more.start()
    end = cue.end
    following = _MONTHS_AFTER.match(text, end)
    if unit == "year" and following is not None:
        years += (read_number(following["n"]) or 0) / PER_YEAR[_UNIT[following["unit"][0].lower()]]
        end = following.end()
    past = _WHEN_AGED.search(text, max(start - _APPOSED, 0), start)
    return AgeMention(start, end, round(years, 4), text[start:end], "at_age" if past is not None else "old")


_WHEN_AGED = re.compile(
    r"\b(?:at|by|since|until|when\s(?:s?he|the\spatient)\swas)\s(?:about\s|approximately\s|around\s)?$", re.IGNORECASE
)
_MONTHS_AFTER = re.compile(rf"\s*(?:and|,)?\s*(?P<n>{NUMBER})[\s-]*(?P<unit>months?|weeks?)[\s-]old", re.IGNORECASE)


def _aged(text: str, cue: Cue) -> AgeMention | None:
    match = _AFTER.match(text, cue.end, cue.end + _WINDOW)
    if match is None:
        return None
    value = read_number(match["n"])
    if value is None:
        return None
    years = value / PER_YEAR[_UNIT[(match["unit"] or "y")[0].lower()]]
    if match["unit2"]:
        years += (read_number(match["n2"]) or 0) / PER_YEAR[_UNIT[match["unit2"][0].lower()]]
    form = "at_age" if cue.group == "age.at" else "aged"
    return AgeMention(cue.start, match.end(), round(years, 4), text[cue.start : match.end()], form)


_OF = re.compile(
    rf"\s(?P<n>{NUMBER})(?:[\s-](?P<unit>years?|yrs?|months?|weeks?|days?)\b(?![’']?\s(?:of\s)?(?:gestation|pregnan))"
    r"(?:\sof\sage\b|\sold\b)?"
    r"|(?=,|\.\s|\s\(|\s(?:who|with|was|is|had|has|presented|came|attended|underwent|complained|admitted)\b))",
    re.IGNORECASE,
)


def _of(text: str, cue: Cue) -> AgeMention | None:
    """Read "a man of 50 years", "a woman of 34 presented": the age is what follows the noun."""
    match = _OF.match(text, cue.end, cue.end + _WINDOW)
    value = read_number(match["n"]) if match is not None else None
    if match is None or value is None or (not match["unit"] and value < _OLD_ENOUGH):
        return None
    years = value / PER_YEAR[_UNIT[(match["unit"] or "y")[0].lower()]]
    start = match.start("n")
    return AgeMention(start, match.end(), round(years, 4), text[start : match.end()], "aged")


_OLD_ENOUGH = 12  # "a mother of 3" has children
_IN_DECADE = re.compile(
    r"\s(?:(?P<shift>early|mid|late)[\s-]*(?:to[\s-]*(?:mid|late)[\s-]*)?)?(?P<decade>[a-z]+|\d0[’']?s)\b",
    re.IGNORECASE,
)


def _decade(text: str, cue: Cue) -> AgeMention | None:
    """Read "septuagenarian", and what follows "in his": "sixties", "late 40s"."""
    word, shift, end = text[cue.start : cue.end].lower(), 0, cue.end
    match = _IN_DECADE.match(text, cue.end) if word.startswith("in") else None
    if match is not None:
        word, end = match["decade"].lower().replace("’", "").replace("'", ""), match.end()
        shift = _SHIFT[match["shift"].lower()] if match["shift"] else 0
    base = _DECADES.get(word)
    return AgeMention(cue.start, end, float(base + shift), text[cue.start : end], "decade") if base else None


def _newborn(text: str, cue: Cue) -> AgeMention | None:
    return AgeMention(cue.start, cue.end, 0.0, text[cue.start : cue.end], "newborn")


_READERS = {
    "age.old": _old,
    "age.aged": _aged,
    "age.of": _of,
    "age.at": _aged,
    "age.decade": _decade,
    "age.newborn": _newborn,
}
