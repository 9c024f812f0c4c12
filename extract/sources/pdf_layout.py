"""Reading order of a page: heads, columns one after the other, what spans them, feet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

# Shares and factors below were set on typeset pages of one, two and three columns.
_SPANNING = 1.3
"""A run wider than this many columns spans them."""
_GUTTER = 0.5
"""Least width of the gap between columns, in line heights."""
_CROSSING = 0.12
"""Share of lines that may cross a gutter (titles, figures' captions, tables)."""
_LEAST_LINES = 4
_LEAST_CHARACTERS = 12
"""A column has at least so many lines, of so many characters on average: a table's has fewer."""
_PARAGRAPH_GAP = 1.45
"""A blank line is written where lines stand this many usual distances apart."""
_HEAD_GAP = 2.0
_HEAD_ZONE = 0.1
"""Running heads and feet stand within this share of the page's height, so many line heights off."""
_INDENT = (0.6, 5.0)
"""Indentation of a first line, in line heights."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of text with its box in points, the origin at the page's lower left."""

    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def middle(self) -> float:
        """Height of the run's middle."""
        return (self.bottom + self.top) / 2


@dataclass(frozen=True, slots=True)
class Row:
    """The runs that stand on one line of a column, from left to right."""

    parts: tuple[Segment, ...]

    @property
    def middle(self) -> float:
        """Height of the row's middle."""
        return median(p.middle for p in self.parts)

    @property
    def left(self) -> float:
        """The row's left edge."""
        return self.parts[0].left


def page_text(segments: Sequence[Segment], height: float) -> str:
    """Return a page's text in reading order, a blank line wherever the page leaves one.

    A row of a table (at least two neighbouring rows with gaps) has TABs between its cells.
    """
    if not segments:
        return ""
    size = median(s.top - s.bottom for s in segments) or 1.0
    head, body, feet = _margins(segments, height)
    columns = _columns(body, size)
    parts = [_rows_text(_rows(head, size), size)]
    parts += [_rows_text(_rows(group, size), size) for group in _reading_order(body, columns)]
    parts.append(_rows_text(_rows(feet, size), size))
    return "\n\n".join(part for part in parts if part) + "\n"


def _rows(segments: Sequence[Segment], size: float) -> list[Row]:
    """Group runs of one line; rows from top to bottom."""
    rows: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: (-s.middle, s.left)):
        if rows and abs(rows[-1][0].middle - segment.middle) < 0.5 * size:
            rows[-1].append(segment)
        else:
            rows.append([segment])
    return [Row(tuple(sorted(row, key=lambda s: s.left))) for row in rows]


def _margins(segments: Sequence[Segment], height: float) -> tuple[list[Segment], list[Segment], list[Segment]]:
    """Split off the lines at the page's top and foot that a wide gap separates from the rest."""
    size = median(s.top - s.bottom for s in segments) or 1.0
    rows = _rows(segments, size)
    gaps = [a.middle - b.middle for a, b in pairwise(rows)]
    top = bottom = 0
    for index, gap in enumerate(gaps[:3]):
        if rows[index].middle > height * (1 - _HEAD_ZONE) and gap > _HEAD_GAP * size:
            top = index + 1
    for index, gap in enumerate(reversed(gaps[-3:])):
        if rows[-1 - index].middle < height * _HEAD_ZONE and gap > _HEAD_GAP * size:
            bottom = index + 1
    last = len(rows) - bottom
    if top >= last:
        return [], list(segments), []
    flat = [[part for row in group for part in row.parts] for group in (rows[:top], rows[top:last], rows[last:])]
    return flat[0], flat[1], flat[2]


def _columns(segments: Sequence[Segment], size: float) -> list[tuple[float, float]]:
    """Return left and right edge of each column.

    A gutter is a vertical strip that few runs cross and that has runs on both sides for a good part
    of the page.
    """
    if not segments:
        return []
    left, right = min(s.left for s in segments), max(s.right for s in segments)
    count = max(1, int(right - left))
    crossing = [0] * (count + 2)
    for segment in segments:
        crossing[int(segment.left - left)] += 1
        crossing[min(count, int(segment.right - left)) + 1] -= 1
    limit = _CROSSING * len(_rows(segments, size))
    edges = [left]
    level, begin = 0, -1
    for place in range(count + 1):
        level += crossing[place]
        if level <= limit and begin < 0:
            begin = place
        elif level > limit and begin >= 0:
            strip = (left + begin, left + place)
            if begin > 0 and place - begin >= _GUTTER * size and _divides(segments, strip, size):
                edges += strip
            begin = -1
    edges.append(right)
    return list(zip(edges[::2], edges[1::2], strict=True))


def _divides(segments: Sequence[Segment], strip: tuple[float, float], size: float) -> bool:
    """Tell whether a strip has lines of text on both sides, over a good part of the height."""
    sides = [
        _rows([s for s in segments if s.right <= strip[0] + 1], size),
        _rows([s for s in segments if s.left >= strip[1] - 1], size),
    ]
    words = [sum(len(part.text) for row in side for part in row.parts) for side in sides]
    return min(map(len, sides)) >= 4 and all(w >= 12 * len(side) for w, side in zip(words, sides, strict=True))


def _reading_order(segments: Sequence[Segment], columns: list[tuple[float, float]]) -> list[list[Segment]]:
    """Return the groups of runs to read one after the other.

    Runs that span columns cut the page: above them all columns are read, then they, then what is
    below them.
    """
    if len(columns) < 2:
        return [list(segments)]
    spanning = [s for s in segments if _spans(s, columns)]
    order: list[list[Segment]] = []
    rest = [s for s in segments if not _spans(s, columns)]
    for cut in sorted(spanning, key=lambda s: -s.middle):
        above = [s for s in rest if s.middle > cut.middle]
        rest = [s for s in rest if s.middle <= cut.middle]
        if above or not order:
            order += _by_column(above, columns)
            order.append([cut])
        else:
            order[-1].append(cut)
    return [group for group in order + _by_column(rest, columns) if group]


def _spans(segment: Segment, columns: list[tuple[float, float]]) -> bool:
    touched = [c for c in columns if segment.left < c[1] - 2 and segment.right > c[0] + 2]
    return len(touched) > 1


def _by_column(segments: Sequence[Segment], columns: list[tuple[float, float]]) -> list[list[Segment]]:
    groups: list[list[Segment]] = [[] for _ in columns]
    for segment in segments:
        middle = (segment.left + segment.right) / 2
        distances = [max(c[0] - middle, middle - c[1], 0) for c in columns]
        groups[distances.index(min(distances))].append(segment)
    return groups


def _rows_text(rows: list[Row], size: float) -> str:
    """Write rows as lines: TABs in tables, blanks for indentation, blank lines for wide gaps."""
    if not rows:
        return ""
    gaps = [a.middle - b.middle for a, b in pairwise(rows)]
    usual = median(gaps) if gaps else size
    left = min(row.left for row in rows)
    lines: list[str] = []
    for index in range(len(rows)):
        if index and gaps[index - 1] > _PARAGRAPH_GAP * usual:
            lines.append("")
        lines.append(_line(rows, index, left, size))
    return "\n".join(lines)


def _line(rows: list[Row], index: int, left: float, size: float) -> str:
    row = rows[index]
    near = rows[max(0, index - 1) : index + 2]
    if len(row.parts) > 1:
        is_table = sum(len(r.parts) > 1 for r in near) > 1
        return ("\t" if is_table else " ").join(part.text for part in row.parts)
    indent = row.left - left
    return ("  " if _INDENT[0] * size < indent < _INDENT[1] * size else "") + row.parts[0].text
