"""Table ``muscle_grades``: muscle strength on the Medical Research Council scale."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field
from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.extensions import context, sentences, terms, text_of, within
from extract.nlp.grades import Grade, GradeReader
from extract.nlp.model import BlockKind, Sentence
from extract.nlp.movements import Target
from extract.nlp.side_scope import SideScope, bounded
from extract.nlp.sides import side_after, side_before, side_of
from extract.nlp.strength import StrengthFact, assign
from extract.nlp.strength_tables import MentionsIn, table_facts
from extract.nlp.strength_words import INFERRED, WordedGrades, denies_itself
from extract.nlp.targets import find_targets, limb_of
from extract.records.common import Record, add_row
from extract.rules.lexicon import Mention
from extract.rules.load import RuleSet, load_rules

Side = Literal["left", "right", "bilateral", "unspecified"]


class MuscleGrade(Record):
    """The strength of a muscle, movement or body region on one side at one time."""

    muscle: Annotated[str, Field(description="canonical muscle, movement or body region")]
    muscle_text: Annotated[str, Field(description="as written")]
    kind: Annotated[Literal["muscle", "movement", "region"], Field(description="what was graded")]
    side: Annotated[Side, Field(description="side of the body")]
    grade: Annotated[float, Field(description="0 to 5; 4+ is 4.33, 4- is 3.67, a range its mean", ge=0, le=5)]
    grade_text: Annotated[
        str, Field(description="grade as written, without the scale's maximum; the words that stand for it")
    ]
    scale: Annotated[Literal["MRC"], Field(description="the scale")] = "MRC"


_CANDIDATE = re.compile(
    r"[0-5V]\s?[+−–-]{0,2}\s?/\s?[5V]|\bof\s(?:5|five)\b|\b(?:MRC|MMT|manual muscle|"
    r"Medical Research Council|strength|"
    r"power|myodynamia|grade[ds]?|\w+paresis|"
    r"\w+plegia|M[0-5])\b",
    re.I,
)
_TOPIC = re.compile(
    r"\b(?:(?:motor|muscle|muscular) (?:strength|power|function|weakness|force)s?|strength|power|myodynamia|"
    r"weakness|paralysis|paresis)\b",
    re.I,
)
_SIDE_BESIDE = re.compile(r"\b(?:on|in) (?:the|his|her) (left|right)(?: side)?,?(?: it)?(?: (?:was|is))?\s?$", re.I)
# "the left leg was 2/5. After surgery, it improved to 4/5": of what the sentence before graded
_SAME = re.compile(
    r"\b(?P<it>it|this|these|they)\s(?:(?:had|have|has|was|were|then|later|gradually|slowly|only|further)\s){0,3}"
    r"(?:improv|recover|return|increas|decreas|deteriorat|progress|worsen|declin|drop|fell|rose)\w*\s[^.;]{0,30}$",
    re.I,
)
_SENSATION = re.compile(
    r"\b(?:pain\w*|feeling|swelling|motion|numb\w*|sensation|sense|vibration|score[ds]?|of five)\b", re.I
)


class MuscleGradeFinder:
    """Component ``casetab_muscle_grades``: appends to ``_.drafts``."""

    def __init__(self, rules: RuleSet) -> None:
        self._grades = GradeReader(rules)
        self._words = WordedGrades(rules)

    def __call__(self, doc: Doc) -> Doc:
        """Find the muscle grades of ``doc``."""
        mentions = terms(doc, "muscle")
        found = sentences(doc)
        scope = SideScope(text_of(doc), bounded(text_of(doc), found), mentions)
        facts: list[StrengthFact] = []
        for i, sentence in enumerate(scope.sentences):
            if sentence.kind is BlockKind.TABLE:
                continue
            inside = within(mentions, sentence.start, sentence.end)
            before, facts = facts, []
            if _CANDIDATE.search(text_of(doc), sentence.start, sentence.end):
                facts = self._read(doc, scope, i, inside) or self._go_on(doc, scope, i, inside, before)
            if inside:
                self._infer(doc, scope, i, inside, facts)
        self._read_tables(doc, found, mentions)
        return doc

    def _read_tables(self, doc: Doc, found: Sequence[Sentence], mentions: list[Mention]) -> None:
        if not mentions or not any(s.kind is BlockKind.TABLE for s in found):
            return
        for cell in table_facts(text_of(doc), found, MentionsIn(mentions)):
            plural = "bilateral" if cell.target.plural else "unspecified"
            fact = StrengthFact(cell.target, cell.grade, "", "table", 0.85)
            self._add(doc, fact, cell.side or plural, cell.when)

    def _read(self, doc: Doc, scope: SideScope, index: int, inside: Sequence[Mention]) -> list[StrengthFact]:
        """Add the grades in figures of a sentence with the mentions ``inside``; return those of named muscles."""
        found = scope.sentences
        sentence = found[index]
        text, start, end = text_of(doc), sentence.start, sentence.end
        grades = self._grades.find(text, start, end, [(m.start, m.end) for m in inside])
        if not grades:
            return []
        targets = find_targets(text, start, end, inside)
        facts, orphans = assign(text, start, end, grades, targets)
        if not self._about_strength(text, found, index, targets):
            facts, orphans = [fact for fact in facts if self._plain(text, sentence, fact)], []
        for fact in facts:
            here = min(fact.target.start, fact.grade.start)
            self._add(doc, fact, fact.side or scope.side(fact.target, index, here))
        for grade in orphans:
            self._add_orphan(doc, sentence, grade, scope, index)
        return facts

    def _go_on(
        self, doc: Doc, scope: SideScope, index: int, inside: Sequence[Mention], before: Sequence[StrengthFact]
    ) -> list[StrengthFact]:
        """Add the grades to which "it improved", of the one or two targets that the sentence ``before`` graded."""
        sentence = scope.sentences[index]
        text, start, end = text_of(doc), sentence.start, sentence.end
        if inside or not 0 < len(before) < 3 or scope.sentences[index - 1].block != sentence.block:
            return []
        grades = self._grades.find(text, start, end, [])
        same = _SAME.search(text, start, grades[0].start) if grades and grades[0].fraction else None
        if same is None or _TOPIC.search(text, start, end) is not None:
            return []
        a, b = same.span("it")
        told = [(f, f.side or scope.side(f.target, index - 1, min(f.target.start, f.grade.start))) for f in before]
        facts = [
            StrengthFact(replace(f.target, start=a, end=b), g, side, "again", 0.7) for g in grades for f, side in told
        ]
        for fact in facts:
            self._add(doc, fact, fact.side)
        return facts

    def _infer(
        self, doc: Doc, scope: SideScope, index: int, inside: Sequence[Mention], numbered: Sequence[StrengthFact]
    ) -> None:
        """Add the grades that words stand for: "a flicker of movement in the left deltoid"."""
        sentence = scope.sentences[index]
        text, start, end = text_of(doc), sentence.start, sentence.end
        if not self._words.occur(text, start, end):
            return
        for fact in self._words.facts(text, start, end, find_targets(text, start, end, inside), numbered):
            here = min(fact.target.start, fact.grade.start)
            self._add(doc, fact, fact.side or scope.side(fact.target, index, here))

    def _plain(self, text: str, sentence: Sentence, fact: StrengthFact) -> bool:
        """Tell whether a fraction of five is said of a limb and nothing else: "the left leg was 0/5"."""
        return (
            fact.rule in ("before", "after")
            and fact.grade.fraction
            and limb_of(fact.target.group) != ""
            and not self._grades.other.search(text, sentence.start, sentence.end)
            and not _SENSATION.search(text, sentence.start, sentence.end)
        )

    def _about_strength(self, text: str, found: Sequence[Sentence], index: int, targets: Sequence[Target]) -> bool:
        sentence = found[index]
        if any(t.kind != "region" for t in targets):
            return True
        if self._grades.strength.search(text, sentence.start, sentence.end):
            return True
        if not targets or index == 0 or found[index - 1].block != sentence.block:
            return False
        before = found[index - 1]
        return self._grades.strength.search(text, before.start, before.end) is not None

    def _add(self, doc: Doc, fact: StrengthFact, side: str, when: str = "") -> None:
        text, target, grade = text_of(doc), fact.target, fact.grade
        start, end = min(target.start, grade.start), max(target.end, grade.end)
        where = context(doc).at(grade.start, grade.end)
        inferred = fact.rule == INFERRED
        if inferred and where.assertion != "present" and not (where.assertion == "absent" and denies_itself(grade)):
            return
        if where.assertion == "absent":  # "no movement (0/5)", "no weakness (5/5)": the grade was found
            where = replace(where, assertion="present")
        if when:
            where = replace(where, when=when)
        if fact.earlier and where.when == "followup":
            where = replace(where, when="baseline", time_text="", time_days=None)
        values = {
            "muscle": target.name,
            "muscle_text": text[target.start : target.end],
            "kind": target.kind,
            "side": side,
            "grade": grade.value,
            "grade_text": grade.text,
        }
        rule = fact.rule if inferred else f"strength.{fact.rule}"
        add_row(doc, "muscle_grades", start, end, values, rule, fact.confidence, where)

    def _add_orphan(self, doc: Doc, sentence: Sentence, grade: Grade, scope: SideScope, index: int) -> None:
        """Add a grade for which the sentence names no muscle."""
        text = text_of(doc)
        topics = list(_TOPIC.finditer(text, sentence.start, sentence.end))
        if not topics:
            return
        topic = next((m for m in reversed(topics) if m.end() <= grade.start), topics[0])
        beside = _SIDE_BESIDE.search(text, max(sentence.start, grade.start - 40), grade.start)
        own = (
            side_after(text, grade.end, min(sentence.end, grade.end + 30))
            or side_before(text, sentence.start, topic.start())
            or scope.just_before(index, grade.start)
        )
        target = Target(topic.start(), topic.end(), "overall strength", "region", "limbs")
        fact = StrengthFact(target, grade, "", "overall", 0.7)
        side = own.side if own else side_of(beside.group(1)) if beside else scope.unnamed(index)
        self._add(doc, fact, side)


@Language.factory(
    "casetab_muscle_grades",
    requires=["doc._.sentences", "doc._.terms", "doc._.quantities", "doc._.context"],
    assigns=["doc._.drafts"],
    default_config={"rules": []},
)
def make_muscle_grades(nlp: Language, name: str, rules: list[str]) -> MuscleGradeFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return MuscleGradeFinder(load_rules(rules))
