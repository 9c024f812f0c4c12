"""The Frictionless Data Package of a run: every table, every column with type, unit, meaning, allowed values."""

from __future__ import annotations

from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from extract import __version__
from extract.records.common import Table, columns
from extract.tables.schema import TABLES

_KEYS = {"articles": "article_id", "cases": "case_id"}


def data_package() -> dict[str, Any]:
    """Return the descriptor, generated from the table models (Data Package v1, https://specs.frictionlessdata.io)."""
    return {
        "profile": "tabular-data-package",
        "name": "casetab-run",
        "title": "Tables extracted from case reports by casetab",
        "version": __version__,
        "resources": [_resource(name, model) for name, model in TABLES.items()],
    }


def _resource(name: str, model: type[Table]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column, model.model_fields[column]) for column in columns(model)],
        "missingValues": [""],
        "primaryKey": _KEYS.get(name, "record_id"),
    }
    if name != "articles":
        schema["foreignKeys"] = [
            {"fields": "article_id", "reference": {"resource": "articles", "fields": "article_id"}}
        ]
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": f"{name}.csv",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True, "header": True},
        "schema": schema,
    }


def _field(name: str, info: FieldInfo) -> dict[str, Any]:
    kind, allowed = _type(info.annotation)
    described: dict[str, Any] = {"name": name, "type": kind, "description": info.description or ""}
    extra = info.json_schema_extra
    if isinstance(extra, dict) and "unit" in extra:
        described["unit"] = extra["unit"]
    constraints: dict[str, Any] = {}
    if allowed:
        constraints["enum"] = allowed
    if info.is_required() and "" not in get_args(info.annotation) and kind != "string":
        constraints["required"] = not _optional(info.annotation)
    if constraints:
        described["constraints"] = constraints
    return described


def _type(annotation: Any) -> tuple[str, list[str]]:
    options = [option for option in get_args(annotation) if option is not type(None)]
    if get_origin(annotation) is Literal:
        return "string", [str(option) for option in options if option != ""]
    plain = options[0] if options else annotation
    return {float: "number", int: "integer"}.get(plain, "string"), []


def _optional(annotation: Any) -> bool:
    return type(None) in get_args(annotation)
