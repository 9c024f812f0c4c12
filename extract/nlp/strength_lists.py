"""Which list of muscles a grade is about: the one before it, or the one that it introduces."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from extract.nlp.grades import Grade
from extract.nlp.movements import JOINTS, Target
from extract.nlp.targets import Chunk, chunks, limb_of

LIMB_GROUPS = ("upper limb", "lower limb", "limbs")

_NOISE = (
    r"(?:strengths?|power|weakness|force|paresis|motor|function|muscle|muscles|muscular|grade[sd]?|"
    r"grading|MRC|scale|score|"
    r"Medical Research Council|on|out|the|manual|testing|test|examination|movements?|response|"
    r"activity|MMT|proximal|distal|"
    r"proximally|distally|for|in|of|at|with|across|over|throughout|during|regarding|involving|"
    r"affecting|when|to|his|her|their|all|both|either|"
    r"each|bilateral|bilaterally|left|right|R|L|was|were|noted|found|seen|observed|detected|present|elicited|and|major|groups?|"
    r"extremity|limb|side|hand|symmetric|symmetrical|symmetrically|tested|remaining|other|rest|predominantly|"
    r"reduced|decreased|diminished|mild|severe|moderate|global|generali[sz]ed|diffuse|only|a|by|"
    r"resistance|against|throughout)"
)
_PREPOSITION = re.compile(
    r"\b(?:in|of|for|on|at|with|across|over|throughout|during|when|to|involving|affecting|regarding)\b", re.I
)
_RIGHT_GAP = re.compile(
    rf"[\s)\]]*(?:\(?(?:MRC|Medical Research Council)[^)]{{0,30}}\))?(?:[\s(/,-]*{_NOISE}\b)*[\s(,-]*", re.I
)
_COLON = re.compile(r"\s?[:=]\s?")
_TIGHT = re.compile(
    r"[\s:=(,\[–—-]*(?:(?:was|were|is|are|remained|remains|became|showed|still|only|of|at|graded|grade|rated|scored|MRC|muscles?|strength|power|"
    r"as|to be|bilaterally|"
    r"motor|score|to|movements?|a|level|joints?|groups?|with|had|there|demonstrated|exhibited|revealed|limited)\b[\s:=(,-]*){0,6}",
    re.I,
)
_STRENGTH_OF = re.compile(r"\s(?:(?:muscle|motor)\s)?(?:strength|power|force|weakness)\s(?:in|of|on|at|for)\b", re.I)
_AT = re.compile(r"\s(?:at|in|for)\sthe\s", re.I)
_UNKNOWN = re.compile(
    r":.*(?<!\w)(?!MRC|MMT|BMRC|Grade|Medical|Council|Muscle|Motor|Strength|Power)[A-Z]\w{1,5}\s$", re.S
)
_LISTED = re.compile(r"(?:\s(?:bilaterally|on the (?:left|right)(?: side)?))?\s?(?:,|and|,\s?and|;)\s", re.I)
_FAR = 110  # characters between a list of muscles and its grade, at most


class TargetLists:
    """The lists of targets of a sentence, cut where a grade stands inside one."""

    def __init__(self, text: str, targets: Sequence[Target], grades: Sequence[Grade]) -> None:
        self.text = text
        self.chunks = _cut(chunks(text, targets), grades)

    def choose(
        self, run: list[Grade], free_from: int, limit: int, following: Grade | None
    ) -> tuple[Chunk | None, str, str]:
        """Return the list that a run of grades is about, how it was found, and a side said apart.

        ``free_from`` is where unused targets begin, ``limit`` where the grade ``following`` the run begins.
        """
        right = self._right(run[-1], limit, following)
        left = self._left(run[0], free_from)
        if left is None or right is None:
            return self._only(run, left, right)
        return self._better(run, left, right)

    def _only(self, run: list[Grade], left: Chunk | None, right: Chunk | None) -> tuple[Chunk | None, str, str]:
        if right is None:
            if left is None:
                return None, "", ""
            if _UNKNOWN.search(self.text[left.end : run[0].start]):
                return None, "", ""  # "the right arm was as follows: SA 4/5": of a muscle that nobody knows
            return left, "before" if self._tight(left.end, run[0].start) else "far", ""
        return right, "after", ""

    def _better(self, run: list[Grade], left: Chunk, right: Chunk) -> tuple[Chunk | None, str, str]:
        if _COLON.match(self.text, run[-1].end):
            return right, "after", ""
        tight = self._tight(left.end, run[0].start)
        if right.regions and not left.regions:
            if tight:
                side = right.targets[0].side or ("bilateral" if right.targets[0].plural else "")
                left = Chunk(tuple(replace(t, side=t.side or side) for t in left.targets))
                return left, "before", side
            return right, "after", ""
        if left.regions and not right.regions:
            return right, "after", ""
        if _STRENGTH_OF.match(self.text, run[-1].end, right.start):
            return right, "after", ""
        if _at_joint(left, right, self.text[run[-1].end : right.start]):
            return right, "after", ""
        direct = _PREPOSITION.search(self.text[run[-1].end : right.start]) is not None
        general = left.targets[0].group == "paresis" or left.targets[0].name in ("limb", "whole body")
        joints = all(t.name in JOINTS for t in right.targets) and left.targets[0].name not in JOINTS
        if direct and (general or joints):
            return right, "after", ""
        return (left, "before", "") if tight else (right, "after", "")

    def _right(self, grade: Grade, limit: int, following: Grade | None) -> Chunk | None:
        """Return the list that the grade introduces: "4/5 in the deltoid", "4/5: deltoid", "4/5 hip "
        "flexion"."""
        chunk = next((c for c in self.chunks if c.start >= grade.end), None)
        if chunk is None or chunk.start >= limit:
            return None
        gap = self.text[grade.end : chunk.start]
        if len(gap) > 90:
            return None
        colon = _COLON.match(gap)
        if not (_RIGHT_GAP.fullmatch(gap) or (colon and _RIGHT_GAP.fullmatch(gap[colon.end() :]))):
            return None
        if "," in gap.replace("bilateral,", "") or (
            gap.lstrip(" )").lower().startswith(("and ", "& ")) and not _PREPOSITION.search(gap)
        ):
            return None
        if following is not None and chunk.end <= following.start and self._tight(chunk.end, following.start):
            return self._split_off(chunk, grade, following, limit)
        return chunk

    def _split_off(self, chunk: Chunk, grade: Grade, following: Grade, limit: int) -> Chunk | None:
        """Leave the last target of a list to the grade that directly follows it."""
        after = next((c for c in self.chunks if c.start >= following.end), None)
        if (
            after is not None
            and _RIGHT_GAP.fullmatch(self.text[following.end : after.start])
            and _PREPOSITION.search(self.text[following.end : after.start])
            and re.search(r"\band\b|,", self.text[chunk.end : following.start])
        ):
            return chunk
        if _LISTED.fullmatch(self.text, chunk.end, following.start):
            return chunk
        if len(chunk.targets) == 1:
            gap = self.text[grade.end : chunk.start]
            return (
                chunk
                if _PREPOSITION.search(gap) and re.search(r",|\band\b", self.text[chunk.end : following.start])
                else None
            )
        return Chunk(chunk.targets[:-1])

    def _left(self, grade: Grade, free_from: int) -> Chunk | None:
        """Return the list before the grade: "deltoid and biceps 4/5", "strength of the deltoid was 4/5"."""
        free = [t for c in self.chunks for t in c.targets if t.start >= free_from and t.end <= grade.start]
        if not free:
            return None
        last = next(c for c in reversed(self.chunks) if c.end <= grade.start)
        kept = tuple(t for t in last.targets if t.start >= free_from)
        gap = self.text[last.end : grade.start]
        if not kept or len(gap) > _FAR or ";" in gap or re.search(r"\.\s", gap):
            return None
        return Chunk(kept)

    def _tight(self, start: int, end: int) -> bool:
        return _TIGHT.fullmatch(self.text[start:end]) is not None


def _at_joint(limb: Chunk, joint: Chunk, gap: str) -> bool:
    """Tell whether a grade lies between a limb and its joint: "the left leg was graded 2/5 at the hip"."""
    part = {limb_of(target.group) for target in joint.targets}
    whole = {limb_of(target.group) for target in limb.targets if target.group in LIMB_GROUPS}
    return part == whole and joint.targets[0].name in JOINTS and _AT.match(gap) is not None


def _cut(found: Sequence[Chunk], grades: Sequence[Grade]) -> list[Chunk]:
    """Return the lists, cut where a grade stands inside one."""
    result: list[Chunk] = []
    for chunk in found:
        group: list[Target] = []
        for target in chunk.targets:
            if group and any(group[-1].end <= g.start < target.start for g in grades):
                result.append(Chunk(tuple(group)))
                group = []
            group.append(target)
        result.append(Chunk(tuple(group)))
    return result
