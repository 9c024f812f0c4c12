"""The cells of a row as a form: which can be changed, what they may hold, and what is wrong with what was typed."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, get_args, get_origin

from pydantic import ValidationError

from extract.records.common import Record
from extract.review.consequences import with_consequences
from extract.review.identity import Cells, data_columns
from extract.tables.csv import cell
from extract.tables.schema import TABLES

ADDED_RULE = "reviewer"
"""The ``rule`` of a row that a person has added."""

NAMED_BY: dict[str, str] = {
    "labs": "analyte",
    "muscle_grades": "muscle",
    "levels": "region",
    "drugs": "drug",
    "scores": "scale",
    "cases": "case_id",
}
"""The column that says what a row of each table is about; it must not be empty."""

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLACE = ("start", "end")
_WHOSE = ("case_id", "subject", "assertion", "when", "time_text", "time_days", "section")
_FIRST = {
    "subject": "patient",
    "assertion": "present",
    "section": "other",
    "kind": "unspecified",
    "side": "unspecified",
}
"""What a new row says until the reviewer says otherwise; what is not here has to be chosen."""

_A_NUMBER, _A_WHOLE_NUMBER = "a number is expected here, such as 9.5", "a whole number is expected here"
_PROBLEMS = {
    "float_parsing": _A_NUMBER,
    "float_type": _A_NUMBER,
    "int_parsing": _A_WHOLE_NUMBER,
    "int_from_float": _A_WHOLE_NUMBER,
    "int_type": _A_WHOLE_NUMBER,
}


@dataclass(frozen=True, slots=True)
class Field:
    """A cell of the form.

    Attributes
    ----------
    kind : ``text``, ``number``, ``integer`` or ``choice``.
    group : ``what`` (the table's own), ``whose`` (patient, time and truth) or ``place`` (offsets of the quote).
    """

    name: str
    description: str
    kind: Literal["text", "number", "integer", "choice"]
    group: Literal["what", "whose", "place"]
    choices: tuple[str, ...] = ()
    required: bool = False


@cache
def form_fields(table: str) -> tuple[Field, ...]:
    """Return the cells of a table that a reviewer may change, the table's own first.

    The quote is not among them: it is what stands between the offsets.
    """
    fields = [_field(table, name) for name in data_columns(table) if name != "quote"]
    order = ("what", "whose", "place")
    return tuple(sorted(fields, key=lambda one: order.index(one.group)))


def _field(table: str, name: str) -> Field:
    info = TABLES[table].model_fields[name]
    allowed = _alternatives(info.annotation)
    choices = tuple(str(one) for kind in allowed if get_origin(kind) is Literal for one in get_args(kind))
    kind: Literal["text", "number", "integer", "choice"] = "text"
    if choices:
        kind = "choice"
    elif float in allowed:
        kind = "number"
    elif int in allowed:
        kind = "integer"
    required = name in (NAMED_BY[table], "case_id") or (
        kind != "text" and type(None) not in allowed and "" not in choices
    )
    group: Literal["what", "whose", "place"] = "what"
    if name in _PLACE:
        group = "place"
    elif name in _WHOSE and (name == "case_id" or issubclass(TABLES[table], Record)):
        group = "whose"
    return Field(name, info.description or "", kind, group, choices, required)


def _alternatives(annotation: Any) -> tuple[Any, ...]:
    """Return the types that a column may have: of ``float | None`` both."""
    return (annotation,) if get_origin(annotation) is Literal else get_args(annotation) or (annotation,)


def blank(table: str, article_id: str, case_id: str) -> dict[str, str]:
    """Return the cells of a row that a person is about to add."""
    cells = {}
    for name, info in TABLES[table].model_fields.items():
        default = _FIRST.get(name, "") if info.is_required() else info.default
        allowed = {str(one) for kind in _alternatives(info.annotation) for one in get_args(kind)}
        cells[name] = cell(default, text=False) if not allowed or name not in _FIRST or default in allowed else ""
    cells["article_id"], cells["case_id"] = article_id, case_id
    if "rule" in cells:
        cells["rule"], cells["confidence"] = ADDED_RULE, "1"
    return cells


def read_form(
    table: str, before: Cells, given: Mapping[str, str], case_ids: Sequence[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """Return a row with what was typed into its form, in the tables' own notation, and what is wrong by column.

    Parameters
    ----------
    before : the whole row as it stands.
    given : typed texts by column; columns that are not in the form stay as they are.
    case_ids : the patients that the row can be of.
    """
    fields = {one.name: one for one in form_fields(table)}
    typed = {name: " ".join(given[name].split()) for name in fields if name in given}
    cells = _with_value(table, before, {**before, **typed})
    problems = {name: "this must not be empty" for name, one in fields.items() if one.required and not cells[name]}
    if case_ids and cells["case_id"] not in case_ids:
        problems["case_id"] = f"one of: {', '.join(case_ids)}"
    model = TABLES[table]
    try:
        row = model.model_validate({name: _value(table, name, cells.get(name, "")) for name in model.model_fields})
    except ValidationError as error:
        for one in error.errors():
            problems.setdefault(str(one["loc"][0]), _problem(one["type"], one["msg"], one.get("ctx", {})))
        return cells, problems
    for name in fields:
        value = getattr(row, name)
        if isinstance(value, float) and not math.isfinite(value):
            problems[name] = _A_NUMBER
        else:
            cells[name] = cell(value, text=False)
    return cells if problems else with_consequences(table, before, cells), problems


def _with_value(table: str, before: Cells, cells: dict[str, str]) -> dict[str, str]:
    """Let the number follow the text that was typed for it, unless a number was typed, too."""
    text = cells.get("value_text", "")
    followed = text != before.get("value_text", "") and cells.get("value", "") == before.get("value", "")
    if "value" not in TABLES[table].model_fields or not followed:
        return cells
    plain = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text
    return {**cells, "value": plain if _NUMBER.fullmatch(plain) else ""}


def _value(table: str, name: str, text: str) -> str | None:
    """Return a cell as the model reads it: an empty cell of a number is none."""
    return None if not text and type(None) in _alternatives(TABLES[table].model_fields[name].annotation) else text


def _problem(kind: str, message: str, context: Mapping[str, Any]) -> str:
    if kind == "literal_error":
        return f"one of: {str(context.get('expected', '')).replace(chr(39), '')}"
    return _PROBLEMS.get(kind, message[:1].lower() + message[1:])
