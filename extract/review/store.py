"""Decisions of reviewers: kept for good the moment that they are made, never changed, only added to.

with Store.beside(run_folder) as store:
    store.add_reviewer("Ada")
    store.decide("Ada", article_id, [Verdict("labs", key, "accept", before=cells)])
    store.current("Ada", article_id)  # key -> Decision
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Self, cast

from sqlalchemy import URL, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from extract.review.decisions import (
    Action,
    ConflictError,
    Decision,
    FinishedError,
    Kind,
    Reviewer,
    Step,
    Verdict,
    as_decision,
    keep,
    latest,
    new_event,
    read_decisions,
    time_now,
    undoing_event,
)
from extract.review.schema import WRITES, Event, Finish, Person, ReviewError, open_engine

__all__ = [
    "CONSENSUS",
    "DATABASE",
    "Action",
    "ConflictError",
    "Decision",
    "FinishedError",
    "Kind",
    "ReviewError",
    "Reviewer",
    "Step",
    "Store",
    "Verdict",
    "database_url",
]

DATABASE = "review.sqlite"
"""Its name in the run's folder."""

CONSENSUS = "consensus"
"""The reviewer under whom adjudicated decisions stand."""


class Store:
    """The decisions of one review.

    Every method is a transaction of its own; when a writing one returns, what it wrote is on the disk. Several
    processes may use one database. Writers wait for each other.

    Parameters
    ----------
    url : a database's address as SQLAlchemy writes it.

    Raises
    ------
    ReviewError
        the database cannot be used.
    """

    def __init__(self, url: str) -> None:
        self._engine: Engine = open_engine(url)
        self._writing = self._engine.execution_options(**WRITES)

    @classmethod
    def beside(cls, folder: Path) -> Self:
        """Open the database in a run's folder; it is made where missing."""
        return cls(database_url(folder))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def add_reviewer(self, name: str, kind: Kind = "person") -> Reviewer:
        """Register a reviewer; one who is registered stays as is.

        Raises
        ------
        ReviewError
            the name is empty, or that of the consensus.
        """
        name = " ".join(name.split())[:200]
        if not name or (kind == "person" and name.casefold() == CONSENSUS):
            raise ReviewError(f"{name!r} cannot be a reviewer's name; choose another one")
        with self._write() as session:
            person = session.scalar(select(Person).where(Person.name == name))
            if person is None:
                person = Person(name=name, kind=kind, at=time_now())
                session.add(person)
            return Reviewer(person.name, cast(Kind, person.kind))

    def reviewers(self) -> list[Reviewer]:
        """Return all reviewers, the consensus among them, in the order in which they came."""
        with self._read() as session:
            people = session.scalars(select(Person).order_by(Person.id))
            return [Reviewer(person.name, cast(Kind, person.kind)) for person in people]

    def decide(
        self,
        reviewer: str,
        article_id: str,
        verdicts: Sequence[Verdict],
        *,
        by: str = "",
        only_undecided: bool = False,
        is_late: bool = False,
    ) -> list[Decision]:
        """Keep verdicts on rows of one article, all or none; return them as kept.

        Parameters
        ----------
        by : the person at the keyboard where that is not the reviewer.
        only_undecided : leave out rows on which the reviewer has decided since they were shown.
        is_late : the rows came, or changed, with a run after the reviewer was done: no decision on them holds yet.

        Raises
        ------
        FinishedError
            the reviewer is done with the article.
        ConflictError
            a verdict names the decision that was seen, and another one stands now.
        ReviewError
            no such reviewer.
        """
        with self._write() as session:
            person = self._person(session, reviewer)
            if not is_late:
                self._refuse_finished(session, person, article_id)
            standing = latest(read_decisions(session, article_id, person))
            at = time_now()
            events = []
            for verdict in verdicts:
                now = standing[verdict.key].id if verdict.key in standing else 0
                if only_undecided and now != (verdict.seen or 0):
                    continue
                if verdict.seen is not None and verdict.seen != now:
                    raise ConflictError("this row was decided on in another window; it is shown as it stands now")
                events.append(new_event(person, by or reviewer, article_id, verdict, at))
            keep(session, events)
            return [as_decision(one, reviewer) for one in events]

    def undo(self, reviewer: str, article_id: str, *, by: str = "") -> list[Decision]:
        """Take back the reviewer's last stroke in an article; return the decisions taken back, none where none stands.

        Raises
        ------
        FinishedError
            the reviewer is done with the article.
        """
        with self._write() as session:
            person = self._person(session, reviewer)
            left = self._not_undone(session, person, article_id)
            if not left:
                return []
            last = [one for one in left if one.batch == left[-1].batch]
            at = time_now()
            events = [undoing_event(person, by or reviewer, one, at) for one in last]
            keep(session, events)
            return last

    def _not_undone(self, session: Session, person: Person, article_id: str) -> list[Decision]:
        """Return the decisions that a reviewer may take back; refused where the article is finished."""
        self._refuse_finished(session, person, article_id)
        trail = read_decisions(session, article_id, person)
        undone = {one.undoes for one in trail}
        return [one for one in trail if one.undoes is None and one.id not in undone]

    def withdraw(self, reviewer: str, article_id: str, key: str, *, by: str = "") -> list[Decision]:
        """Take back all decisions on one key, such as a fact that the reviewer has added; return them.

        Raises
        ------
        FinishedError
            the reviewer is done with the article.
        """
        with self._write() as session:
            person = self._person(session, reviewer)
            left = [one for one in self._not_undone(session, person, article_id) if one.key == key]
            at = time_now()
            keep(session, [undoing_event(person, by or reviewer, one, at) for one in left])
            return left

    def current(self, reviewer: str, article_id: str | None = None) -> dict[str, Decision]:
        """Return the decisions of a reviewer that stand, by key; of one article or of all."""
        with self._read() as session:
            person = self._person(session, reviewer)
            return latest(read_decisions(session, article_id, person))

    def standing(self, article_id: str) -> dict[str, dict[str, Decision]]:
        """Return the decisions on an article that stand, by reviewer (the consensus among them) and key."""
        with self._read() as session:
            by_name: dict[str, list[Decision]] = {}
            for one in read_decisions(session, article_id, None):
                by_name.setdefault(one.reviewer, []).append(one)
        return {name: latest(trail) for name, trail in by_name.items()}

    def trail(self, article_id: str | None = None) -> list[Decision]:
        """Return every decision and every undoing, of all reviewers, in the order in which they were made."""
        with self._read() as session:
            return read_decisions(session, article_id, None)

    def steps(self, after: int = 0) -> list[Step]:
        """Return the trail behind an identifier, without the texts."""
        wanted = (
            Event.id, Person.name, Event.article_id, Event.table, Event.key, Event.action, Event.content, Event.final,
            Event.undoes,
        )  # fmt: skip
        query = select(*wanted).join(Person, Person.id == Event.reviewer_id).where(Event.id > after).order_by(Event.id)
        with self._read() as session:
            return [Step(*row[:5], cast(Action, row[5]), *row[6:]) for row in session.execute(query)]

    def last_step(self) -> int:
        """Return the identifier of the trail's last entry; 0 for an empty trail."""
        with self._read() as session:
            return session.scalar(select(func.max(Event.id))) or 0

    def finish(self, reviewer: str, article_id: str, seen: Collection[int] = ()) -> None:
        """Note that a reviewer is done with an article.

        Parameters
        ----------
        seen : identifiers of the decisions by which the article is done.

        Raises
        ------
        ConflictError
            one of these does not stand any more.
        """
        with self._write() as session:
            person = self._person(session, reviewer)
            standing = {one.id for one in latest(read_decisions(session, article_id, person)).values()}
            if not standing.issuperset(seen):
                raise ConflictError("a decision was taken back in another window; load the page again")
            if not self._done(session, article_id).get(reviewer):
                session.add(Finish(reviewer_id=person.id, article_id=article_id, done=True, at=time_now()))

    def reopen(self, reviewer: str, article_id: str) -> None:
        """Note that a reviewer is not done with an article after all.

        Raises
        ------
        FinishedError
            another reviewer is done, too, so that both may have seen each other's decisions.
        """
        with self._write() as session:
            person = self._person(session, reviewer)
            done = self._done(session, article_id)
            if any(finished for name, finished in done.items() if name != reviewer):
                problem = f"another reviewer is done with {article_id}, too; what is to change goes into the consensus"
                raise FinishedError(problem)
            if done.get(reviewer):
                session.add(Finish(reviewer_id=person.id, article_id=article_id, done=False, at=time_now()))

    def finished(self, article_ids: Collection[str] | None = None) -> dict[str, tuple[str, ...]]:
        """Return who is done with which article, in the order in which they finished; of some articles or of all."""
        query = select(Finish.article_id, Person.name, Finish.done).join(Person).order_by(Finish.id)
        if article_ids is not None:
            query = query.where(Finish.article_id.in_(article_ids))
        with self._read() as session:
            return _finishers((row[0], row[1], row[2]) for row in session.execute(query))

    @contextmanager
    def _read(self) -> Iterator[Session]:
        with _told(), Session(self._engine) as session:
            yield session

    @contextmanager
    def _write(self) -> Iterator[Session]:
        with _told(), Session(self._writing) as session, session.begin():
            yield session

    @staticmethod
    def _person(session: Session, name: str) -> Person:
        # all reviewers are locked: on PostgreSQL, too, those who write then come one after the other
        query = select(Person).order_by(Person.id)
        writes = session.connection().get_execution_options().get("casetab_writes")
        people = session.scalars(query.with_for_update() if writes else query).all()
        person = next((one for one in people if one.name == name), None)
        if person is None:
            raise ReviewError(f"no reviewer is called {name!r}")
        return person

    def _refuse_finished(self, session: Session, person: Person, article_id: str) -> None:
        if person.kind == "person" and self._done(session, article_id).get(person.name):
            raise FinishedError(f"{person.name} is done with {article_id}; open it again to change a decision")

    @staticmethod
    def _done(session: Session, article_id: str) -> dict[str, bool]:
        query = select(Person.name, Finish.done).join(Person).where(Finish.article_id == article_id)
        return {name: done for name, done in session.execute(query.order_by(Finish.id))}  # noqa: C416  (rows, no pairs)


def database_url(folder: Path, database: str = "") -> str:
    """Return the address of a run's decisions: the one named, or SQLite in the run's folder."""
    if database:
        return database
    path = str((folder / DATABASE).absolute())  # may hold what means something in an address, such as ? and %
    return URL.create("sqlite", database=path).render_as_string()


@contextmanager
def _told() -> Iterator[None]:
    """Turn the database's errors into what a user can do about them."""
    try:
        yield
    except SQLAlchemyError as error:
        problem = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise ReviewError(f"the decision could not be kept: {problem}; mend that and try again") from error


def _finishers(rows: Iterable[tuple[str, str, bool]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for article_id, name, done in rows:
        names = found.setdefault(article_id, {})
        names.pop(name, None)
        if done:
            names[name] = None
    return {article_id: tuple(names) for article_id, names in found.items() if names}
