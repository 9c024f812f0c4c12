"""A text that knows, for every character, the stretch of source text it came from."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Edit = tuple[int, int, str]
"""Replace ``text[start:end]`` by the string; ``start == end`` inserts, an empty string deletes."""

Offsets = npt.NDArray[np.int32]

_FAR = np.iinfo(np.int32).max


class AlignedText:
    """An immutable text with its map to the source text.

    The only code that knows how the map works: a repair says what to replace, delete, join or
    move and never touches offsets. Character ``i`` of ``text`` came from
    ``source[starts[i]:ends[i]]``; an inserted character has an empty stretch.
    """

    __slots__ = ("_ends", "_starts", "text")

    def __init__(self, text: str, starts: Offsets, ends: Offsets) -> None:
        if not len(text) == len(starts) == len(ends):
            raise ValueError("AlignedText: text and offset map differ in length")
        self.text = text
        self._starts = starts
        self._ends = ends

    @classmethod
    def from_source(cls, text: str) -> AlignedText:
        """Return ``text`` mapped to itself."""
        positions = np.arange(len(text) + 1, dtype=np.int32)
        return cls(text, positions[:-1], positions[1:])

    def __len__(self) -> int:
        return len(self.text)

    def __repr__(self) -> str:
        shown = self.text if len(self.text) <= 40 else self.text[:37] + "..."
        return f"AlignedText({shown!r})"

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the source offsets that cover ``text[start:end]``.

        The range runs from the first to the last source character of the slice. Inserted
        characters at its ends do not widen it; a slice of nothing but inserted characters gives
        an empty range. Something that was moved out of the middle of the slice is covered.
        """
        if not 0 <= start <= end <= len(self.text):
            raise IndexError(f"slice {start}:{end} is outside a text of {len(self.text)} characters")
        starts, ends = self._starts[start:end], self._ends[start:end]
        real = ends > starts
        if real.any():
            return int(starts[real].min()), int(ends[real].max())
        point = self._neighbour(start)
        return point, point

    def text_spans(self, spans: Sequence[tuple[int, int]]) -> list[list[tuple[int, int]]]:
        """Return for each span of the source the slices of this text that came from it, in order.

        The way back of ``source_span``. A stretch that was moved apart gives several slices, one that was deleted
        gives none; inserted characters belong to a slice where they stand inside it.
        """
        real = np.flatnonzero(self._ends > self._starts)
        rank = np.zeros(len(self.text), dtype=np.int64)
        rank[real] = np.arange(len(real))
        order = real[np.argsort(self._starts[real], kind="stable")]
        starts, ends = self._starts[order], self._ends[order]
        reached = np.maximum.accumulate(ends)
        # a slice of ``order`` without a seam is one slice of the text
        seams = np.zeros(len(order), dtype=np.int64)
        seams[1:] = np.cumsum((np.diff(rank[order]) != 1) | (reached != ends)[1:])
        first = np.searchsorted(reached, [start for start, _ in spans], side="right")
        last = np.searchsorted(starts, [end for _, end in spans], side="left")
        found = []
        for (start, _), a, b in zip(spans, first.tolist(), last.tolist(), strict=True):
            if a < b and seams[b - 1] == seams[a] and ends[a] > start:
                found.append([(int(order[a]), int(order[b - 1]) + 1)])
            else:
                found.append(self._runs(order[a:b], rank, start))
        return found

    def _runs(self, places: npt.NDArray[np.int64], rank: npt.NDArray[np.int64], start: int) -> list[tuple[int, int]]:
        """Return the slices that some characters make up, those that end before ``start`` left out."""
        places = np.sort(places)
        places = places[self._ends[places] > start]
        cuts = np.flatnonzero(np.diff(rank[places]) > 1) + 1
        return [(int(part[0]), int(part[-1]) + 1) for part in np.split(places, cuts) if len(part)]

    def edit(self, edits: Sequence[Edit]) -> AlignedText:
        """Return the text with all ``edits`` done at once.

        ``edits`` are sorted by start and do not overlap; offsets refer to this text. A
        replacement of the same length maps character by character, any other maps each new
        character to the whole replaced stretch.
        """
        if not edits:
            return self
        first = np.fromiter((e[0] for e in edits), dtype=np.int64, count=len(edits))
        last = np.fromiter((e[1] for e in edits), dtype=np.int64, count=len(edits))
        self._check_edits(first, last)
        size = np.fromiter((len(e[2]) for e in edits), dtype=np.int64, count=len(edits))
        return AlignedText(self._edited_text(edits), *self._edited_map(first, last, size))

    def delete(self, spans: Sequence[tuple[int, int]]) -> AlignedText:
        """Return the text without ``spans`` (sorted, not overlapping)."""
        return self.edit([(start, end, "") for start, end in spans])

    def rearrange(self, pieces: Sequence[tuple[int, int]], separators: str | Sequence[str] = "") -> AlignedText:
        """Return the slices ``pieces`` of this text in the order given.

        ``separators`` is one string put between all pieces, or one string per gap
        (``len(pieces) - 1``); its characters map to the end of the piece before them.
        """
        gaps = [separators] * (len(pieces) - 1) if isinstance(separators, str) else list(separators)
        if len(gaps) != max(0, len(pieces) - 1):
            raise ValueError(f"{len(pieces)} pieces need {len(pieces) - 1} separators, not {len(gaps)}")
        texts: list[str] = []
        starts: list[Offsets] = []
        ends: list[Offsets] = []
        for number, (start, end) in enumerate(pieces):
            texts.append(self.text[start:end])
            starts.append(self._starts[start:end])
            ends.append(self._ends[start:end])
            if number < len(gaps) and gaps[number]:
                point = np.full(len(gaps[number]), self._neighbour(end), dtype=np.int32)
                texts.append(gaps[number])
                starts.append(point)
                ends.append(point)
        empty = np.zeros(0, dtype=np.int32)
        return AlignedText("".join(texts), np.concatenate([empty, *starts]), np.concatenate([empty, *ends]))

    def _neighbour(self, position: int) -> int:
        """Return the source offset at which a character inserted at ``position`` stands."""
        if position > 0:
            return int(self._ends[position - 1])
        return int(self._starts[0]) if len(self.text) else 0

    def _check_edits(self, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]) -> None:
        if first[0] < 0 or last[-1] > len(self.text) or (first > last).any() or (last[:-1] > first[1:]).any():
            raise ValueError("AlignedText.edit: edits must be sorted, inside the text and must not overlap")

    def _edited_text(self, edits: Sequence[Edit]) -> str:
        parts: list[str] = []
        done = 0
        for start, end, replacement in edits:
            parts.append(self.text[done:start])
            parts.append(replacement)
            done = end
        parts.append(self.text[done:])
        return "".join(parts)

    def _edited_map(
        self, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64], size: npt.NDArray[np.int64]
    ) -> tuple[Offsets, Offsets]:
        """Return starts and ends after edits that put ``size`` characters for ``first:last``.

        The new text is a row of segments: kept, replaced, kept, ... Each new character's old
        index is its own position plus its segment's shift.
        """
        count = len(first)
        begin = np.zeros(2 * count + 1, dtype=np.int64)
        begin[1::2], begin[2::2] = first, last
        length = np.empty_like(begin)
        length[0::2] = np.append(first, len(self.text)) - begin[0::2]
        length[1::2] = size
        new_begin = np.cumsum(length) - length
        index = np.arange(int(length.sum()), dtype=np.int64) + np.repeat(begin - new_begin, length)
        if not len(self.text):
            zeros = np.zeros(len(index), dtype=np.int32)
            return zeros, zeros
        np.clip(index, 0, len(self.text) - 1, out=index)
        starts, ends = self._starts[index], self._ends[index]
        changed = np.flatnonzero((size != last - first) & (size > 0))
        if len(changed):
            span_starts, span_ends = self._spans(first[changed], last[changed])
            times = size[changed]
            places = np.repeat(new_begin[1::2][changed] - np.cumsum(times) + times, times) + np.arange(times.sum())
            starts[places], ends[places] = np.repeat(span_starts, times), np.repeat(span_ends, times)
        return starts, ends

    def _spans(
        self, first: npt.NDArray[np.int64], last: npt.NDArray[np.int64]
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Return ``source_span`` of all slices ``first:last`` at once; they do not overlap."""
        inserted = self._ends <= self._starts
        low = np.where(inserted, _FAR, self._starts).astype(np.int64)
        high = np.where(inserted, -1, self._ends).astype(np.int64)
        borders = np.stack([first, last], axis=1).ravel()
        starts = np.minimum.reduceat(np.append(low, _FAR), borders)[::2]
        ends = np.maximum.reduceat(np.append(high, -1), borders)[::2]
        point = np.where(first > 0, self._ends[np.maximum(first, 1) - 1], self._starts[0])
        empty = (first == last) | (ends < 0)
        return np.where(empty, point, starts), np.where(empty, point, ends)
