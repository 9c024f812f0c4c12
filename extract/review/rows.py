"""A row as a person reads it: what it is about, its value, when and of whom; then every other cell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from extract.review.fields import NAMED_BY, form_fields
from extract.review.identity import REVIEWED, Cells, data_columns
from extract.review.matching import Matched, match
from extract.review.run_index import LOW, Row
from extract.review.store import Decision
from extract.tables.schema import TABLES

State = Literal["open", "accepted", "corrected", "rejected", "added", "changed"]

STATES: Mapping[str, State] = {"accept": "accepted", "correct": "corrected", "reject": "rejected", "add": "added"}
"""What a row is after an action."""

TABLE_NAMES = {
    "cases": "Patient",
    "labs": "Laboratory results",
    "muscle_grades": "Muscle grades",
    "levels": "Spinal levels",
    "drugs": "Drugs",
    "scores": "Scores",
}
"""Tables as the page calls them."""

REASONS = (
    "not what the text says",
    "not about this patient",
    "does not belong into this table",
    "told already in another row",
    "denied, planned or hypothetical",
)
"""Reasons to reject a row, by the digit that chooses them."""


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row of the page.

    Attributes
    ----------
    cells : as the reviewer wants them; before a decision as casetab has them.
    number : its place among the rows of the article; marks name it.
    under : the key under which decisions on it are kept: that of the decision that stands, else its own.
    decision : identifier of the decision that stands, 0 for none.
    changes : columns whose value a correction, or a later run of casetab, has changed: column, before, now.
    """

    number: int
    table: str
    key: str
    state: State
    cells: Cells
    content: str = ""
    confidence: float = 1
    decision: int = 0
    reason: str = ""
    changes: tuple[tuple[str, str, str], ...] = ()
    places: str = ""
    under: str = ""

    @property
    def name(self) -> str:
        """What the row is about."""
        return name_of(self.table, self.cells)

    @property
    def value(self) -> str:
        """What it says of it."""
        return value_of(self.table, self.cells)

    @property
    def aside(self) -> str:
        """When, whether it holds where that is not plain, and the page of a PDF."""
        parts = [self.cells.get("time_text", "") or self.cells.get("when", "")]
        parts += [self.cells.get(name, "") for name, usual in _USUAL.items() if self.cells.get(name, "") not in usual]
        parts.append(f"page {self.cells['page']}" if self.cells.get("page") else "")
        return " · ".join(part for part in parts if part)

    @property
    def details(self) -> list[tuple[str, str]]:
        """Every filled cell that a reviewer confirms, by column; the quote stands in the article."""
        names = [one.name for one in form_fields(self.table) if one.group != "place" and one.name != "case_id"]
        return [(name, self.cells[name]) for name in names if self.cells.get(name)]

    @property
    def is_open(self) -> bool:
        """Whether the reviewer has to decide on it."""
        return self.state in ("open", "changed")

    @property
    def is_low(self) -> bool:
        """Whether casetab itself is in doubt."""
        return self.confidence < LOW


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one patient and one table."""

    table: str
    title: str
    rows: list[ShownRow]


@dataclass(frozen=True, slots=True)
class PatientGroup:
    """A patient with all rows."""

    case_id: str
    title: str
    groups: list[Group] = field(default_factory=list)


_USUAL = {"assertion": ("present", ""), "subject": ("patient", "")}


def _joined(cells: Cells, *names: str) -> str:
    return " ".join(cells[name] for name in names if cells.get(name))


def _lab(cells: Cells) -> str:
    sign = cells.get("comparator", "")
    value = ("" if sign == "=" else sign) + cells.get("value_text", "")
    range_ = "–".join(cells[name] for name in ("ref_low", "ref_high") if cells.get(name))
    said = " ".join(part for part in (value if cells.get("value_text") else "", cells.get("unit_text", "")) if part)
    parts = (said, cells.get("result", ""), f"({range_})" if range_ else "")
    return " ".join(part for part in parts if part)


def _score(cells: Cells) -> str:
    sign = cells.get("comparator", "")
    most = f" of {cells['maximum']}" if cells.get("maximum") else ""
    minute = f" at {cells['minute']} min" if cells.get("minute") else ""
    return ("" if sign == "=" else sign) + cells.get("value_text", "") + most + minute


def _case(cells: Cells) -> str:
    age = cells.get("age_text", "") or cells.get("age_years", "")
    parts = (age, cells.get("sex", ""), cells.get("diagnosis_text", ""), cells.get("outcome", ""))
    return ", ".join(part for part in parts if part)


_VALUES: dict[str, Callable[[Cells], str]] = {
    "cases": _case,
    "labs": _lab,
    "muscle_grades": lambda cells: _joined(cells, "grade_text"),
    "levels": lambda cells: _joined(cells, "kind", "finding_text"),
    "drugs": lambda cells: _joined(cells, "dose_text", "frequency_text", "route_text", "duration_text", "status"),
    "scores": _score,
}


def value_of(table: str, cells: Cells) -> str:
    """Return what a row says, in the words of the article."""
    return _VALUES[table](cells)


def name_of(table: str, cells: Cells) -> str:
    """Return what a row is about."""
    if table == "levels":
        return cells.get("level") or f"{cells.get('region', '')} (no number)"
    if table == "muscle_grades":
        return _joined({**cells, "side": cells.get("side", "").replace("unspecified", "")}, "side", "muscle")
    if table == "cases":
        return cells.get("label") or f"Patient {cells.get('case_id', '').rpartition('#')[2]}"
    return cells.get(NAMED_BY[table], "")


def shown_rows(rows: Sequence[Row], decisions: Mapping[str, Decision]) -> tuple[list[ShownRow], list[Decision]]:
    """Return the rows of an article as one reviewer sees them, additions behind casetab's, and decisions without a row.

    Parameters
    ----------
    decisions : what the reviewer has decided on in this article, by key.
    """
    found: Matched[Decision] = match(rows, decisions.values())
    shown = [_shown(number, row, found) for number, row in enumerate(rows)]
    for number, one in enumerate(found.added, start=len(shown)):
        cells = one.values()
        shown.append(
            ShownRow(number, one.table, one.key, "added", cells, decision=one.id, reason=one.reason, under=one.key)
        )
    return shown, found.orphans


def _shown(number: int, row: Row, found: Matched[Decision]) -> ShownRow:
    plain = ShownRow(number, row.table, row.key, "open", row.cells, row.content, row.confidence, under=row.key)
    held = found.decided.get(row.key)
    if held is not None:
        changes = _changes(row.table, row.cells, {**row.cells, **held.after}) if held.action == "correct" else ()
        cells = {**row.cells, **held.after}
        state = STATES[held.action]
        return replace(
            plain, state=state, cells=cells, decision=held.id, reason=held.reason, changes=changes, under=held.key
        )
    old = found.changed.get(row.key)
    if old is not None:
        changes = _changes(row.table, old.values(), row.cells)
        return replace(plain, state="changed", decision=old.id, reason=STATES[old.action], changes=changes)
    return plain


def _changes(table: str, before: Cells, after: Cells) -> tuple[tuple[str, str, str], ...]:
    pairs = ((name, before.get(name, ""), after.get(name, "")) for name in data_columns(table))
    return tuple((name, old, new) for name, old, new in pairs if old != new)


def grouped(rows: Sequence[ShownRow]) -> list[PatientGroup]:
    """Return rows by patient and table, each in the order given."""
    patients: dict[str, dict[str, list[ShownRow]]] = {}
    titles: dict[str, str] = {}
    for row in rows:
        case_id = row.cells.get("case_id", "")
        patients.setdefault(case_id, {}).setdefault(row.table, []).append(row)
        if row.table == "cases":
            titles[case_id] = row.value
    found = []
    for case_id, tables in patients.items():
        number = case_id.rpartition("#")[2] or "?"
        patient = PatientGroup(case_id, f"Patient {number}" + (f": {titles[case_id]}" if titles.get(case_id) else ""))
        for table in REVIEWED:
            if table in tables:
                patient.groups.append(Group(table, TABLE_NAMES[table], tables[table]))
        found.append(patient)
    return found


def describe(table: str, column: str) -> str:
    """Return what a column means."""
    return TABLES[table].model_fields[column].description or ""
