"""Reads a run's folder article by article, in bounded memory."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from extract.errors import CasetabError
from extract.tables.schema import TABLES

Row = dict[str, str]
"""A row as the cells of its table; the empty cell is ""."""

RECORD_TABLES = tuple(name for name in TABLES if name not in ("articles", "cases"))
ANALYSIS = "analysis"
_CHUNK = 10_000  # rows read at a time


@dataclass(frozen=True)
class ArticleRows:
    """One article with all its rows, by table; ``analysis`` among them where the run had a protocol."""

    article: Row
    tables: dict[str, list[Row]]

    @property
    def cases(self) -> list[Row]:
        """Return the article's patients."""
        return self.tables["cases"]

    def records(self) -> Iterator[tuple[str, Row]]:
        """Yield the rows of all record tables, each with the table's name."""
        for name in RECORD_TABLES:
            for row in self.tables[name]:
                yield name, row


class RunFolder:
    """The folder that ``casetab run`` wrote.

    Attributes
    ----------
    about : what run.json says of the run; empty where there is none.
    fields : the columns of analysis.csv as datapackage.json describes them; empty without a protocol.
    reviewed : the tables are those that `casetab review export` wrote.
    missing : the cells of analysis.csv that stand for "not reported", which is never the same as "absent".
    """

    def __init__(self, folder: Path) -> None:
        """Check that the tables are there.

        Raises
        ------
        CasetabError
            a table or the data package is missing or cannot be read.
        """
        self.folder = folder
        missing = [f"{name}.csv" for name in TABLES if not (folder / f"{name}.csv").is_file()]
        if missing:
            advice = "name a folder that `casetab run` wrote with --format csv (or csv,xlsx)"
            raise CasetabError(f"{folder}: {', '.join(missing)} not found; {advice}")
        package = _read_json(folder / "datapackage.json")
        self.reviewed = package.get("name") == "casetab-review"
        found = [each for each in package.get("resources", []) if each.get("name") == ANALYSIS]
        there = bool(found) and (folder / f"{ANALYSIS}.csv").is_file()
        schema = found[0]["schema"] if there else {}
        self.fields: list[dict[str, Any]] = schema.get("fields", [])
        self.missing = frozenset(["", *schema.get("missingValues", [])])
        self.about = _read_json(folder / "run.json") if (folder / "run.json").is_file() else {}

    def articles(self) -> Iterator[ArticleRows]:
        """Yield the articles in the order of articles.csv.

        Raises
        ------
        CasetabError
            a table is not in that order, or is no CSV.
        """
        names = [*(name for name in TABLES if name != "articles"), *([ANALYSIS] if self.fields else [])]
        followers = {name: _Follower(self.folder / f"{name}.csv") for name in names}
        with ExitStack() as stack:
            for each in followers.values():
                stack.callback(each.close)
            for article in stack.enter_context(closing(_rows(self.folder / "articles.csv"))):
                name_of = article["article_id"]
                yield ArticleRows(article, {name: each.rows_of(name_of) for name, each in followers.items()})
            for each in followers.values():
                each.finish()


class _Follower:
    """A table that is in the order of the articles."""

    def __init__(self, path: Path) -> None:
        self._path, self._rows = path, _rows(path)
        self._next = next(self._rows, None)

    def rows_of(self, article_id: str) -> list[Row]:
        found = []
        while self._next is not None and self._next.get("article_id") == article_id:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found

    def close(self) -> None:
        self._rows.close()

    def finish(self) -> None:
        if self._next is not None:
            problem = f"the rows of {self._next.get('article_id')!r} are not in the order of articles.csv"
            raise CasetabError(f"{self._path}: {problem}; make the tables again with `casetab run`")


def _rows(path: Path) -> Generator[Row, None, None]:
    import pandas as pd

    try:
        with pd.read_csv(path, dtype=object, keep_default_na=False, na_filter=False, chunksize=_CHUNK) as chunks:
            for chunk in chunks:
                yield from cast("list[Row]", chunk.to_dict("records"))
    except (ValueError, OSError) as error:  # pandas' errors of reading are ValueErrors
        raise CasetabError(f"{path}: cannot be read as a table: {error}") from None


def _read_json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise CasetabError(f"{path}: cannot be read: {error}; make the tables again with `casetab run`") from None
    return found if isinstance(found, dict) else {}


def number(cell: str) -> float | None:
    """Return a cell of a number column as a number; None where it is empty or holds none."""
    try:
        return float(cell) if cell else None
    except ValueError:
        return None
