"""The clock of a patient's story: what "two weeks later", "postoperative day 3" and "on 3 March" mean in days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from extract.nlp.time_expression import FOLLOW_UP, RUNNING, TimeExpression, round_days
from extract.nlp.time_patterns import DISCHARGE, INTENSIVE, ONSET, OPERATION, PRESENTATION, RECENTLY, TREATMENT

_HALF_YEAR = 183
_MONTH_AWAY = 45
_FIRST = 2  # days of the work-up
_SAME = 0.5  # days between two treatments that began together
_YEARS, _LOOSELY = "years", "loosely"
_ADMITTED = re.compile(
    r"\b(?:admitted|admission|presented|presentation|visited|referred|hospitali[sz]ed|arrived|consulted|brought"
    r"|seen)\b",
    re.IGNORECASE,
)
_OPERATED = re.compile(
    r"\b(?:operated|operation|surgery|surgical|\w+ectomy|\w+plasty|\w+otomy|transplant(?:ation|ed)?|resect(?:ed"
    r"|ion)|delivered|cesarean|caesarean)\b",
    re.IGNORECASE,
)
_AT_ONCE = re.compile(
    r"\b(?:emergency|emergent(?:ly)?|urgent(?:ly)?|immediate(?:ly)?|same day|at once)\b", re.IGNORECASE
)
_DONE = re.compile(
    r"\b(?:performed|underwent|carried out|done|operated|operating|surgery was|delivered)\b", re.IGNORECASE
)
_TO_ICU = re.compile(
    r"\b(?:admi(?:tted|ssion)|transfer(?:red)?|moved|taken|upgraded|shifted|brought|referred)\s(?:directly\s)?to\s(?:(?:the|our|an?)\s)?"
    r"(?:\w+\s){0,3}?(?:[MSPNC]?ICU|intensive|critical\scare)\b"
)
_LATER = re.compile(r"\b(?:later|after|next|following|subsequent)\b", re.IGNORECASE)
_SHARE = 0.05  # of the way back: "three days later" does not go on from "two years before"
_MEMORY = 2  # sentences for which "two weeks later" goes on from a time before the presentation
_DISCHARGED = re.compile(r"\bdischarged\b", re.IGNORECASE)


class Clock:
    """Days from presentation of what has been told so far; None where the text does not tell."""

    def __init__(self) -> None:
        self.now: float | None = 0.0
        self.anchors: dict[str, float | None] = {PRESENTATION: 0.0}
        self._admission: float | None = None  # ordinal number of the date of presentation
        self._has_year = False
        self._back: float | None = None  # the time before the presentation that was told last
        self._kept = 0  # sentences for which it holds
        self._told: float | None = None  # ordinal number of the calendar date told last
        self._past = ""  # the story is at the time before the present illness: since years ago, or by a loose word

    @property
    def admission(self) -> float | None:
        """Ordinal number of the calendar date of presentation; None where the text gives no date with its year."""
        return self._admission if self._has_year else None

    def resolve(self, time: TimeExpression, move: bool = True) -> TimeExpression:
        """Return the expression with its days counted from presentation; ``move`` sets the clock to it."""
        if time.anchor.startswith("date:"):
            return self._date(time, move)
        days: float | None = self._days(time)
        if time.when == "history" and move:
            self._past = _YEARS if time.days is not None or self._past == _YEARS else _LOOSELY
        elif time.anchor == PRESENTATION and move:
            self._past = ""
        if self._past and time.anchor == RUNNING and (days is None or days > RECENTLY):
            return replace(time, days=None, when="")  # "six years later" within the patient's history
        if time.anchor == RUNNING and self._back is not None and move and _LATER.search(time.text):
            return self._go_on_before(time)
        if move:
            self._move(time, days)
        later = time.anchor in (INTENSIVE, RUNNING) and not time.when and days is not None and days > _FIRST
        when = "followup" if later else time.when
        return replace(time, days=None if days is None else round_days(days), when=when)

    def _move(self, time: TimeExpression, days: float | None) -> None:
        """Set the clock to an expression; a time whose origin is not known leaves it without a day."""
        if days is not None and days < 0 and time.anchor == PRESENTATION:
            self._back, self._kept = days, _MEMORY
        elif time.anchor == ONSET and days is None and self.now == 0.0:
            return  # "came two hours after ingestion"
        elif time.anchor and time.when != "history" and not (time.days is not None and time.days < 0):
            self.now, self._back = days, None
        elif not time.anchor and time.when == "followup" and time.span is not None:
            self.now = None

    def _go_on_before(self, time: TimeExpression) -> TimeExpression:
        """Return "two weeks later" counted on from "began 1 month prior"; without days where it may be either."""
        back = None if time.days is None or self._back is None else self._back + time.days
        near = back is not None and self._back is not None and back - self._back >= _SHARE * -self._back
        self._back = back if back is not None and near and back <= 0 else None
        if self._back is None:
            self.now = None
            return replace(time, days=None)
        return replace(time, days=round_days(self._back), when="history" if self._back < -RECENTLY else "")

    def see_dates(self, sentence: str, times: Sequence[TimeExpression]) -> None:
        """Take the date of a sentence that tells of the presentation as day 0."""
        if self._admission is not None:
            return
        for time in times:
            precision = time.anchor.partition(":")[2]
            if precision in ("day", "yearless") and time.days is not None and _ADMITTED.search(sentence):
                self._admission, self._has_year = time.days, precision == "day"
                return

    def start(self) -> None:
        """Set the clock to the presentation where the sentence that tells of it has left it without a day."""
        self.now = 0.0 if self.now is None else self.now

    def arrive(self) -> None:
        """Note that the story has come to the presentation."""
        self._past, self._back = "", None

    def operated_before(self, times: Sequence[TimeExpression]) -> None:
        """Take the operation from the sentence of the presentation: "was admitted 3 days after surgery"."""
        for time in times:
            if time.anchor == OPERATION and time.days is not None and time.days > 0:
                self.anchors[OPERATION] = -time.days

    def note(self, sentence: str, times: Sequence[TimeExpression], treated: bool) -> None:
        """Remember when the operation, the treatment and the discharge of a sentence took place."""
        if (self._past == _LOOSELY and treated) or _DISCHARGED.search(sentence):
            self._past = "" if not any(t.when == "history" for t in times) else self._past
        told = next((t for t in times if t.days is not None), None)
        when = told.days if told is not None else self.now if not times else None
        self._kept -= 1
        self._back = self._back if self._kept > 0 else None
        if any(t.when == "history" for t in times):
            return
        if _TO_ICU.search(sentence):
            self.anchors.setdefault(INTENSIVE, 0.0 if when is None and self.now == 0.0 else when)
        if _OPERATED.search(sentence) and _DONE.search(sentence) and (told is not None or _AT_ONCE.search(sentence)):
            self.anchors[OPERATION] = when
        elif treated:
            first = self.anchors.setdefault(TREATMENT, when)
            if first is not None and (when is None or abs(when - first) > _SAME):
                self.anchors[TREATMENT] = None  # which treatment will be meant is not known
        if _DISCHARGED.search(sentence):
            self.anchors[DISCHARGE] = told.days if told is not None else None
            if told is None:
                self.now = None

    def _days(self, time: TimeExpression) -> float | None:
        if time.days is None:
            return None
        if time.anchor == FOLLOW_UP:
            known = (self.anchors.get(anchor) for anchor in (DISCHARGE, OPERATION, TREATMENT))
            return next((day for day in known if day), 0.0) + time.days
        if time.anchor == RUNNING:
            if self.now is None:
                return None
            return (float(int(self.now)) if time.days >= 1 else self.now) + time.days  # the next day, at no hour
        if time.anchor == INTENSIVE:  # counted from 0 or from 1 where the patient came there later
            return time.days if self.anchors.get(INTENSIVE, 0.0) == 0.0 else None
        base = self.anchors.get(time.anchor)
        return None if base is None else base + time.days

    def _date(self, time: TimeExpression, move: bool) -> TimeExpression:
        precision = time.anchor.partition(":")[2]
        if time.days is None:
            return time
        if self._admission is None or (precision != "yearless" and not self._has_year):
            self.now = None if move else self.now
            return replace(time, days=None)
        days = self._since(time.days, precision == "yearless")
        when = "followup" if days > _FIRST else "history" if days < -RECENTLY else "" if days > 0 else "baseline"
        if precision == "month":
            far = abs(days) > _MONTH_AWAY
            if move and far and days > 0:
                self.now = None
            return replace(time, days=None, when=when if far else "")
        if move and days >= 0:
            self.now, self._told = days, self._admission + days
        return replace(time, days=days, when=when)

    def _since(self, ordinal: float, yearless: bool) -> float:
        """Return the days from presentation to a date; one without its year is near the date told last."""
        origin = float(self._admission or 0.0)
        if not yearless:
            return ordinal - origin
        last = self._told if self._told is not None else origin
        if self._has_year:
            day = date.fromordinal(int(last))
            start = float(date(1, day.month, min(day.day, 28) if day.month == 2 else day.day).toordinal())
        else:
            start = last
        since = ordinal - start
        if since < -_HALF_YEAR:
            since += 365.0
        return since + last - origin
