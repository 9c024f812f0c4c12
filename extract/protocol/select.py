"""Which rows of a case a variable of the protocol takes, and which rows deny it."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from extract.nlp.spine import REGIONS, level_order
from extract.protocol.model import (
    DrugVariable,
    LabVariable,
    LevelVariable,
    MuscleVariable,
    RecordVariable,
    ScoreVariable,
)
from extract.protocol.names import Names
from extract.protocol.times import last_followup
from extract.records.common import Record

Test = Callable[[Any], bool]
_GIVEN = frozenset({"given", "stopped"})
_CLASSES = ("class", "family")  # kinds of drugs.tsv
# result -> the results that say that it is not so
_CONTRARY = {
    "positive": frozenset({"negative", "normal"}),
    "negative": frozenset({"positive", "abnormal", "high"}),
    "normal": frozenset({"positive", "abnormal", "high", "low"}),
    "abnormal": frozenset({"negative", "normal"}),
    "high": frozenset({"negative", "normal", "low"}),
    "low": frozenset({"normal", "high"}),
}


@dataclass(frozen=True)
class Chosen:
    """The rows of a case for one variable.

    Attributes
    ----------
    rows : those that fulfil all conditions, in the order of the table.
    denying : those by which the text says that it is not so.
    """

    rows: tuple[Record, ...]
    denying: tuple[Record, ...] = ()


class Selector:
    """Takes the rows of one variable.

    Parameters
    ----------
    names : the rules by which classes and groups are told.
    """

    def __init__(self, variable: RecordVariable, names: Names) -> None:
        self._variable = variable
        self._names = names
        self._what = _what(variable, names)
        self._more = _further(variable)

    def choose(self, rows: Iterable[Record]) -> Chosen:
        """Return the rows of one case that the variable takes."""
        variable = self._variable
        named = [row for row in rows if row.subject in variable.subject and self._what(row) and self._in_time(row)]
        holding = [row for row in named if row.assertion in variable.assertion and self._more(row)]
        if variable.when == ("last_followup",):
            holding = last_followup(holding)
        return Chosen(tuple(holding), tuple(self._denying(named)))

    def _in_time(self, row: Record) -> bool:
        variable = self._variable
        if variable.when is not None:
            asked = {"unknown": "", "last_followup": "followup"}
            if row.when not in {asked.get(time, time) for time in variable.when}:
                return False
        if variable.days is None:
            return True
        first, last = variable.days
        days = row.time_days
        return days is not None and (first is None or first <= days) and (last is None or days <= last)

    def _denying(self, named: Sequence[Record]) -> list[Record]:
        """Return the rows that say no; none where they deny only part of what the variable names."""
        variable = self._variable
        absent = "absent" not in variable.assertion

        def is_absent(row: Record) -> bool:
            return absent and row.assertion == "absent"

        if isinstance(variable, DrugVariable):
            if not _GIVEN.issuperset(variable.status):  # what was withheld may have been taken before
                return []
            found = [row for row in named if is_absent(row) or _is(row, "status", ("withheld",))]
            return found if self._all_denied(found, "drug", variable.drug, variable.class_) else []
        if isinstance(variable, LevelVariable):
            return [row for row in named if is_absent(row) and _denies_level(row, variable)]
        if isinstance(variable, LabVariable) and variable.result and variable.pick == "any":
            contrary = frozenset.intersection(*(_CONTRARY[result] for result in variable.result))
            return _all_listed([row for row in named if is_absent(row) or _is(row, "result", contrary)], variable)
        found = [row for row in named if is_absent(row)]
        return _all_listed(found, variable) if isinstance(variable, LabVariable) else found

    def _all_denied(
        self, rows: Sequence[Record], column: str, listed: Sequence[str] | None, classes: Sequence[str] | None
    ) -> bool:
        """Tell whether rows deny each drug of a list, or a whole class: one antibiotic withheld is not none given."""
        told = {str(getattr(row, column)).lower() for row in rows}
        if any(name.lower() not in told for name in listed or ()):
            return False
        kinds = {name: self._names.groups.drug_kind(name) for name in told}
        for group in classes or ():
            if not any(kinds[name] in _CLASSES and self._names.groups.drug_in(name, group) for name in told):
                return False
        return bool(listed or classes)


def _all_listed(rows: list[Any], variable: LabVariable) -> list[Record]:
    """Return rows that deny; none where something is left open: the ESR by a normal CRP, a class by one of it."""
    listed = variable.analyte or ()
    if variable.class_:
        return []
    return rows if len(listed) < 2 or {row.analyte for row in rows}.issuperset(listed) else []


def _is(row: Record, column: str, values: Container[str]) -> bool:
    """Tell whether a row that holds has one of some values."""
    return row.assertion == "present" and getattr(row, column) in values


def _what(variable: RecordVariable, names: Names) -> Test:
    """Return what tells whether a row is about what the variable names: an item of its list, or of its class."""
    groups = names.groups
    if isinstance(variable, LabVariable):
        specimens = frozenset(variable.specimen or ())
        listed = (*(variable.analyte or ()), *_of_specimens(variable, names))
        named = _either("analyte", listed, variable.class_, groups.analyte_in)
        return lambda row: named(row) and (not specimens or row.specimen in specimens)
    if isinstance(variable, MuscleVariable):
        named = _either("muscle", variable.muscle, variable.group, groups.muscle_in)
        sides = frozenset(variable.side or ())
        if sides & {"left", "right"}:
            sides |= {"bilateral"}
        return lambda row: named(row) and (not sides or row.side in sides)
    if isinstance(variable, LevelVariable):
        return lambda row: _is_level(row, variable)
    if isinstance(variable, DrugVariable):
        return _either("drug", variable.drug, variable.class_, groups.drug_in)
    if isinstance(variable, ScoreVariable):
        return _either("scale", variable.scale, None, lambda name, group: False)
    raise TypeError(type(variable).__name__)


def _of_specimens(variable: LabVariable, names: Names) -> list[str]:
    """Return what the variable's analytes are called in its specimens: glucose in CSF is CSF glucose."""
    forms = {analyte.lower() for analyte in variable.analyte or ()}
    for entry in filter(None, (names.entry(analyte) for analyte in variable.analyte or ())):
        forms.update(form.removeprefix("=").lower() for form in entry["synonyms"].split("|"))
    return [
        entry.name
        for entry in names.rules.entries.get("analyte", ())
        if entry["specimen"] in (variable.specimen or ())
        and any(form.removeprefix("=").lower() in forms for form in entry["in_specimen"].split("|") if form)
    ]


def _either(
    column: str, listed: Sequence[str] | None, classes: Sequence[str] | None, belongs: Callable[[str, str], bool]
) -> Test:
    """Return the test of a name: in the list, or in one of the classes; anything passes where neither is given."""
    exact = frozenset(name.lower() for name in listed or ())
    memo: dict[str, bool] = {}

    def test(row: Any) -> bool:
        name: str = getattr(row, column)
        if name not in memo:
            memo[name] = name.lower() in exact or any(belongs(name, group) for group in classes or ())
        return memo[name]

    return test if exact or classes else lambda row: True


def _further(variable: RecordVariable) -> Test:
    """Return the test of the conditions that say how it is, not what it is."""
    if isinstance(variable, LabVariable):
        results = variable.result
        return lambda row: results is None or row.result in results
    if isinstance(variable, DrugVariable):
        statuses, routes = variable.status, variable.route
        return lambda row: row.status in statuses and (routes is None or row.route in routes)
    return lambda row: True


def _is_level(row: Any, variable: LevelVariable) -> bool:
    if variable.kind is not None and row.kind not in variable.kind:
        return False
    if variable.level is None and variable.region is None:
        return True
    if row.level and any(_covers(row.level, level) for level in variable.level or ()):
        return True
    return any(_in_region(row, region) for region in variable.region or ())


def _covers(written: str, level: str) -> bool:
    """Tell whether a level or span holds another: T3-T5 holds T4 and T4-T5."""
    outer, inner = ([level_order(name) for name in span.split("-")] for span in (written, level))
    return outer[0] <= inner[0] and inner[-1] <= outer[-1]


def _in_region(row: Any, region: str) -> bool:
    if row.region != "junctional" or region == "junctional" or not row.level:
        return bool(row.region == region)
    first, last = (list(REGIONS).index(name[0]) for name in (row.level.split("-")[0], row.level.split("-")[-1]))
    return region in list(REGIONS.values())[first : last + 1]


def _denies_level(row: Any, variable: LevelVariable) -> bool:
    """Tell whether a denied level denies all that is named: "no lesion at T4" leaves the thoracic spine open."""
    if variable.level is not None and variable.region is None:
        return len(variable.level) == 1
    return not row.level and variable.region == (row.region,)
