"""What a variable's column holds: numbers or text, in which unit, out of which list."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from extract.protocol.model import CaseVariable, Named, RecordVariable
from extract.records.cases import Case
from extract.records.common import Table
from extract.records.finish import RECORDS


def is_number(variable: Named) -> bool:
    """Tell whether a variable's column holds numbers."""
    if isinstance(variable, RecordVariable):
        return variable.is_number
    assert isinstance(variable, CaseVariable)
    return float in get_args(Case.model_fields[variable.value].annotation)


def allowed_values(variable: Named) -> list[str]:
    """Return the values that a variable's column can have; empty where they are not a closed list."""
    if isinstance(variable, CaseVariable):
        return _closed_list(Case.model_fields[variable.value].annotation)
    assert isinstance(variable, RecordVariable)
    if variable.pick == "any":
        return ["yes", "no"]
    if variable.is_number or variable.pick == "list":
        return []
    listed = _closed_list(RECORDS[variable.table][0].model_fields[variable.column].annotation)
    return [*listed, "absent"] if listed else []


def _closed_list(annotation: Any) -> list[str]:
    return [str(value) for value in get_args(annotation) if value != ""] if get_origin(annotation) is Literal else []


def unit_of(variable: Named) -> str:
    """Return the unit of a variable's numbers as UCUM code; "" where they have none."""
    if not is_number(variable):
        return ""
    if isinstance(variable, RecordVariable):
        if variable.pick == "count" or variable.unit:
            return variable.unit or ""
        return _unit_of_column(RECORDS[variable.table][0], variable.column)
    assert isinstance(variable, CaseVariable)
    return _unit_of_column(Case, variable.value)


def _unit_of_column(model: type[Table], column: str) -> str:
    extra = model.model_fields[column].json_schema_extra
    return str(extra.get("unit", "")) if isinstance(extra, dict) else ""
