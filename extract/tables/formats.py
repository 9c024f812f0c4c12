"""The formats in which a run writes its tables."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Protocol

from extract.errors import CasetabError
from extract.tables.schema import TABLES, Models, Rows

FORMATS = ("csv", "parquet", "xlsx", "jsonl")


class Writer(Protocol):
    """Writes all tables in one format, article by article, in bounded memory."""

    def write(self, rows: Rows) -> None:
        """Append the rows of one article."""


def read_formats(given: str) -> tuple[str, ...]:
    """Return the formats named in a list such as ``csv,parquet``.

    Raises
    ------
    CasetabError
        a format is unknown, or none is named.
    """
    names = tuple(dict.fromkeys(name.strip().lower() for name in given.split(",") if name.strip()))
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise CasetabError(f"--format {given}: casetab writes {', '.join(FORMATS)}")
    return names


def open_writers(formats: Sequence[str], folder: Path, stack: ExitStack, tables: Models = TABLES) -> list[Writer]:
    """Return a writer for each format; the files appear together when ``stack`` is left without an error.

    Parameters
    ----------
    tables : what is written; a protocol adds the wide table.
    """
    writers: list[Writer] = []
    for name in formats:  # each format's library is imported where it is wanted
        if name == "csv":
            from extract.tables.csv import CsvWriter

            writers.append(CsvWriter(folder, stack, tables))
        elif name == "jsonl":
            from extract.tables.jsonl import JsonLinesWriter

            writers.append(JsonLinesWriter(folder, stack))
        elif name == "parquet":
            from extract.tables.parquet import ParquetTables

            writers.append(ParquetTables(folder, stack, tables))
        elif name == "xlsx":
            from extract.tables.xlsx import Workbook

            writers.append(Workbook(folder, stack, tables))
    return writers
