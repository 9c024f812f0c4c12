"""Tables of the article: what a row and a column say of time, of the patient and of whose facts the cells are.

Normalisation leaves a table as rows of cells separated by TAB, after their caption where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from extract.nlp.grid_cells import CellTime
from extract.nlp.grid_times import read_times
from extract.nlp.model import BlockKind, Sentence
from extract.nlp.table_shape import continuations
from extract.nlp.text_tables import is_title, without_title

_LITERATURE_HEAD = re.compile(
    r"\s*(?:(?:first|lead|main)\s)?(?:authors?|study|studies|references?|ref\.?|publications?|literature"
    r"|citation|source|reports?|year of publication"
    r"|publication year|reported by|study citation|published)(?:\s?[,/&(]?\s?(?:and\s)?(?:year|date|no\.?"
    r"|number|country|et al)[\s\w.,/]*\)?)?\s*"
    r"|\s*(?:age|sex|gender|patients?|cases?|year|n|no\.?)[\w\s/,]{0,20}[(\[](?:references?|refs?\.?|citations?)[)\]]\s*",
    re.IGNORECASE,
)
_LITERATURE_CAPTION = re.compile(
    r"\b(?:literature|reported cases|previously|published|review"
    r"|previous\s(?!visits?|admissions?|hospital|years?|values?|tests?|results?)\w+|(?:previous|published|reported|other"
    r"|different|prior|included) studies|studies (?:reporting|of|on)|case reports|classification|criteria"
    r"|side[\s-]effects|adverse effects of|"
    r"differential diagnos[ie]s|comparison of|characteristics of patients|causes of|summary of cases|cases of"
    r"|recommend\w+|guidelines?|mechanisms?|reports of)\b",
    re.IGNORECASE,
)
_OWN_ROW = re.compile(
    r"^\W*(?:our|present|this|current|index)\s(?:case|patient|report|study)|\b(?:our|present"
    r"|current) (?:case|patient|report|study)\b",
    re.IGNORECASE,
)
_CITED = re.compile(r"\bet al\b|\[\d{1,3}\]", re.IGNORECASE)
_BOUND = re.compile(r"[\s(\[]*(?:[<>≤≥~=]\s?\d|[+−–-]?\d[\d.,\s]*(?:[–−-]|\bto\b)\s?[+−–-]?\d)", re.IGNORECASE)
_PATIENT_CELL = re.compile(
    r"^\W*(?:case|patient|pt|twin|proband)s?\s?(?:no\.?\s?|#)?(?P<n>\d{1,2}|[IVX]{1,4}"
    r"|[AB])\b",
    re.IGNORECASE,
)
# the caption of a table at the end of the paragraph before it: "... is stable (Table 2).Table 2 Blood tests"
_GLUED = re.compile(r"[a-z0-9][.)\]]+(?P<caption>Table\s(?:\d{1,2}|[IVX]{1,4})\b[^\t\n]*)$")
_LONGEST_CAPTION = 500
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "a": 1, "b": 2}


@dataclass
class Grid:
    """One table.

    Attributes
    ----------
    rows : indices of its rows' sentences.
    columns : time of each column, by its number.
    lines : time of each row that has one, by sentence index.
    patients : number of the patient by column, or by sentence index for rows (as ``-1 - index``).
    moved : by how many columns the cells of a row stand further right, by sentence index.
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
    moved: dict[int, int] = field(default_factory=dict)

    def time(self, index: int, column: int) -> CellTime | None:
        """Return the time of the cell in row ``index`` (a sentence index) and ``column``."""
        return self.lines.get(index) or self.columns.get(column + self.moved.get(index, 0)) or self.default

    def patient(self, index: int, column: int) -> int | None:
        """Return the number of the patient of a cell; None where the table does not say."""
        return self.patients.get(-1 - index, self.patients.get(column + self.moved.get(index, 0)))


def find_grids(text: str, found: Sequence[Sentence]) -> Iterator[Grid]:
    """Yield the tables of the article in order."""
    rows: list[int] = []
    caption = ""
    for i, sentence in enumerate(found):
        if sentence.kind is BlockKind.TABLE:
            if rows and is_title(text[sentence.start : sentence.end]):
                yield _read(text, found, rows, caption)
                rows, caption = [], ""
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
            glued = _GLUED.search(text, max(sentence.start, sentence.end - _LONGEST_CAPTION), sentence.end)
            caption = glued["caption"] if glued is not None else ""
    if rows:
        yield _read(text, found, rows, caption)


def _read(text: str, found: Sequence[Sentence], rows: list[int], caption: str) -> Grid:
    grid = Grid(rows, caption)
    cells = [text[found[i].start : found[i].end].split("\t") for i in rows]
    cells[0][0] = without_title(cells[0][0])
    _whose(grid, cells)
    _patients(grid, cells)
    grid.moved = {rows[i]: columns for i, columns in continuations(cells).items()}
    times = read_times(cells, caption)
    grid.columns, grid.default = times.columns, times.default
    grid.lines = {rows[i]: time for i, time in times.lines.items()}
    return grid


def _whose(grid: Grid, cells: Sequence[Sequence[str]]) -> None:
    cited = sum(_CITED.search(" ".join(row[:2])) is not None for row in cells)
    # the words of a header cell, not a sentence in one
    heads = any(_LITERATURE_HEAD.fullmatch(cell) and not _bounds(cells, c) for c, cell in enumerate(cells[0]))
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
        or (heads and len(cells[0]) > 2)
        or cited >= 2
        or (cited and cited >= 0.3 * len(cells))
    )
    if grid.literature:
        grid.own = {
            i for i, row in zip(grid.rows, cells, strict=True) if any(_OWN_ROW.search(cell) for cell in row[:3])
        }


def _bounds(cells: Sequence[Sequence[str]], column: int) -> bool:
    """Tell whether a column holds the bounds of normal values: "Reference" over "3.5-5.0"."""
    below = [row[column] for row in cells[1:] if column < len(row) and row[column].strip()]
    return 2 * sum(_BOUND.match(cell) is not None for cell in below) > len(below)


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
