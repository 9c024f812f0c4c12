"""When each stretch of the text takes place: time expressions, resolved to days, and the order of the narrative."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.attach import attach, is_fronted
from extract.nlp.clock import Clock
from extract.nlp.cues import Cue, CueTable, cue_table, find_cues, settings
from extract.nlp.extensions import sentences, terms, text_of
from extract.nlp.grids import Grid
from extract.nlp.model import BlockKind, Sentence
from extract.nlp.subject import PATIENT, SubjectIndex
from extract.nlp.timex import TimeExpression, find_times
from extract.rules.lexicon import Mention
from extract.rules.load import RuleSet, load_rules

BASELINE, FOLLOWUP, HISTORY = "baseline", "followup", "history"


@dataclass(frozen=True, slots=True)
class SentenceTime:
    """The times of one sentence.

    Attributes
    ----------
    times : its expressions; their ``days`` count from presentation here.
    when : what holds for all of it; "" where its facts are decided one by one.
    points : evidence that its facts are later than baseline, where no expression dates them.
    """

    times: tuple[TimeExpression, ...] = ()
    when: str = ""
    points: float = 0.0


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
            return FactTime(self._untimed(here, start))
        time = here.times[k]
        return FactTime(time.when or self._untimed(here, start), time.text, time.days)

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

    def _untimed(self, here: SentenceTime, start: int) -> str:
        """Return ``when`` where no expression says it: by the evidence that things have moved on."""
        if here.when:
            return here.when
        points = here.points + (self.points["repeated_here"] if self.measures.repeated(start) else 0.0)
        return FOLLOWUP if points > 0 else BASELINE

    def _cell(self, sentence: Sentence, start: int) -> FactTime:
        time = self.grids[sentence.index].time(sentence.index, self.text.count("\t", sentence.start, start))
        return FactTime(BASELINE) if time is None else FactTime(time.when or BASELINE, time.text, time.days)


def _close(times: Sequence[TimeExpression], k: int, end: int) -> bool:
    """Tell whether the expression follows the number at once: "from 12 on day 3 to 40"."""
    return k >= 0 and 0 <= times[k].start - end < 12


# each ends with the fact's value
_VALUE = r"[<>~≈]?\s?\d[\d.,]*(?:[^\d.;]{0,15}|\s?[x×]\s?10[^\s\d]?\d{1,2}[^\d.;]{0,8})$"
_FROM = re.compile(rf"\bfrom\s(?:(?:a|an|the)\s\w+(?:\s\w+){{0,3}}?\s?(?:of\s)?)?{_VALUE}")
_TO = re.compile(r"[^.;]{0,30}\bto\b")
_TO_BEFORE = re.compile(rf"\bto\s[<>~]?\d[\d.,]*[^.;]{{0,40}}?\bfrom\s[^.;]{{0,30}}?{_VALUE}")
_USUAL = re.compile(
    rf"\(\s?(?:(?:her|his|patient[’']s|known|usual)\s)?baseline[\s:=,]*(?:\w+\s?){{0,2}}?[\s:=]*{_VALUE}"
)


class TimelineFinder:
    """Component ``casetab_timeline``: assigns ``_.timeline``."""

    def __init__(self, rules: RuleSet) -> None:
        self._table: CueTable = cue_table(rules)
        self._points: dict[str, float] = settings(rules)["followup"]

    def __call__(self, doc: Doc) -> Doc:
        """Find the time expressions of ``doc`` and follow the narrative through them."""
        text, found = text_of(doc), sentences(doc)
        subjects = cast("SubjectIndex", doc._.subjects)
        measures = Measures(found, [m for kind in _MEASURED for m in terms(doc, kind)], subjects)
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
        for grid in doc._.grids:
            timeline.grids.update(dict.fromkeys(grid.rows, grid))
        doc._.timeline = timeline
        return doc


class Measures:
    """What was measured before: a value of a thing that the story has measured already is a later one."""

    def __init__(self, found: Sequence[Sentence], mentions: Sequence[Mention], subjects: SubjectIndex) -> None:
        mentions = sorted(mentions, key=lambda m: m.start)
        self._starts = [m.start for m in mentions]
        self._again = [False] * len(mentions)
        self.repeats: dict[int, bool] = {}
        seen: set[str] = set()
        i = 0
        for sentence in found:
            first = i
            while i < len(mentions) and mentions[i].start < sentence.end:
                i += 1
            if sentence.section not in _STORY or sentence.kind is not BlockKind.PARAGRAPH:
                continue
            if i > first and subjects.at(sentence.start) == PATIENT:
                names = [mentions[k].name for k in range(first, i)]
                for k in range(first, i):
                    self._again[k] = names[k - first] in seen
                self.repeats[sentence.index] = any(self._again[first:i])
                seen.update(names)

    def repeated(self, start: int) -> bool:
        """Tell whether the thing measured at ``start`` had been measured before."""
        i = bisect_right(self._starts, start) - 1
        return i >= 0 and start - self._starts[i] < _NEAR and self._again[i]


class Narrative:
    """Follows one patient's story: from presentation to treatment and follow-up."""

    def __init__(self, text: str, found: Sequence[Sentence], measures: Measures, points: Mapping[str, float]) -> None:
        self._text, self._measures, self._points = text, measures, points
        self._last = max((s.index for s in found if s.section in _STORY and s.kind is BlockKind.PARAGRAPH), default=0)
        self.begin(0)

    def begin(self, index: int) -> None:
        """Start the story of a patient with sentence ``index``."""
        self._first = index
        self._recent = index - _RECENT - 1  # the last sentence with a day after presentation
        self._treated = False
        self._heading_points = 0.0
        self._clock = Clock()

    def follow(
        self, sentence: Sentence, cues: Sequence[Cue], times: Sequence[TimeExpression], own: bool
    ) -> SentenceTime:
        """Return the times of a sentence and go on to its end."""
        story = own and sentence.section in _STORY
        if sentence.kind is BlockKind.HEADING:
            if story:
                self._heading(sentence)
            return SentenceTime()
        story = story and sentence.kind is BlockKind.PARAGRAPH
        if not story:
            resolved = tuple(self._clock.resolve(t, move=False) for t in times)
            return SentenceTime(resolved, "", self._evidence(sentence, cues, 0.3))
        words = self._text[sentence.start : sentence.end]
        self._clock.see_dates(words, times)
        resolved = tuple(self._clock.resolve(t) for t in times)
        bounds = (sentence.start, sentence.end)
        if resolved and resolved[0].when == HISTORY and is_fronted(self._text, bounds, resolved[0]):
            return SentenceTime(resolved, HISTORY)
        position = (sentence.index - self._first) / max(self._last - self._first, 1)
        points = self._evidence(sentence, cues, position)
        treated = any(cue.group == "course.treatment" for cue in cues)
        self._clock.note(words, resolved, treated)
        self._treated = self._treated or (treated and not any(t.when == HISTORY for t in resolved))
        if any(t.when == FOLLOWUP and (t.days or 0) > 2 for t in resolved):
            self._recent = sentence.index
        return SentenceTime(resolved, "", points)

    def _evidence(self, sentence: Sentence, cues: Sequence[Cue], position: float) -> float:
        """Return the points for "later than baseline" of a sentence that does not say when."""
        points = self._points
        total = points["start"] + points["position"] * position + self._heading_points
        total += points["repeated"] * self._measures.repeats.get(sentence.index, False)
        groups = {cue.group for cue in cues}
        for name in ("change", "later", "early"):
            if f"course.{name}" in groups:
                total += points[name]
        total += points["treated"] * self._treated
        if 0 <= sentence.index - self._recent <= _RECENT:
            total += points["recent"]
        return total

    def _heading(self, sentence: Sentence) -> None:
        line = self._text[sentence.start : sentence.end].lower()
        if _EARLY.search(line):
            self._heading_points = self._points["early_heading"]
        elif _LATE.search(line):
            self._heading_points = self._points["late_heading"]


_EARLY = re.compile(
    r"investigation|examination|laborator|findings|presentation|history|complaint|admission|assessment|work-?up|diagnos"
)
_LATE = re.compile(r"outcome|follow|therap|hospital course|clinical course|postoperative|progress")
_STORY = ("case", "")
_MEASURED = ("analyte", "muscle")
_RECENT = 4  # sentences for which "on day 9" goes on
_NEAR = 120


@Language.factory(
    "casetab_timeline",
    requires=["doc._.sentences"],
    assigns=["doc._.timeline"],
    default_config={"rules": []},
)
def make_timeline(nlp: Language, name: str, rules: list[str]) -> TimelineFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return TimelineFinder(load_rules(rules))
