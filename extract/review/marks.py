"""An article's text cut into pieces of which each is covered by the same rows: what the page marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from extract.normalize.blocks import Block, BlockKind, NormalizedText

Span = tuple[int, int]

_MOST_ROWS = 8  # that one piece of text names; a click goes through them
_LOOKED_AT = 64  # rows around one place among which the innermost are looked for


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text.

    Attributes
    ----------
    number : of a marked piece, counted through the text; -1 for plain text.
    rows : the rows that cover it, the shortest first (the first few of many).
    """

    text: str
    number: int = -1
    rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownBlock:
    """A block of the page: a heading, paragraph, caption, table row, or a line of the source."""

    kind: str
    start: int
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """A marked text.

    Attributes
    ----------
    places : by row, the numbers of the marked pieces (first and last) that hold it.
    """

    blocks: list[ShownBlock] = field(default_factory=list)
    places: Mapping[int, list[Span]] = field(default_factory=dict)


def mark_article(text: NormalizedText, spans: Sequence[Span | None]) -> Marked:
    """Return the normalised text, marked where rows come from.

    Parameters
    ----------
    spans : start and end in the source, of each row; None where it has no place.
    """
    real = [(row, span) for row, span in enumerate(spans) if span is not None and span[1] > span[0]]
    slices = text.aligned.text_spans([span for _, span in real])
    marks = [(start, end, row) for (row, _), found in zip(real, slices, strict=True) for start, end in found]
    return _marked(text.text, text.blocks, marks)


def mark_source(text: str, spans: Sequence[Span | None]) -> Marked:
    """Return the source text line by line, marked where rows come from."""
    blocks, start = [], 0
    for line in text.splitlines(keepends=True):
        blocks.append(Block(BlockKind.PARAGRAPH, start, start + len(line)))
        start += len(line)
    marks = [(span[0], span[1], row) for row, span in enumerate(spans) if span is not None and span[1] > span[0]]
    return _marked(text, blocks, marks)


class _Sweep:
    """Goes through a text from border to border of the marks and knows which of them cover the place."""

    def __init__(self, marks: Sequence[tuple[int, int, int]]) -> None:
        self._starts: dict[int, list[int]] = defaultdict(list)
        self._ends: dict[int, list[int]] = defaultdict(list)
        self._length: dict[int, int] = defaultdict(int)
        self._row = [row for _, _, row in marks]
        for number, (start, end, row) in enumerate(marks):
            self._starts[start].append(number)
            self._ends[end].append(number)
            self._length[row] += end - start
        self.borders = sorted({*self._starts, *self._ends})
        self._active: dict[int, None] = {}  # marks, those that began last at the end
        self._begun: list[int] = []
        self._count = 0
        self.places: dict[int, list[Span]] = defaultdict(list)

    def cross(self, border: int) -> None:
        """Pass the border of a mark."""
        for number in self._ends.get(border, ()):
            self._active.pop(number, None)
        self._begun += self._starts.get(border, ())
        self._active.update(dict.fromkeys(self._starts.get(border, ())))

    def piece(self, text: str) -> Piece:
        """Return the stretch of text from here to the next border."""
        if not self._active:
            return Piece(text)
        near = dict.fromkeys(self._row[number] for number in islice(reversed(self._active), _LOOKED_AT))
        for row in dict.fromkeys((*near, *(self._row[number] for number in self._begun))):
            _extend(self.places[row], self._count)
        self._begun.clear()
        rows = sorted(near, key=lambda row: (self._length[row], row))[:_MOST_ROWS]
        self._count += 1
        return Piece(text, self._count - 1, tuple(rows))


def _marked(text: str, blocks: Sequence[Block], marks: Sequence[tuple[int, int, int]]) -> Marked:
    sweep = _Sweep(marks)
    borders, at = sweep.borders, 0
    shown = []
    for block in blocks:
        pieces, place = [], block.start
        while at < len(borders) and borders[at] < block.end:
            if borders[at] > place:
                pieces.append(sweep.piece(text[place : borders[at]]))
                place = borders[at]
            sweep.cross(borders[at])
            at += 1
        if place < block.end:
            pieces.append(sweep.piece(text[place : block.end]))
        shown.append(ShownBlock(block.kind.value, block.start, tuple(pieces)))
    return Marked(shown, sweep.places)


def _extend(spans: list[Span], number: int) -> None:
    """Add the number of a piece to the runs of numbers."""
    if spans and spans[-1][1] == number - 1:
        spans[-1] = (spans[-1][0], number)
    elif not spans or spans[-1][1] != number:
        spans.append((number, number))
