"""Where two reviewers differ, and how far they agree: percent and Cohen's kappa by table and column.

The measures are those that systematic reviews report for data extraction in duplicate (Cochrane Handbook, chapter 5):
percent agreement and Cohen's kappa (Cohen 1960) for what both have judged, and for facts that casetab had missed, where
nobody can count what neither has found, the positive agreement 2a / (2a + b + c) (Hripcsak and Rothschild 2005).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Action = Literal["accept", "correct", "reject", "add"]

DECISION, ROW, ADDED = "decision", "whole row", "added facts"
"""The lines of a table's agreement that are no columns."""

KEYS: dict[str, tuple[str, ...]] = {
    "labs": ("analyte", "analyte_text"),
    "muscle_grades": ("muscle", "muscle_text"),
    "levels": ("level", "region"),
    "drugs": ("drug", "drug_text"),
    "scores": ("scale", "scale_text"),
    "cases": ("label", "age_years"),
}
"""Columns that name what a row is about; the first that is filled counts."""

PLACE = frozenset({"quote", "start", "end"})
"""Columns that say where a fact stands: reviewers do not differ by marking more or fewer words of it."""

_MOST_CATEGORIES = 2_000  # of a column with a kappa: the library counts each value against each other one


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one reviewer, in the end, says of one row.

    Attributes
    ----------
    record : what identifies the row for all reviewers; for an added fact what identifies the addition.
    values : the row's cells by column as this reviewer wants them; of a rejected row as they were.
    start, end : the quote's offsets in the source.
    """

    reviewer: str
    article_id: str
    table: str
    record: str
    action: Action
    values: Mapping[str, str]
    start: int = 0
    end: int = 0

    @property
    def kept(self) -> bool:
        """Whether the row is to stand in the final table, as it was or corrected."""
        return self.action != "reject"


Pair = tuple[Judgement | None, Judgement | None]
"""The judgements of two reviewers on one row; None where one of them has none."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A row on which two reviewers do not agree.

    Attributes
    ----------
    record : under which the consensus is kept: the row's, or the first reviewer's addition.
    columns : the columns with two values; ``("decision",)`` where only one keeps the row, ``("added facts",)`` where
        only one has added it.
    """

    article_id: str
    table: str
    record: str
    columns: tuple[str, ...]
    first: Judgement | None
    second: Judgement | None


@dataclass(frozen=True, slots=True)
class Agreement:
    """A line of the agreement table.

    Attributes
    ----------
    item : a column, or ``decision`` (row kept or rejected), ``whole row`` (all columns alike) or ``added facts``.
    n : rows that both have judged; of ``added facts`` the distinct facts that either has added.
    kappa : None where it is not defined (both put all rows in one category) or does not apply.
    """

    table: str
    item: str
    n: int
    agreed: int
    percent: float
    kappa: float | None
    note: str = ""


def pairs(first: Sequence[Judgement], second: Sequence[Judgement]) -> list[Pair]:
    """Return the judgements of two reviewers row by row, in the first one's order, then what only the second has.

    Two additions are the same fact where they stand in one table, name the same thing, and their quotes overlap.
    """
    theirs = {_row(judgement): judgement for judgement in second}
    found: list[Pair] = []
    alone: list[Judgement] = []
    for judgement in first:
        other = theirs.pop(_row(judgement), None)
        if other is None and judgement.action == "add":
            alone.append(judgement)
        else:
            found.append((judgement, other))
    added: dict[tuple[str, str, str], list[Judgement]] = defaultdict(list)
    for judgement in theirs.values():
        if judgement.action == "add":
            added[_fact(judgement)].append(judgement)
    for judgement in alone:
        same = next((other for other in added[_fact(judgement)] if _overlap(judgement, other)), None)
        if same is not None:
            added[_fact(judgement)].remove(same)
            del theirs[_row(same)]
        found.append((judgement, same))
    return [*found, *((None, judgement) for judgement in theirs.values())]


def differences(found: Iterable[Pair]) -> list[Difference]:
    """Return the pairs that need a consensus: one keeps what the other rejects, two values, or added by one alone.

    A row of casetab's that only one reviewer has judged is not among them: the judgement stands alone.
    """
    told = []
    for first, second in found:
        columns = _differing(first, second)
        if columns:
            one = _either(first, second)
            told.append(Difference(one.article_id, one.table, one.record, columns, first, second))
    return told


def _differing(first: Judgement | None, second: Judgement | None) -> tuple[str, ...]:
    if first is None or second is None:
        return (ADDED,) if _either(first, second).action == "add" else ()
    if first.kept != second.kept:
        return (DECISION,)
    if not first.kept:
        return ()
    columns = _compared(first.values, second.values)
    return tuple(name for name in columns if first.values.get(name, "") != second.values.get(name, ""))


def agreement(found: Sequence[Pair]) -> list[Agreement]:
    """Return how far two reviewers agree, by table: on keeping rows, on whole rows, on each column, on added facts."""
    by_table: dict[str, list[Pair]] = defaultdict(list)
    for pair in found:
        by_table[_either(*pair).table].append(pair)
    lines: list[Agreement] = []
    for table, rows in by_table.items():
        lines += _table_agreement(table, rows)
    return lines


def _table_agreement(table: str, rows: Sequence[Pair]) -> list[Agreement]:
    judged, added = [], []
    for first, second in rows:
        if _either(first, second).action == "add":
            added.append(first is not None and second is not None)
        elif first is not None and second is not None:
            judged.append((first, second))
    lines: list[Agreement] = []
    if judged:
        choices = [(_choice(first), _choice(second)) for first, second in judged]
        lines.append(_line(table, DECISION, choices, kappa=True))
    kept = [(first.values, second.values) for first, second in judged if first.kept and second.kept]
    if kept:
        columns = _compared(*(values for both in kept for values in both))
        whole = [tuple("\0".join(values.get(name, "") for name in columns) for values in both) for both in kept]
        lines.append(_line(table, ROW, [(first, second) for first, second in whole], kappa=False))
        lines += [
            _line(table, name, [(one.get(name, ""), other.get(name, "")) for one, other in kept], kappa=True)
            for name in columns
        ]
    if added:
        a, alone = sum(added), len(added) - sum(added)
        lines.append(Agreement(table, ADDED, len(added), a, 100 * 2 * a / (2 * a + alone), None, "positive agreement"))
    return lines


def _compared(*values: Mapping[str, str]) -> list[str]:
    return [name for name in dict.fromkeys(name for cells in values for name in cells) if name not in PLACE]


def _choice(judgement: Judgement) -> str:
    return "kept" if judgement.kept else "rejected"


def _line(table: str, item: str, values: Sequence[tuple[str, str]], *, kappa: bool) -> Agreement:
    agreed = sum(first == second for first, second in values)
    value, note = None, ""
    if kappa:
        value, note = cohens_kappa([first for first, _ in values], [second for _, second in values])
    return Agreement(table, item, len(values), agreed, 100 * agreed / len(values), value, note)


def cohens_kappa(first: Sequence[str], second: Sequence[str]) -> tuple[float | None, str]:
    """Return Cohen's kappa of two lists of categories; where there is none, None and why.

    It is not defined where both reviewers have put all rows in one and the same category: chance alone then agrees.
    """
    categories = set(first) | set(second)
    if len(categories) < 2:
        return None, "kappa not defined: one value throughout"
    if len(categories) > _MOST_CATEGORIES:
        return None, f"kappa left out: more than {_MOST_CATEGORIES} values"
    from sklearn.metrics import cohen_kappa_score

    return float(cohen_kappa_score(first, second)), ""


def _either(first: Judgement | None, second: Judgement | None) -> Judgement:
    one = first or second
    assert one is not None, "a pair holds at least one judgement"
    return one


def _row(judgement: Judgement) -> tuple[str, str, str]:
    return judgement.article_id, judgement.table, judgement.record


def _fact(judgement: Judgement) -> tuple[str, str, str]:
    names = (judgement.values.get(name, "") for name in KEYS.get(judgement.table, ()))
    return judgement.article_id, judgement.table, next((name for name in names if name), "").lower()


def _overlap(first: Judgement, second: Judgement) -> bool:
    return first.start < second.end and second.start < first.end
