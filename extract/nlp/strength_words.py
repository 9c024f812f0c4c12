"""Strength told in words that stand for a grade: "a flicker of movement" is 1, "complete paralysis" is 0.

The scale's own text defines its two lowest grades by these words: 0 is no contraction, 1 a flicker or trace of
contraction (Medical Research Council, Aids to the Examination of the Peripheral Nervous System, Memorandum no. 45,
1976). The words count for a named limb, muscle or movement only, and never where a number says it too.
"Paraplegia" and the like are names of syndromes, used of any loss of strength, and stand for no grade.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from extract.nlp.grades import FILE, Grade, words_pattern
from extract.nlp.movements import Target
from extract.nlp.strength import StrengthFact, assign
from extract.nlp.targets import limb_of
from extract.rules.load import RuleSet

INFERRED = "muscle.inferred"
"""The rule of a grade that no number gives."""
CONFIDENCE = 0.4  # of such a grade: below one half
_OF_NERVE = re.compile(r"\s?(?:nerves?|palsy|arter\w+|veins?|tendons?|reflex\w*|sensation)\b", re.I)
_STIFFENED = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
_MOVEMENT = re.compile(r"^no (?:visible )?movements?$", re.I)  # of a joint: a stiff one has none either
_OWN_NEGATION = re.compile(r"^(?:no|not|without|absent|absence|zero)\b|\babsent$", re.I)
_ENDED_BEFORE = re.compile(
    r"\b(?:recover|resol|improv|regress|revers|histor)\w*(?:\s\w+){0,2}\s(?:from|of|in)\s(?:(?:the|his|her|a|an)\s)?$",
    re.I,
)
_ENDED_BEHIND = re.compile(r"[^.;,]{0,40}\b(?<!not )(?:resolv|recover|improv|disappear|subsid|regress|revers)", re.I)


class WordedGrades:
    """Finds the grades that the words of rules/strength.yaml stand for."""

    def __init__(self, rules: RuleSet) -> None:
        words = rules.documents.get(FILE, {})
        self._grades = [(0, words_pattern(words["grade_0"])), (1, words_pattern(words["grade_1"]))]
        self._refused = words_pattern(words["not_inferred"])

    def facts(
        self, text: str, start: int, end: int, targets: Sequence[Target], numbered: Sequence[StrengthFact]
    ) -> list[StrengthFact]:
        """Return the facts in words of the sentence ``text[start:end]`` about ``targets``.

        ``numbered`` are the sentence's grades in figures: what one of them says is not said again.
        """
        phrases = self._find(text, start, end)
        if not phrases or self._refused.search(text, start, end):
            return []
        whole = {_beside_target(text, phrase, targets): phrase for phrase in phrases}
        found, _ = assign(text, start, end, list(whole), targets)
        facts = [replace(fact, grade=whole[fact.grade]) for fact in found if _holds(text, start, end, fact)]
        return [replace(fact, rule=INFERRED, confidence=CONFIDENCE) for fact in facts if not _is_told(fact, numbered)]

    def occur(self, text: str, start: int, end: int) -> bool:
        """Tell whether ``text[start:end]`` holds such words at all."""
        return any(pattern.search(text, start, end) for _, pattern in self._grades)

    def _find(self, text: str, start: int, end: int) -> list[Grade]:
        found: list[Grade] = []
        for value, pattern in self._grades:
            for match in pattern.finditer(text, start, end):
                if not any(one.start < match.end() and match.start() < one.end for one in found):
                    found.append(Grade(*match.span(), match.group(), float(value), fraction=False))
        return sorted(found, key=lambda grade: grade.start)


def denies_itself(grade: Grade) -> bool:
    """Tell whether a phrase holds its own negation: "no movement" is a finding, not one that was not made."""
    return _OWN_NEGATION.search(grade.text) is not None


def _beside_target(text: str, phrase: Grade, targets: Iterable[Target]) -> Grade:
    """Return the part of a phrase beside the target inside it: of "complete left leg paralysis", "paralysis"."""
    inner = next((t for t in targets if phrase.start <= t.start and t.end <= phrase.end), None)
    if inner is None:
        return phrase
    return replace(phrase, start=phrase.end - len(text[inner.end : phrase.end].lstrip()))


def _holds(text: str, start: int, end: int, fact: StrengthFact) -> bool:
    """Tell whether a phrase directly says the strength of a limb, or of a muscle or movement of one."""
    if fact.rule not in ("before", "after", "change", "again") or not _is_of_limb(text, fact.target):
        return False
    if fact.target.name in _STIFFENED and _MOVEMENT.search(fact.grade.text):
        return False
    first, last = min(fact.target.start, fact.grade.start), max(fact.target.end, fact.grade.end)
    if fact.grade.value > 0:
        return True
    return not _ENDED_BEFORE.search(text, max(start, first - 60), first) and not _ENDED_BEHIND.match(text, last, end)


def _is_of_limb(text: str, target: Target) -> bool:
    written = text[target.start : target.end]
    if target.name == "whole body" or _OF_NERVE.match(text, target.end) or written.lower().endswith("nerve"):
        return False
    return bool(limb_of(target.group)) or target.group == "limbs"


def _is_told(fact: StrengthFact, numbered: Iterable[StrengthFact]) -> bool:
    """Tell whether a number says it of the same target, or says the same of the same limb."""
    return any(_same_place(fact, one) for one in numbered if not _other_side(fact, one))


def _same_place(fact: StrengthFact, one: StrengthFact) -> bool:
    a, b = fact.target, one.target
    if a.name == b.name or (a.start < b.end and b.start < a.end):
        return True
    return fact.grade.value == one.grade.value and limb_of(a.group) == limb_of(b.group)


def _other_side(fact: StrengthFact, one: StrengthFact) -> bool:
    return {fact.side, one.side} == {"left", "right"}
