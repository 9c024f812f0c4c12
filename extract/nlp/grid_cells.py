"""What one cell of a table, or its caption, says of time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from extract.nlp.dates import find_dates
from extract.nlp.numbers import ORDINAL, read_number, read_ordinal
from extract.nlp.time_patterns import MOST_DAYS

BASELINE, FOLLOWUP, HISTORY = "baseline", "followup", "history"
LENGTH = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 365.25 / 12, "y": 365.25}
"""Days of a unit of time by its first letter."""

_DAY = re.compile(
    r"(?:\b(?:hospital|illness|treatment|therapy|admission|ICU|PICU|NICU)\s)?(?P<post>post[\s-]?(?:operative|op"
    r"|transplant\w*|treatment)?\s?-?)?"
    r"(?:\bdays?|^\W*D|\bPOD|\bHD)\s?#?(?P<n>[-−–]?\d{1,3})\b(?!\s?(?:mg|g|ml|/|hours?\b|hrs?\b|h\b))",
    re.IGNORECASE,
)
# "ECMO day 3" is counted from what it is named after, "ICU day 3" from the stay
_NAMED = re.compile(r"^\W*(?!ICU|PICU|NICU|MICU|SICU|HD|DAY)[A-Z]{3,}\d?\s$")
_SPAN = re.compile(
    r"(?<![\w.:/])(?P<n>\d{1,3}(?:\.\d)?|one|two|three|four|five|six|nine|twelve)[\s-]?(?P<u>hours?|hrs?|h|days?"
    r"|d|weeks?|wks?|w|months?|mos?|m|years?|yrs?|y)\b(?![\s-](?:urin|collect|protein|excret))",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    rf"\b(?P<n>{ORDINAL})\s(?:(?:hospital|admission|ICU)\s)?(?P<u>day|week|month|year)\b", re.IGNORECASE
)
_END = re.compile(r"\b(?:end|completion)\sof\s(?:the\s)?$|\bafter\s(?:the\s)?$", re.IGNORECASE)
# "1st week of dialysis" is counted from what was begun; "of admission", "of life", "of illness" are not
_OF_COURSE = re.compile(
    r"\s(?:of|after|on|post|following)[\s-](?:the\s|her\s|his\s)?(?!(?:hospital|admission|stay|presentation|arrival|life|age"
    r"|birth|illness|disease|symptoms?|fever|onset|ICU|PICU|NICU|pregnancy|gestation|study|cycle|menstr|visit|follow"
    r"|\d|(?:January|February|March|April|May|June|July|August|September|October|November|December)\b))[^\W\d]",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\b(?P<u>hour|week|month|year)\s(?P<n>\d{1,3})\b", re.IGNORECASE)
NUMERIC_DATE = re.compile(
    r"(?<![\d/.-])(?:(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
    r"|(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})(?:[-/.](?P<c>(?:19|20)?\d\d))?)(?![\d/.-])"
)
_BEFORE = re.compile(
    r"\b(?:before|pre|prior|baseline|initial(?:ly)?|(?:admission|presentation|arrival)[a-d*]?|onset|at diagnosis"
    r"|emergency"
    r"|first visit|first value|"
    r"pre[\s-]?op\w*|preoperative\w*|pre[\s-]?treatment|pre[\s-]\w+|on entry|intake|referral)\b",
    re.IGNORECASE,
)
_AT_START = re.compile(
    r"(?<!pre-)(?<!pre )(?<!before )(?<!prior to )\b(?:admission|presentation|arrival)[a-d*]?\b", re.IGNORECASE
)
_LATER = re.compile(
    r"\b(?:after|post|discharge|follow[\s-]?up|followup|last|final|during|recovery|peak|nadir|current|later"
    r"|repeat(?:ed)?|subsequent|second|third|fourth|"
    r"post[\s-]?\w+|postoperative\w*|ICU|readmission|at death|relapse|remission|terminal\s(?:week|day|phase"
    r"|stage)|maximum|minimum"
    r"|highest|lowest|worst)\b",
    re.IGNORECASE,
)
_SPAN_BEFORE = re.compile(
    r"\b(?:weeks?|months?|years?)\s(?:ago|earlier|prior|before(?:\s(?:the\s)?(?:admission|presentation|onset|illness))?$)",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"\b(?:cycle|dose|course|session|infusion|exchange)s?\s?#?(?:[2-9]|\d\d)\b|"
    r"\b(?:second|2nd|third|3rd|fourth|4th|last|next|re-?)[\s-]*(?:hospital\s)?(?:admission|presentation|visit)\b"
    r"|\b(?:peak|highest|lowest|nadir|maxim\w+|minim\w+|worst)\b.*\bduring\b",
    re.IGNORECASE,
)
_OTHER_ORIGIN = re.compile(
    r"\b(?:after|before|post|following|since|prior to)\b[\s-](?!admission|presentation|arrival|hospitali)",
    re.IGNORECASE,
)
_NOT_TIME = re.compile(r"\b(?:normal|reference|ref\b|range|^units?$|limits?|cut[\s-]?off|RV)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CellTime:
    """What a cell says of time; ``date`` is the ordinal number of a calendar date."""

    when: str
    text: str
    days: float | None = None
    date: float | None = None


def read_cell(cell: str, later: bool = False, month_first: bool = False) -> CellTime | None:
    """Return what a header cell says of time; None where it says nothing.

    ``later`` tells that days are counted from a treatment, so that none of them is the baseline; ``month_first``
    that the table writes 4/1 for the first of April.
    """
    text = cell.strip()
    if not text or len(text) > 90:
        return None
    stated = _stated_day(text, later)
    if stated is not None:
        return stated
    when = _date(text, month_first)
    if when is not None:
        start = _AT_START.search(text) and not _AGAIN.search(text)
        return CellTime(BASELINE if start else "", text, 0.0 if start else None, when)
    if _NOT_TIME.search(text):
        return None
    if re.search(r"\bdischarge\b", text, re.IGNORECASE):
        return CellTime(FOLLOWUP, text)
    if _AGAIN.search(text):
        return CellTime(FOLLOWUP, text)
    if _SPAN_BEFORE.search(text):
        return CellTime(HISTORY, text)
    if _BEFORE.search(text) and not re.search(r"\bafter\b|\bpost", text, re.IGNORECASE):
        return CellTime(BASELINE, text, 0.0 if _AT_START.search(text) and "during" not in text.lower() else None)
    span = _SPAN.search(text) or _NUMBERED.search(text)
    if span is not None and (len(text) < 30 or _LATER.search(text)):
        n = read_number(span["n"])
        days = _whole(n * LENGTH[span["u"][0].lower()]) if n and not _OTHER_ORIGIN.search(text) else None
        return CellTime(FOLLOWUP, text, days)
    return CellTime(FOLLOWUP, text) if _LATER.search(text) else None


def _stated_day(text: str, later: bool) -> CellTime | None:
    day = _DAY.search(text)
    if day is not None:
        n = float(day["n"].replace("−", "-").replace("–", "-"))
        named = _NAMED.search(text, 0, day.start()) is not None
        post = later or named or bool(day["post"]) or "POD" in day.group().upper()
        elsewhere = post or "illness" in day.group().lower() or _OTHER_ORIGIN.match(text, day.end() + 1) is not None
        when = FOLLOWUP if n > 1 or (post and n > 0) else BASELINE
        return CellTime(when, text, None if elsewhere or n > MOST_DAYS else n)
    ordinal = _ORDINAL.search(text)
    if ordinal is not None:
        n = float(read_ordinal(ordinal["n"]) or 0)
        ended, course = _END.search(text, 0, ordinal.start()), _OF_COURSE.match(text, ordinal.end())
        days = None if course else _whole(n * LENGTH[ordinal["u"][0].lower()])
        return CellTime(FOLLOWUP if n > 1 or ended or course else BASELINE, text, days)
    return None


def read_caption(caption: str) -> CellTime | None:
    """Return the time that a caption gives for the whole table."""
    before, after = _BEFORE.search(caption), _LATER.search(caption)
    if before is not None and after is None:
        return CellTime(BASELINE, before.group(), 0.0 if _AT_START.search(before.group()) else None)
    if after is not None and before is None and after.group().lower() not in ("during", "last", "final", "current"):
        return CellTime(FOLLOWUP, after.group())
    return None


def _date(text: str, month_first: bool) -> float | None:
    for found in find_dates(text, 0, len(text)):
        return found.days
    match = NUMERIC_DATE.search(text)
    if match is None:
        return None
    try:
        if match["y"]:
            return float(date(int(match["y"]), int(match["m"]), int(match["d"])).toordinal())
        if not match["c"] and re.fullmatch(r"\W*\d{1,2}/\d{1,2}\W*", text) is None:
            return None
        year = int(match["c"] or 1)
        first, second = int(match["a"]), int(match["b"])
        month, day = (first, second) if second > 12 or (month_first and first <= 12) else (second, first)
        return float(date(year + 2000 if 1 < year < 100 else year, month, day).toordinal())
    except ValueError:
        return None


def _whole(days: float) -> float:
    return float(round(days)) if days >= 1 else round(days, 2)
