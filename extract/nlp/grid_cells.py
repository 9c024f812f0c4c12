"""What one cell of a table, or its caption, says of time."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from extract.nlp.dates import find_dates
from extract.nlp.numbers import ORDINAL, read_number, read_ordinal
from extract.nlp.time_expression import LENGTH, round_days
from extract.nlp.time_patterns import MOST_DAYS, RECENTLY

BASELINE, FOLLOWUP, HISTORY = "baseline", "followup", "history"
_ILLNESS = ("onset", "illness")
_COUNTED_ELSEWHERE = ("illness", "treatment", "therapy")
_DAY = re.compile(
    r"(?:\b(?:hospital|illness|treatment|therapy|admission|ICU|PICU|NICU)\s)?(?P<post>post[\s-]?(?:operative|op"
    r"|transplant\w*|treatment)?\s?-?)?"
    r"(?:\bdays?|^\W*D|\bPOD|\bHD)\s?[#+]?\s?(?P<n>[-−–]?\d{1,3})(?:[a-d](?![^\W\d])|\b)"
    r"(?!\s?(?:mg|g|ml|/|hours?\b|hrs?\b|h\b))",
    re.IGNORECASE,
)
# "ECMO day 3" is counted from what it is named after, "ICU day 3" from the stay
_NAMED = re.compile(
    r"^\W*(?!ICU|PICU|NICU|MICU|SICU|HD|DAY)[A-Z]{3,}\d?\s$"
    r"|(?i:\b(?:ECMO|weaning|\w*intubation|extubation|ventilation|\w*dialysis|CRRT|HBOT|treatment|therapy|chemotherapy"
    r"|cycle|transfusion|IVIG|plasma\s?\w+|onset|symptoms?|fever|surgery|shunt\w*|(?:outside|other|referring)(?:\s\w+)?)\s$)"
)
_SPAN = re.compile(
    r"(?<![\w.:/])(?P<n>\d{1,3}(?:\.\d)?|one|two|three|four|five|six|nine|twelve)[\s-]?(?P<u>hours?|hrs?|h|days?"
    r"|d|weeks?|wks?|w|months?|mos?|m|years?|yrs?|y)\b(?![\s-](?:urin|collect|protein|excret))",
    re.IGNORECASE,
)
_ORDINAL = re.compile(
    rf"\b(?P<n>{ORDINAL})\s(?:(?:hospital|admission|ICU)\s)?(?P<u>hour|day|d|week|month|year)\d?\b", re.IGNORECASE
)
_END = re.compile(r"\b(?:end|completion)\sof\s(?:the\s)?$|\bafter\s(?:the\s)?$", re.IGNORECASE)
# "1st week of dialysis" is counted from what was begun; "of admission", "of life", "of illness" are not
_OF_COURSE = re.compile(
    r"\s(?:of|after|on|post|following)[\s-](?:the\s|her\s|his\s)?(?!(?:hospital|admission|stay|presentation|arrival|life|age"
    r"|birth|illness|disease|symptoms?|fever|onset|ICU|PICU|NICU|pregnancy|gestation|study|cycle|menstr|visit|follow"
    r"|\d|(?:January|February|March|April|May|June|July|August|September|October|November|December)\b))[^\W\d]",
    re.IGNORECASE,
)
_OF_ILLNESS = re.compile(r"\s(?:of|after|from)\s(?:the\s)?(?:illness|disease|symptoms?|fever|onset)\b", re.IGNORECASE)
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
    r"\b(?:days?|weeks?|months?|years?)\s(?:ago|earlier|previously|(?:prior|before)\b(?:\sto)?(?:\s(?:the\s|hospital\s)?"
    r"(?P<what>admission|presentation|hospitali[sz]ation|arrival|onset|illness))?$)",
    re.IGNORECASE,
)
_FIRST_SPAN = re.compile(r"(?:the\s)?first\s(?:\w+\s)?(?:hours|days|weeks)", re.IGNORECASE)  # "first two weeks"
_MINUS = re.compile(r"^\W*[−–-]\s?(?=\d)")
_AGE = re.compile(
    r"\d\s?-?(?:y|yrs?|years?|mo|months?)\b\W*(?:old\b|of\sage\b|(?:male|female|man|woman|boy|girl|m|f)\b)",
    re.IGNORECASE,
)
_SEVERAL = re.compile(r"\d\s?(?:,|&|\band\b)\s?\d")  # "3 and 8 months"
_AGAIN_HERE = re.compile(
    r"\b(?:second|2nd|third|3rd|fourth|4th|next|re-?)[\s-]*(?:hospital\s)?(?:admission|admitted|presentation)\b",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"\b(?:cycle|dose|course|session|infusion|exchange)s?\s?#?(?:[2-9]|\d\d)\b|"
    r"\b(?:second|2nd|third|3rd|fourth|4th|last|next|re-?)[\s-]*(?:hospital\s)?(?:admission|presentation|visit)\b"
    r"|\b(?:peak|highest|lowest|nadir|maxim\w+|minim\w+|worst)\b.*\bduring\b",
    re.IGNORECASE,
)
_OTHER_ORIGIN = re.compile(
    r"\b(?:after|before|post|following|since|prior to)\b[\s-]"
    r"(?!(?:(?:the|hospital)\s){0,2}(?:admission|presentation|arrival|hospitali))"
    r"|\bpost-?(?:op|surg|transplant|proced|infus|treat|dos|intub|dialy)\w*",
    re.IGNORECASE,
)
_AND_AGAIN = re.compile(r"\sand\s(?:in|at|on|during|days?)\b", re.IGNORECASE)
_AFTER_WHAT = re.compile(
    r"(?:after|following|post)(?:\s(?:the|a|an|her|his|first|second|single-dose))*\s[^\W\d][\w-]*(?:\s(?:of|with)\s\w+)?",
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
    if re.search(r"\bdischarge\b", text, re.IGNORECASE) or _AGAIN.search(text):
        return CellTime(FOLLOWUP, text)
    earlier = _earlier(text)
    if earlier is not None:
        return earlier
    if _BEFORE.search(text) and not re.search(r"\bafter\b|\bpost", text, re.IGNORECASE):
        return CellTime(BASELINE, text, 0.0 if _AT_START.search(text) and "during" not in text.lower() else None)
    if _FIRST_SPAN.fullmatch(text):
        return CellTime(BASELINE, text)
    span = _span(text)
    if span is not None and (len(text) < 30 or _LATER.search(text)):
        known = not later and not _OTHER_ORIGIN.search(text) and not _SEVERAL.search(text)
        return CellTime(FOLLOWUP if span[0] or not known else BASELINE, text, span[0] if known else None)
    return CellTime(FOLLOWUP, text) if _LATER.search(text) else None


def _span(text: str) -> tuple[float] | None:
    """Return the days of a span of time in a cell; None without one. An age is none."""
    span = _SPAN.search(text) or _NUMBERED.search(text)
    if span is None or _AGE.search(text):
        return None
    n = read_number(span["n"])
    return (round_days((n or 0.0) * LENGTH[span["u"][0].lower()]),)


def _earlier(text: str) -> CellTime | None:
    """Return the time of a cell that names a span before the presentation: "2 weeks before admission", "−4 months".

    Days are given where the cell says what they are counted back from, or has a minus; such times of the last two
    months belong to the present illness.
    """
    before, minus = _SPAN_BEFORE.search(text), _MINUS.search(text)
    span = _span(text) if before or minus else None
    if before is None and (minus is None or span is None):
        return None
    days = (
        -span[0] if span and (minus or (before and before["what"] and before["what"].lower() not in _ILLNESS)) else None
    )
    return CellTime(BASELINE if span and span[0] <= RECENTLY and days is not None else HISTORY, text, days)


def days_back(text: str) -> CellTime | None:
    """Return the time of "two weeks before" counted back from an admission that another cell names."""
    span = _span(text) if _SPAN_BEFORE.search(text) else None
    return CellTime(BASELINE if span[0] <= RECENTLY else HISTORY, text, -span[0]) if span else None


def is_again(text: str) -> bool:
    """Tell whether a cell is of a later admission or visit: "second presentation"."""
    return _AGAIN_HERE.search(text) is not None


def is_elsewhere(text: str) -> bool:
    """Tell whether a cell counts from something else than the presentation: "After intubation"."""
    return _OTHER_ORIGIN.search(text) is not None


def _stated_day(text: str, later: bool) -> CellTime | None:
    day = _DAY.search(text)
    if day is not None:
        n = float(day["n"].replace("−", "-").replace("–", "-"))
        named = _NAMED.search(text, 0, day.start()) is not None
        post = later or named or bool(day["post"]) or "POD" in day.group().upper()
        of = (
            _OTHER_ORIGIN.match(text, day.end() + 1)
            or _OF_COURSE.match(text, day.end())
            or _OF_ILLNESS.match(text, day.end())
        )
        elsewhere = post or day.group().lower().startswith(_COUNTED_ELSEWHERE) or of is not None
        when = FOLLOWUP if n > 1 or (post and n > 0) else BASELINE
        return CellTime(when, text, None if elsewhere or n > MOST_DAYS else n)
    ordinal = _ORDINAL.search(text)
    if ordinal is not None:
        n = float(read_ordinal(ordinal["n"]) or 0)
        ended, course = _END.search(text, 0, ordinal.start()), _OF_COURSE.match(text, ordinal.end())
        elsewhere = course is not None or later or n > MOST_DAYS
        days = None if elsewhere else round_days(n * LENGTH[ordinal["u"][0].lower()])
        return CellTime(FOLLOWUP if n > 1 or ended or course or later else BASELINE, text, days)
    return None


def read_caption(caption: str) -> CellTime | None:
    """Return the time that a caption gives for the whole table."""
    day = _only_day(caption)
    if day is not None:
        return day
    before, after = _BEFORE.search(caption), _LATER.search(caption)
    if before is not None and _AND_AGAIN.match(caption, before.end()):
        return None  # "on admission and in our hospital"
    if before is not None and after is None:
        return CellTime(BASELINE, before.group(), 0.0 if _AT_START.search(before.group()) else None)
    if after is not None and before is None and after.group().lower() not in ("during", "last", "final", "current"):
        what = _AFTER_WHAT.match(caption, after.start())
        return CellTime(FOLLOWUP, what.group() if what is not None else after.group())
    return None


def _only_day(caption: str) -> CellTime | None:
    """Return the day of a caption that names just one: "Blood tests on hospital day 4"."""
    named = [*_DAY.finditer(caption), *_ORDINAL.finditer(caption)]
    if len(named) != 1 or re.search(r"\bdays\b", caption, re.IGNORECASE):
        return None
    time = _stated_day(caption, False)
    words = re.match(r"\s(?:of|after|following)\s(?:the\s)?\w+", caption[named[0].end() :])
    text = named[0].group() + (words.group() if words is not None else "")
    return replace(time, text=text.strip()) if time is not None else None


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
