"""The variables of a protocol: how they are distributed, and of which case they are reported."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from extract.report.distribution import histogram, words
from extract.report.model import Cell, Data, Link, Plot, Section, count, first_of, of_all
from extract.report.plots import NARROW, WIDE, bars, canvas
from extract.report.reported import grid_labels
from extract.report.tables import ANALYSIS, ArticleRows, Row, number
from extract.tables.quotes import link

_LISTED = 200  # cases in the data behind a plot
_DRAWN = 40  # cases of the heat map
_PLOTTED = 60  # variables
_DISTINCT = 10_000  # different texts that are told apart
_WORDS = {"a": "years", "mo": "months", "wk": "weeks", "d": "days", "h": "hours", "min": "minutes"}  # of UCUM
_SOURCE = "_source"
_KEYS = frozenset({"article_id", "case_id"})


@dataclass
class Variable:
    """A column of analysis.csv with what was found in it."""

    name: str
    title: str
    unit: str
    is_number: bool
    missing: frozenset[str]
    numbers: array[float] = field(default_factory=lambda: array("d"))
    texts: Counter[str] = field(default_factory=Counter)
    reported: int = 0
    listed: list[list[Cell]] = field(default_factory=list)

    def add(self, row: Row) -> bool:
        """Take in the value of a case; tell whether there is one."""
        cell = row[self.name]
        there = cell not in self.missing
        self.reported += there
        value: Cell = cell
        if there and self.is_number:
            known = number(cell)
            value = known if known is not None else cell
            if known is not None and np.isfinite(known):
                self.numbers.append(known)
        elif there and (len(self.texts) < _DISTINCT or cell in self.texts):
            self.texts[cell] += 1
        if len(self.listed) < _LISTED:
            case, article = row["case_id"], row["article_id"]
            source = row.get(self.name + _SOURCE, "")
            found: Cell = Link(source, link(article, source)) if source else ""
            self.listed.append([Link(case, link(article, case)), value, found])
        return there


class Variables:
    """All variables of analysis.csv.

    Parameters
    ----------
    fields : its columns, as datapackage.json describes them.
    missing : the cells that stand for "not reported".
    """

    def __init__(self, fields: list[dict[str, Any]], missing: frozenset[str]) -> None:
        names = {each["name"] for each in fields}
        self._variables = [
            _variable(each, missing)
            for each in fields
            if each["name"] not in _KEYS and not (each["name"].endswith(_SOURCE) and _base(each["name"]) in names)
        ]
        self._cases = 0
        self._lines: list[tuple[str, str, list[bool]]] = []

    def add(self, article: ArticleRows) -> None:
        """Take in the cases of an article."""
        for row in article.tables[ANALYSIS]:
            self._cases += 1
            there = [variable.add(row) for variable in self._variables]
            if len(self._lines) < _LISTED:
                self._lines.append((row["case_id"], row["article_id"], there))

    def section(self) -> Section:
        """Return a picture of each variable."""
        if not self._cases or not self._variables:
            return Section("variables", "Variables of the protocol", "analysis.csv holds no case or no variable.")
        plots = [_plot(variable, self._cases) for variable in self._variables[:_PLOTTED]]
        more = len(self._variables) - _PLOTTED
        some = f" The first {_PLOTTED} are drawn; {more} more are in analysis.csv." if more > 0 else ""
        number = f"{count(len(self._variables), 'variables')} of {count(self._cases, 'cases')}"
        text = (
            f"{number}.{some} Not reported means that the article says nothing of it, which is not the same as absent."
        )
        return Section("variables", "Variables of the protocol", text, plots)

    def missing(self) -> Section | None:
        """Return what is reported of which case; None without variables or cases."""
        if not self._cases or not self._variables:
            return None
        plots = (self._share(), self._map())
        return Section("missing", "Which variables are reported", "", plots)

    def _share(self) -> Plot:
        shown = self._variables[:_PLOTTED]
        counts = [variable.reported for variable in shown]
        labels = [variable.title for variable in shown]
        figure = bars(labels, [("cases", counts)], "cases that report it", total=self._cases)
        rows: list[list[Cell]] = [
            [v.name, v.reported, self._cases - v.reported, round(v.reported / self._cases, 4)] for v in self._variables
        ]
        data = Data(("variable", "reported", "not reported", "share reported"), rows)
        said = "; ".join(f"{variable.title} {variable.reported:,}" for variable in shown[:12])
        caption = f"{count(self._cases, 'cases')}."
        return Plot("missing-share", "Cases that report each variable", caption, f"Bars. {said}.", figure, data)

    def _map(self) -> Plot:
        shown, variables = self._lines[:_DRAWN], self._variables[:_PLOTTED]
        figure, (axes,) = canvas(WIDE, 1.5 + 0.22 * max(len(shown), 2))
        cells = np.array([there[: len(variables)] for _, _, there in shown], dtype=float)
        axes.pcolormesh(cells, cmap="Blues", vmin=0, vmax=1.3, edgecolors="white", linewidth=1.5)
        for (line, column), there in np.ndenumerate(cells):
            if there:  # a mark as well as a colour
                axes.plot(column + 0.5, line + 0.5, marker="o", ms=3.5, color="white")
        grid_labels(axes, [case for case, _, _ in shown], [variable.name for variable in variables])
        some = of_all(len(shown), self._cases, "cases")
        caption = f"{some}; a dark field with a dot is reported, a light one is not."
        rows: list[list[Cell]] = [
            [Link(case, link(article, case)), *("yes" if each else "no" for each in there)]
            for case, article, there in self._lines
        ]
        more = first_of(_LISTED, self._cases, "cases", "analysis.csv")
        data = Data(("case", *(variable.name for variable in self._variables)), rows, more)
        alt = f"Heat map of what is reported, by case and variable. {caption}"
        return Plot("missing-map", "What is reported of each case", caption, alt, figure, data)


def _base(name: str) -> str:
    return name.removesuffix(_SOURCE)


def _variable(described: Mapping[str, Any], missing: frozenset[str]) -> Variable:
    name = str(described["name"])
    return Variable(
        name=name,
        title=str(described.get("title") or name),
        unit=str(described.get("unit") or ""),
        is_number=described.get("type") in ("number", "integer"),
        missing=missing,
    )


def _plot(variable: Variable, cases: int) -> Plot:
    missing = cases - variable.reported
    stated = f"{variable.reported:,} reported, {missing:,} not reported."
    if len(variable.numbers):
        figure, said = histogram(variable.numbers, _WORDS.get(variable.unit, variable.unit) or "value")
        alt = f"Histogram of {variable.title}. {stated} {said}."
    elif variable.texts:
        figure, said = words(variable.texts, "cases", cases, ("not reported", missing))
        said = f"commonest: {said}"
        alt = f"Bars of {variable.title}. {stated} {said}."
    else:
        figure, said = bars(["not reported"], [("cases", [missing])], "cases", NARROW, cases), "no case reports it"
        alt = f"{variable.title}: no case reports it."
    more = first_of(_LISTED, cases, "cases", "analysis.csv")
    return Plot(
        id=f"variable-{variable.name}",
        title=variable.title,
        caption=f"{stated} {said[0].upper()}{said[1:]}.",
        alt=alt,
        figure=figure,
        data=Data(("case", variable.title, "rows"), variable.listed, more),
        wide=False,
    )
