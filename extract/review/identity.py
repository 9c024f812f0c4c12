"""What a row is, however a later run numbers it: by this a decision finds its row again.

A row is found by its place and what it is about (its *key*); whether it still says what the reviewer has decided on is
told by all of its data (its *content*). Both are short hashes, so that tens of thousands are compared quickly.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from extract.records.common import columns
from extract.records.finish import RECORDS
from extract.tables.csv import VERBATIM, is_formula
from extract.tables.schema import TABLES

Cells = Mapping[str, str]
"""A row as texts by column: as in the CSV files, without the apostrophe in front of a formula."""

REVIEWED = ("cases", *RECORDS)
"""The tables that a person confirms: cases and all record tables."""

# how casetab came to a row, and its number: no data of the article
_ABOUT_THE_ROW = frozenset({"record_id", "article_id", "page", "sentence", "rule", "confidence"})
_PLACE = ("start", "end")
WHERE = frozenset({"quote", *_PLACE})
"""Columns that say where a row comes from; two reviewers who mark more or fewer words do not differ in the fact."""

_NAMES: dict[str, tuple[str, ...]] = {
    "labs": (*_PLACE, "analyte"),
    "muscle_grades": (*_PLACE, "muscle", "side"),
    "levels": (*_PLACE, "level", "region"),
    "drugs": (*_PLACE, "drug"),
    "scores": (*_PLACE, "scale"),
    "cases": ("case_id",),
}


@cache
def data_columns(table: str) -> tuple[str, ...]:
    """Return the columns that hold data of the article: those that a reviewer confirms, in the table's order."""
    names = columns(TABLES[table])
    return tuple(name for name in names if name not in _ABOUT_THE_ROW and not name.startswith("n_"))


def plain_cells(row: Mapping[str, str | None]) -> dict[str, str]:
    """Return a row of a CSV table without what makes formulas harmless in a spreadsheet."""
    return {name: _plain(name, text or "") for name, text in row.items() if name}


def _plain(name: str, text: str) -> str:
    return text[1:] if text.startswith("'") and name not in VERBATIM and is_formula(text[1:]) else text


def content(table: str, cells: Cells, *, placed: bool = True) -> str:
    """Return a hash of all data that a row holds; ``placed``: its place in the article among them."""
    names = data_columns(table)
    return _hash(table, [cells.get(name, "") for name in names if placed or name not in WHERE])


def keys(rows: Iterable[tuple[str, Cells]]) -> list[str]:
    """Return the key of each row (table and cells) of one article.

    Rows of one quote that are about the same thing are told apart by what they say.
    """
    seen: Counter[tuple[str, ...]] = Counter()
    found = []
    for table, cells in rows:
        named: tuple[str, ...] = (table, cells.get("article_id", ""), *(cells.get(name, "") for name in _NAMES[table]))
        again = seen[named]
        seen[named] += 1
        if again:
            named = (*named, content(table, cells))
            again, seen[named] = seen[named], seen[named] + 1
        found.append(_hash(table, [*named, str(again)]))
    return found


def _hash(table: str, parts: Sequence[str]) -> str:
    return hashlib.blake2b("\0".join((table, *parts)).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()
