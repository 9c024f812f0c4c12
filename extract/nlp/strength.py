"""Which grade belongs to which muscle on which side, within one sentence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extract.nlp.grades import Grade
from extract.nlp.movements import Target
from extract.nlp.sides import SideCue, pair_order, side_after, side_cues, side_of
from extract.nlp.strength_lists import LIMB_GROUPS, TargetLists
from extract.nlp.targets import Chunk, limb_of

_RUN_GAP = re.compile(
    r"[\s)]*(?:,|;|and|or|/|&|to|then|later)?(?:\s(?:and|to|then))?(?:\sto\s(?:grade|MRC|level|MRC grade)\s)?[\s(]*",
    re.I,
)
_CLAUSE = re.compile(r"[;]|\.\s|\b(?:reflex|sensation|babinski|tone|clonus|hoffmann)", re.I)
_FROM = re.compile(r"\b(?:from)\s(?:MRC\s|grade\s|a\s)*$", re.I)
_TO = re.compile(r"\s?(?:up\s)?(?:to|into|and then)\s(?:MRC\s|grade\s)*", re.I)
_PLACE_WORD = re.compile(r"\s?(?:strength\s)?\(?(proximally|distally|proximal|distal)\b", re.I)
_SHARED = re.compile(
    r"[\s)]*(?:(?:proximally|distally|proximal|distal|on|in|the|right|left|strength|power|"
    r"side)\s?){0,5}[\s,]*"
    r"(?:and|,|to|but|then)?\s?(?:only\s|grade\s|MRC\s|a\s)?",
    re.I,
)
_EVERYWHERE = re.compile(
    r"[\s)]*(?:strength|power|motor)?\s?(?:was\s)?"
    r"(?P<where>throughout|globally|diffusely|all over|everywhere|elsewhere|otherwise)\b",
    re.I,
)
_OTHERWISE = re.compile(r"\b(?:otherwise|elsewhere)\s(?:it\s)?(?:was\s|were\s)?$", re.I)
_PRONOUN = re.compile(r"\b(?:it|they|this|which|these)\s(?:was|were|had|is|remained)\b", re.I)
_SIDE_BESIDE = re.compile(r"\b(?:on|in) (?:the|his|her) (left|right)(?: side)?\s?[(:,]?\s*$", re.I)
_SIDE_GRADED = re.compile(r"(?:^|[\s:(,;])(left|right|lt\.?|rt\.?|L|R)(?: side)?\s?[:=]?\s?(?:was\s)?$", re.I)
_THEN_GRADE = re.compile(r"\s?[:=]?\s?(?:was\s)?[0-5]")
_CONTRAST = re.compile(
    r"[\s)]*(?:(?:on|in)\s(?:the|his|her)\s(?:left|right)(?:\sside)?\s?)?(?:[,;]|(?:but|while|whereas|compared)\b)"
)
_RESPECTIVELY = re.compile(r"\s?,?\s?respectively", re.I)
# a muscle that nobody knows where the next one is expected: "EHL 1/5, XYZ 4/5", "3/5 in plantaris muscles"
_MUSCLE_NOUN = r"(?:\w*(?:flexors?|extensors?|abductors?|adductors?|rotators?|evertors?|invertors?)|muscles?)"
_UNKNOWN_BEFORE = re.compile(
    rf"(?:[,;]|\band)\s(?:(?:left|right|[LRB])\s)?(?!MRC|MMT|BMRC)(?:[A-Z]{{2,5}}|(?:[a-z]+\s){{0,2}}{_MUSCLE_NOUN})"
    r"\s?[:=]?\s?(?:was\s|were\s)?(?:MRC\s|grade\s)?$"
)
_UNKNOWN_BEHIND = re.compile(
    rf"\s(?:strength\s|power\s)?(?:in|of|for)\s(?:the\s|his\s|her\s)?(?!(?:all|other|these|those|the)\b)"
    rf"(?:[a-z]+\s){{1,2}}{_MUSCLE_NOUN}\b"
)
# "except for 4/5 in the right deltoid, strength was 5/5": of all the rest
_EXCEPT = re.compile(r"\b(?:except|apart from|other than|aside from|besides)\b", re.I)
_REST_OF = re.compile(
    r"(?<=,\s)(?:(?:the|his|her|motor|muscle|overall)\s){0,2}(?:strength|power)(?=\s(?:was|were|is)\b)", re.I
)
_OPPOSITE = {"left": "right", "right": "left"}


@dataclass(frozen=True, slots=True)
class StrengthFact:
    """A graded target. ``earlier`` marks the first of "improved from 2/5 to 4/5"."""

    target: Target
    grade: Grade
    side: str
    rule: str
    confidence: float
    earlier: bool = False


def assign(
    text: str, start: int, end: int, grades: Sequence[Grade], targets: Sequence[Target]
) -> tuple[list[StrengthFact], list[Grade]]:
    """Return the facts of ``text[start:end]`` and the grades for which no target is named there."""
    return _Assigner(text, start, end, grades, targets).run()


class _Assigner:
    """One sentence's state: which targets have been used, what the last grade was about."""

    def __init__(self, text: str, start: int, end: int, grades: Sequence[Grade], targets: Sequence[Target]) -> None:
        self.text, self.start, self.end = text, start, end
        self.targets = list(targets)
        self.runs = _runs(text, grades)
        self.lists = TargetLists(text, self.targets, [g for run in self.runs for g in run])
        self.facts: list[StrengthFact] = []
        self.orphans: list[Grade] = []
        self.free_from = start
        self.last: list[Target] = []

    def run(self) -> tuple[list[StrengthFact], list[Grade]]:
        for i, run in enumerate(self.runs):
            limit = self.runs[i + 1][0].start if i + 1 < len(self.runs) else self.end
            self._assign_run(run, limit, self.runs[i + 1][0] if i + 1 < len(self.runs) else None)
        return self.facts, self.orphans

    def _assign_run(self, run: list[Grade], limit: int, following: Grade | None) -> None:
        chosen, rule, side = self.lists.choose(run, self.free_from, limit, following)
        if chosen is None:
            self._without_target(run, limit)
            return
        confidence = 0.95 if rule != "far" else 0.8
        targets = list(chosen.targets)
        self.last = targets
        self._settle_orphans(run, chosen, rule)
        self.free_from = max(run[-1].end, chosen.end)
        if chosen.end <= run[0].start and not side:
            beside = _SIDE_BESIDE.search(self.text[chosen.end : run[0].start])
            side = side_of(beside.group(1)) if beside else ""
        if not side and len(run) == 1:
            side = self._side_graded(run[0])
        trailing = self._side_behind(run[-1], limit)
        if (
            not side
            and trailing is not None
            and not any(
                t.start - 4 <= trailing.end + 1 <= t.end
                and t.start >= trailing.start
                and "," not in self.text[trailing.end : t.start]
                for t in self.targets
            )
        ):
            side = trailing.side
        self._emit(run, targets, side, rule, confidence, chosen)

    def _side_graded(self, grade: Grade) -> str:
        """Return the side directly before a grade: "deltoid: left 5/5, right 3/5"."""
        match = _SIDE_GRADED.search(self.text[max(self.start, grade.start - 14) : grade.start])
        return side_of(match.group(1)) if match is not None else ""

    def _side_behind(self, grade: Grade, limit: int) -> SideCue | None:
        """Return the side directly behind a grade, unless it belongs to the next one."""
        cue = side_after(self.text, grade.end, min(limit, grade.end + 40))
        return None if cue is not None and _THEN_GRADE.match(self.text, cue.end, self.end) else cue

    def _settle_orphans(self, run: list[Grade], chosen: Chunk, rule: str) -> None:
        """Give the grades of "4/5 proximally and 3/5 distally in both legs" the target that comes last."""
        while rule == "after" and self.orphans:
            grade = self.orphans[-1]
            gap = self.text[grade.end : run[0].start]
            if len(gap) > 45 or not _SHARED.fullmatch(gap):
                return
            self.orphans.pop()
            side = side_after(self.text, grade.end, run[0].start)
            for target in chosen.targets:
                self._add(replace(target, side=side.side if side else target.side), grade, "", "again", 0.85)
            run = [grade]

    def _emit(
        self, run: list[Grade], targets: list[Target], side: str, rule: str, confidence: float, chosen: Chunk
    ) -> None:
        if len(run) == 2 and len(targets) == 1 and targets[0].name == "upper and lower limbs":
            targets = _upper_and_lower(self.text, targets[0])
        own_sides = self._own_sides(run, chosen, paired=len(run) != len(targets))
        if own_sides is not None:
            self._emit_sides(run, targets, own_sides)
        elif len(run) == 2 and _TO.fullmatch(self.text[run[0].end : run[1].start]):
            for target in targets:
                self._add(target, run[0], side, "change", confidence, earlier=True)
                self._add(target, run[1], side, "change", confidence)
        elif len(run) == len(targets) > 1:
            for target, grade in zip(targets, run, strict=True):
                self._add(target, grade, side, "respectively", 0.9)
        else:
            for grade in run:
                for target in targets:
                    self._add(target, grade, side, rule, confidence if len(run) == 1 else 0.7)

    def _emit_sides(self, run: list[Grade], targets: list[Target], sides: list[str]) -> None:
        """Add a run of grades with their sides: two for each target, or the same for all."""
        shared = len(run) != 2 * len(targets)
        for i, (grade, side) in enumerate(zip(run, sides, strict=True)):
            for target in targets if shared else targets[i // 2 : i // 2 + 1]:
                self._add(replace(target, side=""), grade, side, "pair", 0.9)

    def _own_sides(self, run: list[Grade], chosen: Chunk, *, paired: bool) -> list[str] | None:
        """Return the side of each grade of "4/3 (right/left)"; None where the sides are not told so."""
        if all(grade.side for grade in run):
            return [grade.side for grade in run]
        order = self._order_told(run, chosen) or pair_order(
            self.text, max(self.start, chosen.start - 60), min(self.end, run[-1].end + 45)
        )
        return list(order) if paired and len(run) == 2 and order is not None else None

    def _order_told(self, run: list[Grade], chosen: Chunk) -> tuple[str, str] | None:
        """Return the sides of "2/5 and 1/5, respectively" of one limb in the order in which they were named before."""
        if len(run) != 2 or len(chosen.targets) != 1 or chosen.targets[0].side in ("left", "right"):
            return None
        if not _RESPECTIVELY.match(self.text, run[-1].end, self.end):
            return None
        named = [cue.side for cue in side_cues(self.text, self.start, run[0].start) if cue.side != "bilateral"]
        return (named[-2], named[-1]) if len(set(named[-2:])) == 2 else None

    def _add(
        self, target: Target, grade: Grade, side: str, rule: str, confidence: float, *, earlier: bool = False
    ) -> None:
        place = _PLACE_WORD.match(self.text, grade.end, self.end)
        if place is not None and target.group in LIMB_GROUPS and " " in target.name:
            word = place.group(1).lower().removesuffix("ly")
            if not target.name.startswith(("proximal", "distal", "all ", "upper and")):
                target = replace(target, name=f"{word} {target.name}")
        # the later word is the exact one in "bilateral weakness (1/5 on the right and 2/5 on the left)"
        side = side or target.side if target.side in ("", "bilateral") else target.side
        self.facts.append(StrengthFact(target, grade, side, rule, confidence, earlier))

    def _without_target(self, run: list[Grade], limit: int) -> None:
        """Take up what the last grade was about: "5/5 on the right and 3/5 on the left"."""
        between = self.text[self.free_from : run[0].start]
        everywhere = self._everywhere(run)
        if everywhere is not None:
            for grade in run:
                self._add(
                    Target(*everywhere, "whole body", "region", "limbs", "bilateral"), grade, "", "everywhere", 0.7
                )
            self.free_from = run[-1].end
            return
        place = _PLACE_WORD.match(self.text, run[-1].end, limit)
        if place is not None and self.last and not any(t.group in LIMB_GROUPS for t in self.last):
            word = place.group(1).lower().removesuffix("ly")
            self.last = [Target(place.start(1), place.end(1), f"{word} muscles", "region", "limbs")]
        if _UNKNOWN_BEFORE.search(between) or _UNKNOWN_BEHIND.match(self.text, run[-1].end, limit):
            self.last = []
        elif self.last and (not _CLAUSE.search(between) or _PRONOUN.search(between)):
            self._take_up(run, limit)
        else:
            self.orphans += run
        self.free_from = run[-1].end

    def _everywhere(self, run: list[Grade]) -> tuple[int, int] | None:
        """Return the offsets of the words that say that grades hold everywhere, or everywhere else."""
        match = _EVERYWHERE.match(self.text, run[-1].end, self.end)
        if match is not None:
            return match.span("where")
        match = _OTHERWISE.search(self.text, self.free_from, run[0].start)
        if match is None and _EXCEPT.search(self.text, self.start, self.free_from):
            match = _REST_OF.search(self.text, self.free_from, run[0].start)
        return match.span() if match is not None else None

    def _take_up(self, run: list[Grade], limit: int) -> None:
        """Add grades of what the last grade was about, on the sides told with them."""
        before = side_cues(self.text, self.free_from, run[0].start)
        told = before[-1].side if before else ""
        listed = self._listed(run)
        for grade, target in zip(run, listed, strict=False):
            self._add(replace(target, side=""), grade, told, "respectively", 0.85)
        for grade in () if listed else run:
            after = self._side_behind(grade, limit)
            side = after.side if after else told
            for target in self._contrasted(grade, side):
                base = replace(target, side="") if side else target
                self._add(base, grade, side, "again", 0.85)

    def _listed(self, run: list[Grade]) -> list[Target]:
        """Return the targets of "on the left, these were 4/5, 4/5 and 3/5, respectively": those graded just before."""
        if len(run) < 2 or not _RESPECTIVELY.match(self.text, run[-1].end, self.end):
            return []
        latest = [fact.target for fact in self.facts[-len(run) :]]
        return latest if len({target.name for target in latest}) == len(run) else []

    def _contrasted(self, grade: Grade, side: str) -> list[Target]:
        """Return what a grade without target is about: the last list, or all before it in ", and 5/5 on the left"."""
        here = _OPPOSITE.get(side, "")
        if grade.value != 5 or not here or not _CONTRAST.match(self.text, self.free_from, grade.start):
            return self.last
        kept: list[Target] = []
        for i in range(len(self.facts) - 1, -1, -1):
            fact = self.facts[i]
            target = fact.target
            if fact.side not in ("", here) or target.axial or target.plural or fact.grade.value == 5:
                break
            if limb_of(target.group) != limb_of(self.last[-1].group) or target.kind == "region":
                break
            self.facts[i] = replace(fact, side=here)
            kept.insert(0, target)
        return kept if len(kept) > len(self.last) else self.last


def _upper_and_lower(text: str, target: Target) -> list[Target]:
    """Return the two limbs of "upper and lower limbs" in the order in which they stand."""
    words = re.findall(r"upper|lower|arm|leg", text[target.start : target.end], re.I)
    order = ["upper limb" if word.lower() in ("upper", "arm") else "lower limb" for word in words[:2]]
    if len(set(order)) != 2:
        return [target]
    return [replace(target, name=name, group=name) for name in order]


def _runs(text: str, grades: Sequence[Grade]) -> list[list[Grade]]:
    """Return grades that follow each other with nothing but commas and "and" between them."""
    runs: list[list[Grade]] = []
    for grade in grades:
        if runs and (runs[-1][-1].start == grade.start or _RUN_GAP.fullmatch(text[runs[-1][-1].end : grade.start])):
            runs[-1].append(grade)
        else:
            runs.append([grade])
    return runs
