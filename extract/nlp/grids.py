"""Tables of the article: what a row and a column say of time, of the patient and of whose facts the cells are.

Normalisation leaves a table as rows of cells separated by TAB, after their caption where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from extract.nlp.dates import find_dates
from extract.nlp.model import BlockKind, Sentence
from extract.nlp.numbers import ORDINAL, read_number, read_ordinal

BASELINE, FOLLOWUP, HISTORY = "baseline", "followup", "history"
_HEADER_ROWS = 3
_LONGEST_LABEL = 60
_LENGTH = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": 365.25 / 12, "y": 365.25}

_DAY = re.compile(
    r"(?:\b(?:hospital|illness|treatment|therapy|admission|ICU|PICU|NICU)\s)?(?P<post>post[\s-]?(?:operative|op"
    r"|transplant\w*|treatment)?\s?-?)?"
    r"(?:\bdays?|^\W*D|\bPOD|\bHD)\s?#?(?P<n>[-−–]?\d{1,3})\b(?!\s?(?:mg|g|ml|/))",
    re.IGNORECASE,
)
_SPAN = re.compile(
    r"(?<![\w.])(?P<n>\d{1,3}(?:\.\d)?|one|two|three|four|five|six|nine|twelve)[\s-]?(?P<u>hours?|hrs?|h|days?"
    r"|d|weeks?|wks?|w|months?|mos?|m|years?|yrs?|y)\b",
    re.IGNORECASE,
)
_ORDINAL = re.compile(rf"\b(?P<n>{ORDINAL})\s(?P<u>day|week|month|year)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"\b(?P<u>hour|week|month|year)\s(?P<n>\d{1,3})\b", re.IGNORECASE)
_NUMERIC_DATE = re.compile(
    r"(?<![\d/.-])(?:(?P<y>(?:19|20)\d\d)[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})"
    r"|(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})(?:[-/.](?P<c>(?:19|20)?\d\d))?)(?![\d/.-])"
)
_BEFORE = re.compile(
    r"\b(?:before|pre|prior|baseline|initial(?:ly)?|admission|presentation|arrival|onset|at diagnosis|emergency"
    r"|first visit|first value|"
    r"pre[\s-]?op\w*|preoperative\w*|pre[\s-]?treatment|pre[\s-]\w+|on entry|intake|referral)\b",
    re.IGNORECASE,
)
_AT_START = re.compile(r"\b(?:admission|presentation|arrival)\b", re.IGNORECASE)
_LATER = re.compile(
    r"\b(?:after|post|discharge|follow[\s-]?up|followup|last|final|during|recovery|peak|nadir|current|later"
    r"|repeat(?:ed)?|subsequent|second|third|fourth|"
    r"post[\s-]?\w+|postoperative\w*|ICU|readmission|at death|relapse|remission|terminal\s(?:week|day|phase"
    r"|stage)|maximum|minimum"
    r"|highest|lowest)\b",
    re.IGNORECASE,
)
_OTHER_ORIGIN = re.compile(
    r"\b(?:after|before|post|following|since|prior to)\b[\s-](?!admission|presentation|arrival|hospitali)",
    re.IGNORECASE,
)
_NOT_TIME = re.compile(r"\b(?:normal|reference|ref\b|range|^units?$|limits?|cut[\s-]?off|RV)\b", re.IGNORECASE)
_TIME_HEAD = re.compile(
    r"[^\d\t]{0,25}\b(?:days?|dates?|time|LOS|weeks?|months?|timeline|visit|period)\b(?!\s?(?:to"
    r"|of))[^\d\t]{0,25}",
    re.IGNORECASE,
)
_AFTER_TREATMENT = re.compile(
    r"\bafter\s(?:the\s)?(?:initiation|start|treatment|therapy|surgery|operation|transplantation|administration"
    r"|first dose|infusion)\b|post-?operative day",
    re.IGNORECASE,
)
_LITERATURE_HEAD = re.compile(
    r"\s*(?:(?:first|lead|main)\s)?(?:authors?|study|studies|references?|ref\.?|publications?|literature"
    r"|citation|source|reports?|year of publication"
    r"|publication year|reported by|study citation|published)(?:\s?[,/&(]?\s?(?:and\s)?(?:year|date|no\.?"
    r"|number|country|et al)[\s\w.,/]*\)?)?\s*",
    re.IGNORECASE,
)
_LITERATURE_CAPTION = re.compile(
    r"\b(?:literature|reported cases|previous(?:ly)?|published|review|(?:previous|published|reported|other"
    r"|different|prior|included) studies|studies (?:reporting|of|on)|case reports|classification|criteria"
    r"|side[\s-]effects|adverse effects of|"
    r"differential diagnos[ie]s|comparison of|characteristics of patients|causes of|summary of cases|cases of"
    r"|recommend\w+|guidelines?|mechanisms?)\b",
    re.IGNORECASE,
)
_OWN_ROW = re.compile(
    r"^\W*(?:our|present|this|current|index)\s(?:case|patient|report|study)|\b(?:our|present"
    r"|current) (?:case|patient|report|study)\b",
    re.IGNORECASE,
)
_CITED = re.compile(r"\bet al\b|\[\d{1,3}\]", re.IGNORECASE)
_PATIENT_CELL = re.compile(
    r"^\W*(?:case|patient|pt|twin|proband)s?\s?(?:no\.?\s?|#)?(?P<n>\d{1,2}|[IVX]{1,4}"
    r"|[AB])\b",
    re.IGNORECASE,
)
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "a": 1, "b": 2}


@dataclass(frozen=True, slots=True)
class CellTime:
    """What a cell says of time; ``date`` is the ordinal number of a calendar date."""

    when: str
    text: str
    days: float | None = None
    date: float | None = None


@dataclass
class Grid:
    """One table.

    Attributes
    ----------
    rows : indices of its rows' sentences.
    columns : time of each column, by its number.
    lines : time of each row that has one, by sentence index.
    patients : number of the patient by column, or by sentence index for rows (as ``-1 - index``).
    literature : the rows tell of other people's patients; ``own`` are the rows that do not.
    """

    rows: list[int]
    caption: str = ""
    columns: dict[int, CellTime] = field(default_factory=dict)
    lines: dict[int, CellTime] = field(default_factory=dict)
    patients: dict[int, int] = field(default_factory=dict)
    literature: bool = False
    own: set[int] = field(default_factory=set)
    default: CellTime | None = None

    def time(self, index: int, column: int) -> CellTime | None:
        """Return the time of the cell in row ``index`` (a sentence index) and ``column``."""
        return self.lines.get(index) or self.columns.get(column) or self.default

    def patient(self, index: int, column: int) -> int | None:
        """Return the number of the patient of a cell; None where the table does not say."""
        return self.patients.get(-1 - index, self.patients.get(column))


def find_grids(text: str, found: Sequence[Sentence]) -> Iterator[Grid]:
    """Yield the tables of the article in order."""
    rows: list[int] = []
    caption = ""
    for i, sentence in enumerate(found):
        if sentence.kind is BlockKind.TABLE:
            rows.append(i)
            continue
        if rows:
            yield _read(text, found, rows, caption)
            rows, caption = [], ""
        if sentence.kind is BlockKind.CAPTION and text.startswith("Fig", sentence.start):
            caption = ""
        elif sentence.kind is BlockKind.CAPTION:
            same = i and found[i - 1].block == sentence.block and found[i - 1].kind is BlockKind.CAPTION
            caption = (caption + " " if same else "") + text[sentence.start : sentence.end]
        else:
            caption = ""
    if rows:
        yield _read(text, found, rows, caption)


def _read(text: str, found: Sequence[Sentence], rows: list[int], caption: str) -> Grid:
    grid = Grid(rows, caption)
    cells = [text[found[i].start : found[i].end].split("\t") for i in rows]
    _whose(grid, cells)
    _patients(grid, cells)
    _times(grid, cells)
    return grid


def _whose(grid: Grid, cells: Sequence[Sequence[str]]) -> None:
    head = "\t".join(cells[0]) if cells else ""
    cited = sum(_CITED.search(" ".join(row[:2])) is not None for row in cells)
    # the words of a header cell, not a sentence in one
    heads = any(_LITERATURE_HEAD.fullmatch(cell) is not None for cell in cells[0])
    grid.literature = bool(
        (
            _LITERATURE_CAPTION.search(grid.caption)
            and not re.search(
                r"\bour (?:case|patient)|\bthe patient"
                r"|patient[’']s",
                grid.caption,
                re.I,
            )
        )
        or (heads and head.count("\t") >= 2)
        or cited >= 2
        or (cited and cited >= 0.3 * len(cells))
    )
    if grid.literature:
        grid.own = {
            i for i, row in zip(grid.rows, cells, strict=True) if any(_OWN_ROW.search(cell) for cell in row[:3])
        }


def _patients(grid: Grid, cells: Sequence[Sequence[str]]) -> None:
    for row in cells[:2]:
        numbered = {c: _patient(cell) for c, cell in enumerate(row)}
        found = {c: n for c, n in numbered.items() if n}
        if len(found) > 1:
            grid.patients.update(found)
            return
    for index, row in zip(grid.rows, cells, strict=True):
        n = _patient(row[0]) if row else 0
        if n:
            grid.patients[-1 - index] = n


def _patient(cell: str) -> int:
    match = _PATIENT_CELL.match(cell)
    if match is None:
        return 0
    word = match["n"].lower()
    return int(word) if word.isdigit() else _ROMAN.get(word, 0)


def _times(grid: Grid, cells: Sequence[Sequence[str]]) -> None:
    later = _AFTER_TREATMENT.search(grid.caption) is not None
    american = any(
        int(m["a"]) <= 12 < int(m["b"])
        for row in (*cells[:_HEADER_ROWS], [row[0] for row in cells])
        for cell in row
        for m in _NUMERIC_DATE.finditer(cell)
        if m["a"]
    )
    for row in cells[:_HEADER_ROWS]:
        if sum(_VALUE.fullmatch(cell) is not None for cell in row[1:]) >= 2:
            break
        for column, cell in enumerate(row):
            time = read_cell(cell, later, american) if column else None
            if time is not None and column not in grid.columns:
                grid.columns[column] = time
    if len(grid.columns) < 2 and not any(t.when == FOLLOWUP for t in grid.columns.values()):
        grid.columns.clear()
    _lines(grid, cells, later, american)
    _order(list(grid.columns.items()), grid.columns)
    _order(list(grid.lines.items()), grid.lines)
    if not grid.columns and not grid.lines:
        grid.default = read_caption(grid.caption)


def _lines(grid: Grid, cells: Sequence[Sequence[str]], later: bool, american: bool) -> None:
    """Read the times that stand in the first cells of the rows."""
    timed = [c for c, cell in enumerate(cells[0][:3]) if _TIME_HEAD.fullmatch(cell)] if cells else []
    unit = _SPAN_UNIT.search(cells[0][timed[-1]]) if timed else None
    found: dict[int, CellTime] = {}
    for index, row in zip(grid.rows[1:], cells[1:], strict=True):
        for column in timed or [0]:
            cell = row[column].strip() if column < len(row) else ""
            time = None
            if timed and re.fullmatch(r"\d{1,3}", cell) and int(cell) < 400:
                days = int(cell) * _LENGTH[(unit[0] if unit else "d")[0].lower()]
                time = CellTime(FOLLOWUP if days > 1 or later else BASELINE, cell, float(round(days)))
            elif len(cell) < _LONGEST_LABEL:
                time = read_cell(cell, later, american)
            if time is not None:
                found[index] = time
                break
    both = {BASELINE, FOLLOWUP} <= {time.when for time in found.values()}
    if both and not timed and len(grid.columns) < 2:  # groups of rows: "Before treatment", then its values
        last: CellTime | None = None
        for index in grid.rows:
            last = found.get(index, last)
            if last is not None:
                found[index] = last
    if timed or len(found) >= 0.5 * len(grid.rows):
        grid.lines = found
        if found:
            grid.columns.clear()
    elif not grid.columns:  # a row of its own time: "Troponin, subsequent"
        grid.lines = {index: time for index, time in found.items() if time.when == FOLLOWUP}


_VALUE = re.compile(r"\s*[<>≥≤~]?\s?\d[\d.,]*(?:\s?[^\d\s/]\S{0,10})?\s*")
_SPAN_UNIT = re.compile(r"\b(?:days?|weeks?|months?|hours?|years?)\b", re.IGNORECASE)


def _order(items: Sequence[tuple[int, CellTime]], into: dict[int, CellTime]) -> None:
    """Call the first of several dates the baseline, the others follow-up."""
    dated = [t for _, t in items if t.date is not None]
    first = min((t.date for t in dated if t.date is not None), default=0.0)
    earliest = next((t.text for t in dated if t.date == first), "")
    days = [t.days for _, t in items if t.days is not None]
    for key, time in items:
        if time.when == BASELINE and time.days is not None and time.days > min(days):
            into[key] = CellTime(FOLLOWUP, time.text, time.days, time.date)  # day 1 beside day 0
        if time.date is not None and not time.when:
            when = BASELINE if time.date == first and time.text == earliest else FOLLOWUP
            into[key] = CellTime(when, time.text, time.days, time.date)


def read_cell(cell: str, later: bool = False, month_first: bool = False) -> CellTime | None:
    """Return what a header cell says of time; None where it says nothing.

    ``later`` tells that days are counted from a treatment, so that none of them is the baseline; ``month_first``
    that the table writes 4/1 for the first of April.
    """
    text = cell.strip()
    if not text or len(text) > 90:
        return None
    stated = _stated_day(text, later)
    if stated is not None:
        return stated
    when = _date(text, month_first)
    if when is not None:
        start = _AT_START.search(text)
        return CellTime(BASELINE if start else "", text, 0.0 if start else None, when)
    if _NOT_TIME.search(text):
        return None
    if re.search(r"\bdischarge\b", text, re.IGNORECASE):
        return CellTime(FOLLOWUP, text)
    if _BEFORE.search(text) and not re.search(r"\bafter\b|\bpost", text, re.IGNORECASE):
        return CellTime(BASELINE, text, 0.0 if _AT_START.search(text) and "during" not in text.lower() else None)
    span = _SPAN.search(text) or _NUMBERED.search(text)
    if span is not None and (len(text) < 30 or _LATER.search(text)):
        n = read_number(span["n"])
        days = _whole(n * _LENGTH[span["u"][0].lower()]) if n and not _OTHER_ORIGIN.search(text) else None
        return CellTime(FOLLOWUP, text, days)
    return CellTime(FOLLOWUP, text) if _LATER.search(text) else None


def _stated_day(text: str, later: bool) -> CellTime | None:
    day = _DAY.search(text)
    if day is not None:
        n = float(day["n"].replace("−", "-").replace("–", "-"))
        post = later or bool(day["post"]) or "POD" in day.group().upper()
        when = FOLLOWUP if n > 1 or (post and n > 0) else BASELINE
        return CellTime(when, text, None if post else n)
    ordinal = _ORDINAL.search(text)
    if ordinal is not None:
        n = float(read_ordinal(ordinal["n"]) or 0)
        return CellTime(FOLLOWUP if n > 1 else BASELINE, text, _whole(n * _LENGTH[ordinal["u"][0].lower()]))
    return None


def read_caption(caption: str) -> CellTime | None:
    """Return the time that a caption gives for the whole table."""
    before, after = _BEFORE.search(caption), _LATER.search(caption)
    if before is not None and after is None:
        return CellTime(BASELINE, before.group(), 0.0 if _AT_START.search(before.group()) else None)
    if after is not None and before is None and after.group().lower() not in ("during", "last", "final", "current"):
        return CellTime(FOLLOWUP, after.group())
    return None


def _date(text: str, month_first: bool) -> float | None:
    for found in find_dates(text, 0, len(text)):
        return found.days
    match = _NUMERIC_DATE.search(text)
    if match is None:
        return None
    try:
        if match["y"]:
            return float(date(int(match["y"]), int(match["m"]), int(match["d"])).toordinal())
        if not match["c"] and re.fullmatch(r"\W*\d{1,2}/\d{1,2}\W*", text) is None:
            return None
        year = int(match["c"] or 1)
        first, second = int(match["a"]), int(match["b"])
        month, day = (first, second) if second > 12 or (month_first and first <= 12) else (second, first)
        return float(date(year + 2000 if 1 < year < 100 else year, month, day).toordinal())
    except ValueError:
        return None


def _whole(days: float) -> float:
    return float(round(days)) if days >= 1 else round(days, 2)
