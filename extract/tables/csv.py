"""CSV tables: UTF-8, RFC 4180, written under a temporary name and renamed when whole."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from extract.records.common import Table, columns
from extract.records.quotes import FORMULA_STARTS

_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_VERBATIM = frozenset({"comparator"})  # its values are a closed list; "=" alone runs nothing
_QUOTED = re.compile(r'[",\r\n]')


@contextmanager
def whole_file(path: Path, *, durable: bool = True) -> Iterator[IO[str]]:
    """Open a file for writing that appears under its name only when all of it is written.

    Parameters
    ----------
    durable : wait until it is on the disk, so that a power cut leaves the old file or the new one.
    """
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            if durable:
                os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def cell(value: object, *, text: bool = True) -> str:
    """Return a value as the text of a cell; None is the empty cell, whole floats lose their ".0".

    A text that a spreadsheet would run as a formula gets an apostrophe in front, as OWASP recommends.
    """
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    written = str(value)
    if text and len(written) > 1 and written.startswith(FORMULA_STARTS) and not _PLAIN_NUMBER.fullmatch(written):
        return "'" + written
    return written


def row_cells(row: Table) -> list[str]:
    """Return a row as the cells of its table, in the order of the columns."""
    return [cell(getattr(row, name), text=name not in _VERBATIM) for name in columns(type(row))]


def csv_line(cells: Iterable[str]) -> str:
    """Return cells as a line of a table, its end included.

    Python's csv module leaves a lone carriage return bare when lines end in a newline; readers take it for
    a line's end, and RFC 4180 wants it in quotes.
    """
    return ",".join(f'"{c.replace(chr(34), chr(34) * 2)}"' if _QUOTED.search(c) else c for c in cells) + "\n"
