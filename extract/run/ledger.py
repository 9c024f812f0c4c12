"""The ledger of a run: each article's result, kept in SQLite from the moment that it is done."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from extract.errors import CasetabError
from extract.run.pack import Packed

LEDGER = "ledger.sqlite"
"""Its name in the run's folder."""

_FORMAT = 1  # of the table below; a ledger of another format is begun anew
_SIDE_FILES = ("", "-wal", "-shm", "-journal")
_TABLE = """
CREATE TABLE IF NOT EXISTS results (
    article_id TEXT PRIMARY KEY, key TEXT NOT NULL, lasting INTEGER NOT NULL,
    status TEXT NOT NULL, error TEXT NOT NULL, body BLOB NOT NULL
)"""


class LedgerError(CasetabError):
    """The ledger cannot be used: another run holds it, the disk is full, or it is damaged."""


class Ledger:
    """Results by article, with the key of what made them.

    The ledger is locked for as long as it is open; the lock dies with the process. What has been put survives a
    killed process; of a power cut SQLite's write-ahead log loses the last results at most, and is never broken.
    A child process must not use a ledger that it inherits.

    Parameters
    ----------
    folder : the run's folder, which must exist; None keeps the results in a temporary file.
    fresh : forget what earlier runs have left.

    Raises
    ------
    LedgerError
        another run is writing to the folder, or the disk refuses.
    """

    def __init__(self, folder: Path | None = None, *, fresh: bool = False) -> None:
        self._folder = folder
        with self._told():
            try:
                self._database = self._opened()
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:  # no database, or broken: only time is lost
                self._remove()
                self._database = self._opened()
            if fresh:
                self._database.execute("DELETE FROM results")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def find(self, article_id: str, key: str) -> tuple[str, str] | None:
        """Return status and error of an article that was done under the same key; None where it has to be done."""
        if not key:
            return None
        query = "SELECT status, error FROM results WHERE article_id = ? AND key = ? AND lasting"
        with self._told():
            found: tuple[str, str] | None = self._database.execute(query, (article_id, key)).fetchone()
        return found

    def put(self, article_id: str, key: str, packed: Packed) -> None:
        """Keep a result, in place of an older one of the article."""
        row = (article_id, key, packed.lasting, packed.status, packed.error, packed.body)
        with self._told():  # a transaction of its own: in the log, and without waiting for the disk, a tenth of a ms
            self._database.execute("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?)", row)

    def body(self, article_id: str) -> bytes:
        """Return the packed result of an article that is in the ledger."""
        with self._told():
            found = self._database.execute("SELECT body FROM results WHERE article_id = ?", (article_id,)).fetchone()
        body: bytes = found[0]
        return body

    def keep_only(self, article_ids: Collection[str]) -> None:
        """Forget all articles but these: those of a finished run."""
        with self._told():
            known = [name for (name,) in self._database.execute("SELECT article_id FROM results")]
            gone = [(name,) for name in known if name not in article_ids]
            if gone:
                self._database.executemany("DELETE FROM results WHERE article_id = ?", gone)

    def close(self) -> None:
        """Let go of the lock."""
        with suppress(sqlite3.Error):
            self._database.close()

    def _opened(self) -> sqlite3.Connection:
        place = str(self._folder / LEDGER) if self._folder is not None else ""
        database = sqlite3.connect(place, timeout=0, isolation_level=None)
        try:
            # exclusive before the log: no shared memory is wanted then, which network file systems lack
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute("BEGIN EXCLUSIVE")
            (version,) = database.execute("PRAGMA user_version").fetchone()
            if version not in (0, _FORMAT):
                database.execute("DROP TABLE results")
            database.execute(_TABLE)
            database.execute(f"PRAGMA user_version = {_FORMAT}")
            database.execute("COMMIT")
        except BaseException:
            database.close()
            raise
        return database

    def _remove(self) -> None:
        if self._folder is not None:
            for suffix in _SIDE_FILES:
                (self._folder / f"{LEDGER}{suffix}").unlink(missing_ok=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn SQLite's errors into what a user can do about them."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the primary code of an extended one
            where = self._folder or "the folder of temporary files"
            if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                problem = f"{where}: another run is writing to this folder; wait for its end or choose another --out"
            elif code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                problem = f"{where}/{LEDGER} is damaged; delete it or run with --no-resume"
            else:
                problem = f"cannot write to {where}: {error}; when that is mended, the same command goes on"
            raise LedgerError(problem) from error
