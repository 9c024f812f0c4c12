"""The database of a review: SQLite beside the run's tables, or PostgreSQL for a team."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Connection, Engine, ForeignKey, Index, String, Text, create_engine, event, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import ConnectionPoolEntry

from extract.errors import CasetabError

FORMAT = 1
"""Of the tables below; a database of another format is refused."""

WRITES = {"casetab_writes": True}
"""Execution options of a transaction that writes: SQLite then takes its lock at the beginning, not in the middle."""

_PATIENCE = 15_000  # milliseconds that a transaction waits for another one


class Base(DeclarativeBase):
    """Base of the tables."""


class Format(Base):
    """One row: the format of the tables."""

    __tablename__ = "review_format"
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Person(Base):
    """A reviewer; ``kind`` is ``person``, or ``consensus`` for what the reviewers agreed upon."""

    __tablename__ = "reviewer"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(10))
    at: Mapped[str] = mapped_column(String(40))


class Event(Base):
    """A decision, or the undoing of one; rows are only ever added.

    Attributes
    ----------
    by : who sat at the keyboard: the reviewer, or the person who entered the consensus.
    key, content : hashes of the row that was decided on (extract.review.identity).
    final : hash of the row as the decision leaves it.
    before, after : the row as it stood; the columns that the decision changed (of an added row all).
    at : when, in UTC, as ISO 8601 writes it.
    batch : the first event of those that were made, and are undone, with one stroke.
    undoes : the event that this one takes back.
    """

    __tablename__ = "decision"
    __table_args__ = (Index("decision_article", "article_id", "reviewer_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("reviewer.id"))
    by: Mapped[str] = mapped_column(String(200))
    article_id: Mapped[str] = mapped_column(String(300))
    table: Mapped[str] = mapped_column(String(30))
    key: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(10))
    content: Mapped[str] = mapped_column(String(40))
    final: Mapped[str] = mapped_column(String(40))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(40))
    batch: Mapped[int | None]
    undoes: Mapped[int | None]


class Finish(Base):
    """A reviewer is done with an article, or has opened it again; rows are only ever added, the last one counts."""

    __tablename__ = "finish"
    __table_args__ = (Index("finish_article", "article_id"), {"sqlite_autoincrement": True})
    id: Mapped[int] = mapped_column(primary_key=True)
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("reviewer.id"))
    article_id: Mapped[str] = mapped_column(String(300))
    done: Mapped[bool]
    at: Mapped[str] = mapped_column(String(40))


class ReviewError(CasetabError):
    """The database of a review cannot be used; says what to do."""


def open_engine(url: str) -> Engine:
    """Return the engine of a database whose tables exist, made where they are missing.

    Raises
    ------
    ReviewError
        no such database, no driver for it, no right to write, or another format.
    """
    try:
        engine = create_engine(url, json_serializer=_json)
        event.listen(engine, "begin", _begin)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _connect)
        with Session(engine.execution_options(**WRITES)) as session, session.begin():
            Base.metadata.create_all(session.connection())
            found = session.scalar(select(Format.version))
            if found is None:
                session.add(Format(version=FORMAT))
    except (ArgumentError, NoSuchModuleError) as error:
        raise ReviewError(f"--database {url}: {error}; such as postgresql+psycopg://user@host/name") from None
    except ImportError as error:
        problem = f"{error}; install the driver of the database, for PostgreSQL: pip install 'psycopg[binary]'"
        raise ReviewError(problem) from None
    except SQLAlchemyError as error:
        problem = str(getattr(error, "orig", None) or error).splitlines()[0]
        raise ReviewError(f"{_shown(url)}: cannot be opened for writing: {problem}") from None
    if found not in (None, FORMAT):
        raise ReviewError(
            f"{_shown(url)}: of format {found}, this casetab reads {FORMAT}; use the casetab that wrote it"
        )
    return engine


def _connect(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """Set up SQLite: a commit is on the disk when it returns, and readers do not wait for writers."""
    connection.isolation_level = None  # sqlite3 would begin transactions by itself
    cursor = connection.cursor()
    for setting in (f"busy_timeout = {_PATIENCE}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Begin a transaction; one that writes takes SQLite's lock first, so that what it has read stays true."""
    if connection.dialect.name == "sqlite":
        writes = connection.get_execution_options().get("casetab_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _json(value: object) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _shown(url: str) -> str:
    """Return a database's address without its password."""
    from sqlalchemy.engine import make_url

    address = make_url(url)
    return str(address.database) if address.drivername.startswith("sqlite") else address.render_as_string()
