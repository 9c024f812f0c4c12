"""A run's tables, indexed once so that any article, filter or search is at hand at once."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import sqlite3
import tempfile
import threading
from collections import OrderedDict, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from extract.errors import CasetabError
from extract.review.identity import REVIEWED, Cells, content, data_columns, keys, plain_cells

INDEX = "review_index.sqlite"
"""Its name in the run's folder; it can be deleted at any time."""

LOW = 0.7
"""Confidence below which a row is pointed out."""

_KEPT = 24  # articles whose rows are kept in memory
_FORMAT = 3  # of the tables below
_TABLES = """
CREATE TABLE meta (hash TEXT NOT NULL);
CREATE TABLE article (
    n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, cells TEXT NOT NULL, counts TEXT NOT NULL, low INTEGER NOT NULL);
CREATE TABLE row (
    n INTEGER PRIMARY KEY, article INTEGER NOT NULL, tbl TEXT NOT NULL, key TEXT NOT NULL, content TEXT NOT NULL,
    confidence REAL NOT NULL, cells TEXT NOT NULL);
CREATE INDEX row_article ON row (article);
CREATE INDEX row_filter ON row (tbl, confidence);
CREATE VIRTUAL TABLE article_words USING fts5 (words, content='', tokenize="unicode61 remove_diacritics 2");
CREATE VIRTUAL TABLE row_words USING fts5 (words, content='', tokenize="unicode61 remove_diacritics 2");
"""
_ALL = "1"  # the condition that every row meets
_WORD = re.compile(r"\w+")
_ORDER = {table: number for number, table in enumerate(REVIEWED)}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the run.

    Attributes
    ----------
    key, content : see extract.review.identity.
    cells : all columns as text.
    """

    article_id: str
    table: str
    key: str
    content: str
    confidence: float
    cells: Cells


@dataclass(frozen=True, slots=True)
class ArticleEntry:
    """An article of the run: its line of articles.csv, and how many rows it has by table."""

    id: str
    cells: Cells
    counts: dict[str, int]
    low: int

    @property
    def rows(self) -> int:
        """How many rows there are to confirm."""
        return sum(self.counts.values())


def read_table(folder: Path, table: str) -> Iterator[dict[str, str]]:
    """Yield the rows of a table of a run, formulas as they are.

    Raises
    ------
    CasetabError
        the table is missing or is none.
    """
    path = folder / f"{table}.csv"
    csv.field_size_limit(2**31 - 1)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                yield plain_cells(row)
    except (OSError, csv.Error, UnicodeDecodeError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise CasetabError(f"{path}: {problem}; give the folder that `casetab run --out` wrote") from None


def read_rows(folder: Path) -> dict[str, list[Row]]:
    """Return the rows to confirm by article, in the order of tables and places.

    Raises
    ------
    CasetabError
        a table is missing; a run without the table of scores, which older versions wrote, has none.
    """
    found: dict[str, list[tuple[str, dict[str, str]]]] = defaultdict(list)
    for table in REVIEWED:
        if table == "scores" and not (folder / "scores.csv").exists():
            continue
        for cells in read_table(folder, table):
            found[cells.get("article_id", "")].append((table, cells))
    return {article_id: list(_rows(article_id, rows)) for article_id, rows in found.items()}


def _rows(article_id: str, rows: Sequence[tuple[str, dict[str, str]]]) -> Iterator[Row]:
    for (table, cells), key in zip(rows, keys(rows), strict=True):
        yield Row(article_id, table, key, content(table, cells), _number(cells.get("confidence", "")), cells)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0


class RunIndex:
    """What the review page asks of a run.

    Parameters
    ----------
    folder : what ``casetab run --out`` wrote.
    tell : is told when the index has to be made anew, which takes seconds for tens of thousands of rows.

    Raises
    ------
    CasetabError
        the folder holds no run.
    """

    def __init__(self, folder: Path, tell: Callable[[str], None] = lambda _: None) -> None:
        self._folder = folder
        self._local = threading.local()
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Sequence[Row]] = OrderedDict()
        self._temporary: tempfile.TemporaryDirectory[str] | None = None
        self._stamp = _stamp(folder)
        self._path = self._made(_hash(folder), tell)
        self.total_articles, self.total_rows = self._totals()

    def close(self) -> None:
        """Remove what was made for this process alone."""
        if self._temporary is not None:
            self._temporary.cleanup()

    @property
    def is_stale(self) -> bool:
        """Whether the tables were written anew since the index was opened."""
        return _stamp(self._folder) != self._stamp

    def articles(self, query: str = "") -> list[str]:
        """Return the identifiers of the articles that hold all words of a query, in the order of the table."""
        if not query.strip():
            return [name for (name,) in self._all("SELECT id FROM article ORDER BY n")]
        sql = "SELECT id FROM article WHERE n IN (SELECT rowid FROM article_words WHERE words MATCH ?) ORDER BY n"
        return [name for (name,) in self._all(sql, (_match(query),))]

    def entries(self, article_ids: Sequence[str]) -> list[ArticleEntry]:
        """Return articles by their identifiers, unknown ones left out."""
        marks = ",".join("?" * len(article_ids))
        sql = f"SELECT id, cells, counts, low FROM article WHERE id IN ({marks}) ORDER BY n"
        return [ArticleEntry(name, json.loads(cells), json.loads(counts), low)
                for name, cells, counts, low in self._all(sql, article_ids)]  # fmt: skip

    def rows(self, article_id: str) -> Sequence[Row]:
        """Return the rows of one article; those of the articles that were asked for last are remembered."""
        with self._lock:
            if article_id in self._kept:
                self._kept.move_to_end(article_id)
                return self._kept[article_id]
        found = self._rows("WHERE article.id = ? ORDER BY row.n", (article_id,))
        with self._lock:
            self._kept[article_id] = found
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return found

    def count_rows(self, query: str = "", table: str = "", below: float = 0) -> int:
        """Return how many rows ``find_rows`` would find."""
        where, values = _where(query, table, below)
        ((count,),) = self._all(f"SELECT count(*) FROM row WHERE {where}", values)
        return int(count)

    def find_rows(
        self, query: str = "", table: str = "", below: float = 0, first: int = 0, most: int = -1
    ) -> list[int]:
        """Return the numbers of the rows that hold all words of a query, in the order of the articles.

        Parameters
        ----------
        table : only of this table.
        below : only rows of a lower confidence, where above 0.
        first, most : a page of them; all where not given.
        """
        where, values = _where(query, table, below)
        if where == _ALL and most < 0:
            return list(self.keys)
        sql = f"SELECT n FROM row WHERE {where} ORDER BY n LIMIT {most:d} OFFSET {first:d}"
        return [number for (number,) in self._all(sql, values)]

    @cached_property
    def keys(self) -> dict[int, str]:
        """The keys of all rows, by their numbers."""
        return dict(self._all("SELECT n, key FROM row ORDER BY n"))

    def rows_numbered(self, numbers: Sequence[int]) -> list[Row]:
        """Return the rows of ``find_rows``'s numbers."""
        return self._rows(f"WHERE row.n IN ({','.join(map(str, numbers))}) ORDER BY row.n", ())

    def digests(self, article_ids: Sequence[str]) -> dict[str, list[tuple[str, str, str]]]:
        """Return table, key and content of all rows of some articles."""
        marks = ",".join("?" * len(article_ids))
        sql = "SELECT article.id, tbl, key, content FROM row JOIN article ON article.n = row.article"
        found: dict[str, list[tuple[str, str, str]]] = {name: [] for name in article_ids}
        for name, *rest in self._all(f"{sql} WHERE article.id IN ({marks}) ORDER BY row.n", article_ids):
            found[name].append((rest[0], rest[1], rest[2]))
        return found

    def _rows(self, where: str, values: Sequence[object]) -> list[Row]:
        columns = "article.id, tbl, key, row.content, confidence, row.cells"
        found = self._all(f"SELECT {columns} FROM row JOIN article ON article.n = row.article {where}", values)
        return [Row(a, table, key, what, number, json.loads(cells)) for a, table, key, what, number, cells in found]

    def _totals(self) -> tuple[int, int]:
        ((articles, rows),) = self._all("SELECT (SELECT count(*) FROM article), (SELECT count(*) FROM row)")
        return articles, rows

    def _all(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        connection = getattr(self._local, "connection", None)
        if connection is None:  # one for each thread
            connection = sqlite3.connect(f"{self._path.absolute().as_uri()}?mode=ro", uri=True)
            self._local.connection = connection
        found: list[tuple[Any, ...]] = connection.execute(sql, values).fetchall()
        return found

    def _made(self, digest: str, tell: Callable[[str], None]) -> Path:
        """Return the path of an index of these tables: the one in the run's folder, or a new one."""
        path = self._folder / INDEX
        if _is_index(path, digest):
            return path
        tell("reading the tables; this is done once for each run")
        try:
            (self._folder / f".{INDEX}.part").unlink(missing_ok=True)
            _write(self._folder, self._folder / f".{INDEX}.part", digest)
            (self._folder / f".{INDEX}.part").replace(path)
        except (OSError, sqlite3.OperationalError):  # a folder that may only be read
            self._temporary = tempfile.TemporaryDirectory(prefix="casetab-review-")
            path = Path(self._temporary.name) / INDEX
            _write(self._folder, path, digest)
        return path


def _write(folder: Path, path: Path, digest: str) -> None:
    rows = read_rows(folder)
    articles = list(read_table(folder, "articles"))
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.executescript(_TABLES)
        database.execute("BEGIN")
        for number, cells in enumerate(articles, start=1):
            _write_article(database, number, cells, rows.get(cells.get("article_id", ""), []))
        database.execute("INSERT INTO meta VALUES (?)", (digest,))
        database.execute("COMMIT")


def _write_article(database: sqlite3.Connection, number: int, cells: Cells, rows: Sequence[Row]) -> None:
    counts = {table: sum(row.table == table for row in rows) for table in REVIEWED}
    low = sum(row.confidence < LOW for row in rows)
    name = cells.get("article_id", "")
    database.execute("INSERT INTO article VALUES (?, ?, ?, ?, ?)", (number, name, _json(cells), _json(counts), low))
    diagnoses = [row.cells.get("diagnosis_text", "") for row in rows if row.table == "cases"]
    words = [
        cells.get(column, "") for column in ("article_id", "title", "journal", "year", "doi", "pmid", "source_file")
    ]
    database.execute("INSERT INTO article_words (rowid, words) VALUES (?, ?)", (number, " ".join([*words, *diagnoses])))
    for row in sorted(rows, key=lambda row: (_case(row), _ORDER[row.table])):
        entry = (number, row.table, row.key, row.content, row.confidence, _json(row.cells))
        made = database.execute("INSERT INTO row VALUES (NULL, ?, ?, ?, ?, ?, ?)", entry)
        text = " ".join([name, *(row.cells.get(column, "") for column in data_columns(row.table))])
        database.execute("INSERT INTO row_words (rowid, words) VALUES (?, ?)", (made.lastrowid, text))


def _case(row: Row) -> tuple[int, str]:
    """Return the place of a row's patient: by number."""
    case_id = row.cells.get("case_id", "")
    number = case_id.rpartition("#")[2]
    return (int(number) if number.isdecimal() else 0, case_id)


def _where(query: str, table: str, below: float) -> tuple[str, list[str]]:
    """Return the condition on rows and its values."""
    terms, values = [_ALL], []
    if query.strip():
        terms.append("n IN (SELECT rowid FROM row_words WHERE words MATCH ?)")
        values.append(_match(query))
    if table:
        terms.append("tbl = ?")
        values.append(table)
    if below > 0:
        terms.append(f"confidence < {below:.3f}")
    return " AND ".join(terms), values


def _match(query: str) -> str:
    """Return a query for SQLite's full-text search: all words, the last one perhaps not yet typed to its end."""
    words = _WORD.findall(query)
    return " ".join(f'"{word}"*' for word in words) if words else '""'


def _is_index(path: Path, digest: str) -> bool:
    if not path.exists():
        return False
    try:
        database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        try:
            return bool(database.execute("SELECT hash FROM meta").fetchone() == (digest,))
        finally:
            database.close()
    except sqlite3.Error:
        return False


def _tables(folder: Path) -> list[Path]:
    return [folder / f"{table}.csv" for table in ("articles", *REVIEWED)]


def _stamp(folder: Path) -> list[tuple[int, int]]:
    found = [path.stat() for path in _tables(folder) if path.exists()]
    return [(stat.st_mtime_ns, stat.st_size) for stat in found]


def _hash(folder: Path) -> str:
    digest = hashlib.blake2b(str(_FORMAT).encode(), digest_size=16)
    for path in _tables(folder):
        if path.exists():
            with path.open("rb") as stream:
                digest.update(hashlib.file_digest(stream, "blake2b").digest())
        digest.update(b"\0")
    return digest.hexdigest()


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
