"""Time expressions of a text: "on day 3", "two weeks later", "at the 6-month follow-up", "on 3 March 2019".

Every expression gets an anchor and a number of days from it. Months count 30.44 days and years 365.25 days; days
that follow are rounded to whole days. "Day 3" and "hospital day 3" are 3, as most articles count from a day 0 or do
not say; the day of presentation itself is 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from extract.nlp.cues import Cue
from extract.nlp.dates import find_dates
from extract.nlp.numbers import read_number, read_ordinal
from extract.nlp.time_patterns import (
    AFTER_DAY,
    AFTER_OPERATION,
    AFTER_SOMETHING,
    BIRTH,
    COLLECTED,
    CYCLE,
    DAY_KIND_LEFT,
    DAY_NUMBER,
    DOSED_LEFT,
    EACH_LEFT,
    FOLLOWED,
    FOR_LEFT,
    GESTATION,
    IN_LEFT,
    LAST_LEFT,
    LEAD,
    MOST_DAYS,
    NEXT_LEFT,
    OBJECTS,
    ONSET,
    OPERATION,
    OPERATION_WORDS,
    ORDINAL_LEFT,
    POST_LEFT,
    POSTOP_DAY,
    POSTOP_LEFT,
    PRESENTATION,
    PRESENTATION_WORDS,
    RECENTLY,
    RIGHT,
    SAME_LEFT,
    SKIP_LEFT,
    SKIP_RIGHT,
    SPAN_LEFT,
    SYMPTOMS,
    THING,
    TIMES_A,
    TREATMENT,
    UNTIL,
    WORD_NUMBER,
)

DAYS_PER_MONTH = 365.25 / 12
_LENGTH = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": DAYS_PER_MONTH, "y": 365.25}

RUNNING, FOLLOW_UP, NONE = "running", "followup", ""


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A time expression at ``start:end``.

    Attributes
    ----------
    text : as written.
    anchor : what ``days`` counts from: ``presentation``, ``operation``, ``treatment``, ``discharge``, ``onset``,
        ``birth``, ``running`` (the time that the narrative has come to), ``date`` (days since 1 January of year 1,
        or of any year where ``year`` is not known) or "" (no number of days).
    days : days from the anchor, negative before it; None where the text gives no number.
    when : what the expression alone says: ``baseline``, ``followup``, ``history`` or "".
    span : the length that it names, in days, whatever it is counted from.
    """

    start: int
    end: int
    text: str
    anchor: str
    days: float | None
    when: str
    span: float | None = None


_WHOLE_DAYS = 3  # shorter times keep fractions: 36 hours are 1.5 days
_SOON = 0.25  # days: a few hours later is still the presentation
_FIRST_DAYS = 2  # the work-up of the first two days is still the baseline where nothing else speaks against it
_WEEKS_BORN = (20, 43)  # weeks that near "born" or "pregnant" count the pregnancy
_PREGNANCY_WINDOW = 3000  # characters in which a pregnancy is remembered
_POINTS = ("after", "within", "following", "on", "at", "by", "in", "over", "during")  # before "5 days of ..."
_LONG_UNITS = "my"  # "several" months or years lie before the present illness


def find_times(text: str, start: int, end: int, cues: Sequence[Cue]) -> list[TimeExpression]:
    """Return the time expressions of the sentence ``text[start:end]`` in text order, without overlap.

    ``cues`` are the sentence's triggers; those of the lists ``time.*`` announce expressions.
    """
    found: list[TimeExpression] = []
    for cue in cues:
        if cue.group.startswith("time."):
            free = found[-1].end if found else start
            reader = _READERS.get(cue.group, _fixed)
            expression = reader(text, start, end, cue)
            if expression is None:
                continue
            if expression.start < free and found:
                if found[-1].days is None and expression.days is not None:
                    found[-1] = expression
                continue
            if found and _restates(text, found[-1], expression):
                continue
            found.append(expression)
    return found


def _restates(text: str, first: TimeExpression, second: TimeExpression) -> bool:
    """Tell whether the second expression only says once more when the first was: "on day 26, after a week of ..."."""
    dated = first.days is not None and first.anchor not in (RUNNING, NONE)
    return dated and second.anchor == RUNNING and text[first.end : second.start] in (", ", " ", " (")


def _make(
    text: str, start: int, end: int, anchor: str, days: float | None, when: str, span: float | None = None
) -> TimeExpression:
    while start < end and text[start] in " ,":
        start += 1
    return TimeExpression(
        start, end, text[start:end], anchor, _round(days), when, _round(days if span is None else span)
    )


def _round(days: float | None) -> float | None:
    if days is None:
        return None
    return float(round(days)) if abs(days) >= _WHOLE_DAYS else round(days, 2) + 0.0


def _unit(text: str, start: int, end: int, cue: Cue) -> TimeExpression | None:
    """Read the expression around a unit of time ("day", "weeks")."""
    left_edge = max(start, cue.start - 70)
    left, right = text[left_edge : cue.start], text[cue.end : min(end, cue.end + 90)]
    length = 1.0 if cue.end - cue.start == 7 else _LENGTH[text[cue.start].lower()]  # "morning", "evening"
    if SKIP_RIGHT.match(right) or (length < 1 and COLLECTED.match(right)):
        return None
    if length == 1.0:
        numbered = _numbered_day(text, left_edge, left, right, cue)
        if numbered is not None:
            bare = numbered.anchor == PRESENTATION and numbered.text.lower().startswith(("day", "on day"))
            if bare and DOSED_LEFT.search(left) and CYCLE.search(text, start, end):
                return replace(numbered, anchor=NONE, days=None, when="", span=None)
            return numbered
    for read in (_ordinal_day, _next, _same, _spans):
        expression = read(text, left_edge, left, right, cue, length)
        if expression is not None:
            return expression
    return None


def _numbered_day(text: str, edge: int, left: str, right: str, cue: Cue) -> TimeExpression | None:
    match = DAY_NUMBER.match(right) or WORD_NUMBER.match(right)
    if match is None or text[cue.start : cue.end].lower() not in ("day", "days"):
        return None
    n = read_number(match["n"])
    if n is None:
        return None
    anchor, begin, stop = PRESENTATION, cue.start, cue.end + match.end()
    kind = DAY_KIND_LEFT.search(left)
    following = AFTER_DAY.match(right, match.end())
    if kind is not None:
        anchor, begin = kind.lastgroup or PRESENTATION, edge + kind.start()
    elif following is not None:
        anchor, stop = following.lastgroup or PRESENTATION, cue.end + following.end()
    elif AFTER_SOMETHING.match(right, match.end()):
        anchor = NONE
    lead = LEAD.search(text[edge:begin])
    if UNTIL.search(text[edge:begin]):
        return None  # "until day 20" is how long
    if lead is not None:
        begin = edge + lead.start()
    if kind is None and following is None and (n > MOST_DAYS or POST_LEFT.search(left)):
        anchor = NONE  # "post-NMS day 5"; such high days are counted from a transplantation, seldom from presentation
    when = "baseline" if n == 0 else "" if n <= _FIRST_DAYS and anchor == PRESENTATION else "followup"
    return _make(text, begin, stop, anchor, n if anchor else None, when)


def _ordinal_day(text: str, edge: int, left: str, right: str, cue: Cue, length: float) -> TimeExpression | None:
    match = ORDINAL_LEFT.search(left)
    if match is None:
        return None
    n = read_ordinal(match["n"])
    if n is None or EACH_LEFT.search(left, 0, match.start()):
        return None
    begin, stop, anchor = edge + match.start(), cue.end, PRESENTATION
    kind = (match["kind"] or "").lower()
    following = AFTER_DAY.match(right)
    after = AFTER_OPERATION.match(right)
    if kind.startswith("post") and not kind.startswith("postpartum"):
        anchor = OPERATION
    elif kind.startswith("treatment"):
        anchor = TREATMENT
    elif following is not None:
        anchor, stop = following.lastgroup or PRESENTATION, stop + following.end()
    elif after is not None:
        anchor, stop = OPERATION, stop + after.end()
    elif length == _LENGTH["w"] and n > 1 and IN_LEFT.search(left, 0, begin - edge):
        anchor = NONE  # "in the third week" has no day
    elif length != 1.0:
        return None
    elif AFTER_SOMETHING.match(right):
        anchor = NONE
    lead = LEAD.search(text[edge:begin])
    if lead is not None:
        begin = edge + lead.start()
    early = (n * length <= _FIRST_DAYS and anchor == PRESENTATION) or (anchor == BIRTH and length > 1)
    return _make(text, begin, stop, anchor, n * length if anchor else None, "" if early else "followup")


def _next(text: str, edge: int, left: str, right: str, cue: Cue, length: float) -> TimeExpression | None:
    """Read "the next day", "over the following 3 months"."""
    match = NEXT_LEFT.search(left)
    if match is None or (match["n"] and FOR_LEFT.search(left, 0, match.end())):
        return None
    several = text[cue.end - 1].lower() == "s" and cue.end - cue.start > 1
    n = _count(match["n"]) if match["n"] else None if several else 1.0
    days = n * length if n is not None else None
    return _make(text, edge + match.start(), cue.end, RUNNING, days, "followup")


def _same(text: str, edge: int, left: str, right: str, cue: Cue, length: float) -> TimeExpression | None:
    match = SAME_LEFT.search(left)
    if match is None or length != 1.0:
        return None
    return _make(text, edge + match.start(), cue.end, RUNNING, 0.0, "")


def _spans(text: str, edge: int, left: str, right: str, cue: Cue, length: float) -> TimeExpression | None:
    """Read a span of time with what it is counted from: "3 days after surgery", "two weeks later", "for 5 days"."""
    last = LAST_LEFT.search(left)
    if last is not None:
        n = _count(last["n"]) if last["n"] else 1.0
        return _make(text, edge + last.start(), cue.end, NONE, None, "") if n is not None else None
    match = SPAN_LEFT.search(left)
    if match is None:
        return None
    before = left[: match.start()]
    after = RIGHT.match(right)
    at_follow_up = after is not None and after["followup"] is not None  # "after a 4-month follow-up"
    if (SKIP_LEFT.search(before) and not at_follow_up) or TIMES_A.search(left):
        return None
    n = _count(match["n"])
    days = n * length if n is not None else None
    if (
        n is not None
        and length == _LENGTH["w"]
        and _WEEKS_BORN[0] <= n <= _WEEKS_BORN[1]
        and GESTATION.search(left + right)
    ):
        return None
    begin = edge + match.start()
    lead = LEAD.search(before)
    preposition = lead["lead"].split()[0].lower() if lead is not None else ""
    if lead is not None:
        begin = edge + lead.start()
    if after is None and preposition == "at" and _is_gestation(text, cue.start, n, length):
        return None
    if after is None and preposition != "for" and POSTOP_LEFT.search(before):
        return _make(text, begin, cue.end, OPERATION, days, "followup")
    if after is not None:
        return _counted(text, begin, cue, after, days, preposition)
    if preposition == "for" and FOLLOWED.search(before):
        return _make(text, begin, cue.end, FOLLOW_UP, days, "followup")
    if preposition in ("after", "following", "within", "in", "at", "by", "over", "on", "until", "during"):
        return _led(text, begin, cue, days, preposition, length)
    return None


def _is_gestation(text: str, place: int, n: float | None, length: float) -> bool:
    """Tell whether "at 30 weeks" counts a pregnancy of which the text spoke shortly before."""
    if n is None or length != _LENGTH["w"] or not _WEEKS_BORN[0] <= n <= _WEEKS_BORN[1]:
        return False
    return GESTATION.search(text, max(place - _PREGNANCY_WINDOW, 0), place) is not None


def _counted(
    text: str, begin: int, cue: Cue, match: re.Match[str], days: float | None, preposition: str
) -> TimeExpression | None:
    stop = cue.end + match.end()
    groups = match.groupdict()
    if groups["after"]:
        if match["after"].lower() == "of" and preposition not in _POINTS:
            return None  # "5 days of treatment" is how long, not when
        anchor = next(name for name, _ in OBJECTS if groups.get(name))
        early = anchor == PRESENTATION and (days is None or days < 1)
        return _make(text, begin, stop, anchor, days, "" if anchor in (ONSET, BIRTH) or early else "followup")
    if groups["later"]:
        return _make(text, begin, stop, RUNNING, days, "followup")
    if groups["afterwhat"]:  # "two weeks after the transfusion": when that was is not known
        ends = text[stop : stop + 1] in (",", ".", ";", ")", "")
        thing = THING.match(text, stop, min(stop + 60, len(text)))
        last = stop if ends or thing is None else thing.end()
        return _make(text, begin, last, RUNNING if ends else NONE, days if ends else None, "followup", days)
    if groups["beforewhat"] and preposition == "for":
        return None  # "stayed for two weeks before discharge" is how long
    if groups["beforewhat"]:
        return _before(text, begin, stop, match["object"] or "", days)
    if groups["ago"]:
        long = (days is None and text[cue.start].lower() in _LONG_UNITS) or (days is not None and days > RECENTLY)
        return _make(text, begin, stop, PRESENTATION, -days if days is not None else None, "history" if long else "")
    if groups["postop"]:
        return _make(text, begin, stop, OPERATION, days, "followup")
    if groups["posttreatment"]:
        return _make(text, begin, stop, TREATMENT, days, "followup")
    if groups["followup"]:
        return _make(text, begin, stop, FOLLOW_UP, days, "followup")
    return None


def _before(text: str, begin: int, stop: int, what: str, days: float | None) -> TimeExpression:
    ago = -days if days is not None else None
    if OPERATION_WORDS.search(what):
        return _make(text, begin, stop, OPERATION, ago, "baseline")
    if PRESENTATION_WORDS.search(what):
        return _make(text, begin, stop, PRESENTATION, ago, "history" if ago is None or -ago > RECENTLY else "")
    return _make(text, begin, stop, NONE, None, "")


def _led(text: str, begin: int, cue: Cue, days: float | None, preposition: str, length: float) -> TimeExpression | None:
    """Read a span after a preposition alone: "after 2 weeks", "at 6 months"."""
    if length < 1 and text.startswith(" of ", cue.end):
        return None  # "after 12 hours of fasting"
    if preposition in ("after", "following") and SYMPTOMS.match(text, cue.end):
        return _make(text, begin, cue.end, NONE, None, "")  # "after 4 days of fever" came the presentation
    if preposition in ("after", "following"):
        return _make(text, begin, cue.end, RUNNING, days, "" if days is not None and days < _SOON else "followup")
    if preposition == "at":
        return _make(text, begin, cue.end, FOLLOW_UP, days, "followup")
    if preposition in ("over", "in"):  # how long it took, not how much later it was
        return _make(text, begin, cue.end, NONE, None, "followup")
    if preposition in ("within", "by"):
        return _make(text, begin, cue.end, RUNNING, days, "followup")
    return None


def _count(text: str) -> float | None:
    """Return the number of a span; the upper end of a range; None for "several"."""
    low = text.lower().strip(" -‐‑")
    if low.startswith("half"):
        return 0.5
    if low.startswith("a couple"):
        return 2.0
    parts = re.split(r"\s*(?:–|\bto\b|\bor\b|\band\b|-(?=\d))\s*", low)
    return read_number(parts[-1])


def _postop_day(text: str, start: int, end: int, cue: Cue) -> TimeExpression | None:
    match = POSTOP_DAY.match(text, cue.start, end)
    if match is None:
        return None
    anchor = {"P": OPERATION, "H": PRESENTATION, "D": BIRTH, "I": PRESENTATION}[match["kind"][0]]
    lead = LEAD.search(text[max(start, cue.start - 30) : cue.start])
    begin = max(start, cue.start - 30) + lead.start() if lead is not None else cue.start
    n = float(match["n"])
    return _make(
        text, begin, match.end(), anchor, n, "followup" if n > 0 and (anchor != PRESENTATION or n > 1) else "baseline"
    )


def _fixed(text: str, start: int, end: int, cue: Cue) -> TimeExpression | None:
    """Read an expression that is its own trigger ("on admission", "postoperatively", "in the past")."""
    name = cue.group.removeprefix("time.")
    days = 0.0 if name == "presentation" else None
    anchor = PRESENTATION if name == "presentation" else NONE
    return TimeExpression(cue.start, cue.end, text[cue.start : cue.end], anchor, days, _FIXED_WHEN.get(name, ""))


def _date(text: str, start: int, end: int, cue: Cue) -> TimeExpression | None:
    found = find_dates(text, max(start, cue.start - 14), min(end, cue.end + 14))
    for date in found:
        if date.start <= cue.start < date.end:
            lead = LEAD.search(text[max(start, date.start - 20) : date.start])
            begin = max(start, date.start - 20) + lead.start() if lead is not None else date.start
            return TimeExpression(begin, date.end, text[begin : date.end], "date:" + date.precision, date.days, "")
    return None


_FIXED_WHEN = {"presentation": "baseline", "baseline": "baseline", "followup": "followup", "past": "history"}
_READERS: dict[str, Callable[[str, int, int, Cue], TimeExpression | None]] = {
    "time.unit": _unit,
    "time.code": _postop_day,
    "time.month": _date,
}
