"""What a muscle grade is about: muscles, movements and regions with their sides, joined into lists.

"wrist and thumb extensors" is two movements, "flexion and extension of the hip" two movements of one joint,
"the deltoid of the right arm" one muscle with a side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from extract.nlp.movements import (
    OF,
    Target,
    joint_of,
    joints_then_movements,
    of_joint,
    shared_joint,
    shared_movement,
)
from extract.nlp.sides import SideCue, side_after, side_before
from extract.rules.lexicon import Mention

_INNERVATED = re.compile(
    r"\s(?:that are\s|which are\s)?(?:innervated|supplied|served)\sby\s(?:(?:the|his|her|both|left|"
    r"right|common)\s){0,3}",
    re.I,
)
_CONNECTORS = frozenset((
    "and", "or", "as", "well", "plus", "both", "the", "of", "his", "her", "their", "muscle", "muscles",
    "on", "in", "for", "bilateral", "bilaterally", "left", "right", "r", "l", "side", "sides", "all",
    "proximal", "distal", "group", "groups", "but", "also", "joint", "joints", "respectively", "a",
    "over", "at", "major", "strength", "power",
))  # fmt: skip
_GRADE_LIKE = r"[0-5][+−-]?\s?/\s?5"
_ROOT = r"(?:C[3-8]|T1|L[1-5]|S[12])"
_ROOTS = rf"(?P<level>{_ROOT}(?:\s?(?:[-–]|to|through)\s?{_ROOT})?)(?!\s?[-–/]\s?\w)"
_LEVEL_GRADED = re.compile(
    rf"(?<![\w-]){_ROOTS}(?=\s?(?:[:=(–-]|was|is|myotome was)?\s?{_GRADE_LIKE}|"
    rf"(?:(?:\s?,\s?(?:and\s)?|\s(?:and|&)\s){_ROOT}){{1,7}}\smyotomes\b|\smyotomes\b)|"
    rf"(?<=/5 in ){_ROOTS.replace('level', 'behind')}"
)
_SPAN_OF_ROOTS = re.compile(r"\s?(?:[-–]|to|through)\s?")
_HEADS = re.compile(r",|\s[–—-]{1,2}\s")
_ELLIPSIS = re.compile(r"\b(upper|lower)\b(?=\s*(?:\(|and\b|or\b|,|/|limbs?\s?:|was\b|were\b|[0-5]))", re.I)
_LIMB_NOUN = re.compile(r"\b(?:limbs?|extremit(?:y|ies))\b", re.I)
_PLURAL = re.compile(
    r"(?:limbs|legs|arms|extremities|hands|feet|thighs|forearms|calves|shoulders|hips|knees|elbows|"
    r"wrists|ankles|ULs|LLs|UEs|LEs)$",
    re.I,
)
_INITIAL = re.compile(r"^([RLB])(?:U|L)[EL]$")
_HALF_FLEXION = re.compile(r"\b(dorsi|plantar)\s?-?\s?(?=(?:and|or|/)\s?(?:dorsi|plantar)[- ]?flex)", re.I)
_ONE_JOINT = {
    "dorsiflexion": "ankle", "plantarflexion": "ankle", "inversion": "ankle", "eversion": "ankle",
    "supination": "forearm", "pronation": "forearm", "opposition": "thumb",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chunk:
    """Targets listed together."""

    targets: tuple[Target, ...] = field(default=())

    @property
    def start(self) -> int:
        """Offset of the first target."""
        return self.targets[0].start

    @property
    def end(self) -> int:
        """Offset behind the last target."""
        return self.targets[-1].end

    @property
    def regions(self) -> bool:
        """Whether all targets are regions."""
        return all(t.kind == "region" for t in self.targets)


def find_targets(text: str, start: int, end: int, mentions: Sequence[Mention]) -> list[Target]:
    """Return the targets of ``text[start:end]`` in text order; ``mentions`` are its terms of kind muscle."""
    raw = [_target(m) for m in mentions]
    raw += _elliptic(text, start, end, raw)
    roots = _myotomes(text, start, end, raw)
    raw = [t for t in raw if not any(root.start < t.start < root.end for root in roots)] + roots
    raw += [
        Target(*match.span(1), f"{match.group(1).lower()}flexion", "movement", "ankle")
        for match in _HALF_FLEXION.finditer(text, start, end)  # "dorsi- and plantarflexion"
    ]
    raw.sort(key=lambda t: t.start)
    composed = of_joint(text, raw)
    composed = joints_then_movements(text, start, composed)
    composed = shared_movement(text, composed)
    composed = shared_joint(text, composed)
    composed = _within_region(text, start, composed)
    return [_named(target) for target in _with_sides(text, start, end, composed)]


def _named(target: Target) -> Target:
    """Name movements that only one joint makes after it: "dorsiflexion" is "ankle dorsiflexion"."""
    movement = target.name.removeprefix("foot ").removeprefix("elbow ")
    joint = _ONE_JOINT.get(movement)
    return replace(target, name=f"{joint} {movement}", group=joint) if joint and target.kind == "movement" else target


def limb_of(group: str) -> str:
    """Return ``upper`` or ``lower`` for a group of rules/muscles.tsv that lies in one limb; else empty."""
    if group in ("shoulder", "elbow", "wrist", "hand", "thumb", "finger", "forearm", "upper limb"):
        return "upper"
    if group in ("hip", "knee", "ankle", "foot", "toe", "great toe", "lower limb"):
        return "lower"
    return ""


def chunks(text: str, targets: Sequence[Target]) -> list[Chunk]:
    """Return the lists of targets: neighbours with nothing but commas, "and" and side words between them."""
    found: list[list[Target]] = []
    for target in targets:
        if (
            found
            and _only_connectors(text[found[-1][-1].end : target.start])
            and not _is_heading(text, found[-1][-1], target)
        ):
            found[-1].append(target)
        else:
            found.append([target])
    return [Chunk(tuple(group)) for group in found]


def _is_heading(text: str, region: Target, target: Target) -> bool:
    """Tell whether a limb only says where: "in the right leg, iliopsoas was 3/5"."""
    gap = text[region.end : target.start]
    return (
        region.kind == "region"
        and target.kind != "region"
        and "limb" in region.group
        and _HEADS.search(gap) is not None
    )


def _target(mention: Mention) -> Target:
    initial = _INITIAL.match(mention.text)
    side = {"R": "right", "L": "left", "B": "bilateral"}[initial.group(1)] if initial else ""
    plural = mention.entry["kind"] == "region" and _PLURAL.search(mention.text) is not None
    return Target(mention.start, mention.end, mention.name, mention.entry["kind"], mention.entry["group"], side, plural)


def _elliptic(text: str, start: int, end: int, targets: Sequence[Target]) -> list[Target]:
    """Return "upper" and "lower" that stand for limbs: "in the upper and 2/5 in the lower extremities"."""
    if not _LIMB_NOUN.search(text, start, end):
        return []
    found = []
    for match in _ELLIPSIS.finditer(text, start, end):
        if not any(t.start <= match.start() < t.end for t in targets):
            plural = re.search(r"\blimbs\b|\bextremities\b", text[start:end], re.I) is not None
            name = f"{match.group(1).lower()} limb"
            found.append(Target(match.start(), match.end(), name, "region", name, "", plural))
    return found


def _myotomes(text: str, start: int, end: int, targets: Sequence[Target]) -> list[Target]:
    """Return the myotomes that are named by their level beside a grade or in a list: "C5 4/5", "L4 and L5 myotomes"."""
    found = []
    for match in _LEVEL_GRADED.finditer(text, start, end):
        a, b = match.span("level") if match.group("level") else match.span("behind")
        if not any(t.start <= a < t.end for t in targets):
            limb = "upper limb" if text[a] in "CT" else "lower limb"
            found.append(Target(a, b, f"{_SPAN_OF_ROOTS.sub('-', text[a:b])} myotome", "region", limb))
    return found


def _within_region(text: str, start: int, targets: Sequence[Target]) -> list[Target]:
    """Take the side from "the deltoid of the right arm"; read "all muscles of the legs" as the legs."""
    found: list[Target] = []
    i = 0
    while i < len(targets):
        here = targets[i]
        after = targets[i + 1] if i + 1 < len(targets) else None
        if (
            after is not None
            and after.kind == "region"
            and here.group != "paresis"
            and (
                OF.fullmatch(text[here.end : after.start])
                or _INNERVATED.fullmatch(text[here.end : after.start])
                or not text[here.end : after.start].strip()
            )
            and (here.kind != "region" or "muscles" in here.name or here.name == "whole body")
        ):
            side = side_before(text, here.end, after.start)
            where = side.side if side else after.side or ("bilateral" if after.plural else "")
            if here.kind != "region":
                found.append(replace(here, side=here.side or where))
            elif here.name == "whole body":
                inner = _INNERVATED.fullmatch(text[here.end : after.start]) is not None
                found.append(replace(after, side=where, start=here.start if inner else after.start))
            else:
                name = here.name.removesuffix(" muscles")
                found.append(replace(after, start=here.start, name=f"{name} {after.name}", side=where))
            i += 2
            continue
        if (
            after is not None
            and joint_of(here)
            and here.kind == "region"
            and after.kind == "muscle"
            and text[here.end : after.start] in (" ", "-")
        ):
            side = side_before(text, start, here.start)
            found.append(replace(after, side=side.side if side else ""))
            i += 2
            continue
        found.append(here)
        i += 1
    return found


def _with_sides(text: str, start: int, end: int, targets: Sequence[Target]) -> list[Target]:
    """Add the side words directly before or behind each target; one said first governs its list."""
    found: list[Target] = []
    previous_end = start
    for i, target in enumerate(targets):
        side = target.side
        cue: SideCue | None = None
        if not side:
            cue = side_before(text, previous_end, target.start)
            side = cue.side if cue else ""
            if target.name == "upper and lower limbs" and cue is not None and text[cue.start : cue.end] == "both":
                side = ""  # "both upper and lower limbs on the left side"
        if not side:
            limit = targets[i + 1].start if i + 1 < len(targets) else end
            cue = side_after(text, target.end, limit)
            following = side_before(text, cue.start, limit) if cue is not None and i + 1 < len(targets) else None
            if cue is not None and (following is None or following.start != cue.start):
                side = cue.side
        if not side and found and _only_connectors(text[found[-1].end : target.start]):
            side = found[-1].side if not target.plural and not target.axial else ""
        begin = target.start
        if target.group == "paresis" and cue is not None and cue.end <= target.start:
            begin = cue.start
        found.append(replace(target, side=side, start=begin))
        previous_end = max(target.end, previous_end)
    return found


def _only_connectors(gap: str) -> bool:
    if len(gap) > 60 or ";" in gap or ":" in gap or any(c.isdigit() for c in gap) or gap.count("(") != gap.count(")"):
        return False
    return all(word in _CONNECTORS for word in re.findall(r"[a-z]+", gap.lower())) and not re.search(r"[.?!]", gap)
