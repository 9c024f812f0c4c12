"""The clock of a patient's story: what "two weeks later", "postoperative day 3" and "on 3 March" mean in days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from extract.nlp.time_expression import FOLLOW_UP, RUNNING, TimeExpression, round_days
from extract.nlp.time_patterns import DISCHARGE, OPERATION, PRESENTATION, TREATMENT

_HALF_YEAR = 183
_LONG_BEFORE = 60
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
_DISCHARGED = re.compile(r"\bdischarged\b", re.IGNORECASE)


class Clock:
    """Days from presentation of what has been told so far; None where the text does not tell."""

    def __init__(self) -> None:
        self.now: float | None = 0.0
        self.anchors: dict[str, float | None] = {PRESENTATION: 0.0}
        self._admission: float | None = None  # ordinal number of the date of presentation
        self._has_year = False
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
        if self._past and time.anchor == RUNNING and (days is None or days > _LONG_BEFORE):
            return replace(time, days=None, when="")  # "six years later" within the patient's history
        if move and time.anchor and time.when != "history" and not (time.days is not None and time.days < 0):
            self.now = days
        return replace(time, days=None if days is None else round_days(days))

    def see_dates(self, sentence: str, times: Sequence[TimeExpression]) -> None:
        """Take the date of a sentence that tells of the presentation as day 0."""
        if self._admission is not None:
            return
        for time in times:
            precision = time.anchor.partition(":")[2]
            if precision in ("day", "yearless") and time.days is not None and _ADMITTED.search(sentence):
                self._admission, self._has_year = time.days, precision == "day"
                return

    def arrive(self) -> None:
        """Note that the story has come to the presentation."""
        self._past = ""

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
        if any(t.when == "history" for t in times):
            return
        if _OPERATED.search(sentence) and _DONE.search(sentence) and (told is not None or _AT_ONCE.search(sentence)):
            self.anchors[OPERATION] = when
        elif treated:
            self.anchors.setdefault(TREATMENT, when)
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
            return None if self.now is None else self.now + time.days
        base = self.anchors.get(time.anchor)
        return None if base is None else base + time.days

    def _date(self, time: TimeExpression, move: bool) -> TimeExpression:
        precision = time.anchor.partition(":")[2]
        if time.days is None:
            return time
        if self._admission is None or (precision != "yearless" and not self._has_year):
            return replace(time, days=None)
        origin = float(self._admission)
        if precision == "yearless" and self._has_year:
            day = date.fromordinal(int(origin))
            origin = float(date(1, day.month, min(day.day, 28) if day.month == 2 else day.day).toordinal())
        days = time.days - origin
        if precision == "yearless" and days < -_HALF_YEAR:
            days += 365.0
        when = "followup" if days > 2 else "history" if days < -_LONG_BEFORE else "" if days > 0 else "baseline"
        if precision == "month":
            return replace(time, days=None, when=when if abs(days) > 45 else "")
        if move and days >= 0:
            self.now = days
        return replace(time, days=days, when=when)
