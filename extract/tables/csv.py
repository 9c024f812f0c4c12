"""CSV tables: UTF-8, RFC 4180, written under a temporary name and renamed when whole."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from extract.records.common import Table, columns

# https://owasp.org/www-community/attacks/CSV_Injection: such a cell is run as a formula by spreadsheets
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?")
_VERBATIM = frozenset({"comparator"})  # its values are a closed list; "=" alone runs nothing


@contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """Open a file for writing that appears under its name only when all of it is written."""
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def cell(value: object, *, text: bool = True) -> str:
    """Return a value as the text of a cell; None is the empty cell, whole floats lose their ".0"."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    written = str(value)
    if text and written.startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(written):
        return "'" + written
    return written


def row_cells(row: Table) -> list[str]:
    """Return a row as the cells of its table, in the order of the columns."""
    return [cell(getattr(row, name), text=name not in _VERBATIM) for name in columns(type(row))]
