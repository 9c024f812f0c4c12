"""When each stretch of the text takes place: time expressions, resolved to days, and the order of the narrative."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.attach import attach
from extract.nlp.cues import CueTable, cue_table, find_cues, settings
from extract.nlp.extensions import sentences, terms, text_of
from extract.nlp.grids import Grid
from extract.nlp.model import BlockKind, Sentence
from extract.nlp.narrative import BASELINE, FOLLOWUP, HISTORY, Measures, Narrative, SentenceTime
from extract.nlp.subject import PATIENT, SubjectIndex
from extract.nlp.time_expression import TimeExpression
from extract.nlp.time_patterns import PRESENTATION, RECENTLY
from extract.nlp.timex import find_times
from extract.rules.lexicon import Mention
from extract.rules.load import RuleSet, load_rules

_MEASURED = ("analyte", "muscle")
_DAY_OF_MONTH = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_NEAR_DAYS, _NEAR_MONTHS = 2, 45  # days after the presentation for which a date is the baseline still
_YEARLESS = 366  # ordinal numbers of dates without their year
_LONGEST_STORY = 10 * 365.25  # days between the presentation and a date in a table


@dataclass(frozen=True)
class FactTime:
    """When a fact holds, as the contract's columns name it."""

    when: str = ""
    time_text: str = ""
    time_days: float | None = None


@dataclass
class Timeline:
    """The times of a Doc, by sentence."""

    text: str
    found: Sequence[Sentence]
    measures: Measures
    points: Mapping[str, float]
    starts: list[int] = field(default_factory=list)
    times: list[SentenceTime] = field(default_factory=list)
    grids: dict[int, Grid] = field(default_factory=dict)
    admission: float | None = None
    first_dates: dict[bool, float] = field(default_factory=dict)  # of the tables, by whether the year is known

    def expressions(self) -> list[TimeExpression]:
        """Return all time expressions in text order, with days from presentation."""
        return [time for sentence in self.times for time in sentence.times]

    def at(self, start: int, end: int) -> FactTime:
        """Return when the fact at ``start:end`` holds."""
        i = bisect_right(self.starts, start) - 1
        if i < 0:
            return FactTime()
        sentence, here = self.found[i], self.times[i]
        if i in self.grids:
            return self._cell(sentence, start)
        bounds = (sentence.start, sentence.end)
        k = attach(self.text, bounds, here.times, start, end)
        if self._is_former(sentence, start, end) and not _close(here.times, k, end):
            return FactTime(HISTORY if here.when == HISTORY else BASELINE)
        if _USUAL.search(self.text, max(sentence.start, start - 30), end):
            return FactTime(HISTORY)
        if k < 0:
            return FactTime(self._untimed(here, start, end))
        time = here.times[k - 1] if k > 0 and _same_day(self.text, *here.times[k - 1 : k + 1]) else here.times[k]
        words = "" if time.when == HISTORY and time.days is None and _NO_TIME.fullmatch(time.text) else time.text
        return FactTime(time.when or self._untimed(here, start, end), words, time.days)

    def _is_former(self, sentence: Sentence, start: int, end: int) -> bool:
        """Tell whether the fact's value is the one from which it changed: "rose from 3 to 9", "fell to 9 from 30"."""
        text = self.text
        if _FROM.search(text, max(sentence.start, start - 22), end) is None:
            return False
        return (
            _TO.match(text, end, min(end + 40, sentence.end)) is not None
            or _TO_BEFORE.search(text, max(sentence.start, start - 60), end) is not None
        )

    def table_patient(self, start: int) -> int | None:
        """Return the number that a table's row or column gives to the patient of a cell; None outside tables."""
        i = bisect_right(self.starts, start) - 1
        grid = self.grids.get(i)
        if grid is None or not grid.patients:
            return None
        return grid.patient(i, self.text.count("\t", self.found[i].start, start))

    def _untimed(self, here: SentenceTime, start: int, end: int) -> str:
        """Return ``when`` where no expression says it: by the evidence that things have moved on."""
        if here.when:
            return here.when
        points = here.points + (self.points["repeated_here"] if self.measures.repeated(start) else 0.0)
        points += sum(more for place, more in here.turns if place < end)
        return FOLLOWUP if points > 0 else BASELINE

    def _cell(self, sentence: Sentence, start: int) -> FactTime:
        time = self.grids[sentence.index].time(sentence.index, self.text.count("\t", sentence.start, start))
        if time is None:
            return FactTime(BASELINE)
        days, when = time.days, time.when or BASELINE
        if days is not None or time.date is None:
            return FactTime(when, time.text, days)
        whole = _DAY_OF_MONTH.search(time.text) is not None  # "June 2017" has no day
        near = _NEAR_DAYS if whole else _NEAR_MONTHS
        since = time.date - self.admission if self.admission is not None else _LONGEST_STORY + 1
        if abs(since) <= _LONGEST_STORY:  # far from it where the table's date has no year
            when = FOLLOWUP if since > near else HISTORY if since < -RECENTLY else when if since > 0 else BASELINE
            days = since if whole else None
        elif when == BASELINE and time.date - self.first_dates.get(time.date > _YEARLESS, time.date) > near:
            when = FOLLOWUP  # an earlier table has earlier dates
        return FactTime(when, time.text, days)


def _close(times: Sequence[TimeExpression], k: int, end: int) -> bool:
    """Tell whether the expression follows the number at once: "from 12 on day 3 to 40"."""
    return k >= 0 and 0 <= times[k].start - end < 12


def _same_day(text: str, first: TimeExpression, second: TimeExpression) -> bool:
    """Tell whether a date without days only repeats the day of presentation: "on admission (12 January 2016)"."""
    repeats = first.days == 0.0 and first.anchor == PRESENTATION and second.anchor.startswith("date")
    return repeats and second.days is None and text[first.end : second.start] in (" ", ", ", " (", " on ")


# triggers that tell of the past and name no time
_NO_TIME = re.compile(
    r"(?:(?:past|previous|prior)\s)?(?:(?:medical|surgical)\s)?history(?:\sof)?|known\scase\sof|long.?standing",
    re.IGNORECASE,
)
# each ends with the fact's value
_VALUE = r"[<>~≈]?\s?\d[\d.,]*(?:[^\d.;]{0,15}|\s?[x×]\s?10[^\s\d]?\d{1,2}[^\d.;]{0,8})$"
_FROM = re.compile(rf"\bfrom\s(?:(?:a|an|the)\s\w+(?:\s\w+){{0,3}}?\s?(?:of\s)?)?{_VALUE}")
_TO = re.compile(r"[^.;]{0,30}\bto\b")
_TO_BEFORE = re.compile(rf"\bto\s[<>~]?\d[\d.,]*[^.;]{{0,40}}?\bfrom\s[^.;]{{0,30}}?{_VALUE}")
_USUAL = re.compile(
    r"(?:\(\s?|\b(?:from|with)\s(?:an?|her|his|the)\s|\b(?:her|his|known|usual|previous|prior|patient[’']s)\s)"
    rf"(?:usual\s|known\s|normal\s)?baseline(?:\s[^\W\d]\w*){{0,3}}?[\s:=,]*{_VALUE}"
)


def _in_unit(text: str, mention: Mention) -> bool:
    """Tell whether a mention of one letter stands in a unit: the L of "U/L" names nothing."""
    return mention.end - mention.start == 1 and text[mention.start - 1 : mention.start] == "/"


class TimelineFinder:
    """Component ``casetab_timeline``: assigns ``_.timeline``."""

    def __init__(self, rules: RuleSet) -> None:
        self._table: CueTable = cue_table(rules)
        self._points: dict[str, float] = settings(rules)["followup"]

    def __call__(self, doc: Doc) -> Doc:
        """Find the time expressions of ``doc`` and follow the narrative through them."""
        text, found = text_of(doc), sentences(doc)
        subjects = cast("SubjectIndex", doc._.subjects)
        mentions = [m for kind in _MEASURED for m in terms(doc, kind) if not _in_unit(text, m)]
        measures = Measures(text, found, mentions, subjects)
        timeline = Timeline(text, found, measures, self._points)
        narrative = Narrative(text, found, measures, self._points)
        introductions = {p.start for p in doc._.patients or [] if p.end > p.start}
        for sentence, cues in zip(found, find_cues(doc, self._table), strict=True):
            times = find_times(text, sentence.start, sentence.end, cues)
            own = sentence.kind is not BlockKind.TABLE and subjects.at(sentence.start) == PATIENT
            if any(sentence.start <= start < sentence.end for start in introductions):
                narrative.begin(sentence.index)
            timeline.starts.append(sentence.start)
            timeline.times.append(narrative.follow(sentence, cues, times, own))
        if len(introductions) < 2:
            timeline.admission = narrative.admission
        for grid in doc._.grids:
            for time in (*grid.columns.values(), *grid.lines.values()):
                if time.date is not None and not grid.literature:
                    known = time.date > _YEARLESS
                    timeline.first_dates[known] = min(time.date, timeline.first_dates.get(known, time.date))
            timeline.grids.update(dict.fromkeys(grid.rows, grid))
        doc._.timeline = timeline
        return doc


@Language.factory(
    "casetab_timeline",
    requires=["doc._.sentences"],
    assigns=["doc._.timeline"],
    default_config={"rules": []},
)
def make_timeline(nlp: Language, name: str, rules: list[str]) -> TimelineFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return TimelineFinder(load_rules(rules))
