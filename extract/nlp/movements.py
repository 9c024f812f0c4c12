"""Movements and their joints: "wrist and thumb extensors" are two, "flexion and extension of the hip" are two."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from extract.nlp.sides import side_before

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
_LINK = re.compile(r"\s?(?:,|/|&|\+|and|or|as well as|,\s?and|and/or|-\s?and|-)\s?(?:(?:the|of|his|her)\s)*", re.I)
OF = re.compile(
    r"(?:\smuscles?|\smuscle groups?|\sgroups?)?(?:\s(?:strength|power))?"
    r"\s?\(?(?:of|in|at|on|for)\s(?:(?:the|his|her|both|"
    r"left|right|bilateral|all|each|R|L|"
    r"left and right|right and left|proximal|distal)\s){0,4}",
    re.I,
)
_COLON = re.compile(r"\s?(?:[:,(]|joints?|in terms of|with|showed|was|strength|power)[^.;]{0,25}", re.I)
_TERMS = re.compile(r"\s?(?:joints?\s?)?(?::|\(|in terms of|in|for|during|on)\s?", re.I)


_TWO_WORDS = ("internal rotation", "external rotation")
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


def is_bare(target: Target) -> bool:
    """Tell whether a target is a movement without its joint: "flexion"."""
    return target.kind == "movement" and (" " not in target.name or target.name in _TWO_WORDS)


def joint_of(target: Target) -> str:
    """Return the joint that a region is or a movement names; empty where there is none."""
    if target.kind == "region" and target.name in JOINTS:
        return target.name
    if target.kind == "movement":
        for joint in sorted(JOINTS, key=len, reverse=True):
            if target.name.startswith(joint + " "):
                return joint
    return ""


def _moved(joint: str, target: Target, start: int, end: int) -> Target:
    """Return the movement ``target`` at ``joint``."""
    own = joint_of(target)
    movement = target.name.removeprefix(own + " ") if own and target.kind == "movement" else target.name
    name = f"{joint} {movement}"
    if movement in ("grip", "pinch", "eye closure"):
        name = movement
    return replace(target, start=start, end=end, name=name, kind="movement", group=joint)


def of_joint(text: str, targets: Sequence[Target]) -> list[Target]:
    """Join "flexion and extension of the hip" and "hip: flexion, extension"."""
    found: list[Target] = []
    i = 0
    while i < len(targets):
        j = i
        while (
            j + 1 < len(targets)
            and is_bare(targets[j])
            and is_bare(targets[j + 1])
            and _LINK.fullmatch(text[targets[j].end : targets[j + 1].start])
        ):
            j += 1
        if (
            is_bare(targets[i])
            and j + 1 < len(targets)
            and joint_of(targets[j + 1])
            and targets[j + 1].kind == "region"
        ):
            joint = targets[j + 1]
            gap = text[targets[j].end : joint.start]
            if OF.fullmatch(gap):
                last = j + 1
                joints = [joint]
                while (
                    last + 1 < len(targets)
                    and joint_of(targets[last + 1])
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


def joints_then_movements(text: str, start: int, targets: Sequence[Target]) -> list[Target]:
    """Read "both elbow and wrist joints in terms of flexion and extension" as four movements."""
    found: list[Target] = []
    i = 0
    while i < len(targets):
        j = _linked(text, targets, i, lambda t: t.kind == "region" and bool(joint_of(t)))
        k = _linked(text, targets, j, is_bare) if j < len(targets) else j
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


def shared_movement(text: str, targets: Sequence[Target]) -> list[Target]:
    """Give the movement of "hip and knee flexion" to the hip too."""
    found = list(targets)
    for i in range(len(found) - 2, -1, -1):
        here, after = found[i], found[i + 1]
        if here.kind != "region" or here.name not in JOINTS:
            continue
        if after.kind == "movement" and joint_of(after) and _LINK.fullmatch(text[here.end : after.start]):
            found[i] = _moved(
                here.name,
                after,
                here.start,
                after.end if i + 2 >= len(found) or after.end <= found[i + 2].start else here.end,
            )
    return found


def shared_joint(text: str, targets: Sequence[Target]) -> list[Target]:
    """Give the joint of "elbow flexors and extensors" to the second; of "hip: flexion 3/5, "
    "extension 4/5" to both."""
    found: list[Target] = []
    for target in targets:
        if is_bare(target) and found:
            before = found[-1]
            gap = text[before.end : target.start]
            joint = joint_of(before)
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
