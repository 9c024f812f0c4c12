"""When each stretch of the text takes place: time expressions, resolved to days, and the order of the narrative."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.attach import attach, is_fronted
from extract.nlp.clock import Clock
from extract.nlp.cues import Cue, CueTable, cue_table, find_cues
from extract.nlp.extensions import sentences
from extract.nlp.model import BlockKind, Sentence
from extract.nlp.subject import PATIENT, SubjectIndex
from extract.nlp.timex import TimeExpression, find_times
from extract.rules.load import RuleSet, load_rules

BASELINE, FOLLOWUP, HISTORY = "baseline", "followup", "history"


@dataclass(frozen=True, slots=True)
class SentenceTime:
    """The times of one sentence.

    Attributes
    ----------
    times : its expressions; their ``days`` count from presentation here.
    state : ``when`` at its beginning, as the sentences before leave it.
    turns : offsets in it from which on something said so ("was started") makes facts later ones.
    """

    times: tuple[TimeExpression, ...] = ()
    state: str = ""
    turns: tuple[int, ...] = ()
    changes: tuple[int, ...] = ()


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
    starts: list[int] = field(default_factory=list)
    times: list[SentenceTime] = field(default_factory=list)
    cells: Mapping[int, Mapping[int, FactTime]] = field(default_factory=dict)

    def expressions(self) -> list[TimeExpression]:
        """Return all time expressions in text order, with days from presentation."""
        return [time for sentence in self.times for time in sentence.times]

    def at(self, start: int, end: int) -> FactTime:
        """Return when the fact at ``start:end`` holds."""
        i = bisect_right(self.starts, start) - 1
        if i < 0:
            return FactTime()
        sentence, here = self.found[i], self.times[i]
        if sentence.index in self.cells:
            return self._cell(sentence, start)
        bounds = (sentence.start, sentence.end)
        k = attach(self.text, bounds, here.times, start, end)
        from_value = _FROM.search(self.text, max(sentence.start, start - 22), start) is not None
        if from_value and _TO.match(self.text, end, min(end + 40, sentence.end)):
            return FactTime(BASELINE if here.state != HISTORY else HISTORY)
        if k < 0:
            return FactTime(self._state(here, start))
        time = here.times[k]
        when = time.when or self._by_days(time) or self._state(here, start)
        return FactTime(when, time.text, time.days)

    @staticmethod
    def _by_days(time: TimeExpression) -> str:
        if time.days is None:
            return ""
        return FOLLOWUP if time.days > 1 else HISTORY if time.days < -60 else BASELINE

    @staticmethod
    def _state(here: SentenceTime, start: int) -> str:
        if any(turn < start for turn in here.turns) or here.changes:
            return FOLLOWUP
        return here.state

    def _cell(self, sentence: Sentence, start: int) -> FactTime:
        column = self.text.count("\t", sentence.start, start)
        cells = self.cells[sentence.index]
        return cells.get(column, cells.get(-1, FactTime()))


_FROM = re.compile(r"\bfrom(?:\s(?:a|an|the)\s\w+(?:\s\w+)?(?:\sof)?)?\s$")
_TO = re.compile(r"[^.;]{0,30}\bto\b")


class TimelineFinder:
    """Component ``casetab_timeline``: assigns ``_.timeline``."""

    def __init__(self, rules: RuleSet) -> None:
        self._table: CueTable = cue_table(rules)

    def __call__(self, doc: Doc) -> Doc:
        """Find the time expressions of ``doc`` and follow the narrative through them."""
        text, found = doc.text, sentences(doc)
        subjects = cast("SubjectIndex", doc._.subjects)
        timeline = Timeline(text, found)
        narrative = Narrative(text)
        introductions = {p.start for p in doc._.patients or [] if p.end > p.start}
        for sentence, cues in zip(found, find_cues(doc, self._table), strict=True):
            times = find_times(text, sentence.start, sentence.end, cues)
            own = sentence.kind is not BlockKind.TABLE and subjects.at(sentence.start) == PATIENT
            if any(sentence.start <= start < sentence.end for start in introductions):
                narrative.begin()
            timeline.starts.append(sentence.start)
            timeline.times.append(narrative.follow(sentence, cues, times, own))
        timeline.cells = table_times(text, found, self._table)
        doc._.timeline = timeline
        return doc


class Narrative:
    """Follows one patient's story: from presentation to treatment and follow-up."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.begin()

    def begin(self) -> None:
        """Start the story of a patient."""
        self._state = BASELINE
        self._clock = Clock()

    def follow(
        self, sentence: Sentence, cues: Sequence[Cue], times: Sequence[TimeExpression], own: bool
    ) -> SentenceTime:
        """Return the times of a sentence and go on to its end."""
        if not own or sentence.kind in (BlockKind.CAPTION, BlockKind.TABLE):
            plain = tuple(self._clock.resolve(t, move=False) for t in times)
            state = "" if sentence.kind is BlockKind.TABLE else BASELINE if not own or not plain else ""
            return SentenceTime(plain, state)
        if sentence.section not in ("case", ""):
            resolved = tuple(self._clock.resolve(t, move=False) for t in times)
            return SentenceTime(resolved, self._told_again(cues))
        if sentence.kind is BlockKind.HEADING:
            self._heading(sentence)
            return SentenceTime((), self._state)
        resolved = tuple(self._clock.resolve(t) for t in times)
        state = self._state
        groups = [cue for cue in cues if cue.group.startswith("course.")]
        if any(t.when == HISTORY for t in resolved[:1]) and is_fronted(
            self._text, (sentence.start, sentence.end), resolved[0]
        ):
            return SentenceTime(resolved, HISTORY)
        turns = tuple(cue.end for cue in groups if cue.group == "course.treatment")
        changes = tuple(cue.start for cue in groups if cue.group == "course.change")
        self._clock.note(self._text[sentence.start : sentence.end], resolved, bool(turns))
        self._advance(resolved, turns, changes)
        return SentenceTime(resolved, state, turns, changes)

    def _advance(self, times: Sequence[TimeExpression], turns: Sequence[int], changes: Sequence[int]) -> None:
        last = next((t for t in reversed(times) if t.when), None)
        if last is not None and last.when == BASELINE and last.days == 0:
            self._state = BASELINE
        elif last is not None and last.when == FOLLOWUP:
            self._state = FOLLOWUP
        if turns and not any(t.when == HISTORY for t in times):
            self._state = FOLLOWUP

    def _told_again(self, cues: Sequence[Cue]) -> str:
        """Return ``when`` of a sentence outside the case section, which has no order of its own."""
        return BASELINE

    def _heading(self, sentence: Sentence) -> None:
        line = self._text[sentence.start : sentence.end].lower()
        if _EARLY.search(line):
            self._state = BASELINE
        elif _LATE.search(line):
            self._state = FOLLOWUP


_EARLY = re.compile(r"investigation|examination|laborator|findings|presentation|history|complaint|admission|assessment|work-?up|diagnos")
_LATE = re.compile(r"outcome|follow|treatment|management|therap|intervention|course|surg|operat")


def table_times(
    text: str, found: Sequence[Sentence], table: CueTable
) -> dict[int, dict[int, FactTime]]:
    """Return for each table row (by sentence index) the times of its columns; -1 is the whole row."""
    return {}


@Language.factory(
    "casetab_timeline",
    requires=["doc._.sentences"],
    assigns=["doc._.timeline"],
    default_config={"rules": []},
)
def make_timeline(nlp: Language, name: str, rules: list[str]) -> TimelineFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return TimelineFinder(load_rules(rules))
