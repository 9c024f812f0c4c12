"""Spans of time with what they are counted from: "3 days after surgery", "two weeks later", "at 6 months"."""

from __future__ import annotations

import re

from extract.nlp.cues import Cue
from extract.nlp.numbers import read_number
from extract.nlp.time_expression import FOLLOW_UP, LENGTH, NONE, RUNNING, TimeExpression, make
from extract.nlp.time_patterns import (
    BIRTH,
    FOLLOWED,
    GESTATION,
    INFUSED,
    INTENSIVE,
    LAST_LEFT,
    LEAD,
    OBJECTS,
    ONSET,
    OPERATION,
    OPERATION_WORDS,
    POSTOP_LEFT,
    PRESENTATION,
    PRESENTATION_WORDS,
    RECENTLY,
    RIGHT,
    SKIP_LEFT,
    SPAN_LEFT,
    SYMPTOMS,
    THING,
    TIMES_A,
    TO_WARD,
    TREATMENT,
)

# what hours are counted back from, if not from a dose
_EVENT = re.compile(rf"{PRESENTATION_WORDS.pattern}|{OPERATION_WORDS.pattern}|arriv|birth|death", re.IGNORECASE)
_LONG_FOR = ("after", "later", "afterwhat", "beforewhat")  # groups of what follows "for two weeks"
_SOON = 0.25  # days: a few hours later is still the presentation
_WEEKS_BORN = (20, 43)  # weeks that near "born" or "pregnant" count the pregnancy
_PREGNANCY_WINDOW = 3000  # characters in which a pregnancy is remembered
_POINTS = ("after", "within", "following", "on", "at", "by", "in", "over", "during")  # before "5 days of ..."
_LONG_UNITS = "my"  # "several" months or years lie before the present illness


def read_span(text: str, edge: int, left: str, right: str, cue: Cue, length: float) -> TimeExpression | None:
    """Read a span of time with what it is counted from: "3 days after surgery", "two weeks later", "for 5 days"."""
    last = LAST_LEFT.search(left)
    if last is not None:
        n = count(last["n"]) if last["n"] else 1.0
        return make(text, edge + last.start(), cue.end, NONE, None, "") if n is not None else None
    match = SPAN_LEFT.search(left)
    if match is None:
        return None
    before = left[: match.start()]
    after = RIGHT.match(right)
    at_follow_up = after is not None and after["followup"] is not None  # "after a 4-month follow-up"
    if (SKIP_LEFT.search(before) and not at_follow_up) or TIMES_A.search(left):
        return None
    n = count(match["n"])
    days = n * length if n is not None else None
    if (
        n is not None
        and length == LENGTH["w"]
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
        return make(text, begin, cue.end, OPERATION, days, "followup")
    if after is not None:
        return _counted(text, begin, cue, after, days, preposition)
    if preposition == "for" and FOLLOWED.search(before):
        return make(text, begin, cue.end, FOLLOW_UP, days, "followup")
    if preposition in ("after", "following", "within", "in", "at", "by", "over", "on", "until", "during"):
        return _led(text, begin, cue, days, preposition, length)
    return None


def _is_gestation(text: str, place: int, n: float | None, length: float) -> bool:
    """Tell whether "at 30 weeks" counts a pregnancy of which the text spoke shortly before."""
    if n is None or length != LENGTH["w"] or not _WEEKS_BORN[0] <= n <= _WEEKS_BORN[1]:
        return False
    return GESTATION.search(text, max(place - _PREGNANCY_WINDOW, 0), place) is not None


def _counted(
    text: str, begin: int, cue: Cue, match: re.Match[str], days: float | None, preposition: str
) -> TimeExpression | None:
    stop = cue.end + match.end()
    groups = match.groupdict()
    if preposition == "for" and any(groups[name] for name in _LONG_FOR):
        return None  # "for two weeks before discharge", "for three days, after which ..." is how long
    if groups["after"]:
        if match["after"].lower() == "of" and preposition not in _POINTS:
            return None  # "5 days of treatment" is how long, not when
        anchor = origin(text, next(name for name, _ in OBJECTS if groups.get(name)), stop)
        early = anchor in (PRESENTATION, INTENSIVE) and (days is None or days < 1)
        when = "" if anchor in (ONSET, BIRTH) or early else "followup"
        return make(text, begin, stop, anchor, days if anchor else None, when, days)
    if groups["later"]:
        return make(text, begin, stop, RUNNING, days, "followup")
    if groups["afterwhat"]:  # "two weeks after the transfusion": when that was is not known
        ends = text[stop : stop + 1] in (",", ".", ";", ")", "")
        thing = THING.match(text, stop, min(stop + 60, len(text)))
        last = stop if ends or thing is None else thing.end()
        return make(text, begin, last, RUNNING if ends else NONE, days if ends else None, "followup", days)
    if groups["beforewhat"]:
        near = days is not None and days < 1 and not _EVENT.search(match["object"] or "")
        return None if near else _before(text, begin, stop, match["object"] or "", days)
    if groups["ago"]:
        long = (days is None and text[cue.start].lower() in _LONG_UNITS) or (days is not None and days > RECENTLY)
        return make(text, begin, stop, PRESENTATION, -days if days is not None else None, "history" if long else "")
    if groups["postop"]:
        return make(text, begin, stop, OPERATION, days, "followup")
    if groups["posttreatment"]:
        return make(text, begin, stop, TREATMENT, days, "followup")
    if groups["followup"]:
        return make(text, begin, stop, FOLLOW_UP, days, "followup")
    return None


def origin(text: str, anchor: str, stop: int) -> str:
    """Return what days before ``stop`` are counted from: nothing known in "3 days after admission to the ward"."""
    return NONE if anchor == PRESENTATION and TO_WARD.match(text, stop) else anchor


def _before(text: str, begin: int, stop: int, what: str, days: float | None) -> TimeExpression:
    ago = -days if days is not None else None
    if OPERATION_WORDS.search(what):
        return make(text, begin, stop, OPERATION, ago, "baseline")
    if PRESENTATION_WORDS.search(what):
        return make(text, begin, stop, PRESENTATION, ago, "history" if ago is None or -ago > RECENTLY else "")
    return make(text, begin, stop, NONE, None, "")


def _led(text: str, begin: int, cue: Cue, days: float | None, preposition: str, length: float) -> TimeExpression | None:
    """Read a span after a preposition alone: "after 2 weeks", "at 6 months"."""
    if length < 1 and text.startswith(" of ", cue.end):
        return None  # "after 12 hours of fasting"
    if preposition in ("after", "following") and SYMPTOMS.match(text, cue.end):
        return make(text, begin, cue.end, NONE, None, "")  # "after 4 days of fever" came the presentation
    if preposition in ("after", "following"):
        return make(text, begin, cue.end, RUNNING, days, "" if days is not None and days < _SOON else "followup")
    if preposition == "at":
        return make(text, begin, cue.end, FOLLOW_UP, days, "followup")
    if preposition == "by" and text[max(begin - 9, 0) : begin].lower() == "followed ":
        return None  # "followed by 20 weeks of ..." is how long
    if preposition == "over" and length < 1 and INFUSED.search(text, max(begin - 60, 0), begin):
        return None
    if preposition in ("over", "in"):  # how long it took, not how much later it was
        return make(text, begin, cue.end, NONE, None, "followup")
    if preposition in ("within", "by"):
        return make(text, begin, cue.end, RUNNING, days, "followup")
    return None


def count(text: str) -> float | None:
    """Return the number of a span; the upper end of a range; None for "several"."""
    low = text.lower().strip(" -‐‑")
    if low.startswith("half"):
        return 0.5
    if low.startswith("a couple"):
        return 2.0
    parts = re.split(r"\s*(?:–|\bto\b|\bor\b|\band\b|-(?=\d))\s*", low)
    return read_number(parts[-1])
