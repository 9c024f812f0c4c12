"""Two columns of a page mixed line by line: separated where the gap proves them, else reported."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from extract.normalize.aligned import AlignedText
from extract.normalize.lines import Lines, is_table_row
from extract.normalize.page import goes_on
from extract.normalize.vocabulary import word_list

_GAP = re.compile(r"(?<=\S) {3,}(?=\S)")
_FEWEST_LINES = 8
_SHARE_OF_LINES = 0.5
_SHARE_GOING_ON = 0.25
"""Least share of line ends within a sentence on each side: in prose about half are, in tables hardly any."""
_FEWEST_WORDS = 4
_BROKEN = re.compile(r"([A-Za-z]{2,})-$")
_FIRST = re.compile(r"[a-z]{2,}")

Span = tuple[int, int]


def unmix_columns(aligned: AlignedText) -> tuple[AlignedText, tuple[str, ...]]:
    """Return the text with side-by-side columns one after the other, and what to tell the user.

    Columns are separated where a gap of at least three blanks stands at one place in half of a
    page's lines and both sides are running prose. Columns whose lines alternate are only reported:
    which line belongs to which cannot be told for certain.
    """
    lines = Lines.of(aligned.text)
    pieces: list[Span] = []
    unmixed = 0
    start = 0
    for stop in [*(k for k, line in enumerate(lines.texts) if "\f" in line and k), len(lines)]:
        page, split = _page_pieces(lines, start, stop)
        pieces += page
        unmixed += split
        start = stop
    if unmixed:
        note = f"two columns stood side by side on {unmixed} page(s): read one after the other"
        return aligned.rearrange(pieces, "\n"), (note,)
    if _alternates([line.strip() for line in lines.texts if line.strip()]):
        return aligned, ("lines of two columns seem to alternate: values may be assigned wrongly; use the PDF",)
    return aligned, ()


def _page_pieces(lines: Lines, start: int, stop: int) -> tuple[list[Span], bool]:
    """Return the slices of the lines ``start:stop`` in reading order, and whether they were split."""
    whole = [(lines.starts[start], lines.end(stop - 1))] if stop > start else []
    place = _gutter(lines.texts[start:stop])
    if place is None:
        return whole, False
    left: list[Span] = []
    right: list[Span] = []
    pieces: list[Span] = []
    for index in range(start, stop):
        line, begin = lines.texts[index], lines.starts[index]
        cut = _cut(line, place)
        if cut is None:
            pieces += [*left, *right, (begin, begin + len(line))]
            left, right = [], []
        else:
            left.append((begin, begin + cut[0]))
            if cut[1] < len(line):
                right.append((begin + cut[1], begin + len(line)))
    return [*pieces, *left, *right], True


def _cut(line: str, place: int) -> Span | None:
    """Return where a line's left part ends and its right part starts; None where it spans both columns."""
    for gap in _GAP.finditer(line):
        if gap.start() <= place < gap.end():
            return gap.span()
    if len(line.rstrip()) <= place:
        return len(line), len(line)
    indent = len(line) - len(line.lstrip(" "))
    return (0, indent) if indent > place else None


def _gutter(texts: list[str]) -> int | None:
    """Return the place of the gap between two columns of prose; None where there is none."""
    visible = [t for t in texts if t.strip()]
    gaps = [gap.span() for t in visible if "   " in t and not is_table_row(t) for gap in _GAP.finditer(t[:400])]
    if len(gaps) < max(_FEWEST_LINES, _SHARE_OF_LINES * len(visible)):
        return None
    ends = Counter(end - 1 for _, end in gaps)
    place = max(ends, key=lambda p: (sum(first <= p < end for first, end in gaps[:500]), p))
    parts = [(t, cut) for t in visible if (cut := _cut(t, place)) is not None]
    left = [t[: cut[0]].strip() for t, cut in parts]
    right = [t[cut[1] :].strip() for t, cut in parts]
    both = sum(1 for a, b in zip(left, right, strict=True) if a and b)
    if both < max(_FEWEST_LINES, _SHARE_OF_LINES * len(visible)):
        return None
    return place if _is_prose(left) and _is_prose(right) else None


def _is_prose(texts: list[str]) -> bool:
    """Tell whether lines are running text: several words each, sentences going over the line ends."""
    lines = [t for t in texts if t]
    joints = [goes_on(a, b) for a, b in pairwise(lines)]
    words = sum(len(t.split()) for t in lines)
    return len(joints) > 2 and sum(joints) >= _SHARE_GOING_ON * len(joints) and words >= _FEWEST_WORDS * len(lines)


def _alternates(texts: list[str]) -> bool:
    """Tell whether words broken at line ends mostly go on in the line after the next one."""
    words = word_list()
    adjoining = alternate = 0
    for first, second, third in zip(texts, texts[1:], texts[2:], strict=False):
        broken = _BROKEN.search(first[-40:]) if first[-1] == "-" else None
        if broken is None:
            continue
        stem = broken.group(1).lower()
        here, there = (_FIRST.match(t) for t in (second, third))
        near = here is not None and stem + here.group() in words
        far = there is not None and stem + there.group() in words
        adjoining += near
        alternate += far and not near
    return alternate >= 3 and alternate >= 2 * adjoining
