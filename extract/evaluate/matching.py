"""Which found row tells which gold record: one-to-one, best agreement first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

Gold = TypeVar("Gold")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Matching:
    """Pairs of indices, and what is left over.

    Attributes
    ----------
    pairs : (index of the gold record, index of the row) that agree.
    missed : gold records without a row.
    spurious : rows without a gold record.
    n_gold, n_found : how many of each count.
    """

    pairs: tuple[tuple[int, int], ...]
    missed: tuple[int, ...]
    spurious: tuple[int, ...]
    n_gold: int
    n_found: int


def match(
    gold: Sequence[Gold],
    found: Sequence[Found],
    agreement: Callable[[Gold, Found], float],
    optional: Callable[[Gold], bool] = lambda record: False,
) -> Matching:
    """Pair gold records with rows, greedily by falling agreement; earlier ones first where it is equal.

    Parameters
    ----------
    agreement : 0 or less where the two are not the same fact.
    optional : tells whether annotators differed on a gold record, which then counts neither as missed nor
        as spurious.
    """
    candidates = [
        (-score, i, j)
        for i, record in enumerate(gold)
        for j, row in enumerate(found)
        if (score := agreement(record, row)) > 0
    ]
    candidates.sort()
    taken_gold: set[int] = set()
    taken_found: set[int] = set()
    pairs: list[tuple[int, int]] = []
    for _, i, j in candidates:
        if i not in taken_gold and j not in taken_found:
            taken_gold.add(i)
            taken_found.add(j)
            pairs.append((i, j))
    waived = {i for i, record in enumerate(gold) if optional(record)}
    waived_found = {j for i, j in pairs if i in waived}
    return Matching(
        pairs=tuple((i, j) for i, j in pairs if i not in waived),
        missed=tuple(i for i in range(len(gold)) if i not in taken_gold and i not in waived),
        spurious=tuple(j for j in range(len(found)) if j not in taken_found),
        n_gold=len(gold) - len(waived),
        n_found=len(found) - len(waived_found),
    )
