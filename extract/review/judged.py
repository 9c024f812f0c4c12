"""The decisions on an article as judgements on the rows that the run has now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from extract.review.agreement import Judgement
from extract.review.identity import data_columns
from extract.review.matching import Keyed, match
from extract.review.settle import RowKey
from extract.review.store import CONSENSUS, Decision


@dataclass(frozen=True)
class Judged:
    """What is said of one article.

    Attributes
    ----------
    judgements : of each reviewer, on rows of the run and on added facts.
    consensus : what was agreed upon, by table and record.
    lost : decisions that hold for no row of the run, be it gone or changed.
    """

    judgements: dict[str, list[Judgement]] = field(default_factory=dict)
    consensus: dict[RowKey, Judgement] = field(default_factory=dict)
    lost: list[Decision] = field(default_factory=list)


def judged(rows: Sequence[Keyed], decisions: Iterable[Decision]) -> Judged:
    """Return the standing decisions on one article, of all reviewers, as judgements on its rows.

    Parameters
    ----------
    rows : the rows that the run has of the article.
    """
    found = Judged()
    by_name: dict[str, list[Decision]] = defaultdict(list)
    for decision in decisions:
        by_name[decision.reviewer].append(decision)
    agreed = by_name.pop(CONSENSUS, [])
    added = {one.key for mine in by_name.values() for one in mine if one.action == "add"}
    for name, mine in by_name.items():
        matched = match(rows, mine)
        on_rows = [judgement(one, key) for key, one in matched.decided.items()]
        found.judgements[name] = on_rows + [judgement(one, one.key) for one in matched.added]
        found.lost.extend([*matched.orphans, *matched.changed.values()])
    settled = match(rows, [one for one in agreed if one.key not in added])
    on_rows = [judgement(one, key) for key, one in settled.decided.items()]
    on_rows += [judgement(one, one.key) for one in agreed if one.key in added]
    found.consensus.update({(one.table, one.record): one for one in on_rows})
    found.lost.extend([*settled.orphans, *settled.changed.values(), *settled.added])
    return found


def as_seen(decisions: Iterable[Decision]) -> list[Judgement]:
    """Return decisions as judgements on what was shown then, whatever the run has now: for measures of agreement."""
    return [judgement(one, one.key if one.action == "add" else f"{one.key}:{one.content}") for one in decisions]


def judgement(decision: Decision, record: str) -> Judgement:
    """Return a decision as a judgement on a row; that of a consensus is by the person who entered it."""
    values = decision.values()
    return Judgement(
        reviewer=decision.by if decision.reviewer == CONSENSUS else decision.reviewer,
        article_id=decision.article_id,
        table=decision.table,
        record=record,
        action=decision.action,
        values={name: values.get(name, "") for name in data_columns(decision.table)},
        start=_offset(values.get("start")),
        end=_offset(values.get("end")),
    )


def _offset(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0
