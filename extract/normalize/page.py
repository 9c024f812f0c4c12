"""The visible lines of a wrapped text, measured against the columns that they stand in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from extract.normalize.lines import HYPHENS, Lines, ends_sentence, is_table_row, starts_lower
from extract.normalize.widths import Offsets, Ruler, Widths, column_widths, spread

_SPACE = 0.25

FITS = 0.975
"""A line is short where the next line's first word would have fitted into this share of the column.

Of the full lines in typeset articles of seven text faces, 98 % stay above it."""


@dataclass(frozen=True, slots=True)
class Page:
    """The visible lines (index i) with what is known about each and about the text as a whole."""

    lines: Lines
    places: list[int]
    """Line i is line ``places[i]`` of ``lines``."""
    texts: list[str]
    rows: list[bool]
    """Line i is a row of a table."""
    gaps: list[bool]
    """Blank lines stand between line i and the next."""
    indented: list[bool]
    """Line i is indented, in a text where most lines are not."""
    room: list[float]
    """Share of its column that line i would take with the next line's first word added."""
    shares: list[float]
    """Share of its column that line i takes."""
    blanks_tell: bool
    """Blank lines stand between paragraphs, not within sentences."""

    @classmethod
    def of(cls, text: str) -> Page:
        """Measure the visible lines of ``text``."""
        lines = Lines.of(text)
        places = visible(lines)
        raw = [lines.texts[k] for k in places]
        texts = [t.strip() for t in raw]
        gaps = [b - a > 1 for a, b in pairwise(places)]
        room, shares = _measure(text, texts, *offsets(lines, places)) if places else ([], [])
        indents = [t[0] in " \t" for t in raw]
        few = 3 * sum(indents) < len(indents)
        rows = [is_table_row(t) for t in raw]
        return cls(
            lines,
            places,
            texts,
            rows,
            gaps,
            [few and i for i in indents],
            room,
            shares,
            _blanks_tell(texts, gaps),
        )

    def __len__(self) -> int:
        return len(self.texts)


def visible(lines: Lines) -> list[int]:
    """Return the numbers of the lines that are not blank."""
    return [k for k, line in enumerate(lines.texts) if line.strip()]


def offsets(lines: Lines, places: list[int]) -> tuple[Offsets, Offsets]:
    """Return the offsets of the first and behind the last visible character of the lines ``places``.

    The TABs at the ends of a table's row count as visible: they are empty cells. A TAB before a
    line that is none is indentation.
    """
    starts, ends = [], []
    for place in places:
        line = lines.texts[place]
        blanks = " " if "\t" in line and _is_row(lines.texts, place) else None
        start = lines.starts[place]
        starts.append(start + len(line) - len(line.lstrip(blanks)))
        ends.append(start + len(line.rstrip(blanks)))
    return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)


def _is_row(texts: list[str], place: int) -> bool:
    """Tell whether a line with a TAB is a table's row: not merely indented, or beside such a row."""
    line = texts[place].strip(" ")
    if "\t" in line[1:]:
        return True
    return any(is_table_row(near) for near in texts[max(0, place - 1) : place + 2])


def goes_on(line: str, following: str) -> bool:
    """Tell whether a sentence or word certainly goes on from ``line`` to ``following``."""
    if line[-1] in HYPHENS and len(line) > 1 and line[-2].isalpha():
        return True
    return starts_lower(following) and not ends_sentence(line)


def _measure(text: str, texts: list[str], starts: Offsets, ends: Offsets) -> tuple[list[float], list[float]]:
    """Return ``room`` and ``shares`` of the lines.

    Measured in a proportional face or in characters, whichever makes the full lines more equal.
    """
    full = np.zeros(len(texts), dtype=bool)
    full[:-1] = [goes_on(a, b) for a, b in pairwise(texts)]
    word_ends = starts + np.array([len(t.split(None, 1)[0]) for t in texts], dtype=np.int64)
    proportional, monospaced = Ruler(text), Ruler(text, monospaced=True)
    ruler = proportional
    if spread(monospaced.measure(starts, ends), full) < spread(proportional.measure(starts, ends), full):
        ruler = monospaced
    widths = ruler.measure(starts, ends)
    words = ruler.measure(starts, word_ends)
    column: Widths = column_widths(widths, full)
    room = np.append((widths[:-1] + _SPACE + words[1:]) / column[:-1], 0.0)
    return room.tolist(), (widths / column).tolist()


def _blanks_tell(texts: list[str], gaps: list[bool]) -> bool:
    """Tell whether blank lines in this text separate paragraphs.

    They do where at least a third of them stand between sentences: of those that mark no more than
    a column's end, about one in seven does.
    """
    within = between = 0
    for index, gap in enumerate(gaps):
        if gap and ends_sentence(texts[index]) and not starts_lower(texts[index + 1]):
            between += 1
        elif gap and goes_on(texts[index], texts[index + 1]):
            within += 1
    return between >= 3 and 2 * between >= within
