"""Whose fact a sentence tells: the article's own patient, a relative, or the literature and what is generally so.

Every sentence gets a score from where it stands (section, or the state of the narrative where the article has no
headings) and from the triggers in it (rules/context.yaml); above zero it is about the patient. Pronouns follow
the person of whom the sentences before spoke. A sentence that speaks of both is decided clause by clause.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from spacy.tokens import Doc

from extract.nlp.ages import AgeMention
from extract.nlp.clauses import split_clauses
from extract.nlp.cues import Cue, CueTable, find_cues, settings
from extract.nlp.extensions import sentences, text_of
from extract.nlp.grids import Grid
from extract.nlp.model import Sentence
from extract.rules.load import RuleSet

PATIENT, FAMILY, LITERATURE, OTHER = "patient", "family", "literature", "other"

_CITATION = re.compile(
    r"\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\]"
    # no limits of a value: "6.2 (13-17) g/dL", "6.2 g/dL (13-17)", "120 U/L (25-45)"
    r"|(?<![\d%]\s)(?<!/[a-zA-Z]\s)(?<!/[a-zA-Z]{2}\s)\(\d{1,2}(?:\s?[,–-]\s?\d{1,2})*\)[.,;]?(?=\s|$)"
    r"|[a-z][.,]\d{1,3}(?:[,–-]\d{1,3})*(?=\s|$)"
)
_SHARE = re.compile(
    r"\d\s?%\s(?:of|in)\s(?:all\s|the\s|these\s|reported\s|adult\s)?(?:patients|cases|children|women|men"
    r"|individuals|adults|infants|people)"
)
# other authors as the subject of a verb: "Moreno et al. [3] performed", not "after Moreno et al."
_OTHERS_DID = re.compile(
    r"(?:^|,\s|\b(?:that|while|whereas|and|but)\s)[A-Z][\w’'-]+(?:\s[A-Z][\w’'-]+)?"
    r"(?:\s(?:and|&)\s[A-Z][\w’'-]+)?,?\s(?:et\sal\.?,?|and\s(?:colleagues|co-?workers|associates))"
    r"\s?(?:[\[(][^\])]{1,20}[\])]|\d{1,3}(?:[,–-]\d{1,3})*)?,?\s(?:also\s|first\s|have\s|had\s|\w+ly\s)?"
    r"(?:\w+[a-z]ed|found|showed|shown|used|wrote|saw|chose|gave)\b"
)
_RETURNING = ("discussion", "conclusion")
_EXCERPT = 20  # sentences: about a page
_GENERALLY = re.compile(r"\b(?:is|are|should|can|may)\b")
_PASSING = re.compile(
    r"\b(?:as|like)\s(?:was\s|is\s)?(?:also\s)?(?:the\scase\s)?(?:(?:seen|observed|noted|described|found"
    r"|reported|shown)\s)?(?:in|with|for)?\s?$"
    r"|\b(?:than|unlike|similar\sto|comparable\s(?:to|with)|compared\s(?:to|with)|in\scontrast\sto|like|as\sin)\s"
    r"(?:(?:that|those)\s(?:of|in)\s|in\s)?$",
    re.IGNORECASE,
)
# what a case teaches is generally so: "this case highlights the importance of ..."
_LESSON = re.compile(
    r"(?:\sreport)?[^.,;]{0,60}?\b(?:highlights?|emphasi[sz]es?|underscores?|underlines?|illustrates?|stresses|reminds"
    r"|teaches|(?:would\s)?suggests?\sthat)\b"
)
_ASIDE_END = re.compile(r"[,;)]|\s(?:because|who|which|that|and|but|as)\b")
_SINGLE = ("old", "decade", "newborn")


@dataclass
class Weights:
    """Points for and against "the article's own patient"; the defaults are those of rules/context.yaml."""

    sections: Mapping[str, float] = field(default_factory=dict)
    triggers: Mapping[str, float] = field(default_factory=dict)
    most: Mapping[str, float] = field(default_factory=dict)
    person: float = 2.0
    telling: float = 1.2


def subject_weights(rules: RuleSet) -> Weights:
    """Return the points of rules/context.yaml."""
    points = settings(rules)
    triggers = points.get("triggers", {})
    return Weights(
        points.get("sections", {}),
        {name: pair[0] for name, pair in triggers.items()},
        {name: pair[1] for name, pair in triggers.items()},
        points.get("person", 2.0),
        points.get("telling", 1.2),
    )


@dataclass(slots=True)
class _State:
    """What the narrative has come to."""

    referent: str = PATIENT  # of whom "she" and "the patient" speak
    narrative: bool = False  # without headings: the patient's story has begun and is going on
    begun: bool = False  # the patient has been introduced
    telling: bool = False  # the sentence before was about the patient


def is_excerpt(text: str, found: Sequence[Sentence], cues: Sequence[Sequence[Cue]]) -> bool:
    """Tell whether a text is a few sentences out of a case report: of a patient whom it need not introduce."""
    groups = {cue.group for group in cues for cue in group}
    if len(found) > _EXCERPT or groups & {"subject.literature", "subject.studies", "subject.general"}:
        return False
    if any(sentence.section or _CITATION.search(text, sentence.start, sentence.end) for sentence in found):
        return False
    told = groups & {"subject.past", "subject.narrative", "subject.person", "subject.own"}
    return bool(told) or not _GENERALLY.search(text)


class SubjectFinder:
    """Decides the subject of each sentence of a Doc, and of the clauses of mixed sentences."""

    def __init__(self, weights: Weights, table: CueTable) -> None:
        self._weights = weights
        self._table = table

    def find(self, doc: Doc, ages: Sequence[Sequence[AgeMention]], grids: Sequence[Grid]) -> SubjectIndex:
        """Return the subjects of ``doc``; ``ages`` are the ages in each sentence, ``grids`` its tables."""
        text, found, cues = text_of(doc), sentences(doc), find_cues(doc, self._table)
        state = _State(narrative=is_excerpt(text, found, cues))
        index = SubjectIndex([], [], [])
        scores = self._block_scores(text, found, cues)
        rows = {i: LITERATURE if g.literature and i not in g.own else PATIENT for g in grids for i in g.rows}
        for i, sentence in enumerate(found):
            if i in rows:
                index.add(sentence.start, sentence.end, OTHER if sentence.section == "references" else rows[i])
                continue
            if i == 0 or found[i - 1].block != sentence.block:
                self._new_block(state, scores[sentence.block], sentence)
            subject = self._sentence(text, sentence, cues[i], ages[i], state)
            self._add(text, sentence, cues[i], subject, index)
        return index

    def _block_scores(self, text: str, found: Sequence[Sentence], cues: Sequence[Sequence[Cue]]) -> dict[int, float]:
        totals: dict[int, float] = {}
        for sentence, group in zip(found, cues, strict=True):
            if not sentence.section:
                points = self._points(Counter(c.group for c in group))
                points -= 1.5 * bool(_CITATION.search(text, sentence.start, sentence.end))
                totals[sentence.block] = totals.get(sentence.block, 0.0) + max(min(points, 4.0), -4.0)
            else:
                totals.setdefault(sentence.block, 0.0)
        return totals

    def _new_block(self, state: _State, score: float, sentence: Sentence) -> None:
        state.referent = PATIENT
        state.telling = False
        if not sentence.section and state.narrative and score < 0:
            state.narrative = False

    def _points(self, counts: Mapping[str, int]) -> float:
        weights = self._weights
        return sum(
            max(min(weight * counts[name], weights.most[name]), -weights.most[name])
            for name, weight in weights.triggers.items()
            if name in counts
        )

    def _sentence(
        self, text: str, sentence: Sentence, cues: Sequence[Cue], ages: Sequence[AgeMention], state: _State
    ) -> str:
        section = sentence.section
        if section == "references":
            return OTHER
        counts = Counter(cue.group for cue in cues)
        own, person = counts["subject.own"] + counts["subject.did"], counts["subject.person"]
        single = any(age.form in _SINGLE for age in ages)
        cited = bool(_CITATION.search(text, sentence.start, sentence.end))
        literature = counts["subject.literature"] + 2 * cited
        told = counts["subject.narrative"] > 0 and ages[0].start - sentence.start < 60 if single else False
        introduces = single and not literature and (not state.begun or section == "case" or (told and section == ""))
        self._refer(state, section, own, literature, single, counts["subject.someone"], introduces)
        if not own and _OTHERS_DID.search(text[sentence.start : sentence.end]):
            state.telling = False
            return LITERATURE
        points = self._points(counts) - 1.5 * cited + self._prior(section, state)
        if counts["subject.general"] and _SHARE.search(text, sentence.start, sentence.end):
            points -= 2
        if state.referent == LITERATURE:
            points -= 4
        elif person:
            points += self._weights.person
        elif state.telling and not literature and section in _RETURNING:
            points += self._weights.telling
        if introduces and section in ("", "abstract", "introduction"):
            points += 3
        state.telling = points > 0
        if points <= 0:
            return LITERATURE
        if single or own or (person and not section):
            state.begun = state.narrative = True
        return PATIENT

    @staticmethod
    def _refer(
        state: _State, section: str, own: int, literature: int, single: bool, someone: int, introduces: bool
    ) -> None:
        """Note of whom "she" and "the patient" speak from this sentence on."""
        if own or introduces:
            state.referent = PATIENT
        elif section != "case" and (
            (literature and (single or someone)) or (single and section in ("discussion", "conclusion"))
        ):
            state.referent = LITERATURE

    def _prior(self, section: str, state: _State) -> float:
        if section in ("", "abstract", "title") and state.narrative:
            return self._weights.sections["narrative"]
        return self._weights.sections.get(section, self._weights.sections["unknown"])

    @staticmethod
    def _add(text: str, sentence: Sentence, cues: Sequence[Cue], subject: str, index: SubjectIndex) -> None:
        """Enter a sentence into ``index``, clause by clause where it speaks of the patient and of others."""
        counts = Counter(cue.group for cue in cues)
        own = counts["subject.own"] + counts["subject.did"]
        person = counts["subject.person"]
        mixed = (own and counts["subject.general"]) or ((own or person) and counts["subject.literature"])
        mixed = mixed or (person and counts["subject.general"] and sentence.section in _RETURNING)
        if not mixed or sentence.section in ("case", "references"):
            index.add(sentence.start, sentence.end, subject)
            return
        aside = _aside(text, sentence, cues)
        if aside is not None:
            index.add(sentence.start, aside[0], LITERATURE)
            index.add(*aside, PATIENT)
            index.add(aside[1], sentence.end, LITERATURE)
            return
        for start, end in split_clauses(text, sentence, cues):
            inside = Counter(cue.group for cue in cues if start <= cue.start < end)
            mine = inside["subject.own"] + inside["subject.did"]
            told = mine or inside["subject.person"] or inside["subject.past"] or inside["subject.narrative"]
            other = inside["subject.literature"] or (inside["subject.general"] and not told)
            whose = (
                PATIENT if mine and not inside["subject.literature"] else LITERATURE if other and not mine else subject
            )
            index.add(start, end, whose)


def _aside(text: str, sentence: Sentence, cues: Sequence[Cue]) -> tuple[int, int] | None:
    """Return the stretch in which a general sentence names the patient in passing: "(1.0 in our case)"."""
    own = [cue for cue in cues if cue.group in ("subject.own", "subject.did")]
    if len(own) != 1 or own[0].group != "subject.own":
        return None
    cue = own[0]
    lesson = _LESSON.match(text, cue.end, sentence.end)
    if lesson is not None and not any(c.group == "subject.person" and c.start > lesson.end() for c in cues):
        return sentence.start, lesson.end()
    opening = text.rfind("(", sentence.start, cue.start)
    if opening >= 0 and text.find(")", opening, cue.start) < 0:
        closing = text.find(")", cue.end, sentence.end)
        start, end = opening, closing + 1 if closing >= 0 else sentence.end
    else:
        match = _PASSING.search(text, max(sentence.start, cue.start - 40), cue.start)
        if match is None or match.end() != cue.start or match.start() <= sentence.start:
            return None
        stop = _ASIDE_END.search(text, cue.end, sentence.end)
        start, end = match.start(), stop.start() if stop is not None else sentence.end
    outside = [c for c in cues if not start <= c.start < end]
    groups = {c.group for c in outside}
    if groups & {"subject.person", "subject.past", "subject.narrative"} or "subject.general" not in groups:
        return None
    return start, end


@dataclass
class SubjectIndex:
    """Subjects of stretches of the text, in text order."""

    starts: list[int]
    ends: list[int]
    subjects: list[str]

    def add(self, start: int, end: int, subject: str) -> None:
        """Append a stretch."""
        self.starts.append(start)
        self.ends.append(end)
        self.subjects.append(subject)

    def relatives(self, spans: Iterable[tuple[int, int]]) -> None:
        """Take the patient's facts in ``spans`` for those of relatives."""
        for start, end in spans:
            i = bisect_right(self.starts, start) - 1
            if i < 0 or self.subjects[i] != PATIENT:
                continue
            stop = min(end, self.ends[i])
            pieces = [(self.starts[i], start, PATIENT), (start, stop, FAMILY), (stop, self.ends[i], PATIENT)]
            kept = [piece for piece in pieces if piece[1] > piece[0]]
            self.starts[i : i + 1] = [piece[0] for piece in kept]
            self.ends[i : i + 1] = [piece[1] for piece in kept]
            self.subjects[i : i + 1] = [piece[2] for piece in kept]

    def tells_of_nobody(self) -> None:
        """Take all facts for the literature's: the article reports no patient."""
        self.subjects = [OTHER if subject == OTHER else LITERATURE for subject in self.subjects]

    def none_of_patient(self, start: int, end: int) -> bool:
        """Tell whether nothing in ``start:end`` is the patient's."""
        i = max(bisect_right(self.starts, start) - 1, 0)
        stop = bisect_left(self.starts, end)
        return stop > i and PATIENT not in self.subjects[i:stop] and self.starts[i] <= start

    def at(self, position: int) -> str:
        """Return the subject of the stretch that holds ``position``; patient outside any."""
        i = bisect_right(self.starts, position) - 1
        return self.subjects[i] if i >= 0 else PATIENT
