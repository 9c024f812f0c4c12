"""What the report is made of: sections of plots, each with the data behind it."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from extract.report.tables import ArticleRows
from extract.tables.csv import cell, csv_line


@dataclass(frozen=True)
class Link:
    """A cell that leads somewhere, seen from the run's folder."""

    text: str
    href: str

    def __str__(self) -> str:
        return self.text


Cell = str | int | float | Link | None


@dataclass(frozen=True)
class Data:
    """The numbers behind a plot.

    Attributes
    ----------
    note : what is left out of the rows, and where all of it stands.
    """

    head: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    @property
    def csv(self) -> str:
        """Return the rows as a CSV file in a ``data:`` address (RFC 2397)."""
        lines = [csv_line(self.head), *(csv_line(map(written, row)) for row in self.rows)]
        packed = base64.b64encode("".join(lines).encode("utf-8", "replace")).decode("ascii")
        return f"data:text/csv;charset=utf-8;base64,{packed}"


@dataclass(frozen=True)
class Plot:
    """One picture.

    Attributes
    ----------
    id : unique in the report; the address of the plot.
    caption : what is shown, with the number of items.
    alt : what the picture says, for who cannot see it.
    figure : a matplotlib figure.
    """

    id: str
    title: str
    caption: str
    alt: str
    figure: Any
    data: Data
    wide: bool = True


@dataclass(frozen=True)
class Section:
    """Plots that belong together; ``text`` says how to read them, or why there are none."""

    id: str
    title: str
    text: str = ""
    plots: Sequence[Plot] = field(default_factory=tuple)


class Part(Protocol):
    """A part of the report: takes the articles one by one, then tells what they come to."""

    def add(self, article: ArticleRows) -> None:
        """Take in the rows of an article, keeping no more of them than the pictures need."""

    def section(self) -> Section:
        """Return the part's plots."""


def count(number: int, what: str) -> str:
    """Return a number of things, named in the plural: "1 case", "2 cases"."""
    return f"{number:,} {what.removesuffix('s') if number == 1 else what}"


def of_all(shown: int, total: int, what: str) -> str:
    """Return how many items a plot shows: "1 case", "12 cases", or "The first 40 of 812 cases"."""
    return count(total, what) if shown >= total else f"The first {shown:,} of {total:,} {what}"


def first_of(shown: int, total: int, what: str, place: str) -> str:
    """Return the note of data that are cut off; empty where they are not."""
    return f"{of_all(shown, total, what)}; {place} has all." if total > shown else ""


def written(value: Cell) -> str:
    """Return a cell as text, as the tables write it."""
    return cell(str(value) if isinstance(value, Link) else value)
