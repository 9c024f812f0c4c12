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


def data_package(formats: Sequence[str] = ("csv",)) -> dict[str, Any]:
    """Return the descriptor, generated from the table models (Data Package v1, specs.frictionlessdata.io).

    Parameters
    ----------
    formats : as written by the run; the descriptor points to the files of the plainest.
    """
    plainest = next(name for name in _PLACES if name in formats)
    return {
        "profile": "tabular-data-package",
        "name": "casetab-run",
        "title": "Tables extracted from case reports by casetab",
        "version": __version__,
        "resources": [_resource(name, model, plainest) for name, model in TABLES.items()],
    }


def _resource(name: str, model: type[Table], format: str) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column, model.model_fields[column]) for column in columns(model)],
        "missingValues": [""],
        "primaryKey": [_KEYS.get(name, "record_id")],
    }
    references = [_reference(column, table) for table, column in _KEYS.items() if table != name]
    if name != "articles":
        schema["foreignKeys"] = [key for key in references if key["fields"][0] in model.model_fields]
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
    described: dict[str, Any] = {"name": name, "type": kind, "description": info.description or ""}
    extra = info.json_schema_extra
    if isinstance(extra, dict) and "unit" in extra:
        described["unit"] = extra["unit"]
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
