"""What is told most often: drugs, analytes, levels, muscles, scales."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from extract.report.model import Cell, Data, Plot, Section, count, first_of, of_all
from extract.report.plots import bars
from extract.report.tables import ArticleRows, Row

_SHOWN = 15  # bars of a plot
_LISTED = 200  # names in the data behind it
_OTHERWISE = frozenset({"history", "withheld"})


@dataclass(frozen=True)
class _Kind:
    """A list of names: from which table, how a row tells its name, and what its two stacked parts are."""

    id: str
    title: str
    table: str
    name: Callable[[Row], str]
    lesser: Callable[[Row], bool] | None = None
    parts: tuple[str, str] = ("cases", "")


def _level(row: Row) -> str:
    return row["level"] or (f"{row['region']} (no number)" if row["region"] else "")


_KINDS = (
    _Kind(
        "frequent-drugs", "Drugs", "drugs", lambda row: row["drug"], lambda row: row["status"] in _OTHERWISE,
        ("given or stopped", "only before, or withheld"),
    ),
    _Kind("frequent-analytes", "Laboratory values", "labs", lambda row: row["analyte"]),
    _Kind("frequent-levels", "Spinal levels", "levels", _level),
    _Kind("frequent-muscles", "Muscles with a grade", "muscle_grades", lambda row: row["muscle"]),
    _Kind("frequent-scales", "Scores", "scores", lambda row: row["scale"]),
)  # fmt: skip


class Frequent:
    """Names by the number of cases that they are told of; rows with another assertion than present are left out."""

    def __init__(self) -> None:
        self._full: dict[str, Counter[str]] = defaultdict(Counter)
        self._lesser: dict[str, Counter[str]] = defaultdict(Counter)
        self._rows: dict[str, Counter[str]] = defaultdict(Counter)
        self._articles: dict[str, Counter[str]] = defaultdict(Counter)
        self._cases = 0

    def add(self, article: ArticleRows) -> None:
        """Count the names in an article, each once for each of its cases."""
        self._cases += len(article.cases)
        for kind in _KINDS:
            full: set[tuple[str, str]] = set()
            lesser: set[tuple[str, str]] = set()
            for row in article.tables[kind.table]:
                name = kind.name(row)
                if not name or row["assertion"] != "present":
                    continue
                self._rows[kind.id][name] += 1
                found = lesser if kind.lesser and kind.lesser(row) else full
                found.add((row["case_id"], name))
            self._full[kind.id].update(name for _, name in full)
            self._lesser[kind.id].update(name for _, name in lesser - full)
            self._articles[kind.id].update({name for _, name in full | lesser})

    def section(self) -> Section:
        """Return a plot for each list that has a name in it."""
        plots = [plot for kind in _KINDS if (plot := self._plot(kind))]
        text = "In how many cases each name is told at least once." if plots else "No row was found."
        return Section("frequent", "Most frequent", text, plots)

    def _plot(self, kind: _Kind) -> Plot | None:
        full, lesser = self._full[kind.id], self._lesser[kind.id]
        names = sorted(self._rows[kind.id], key=lambda name: (-full[name] - lesser[name], -full[name], name))
        if not names:
            return None
        top = names[:_SHOWN]
        series = [(kind.parts[0], [full[name] for name in top])]
        if kind.lesser:
            series.append((kind.parts[1], [lesser[name] for name in top]))
        shown, rows = of_all(len(top), len(names), "names"), self._rows[kind.id].total()
        caption = f"{shown}, {count(rows, 'rows')}, {count(self._cases, 'cases')}."
        said = ", ".join(f"{name} {full[name] + lesser[name]:,}" for name in top[:5])
        more = first_of(_LISTED, len(names), "names", f"{kind.table}.csv")
        return Plot(
            id=kind.id,
            title=kind.title,
            caption=caption,
            alt=f"Bars of the number of cases by name. {caption} Commonest: {said}.",
            figure=bars(top, series, "cases", total=self._cases),
            data=Data(self._head(kind), [self._line(kind, name) for name in names[:_LISTED]], more),
        )

    @staticmethod
    def _head(kind: _Kind) -> tuple[str, ...]:
        parts = [f"cases: {part}" for part in kind.parts] if kind.lesser else ["cases"]
        return ("name", *parts, "articles", "rows")

    def _line(self, kind: _Kind, name: str) -> list[Cell]:
        counts: list[Cell] = [self._full[kind.id][name]]
        if kind.lesser:
            counts.append(self._lesser[kind.id][name])
        return [name, *counts, self._articles[kind.id][name], self._rows[kind.id][name]]
