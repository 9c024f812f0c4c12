"""The wide table: one row for each case, one column for each variable of the protocol and one with its sources."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field, create_model

from extract.protocol.codebook import codebook
from extract.protocol.columns import allowed_values, is_number, unit_of
from extract.protocol.model import CaseVariable, Named, Protocol, RecordVariable
from extract.protocol.names import Names
from extract.protocol.pick import Cell, Picker
from extract.protocol.read import SOURCE
from extract.protocol.summary import Missingness, Summary
from extract.protocol.words import definition
from extract.records.cases import Case
from extract.records.common import Record, Table, columns
from extract.rules.load import RuleSet
from extract.tables.csv import csv_line, row_cells
from extract.tables.datapackage import plainest, resource

TABLE = "analysis"
SEPARATOR = ";"
"""Between the record_ids of a ``VAR_source`` column."""


class Analysis:
    """Makes the wide table's rows article by article, and counts them for the codebook.

    Parameters
    ----------
    protocol : as read by ``read_protocol``.
    rules : those of the run.
    """

    def __init__(self, protocol: Protocol, rules: RuleSet) -> None:
        names = Names(rules)
        self.protocol = protocol
        self.model = _row_model(protocol)
        self.summary = Summary(protocol)
        self._pickers = {
            name: Picker(variable, names)
            for name, variable in protocol.variables.items()
            if isinstance(variable, RecordVariable)
        }

    def rows(self, cases: Sequence[Case], tables: Mapping[str, Sequence[Record]]) -> list[Table]:
        """Return the rows of one article's cases, in the order of the cases.

        Parameters
        ----------
        tables : the article's record tables by name.
        """
        by_case: dict[tuple[str, str], list[Record]] = defaultdict(list)
        for name, records in tables.items():
            for record in records:
                by_case[name, record.case_id].append(record)
        cells = [self._cells(case, by_case) for case in cases]
        if cases:
            self.summary.add(cases[0].article_id, cells)
        return [self._row(case, found) for case, found in zip(cases, cells, strict=True)]

    def missingness(self) -> Iterator[str]:
        """Yield the lines of missingness.csv, from the rows made so far."""
        yield csv_line(columns(Missingness))
        yield from (csv_line(row_cells(row)) for row in self.summary.missingness())

    def codebook(self) -> str:
        """Return the codebook as Markdown, from the rows made so far."""
        return codebook(self.protocol, self.summary)

    def resources(self, formats: Sequence[str]) -> list[dict[str, Any]]:
        """Return what the data package says of analysis.csv and missingness.csv, from the rows made so far.

        Parameters
        ----------
        formats : those in which the run writes its tables.
        """
        wide = resource(TABLE, self.model, plainest(formats), key="case_id")
        wide["schema"]["missingValues"] = list(dict.fromkeys(("", self.protocol.not_reported)))
        for field in wide["schema"]["fields"]:
            if "protocol" in field:
                field["found"] = self.summary.statistics(field["name"])
        return [wide, resource("missingness", Missingness, "csv", key="variable")]

    def messages(self) -> list[str]:
        """Return what to tell a user of a run that wrote the wide table."""
        found = f"{TABLE}: {self.summary.cases} cases, {len(self.protocol.variables)} variables"
        lines = [f"{found}; codebook.md says what they mean"]
        tallies = self.summary.tallies.values()
        for why, counts in (
            ("their unit cannot be converted or is not said", {t.name: t.unusable for t in tallies if t.unusable}),
            ("they are not plausible", {t.name: t.implausible for t in tallies if t.implausible}),
        ):
            if counts:
                named = ", ".join(f"{name} ({count})" for name, count in counts.items())
                lines.append(f"values left out, as {why}: {named}")
        return lines

    def _cells(self, case: Case, by_case: Mapping[tuple[str, str], list[Record]]) -> dict[str, Cell]:
        found: dict[str, Cell] = {}
        for name, variable in self.protocol.variables.items():
            if isinstance(variable, CaseVariable):
                found[name] = _case_cell(case, variable)
            else:
                found[name] = self._pickers[name].cell(by_case.get((variable.table, case.case_id), ()))
        return found

    def _row(self, case: Case, cells: Mapping[str, Cell]) -> Table:
        row: dict[str, Any] = {"article_id": case.article_id, "case_id": case.case_id}
        for name, cell in cells.items():
            empty = None if is_number(self.protocol.variables[name]) else self.protocol.not_reported
            row[name] = empty if cell.value is None else cell.value
            row[name + SOURCE] = SEPARATOR.join(cell.sources)
        return self.model.model_validate(row)


def _case_cell(case: Case, variable: CaseVariable) -> Cell:
    value = getattr(case, variable.value)
    return Cell(None) if value in (None, "") else Cell(value, (case.case_id,), "reported")


def _row_model(protocol: Protocol) -> type[Table]:
    """Return the model of the wide table: what the writers and the data package need to know of its columns."""
    fields: dict[str, Any] = {
        "article_id": Annotated[str, Field(description="the article")],
        "case_id": Annotated[str, Field(description="the patient; one row for each")],
    }
    for name, variable in protocol.variables.items():
        whole = isinstance(variable, RecordVariable) and variable.pick == "count"
        kind: Any = (int | None if whole else float | None) if is_number(variable) else str
        fields[name] = Annotated[kind, _described(variable)]
        sources = "record_ids of the rows" if isinstance(variable, RecordVariable) else "case_id of the row"
        about = f"{sources} that {name} comes from, joined by {SEPARATOR}"
        fields[name + SOURCE] = Annotated[str, Field(description=about)]
    about = "The variables of the review protocol: one row for each case."
    model: type[Table] = create_model(TABLE, __base__=Table, __doc__=about, **fields)
    return model


def _described(variable: Named) -> Any:
    """Return what the data package says of a variable's column."""
    extra: dict[str, Any] = {"protocol": variable.model_dump(mode="json", by_alias=True, exclude_unset=True)}
    unit = unit_of(variable)
    if unit:
        extra["unit"] = unit
    allowed = allowed_values(variable)
    if allowed:
        extra["enum"] = allowed
    return Field(title=variable.label or None, description=definition(variable), json_schema_extra=extra)
