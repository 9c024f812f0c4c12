"""What every export works on: an article's rows, its text where the format needs it, and what had to be left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Cells = Mapping[str, str]
"""A row as texts by column; the empty cell is ""."""

LABELS = {
    "cases": "Patient",
    "labs": "Lab",
    "muscle_grades": "MuscleGrade",
    "levels": "Level",
    "drugs": "Drug",
    "scores": "Score",
}
"""What annotation tools call the rows of each table."""

_PLACE = frozenset({"quote", "start", "end", "sentence", "page", "article_id", "record_id"})


@dataclass(frozen=True, slots=True)
class ExportArticle:
    """An article of a run.

    Attributes
    ----------
    cells : its line of articles.csv.
    tables : its rows by table.
    text : the text that offsets count in; "" where the format needs none.
    about : what run.json says of the run.
    """

    cells: Cells
    tables: Mapping[str, list[dict[str, str]]]
    text: str
    about: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The article's identifier."""
        return self.cells["article_id"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A row that stands somewhere in the text.

    Attributes
    ----------
    name : identifies it in the article: the record's, or of a patient the case's.
    start, end : code points of the text.
    """

    table: str
    name: str
    start: int
    end: int
    cells: Cells

    @property
    def label(self) -> str:
        """What annotation tools call it."""
        return LABELS[self.table]

    def data(self) -> dict[str, str]:
        """Return what the row says: its filled cells without place and counts."""
        return {n: t for n, t in self.cells.items() if t and n not in _PLACE and not n.startswith("n_")}


def facts(article: ExportArticle) -> list[Fact]:
    """Return the rows that have a place in the text, patients first where several begin together."""
    found = []
    for number, table in enumerate(LABELS):
        for row in article.tables[table]:
            if row.get("start") and row.get("end"):
                name = row.get("record_id") or row["case_id"]
                found.append((int(row["start"]), number, Fact(table, name, int(row["start"]), int(row["end"]), row)))
    return [fact for _, _, fact in sorted(found, key=lambda one: one[:2])]


def patient_links(found: list[Fact]) -> Iterator[tuple[Fact, Fact]]:
    """Yield each row with the place that introduces its patient; nothing for an article of one patient."""
    patients = {fact.name: fact for fact in found if fact.table == "cases"}
    if len(patients) < 2:
        return
    for fact in found:
        patient = patients.get(fact.cells.get("case_id", ""))
        if patient is not None and fact.table != "cases":
            yield fact, patient


Write = Callable[[ExportArticle, Counter[str]], Iterator[tuple[str, str]]]
"""Yields name and content of an article's files; counts what the format cannot express."""


@dataclass(frozen=True, slots=True)
class Format:
    """A format to export to.

    Attributes
    ----------
    write : makes the files of one article.
    needs_text : whether offsets are written, so that the article's text must be at hand.
    common : files that stand once beside those of the articles.
    """

    write: Write
    needs_text: bool
    common: Mapping[str, str]
