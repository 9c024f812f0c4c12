"""How wide lines are, and how wide the column is that they stand in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Widths = npt.NDArray[np.float64]
Offsets = npt.NDArray[np.int64]

# Advance widths of Times Roman (Adobe's font metrics) in thousandths of an em. Text faces differ in
# absolute width but little in the proportions that matter here (i and l narrow, m and capitals wide).
_TIMES = {
    278: "ijlt/\\:;|", 250: " .,", 333: "frI()[]-'’‘!`", 389: "sJ", 444: "acez?\"“”",
    500: "bdghknopquvxy0123456789–*_$#",
    556: "PFS", 564: "+=<>±×~", 611: "ELTZ", 667: "BCR", 722: "wADGHKNOQUVXY", 778: "m&", 833: "%", 889: "M",
    944: "W", 1000: "—…",
}  # fmt: skip
_DEFAULT = 500
_WINDOW = 31


def _table() -> npt.NDArray[np.int64]:
    table = np.full(0x2100, _DEFAULT, dtype=np.int64)
    for width, chars in _TIMES.items():
        for char in chars:
            table[ord(char)] = width
    return table


_ADVANCE = _table()


class Ruler:
    """Measures slices of one text, in ems, as a proportional text face would set them."""

    def __init__(self, text: str, monospaced: bool = False) -> None:
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
        if monospaced:
            advance = np.ones(len(points), dtype=np.int64) * _DEFAULT
        else:
            advance = _ADVANCE[np.minimum(points, len(_ADVANCE) - 1)]
        self._sum = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(advance)])

    def measure(self, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]) -> Widths:
        """Return the widths of the slices ``starts[i]:ends[i]``."""
        widths: Widths = (self._sum[ends] - self._sum[starts]) / 1000.0
        return widths


def column_widths(widths: Widths, full: npt.NDArray[np.bool_]) -> Widths:
    """Return, for each line, the width of the column that it stands in.

    Taken from the lines nearby that are certainly full (``full``: the sentence goes on in the
    next line): the 80th percentile of the 31 nearest of them. Infinite where no line is full.
    """
    places = np.flatnonzero(full)
    if not len(places):
        return np.full(len(widths), np.inf)
    known = widths[places]
    size = min(_WINDOW, len(known))
    windows = np.lib.stride_tricks.sliding_window_view(known, size)
    rank = int(0.8 * (size - 1))
    level = np.partition(windows, rank, axis=1)[:, rank]
    nearest = np.searchsorted(places, np.arange(len(widths))) - size // 2
    result: Widths = level[np.clip(nearest, 0, len(level) - 1)]
    return result


def spread(widths: Widths, full: npt.NDArray[np.bool_]) -> float:
    """Return how unequal the full lines are: the interquartile range over the median."""
    known = widths[full]
    if len(known) < 4:
        return np.inf
    low, middle, high = np.percentile(known, [25, 50, 75])
    return float((high - low) / middle) if middle else np.inf
