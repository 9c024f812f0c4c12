"""Scores in tables: a scale per row or per column, a value per cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from spacy.tokens import Doc

from extract.nlp.extensions import beginning_in, text_of
from extract.nlp.score_links import ScoreLinker
from extract.nlp.score_minutes import find_minutes
from extract.nlp.score_model import ScaleName, ScoreFact, ScoreValue
from extract.nlp.score_rules import ScoreWords
from extract.nlp.score_runs import Stretch
from extract.nlp.score_values import comparator, read_value
from extract.nlp.text_tables import Cell, TextTable, text_tables

_LEAD = re.compile(r"\s*(?:(?:grade|class|score|stage|[<>≤≥~=])\s?)*", re.IGNORECASE)
_TAIL = re.compile(r"\s*(?:points?|pts)?\s*\*?\s*", re.IGNORECASE)
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_HEAD_ROWS = 2
_LONGEST_HEAD = 70


class ScoreTables:
    """Finds the scores in the tables of an article."""

    def __init__(self, words: ScoreWords, linker: ScoreLinker) -> None:
        self._words, self._linker = words, linker

    def find(self, doc: Doc, names: Sequence[ScaleName]) -> Iterator[ScoreFact]:
        """Yield the scores in the tables of ``doc``; ``names`` are the scales named in it."""
        if not names:
            return
        text = text_of(doc)
        for table in text_tables(doc):
            inside = beginning_in(names, table.start, table.end)
            if inside:
                yield from self._table(text, table, inside)

    def _table(self, text: str, table: TextTable, names: Sequence[ScaleName]) -> Iterator[ScoreFact]:
        columns: dict[int, ScaleName] = {}
        for number, row in enumerate(table.rows):
            heads = {i: name for i, cell in enumerate(row) if (name := self._head(text, cell, names)) is not None}
            found = self._row(text, row, heads)
            if found and not (number == 0 and _counts(found)):
                yield from found
                continue
            if number < _HEAD_ROWS and heads and not found:
                columns.update(heads)
                continue
            for i, cell in enumerate(row):
                value = self._value(text, cell, columns[i]) if i in columns and len(row) > max(columns) else None
                if value is not None:
                    yield ScoreFact(columns[i], value, "score.table", 0.85)
                else:
                    yield from self._prose(text, cell, names)

    def _row(self, text: str, row: Sequence[Cell], heads: dict[int, ScaleName]) -> list[ScoreFact]:
        """Return the scores of a row that begins with the name of a scale."""
        place = min(heads, default=-1)
        if not 0 <= place <= 1:
            return []
        values = [self._value(text, cell, heads[place]) for cell in row[place + 1 :]]
        return [ScoreFact(heads[place], value, "score.table", 0.85) for value in values if value is not None]

    def _head(self, text: str, cell: Cell, names: Sequence[ScaleName]) -> ScaleName | None:
        """Return the scale that a cell names and nothing else besides."""
        inside = beginning_in(names, cell.start, cell.end)
        if not inside or len(cell.text) > _LONGEST_HEAD or any(n.scale is not inside[0].scale for n in inside):
            return None
        first, last = inside[0], inside[-1]
        rest = text[cell.start : first.start] + " " + _ASIDE.sub(" ", text[min(last.end, cell.end) : cell.end])
        minutes = find_minutes(rest, 0, len(rest))
        for one in reversed(minutes):
            rest = rest[: one.start] + rest[one.end :]
        return first if self._words.gap.fill(rest) else None

    def _value(self, text: str, cell: Cell, name: ScaleName) -> ScoreValue | None:
        """Return the value that a cell consists of."""
        lead = _LEAD.match(text, cell.start, cell.end)
        begin = lead.end() if lead is not None else cell.start
        value = read_value(text, begin, cell.end, name.scale) if begin < cell.end else None
        if value is None or not _TAIL.fullmatch(text, value.end, cell.end):
            return None
        minutes = find_minutes(text, name.start - 12, name.end + 30) if name.scale.minutes else []
        single = minutes[0].values[0] if len(minutes) == 1 and len(minutes[0].values) == 1 else None
        return replace(value, comparator=comparator(text[cell.start : begin]), minute=single)

    def _prose(self, text: str, cell: Cell, names: Sequence[ScaleName]) -> list[ScoreFact]:
        inside = beginning_in(names, cell.start, cell.end)
        if not inside:
            return []
        return self._linker.find(text, Stretch(cell.start, cell.end), inside)


def _counts(facts: Sequence[ScoreFact]) -> bool:
    """Tell whether values are the headings of a scale's own table: 0, 1, 2."""
    values = [fact.value.value for fact in facts]
    return len(values) > 2 and all(value == values[0] + k for k, value in enumerate(values) if values[0] is not None)
