"""The order of a patient's story: what was measured before, when the patient presented and was treated."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from extract.nlp.attach import is_fronted, is_reason
from extract.nlp.clock import Clock
from extract.nlp.cues import Cue
from extract.nlp.model import BlockKind, Sentence
from extract.nlp.sides import side_after, side_cues
from extract.nlp.subject import PATIENT, SubjectIndex
from extract.nlp.time_expression import RUNNING, TimeExpression
from extract.nlp.time_patterns import BIRTH, INTENSIVE, ONSET, PRESENTATION, TREATMENT
from extract.rules.lexicon import Mention

BASELINE, FOLLOWUP, HISTORY = "baseline", "followup", "history"
STORY = ("case", "")
_RECENT = 4  # sentences for which "on day 9" goes on
_NEAR = 120
_LIST = 4  # different things measured in one sentence
_SHARE = 0.5  # of them that make it a later list where they were measured before
_PRELUDE = 20  # sentences that may stand before the presentation
_PRESENTED = re.compile(
    r"\b(?:presented|(?:was|were|been)\s(?:\w+ly\s)?(?:admitted|referred|hospitali[sz]ed|brought|transferred|seen)|came\s(?:to|in)"
    r"|visited|attended|consulted|sought|arrived)\b",
    re.IGNORECASE,
)
# what tells that the sentences before the presentation are about earlier years
_YEARS = re.compile(
    r"\b(?:in|since)\s(?:\w+\s)?(?:19|20)\d\d\b|\byears?\s(?:ago|before|earlier|prior|previously|later|after|following)\b"
    r"|\bat\s(?:the\s)?age\s(?:of\s)?\d|\bhad\s(?:previously\s)?been\sdiagnosed\b|\bin\s(?:his|her)\schildhood\b",
    re.IGNORECASE,
)
_GRADED = re.compile(r"[0-5V][+−–-]?\s?[/⁄]\s?[0-5V]|[⅕⅖⅗⅘]|\bM[0-5]\b|\b(?:MRC|MMT|grades?|graded|of (?:5|five))\b")
_ANCHORED = (PRESENTATION, ONSET, BIRTH)
_WITHIN = (RUNNING, TREATMENT, INTENSIVE)  # a span counted from these lies behind the presentation


@dataclass(frozen=True, slots=True)
class SentenceTime:
    """The times of one sentence.

    Attributes
    ----------
    times : its expressions; their ``days`` count from presentation here.
    when : what holds for all of it; "" where its facts are decided one by one.
    points : evidence that its facts are later than baseline, where no expression dates them.
    turns : where it begins to tell of a change or of later, with the points of that for the facts from there on:
        in "was 60 mg/L, rising to 150 mg/L" the first value is the one before.
    """

    times: tuple[TimeExpression, ...] = ()
    when: str = ""
    points: float = 0.0
    turns: tuple[tuple[int, float], ...] = ()


class Measures:
    """What was measured before: a value of a thing that the story has measured already is a later one.

    A muscle of the left side is not measured again by one of the right, and a weak arm is no measured one.
    """

    def __init__(
        self, text: str, found: Sequence[Sentence], mentions: Sequence[Mention], subjects: SubjectIndex
    ) -> None:
        mentions = sorted(mentions, key=lambda m: m.start)
        self._starts = [m.start for m in mentions]
        self._again = [False] * len(mentions)
        self.repeats: dict[int, bool] = {}
        seen: dict[str, set[str]] = {}  # sides on which a thing was measured; "" where none is said
        i = 0
        for sentence in found:
            first = i
            while i < len(mentions) and mentions[i].start < sentence.end:
                i += 1
            if sentence.section not in STORY or sentence.kind is not BlockKind.PARAGRAPH:
                continue
            if i > first and subjects.at(sentence.start) == PATIENT:
                here = mentions[first:i]
                sides = _sides(text, sentence, here)
                graded = _GRADED.search(text, sentence.start, sentence.end) is not None
                measured = [graded or m.kind != "muscle" for m in here]
                again = [
                    told and _is_again(side, seen.get(m.name))
                    for m, side, told in zip(here, sides, measured, strict=True)
                ]
                if len({mention.name for mention in here}) >= _LIST:  # a list of results was taken at one time
                    again = [sum(again) >= len(again) * _SHARE] * len(again)
                self._again[first:i] = again
                self.repeats[sentence.index] = any(again)
                for mention, side, told in zip(here, sides, measured, strict=True):
                    if told:
                        seen.setdefault(mention.name, set()).add(side)

    def repeated(self, start: int) -> bool:
        """Tell whether the thing measured at ``start`` had been measured before."""
        i = bisect_right(self._starts, start) - 1
        return i >= 0 and start - self._starts[i] < _NEAR and self._again[i]


def _sides(text: str, sentence: Sentence, mentions: Sequence[Mention]) -> list[str]:
    """Return ``left`` or ``right`` for each muscle, as the last side before it in its sentence or behind it says."""
    cues = side_cues(text, sentence.start, sentence.end) if any(m.kind == "muscle" for m in mentions) else []
    found = []
    for mention in mentions:
        cue = None
        if cues and mention.kind == "muscle":
            i = bisect_right(cues, mention.start, key=lambda c: c.start)
            cue = cues[i - 1] if i > 0 else side_after(text, mention.end, sentence.end)
        found.append(cue.side if cue is not None and cue.side != "bilateral" else "")
    return found


def _is_again(side: str, seen: set[str] | None) -> bool:
    return seen is not None and (not side or side in seen or "" in seen)


class Narrative:
    """Follows one patient's story: from presentation to treatment and follow-up."""

    def __init__(self, text: str, found: Sequence[Sentence], measures: Measures, points: Mapping[str, float]) -> None:
        self._text, self._measures, self._points = text, measures, points
        self._sentences = [s for s in found if s.section in STORY and s.kind is BlockKind.PARAGRAPH]
        self._last = self._sentences[-1].index if self._sentences else 0
        self.begin(0)

    def begin(self, index: int) -> None:
        """Start the story of a patient with sentence ``index``."""
        self._first = index
        self._presents, self._prelude = self._presentation(index)
        self._past_heading = False
        self._recent = index - _RECENT - 1  # the last sentence with a day after presentation
        self._treated = False
        self._moved = False
        self._heading_points = 0.0
        self._clock = Clock()

    @property
    def admission(self) -> float | None:
        """Ordinal number of the date of presentation of the patient of whom the story tells last."""
        return self._clock.admission

    def _presentation(self, index: int) -> tuple[int, bool]:
        """Return the sentence in which the patient presents (-1 without one), and whether earlier years come before."""
        earlier = False
        i = bisect_left(self._sentences, index, key=lambda s: s.index)
        for sentence in self._sentences[i : i + _PRELUDE]:
            if _PRESENTED.search(self._text, sentence.start, sentence.end):
                return sentence.index, earlier
            earlier = earlier or _YEARS.search(self._text, sentence.start, sentence.end) is not None
        return -1, False

    def follow(
        self, sentence: Sentence, cues: Sequence[Cue], times: Sequence[TimeExpression], own: bool
    ) -> SentenceTime:
        """Return the times of a sentence and go on to its end."""
        if sentence.kind is BlockKind.HEADING:
            if sentence.section in STORY:
                self._heading(sentence)
            return SentenceTime()
        if not own or sentence.section not in STORY or sentence.kind is not BlockKind.PARAGRAPH:
            resolved = tuple(self._clock.resolve(t, move=False) for t in times)
            return SentenceTime(resolved, "", self._evidence(sentence, cues, 0.3), self._turns(cues))
        words = self._text[sentence.start : sentence.end]
        self._clock.see_dates(words, times)
        if sentence.index == self._presents:
            self._clock.arrive()
            self._clock.operated_before(times)
            times = [self._at_presentation(t) for t in times]
        resolved = tuple(self._of_the_course(self._clock.resolve(t)) for t in times)
        if sentence.index == self._presents:
            self._clock.start()
        bounds = (sentence.start, sentence.end)
        before = self._past_heading or (self._prelude and self._first <= sentence.index < self._presents)
        if before:
            return SentenceTime(tuple(self._earlier(t) for t in resolved), HISTORY)
        past = bool(resolved) and resolved[0].when == HISTORY and is_fronted(self._text, bounds, resolved[0])
        if past and not is_reason(self._text, bounds, resolved[0]):
            return SentenceTime(resolved, HISTORY)
        position = (sentence.index - self._first) / max(self._last - self._first, 1)
        points = self._evidence(sentence, cues, position)
        treated = any(cue.group == "course.treatment" for cue in cues)
        if any(cue.group == "course.early" for cue in cues) and not any(t.when == HISTORY for t in resolved):
            self._clock.arrive()
        self._clock.note(words, resolved, treated)
        if not any(t.when == HISTORY for t in resolved):
            self._treated = self._treated or treated
            self._moved = self._moved or any(cue.group == "course.moved" for cue in cues)
        if any(t.when == FOLLOWUP and (t.days or (t.anchor in _WITHIN and t.span) or 0) > 2 for t in resolved):
            self._recent = sentence.index
        return SentenceTime(resolved, "", points, self._turns(cues))

    def _of_the_course(self, time: TimeExpression) -> TimeExpression:
        """Return an expression of the second day as follow-up where treatment has begun."""
        second = time.anchor == PRESENTATION and (time.days or 0) > 1
        later = self._treated and not time.when and (second or time.anchor == INTENSIVE)
        return replace(time, when=FOLLOWUP) if later else time

    @staticmethod
    def _at_presentation(time: TimeExpression) -> TimeExpression:
        """Return an expression of the sentence that tells of the presentation: "came two hours after the meal"."""
        if time.when == FOLLOWUP and time.anchor not in _ANCHORED and not time.anchor.startswith("date"):
            return replace(time, anchor="", days=None, when="")
        return time

    @staticmethod
    def _earlier(time: TimeExpression) -> TimeExpression:
        """Return an expression of the time before the presentation; what counts on from then has no days."""
        known = time.anchor.startswith("date") or (time.days is not None and time.days < 0)
        return replace(time, when=HISTORY, days=time.days if known else None)

    def _evidence(self, sentence: Sentence, cues: Sequence[Cue], position: float) -> float:
        """Return the points for "later than baseline" of a sentence that does not say when."""
        points = self._points
        total = points["start"] + points["position"] * position + self._heading_points
        total += points["repeated"] * self._measures.repeats.get(sentence.index, False)
        groups = {cue.group for cue in cues}
        if "course.early" in groups:
            total += points["early"]
        total += points["treated"] * self._treated + points["moved"] * self._moved
        if 0 <= sentence.index - self._recent <= _RECENT:
            total += points["recent"]
        return total

    def _turns(self, cues: Sequence[Cue]) -> tuple[tuple[int, float], ...]:
        """Return from where on a sentence tells of a change or of later, and the points for that."""
        turns = []
        for name in ("change", "later"):
            first = next((cue.start for cue in cues if cue.group == f"course.{name}"), None)
            if first is not None:
                turns.append((first, self._points[name]))
        return tuple(turns)

    def _heading(self, sentence: Sentence) -> None:
        line = self._text[sentence.start : sentence.end].lower()
        self._past_heading = _PAST.search(line) is not None
        if _EARLY.search(line):
            self._heading_points = self._points["early_heading"]
        elif _LATE.search(line):
            self._heading_points = self._points["late_heading"]


_EARLY = re.compile(
    r"investigation|examination|laborator|findings|presentation|history|complaint|admission|assessment|work-?up|diagnos"
)
_PAST = re.compile(r"\b(?:past|previous|personal)\b(?:\s\w+)*\s(?:history|illness)|medication history|comorbidit")
_LATE = re.compile(r"outcome|follow|therap|hospital course|clinical course|postoperative|progress")
