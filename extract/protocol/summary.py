"""What a run's cases say of a variable, counted while they go by: for the codebook and the table of what is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from extract.protocol.model import CaseVariable, Named, Protocol, RecordVariable
from extract.protocol.pick import JOIN, Cell
from extract.protocol.values import tidy
from extract.records.common import Table

_FREE = frozenset({"label", "components"})  # and all columns "..._text": as many values as cases, nothing to count
_COUNTED = 20  # values of a text that are shown


class Missingness(Table):
    """How many cases report each variable of the protocol."""

    variable: Annotated[str, Field(description="the variable: a column of the table analysis")]
    label: Annotated[str, Field(description="what it is called")]
    cases: Annotated[int, Field(description="cases in the table analysis")]
    reported: Annotated[int, Field(description="cases in which the article reports it")]
    absent: Annotated[int, Field(description="cases in which the article says that it is not so, or was not given")]
    not_reported: Annotated[int, Field(description="cases in which the article says nothing that casetab found")]
    percent_reported: Annotated[
        float | None, Field(description="reported and absent among the cases", json_schema_extra={"unit": "%"})
    ]
    articles: Annotated[int, Field(description="articles with a case")]
    articles_reporting: Annotated[int, Field(description="articles that report it, or deny it, for one of their cases")]
    unusable_values: Annotated[int, Field(description="numbers left out: no unit, or one that cannot be converted")]
    implausible_values: Annotated[int, Field(description="numbers left out: outside of the protocol's plausible range")]
    limits: Annotated[int, Field(description="values that are limits as in '< 5', taken as the limit")]


class Tally:
    """The counts of one variable."""

    def __init__(self, name: str, variable: Named) -> None:
        self.name, self.variable = name, variable
        self.states: Counter[str] = Counter()
        self.values: Counter[str] = Counter()
        self.unusable = self.implausible = self.limits = self.articles = 0
        self.low: float | None = None
        self.high: float | None = None
        self._sum = 0.0
        self._numbers = 0
        self._last_article = ""

    @property
    def mean(self) -> float | None:
        """Mean of the numbers; None where there is none."""
        return tidy(self._sum / self._numbers) if self._numbers else None

    def add(self, article_id: str, cell: Cell) -> None:
        """Count a case's cell."""
        self.states[cell.state] += 1
        self.unusable += cell.left_out.unusable
        self.implausible += cell.left_out.implausible
        self.limits += cell.limits
        if cell.state != "not_reported" and article_id != self._last_article:
            self.articles += 1
            self._last_article = article_id
        if isinstance(cell.value, str):
            if not is_free_text(self.variable):
                self.values.update(cell.value.split(JOIN))
        elif cell.value is not None:
            self.low = cell.value if self.low is None else min(self.low, cell.value)
            self.high = cell.value if self.high is None else max(self.high, cell.value)
            self._sum += cell.value
            self._numbers += 1

    def common_values(self) -> list[tuple[str, int]]:
        """Return the most frequent values of a text, the most frequent first."""
        return sorted(self.values.items(), key=lambda item: (-item[1], item[0]))[:_COUNTED]


class Summary:
    """Counts the cells of all variables, in memory that does not grow with the number of cases."""

    def __init__(self, protocol: Protocol) -> None:
        self.tallies = {name: Tally(name, variable) for name, variable in protocol.variables.items()}
        self.cases = self.articles = 0

    def add(self, article_id: str, cases: Sequence[Mapping[str, Cell]]) -> None:
        """Count the cases of one article."""
        self.cases += len(cases)
        self.articles += bool(cases)
        for cells in cases:
            for name, cell in cells.items():
                self.tallies[name].add(article_id, cell)

    def missingness(self) -> Iterator[Missingness]:
        """Yield the rows of the table of what is missing, in the order of the protocol."""
        for tally in self.tallies.values():
            told = tally.states["reported"] + tally.states["absent"]
            yield Missingness(
                variable=tally.name,
                label=tally.variable.label,
                cases=self.cases,
                reported=tally.states["reported"],
                absent=tally.states["absent"],
                not_reported=tally.states["not_reported"],
                percent_reported=round(100 * told / self.cases, 1) if self.cases else None,
                articles=self.articles,
                articles_reporting=tally.articles,
                unusable_values=tally.unusable,
                implausible_values=tally.implausible,
                limits=tally.limits,
            )

    def statistics(self, name: str) -> dict[str, Any]:
        """Return what the data package says of a variable's values in this run."""
        tally = self.tallies[name]
        found: dict[str, Any] = {key: tally.states[key] for key in ("reported", "absent", "not_reported")}
        if tally.unusable:
            found["unusable_values"] = tally.unusable
        if tally.implausible:
            found["implausible_values"] = tally.implausible
        if tally.low is not None:
            found |= {"minimum": tally.low, "mean": tally.mean, "maximum": tally.high}
        if tally.values:
            found["values"] = dict(tally.common_values())
        return found


def is_free_text(variable: Named) -> bool:
    """Tell whether a variable's values are whatever the articles write, so that each is another."""
    column: str = variable.value if isinstance(variable, CaseVariable) else ""
    if isinstance(variable, RecordVariable):
        column = "" if variable.pick == "any" else variable.column
    return column in _FREE or column.endswith("_text")
