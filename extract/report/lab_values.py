"""The values of the most frequent analytes."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict

import numpy as np

from extract.report.distribution import draw_histogram, outsiders, short, spread, summary
from extract.report.model import Cell, Data, Plot, Section, first_of, of_all
from extract.report.plots import WIDE, canvas, shorten
from extract.report.tables import ArticleRows, number

_PANELS, _COLUMNS = 12, 3
_FEWEST = 3  # values that make a histogram
_LISTED = 200


class LabValues:
    """Numbers of each analyte in its commonest conventional unit."""

    def __init__(self) -> None:
        self._values: dict[tuple[str, str], array[float]] = defaultdict(lambda: array("d"))
        self._cases: dict[tuple[str, str], int] = Counter()

    def add(self, article: ArticleRows) -> None:
        """Take in the numbers of an article's patients: those that hold, and are equal to what is told."""
        seen: set[tuple[str, tuple[str, str]]] = set()
        for row in article.tables["labs"]:
            value = number(row["value_conventional"])
            if value is None or row["assertion"] != "present" or row["comparator"] not in ("", "=", "~"):
                continue
            key = (row["analyte"], row["unit_conventional"])
            self._values[key].append(value)
            seen.add((row["case_id"], key))
        for _, key in seen:
            self._cases[key] += 1

    def section(self) -> Section:
        """Return small histograms, one for each analyte."""
        chosen = self._chosen()
        if not chosen:
            return Section("labs", "Laboratory values", f"No analyte has {_FEWEST} values with a known unit.")
        shown = chosen[:_PANELS]
        lines = -(-len(shown) // _COLUMNS)
        figure, panels = canvas(WIDE, 2.0 * lines + 0.2, lines, _COLUMNS)
        for axes, key in zip(panels, shown, strict=False):
            values = np.asarray(self._values[key])
            bins = spread(values)
            draw_histogram(axes, values, bins)
            axes.set_title(shorten(key[0], 27), fontsize=9, loc="left")
            scale = ", logarithmic axis" if bins.logarithmic else ""
            axes.set_xlabel(f"{shorten(key[1], 20)} (n = {len(values):,}{scale})", fontsize=8.5)
            axes.tick_params(labelsize=8)
        for axes in panels[len(shown) :]:
            axes.set_visible(False)
        caption = (
            f"{of_all(len(shown), len(chosen), 'analytes')} with at least {_FEWEST} values, by number of cases. Every "
            "value told counts, baseline and later, in conventional units. Values far from all others are left out of "
            "a picture and counted in the data."
        )
        said = "; ".join(f"{key[0]}: {summary(np.asarray(self._values[key]))} {key[1]}" for key in shown[:6])
        rows = [self._line(key) for key in chosen[:_LISTED]]
        head = (
            "analyte", "unit", "values", "cases", "lowest", "first quartile", "median", "third quartile", "highest",
            "left out",
        )  # fmt: skip
        more = first_of(_LISTED, len(chosen), "analytes", "labs.csv")
        plot = Plot(
            "labs-values", "Values of the most frequent analytes", caption, f"Small histograms. {said}.", figure,
            Data(head, rows, more),
        )  # fmt: skip
        return Section("labs", "Laboratory values", "", (plot,))

    def _chosen(self) -> list[tuple[str, str]]:
        """Return each analyte with its commonest unit, by the number of cases."""
        units: dict[str, tuple[str, str]] = {}
        for key in sorted(self._values, key=lambda key: (-len(self._values[key]), key)):
            units.setdefault(key[0], key)
        found = [key for key in units.values() if len(self._values[key]) >= _FEWEST]
        return sorted(found, key=lambda key: (-self._cases[key], key))

    def _line(self, key: tuple[str, str]) -> list[Cell]:
        values = np.asarray(self._values[key])
        cuts = [short(float(value)) for value in np.percentile(values, [0, 25, 50, 75, 100])]
        left_out = outsiders(spread(values)).removeprefix("; ").partition(" what is drawn")[0]
        return [*key, len(values), self._cases[key], *cuts, left_out]
