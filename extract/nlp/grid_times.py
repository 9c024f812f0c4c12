"""When the columns and the rows of a table were measured."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from extract.nlp.grid_cells import (
    BASELINE,
    FOLLOWUP,
    NUMERIC_DATE,
    CellTime,
    is_elsewhere,
    read_caption,
    read_cell,
)
from extract.nlp.grid_order import order_columns, order_times, without_days
from extract.nlp.table_shape import ALONE, HEADER_ROWS, header_columns
from extract.nlp.time_expression import LENGTH, round_days

_LONGEST_LABEL = 60
_LONGEST_STAY = 400  # days that a bare number in a column of days may be
_TIME_HEAD = re.compile(
    r"[^\d\t]{0,25}\b(?:days?|dates?|time|LOS|hours?|weeks?|months?|timeline|visit|period|PODs?)\b(?!\s?to)[^\d\t]{0,35}",
    re.IGNORECASE,
)
_AFTER_TREATMENT = re.compile(
    r"\bafter\s(?:the\s)?(?:initiation|start|treatment|therapy|surgery|operation|transplantation|administration"
    r"|first dose|infusion)\b|post-?operative\s(?:day|period|course|week)",
    re.IGNORECASE,
)
# "days after the onset", "day of shunting": not counted from the presentation
_OTHER_DAY = re.compile(
    r"\b(?:day|week|month|time)s?\s(?:[\d\s,&–-]{0,20}(?:and\s\d{1,3}\s)?)?(?:of|after|from|since|post|following)\s(?:the\s)?(?!admission|hospital|stay"
    r"|presentation|arrival|visit|collection|sampl|test|exam|measure|follow)",
    re.IGNORECASE,
)
# a column of what the others are counted from
_EVENT = re.compile(r"\W*(?:the\s)?(?:event|collapse|arrest|ingestion|exposure|injury|attack)\W*", re.IGNORECASE)
# what days in a table are counted from where the caption tells no more
_DURING = re.compile(
    r"\b(?:during|under|on|while\son)\b[^.;]{0,50}\b(?:ECMO|\w*dialysis|CRRT|device|plasma\s?pheresis|plasma\sexchange"
    r"|desensiti[sz]ation|rechallenge)\b",
    re.IGNORECASE,
)
_BEFORE_OPERATION = re.compile(
    r"\W*(?:pre[\s-]?(?:op|surg|transplant)\w*|(?:before|prior\sto)\s(?:the\s)?(?:surgery|operation|transplant\w*))\b\D*",
    re.IGNORECASE,
)
_BARE_DAY = re.compile(r"\W*(?:day|D)\s?\d{1,3}\b.*", re.IGNORECASE)
_VALUE = re.compile(r"\s*[<>≥≤~]?\s?\d[\d.,]*(?:\s?[^\d\s/]\S{0,10})?\s*")
_GRADE = re.compile(r"\s*[0-5][+−–-]?\s?/\s?5\s*")  # muscle strength, no day of May
_PERSON = re.compile(r"\W*(?:age|gender|sex|weight|height)\b", re.IGNORECASE)
_WHOLE = re.compile(r"\s*(?P<n>\d{1,3})(?:\s?[–-]\s?\d{1,3})?\s*")
_SPAN_UNIT = re.compile(r"\b(?:days?|weeks?|months?|hours?|hrs?|years?)\b|(?<=[,(\s])h\b", re.IGNORECASE)
_POSTOPERATIVE = re.compile(r"\bpost-?(?:op|surg)|\bPODs?\b", re.IGNORECASE)
_OF_ADMISSION = re.compile(r"\b(?:admission|hospital\w*|stay)\b", re.IGNORECASE)


@dataclass
class GridTimes:
    """The times of a table: of columns by number, of rows by their place, and of the whole table."""

    columns: dict[int, CellTime] = field(default_factory=dict)
    lines: dict[int, CellTime] = field(default_factory=dict)
    default: CellTime | None = None


def read_times(cells: Sequence[Sequence[str]], caption: str) -> GridTimes:
    """Return the times that the header, the first cells of the rows or the caption of a table tell."""
    times = GridTimes()
    later = _AFTER_TREATMENT.search(caption) is not None
    american = any(
        int(m["a"]) <= 12 < int(m["b"])
        for row in (*cells[:HEADER_ROWS], [row[0] for row in cells])
        for cell in row
        for m in NUMERIC_DATE.finditer(cell)
        if m["a"]
    )
    columns = times.columns
    heads = [cell for cell in cells[0] if cell.strip()]
    alone = heads[0] if len(heads) == 1 and len(cells[0]) > 1 else ""  # one head over all columns
    later = later or _after_operation(cells[0]) or is_elsewhere(alone)
    conflict = False
    for row in _headers(cells, later, american):
        for column, cell in enumerate(row):
            time = read_cell(cell, later, american) if column else None
            if time is not None:
                above = columns.get(column)
                conflict = conflict or _differ(above, time)
                columns[column] = _joined(above, time)
    if len(columns) < 2 and not any(t.when == FOLLOWUP or t.days == 0.0 for t in columns.values()):
        columns.clear()
    _lines(times, cells, later, american)
    order_columns(columns)
    order_times(columns)
    order_times(times.lines)
    event = any(_EVENT.fullmatch(cell) and read_cell(after) for cell, after in pairwise(cells[0][1:]))
    if conflict or event or _OTHER_DAY.search(caption) or _DURING.search(caption):
        without_days(columns)
        without_days(times.lines)
    if not columns and not times.lines:
        times.default = read_caption(caption)
    return times


def _after_operation(head: Sequence[str]) -> bool:
    """Tell whether the days of a header count from the operation: "Preoperative | Day 1 | Day 5"."""
    first = next((c for c, cell in enumerate(head) if _BEFORE_OPERATION.fullmatch(cell)), len(head))
    return any(_BARE_DAY.fullmatch(cell) for cell in head[first + 1 : first + 2])


def _differ(above: CellTime | None, below: CellTime) -> bool:
    """Tell whether the patient came in on a day that is not the first: "Day 3" over "Admission"."""
    return (
        above is not None and (above.days or 0.0) > 1 and below.days == 0.0 and not any(c.isdigit() for c in below.text)
    )


def _joined(above: CellTime | None, below: CellTime) -> CellTime:
    """Return what two header cells of a column say; a date and "admission" under it are one time."""
    counted = any(c.isdigit() for c in below.text) and (above is None or not any(c.isdigit() for c in above.text))
    if above is not None and counted and below.date is None and is_elsewhere(above.text):
        return replace(below, when=FOLLOWUP, days=None)  # "3 h" under "After intubation"
    if above is None or counted or (above.days is None and above.date is None and below.days is not None):
        return below
    if above.date is not None and below.date is None:
        return replace(above, when=below.when or above.when, days=below.days)
    return above


def _headers(cells: Sequence[Sequence[str]], later: bool, american: bool) -> Iterator[Sequence[str]]:
    """Yield the header rows; one where the cells of a second stand under a spanning cell of the first."""
    width = max((_width(row) for row in cells[2:6]), default=0)
    moved = _under_span(cells[0], cells[1], width, later, american) if len(cells) > 2 else None
    if moved is not None:
        yield moved
        return
    places = header_columns(cells)
    cells = [[row[c] if c >= 0 else "" for c in places[i]] if i in places else row for i, row in enumerate(cells)]
    rows = [row for i, row in enumerate(cells[:HEADER_ROWS]) if (_numbered(cells[0], row) if i else _counted(row))]
    numbering = next((row for row in rows if _OF_ADMISSION.search(row[0])), rows[0] if rows else None)
    for i, row in enumerate(cells[:HEADER_ROWS]):
        if row is not numbering and row in rows:
            continue  # days of illness over days of the stay
        if numbering is not None and row is not numbering and any(_TIME_HEAD.fullmatch(cell) for cell in row):
            continue  # the head over the numbers
        if row is numbering:
            yield _with_unit(row, next(cell for cell in (row[0], *cells[0]) if _TIME_HEAD.fullmatch(cell)))
            return
        if _PERSON.match(row[0]):  # "Age | 9 years"
            return
        if i and sum(_GRADE.fullmatch(cell) is not None for cell in row) >= 2:
            return
        if sum(_VALUE.fullmatch(cell) is not None and read_cell(cell) is None for cell in row[1:]) >= 2:
            return
        yield row


def _under_span(
    head: Sequence[str], row: Sequence[str], width: int, later: bool, american: bool
) -> Sequence[str] | None:
    """Return the second header row with its cells in the columns of the values; None where it is an ordinary row.

    "Test | Range | Day" over "1 | 3 | 9": the cells of the second row are what the spanning cells divide into, and
    the cells of the first row before and after them keep a column each.
    """
    head, row = head[: _width(head)], row[: _width(row)]
    if len(head) < 2 or not row or not row[0].strip() or len(head) + len(row) <= width or len(row) >= width:
        return None
    numbers = all(_count(cell) is not None for cell in row)
    if not numbers and not all(read_cell(cell, later, american) for cell in row):
        return None
    count = len(head) - (width - len(row))  # cells of the first row that span several columns
    spans = [
        c
        for c, cell in enumerate(head)
        if c and (_TIME_HEAD.fullmatch(cell) if numbers else not read_cell(cell) and not ALONE.search(cell))
    ][-count:]
    if count == 1 and not spans and not ALONE.search(head[-1]):
        spans = [len(head) - 1]  # "Before | After (days 4, 5, 6)"
    if len(spans) != count or spans[-1] - spans[0] != count - 1:
        return None
    under = _with_unit(row, head[spans[0]]) if numbers else list(row)
    return [*head[: spans[0]], *under, *head[spans[-1] + 1 :]]


def _count(cell: str) -> int | None:
    """Return the number of a cell that holds nothing else, the first one of "2-4"; None for other cells."""
    match = _WHOLE.fullmatch(cell)
    return int(match["n"]) if match is not None else None


def _is_span(cell: str) -> bool:
    """Tell whether a cell beside numbers of days names its own time: "1 | 3 | 19 | 3 months"."""
    return _count(cell) is None and _dated(cell)


def _numbered(head: Sequence[str], row: Sequence[str]) -> bool:
    """Tell whether a second row numbers the days of the columns: "Day of stay | 0 | 3 | 5", or under such a cell."""
    numbers = [n for cell in row[1:] if (n := _count(cell)) is not None]
    if (
        len(numbers) < 2
        or len(numbers) < sum(bool(cell.strip()) and not _is_span(cell) for cell in row[1:])
        or sorted(set(numbers)) != numbers
    ):
        return False
    if row[0].strip() and _TIME_HEAD.fullmatch(row[0]) is not None:
        return True
    last = head[_width(head) - 1]
    spans = (
        _width(head) < _width(row)
        or last == head[_width(head) - 2]
        or not any(c.strip() for c in head[1:-1] if c != last)
    )
    return spans and _TIME_HEAD.fullmatch(last) is not None


def _counted(head: Sequence[str]) -> bool:
    """Tell whether the first row counts days beside columns of another kind: "Day | Range | 1 | 2 | 3"."""
    numbers = [n for cell in head[1:] if (n := _count(cell)) is not None]
    others = [cell for cell in head[1:] if cell.strip() and _count(cell) is None]
    if len(numbers) < 2 or sorted(set(numbers)) != numbers or any(any(c.isdigit() for c in cell) for cell in others):
        return False
    return _TIME_HEAD.fullmatch(head[0]) is not None


def _with_unit(row: Sequence[str], head: str) -> list[str]:
    """Return the numbers of a row as times of the unit that ``head`` names: "day 3"."""
    unit = _SPAN_UNIT.search(head)
    word = unit[0].rstrip("s") if unit is not None else "day"
    word = "hour" if word in ("h", "hr") else word
    word = f"postoperative {word}" if _POSTOPERATIVE.search(head) else word
    after = " after onset" if _OTHER_DAY.search(head) else ""
    return [f"{word} {cell.strip()}{after}" if _count(cell) is not None else cell for cell in row]


def _width(row: Sequence[str]) -> int:
    """Return how many cells a row has up to its last one that is not empty."""
    return max((c + 1 for c, cell in enumerate(row) if cell.strip()), default=0)


def _lines(times: GridTimes, cells: Sequence[Sequence[str]], later: bool, american: bool) -> None:
    """Read the times that stand in the first cells of the rows."""
    timed = _time_columns(cells)
    other = any(_OTHER_DAY.search(cells[0][c]) for c in timed)
    later = later or any(_POSTOPERATIVE.search(cells[0][c]) for c in timed)
    unit = _SPAN_UNIT.search(cells[0][timed[-1]]) if timed else None
    found: dict[int, CellTime] = {}
    for index, row in enumerate(cells[1:], 1):
        for column in timed or [0]:
            cell = row[column].strip() if column < len(row) else ""
            time = None
            n = _count(cell) if timed else None
            if n is not None and n < _LONGEST_STAY:
                days = round_days(n * LENGTH[(unit[0] if unit else "d")[0].lower()])
                time = CellTime(FOLLOWUP if days > 1 or later else BASELINE, cell, None if later else days)
            elif len(cell) < _LONGEST_LABEL:
                time = read_cell(cell, later, american)
            if time is not None:
                found[index] = replace(time, days=None) if other else time
                break
        if timed[:1] == [0] and index not in found and index - 1 in found and _merged(row):
            found[index] = found[index - 1]
    both = {BASELINE, FOLLOWUP} <= {time.when for time in found.values()}
    if both and not timed and len(times.columns) < 2:
        _carry(found, cells)
    if (timed and len(found) >= 0.3 * len(cells)) or len(found) >= 0.5 * len(cells):
        times.lines = found
        if found:
            times.columns.clear()
    elif not times.columns:  # a row of its own time: "Troponin, subsequent"
        times.lines = {index: time for index, time in found.items() if time.when == FOLLOWUP}


def _merged(row: Sequence[str]) -> bool:
    """Tell whether a row has values and no first cell: that of the row above stands for both."""
    return not row[0].strip() and _width(row) > 1


def _carry(found: dict[int, CellTime], cells: Sequence[Sequence[str]]) -> None:
    """Date the rows below a row of one cell ("Before treatment") by it."""
    last: CellTime | None = None
    for index, row in enumerate(cells):
        if _width(row) < 2:
            last = found.get(index)
        elif last is not None and index not in found:
            found[index] = last


def _time_columns(cells: Sequence[Sequence[str]]) -> list[int]:
    """Return the columns, of the first three, that hold the rows' times; bare numbers in them must rise."""
    if not cells or (len(cells) > 1 and _numbered(cells[0], cells[1])):
        return []
    timed = []
    for column, head in enumerate(cells[0][:3]):
        if not _TIME_HEAD.fullmatch(head):
            continue
        below = [row[column].strip() for row in cells[1:] if column < len(row) and row[column].strip()]
        numbers = [n for cell in below if (n := _count(cell)) is not None]
        measured = any(_VALUE.fullmatch(cell) and _count(cell) is None and not _dated(cell) for cell in below)
        if column == 0 or (numbers == sorted(numbers) and not measured and not (len(numbers) == 1 == len(below))):
            timed.append(column)
    return timed


def _dated(cell: str) -> bool:
    return read_cell(cell) is not None
