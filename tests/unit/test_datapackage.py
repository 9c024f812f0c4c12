"""The data package describes every table and every column."""

from __future__ import annotations

from typing import Any

import pytest
from frictionless import Package

from extract.records.common import columns
from extract.tables.datapackage import data_package
from extract.tables.schema import TABLES

PACKAGE = data_package()
RESOURCES = {resource["name"]: resource for resource in PACKAGE["resources"]}
FIELDS = {
    (name, column["name"]): column
    for name, resource in RESOURCES.items()
    for column in resource["schema"]["fields"]
}


def field(table: str, column: str) -> dict[str, Any]:
    return FIELDS[table, column]


def test_the_descriptor_is_a_valid_data_package() -> None:
    errors = Package.metadata_validate(PACKAGE)
    assert [error.message for error in errors] == []


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_described_in_the_order_of_the_table(table: str) -> None:
    fields = RESOURCES[table]["schema"]["fields"]
    assert [f["name"] for f in fields] == columns(TABLES[table])
    assert [f["name"] for f in fields if len(f["description"]) < 3] == []


def test_numbers_are_numbers_and_texts_are_texts() -> None:
    assert {column["type"] for column in FIELDS.values()} == {"string", "number", "integer"}
    assert field("labs", "value")["type"] == "number"
    assert field("labs", "start")["type"] == "integer"
    assert field("labs", "page")["type"] == "integer"
    assert field("labs", "value_text")["type"] == "string"


def test_closed_lists_are_spelt_out_without_the_empty_cell() -> None:
    assert field("labs", "comparator")["constraints"]["enum"] == ["=", "<", ">", "<=", ">=", "~"]
    assert field("labs", "when")["constraints"] == {"enum": ["baseline", "followup", "history"]}
    assert field("drugs", "status")["constraints"] == {
        "enum": ["given", "stopped", "history", "withheld"],
        "required": True,
    }


def test_limits_and_units_are_told() -> None:
    assert field("muscle_grades", "grade")["constraints"] == {"required": True, "minimum": 0, "maximum": 5}
    assert field("labs", "time_days")["unit"] == "d"
    assert field("cases", "age_years")["unit"] == "a"


def test_tables_refer_to_one_another() -> None:
    assert RESOURCES["labs"]["schema"]["primaryKey"] == ["record_id"]
    targets = [key["reference"]["resource"] for key in RESOURCES["labs"]["schema"]["foreignKeys"]]
    assert targets == ["articles", "cases"]
    assert "foreignKeys" not in RESOURCES["articles"]["schema"]
