"""How often, how long and by which way: the words around a dose."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from extract.rules.lexicon import Mention

_NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fourteen": 14, "fifteen": 15, "eighteen": 18, "twenty": 20, "twenty-one": 21,
    "twenty-four": 24, "thirty": 30, "a": 1, "an": 1, "third": 3, "second": 2, "fourth": 4, "other": 2, "sixth": 6,
    "several": 0, "few": 0, "many": 0, "couple of": 2, "half": 0.5,
}  # fmt: skip
_N = (
    r"(?:\d+(?:\.\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fourteen|fifteen|eighteen|"
    r"twenty-one|twenty-four|twenty|thirty)"
)
_NN = rf"{_N}(?:\s?(?:-|–|to|or|and|/)\s?{_N})?"
_UNIT = r"(?:hours?|hrs?|h|hourly|minutes?|mins?|days?|d|weeks?|wks?|months?|mos?|years?|yrs?)"
_DAYS = {"h": 1 / 24, "m": 1 / 1440, "d": 1.0, "w": 7.0, "mo": 30.4375, "y": 365.25, "c": 0.0}

# without one of these no pattern below can match; most sentences have none
_HINT = re.compile(
    r"\b(?:every|each|hourly|q\.?\s?\d|intervals?|times|per|on\sdays?|days\s\d|d\d|weeks?\s\d|a\sweek)|\d\s?[x×]|-hourly|\sa\s(?:day|week|month)|"
    r"doses\s?/",
    re.I,
)
_FREQUENCY = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        rf"\b(?:once\s|one dose\s|repeated\s)?every\s(?:(?P<n>{_NN})[\s-]?)?(?P<u>{_UNIT})\b",
        r"\b(?:once\s)?every\s(?P<n>third|fourth|second|other|sixth)\s(?P<u>hours?|day|week|month|year)\b",
        r"\b(?P<n>\d{1,2}|six|eight|twelve|four)[\s-]hourly\b",
        r"\bq\.?\s?(?P<n>\d{1,2}(?:[-–]\d{1,2})?)\s?(?P<u>h|hrs?|hours?|d|days?|w|weeks?|wk|months?|mo)\b",
        (
            rf"\b(?P<k>{_NN})[\s-](?:times|x|×|doses)(?:\s?/\s?|\s(?:a|per|each|every)\s|\s(?=daily|"
            rf"weekly))(?P<u>day|daily|week|weekly|month|year|d)\b"
        ),
        rf"(?<![\w.,])(?P<k>{_N})\s(?:per|a)\s(?P<u>day|week)\b",
        r"(?<![\w.])(?P<k>\d)\s?[x×]\s?(?:/\s?|per\s|a\s)?(?P<u>day|daily|d|week|wk)\b",
        rf"\b(?P<k>{_N})\s(?:boluses|doses|injections|tablets|capsules|puffs)\s?(?:/|per|a)\s?(?P<u>day|week|month)\b",
        rf"\b(?:repeated\s)?at\s(?:an?\s)?(?P<n>{_NN})[\s-](?P<u>{_UNIT})[\s-]intervals?\b",
        rf"\b{_N}\sdays\s(?:a|per|each|every|out\sof\sthe)\sweek\b",
        r"\b(?:at|in)\sweeks?\s\d{1,2}(?:(?:,?\sand\s|,\s)\d{1,2})+(?!\d)",
        r"\bon\sdays?\s\d{1,2}(?:(?:,?\sand\s|,\s|\s?[-–]\s?|\sto\s|\sthrough\s)\d{1,2})+(?!\d)",
        r"\bdays\s\d{1,2}(?:(?:,?\sand\s|,\s)\d{1,2})+(?!\d)",
        r"\b[dD]\d{1,2}(?:\s?[-–,]\s?[dD]?\d{1,2})+\b",
        rf"\beach\s(?P<n>{_N})\s(?P<u>{_UNIT})\b",
    )
)  # fmt: skip
_COUNTED = r"(?:cycles?|courses?|doses|sessions|pulses|injections|infusions|boluses|administrations)"
# a word of the event since or until which a drug is taken, not of the clause behind it
_INNER = r"(?!(?:and|with|which|who|but|when|then|for|he|she|it|they)\b)[\w-]+"
_DURATION = tuple(
    re.compile(pattern, re.I)
    for pattern in (
        (rf"\b(?:for|over|during|within)\s(?:(?:a\stotal\s(?:of|duration\sof)|a\scourse\sof|a\stotal\scourse\sof|a\sduration\sof|a\speriod\sof|another|an?\sadditional|an?\sinitial|an?|at\sleast|up\sto|approximately|about|around|almost|nearly|more\sthan|over|only|the|the\snext|the\sfollowing|the\spast|the\slast|the\sprevious|the\sfirst|the\sremaining|a\sfurther|next|further|additional|less\sthan|≥|>|~|some)\s?)*"
        rf"(?P<n>{_NN}|several|many|a\sfew|a\scouple\sof)?[\s-](?:(?:more|consecutive|further|additional|full|successive)\s)?(?P<u>{_UNIT}|{_COUNTED})\b(?:\s(?:period|course))?"),
        (
            rf"\b(?P<n>{_NN})[\s-](?P<u>days?|weeks?|months?|years?)[\s-](?:long\s)?(?:course|period|regimen|cycle|"
            rf"taper|trial)\b"
        ),
        rf"\b(?P<n>{_NN})\s(?:more\s|consecutive\s|further\s)?(?P<u>days?|weeks?|months?)(?=\sof\s(?!(?:gestation|pregnancy|age|life)\b))",
        rf"\b(?P<n>{_NN})\s(?:further\s|more\s|additional\s)?(?P<u>cycles?|courses?|pulses)\b",
        r"\bdays?\s\d{1,3}\s?(?:–|-|to)\s?\d{1,3}\b",
        r"\b(?:long-term|lifelong|life-long|indefinitely)\b",
        rf"\bsince\s(?:the\sage\sof\s)?(?:{_INNER}\s){{0,4}}{_INNER}",
        rf"\buntil\s(?:{_INNER}\s){{0,6}}(?!(?:was|were|is|are|had|has)\b){_INNER}",
    )
)  # fmt: skip
_STEADY = re.compile(r"hours?|hrs?|\bh\b|min", re.I)


@dataclass(frozen=True, slots=True)
class Timing:
    """A frequency or a duration: its place, and doses a day or days where these are fixed."""

    start: int
    end: int
    amount: float | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """A route: its place, its name in rules/routes.tsv, and whether it is a mere form of delivery."""

    start: int
    end: int
    route: str
    weak: bool


def number(words: str) -> float | None:
    """Return the number that digits or a number word say; the first of a range; None where none is said."""
    low = re.split(r"\s?(?:-|–|\bto\b|\bor\b|\band\b|/)\s?", words.strip().lower())[0]
    if low in _NUMBERS:
        return float(_NUMBERS[low]) or None
    try:
        return float(low)
    except ValueError:
        return None


def unit_days(unit: str) -> float:
    """Return the days of a unit of time; 0 for cycles and doses."""
    low = unit.lower()
    if low.startswith(("mo",)):
        return _DAYS["mo"]
    if low.startswith(("cy", "co", "do", "se", "pu", "in", "bo", "ad")):
        return 0.0
    return _DAYS.get(low[0], 1.0)


def find_frequencies(text: str, start: int, end: int, listed: Iterable[Mention]) -> list[Timing]:
    """Return the frequencies in ``text[start:end]``: those by grammar and the ``listed`` terms, longest first."""
    found = [
        Timing(m.start, m.end, float(m.entry["per_day"]) if m.entry["per_day"] else None)
        for m in listed
        if not _OTHER_CONTINUOUS.match(text, m.end, end)
    ]
    for pattern in _FREQUENCY if _HINT.search(text, start, end) else ():
        found.extend(Timing(m.start(), m.end(), _per_day(m)) for m in pattern.finditer(text, start, end))
    return _joined(text, [t for t in _longest(found) if not _is_time(text, t, end)])


# what is continuous or intermittent is no drug: "continuous venovenous haemofiltration"
_OTHER_CONTINUOUS = re.compile(
    r"\s(?:veno|arterio|renal|ha?emo|positive|monitor|EEG|ECG|electro|ambulatory|cardiac|airway|passive|bladder|"
    r"peritoneal|extracorporeal|mandatory|self-cath|cathet|compression)",
    re.I,
)
# "a week later", "over a month": a time, not a frequency
_BARE = re.compile(r"(?:a|per|one)\s(?:day|week|month|year)|once", re.I)
_AGO = re.compile(r"\s(?:later|ago|after|before|earlier|prior|of|following|apart)\b")
_UNIT_BEFORE = re.compile(r"(?:mg|g|grams?|mcg|[µμ]g|units?|IU|mL|ml|tablets?|capsules?)\s$")


def _is_time(text: str, timing: Timing, end: int) -> bool:
    """Tell whether "a week later", "a day of rest" is meant; "2 g a day of ceftriaxone" says how often."""
    if not (_AGO.match(text, timing.end, end) and _BARE.match(text, timing.start)):
        return False
    return not (
        text.startswith(" of", timing.end) and _UNIT_BEFORE.search(text, max(0, timing.start - 10), timing.start)
    )


def _joined(text: str, found: list[Timing]) -> list[Timing]:
    """Join neighbours: "every 6 hours as needed", "once daily at bedtime"."""
    kept: list[Timing] = []
    for timing in found:
        if kept and text[kept[-1].end : timing.start] == " ":
            first = kept.pop()
            timing = Timing(first.start, timing.end, first.amount or timing.amount)
        kept.append(timing)
    return kept


def _per_day(match: re.Match[str]) -> float | None:
    groups = match.groupdict()
    unit = groups.get("u") or ("h" if "hourly" in match.group().lower() else "")
    if groups.get("k"):
        times = number(groups["k"])
        return round(times / unit_days(unit), 4) if times else None
    count = groups.get("n")
    if not unit:
        return None
    value = number(count) if count else 1.0
    days = unit_days(unit) * (value or 0)
    return round(1 / days, 4) if days else None


def find_durations(text: str, start: int, end: int) -> list[Timing]:
    """Return the durations in ``text[start:end]``."""
    found: list[Timing] = []
    for pattern in _DURATION:
        found.extend(Timing(m.start(), m.end(), _days(m)) for m in pattern.finditer(text, start, end) if _is_fixed(m))
    return _longest(found)


def _is_fixed(match: re.Match[str]) -> bool:
    """Tell whether a duration says how long: "for a course" of three days alone does not."""
    groups = match.groupdict()
    unit, count = groups.get("u"), groups.get("n")
    return not unit or bool(count) or unit_days(unit) > 0


def _days(match: re.Match[str]) -> float | None:
    groups = match.groupdict()
    unit, count = groups.get("u"), groups.get("n")
    if not unit:
        return None
    value = number(count) if count else 1.0
    days = unit_days(unit) * (value or 0)
    return round(days, 4) or None


def find_ways(listed: Iterable[Mention]) -> list[Way]:
    """Return the routes among the terms."""
    return [Way(m.start, m.end, m.name, m.entry["weak"] == "1") for m in listed]


def _longest(found: list[Timing]) -> list[Timing]:
    kept: list[Timing] = []
    for item in sorted(found, key=lambda t: (t.start, -(t.end - t.start))):
        if kept and item.start < kept[-1].end:
            if item.end - item.start > kept[-1].end - kept[-1].start:
                kept[-1] = item
            continue
        kept.append(item)
    return kept


def spans(items: Iterable[Timing | Way]) -> Iterator[tuple[int, int]]:
    """Yield the places of timings or routes."""
    return ((item.start, item.end) for item in items)
