"""What a muscle grade is about: muscles, movements and regions with their sides, joined into lists.

"wrist and thumb extensors" is two movements, "flexion and extension of the hip" two movements of one joint,
"the deltoid of the right arm" one muscle with a side.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from extract.nlp.sides import SideCue, side_after, side_before
from extract.rules.lexicon import Mention

JOINTS = (
    "shoulder",
    "elbow",
    "wrist",
    "hand",
    "finger",
    "thumb",
    "hip",
    "knee",
    "ankle",
    "foot",
    "toe",
    "great toe",
    "neck",
    "trunk",
)
LIMBS = ("upper limb", "lower limb")

_LINK = re.compile(r"\s?(?:,|/|&|\+|and|or|as well as|,\s?and|and/or|-\s?and|-)\s?(?:(?:the|of|his|her)\s)*", re.I)
_OF = re.compile(
    r"(?:\smuscles?|\smuscle groups?|\sgroups?)?\s?\(?(?:of|in|at|on|for)\s(?:(?:the|his|her|both|"
    r"left|right|bilateral|all|each|R|L|"
    r"left and right|right and left|proximal|distal)\s){0,4}",
    re.I,
)
_INNERVATED = re.compile(
    r"\s(?:that are\s|which are\s)?(?:innervated|supplied|served)\sby\s(?:(?:the|his|her|both|left|"
    r"right|common)\s){0,3}",
    re.I,
)
_COLON = re.compile(r"\s?(?:[:,(]|joints?|in terms of|with|showed|was|strength|power)[^.;]{0,25}", re.I)
_TERMS = re.compile(r"\s?(?:joints?\s?)?(?::|\(|in terms of|for|during|on)\s?", re.I)
_CONNECTORS = frozenset((
    "and", "or", "as", "well", "plus", "both", "the", "of", "his", "her", "their", "muscle", "muscles",
    "on", "in", "for", "bilateral", "bilaterally", "left", "right", "r", "l", "side", "sides", "all",
    "proximal", "distal", "group", "groups", "but", "also", "joint", "joints", "respectively", "a",
    "over", "at", "major", "strength", "power",
))  # fmt: skip
_ELLIPSIS = re.compile(r"\b(upper|lower)\b(?=\s*(?:\(|and\b|or\b|,|/|limbs?\s?:|was\b|were\b|[0-5]))", re.I)
_LIMB_NOUN = re.compile(r"\b(?:limbs?|extremit(?:y|ies))\b", re.I)
_PLURAL = re.compile(
    r"(?:limbs|legs|arms|extremities|hands|feet|thighs|forearms|calves|shoulders|hips|knees|elbows|"
    r"wrists|ankles|ULs|LLs|UEs|LEs)$",
    re.I,
)
_INITIAL = re.compile(r"^([RLB])(?:U|L)[EL]$")
_ONE_JOINT = {
    "dorsiflexion": "ankle", "plantarflexion": "ankle", "inversion": "ankle", "eversion": "ankle",
    "supination": "forearm", "pronation": "forearm", "opposition": "thumb",
}  # fmt: skip
_AXIAL = ("neck", "trunk", "face")


@dataclass(frozen=True, slots=True)
class Target:
    """A muscle, movement or region that may have a grade.

    Attributes
    ----------
    start, end : its words, joint included.
    side : the side said with it; empty where none is.
    plural : a plural limb ("both" is meant where no side is said).
    """

    start: int
    end: int
    name: str
    kind: str
    group: str
    side: str = ""
    plural: bool = False

    @property
    def axial(self) -> bool:
        """Whether it has no side by nature."""
        return self.group in _AXIAL and not self.side


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
    raw.sort(key=lambda t: t.start)
    composed = _of_joint(text, raw)
    composed = _joints_then_movements(text, start, composed)
    composed = _shared_movement(text, composed)
    composed = _shared_joint(text, composed)
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


def chunks(text: str, targets: Sequence[Target], cuts: Sequence[int] = ()) -> list[Chunk]:
    """Return the lists of targets: neighbours with nothing but commas, "and" and side words between them."""
    found: list[list[Target]] = []
    for target in targets:
        if found and _only_connectors(text[found[-1][-1].end : target.start]):
            found[-1].append(target)
        else:
            found.append([target])
    return [Chunk(tuple(group)) for group in found]


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


def _bare(target: Target) -> bool:
    return target.kind == "movement" and " " not in target.name.replace("internal rotation", "x").replace(
        "external rotation", "x"
    )


def _joint(target: Target) -> str:
    if target.kind == "region" and target.name in JOINTS:
        return target.name
    if target.kind == "movement":
        for joint in sorted(JOINTS, key=len, reverse=True):
            if target.name.startswith(joint + " "):
                return joint
    return ""


def _moved(joint: str, target: Target, start: int, end: int) -> Target:
    """Return the movement ``target`` at ``joint``."""
    own = _joint(target)
    movement = target.name.removeprefix(own + " ") if own and target.kind == "movement" else target.name
    name = f"{joint} {movement}"
    if movement in ("grip", "pinch", "eye closure"):
        name = movement
    return replace(target, start=start, end=end, name=name, kind="movement", group=joint)


def _of_joint(text: str, targets: Sequence[Target]) -> list[Target]:
    """Join "flexion and extension of the hip" and "hip: flexion, extension"."""
    found: list[Target] = []
    i = 0
    while i < len(targets):
        j = i
        while (
            j + 1 < len(targets)
            and _bare(targets[j])
            and _bare(targets[j + 1])
            and _LINK.fullmatch(text[targets[j].end : targets[j + 1].start])
        ):
            j += 1
        if _bare(targets[i]) and j + 1 < len(targets) and _joint(targets[j + 1]) and targets[j + 1].kind == "region":
            joint = targets[j + 1]
            gap = text[targets[j].end : joint.start]
            if _OF.fullmatch(gap):
                last = j + 1
                joints = [joint]
                while (
                    last + 1 < len(targets)
                    and _joint(targets[last + 1])
                    and targets[last + 1].kind == "region"
                    and _LINK.fullmatch(text[targets[last].end : targets[last + 1].start])
                ):
                    last += 1
                    joints.append(targets[last])
                for one in joints:
                    side = side_before(text, targets[j].end, one.start)
                    for t in targets[i : j + 1]:
                        moved = _moved(one.name, t, t.start, t.end if j > i or len(joints) > 1 else one.end)
                        both = "bilateral" if one.plural else ""
                        found.append(replace(moved, side=side.side if side else t.side or both))
                i = last + 1
                continue
        found.append(targets[i])
        i += 1
    return found


def _joints_then_movements(text: str, start: int, targets: Sequence[Target]) -> list[Target]:
    """Read "both elbow and wrist joints in terms of flexion and extension" as four movements."""
    found: list[Target] = []
    i = 0
    while i < len(targets):
        j = _linked(text, targets, i, lambda t: t.kind == "region" and bool(_joint(t)))
        k = _linked(text, targets, j, _bare) if j < len(targets) else j
        if i < j < k and k - j > 1 and _TERMS.fullmatch(text[targets[j - 1].end : targets[j].start]):
            for joint in targets[i:j]:
                cue = side_before(text, start, targets[i].start)
                side = cue.side if cue else "bilateral" if joint.plural else ""
                found += [
                    replace(
                        _moved(joint.name, t, targets[i].start if t is targets[j] else t.start, t.end),
                        side=side,
                    )
                    for t in targets[j:k]
                ]
            i = k
        else:
            found.append(targets[i])
            i += 1
    return found


def _linked(text: str, targets: Sequence[Target], first: int, wanted: Callable[[Target], bool]) -> int:
    """Return the index behind the list of ``wanted`` targets that begins at ``first``."""
    i = first
    while i < len(targets) and wanted(targets[i]):
        if i > first and not _LINK.fullmatch(text[targets[i - 1].end : targets[i].start]):
            break
        i += 1
    return i


def _shared_movement(text: str, targets: Sequence[Target]) -> list[Target]:
    """Give the movement of "hip and knee flexion" to the hip too."""
    found = list(targets)
    for i in range(len(found) - 2, -1, -1):
        here, after = found[i], found[i + 1]
        if here.kind != "region" or here.name not in JOINTS:
            continue
        if after.kind == "movement" and _joint(after) and _LINK.fullmatch(text[here.end : after.start]):
            found[i] = _moved(
                here.name,
                after,
                here.start,
                after.end if i + 2 >= len(found) or after.end <= found[i + 2].start else here.end,
            )
    return found


def _shared_joint(text: str, targets: Sequence[Target]) -> list[Target]:
    """Give the joint of "elbow flexors and extensors" to the second; of "hip: flexion 3/5, "
    "extension 4/5" to both."""
    found: list[Target] = []
    for target in targets:
        if _bare(target) and found:
            before = found[-1]
            gap = text[before.end : target.start]
            joint = _joint(before)
            if before.kind == "movement" and joint and len(gap) <= 30 and _continues(gap):
                wrist_like = target.group in ("", joint) or target.group == before.group
                if wrist_like and not (target.group and target.group != joint):
                    target = _moved(joint, target, target.start, target.end)
            elif before.kind == "region" and joint and (not gap.strip() or _COLON.fullmatch(gap)):
                side = before.side or ("bilateral" if before.plural else "")
                target = replace(_moved(joint, target, before.start, target.end), side=side)
                found.pop()
        found.append(target)
    return found


def _continues(gap: str) -> bool:
    """Tell whether a list goes on over a gap that may hold a grade."""
    bare = re.sub(r"\(?\d[+-]?(?:/5)?\)?|\b(?:was|were|of|is)\b", "", gap)
    return _LINK.fullmatch(bare.strip() + " ") is not None or not bare.strip(" ,")


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
                _OF.fullmatch(text[here.end : after.start])
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
            and _joint(here)
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
