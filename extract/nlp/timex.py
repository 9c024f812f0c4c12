"""Time expressions of a text: "on day 3", "two weeks later", "at the 6-month follow-up", "on 3 March 2019".

Every expression gets an anchor and a number of days from it. Months count 30.44 days and years 365.25 days; days
that follow are rounded to whole days. "Day 3" and "hospital day 3" are 3, as most articles count from a day 0 or do
not say; the day of presentation itself is 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from extract.nlp.cues import Cue
from extract.nlp.dates import find_dates
from extract.nlp.numbers import read_number, read_ordinal
from extract.nlp.time_expression import LENGTH, NONE, RUNNING, TimeExpression, make
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
    FOR_LEFT,
    IN_LEFT,
    INTENSIVE,
    LEAD,
    MOST_DAYS,
    NEXT_LEFT,
    NO_LEFT,
    OPERATION,
    ORDINAL_LEFT,
    POST_LEFT,
    POSTOP_DAY,
    PRESENTATION,
    SAME_LEFT,
    SKIP_RIGHT,
    TIMES_A,
    TREATMENT,
    UNTIL,
    WORD_NUMBER,
)
from extract.nlp.time_spans import count, origin, read_span

_THEN = re.compile(r",?\s(?:followed\sby|then|and\sthen|after\swhich)\s[^.;]{0,15}\d")
_BARE_DAYS = re.compile(r"(?:on\s)?days?\W{0,3}\d{1,3}(?:\s?(?:-|–|to)\s?\d{1,3})?", re.IGNORECASE)
_STAYS = (PRESENTATION, INTENSIVE)
_FIRST_DAYS = 2  # the work-up of the first two days is still the baseline where nothing else speaks against it


def find_times(text: str, start: int, end: int, cues: Sequence[Cue]) -> list[TimeExpression]:
    """Return the time expressions of the sentence ``text[start:end]`` in text order, without overlap.

    ``cues`` are the sentence's triggers; those of the lists ``time.*`` announce expressions.
    """
    found: list[TimeExpression] = []
    free = start
    for cue in cues:
        if not cue.group.startswith("time.") or cue.start < free:
            continue
        reader = _READERS.get(cue.group, _fixed)
        expression = reader(text, start, end, cue)
        if expression is None:
            continue
        if expression.start < free and found:
            if found[-1].days is None and expression.days is not None:
                found[-1] = expression
                free = max(free, expression.end)
            continue
        free = expression.end
        if found and _restates(text, found[-1], expression):
            continue
        if found and _explains(text, found[-1], expression):
            found[-1] = replace(found[-1], anchor=expression.anchor, days=expression.days, when=expression.when)
            continue
        found.append(expression)
    return found


def _restates(text: str, first: TimeExpression, second: TimeExpression) -> bool:
    """Tell whether the second expression only says once more when the first was: "on day 26, after a week of ..."."""
    dated = first.days is not None and first.anchor not in (RUNNING, NONE)
    between = text[first.end : second.start]
    if dated and second.anchor in (TREATMENT, NONE) and second.span is not None and between == ", ":
        return text.startswith(",", second.end)  # "On day 28, 8 days after starting heparin, ..."
    return dated and second.anchor == RUNNING and between in (", ", " ", " (")


def _explains(text: str, first: TimeExpression, second: TimeExpression) -> bool:
    """Tell whether a bracket gives the day of the expression before it: "three days later (day 8)"."""
    told = second.days is not None and (second.anchor in (PRESENTATION, OPERATION) or second.anchor.startswith("date"))
    return told and first.anchor in (RUNNING, NONE) and text[first.end : second.start] in (" (", " (on ", " [")


def _unit(text: str, start: int, end: int, cue: Cue) -> TimeExpression | None:
    """Read the expression around a unit of time ("day", "weeks")."""
    left_edge = max(start, cue.start - 70)
    left, right = text[left_edge : cue.start], text[cue.end : min(end, cue.end + 90)]
    length = 1.0 if cue.end - cue.start == 7 else LENGTH[text[cue.start].lower()]  # "morning", "evening"
    if SKIP_RIGHT.match(right) or (length < 1 and COLLECTED.match(right)):
        return None
    if length == 1.0:
        numbered = _numbered_day(text, left_edge, left, right, cue)
        if numbered is not None:
            bare = numbered.anchor == PRESENTATION and _BARE_DAYS.fullmatch(numbered.text) is not None
            if bare and DOSED_LEFT.search(left) and _THEN.match(text, numbered.end, end):
                return None  # "200 mg on day 1, then 100 mg"
            if bare and DOSED_LEFT.search(left) and CYCLE.search(text, start, end):
                return replace(numbered, anchor=NONE, days=None, when="", span=None)
            return numbered
    for read in (_ordinal_day, _next, _same, read_span):
        expression = read(text, left_edge, left, right, cue, length)
        if expression is not None:
            return expression
    return None


def _numbered_day(text: str, edge: int, left: str, right: str, cue: Cue) -> TimeExpression | None:
    match = DAY_NUMBER.match(right) or WORD_NUMBER.match(right)
    if match is None or text[cue.start : cue.end].lower() not in ("day", "days"):
        return None
    n = read_number(match["n"])
    if n is None or TIMES_A.search(left):  # "once a day four hours ..."
        return None
    anchor, begin, stop = PRESENTATION, cue.start, cue.end + match.end()
    kind = DAY_KIND_LEFT.search(left)
    following = AFTER_DAY.match(right, match.end())
    if kind is not None:
        anchor, begin = kind.lastgroup or PRESENTATION, edge + kind.start()
    elif following is not None:
        stop = cue.end + following.end()
        anchor = origin(text, following.lastgroup or PRESENTATION, stop)
    elif AFTER_SOMETHING.match(right, match.end()):
        anchor = NONE
    lead = LEAD.search(text[edge:begin])
    if UNTIL.search(text[edge:begin]):
        return None  # "until day 20" is how long
    if lead is not None:
        begin = edge + lead.start()
    if kind is None and following is None and (n > MOST_DAYS or POST_LEFT.search(left)):
        anchor = NONE  # "post-NMS day 5"; such high days are counted from a transplantation, seldom from presentation
    when = "baseline" if n == 0 else "" if n <= _FIRST_DAYS and anchor in _STAYS else "followup"
    return make(text, begin, stop, anchor, n if anchor else None, when, n)


def _ordinal_day(text: str, edge: int, left: str, right: str, cue: Cue, length: float) -> TimeExpression | None:
    match = ORDINAL_LEFT.search(left)
    if match is None:
        return None
    n = read_ordinal(match["n"])
    if n is None or EACH_LEFT.search(left, 0, match.start()):
        return None
    begin, stop, anchor = edge + match.start(), cue.end, PRESENTATION
    kind = (match["kind"] or "").lower()
    if n == 1 and not kind and DOSED_LEFT.search(left, 0, match.start()) and not AFTER_SOMETHING.match(right):
        return None  # "200 mg on the first day, then 100 mg"
    following = AFTER_DAY.match(right)
    after = AFTER_OPERATION.match(right)
    if kind.startswith("post") and not kind.startswith("postpartum"):
        anchor = OPERATION
    elif kind.startswith("treatment"):
        anchor = TREATMENT
    elif following is not None:
        stop += following.end()
        anchor = origin(text, following.lastgroup or PRESENTATION, stop)
    elif after is not None:
        anchor, stop = OPERATION, stop + after.end()
    elif length == LENGTH["w"] and n > 1 and IN_LEFT.search(left, 0, begin - edge):
        anchor = NONE  # "in the third week" has no day
    elif length != 1.0:
        return None
    elif AFTER_SOMETHING.match(right):
        anchor = NONE
    lead = LEAD.search(text[edge:begin])
    if lead is not None:
        begin = edge + lead.start()
    early = (n * length <= _FIRST_DAYS and anchor in _STAYS) or (anchor == BIRTH and length > 1)
    return make(text, begin, stop, anchor, n * length if anchor else None, "" if early else "followup", n * length)


def _next(text: str, edge: int, left: str, right: str, cue: Cue, length: float) -> TimeExpression | None:
    """Read "the next day", "over the following 3 months"."""
    match = NEXT_LEFT.search(left)
    if match is None or (match["n"] and FOR_LEFT.search(left, 0, match.end())):
        return None
    several = text[cue.end - 1].lower() == "s" and cue.end - cue.start > 1
    n = count(match["n"]) if match["n"] else None if several else 1.0
    days = n * length if n is not None else None
    return make(text, edge + match.start(), cue.end, RUNNING, days, "followup")


def _same(text: str, edge: int, left: str, right: str, cue: Cue, length: float) -> TimeExpression | None:
    match = SAME_LEFT.search(left)
    if match is None or length != 1.0:
        return None
    return make(text, edge + match.start(), cue.end, RUNNING, 0.0, "")


def _postop_day(text: str, start: int, end: int, cue: Cue) -> TimeExpression | None:
    match = POSTOP_DAY.match(text, cue.start, end)
    if match is None:
        return None
    anchor = {"P": OPERATION, "H": PRESENTATION, "D": BIRTH, "I": INTENSIVE}[match["kind"][0]]
    lead = LEAD.search(text[max(start, cue.start - 30) : cue.start])
    begin = max(start, cue.start - 30) + lead.start() if lead is not None else cue.start
    n = float(match["n"])
    return make(
        text, begin, match.end(), anchor, n, "followup" if n > 0 and (anchor not in _STAYS or n > 1) else "baseline"
    )


def _fixed(text: str, start: int, end: int, cue: Cue) -> TimeExpression | None:
    """Read an expression that is its own trigger ("on admission", "postoperatively", "in the past")."""
    name = cue.group.removeprefix("time.")
    if name == "past" and NO_LEFT.search(text[max(start, cue.start - 40) : cue.start].lower()):
        return None  # "without a history of ..."
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
