"""An Excel workbook: one sheet for each table, its header frozen and with filters."""

from __future__ import annotations

import datetime
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter

from extract.records.common import Table, columns
from extract.tables.csv import VERBATIM, is_formula, whole_path
from extract.tables.schema import Models, Rows

_LAST_ROW = 1_048_576  # rows of a sheet, and
_LONGEST = 32_767  # characters of a cell, by Excel's specifications and limits
_CUT = " […]"
_NARROW, _WIDE = 12, 50  # widths of columns, in characters
_LONG_TEXTS = frozenset({"quote", "sentence", "title", "error", "warnings", "source_file", "outcome_text"})
_EPOCH = datetime.datetime(1980, 1, 1)  # the time of making is no part of the result
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}


class Workbook:
    """The file ``tables.xlsx``; a table of more rows than a sheet may have goes on in a further sheet.

    A text that Excel would run as a formula is text here, and stays so when the cell is edited: it is marked
    with Excel's own sign for that, where CSV needs an apostrophe in the text.
    """

    def __init__(self, folder: Path, stack: ExitStack, tables: Models) -> None:
        temporary = stack.enter_context(whole_path(folder / "tables.xlsx"))
        sheets = stack.enter_context(TemporaryDirectory(dir=folder, prefix=".sheets-", suffix=".part"))
        self._book: Any = xlsxwriter.Workbook(str(temporary), {**_OPTIONS, "tmpdir": sheets})
        self._book.set_properties({"created": _EPOCH})
        stack.push(self._closed)
        header = self._book.add_format({"bold": True, "bottom": 1})
        literal = self._book.add_format({"quote_prefix": True})
        self._sheets = {name: _Sheets(self._book, name, model, header, literal) for name, model in tables.items()}

    def write(self, rows: Rows) -> None:
        """Append the rows of one article."""
        for name, records in rows.items():
            for record in records:
                self._sheets[name].write(record)

    def _closed(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            self._book.fileclosed = True  # else it writes itself when it is forgotten
            for sheet in self._book.worksheets():
                sheet.row_data_fh.close()  # its rows so far
            return
        for sheets in self._sheets.values():
            sheets.finish()
        self._book.close()


class _Sheets:
    """The sheet of a table, or several of them."""

    def __init__(self, book: Any, name: str, model: type[Table], header: Any, literal: Any) -> None:
        self._book, self._name, self._header, self._literal = book, name, header, literal
        self._columns = columns(model)
        self._number = 0
        self._begin()

    def write(self, record: Table) -> None:
        if self._row == _LAST_ROW:
            self.finish()
            self._begin()
        for column, name in enumerate(self._columns):
            value = getattr(record, name)
            if value is None or value == "":
                continue
            if not isinstance(value, str):
                self._sheet.write_number(self._row, column, value)
                continue
            text = value if len(value) <= _LONGEST else value[: _LONGEST - len(_CUT)] + _CUT
            style = self._literal if name not in VERBATIM and is_formula(text) else None
            self._sheet.write_string(self._row, column, text, style)
        self._row += 1

    def finish(self) -> None:
        """Let the filters cover the rows that are there."""
        self._sheet.autofilter(0, 0, max(1, self._row - 1), len(self._columns) - 1)

    def _begin(self) -> None:
        self._number += 1
        self._sheet = self._book.add_worksheet(self._name if self._number == 1 else f"{self._name} {self._number}")
        self._sheet.freeze_panes(1, 0)
        for column, name in enumerate(self._columns):
            width = _WIDE if name in _LONG_TEXTS else max(_NARROW, len(name) + 3)  # room for the filter's button
            self._sheet.set_column(column, column, width)
            self._sheet.write_string(0, column, name, self._header)
        self._row = 1
