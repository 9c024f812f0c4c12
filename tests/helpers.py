"""Places and small readers that several tests use."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ARTICLES = ROOT / "corpus" / "articles"
CORPUS_GOLD = ROOT / "corpus" / "gold"
RECORD_TABLES = ("labs", "muscle_grades", "levels", "drugs", "scores")
ALL_TABLES = ("articles", "cases", *RECORD_TABLES)

Row = dict[str, str]


def rows_of(folder: Path, table: str) -> list[Row]:
    """Return a table's rows."""
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def development_data(*parts: str) -> Path:
    """Return a folder of the development data; skips the test where it is missing."""
    folder = ROOT.parent.joinpath("shared", *parts)
    if not folder.exists():
        pytest.skip("the development data are not on this machine")
    return folder
