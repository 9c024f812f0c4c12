"""The codebook in Markdown: what each column of the wide table means, and how much of it was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extract.protocol.columns import allowed_values, is_number, unit_of
from extract.protocol.model import CaseVariable, Named, Protocol, RecordVariable
from extract.protocol.summary import Summary, Tally
from extract.protocol.words import definition
from extract.tables.csv import cell


def codebook(protocol: Protocol, summary: Summary) -> str:
    """Return the codebook: how to read the table, all variables at a glance, then each by itself."""
    lines = [f"# Codebook{': ' + protocol.title if protocol.title else ''}", ""]
    lines += _reading(protocol, summary)
    lines += ["", *_overview(summary)]
    for tally in summary.tallies.values():
        lines += ["", f"## {tally.name}", "", *_variable(tally, summary.cases)]
    return "\n".join(lines) + "\n"


def _reading(protocol: Protocol, summary: Summary) -> list[str]:
    word = f"`{protocol.not_reported}`" if protocol.not_reported else "an empty cell"
    return [
        f"The table `analysis` has one row for each of {summary.cases} cases in {summary.articles} articles.",
        "Beside each variable `VAR` stands `VAR_source`: the record_ids of the rows that it comes from (of a column",
        "of the table of cases, the case_id). There each row has the verbatim quote and its place in the article.",
        "",
        f"* {word[:1].upper()}{word[1:]} in a column of text, and an empty cell in a column of numbers:",
        "  the article says nothing of it that casetab found.",
        "* `no` and `absent`: the article says that it is not so, or that a drug was not given. That is another thing.",
    ]


def _overview(summary: Summary) -> list[str]:
    head = ("variable", "label", "type", "unit", "reported", "absent", "not reported")
    rows = [
        (
            tally.name,
            tally.variable.label,
            _type(tally.variable),
            unit_of(tally.variable),
            *(str(tally.states[state]) for state in ("reported", "absent", "not_reported")),
        )
        for tally in summary.tallies.values()
    ]
    return [_line(head), _line(["---"] * len(head)), *map(_line, rows)]


def _variable(tally: Tally, cases: int) -> Iterator[str]:
    variable = tally.variable
    if variable.label:
        yield f"**{_plain(variable.label)}**"
        yield ""
    yield f"* Definition: {_plain(definition(variable))}"
    column = _column(variable)
    yield f"* Table: {variable.table}" + (f", column {column}" if column else "")
    if isinstance(variable, RecordVariable):
        yield f"* Pick: {variable.pick}"
    unit, allowed = unit_of(variable), allowed_values(variable)
    yield f"* Type: {_type(variable)}" + (f", in {unit}" if unit else "")
    if allowed:
        yield f"* Allowed values: {', '.join(allowed)}"
    reported, absent, missing = (tally.states[state] for state in ("reported", "absent", "not_reported"))
    share = f" ({100 * reported / cases:.1f} %)" if cases else ""
    yield f"* Reported: {reported} of {cases} cases{share}; absent: {absent}; not reported: {missing}"
    yield from _found(tally)


def _found(tally: Tally) -> Iterator[str]:
    """Yield what the values are, and what was left out."""
    if tally.low is not None:
        yield f"* Range: {cell(tally.low)} to {cell(tally.high)}, mean {cell(tally.mean)}"
    if tally.values:
        shown = tally.common_values()
        more = len(tally.values) - len(shown)
        values = ", ".join(f"{_plain(value)} ({count})" for value, count in shown)
        yield f"* Values: {values}" + (f" and {more} more" if more else "")
    if tally.unusable:
        values = _values(tally.unusable)
        yield f"* {tally.unusable} {values} not used: in a unit that cannot be converted, or without a unit"
    if tally.implausible:
        yield f"* {tally.implausible} {_values(tally.implausible)} not used: outside of the plausible range"
    if tally.limits:
        yield f'* {tally.limits} {_values(tally.limits)} a limit, as in "< 5": the limit is taken for the value'


def _values(count: int) -> str:
    return "value is" if count == 1 else "values are"


def _type(variable: Named) -> str:
    if not is_number(variable):
        return "text"
    return "whole number" if isinstance(variable, RecordVariable) and variable.pick == "count" else "number"


def _column(variable: Named) -> str:
    if isinstance(variable, CaseVariable):
        return variable.value
    return variable.column if isinstance(variable, RecordVariable) and variable.pick != "any" else ""


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return "".join(f"\\{char}" if char in "\\`*_[]<>|#" else char for char in " ".join(text.split()))


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(_plain(cell) if cell != '---' else cell for cell in cells)} |"
