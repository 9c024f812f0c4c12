"""What is reported at all: of which case, in which table or variable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from extract.report.model import Cell, Data, Link, Plot, Section, count, first_of, of_all
from extract.report.plots import WIDE, bars, canvas, shorten
from extract.report.tables import RECORD_TABLES, ArticleRows
from extract.tables.quotes import link

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DRAWN = 40  # cases
_LISTED = 500
_COLOURS = "cividis_r"  # even steps, the same to colour-blind people, light to dark in grey print


class Reported:
    """Rows of each case by table."""

    def __init__(self) -> None:
        self._names = [name.replace("_", " ") for name in RECORD_TABLES]
        self._with = dict.fromkeys(RECORD_TABLES, 0)
        self._cases = 0
        self._lines: list[tuple[str, str, list[int]]] = []

    def add(self, article: ArticleRows) -> None:
        """Count the rows of an article's cases."""
        counts = {case["case_id"]: dict.fromkeys(RECORD_TABLES, 0) for case in article.cases}
        for table, row in article.records():
            if row["case_id"] in counts:
                counts[row["case_id"]][table] += 1
        for case_id, found in counts.items():
            self._cases += 1
            for table, rows in found.items():
                self._with[table] += rows > 0
            if len(self._lines) < _LISTED:
                self._lines.append((case_id, article.article["article_id"], list(found.values())))

    def section(self) -> Section:
        """Return the share of cases by table, and the heat map."""
        if not self._cases:
            return Section("reported", "What is reported", "No case was found.")
        return Section("reported", "What is reported", "", (self._share(), self._map()))

    def _share(self) -> Plot:
        counts = list(self._with.values())
        figure = bars(self._names, [("cases", counts)], "cases with at least one row", total=self._cases)
        said = ", ".join(f"{name} {n:,}" for name, n in zip(self._names, counts, strict=True))
        rows: list[list[Cell]] = [
            [name, n, round(n / self._cases, 4)] for name, n in zip(self._names, counts, strict=True)
        ]
        data = Data(("table", "cases with a row", "share"), rows)
        caption = f"{count(self._cases, 'cases')}."
        return Plot("reported-share", "Cases with a row, by table", caption, f"Bars. {said}.", figure, data)

    def _map(self) -> Plot:
        shown = self._lines[:_DRAWN]
        some = of_all(len(shown), self._cases, "cases")
        caption = f"{some}; the number of rows, darker for more, nothing where there is none."
        figure = number_map([case_id for case_id, _, _ in shown], self._names, [counts for _, _, counts in shown])
        rows: list[list[Cell]] = [[Link(name, link(article, name)), *counts] for name, article, counts in self._lines]
        more = first_of(_LISTED, self._cases, "cases", "cases.csv")
        alt = f"Heat map of the number of rows by case and table. {caption}"
        data = Data(("case", *self._names), rows, more)
        return Plot("reported-map", "Rows of each case, by table", caption, alt, figure, data)


def number_map(lines: list[str], columns: list[str], numbers: list[list[int]]) -> Figure:
    """Return a heat map with the number in each cell that is not 0."""
    figure, (axes,) = canvas(WIDE, 0.9 + 0.235 * max(len(lines), 2))
    values = np.array(numbers, dtype=float)
    shades = np.where(values > 0, np.log1p(values), np.nan)
    axes.pcolormesh(shades, cmap=_COLOURS, vmin=0, edgecolors="white", linewidth=1.5)
    highest = float(np.log1p(values.max())) or 1.0
    for (line, column), value in np.ndenumerate(values):
        if value:
            dark = np.log1p(value) / highest > 0.55
            axes.text(
                column + 0.5,
                line + 0.5,
                f"{value:.0f}",
                ha="center",
                va="center",
                fontsize=8,
                color="white" if dark else "black",
            )
    grid_labels(axes, lines, columns)
    return figure


def grid_labels(axes: Axes, lines: list[str], columns: list[str]) -> None:
    """Name the lines and columns of a grid, the first line on top."""
    axes.invert_yaxis()
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    axes.set_yticks([line + 0.5 for line in range(len(lines))], [shorten(line, 30) for line in lines], fontsize=8)
    names = [shorten(column, 28) for column in columns]
    places = [column + 0.5 for column in range(len(columns))]
    if len(columns) > 6:
        axes.set_xticks(places, names, fontsize=8.5, rotation=45, ha="left", rotation_mode="anchor")
    else:
        axes.set_xticks(places, names, fontsize=8.5)
    for spine in axes.spines.values():
        spine.set_visible(False)
