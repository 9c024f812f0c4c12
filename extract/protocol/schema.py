"""The JSON Schema of the protocol file (docs/protocol.schema.json): editors complete it and underline mistakes."""

from __future__ import annotations

import json
from typing import Any

from extract.protocol.fields import NAMES_MARK
from extract.protocol.model import Protocol
from extract.protocol.names import Names
from extract.protocol.read import NAME

FILE = "protocol.schema.json"
_DIALECT = "http://json-schema.org/draft-07/schema#"  # the one that the YAML extensions of editors read best


def protocol_schema(names: Names) -> dict[str, Any]:
    """Return the schema, with the names that the rules know.

    A name that is not listed is no mistake for an editor: synonyms and the drugs of the dictionary are taken, too.
    """
    schema = Protocol.model_json_schema(by_alias=True)
    kinds: set[str] = set()
    made: dict[str, Any] = _adapted(schema, kinds)
    variables = made["properties"]["variables"]
    variables["propertyNames"] = {"pattern": f"^{NAME.pattern}$"}
    definitions = made.pop("$defs")
    lists = {_key(kind): {"enum": _listed(kind, names)} for kind in sorted(kinds)}
    about = "A review protocol of casetab: which variables become the columns of analysis.csv"
    return {
        "$schema": _DIALECT,
        **made,
        "title": "casetab protocol",
        "description": about,
        "definitions": definitions | lists,
    }


def schema_text(names: Names) -> str:
    """Return the schema as it stands in its file."""
    return json.dumps(protocol_schema(names), ensure_ascii=False, indent=1) + "\n"


def _adapted(node: Any, kinds: set[str]) -> Any:
    """Return a part of pydantic's schema as the file is read: one thing may stand for a list of one."""
    if isinstance(node, list):
        return [_adapted(item, kinds) for item in node]
    if not isinstance(node, dict):
        return node.replace("#/$defs/", "#/definitions/") if isinstance(node, str) else node
    if NAMES_MARK in node:
        kinds.add(node[NAMES_MARK])
        return {"anyOf": [{"$ref": f"#/definitions/{_key(node[NAMES_MARK])}"}, {"type": "string"}]}
    adapted = {key: _adapted(value, kinds) for key, value in node.items() if key not in ("discriminator", "title")}
    if isinstance(node.get("title"), dict):  # the protocol's own key of that name
        adapted["title"] = _adapted(node["title"], kinds)
    if "prefixItems" in adapted:  # the two ends of a window
        adapted["items"] = adapted.pop("prefixItems")[0]
    elif adapted.get("type") == "array" and "items" in adapted:
        return _one_or_many(adapted)
    return _without_null(adapted)


def _one_or_many(array: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of one thing or a list of them; what is told of the list is told of both."""
    told: dict[str, Any] = {key: array.pop(key) for key in ("description", "default") if key in array}
    return {"anyOf": [array["items"], array], **told}


def _without_null(node: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a key that may be left out: leaving it out is not writing null."""
    if "default" not in node or node["default"] is not None:
        return node
    told = {key: value for key, value in node.items() if key not in ("anyOf", "default")}
    (kept,) = (option for option in node["anyOf"] if option != {"type": "null"})
    return {**kept, **told}


def _key(kind: str) -> str:
    return f"{kind.replace(' ', '_')}_names"


def _listed(kind: str, names: Names) -> list[str]:
    if kind == "drug":  # of the thousands in the dictionary, those that the rules know more of
        return sorted(entry.name for entry in names.rules.entries["drug"] if entry["class"])
    return names.known(kind)
