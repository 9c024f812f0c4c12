"""Components of the Glasgow Coma Scale: "E4V5M6", "eye opening 2, verbal response 2, motor response 4", "(3-5-6)".

Eye opening has 4 grades, verbal response 5, motor response 6 (Teasdale and Jennett, Lancet 1974); a T stands for
a verbal response that a tube prevents.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_MOST = {"E": 4, "V": 5, "M": 6}
_KEY = (
    r"(?:best\s)?(?P<k>eyes?(?:[\s-](?:opening|response|movements?|score))*|verbal(?:[\s-](?:response|output|score))*"
    r"|motor(?:[\s-](?:response|function|activity|score))*|[EVM])"
)
_PART = re.compile(
    _KEY + r"(?:\s?\([EVM]\))?\s?(?:(?:[-–:=,]|of|was|score)\s?){0,2}\(?"
    r"(?P<v>[1-6](?!\d)|(?:NT|NA|[TXC])(?![a-zA-Z]{3}))\)?(?:\s?/\s?[456](?!\d))?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"(?:[\s,;+/&.·•\]-]|\([^()\d]{0,30}\)|\band\b|\bwith\b|\ba\b|\bpoints?\b)*")
_BEGIN = re.compile(
    r"(?<![A-Za-z0-9])(?:[EVM][\s(:=–-]{0,3}(?:[1-6](?!\d)|[TXC]|NT)|(?:best\s)?(?:eyes?|verbal|motor)\b)",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(?<![A-Za-z0-9])E[1-4]\s?[,+]?\s?V(?:[1-5]|[TXtx]|NT)\s?[,+]?\s?M[1-6](?![0-9])")
_TRIPLE = re.compile(r"(?<![\d./-])([1-4])\s?([-–+,/])\s?([1-5T])\s?\2\s?([1-6])(?![\d/-]|\.\d)")


@dataclass(frozen=True, slots=True)
class Components:
    """Components at ``start:end``; ``total`` is None where one was not tested."""

    start: int
    end: int
    label: str
    total: float | None


def components_at(text: str, start: int, end: int) -> Components | None:
    """Return the components that begin at ``start``; None where none do."""
    parts: dict[str, str] = {}
    at = start
    while len(parts) < 3:
        match = _PART.match(text, at, end)
        if match is None or (key := match["k"][0].upper()) in parts:
            return None
        value = match["v"].upper()
        if value.isdigit() and int(value) > _MOST[key]:
            return None
        parts[key] = value if value.isdigit() or value == "NT" else "T" if value == "T" else value.lower()
        stop = match.end() - (text[match.end() - 1] == ")" and "(" not in match.group())
        between = _BETWEEN.match(text, stop, end)
        at = between.end() if between else stop
    return _made(start, stop, parts)


def triple_at(text: str, start: int, end: int) -> Components | None:
    """Return the components of "3-5-6" or "1 + 1 + 1" at ``start``; None where they are none."""
    match = _TRIPLE.match(text, start, end)
    if match is None:
        return None
    return _made(start, match.end(), {"E": match[1], "V": match[3], "M": match[4]})


def _made(start: int, end: int, parts: dict[str, str]) -> Components:
    total = float(sum(int(v) for v in parts.values())) if all(v.isdigit() for v in parts.values()) else None
    return Components(start, end, " ".join(f"{key}{parts[key]}" for key in "EVM"), total)


def component_starts(text: str, start: int, end: int) -> list[int]:
    """Return where components may begin."""
    return [match.start() for match in _BEGIN.finditer(text, start, end)]


def compact(text: str, start: int, end: int) -> list[Components]:
    """Return components in the form "E4V5M6", which needs no name of the scale."""
    found = [components_at(text, match.start(), end) for match in _COMPACT.finditer(text, start, end)]
    return [one for one in found if one is not None]
