"""Reader of brat annotations: spans with their labels, and the pairs that a MODIFY relation ties."""

from __future__ import annotations

import re
from pathlib import Path

Span = tuple[int, int]
Labelled = tuple[str, Span]


def read_brat(path: Path, text: str) -> tuple[list[Labelled], list[tuple[Labelled, Labelled]]]:
    """Return the labelled spans of an annotation file and the pairs (modifier, modified)."""
    spans: dict[str, Labelled] = {}
    events: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        key, _, rest = line.partition("\t")
        if key.startswith("T"):
            head, _, surface = rest.partition("\t")
            label, place = head.split(" ", 1)
            numbers = [int(n) for n in re.findall(r"\d+", place)]
            spans[key] = (label, _placed(text, numbers[0], numbers[-1], surface))
        elif key.startswith("E"):
            events[key] = rest.split()[0].split(":")[1]
        elif key.startswith("R") and rest.startswith("MODIFY"):
            arguments = re.findall(r"Arg[12]:(\w+)", rest)
            pairs.append((arguments[0], arguments[1]))
    tied = []
    for first, second in pairs:
        a, b = spans.get(events.get(first, first)), spans.get(events.get(second, second))
        if a and b:
            tied.append((a, b))
    return list(spans.values()), tied


def _placed(text: str, start: int, end: int, surface: str) -> Span:
    """Return a span, moved where the file's offsets have drifted from its text by a few characters."""
    if text[start:end] == surface:
        return start, end
    found = text.find(surface, max(0, start - 12), end + 12)
    return (found, found + len(surface)) if found >= 0 else (start, end)


def read_text(path: Path) -> str:
    """Return a file's text with its offsets unchanged: odd spaces become plain ones, as in normalisation."""
    with path.open(encoding="utf-8", newline="") as file:
        return re.sub(r"[\u00a0\u2000-\u200a\u202f]", " ", file.read())
