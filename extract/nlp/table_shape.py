"""The shape of a table: over which column each cell of a header row stands.

A text file keeps no spans. A header cell over several columns is one cell, and a cell beside two header rows is missing
from the second, so that such rows have fewer cells than the rows of the body.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from extract.nlp.grid_cells import read_cell

HEADER_ROWS = 3
_AGREEING = 0.6  # part of the body's rows that must have the same number of cells
_MIN_WIDTH = 3
_NUMBER = re.compile(r"\s*[<>≥≤~]?\s?[+−–-]?\d[\d.,]*(?:\s?(?!(?:st|nd|rd|th)\b)[^\d\s/]\S{0,10})?\s*")
ALONE = re.compile(  # a header cell over one column
    r"\b(?:normal|reference|ref|range|ranges|interval|units?|limits?|cut-?off|comments?|remarks?)\b", re.IGNORECASE
)
_GROUP = re.compile(r"\b(?:vitals?|signs|gas(?:es)?|panel|chemistry|function|tests|parameters|counts)\b", re.IGNORECASE)
_COURSE = re.compile(r"\b(?:course|trends?|during|evolution)\b", re.IGNORECASE)
_SPANNING = re.compile(
    r"\b(?:days?|dates?|times?|weeks?|months?|hours?|results|values|levels|measurements|hospital\w*|stay|follow-?up"
    r"|treatment|therapy)\b",
    re.IGNORECASE,
)
_OF_COLUMN = re.compile(
    r"\W*(?:results?|values?|units?|(?:normal|reference)\s(?:ranges?|values?|intervals?)|patient['’]?s?\s\w+)?\W*",
    re.IGNORECASE,
)
_TIME_LABEL = re.compile(
    r"(?:[^\d\t]{0,25}\s)?(?:days?|dates?|time|weeks?|months?|hours?)\b[^\d\t]{0,40}", re.IGNORECASE
)


def header_columns(cells: Sequence[Sequence[str]]) -> dict[int, list[int]]:
    """Return, for each header row that has fewer cells than the body, which of its cells stands over each column.

    The result maps the number of such a row to a list with one entry a column: the number of a cell in the row, or -1
    where no cell stands over the column. Rows whose cells are in their places, and rows for which nothing tells where
    the cells belong, are left out.
    """
    spare = _has_spare_column(cells)
    sizes = [len(row) - spare for row in cells]
    width = _body_width(cells, sizes)
    if width < _MIN_WIDTH:
        return {}
    found: dict[int, list[int]] = {}
    for i in range(min(HEADER_ROWS, len(cells) - 1)):
        if sizes[i] < 1 or (sizes[i] == width and _valued(cells[i])):
            break
        if sizes[i] >= width or (_valued(cells[i]) and not _labels_times(cells[i])):
            continue
        places = None
        if i == 0 and 2 <= sizes[1] < width and not _valued(cells[1]):
            places, below = _two_rows(cells[0], sizes[0], sizes[1], width)
            if below is not None:
                found[1] = below
        elif i == 0:
            places = _one_row(cells, sizes[0], width)
        elif i not in found and sizes[i] > 1 and sizes[0] >= width:
            places = _second_row(cells[i], sizes[i], width)
        if places is not None:
            found[i] = places
    return found


def continuations(cells: Sequence[Sequence[str]]) -> dict[int, int]:
    """Return the rows that continue the row above, broken off inside a cell, with the columns they stand further right.

    "Platelets | 130-400" and " | 230 | 115" are one row where the other rows have four cells.
    """
    if len(cells) < 2:
        return {}
    usual = max(Counter(len(row) for row in cells).items(), key=lambda item: (item[1], item[0]))[0]
    found = {}
    for i, (above, row) in enumerate(pairwise(cells), 1):
        missing = len(above) - 1
        if missing > 0 and above[0].strip() and not row[0].strip() and missing + len(row) == usual and len(row) > 1:
            found[i] = missing
    return found


def _has_spare_column(cells: Sequence[Sequence[str]]) -> int:
    """Return 1 where every row ends with an empty cell that belongs to no column."""
    rows = [row for row in cells if len(row) > 1]
    return int(bool(rows) and all(not row[-1].strip() for row in rows))


def _body_width(cells: Sequence[Sequence[str]], sizes: Sequence[int]) -> int:
    """Return the number of cells in which the rows with values agree; 0 where they do not."""
    counts = Counter(size for row, size in zip(cells[1:], sizes[1:], strict=True) if size > 1 and _valued(row))
    if not counts:
        return 0
    width, number = max(counts.items(), key=lambda item: (item[1], item[0]))
    return width if number >= _AGREEING * sum(counts.values()) else 0


def _valued(row: Sequence[str]) -> bool:
    """Tell whether a row holds numbers behind its first cell that are no times."""
    return any(_NUMBER.fullmatch(cell) is not None and read_cell(cell) is None for cell in row[1:])


def _labels_times(row: Sequence[str]) -> bool:
    return _TIME_LABEL.fullmatch(row[0].strip()) is not None


def _two_rows(head: Sequence[str], size: int, below: int, width: int) -> tuple[list[int] | None, list[int] | None]:
    """Return the columns of two header rows: cells of the first that span several columns, divided by the second."""
    kept = width - below  # cells of the first row that go down through the second
    spanning = size - kept
    if kept < 1 or spanning < 1:
        return None, None
    single = [0, *(c for c in range(1, size) if ALONE.search(head[c]))][:kept]
    groups = [c for c in range(1, size) if _GROUP.search(head[c])]
    if len(single) < kept and len(groups) == spanning:
        single = [c for c in range(size) if c not in groups]
    if len(single) < kept:
        single += [c for c in range(1, size) if c not in single and _is_point(head[c])]
    if len(single) != kept:
        return None, None
    between = [c for c in range(size) if c not in single]
    if between[-1] - between[0] != len(between) - 1:
        return None, None
    first, last = between[0], width - (size - 1 - between[-1])  # the columns under the spanning cells
    middle = [between[0]] * (last - first) if spanning == 1 else [-1] * (last - first)
    above = [*range(first), *middle, *range(between[-1] + 1, size)]
    return above, [-1] * first + list(range(below)) + [-1] * (width - last)


def _is_point(cell: str) -> bool:
    """Tell whether a header cell names one point of time: "Day 3", "12 May", not "After treatment"."""
    time = read_cell(cell)
    return time is not None and (time.days is not None or time.date is not None or "discharge" in cell.lower())


def _one_row(cells: Sequence[Sequence[str]], size: int, width: int) -> list[int] | None:
    """Return the columns of a lone header row with fewer cells than the body."""
    head = cells[0]
    if _lost_first(cells, width):
        return [-1] * (width - size) + list(range(size))
    spans = [c for c in range(1, size) if not ALONE.search(head[c]) and _may_span(head[c], lone=size == 2)]
    if len(spans) != 1:
        return None
    span = spans[0]
    return [*range(span), *[span] * (width - size + 1), *range(span + 1, size)]


def _may_span(cell: str, *, lone: bool) -> bool:
    """Tell whether a header cell may stand over several columns; ``lone``: it is the only one behind the first."""
    if _COURSE.search(cell):
        return True
    return read_cell(cell) is None and (lone or _SPANNING.search(cell) is not None)


def _lost_first(cells: Sequence[Sequence[str]], width: int) -> bool:
    """Tell whether a header row begins with the head of the second column, the first one's being empty and lost."""
    head = cells[0][0].strip()
    labels = [row[0].strip() for row in cells[1:] if len(row) >= width and _valued(row)]
    timed = sum(read_cell(label) is not None or _NUMBER.fullmatch(label) is not None for label in labels)
    if 2 * timed > len(labels):
        return _TIME_LABEL.fullmatch(head) is None and read_cell(head) is None
    others = [cell for cell in cells[0] if cell.strip()]
    times = sum(read_cell(cell) is not None for cell in others)
    return _OF_COLUMN.fullmatch(head) is not None or (read_cell(head) is not None and 2 * times > len(others))


def _second_row(row: Sequence[str], size: int, width: int) -> list[int]:
    """Return the columns of a further header row: its cells stand at the right, the name of its times at the left."""
    lost = width - size
    if _labels_times(row):
        return [0, *[-1] * lost, *range(1, size)]
    return [-1] * lost + list(range(size))
