"""The Frictionless Data Package of a run: every table, every column with type, unit, meaning and values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

from extract import __version__
from extract.records.common import Table, columns
from extract.tables.schema import TABLES

_KEYS = {"articles": "article_id", "cases": "case_id"}
_IDENTIFIERS = frozenset({"article_id", "case_id", "record_id"})
_DIALECT = {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True}
# format -> the file that holds a table, and its media type; the plainest first
_PLACES = {
    "csv": ("{}.csv", "text/csv"),
    "parquet": ("{}.parquet", "application/vnd.apache.parquet"),
    "xlsx": ("tables.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "jsonl": ("articles.jsonl", "application/jsonl"),
}
_TYPES = {str: "string", float: "number", int: "integer"}


def data_package(formats: Sequence[str] = ("csv",), more: Sequence[dict[str, Any]] = ()) -> dict[str, Any]:
    """Return the descriptor, generated from the table models (Data Package v1, specs.frictionlessdata.io).

    Parameters
    ----------
    formats : as written by the run; the descriptor points to the files of the plainest.
    more : further resources: those of a protocol.
    """
    return {
        "profile": "tabular-data-package",
        "name": "casetab-run",
        "title": "Tables extracted from case reports by casetab",
        "version": __version__,
        "resources": [*(resource(name, model, plainest(formats)) for name, model in TABLES.items()), *more],
    }


def plainest(formats: Sequence[str]) -> str:
    """Return that of several formats which most programs read."""
    return next(name for name in _PLACES if name in formats)


def resource(name: str, model: type[Table], format: str, key: str = "") -> dict[str, Any]:
    """Return the description of a table: its file, and each of its columns.

    Parameters
    ----------
    key : the column that is unique; for the tables of every run it is known.
    """
    schema: dict[str, Any] = {
        "fields": [_field(column, model.model_fields[column]) for column in columns(model)],
        "missingValues": [""],
        "primaryKey": [key or _KEYS.get(name, "record_id")],
    }
    references = [_reference(column, table) for table, column in _KEYS.items() if table != name]
    references = [reference for reference in references if reference["fields"][0] in model.model_fields]
    if references:
        schema["foreignKeys"] = references
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "title": (model.__doc__ or "").strip().splitlines()[0],
        "path": _PLACES[format][0].format(name),
        "format": format,
        "mediatype": _PLACES[format][1],
        **({"encoding": "utf-8", "dialect": _DIALECT} if format == "csv" else {}),
        "schema": schema,
    }


def _reference(column: str, table: str) -> dict[str, Any]:
    return {"fields": [column], "reference": {"resource": table, "fields": [column]}}


def _field(name: str, info: FieldInfo) -> dict[str, Any]:
    kind, allowed = _type(info.annotation)
    described: dict[str, Any] = {"name": name, "type": kind}
    if info.title:
        described["title"] = info.title
    described["description"] = info.description or ""
    extra: dict[str, Any] = dict(info.json_schema_extra) if isinstance(info.json_schema_extra, dict) else {}
    allowed = extra.pop("enum", allowed)
    described |= extra  # the unit, and what a protocol says
    constraints = _constraints(name, info, allowed)
    if constraints:
        described["constraints"] = constraints
    return described


def _constraints(name: str, info: FieldInfo, allowed: list[str]) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if allowed:
        constraints["enum"] = allowed
    # an empty text is an empty cell: of the texts only identifiers and closed lists without "" never are
    may_be_empty = {type(None), ""} & set(get_args(info.annotation))
    if name in _IDENTIFIERS or (not may_be_empty and info.annotation is not str):
        constraints["required"] = True
    for limit in info.metadata:
        if isinstance(limit, Ge):
            constraints["minimum"] = limit.ge
        elif isinstance(limit, Le):
            constraints["maximum"] = limit.le
    return constraints


def _type(annotation: Any) -> tuple[str, list[str]]:
    """Return the Frictionless type of a field and, for a closed list, its values."""
    options = [option for option in get_args(annotation) if option is not type(None)]
    if get_origin(annotation) is Literal:
        return "string", [str(option) for option in options if option != ""]
    return _TYPES[options[0] if options else annotation], []
