"""Decisions of reviewers as data, and as rows of the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from extract.review.identity import content
from extract.review.schema import Event, Person, ReviewError

Action = Literal["accept", "correct", "reject", "add"]
Kind = Literal["person", "consensus"]


class FinishedError(ReviewError):
    """The reviewer is done with the article, so that it takes no decisions any more."""


class ConflictError(ReviewError):
    """Somebody, as in another window, has decided on the row since it was shown."""


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A reviewer, as registered."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reviewer says of one row, before it is kept.

    Attributes
    ----------
    key : the row's key (extract.review.identity); for an added row any new one, the same again to change it.
    before : the whole row as it stood in the run's table; empty for an added row.
    after : the columns that are to change, with their new values; for an added row all columns.
    seen : identifier of the decision that the reviewer was shown (0 for none); None where it does not matter.
    """

    table: str
    key: str
    action: Action
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    seen: int | None = None

    def values(self) -> dict[str, str]:
        """Return the row as the reviewer wants it; of a rejected row as it was."""
        return {**self.before, **self.after}


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision as kept; ``before`` and ``after`` as in ``Verdict``.

    Attributes
    ----------
    by : who entered it: the reviewer, or for a consensus the person at the keyboard.
    content, final : hashes of the row as it was and as the decision leaves it (of an added row without its place).
    at : when, in UTC.
    batch : what the decisions made with one stroke share.
    undoes : the decision that this entry of the trail takes back; its ``action`` is then that of what it undoes.
    """

    id: int
    reviewer: str
    by: str
    article_id: str
    table: str
    key: str
    action: Action
    before: Mapping[str, str]
    after: Mapping[str, str]
    content: str
    final: str
    reason: str
    at: datetime
    batch: int
    undoes: int | None = None

    def values(self) -> dict[str, str]:
        """Return the row as the reviewer wants it; of a rejected row as it was."""
        return {**self.before, **self.after}


@dataclass(frozen=True, slots=True)
class Step:
    """An entry of the trail without its texts: enough to count and to filter many."""

    id: int
    reviewer: str
    article_id: str
    table: str
    key: str
    action: Action
    content: str
    final: str
    undoes: int | None


def latest(trail: Sequence[Decision]) -> dict[str, Decision]:
    """Return the last decision on each key that was not taken back."""
    undone = {one.undoes for one in trail}
    return {one.key: one for one in trail if one.undoes is None and one.id not in undone}


def read_decisions(session: Session, article_id: str | None, person: Person | None) -> list[Decision]:
    """Return decisions in the order in which they were made: of one article, or all; of one reviewer, or of all."""
    query = select(Event, Person.name).join(Person, Person.id == Event.reviewer_id).order_by(Event.id)
    if article_id is not None:
        query = query.where(Event.article_id == article_id)
    if person is not None:
        query = query.where(Event.reviewer_id == person.id)
    return [as_decision(one, name) for one, name in session.execute(query)]


def new_event(person: Person, by: str, article_id: str, verdict: Verdict, at: str) -> Event:
    """Return a verdict as a new row of the database."""
    return Event(
        reviewer_id=person.id,
        by=by,
        article_id=article_id,
        table=verdict.table,
        key=verdict.key,
        action=verdict.action,
        content=content(verdict.table, verdict.before),
        final=content(verdict.table, verdict.values(), placed=verdict.action != "add"),
        before=dict(verdict.before),
        after=dict(verdict.after),
        reason=verdict.reason,
        at=at,
    )


def undoing_event(person: Person, by: str, one: Decision, at: str) -> Event:
    """Return the row of the database that takes a decision back."""
    return Event(
        reviewer_id=person.id,
        by=by,
        article_id=one.article_id,
        table=one.table,
        key=one.key,
        action=one.action,
        content=one.content,
        final=one.final,
        before={},
        after={},
        reason="",
        at=at,
        undoes=one.id,
    )


def keep(session: Session, events: Sequence[Event]) -> None:
    """Add rows that were made with one stroke."""
    session.add_all(events)
    session.flush()
    for one in events:
        one.batch = events[0].id
    session.flush()


def as_decision(one: Event, reviewer: str) -> Decision:
    """Return a row of the database as a decision."""
    return Decision(
        id=one.id,
        reviewer=reviewer,
        by=one.by,
        article_id=one.article_id,
        table=one.table,
        key=one.key,
        action=cast(Action, one.action),
        before=one.before,
        after=one.after,
        content=one.content,
        final=one.final,
        reason=one.reason,
        at=datetime.fromisoformat(one.at),
        batch=one.batch or one.id,
        undoes=one.undoes,
    )


def time_now() -> str:
    """Return the time as rows of the database hold it."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
