"""The Viterbi algorithm over many sentences side by side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

_BATCH = 1 << 18  # numbers in one step: sentences times tags times tags; more no longer fit a processor's cache


class Viterbi:
    """Finds the best row of tags for each sentence.

    Parameters
    ----------
    transitions : (tags, tags), from the row's tag to the column's.
    """

    def __init__(self, transitions: Floats) -> None:
        self._into = np.ascontiguousarray(transitions.T)  # (to, from)
        self._width = max(1, _BATCH // transitions.size)

    def best(self, emissions: Floats, lengths: Sequence[int]) -> NDArray[np.int64]:
        """Return the tag of each token.

        Parameters
        ----------
        emissions : (tokens, tags), sentence after sentence.
        lengths : tokens of each sentence.
        """
        sizes = np.array(lengths, dtype=np.int64)
        firsts = np.cumsum(sizes) - sizes
        found = np.zeros(len(emissions), dtype=np.int64)
        order = np.argsort(-sizes, kind="stable")  # long ones first: those that still go on are always the first rows
        for begin in range(0, len(order), self._width):
            chosen = order[begin : begin + self._width]
            self._decode(emissions, firsts[chosen], sizes[chosen], found)
        return found

    def _decode(self, emissions: Floats, firsts: Ints, sizes: Ints, found: Ints) -> None:
        longest = int(sizes[0])
        # sentences that have a token at each step
        going = [int(np.searchsorted(-sizes, -step, side="left")) for step in range(longest)]
        score = emissions[firsts]
        came_from = []
        for step in range(1, longest):
            n = going[step]
            paths = score[:n, None, :] + self._into
            back = paths.argmax(axis=2)
            came_from.append(back)
            score[:n] = np.take_along_axis(paths, back[:, :, None], axis=2)[:, :, 0] + emissions[firsts[:n] + step]
        tag = score.argmax(axis=1)
        for step in range(longest - 1, 0, -1):
            n = going[step]
            found[firsts[:n] + step] = tag[:n]
            tag[:n] = came_from[step - 1][np.arange(n), tag[:n]]
        found[firsts] = tag
