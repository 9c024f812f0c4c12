"""An Excel workbook: one sheet for each table, its header frozen and with filters."""

from __future__ import annotations

import datetime
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter

from extract.records.common import Table, columns
from extract.tables.csv import VERBATIM, cell, is_formula, whole_path
from extract.tables.quotes import link
from extract.tables.schema import Models, Rows

_LAST_ROW = 1_048_576  # rows of a sheet, and
_LONGEST = 32_767  # characters of a cell, and
_MOST_LINKS = 65_530  # links of a sheet, by Excel's specifications and limits; further rows are without
_CUT = " […]"
_ARTICLE = "article_id"  # a column of every table
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

    The identifiers of rows and cases lead to the pages of quotes beside the workbook.

    A text that Excel would run as a formula is text here, and stays so when the cell is edited: it is marked
    with Excel's own sign for that, where CSV needs an apostrophe in the text.
    """

    def __init__(self, folder: Path, stack: ExitStack, tables: Models) -> None:
        temporary = stack.enter_context(whole_path(folder / "tables.xlsx"))
        sheets = stack.enter_context(TemporaryDirectory(dir=folder, prefix=".sheets-", suffix=".part"))
        self._book: Any = xlsxwriter.Workbook(str(temporary), {**_OPTIONS, "tmpdir": sheets})
        self._book.set_properties({"created": _EPOCH})
        stack.push(self._closed)
        formats = _Formats(self._book)
        self._sheets = {name: _Sheets(self._book, name, model, formats) for name, model in tables.items()}

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


class _Formats:
    """How cells look: the header, a text that begins like a formula, and links, of both kinds."""

    def __init__(self, book: Any) -> None:
        leads = {"font_color": "#0563C1", "underline": 1}  # Excel's own look of links
        self.header = book.add_format({"bold": True, "bottom": 1})
        self.texts = {False: None, True: book.add_format({"quote_prefix": True})}
        self.links = {False: book.add_format(leads), True: book.add_format({**leads, "quote_prefix": True})}


class _Sheets:
    """The sheet of a table, or several of them."""

    def __init__(self, book: Any, name: str, model: type[Table], formats: _Formats) -> None:
        self._book, self._name, self._formats = book, name, formats
        self._columns = columns(model)
        self._leading = _leading(name, self._columns)
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
            formula = name not in VERBATIM and is_formula(text)
            if name in self._leading and self._links < _MOST_LINKS:
                address = link(cell(getattr(record, _ARTICLE)), cell(value))  # as the pages have them
                self._sheet.write_url(self._row, column, f"external:{address}", self._formats.links[formula], text)
                self._links += 1
            else:
                self._sheet.write_string(self._row, column, text, self._formats.texts[formula])
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
            self._sheet.write_string(0, column, name, self._formats.header)
        self._row, self._links = 1, 0


def _leading(name: str, names: list[str]) -> frozenset[str]:
    """Return the columns whose cells lead to quotes: a table's key, and the sources of values in the wide table."""
    if "record_id" in names:
        return frozenset({"record_id"})
    if name == "articles":
        return frozenset({_ARTICLE})
    return frozenset({"case_id", *(each for each in names if name == "analysis" and each.endswith("_source"))})
