"""Left, right, both: the side of a muscle from the words around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

_PAIR = r"(?:right|left|R|L)\s?(?:and|/|&|or|,)\s?(?:the\s)?(?:left|right|L|R)"
_SIDE = rf"(?P<side>B/L|{_PAIR}|right|left|both|bilateral|bilaterally|either|each|R\.?|L\.?|Rt\.?|Lt\.?)"
_INNER = (
    r"(?:[\s-]+(?:hand|sided?|side's|proximal|distal|upper|lower|of|the|his|her|their|muscles?|"
    r"anterior|posterior|"
    r"dominant|non-dominant|affected|unaffected|contralateral|ipsilateral|paretic|hemiparetic|and|"
    r"both|all|four|more|"
    r"entire|whole|medial|lateral|deep|superficial|long|short|first|weak|strong|major|minor|middle|"
    r"for|in|on|body|"
    r"intrinsic|extrinsic|active|isolated|spastic|flaccid|mild|severe|complete|partial|residual|dense|"
    r"predominant|"
    r"muscle strength in|muscle power in|motor strength in)){0,4}"
)
_BEFORE = re.compile(rf"(?:^|(?<=[\s(,/;:\[-])){_SIDE}{_INNER}(?:[\s-]*|(?<=bilateral),\s)$", re.I)
_AFTER = re.compile(
    rf"\s*(?:muscles?\s)?(?:strength\s|power\s)?[(\[,]?\s?(?:(?:on|in|of|at|for|over)\s)?(?:(?:the|his|"
    rf"her)\s)?{_SIDE}"
    r"(?:[\s-](?:sided?|hand side|body side))?\b",
    re.I,
)
_ANY = re.compile(rf"(?<![\w-]){_SIDE}(?![\w])", re.I)
_CASED = ("R", "L", "R.", "L.")


@dataclass(frozen=True, slots=True)
class SideCue:
    """A side word in the text."""

    start: int
    end: int
    side: str


def side_of(word: str) -> str:
    """Return ``left``, ``right`` or ``bilateral`` for a side word as written; empty for a lower-case letter."""
    low = word.lower().rstrip(".")
    if word.rstrip(".") in ("r", "l"):
        return ""
    if "both" in low or low.startswith("bilat") or low in ("each", "either", "b/l"):
        return "bilateral"
    right, left = re.search(r"\br", low) is not None, re.search(r"\bl", low) is not None
    if right and left:
        return "bilateral"
    return "right" if right else "left" if left else ""


def side_before(text: str, start: int, end: int) -> SideCue | None:
    """Return the side word that qualifies the term which begins at ``end``, not looking before ``start``."""
    low = max(start, end - 60)
    window = text[low:end]
    match = _BEFORE.search(window)
    if match is None:
        return None
    side = side_of(match.group("side"))
    return SideCue(low + match.start("side"), low + match.end("side"), side) if side else None


def side_after(text: str, start: int, end: int) -> SideCue | None:
    """Return the side word that directly follows ``start``: "(left)", "on the right", "bilaterally"."""
    match = _AFTER.match(text, start, end)
    if match is None:
        return None
    side = side_of(match.group("side"))
    return SideCue(match.start("side"), match.end("side"), side) if side else None


def side_cues(text: str, start: int, end: int) -> list[SideCue]:
    """Return all side words of ``text[start:end]``."""
    found = []
    for match in _ANY.finditer(text, start, end):
        side = side_of(match.group("side"))
        if side:
            found.append(SideCue(match.start("side"), match.end("side"), side))
    return found


def pair_order(text: str, start: int, end: int) -> tuple[str, str] | None:
    """Return the sides of "4/3 (right/left)" in their order where the text says so; None elsewhere."""
    match = re.search(
        r"(?<![\w])(right|left|rt|lt|R|L)\s?(?:side)?\s?(?:/|:|,|and|-)\s?(left|right|lt|rt|L|R)(?![\w])",
        text[start:end],
        re.I,
    )
    if match is None:
        return None
    first, second = side_of(match.group(1)), side_of(match.group(2))
    return (first, second) if first and second and first != second else None
