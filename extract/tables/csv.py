"""CSV tables: UTF-8, RFC 4180, written under a temporary name and renamed when whole."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path
from typing import IO

from extract.records.common import Table, columns
from extract.records.quotes import FORMULA_STARTS
from extract.tables.schema import Models, Rows

_NAME = 100  # characters of a file's name in its temporary name, which must not get longer than a name may be
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_QUOTED = re.compile(r'[",\r\n]')


VERBATIM = frozenset({"comparator"})
"""Columns whose values are a closed list; "=" alone runs nothing."""

TEMPORARY = ".*.part"
"""Pattern of the names that files have while they are written."""


@contextmanager
def whole_file(path: Path, *, durable: bool = True) -> Iterator[IO[str]]:
    """Open a text file for writing that appears under its name only when all of it is written.

    Parameters
    ----------
    durable : wait until it is on the disk, so that a power cut leaves the old file or the new one.
    """
    with whole_path(path, durable=durable) as temporary, temporary.open("w", encoding="utf-8", newline="") as stream:
        yield stream


@contextmanager
def whole_path(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """Hand out a temporary name to write to; when all went well, the file there gets the name ``path``."""
    temporary = path.with_name(f".{path.name[:_NAME]}.part")
    try:
        yield temporary
        if durable:
            with temporary.open("rb+") as stream:
                os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def cell(value: object, *, text: bool = True) -> str:
    """Return a value as the text of a cell; None is the empty cell, whole floats lose their ".0".

    A text that a spreadsheet would run as a formula gets an apostrophe in front, as OWASP recommends.
    """
    if value is None or value == "":
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    written = str(value)
    return "'" + written if text and is_formula(written) else written


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet would run a text as a formula."""
    if not text.startswith(FORMULA_STARTS) or len(text) < 2:
        return False
    plain = _PLAIN_NUMBER.fullmatch(text) or not text.strip("+-−–")  # "++" is the result of a dipstick
    return not plain


def row_cells(row: Table) -> list[str]:
    """Return a row as the cells of its table, in the order of the columns."""
    return [cell(getattr(row, name), text=text) for name, text in _columns(type(row))]


@cache
def _columns(model: type[Table]) -> list[tuple[str, bool]]:
    """Return the columns of a table, each with whether a formula is made harmless there."""
    return [(name, name not in VERBATIM) for name in columns(model)]


def csv_line(cells: Iterable[str]) -> str:
    """Return cells as a line of a table, its end included.

    Python's csv module leaves a lone carriage return bare when lines end in a newline; readers take it for
    a line's end, and RFC 4180 wants it in quotes.
    """
    return ",".join(f'"{c.replace(chr(34), chr(34) * 2)}"' if _QUOTED.search(c) else c for c in cells) + "\n"


class CsvWriter:
    """One CSV file for each table.

    Parameters
    ----------
    stack : what is entered here appears under its name when the stack is left without an error.
    """

    def __init__(self, folder: Path, stack: ExitStack, tables: Models) -> None:
        self._streams = {name: stack.enter_context(whole_file(folder / f"{name}.csv")) for name in tables}
        for name, model in tables.items():
            self._streams[name].write(csv_line(columns(model)))

    def write(self, rows: Rows) -> None:
        """Append the rows of one article."""
        for name, records in rows.items():
            self._streams[name].writelines(csv_line(row_cells(record)) for record in records)
