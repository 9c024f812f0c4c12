"""Muscle grades in tables: a muscle per row or column, a grade per cell, sides and times in the header."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from extract.nlp.extensions import within
from extract.nlp.grades import Grade, make_grade
from extract.nlp.model import BlockKind, Sentence
from extract.nlp.movements import Target
from extract.nlp.sides import pair_order, side_cues, side_of
from extract.nlp.targets import find_targets
from extract.rules.lexicon import Mention

_SCALE = re.compile(
    r"\b(?:MRC|BMRC|Medical Research Council|MMT|manual muscle|(?:muscle|muscular|motor) (?:strength|"
    r"power|test\w*|score|grade)|strength (?:test\w*|grad\w*|scores?))\b",
    re.I,
)
_MEASURED = re.compile(r"\b(?:kg|newtons?|Nm|N|lbs?|mV|amplitude|latency)\b")
_CELL = re.compile(
    r"(?:M|(?:MRC )?[Gg]rade |MRC )?(?P<a>[0-5])\s?(?P<asign>[+\-−–])?"
    r"\s?(?:/\s?(?P<b>[0-5])\s?(?P<bsign>[+\-−–])?)?(?:\s?/\s?(?P<max>5))?"
)
_OF_SIDE = r"\(?\b(?P<{0}>right|left|rt|lt|R|L)\b\)?"
_SIDED = re.compile(
    rf"(?:{_OF_SIDE.format('before')}\s?[:=]?\s?)?(?P<a>[0-5])\s?(?P<sign>[+\-−–])?(?:\s?/\s?5)?(?:\s?{_OF_SIDE.format('behind')})?",
    re.I,
)
_PARTS = re.compile(r"\s?(?:[,;|]|\band\b|/(?=\s?[A-Za-z(]))\s?")
_LATER = re.compile(
    r"\b(?:post\w*|follow\w*|discharge|after|final|last|eighth|second|third|[2-9](?:nd|rd|th)?|"
    r"1\d(?:th)?|months?|weeks? \d|years?)\b",
    re.I,
)
_FIRST = re.compile(r"\b(?:pre\w*|admission|initial\w*|baseline|before|presentation|first|onset|day [01])\b", re.I)
_TIME = re.compile(
    r"\b(?:pre\w*|post\w*|admission|discharge|baseline|initial\w*|final|follow\w*|after|before|"
    r"presentation|days?|weeks?|"
    r"months?|years?|visit|onset|treatment|surgery|op)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class CellFact:
    """A grade in a table cell. ``when`` is empty where the header names no time."""

    target: Target
    grade: Grade
    side: str
    when: str


@dataclass(slots=True)
class _Column:
    """What the header says of a column."""

    side: str = ""
    order: tuple[str, str] | None = None
    when: str = ""
    target: Target | None = None
    label: list[str] = field(default_factory=list)


class MentionsIn:
    """Answers which muscles a stretch of text names."""

    def __init__(self, mentions: list[Mention]) -> None:
        self._mentions = mentions

    def __call__(self, start: int, end: int) -> list[Mention]:
        """Return the mentions in ``start:end``."""
        return within(self._mentions, start, end)


def table_facts(text: str, found: Sequence[Sentence], mentions_in: MentionsIn) -> Iterator[CellFact]:
    """Yield the grades of all tables among the sentences ``found``."""
    i = 0
    while i < len(found):
        if found[i].kind is not BlockKind.TABLE:
            i += 1
            continue
        j = i
        while j < len(found) and found[j].kind is BlockKind.TABLE:
            j += 1
        caption = " ".join(
            text[s.start : s.end]
            for s in found[max(0, i - 2) : i]
            if re.match(r"\s*tab", text[s.start : s.end], re.I) or s.kind in (BlockKind.CAPTION, BlockKind.HEADING)
        )
        yield from _read(text, found[i:j], caption, mentions_in)
        i = j


def _cells(text: str, row: Sentence) -> list[tuple[int, int]]:
    cells, start = [], row.start
    for part in text[row.start : row.end].split("\t"):
        left = len(part) - len(part.lstrip())
        cells.append((start + left, start + left + len(part.strip())))
        start += len(part) + 1
    return cells


def _read(text: str, rows: Sequence[Sentence], caption: str, mentions_in: MentionsIn) -> Iterator[CellFact]:
    grid = [_cells(text, row) for row in rows]
    first = next((k for k, cells in enumerate(grid) if _has_grades(text, cells)), None)
    if first is None:
        return
    header = " ".join(text[a:b] for cells in grid[:first] for a, b in cells)
    about = f"{caption} {header}"
    if not _SCALE.search(about) or (_MEASURED.search(about) and not _SCALE.search(header)):
        return
    columns = _columns(text, grid[:first], len(grid[first]), mentions_in)
    order = pair_order(caption, 0, len(caption))
    for column in columns:
        column.order = column.order or order
    governing = ""
    for cells in grid[first:]:
        own, place = _row_target(text, cells, mentions_in)
        if not _has_grades(text, cells):
            label = text[cells[0][0] : cells[0][1]]
            cues = side_cues(label, 0, len(label))
            governing = cues[0].side if cues else governing
            continue
        for k, (a, b) in enumerate(cells):
            if k <= place and own is not None:
                continue
            column = columns[k] if k < len(columns) else _Column()
            target = own or column.target
            match = _CELL.fullmatch(text, a, b)
            if target is None:
                continue
            if match is not None:
                yield from _cell_facts(match, target, column, governing)
            for grade in [] if match is not None else _sided_grades(text, a, b):
                yield CellFact(replace(target, side=""), grade, grade.side, column.when)


def _has_grades(text: str, cells: Sequence[tuple[int, int]]) -> bool:
    return any(_CELL.fullmatch(text, a, b) is not None or _sided_grades(text, a, b) for a, b in cells[1:])


def _sided_grades(text: str, start: int, end: int) -> list[Grade]:
    """Return the grades of a cell that tells their sides: "2/5 (L), 3+/5 (R)"; none where a part is anything else."""
    found, at = [], start
    if end - start > 40:
        return []
    for part in _PARTS.split(text[start:end]):
        at = text.index(part, at, end)
        match = _SIDED.fullmatch(part)
        side = side_of(match.group("before") or match.group("behind") or "") if match is not None else ""
        if match is None or not side:
            return []
        found.append(make_grade(match.group("a"), match.group("sign") or "", at, at + len(part), side))
        at += len(part)
    return found


def _row_target(text: str, cells: Sequence[tuple[int, int]], mentions_in: MentionsIn) -> tuple[Target | None, int]:
    for k, (a, b) in enumerate(cells[:2]):
        targets = find_targets(text, a, b, mentions_in(a, b))
        if targets:
            cues = side_cues(text, a, b)
            side = targets[0].side or (cues[0].side if cues else "")
            return replace(targets[0], side=side), k
    return None, 0


def _columns(
    text: str, header: Sequence[Sequence[tuple[int, int]]], width: int, mentions_in: MentionsIn
) -> list[_Column]:
    columns = [_Column() for _ in range(width)]
    for k, cells in enumerate(header):
        spanned = k + 1 < len(header) and _TIME.search(" ".join(text[a:b] for a, b in cells)) is not None
        if len(cells) != width:
            continue
        last = ""
        for column, (a, b) in zip(columns, cells, strict=True):
            last = text[a:b] or last  # a cell that spans several columns leaves the later ones empty
            label = text[a:b] or (last if spanned else "")
            column.label.append(label)
            order = pair_order(label, 0, len(label))
            cues = side_cues(label, 0, len(label))
            column.order = order or column.order
            if order is None and cues:
                column.side = cues[0].side
            targets = find_targets(text, a, b, mentions_in(a, b))
            if targets and column.target is None:
                column.target = targets[0]
    times = [c for c in columns[1:] if _TIME.search(" ".join(c.label))]
    for k, column in enumerate(times):
        label = " ".join(column.label)
        if _FIRST.search(label) and not re.search(r"\bpost", label, re.I):
            column.when = "baseline"
        elif _LATER.search(label):
            column.when = "followup"
        else:
            column.when = "baseline" if k == 0 else "followup"
    return columns


def _cell_facts(match: re.Match[str], target: Target, column: _Column, governing: str) -> Iterator[CellFact]:
    pair = column.order is not None and match.group("b") is not None
    if match.group("b") is not None and not pair and match.group("b") != "5":
        return
    start = match.start()
    if pair and column.order is not None:
        for name, sign, side in (("a", "asign", column.order[0]), ("b", "bsign", column.order[1])):
            end = match.end(sign) if match.group(sign) else match.end(name)
            grade = make_grade(match.group(name), match.group(sign) or "", start, max(end, match.end()))
            yield CellFact(replace(target, side=""), grade, side, column.when)
        return
    grade = make_grade(match.group("a"), match.group("asign") or "", start, match.end())
    yield CellFact(target, grade, target.side or column.side or governing, column.when)
