"""Is there nothing but filling words between two parts of a regimen?"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence

_TOKEN = re.compile(r"[^\W_]+(?:-[^\W_]+)*|\S")
_ASIDE = re.compile(r"\((?:IV|i\.v\.|IM|SC|PO|iv|im|po|sc)\)|\(\d[^()]{0,25}\)")
CLAUSE = re.compile(
    r"[;]|(?<!i\.e)(?<!e\.g)(?<!inj)(?<!Inj)(?<!tab)(?<!approx)\.\s|"
    r"\b(?:while|whereas|but|although|because|when|which was followed)\b"
)
"""What ends a clause."""


class GapWords:
    """The words and signs that may fill a gap.

    Parameters
    ----------
    numbers : numbers may stand in the gap, too.
    asides : brackets with a route or a dose are passed over: "(IV)", "(2 mg/kg)".
    """

    def __init__(self, words: Iterable[str], signs: str, *, numbers: bool = False, asides: bool = False) -> None:
        self._words = frozenset(word.lower() for word in words)
        self._signs = frozenset(signs.split())
        self._numbers = numbers
        self._asides = asides

    def fill(self, gap: str) -> bool:
        """Tell whether ``gap`` holds only these words and signs."""
        if self._asides and "(" in gap:
            gap = _ASIDE.sub(" ", gap)
        return all(self._known(token.lower()) for token in _TOKEN.findall(gap))

    def _known(self, token: str) -> bool:
        if token in self._words or token in self._signs:
            return True
        if "-" in token:
            return all(part in self._words for part in token.split("-"))
        return self._numbers and token.isdigit()


def between(text: str, start: int, end: int, known: Sequence[tuple[int, int]]) -> str:
    """Return the text of a gap without the known parts in it; ``known`` is in text order, without overlap."""
    pieces, at = [], start
    i = max(0, bisect_right(known, (start, start)) - 1)
    while i < len(known) and known[i][0] < end:
        a, b = known[i]
        i += 1
        if b <= at:
            continue
        pieces.append(text[at : max(at, a)])
        at = max(at, b)
    if at < end:
        pieces.append(text[at:end])
    return " ".join(pieces)
