"""The schema by which editors complete a protocol is that of the models and the rules."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from helpers import ROOT
from jsonschema import Draft7Validator

from extract.protocol.names import Names
from extract.protocol.schema import FILE, schema_text
from extract.rules.load import load_rules

TEXT = schema_text(Names(load_rules()))
SCHEMA: dict[str, Any] = json.loads(TEXT)


def errors(text: str) -> list[str]:
    return [error.message for error in Draft7Validator(SCHEMA).iter_errors(yaml.safe_load(text))]


def test_the_published_schema_is_up_to_date() -> None:
    assert (ROOT / "docs" / FILE).read_text(encoding="utf-8") == TEXT, "run docs/refresh.py"


def test_it_is_a_schema() -> None:
    Draft7Validator.check_schema(SCHEMA)


def test_editors_are_told_the_names_that_there_are() -> None:
    definitions = SCHEMA["definitions"]
    assert "calcium" in definitions["analyte_names"]["enum"]
    assert "lower limb" in definitions["muscle_group_names"]["enum"]
    assert "corticosteroid" in definitions["drug_class_names"]["enum"]
    assert "Glasgow Coma Scale" in definitions["scale_names"]["enum"]


def test_the_protocol_of_the_corpus_is_valid_and_names_the_schema() -> None:
    path = ROOT / "corpus" / "protocol.yaml"
    text = path.read_text(encoding="utf-8")
    assert errors(text) == []
    (line,) = (line for line in text.splitlines() if "yaml-language-server" in line)
    assert (path.parent / line.partition("$schema=")[2]).resolve() == ROOT / "docs" / FILE


@pytest.mark.parametrize(
    "variable",
    [
        "{table: labs, analyte: CRP, pick: max}",
        "{table: labs, analyte: [CRP, ESR], unit: mg/L, pick: max, days: [null, 3]}",
        "{table: drugs, class: antibiotic, pick: any, status: given}",
        "{table: cases, value: sex}",
    ],
)
def test_one_thing_or_a_list_may_be_named(variable: str) -> None:
    assert errors(f"variables: {{x: {variable}}}") == []


@pytest.mark.parametrize(
    "variable",
    [
        "{table: labs, analyte: CRP, pick: maximum}",
        "{table: labs, analyt: CRP, pick: max}",
        "{table: cases, value: sex, pick: first}",
        "{table: labs, analyte: CRP, pick: max, days: 3}",
    ],
)
def test_mistakes_are_underlined(variable: str) -> None:
    assert errors(f"variables: {{x: {variable}}}") != []
