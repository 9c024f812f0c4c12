"""Reading of gold records (one JSON file for each article) and of a run's tables."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from extract.errors import CasetabError

Fact = Mapping[str, Any]
"""A gold record."""
Row = Mapping[str, str]
"""A row of a table, as written."""

GOLD_TABLES = ("labs", "muscle_grades", "levels", "drugs", "cases")
OPTIONAL_TABLES = ("scores",)
"""Tables that gold records may leave out: they are scored where an article has them."""


def read_gold(folder: Path, only: Collection[str] = ()) -> dict[str, dict[str, list[Fact]]]:
    """Return the gold records by article and table.

    Parameters
    ----------
    only : identifiers of articles; all where empty.

    Raises
    ------
    CasetabError
        no gold record, an identifier without a file, or a file that is not in the format.
    """
    files = article_files(folder, "json", "gold records", only)
    return {name: _read_article(path) for name, path in files.items()}


def article_files(folder: Path, ending: str, what: str, only: Collection[str]) -> dict[str, Path]:
    """Return the files ``ARTICLE.ending`` of a folder by article; those of ``only`` where it names some.

    Raises
    ------
    CasetabError
        there is none, or none for one of ``only``; the message calls them ``what``.
    """
    files = {path.stem: path for path in sorted(folder.glob(f"*.{ending}"))}
    if not files:
        raise CasetabError(f"{folder}: no {what} here; expected one ARTICLE.{ending} for each article")
    unknown = sorted(set(only) - set(files))
    if unknown:
        raise CasetabError(f"{folder}: no {what} for {', '.join(unknown)}")
    return {name: path for name, path in files.items() if not only or name in only}


def _read_article(path: Path) -> dict[str, list[Fact]]:
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise CasetabError(f"{path}: not readable as JSON: {error}") from None
    tables = content if isinstance(content, dict) else {}
    for name in GOLD_TABLES:
        if not isinstance(tables.get(name), list):
            raise CasetabError(f"{path}: {name!r} must be there and be a list (empty for nothing)")
    for name in OPTIONAL_TABLES:
        if not isinstance(tables.get(name, []), list):
            raise CasetabError(f"{path}: {name!r} must be a list")
    return {name: tables[name] for name in (*GOLD_TABLES, *OPTIONAL_TABLES) if name in tables}


def read_run(folder: Path) -> dict[str, dict[str, list[Row]]]:
    """Return the rows about patients by table and article.

    Raises
    ------
    CasetabError
        a table is missing: the folder is not that of a run.
    """
    csv.field_size_limit(2**31 - 1)
    names = [*GOLD_TABLES, *(name for name in OPTIONAL_TABLES if (folder / f"{name}.csv").exists())]
    return {name: read_table(folder / f"{name}.csv") for name in names}


def read_table(path: Path) -> dict[str, list[Row]]:
    """Return a table's rows about patients by article; empty cells are left out.

    Raises
    ------
    CasetabError
        the table is missing or no table of a run.
    """
    rows: dict[str, list[Row]] = defaultdict(list)
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.DictReader(stream):
                if row.get("subject", "patient") in ("patient", ""):
                    rows[row["article_id"]].append(
                        {name: text.strip() for name, text in row.items() if name and text}
                    )
    except (OSError, KeyError) as error:
        problem = error.strerror if isinstance(error, OSError) else "no column article_id"
        raise CasetabError(f"{path}: {problem}; give the folder that `casetab run --out` wrote") from None
    return rows
