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
from extract.nlp.sides import SideCue, side_after, side_before, side_cues
from extract.nlp.strength import StrengthFact, assign
from extract.nlp.strength_tables import MentionsIn, table_facts
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
    grade_text: Annotated[str, Field(description="grade as written, without the scale's maximum")]
    scale: Annotated[Literal["MRC"], Field(description="the scale")] = "MRC"


_CANDIDATE = re.compile(
    r"[0-5V]\s?[+−–-]{0,2}\s?/\s?[5V]|\bof\s(?:5|five)\b|\b(?:MRC|MMT|manual muscle|"
    r"Medical Research Council|strength|"
    r"power|grade[ds]?|\w+paresis|"
    r"\w+plegia|M[0-5])\b",
    re.I,
)
_TOPIC = re.compile(
    r"\b(?:(?:motor|muscle|muscular) (?:strength|power|function|weakness|force)s?|strength|power|"
    r"weakness|paralysis|paresis)\b",
    re.I,
)
_BOTH_SIDES = (
    "all limbs",  "whole body", "proximal muscles", "distal muscles",
    "proximal and distal muscles", "limb girdle muscles", "paraparesis", "tetraparesis",
)  # fmt: skip
_PLURAL_LIMB = re.compile(r"(?:limbs|legs|arms|extremities|hands|feet)$", re.I)
_ON_THE = re.compile(r"\b(?:on|of) (?:the|his|her)\s$", re.I)
_SIDED = re.compile(r"(?:[- ]sided?)?\s(?:\w+\s){0,2}(?:weakness|\w+plegia|\w+paresis|paralysis)|\ssides?\b", re.I)
_SENSATION = re.compile(r"\b(?:pain\w*|feeling|swelling|motion|numb\w*|sensation|score[ds]?|of five)\b", re.I)
_BACK = 3  # sentences of the same paragraph in which a side or region said before still governs


class MuscleGradeFinder:
    """Component ``casetab_muscle_grades``: appends to ``_.drafts``."""

    def __init__(self, rules: RuleSet) -> None:
        self._grades = GradeReader(rules)

    def __call__(self, doc: Doc) -> Doc:
        """Find the muscle grades of ``doc``."""
        mentions = terms(doc, "muscle")
        found = sentences(doc)
        for i, sentence in enumerate(found):
            if sentence.kind is BlockKind.TABLE or not _CANDIDATE.search(text_of(doc), sentence.start, sentence.end):
                continue
            self._read(doc, found, i, mentions)
        self._read_tables(doc, found, mentions)
        return doc

    def _read_tables(self, doc: Doc, found: Sequence[Sentence], mentions: list[Mention]) -> None:
        if not mentions or not any(s.kind is BlockKind.TABLE for s in found):
            return
        for cell in table_facts(text_of(doc), found, MentionsIn(mentions)):
            plural = "bilateral" if cell.target.plural else "unspecified"
            fact = StrengthFact(cell.target, cell.grade, "", "table", 0.85)
            self._add(doc, fact, cell.side or plural, cell.when)

    def _read(self, doc: Doc, found: Sequence[Sentence], index: int, mentions: list[Mention]) -> None:
        sentence = found[index]
        text, start, end = text_of(doc), sentence.start, sentence.end
        inside = within(mentions, start, end)
        grades = self._grades.find(text, start, end, [(m.start, m.end) for m in inside])
        if not grades:
            return
        targets = find_targets(text, start, end, inside)
        facts, orphans = assign(text, start, end, grades, targets)
        if not self._about_strength(text, found, index, targets):
            facts, orphans = [fact for fact in facts if self._plain(text, sentence, fact)], []
        for fact in facts:
            side = self._side(text, found, index, mentions, fact)
            self._add(doc, fact, side)
        for grade in orphans:
            self._add_orphan(doc, found, index, mentions, grade)

    def _plain(self, text: str, sentence: Sentence, fact: StrengthFact) -> bool:
        """Tell whether a fraction of five is said of a limb and nothing else: "the left leg was 0/5"."""
        return (
            fact.rule == "before"
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

    def _side(
        self, text: str, found: Sequence[Sentence], index: int, mentions: list[Mention], fact: StrengthFact
    ) -> str:
        """Return the side of a fact: its own, else what governs it in the sentence or just before."""
        target = fact.target
        if fact.side:
            return fact.side
        if target.axial:
            return "unspecified"
        if target.plural or target.name in _BOTH_SIDES:
            return "bilateral"
        sentence = found[index]
        here = min(target.start, fact.grade.start)
        return (
            _governing(text, sentence.start, here, mentions, limb_of(target.group))
            or _only_side(text, *_clause(text, sentence, here), mentions)
            or _only_side(text, sentence.start, sentence.end, mentions)
            or _earlier(text, found, index, mentions, limb_of(target.group))
            or (_paretic_side(text, mentions) if target.kind == "region" else "")
            or _of_article(text, mentions)
            or "unspecified"
        )

    def _add(self, doc: Doc, fact: StrengthFact, side: str, when: str = "") -> None:
        text, target, grade = text_of(doc), fact.target, fact.grade
        start, end = min(target.start, grade.start), max(target.end, grade.end)
        where = context(doc).at(grade.start, grade.end)
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
        add_row(doc, "muscle_grades", start, end, values, f"strength.{fact.rule}", fact.confidence, where)

    def _add_orphan(
        self, doc: Doc, found: Sequence[Sentence], index: int, mentions: list[Mention], grade: Grade
    ) -> None:
        """Add a grade for which the sentence names no muscle: it is the strength of what was spoken "
        "of last."""
        text, sentence = text_of(doc), found[index]
        topics = list(_TOPIC.finditer(text, sentence.start, sentence.end))
        if not topics:
            return
        topic = next((m for m in reversed(topics) if m.end() <= grade.start), topics[0])
        own = side_after(text, grade.end, min(sentence.end, grade.end + 30)) or side_before(
            text, sentence.start, topic.start()
        )
        target = Target(topic.start(), topic.end(), "overall strength", "region", "limbs")
        fact = StrengthFact(target, grade, "", "overall", 0.7)
        side = (
            (own.side if own else "")
            or _only_side(text, sentence.start, sentence.end, mentions)
            or _earlier(text, found, index, mentions, "")
            or _of_article(text, mentions)
            or "unspecified"
        )
        self._add(doc, fact, side)


def _linked_sides(text: str, start: int, end: int, mentions: list[Mention], limb: str = "") -> list[tuple[int, str]]:
    """Return the sides said of muscles or limbs in ``text[start:end]``, and "on the left", with their places.

    ``limb`` leaves out what is said of the other limb: "left hand" does not tell the side of a hip.
    """
    found = []
    for mention in within(mentions, start, end):
        other = limb_of(mention.entry["group"])
        if limb and other and other != limb:
            continue
        cue = side_before(text, start, mention.start)
        if cue is not None:
            found.append((cue.start, cue.side))
        elif _PLURAL_LIMB.search(mention.text) or mention.name in ("paraparesis", "tetraparesis"):
            found.append((mention.start, "bilateral"))
    found += [(cue.start, cue.side) for cue in side_cues(text, start, end) if _tells_side(text, start, cue)]
    return sorted(set(found))


def _tells_side(text: str, start: int, cue: SideCue) -> bool:
    """Tell whether a side word away from a limb says where: "bilaterally", "on the left", "
    ""right-sided weakness"."""
    return (
        text[cue.start : cue.end].lower() == "bilaterally"
        or _ON_THE.search(text[max(start, cue.start - 8) : cue.start]) is not None
        or _SIDED.match(text[cue.end : cue.end + 40]) is not None
    )


def _governing(text: str, start: int, here: int, mentions: list[Mention], limb: str) -> str:
    sides = _linked_sides(text, start, here, mentions, limb)
    return sides[-1][1] if sides else ""


def _clause(text: str, sentence: Sentence, here: int) -> tuple[int, int]:
    """Return the part of a sentence between semicolons in which ``here`` lies."""
    start = text.rfind(";", sentence.start, here) + 1 or sentence.start
    end = text.find(";", here, sentence.end)
    return start, end if end >= 0 else sentence.end


def _only_side(text: str, start: int, end: int, mentions: list[Mention]) -> str:
    sides = {side for _, side in _linked_sides(text, start, end, mentions)}
    return sides.pop() if len(sides) == 1 else ""


def _earlier(text: str, found: Sequence[Sentence], index: int, mentions: list[Mention], limb: str) -> str:
    block = found[index].block
    for before in reversed(found[max(0, index - _BACK) : index]):
        if before.block != block:
            return ""
        sides = [side for _, side in _linked_sides(text, before.start, before.end, mentions, limb)]
        if sides:
            return sides[-1] if len(set(sides)) == 1 else ""
    return ""


def _paretic_side(text: str, mentions: list[Mention]) -> str:
    """Return the side of the hemiparesis where the article names one side only."""
    cues = [side_before(text, max(0, m.start - 40), m.start) for m in mentions if m.name == "hemiparesis"]
    sides = {cue.side for cue in cues if cue is not None}
    return sides.pop() if len(sides) == 1 else ""


def _of_article(text: str, mentions: list[Mention]) -> str:
    """Return the side on which the whole article speaks of limbs, where it is nearly always the same."""
    counts = {"left": 0, "right": 0, "bilateral": 0}
    for mention in mentions:
        cue = side_before(text, max(0, mention.start - 40), mention.start)
        if cue is not None:
            counts[cue.side] += 1
    side = max(counts, key=lambda name: counts[name])
    total = sum(counts.values())
    return side if total >= 2 and counts[side] >= 0.85 * total else ""


@Language.factory(
    "casetab_muscle_grades",
    requires=["doc._.sentences", "doc._.terms", "doc._.quantities", "doc._.context"],
    assigns=["doc._.drafts"],
    default_config={"rules": []},
)
def make_muscle_grades(nlp: Language, name: str, rules: list[str]) -> MuscleGradeFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return MuscleGradeFinder(load_rules(rules))
