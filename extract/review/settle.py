"""What stands in the end: one reviewer's word, several reviewers' common word, or the consensus."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from extract.review.agreement import ADDED, Difference, Judgement, differences, pairs

Outcome = Literal["kept", "added", "rejected", "unresolved"]
RowKey = tuple[str, str]
"""Table and record."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What becomes of one row.

    Attributes
    ----------
    reviewed_by : the reviewers who have judged it, and who made the consensus.
    judgement : the one that counts; of a row that is unresolved the first reviewer's.
    difference : what reviewers differed on; None where they agreed. A consensus may have settled it.
    """

    table: str
    record: str
    outcome: Outcome
    reviewed_by: tuple[str, ...]
    judgement: Judgement
    difference: Difference | None = None

    @property
    def by_consensus(self) -> bool:
        """Whether reviewers differed and it has been settled."""
        return self.difference is not None and self.outcome != "unresolved"


def settle(
    judgements: Mapping[str, Sequence[Judgement]],
    consensus: Mapping[RowKey, Judgement],
    finished: Collection[str] = (),
) -> list[Settled]:
    """Return what becomes of each row of one article that somebody has judged.

    Parameters
    ----------
    judgements : of each reviewer by name.
    consensus : what was decided together where reviewers differed, by table and record.
    finished : reviewers who are done with the article: a fact that one of them added and another one did not is a
        difference.
    """
    return [_settle(group, consensus, finished) for group in _grouped(judgements)]


def _grouped(judgements: Mapping[str, Sequence[Judgement]]) -> list[list[Judgement]]:
    """Return the judgements row by row; within a row in the order of the reviewers' names."""
    groups: list[list[Judgement]] = []
    for reviewer in sorted(judgements):
        by_first = {id(group[0]): group for group in groups}
        for first, second in pairs([group[0] for group in groups], judgements[reviewer]):
            if second is not None and first is not None:
                by_first[id(first)].append(second)
            elif second is not None:
                groups.append([second])
    return groups


def _settle(group: Sequence[Judgement], consensus: Mapping[RowKey, Judgement], finished: Collection[str]) -> Settled:
    first = group[0]
    names = tuple(judgement.reviewer for judgement in group)
    difference = _difference(group, finished)
    told = next((consensus[key] for one in group if (key := (one.table, one.record)) in consensus), None)
    outcome: Outcome = "unresolved"
    if told is not None or difference is None:
        kept: Outcome = "added" if first.action == "add" else "kept"
        outcome = kept if (told or first).kept else "rejected"
    if told is not None:
        names = tuple(dict.fromkeys((*names, told.reviewer)))
    return Settled(first.table, first.record, outcome, names, told or first, difference)


def _difference(group: Sequence[Judgement], finished: Collection[str]) -> Difference | None:
    first = group[0]
    found = next(iter(differences((first, other) for other in group[1:])), None)
    names = {judgement.reviewer for judgement in group}
    if found is None and first.action == "add" and names & set(finished) and set(finished) - names:
        # somebody has read the article to its end and has not added it
        return Difference(first.article_id, first.table, first.record, (ADDED,), first, None)
    return found
