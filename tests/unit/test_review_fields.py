"""Forms: what the record models allow, and nothing else."""

from __future__ import annotations

import pytest

from extract.review.fields import blank, form_fields, read_form
from extract.review.identity import REVIEWED

CASES = ["a#1", "a#2"]
PLACE = {"start": "3", "end": "9"}


def problems(table: str, **typed: str) -> dict[str, str]:
    return read_form(table, {**blank(table, "a", "a#1"), **PLACE}, typed, CASES)[1]


@pytest.mark.parametrize("table", REVIEWED)
def test_every_data_column_can_be_changed_but_the_quote(table: str) -> None:
    names = [one.name for one in form_fields(table)]
    assert "quote" not in names
    assert {"start", "end", "case_id"} <= set(names)
    assert len(names) == len(set(names)) > 8


@pytest.mark.parametrize(
    ("table", "column", "typed", "told"),
    [
        ("labs", "value", "twelve", "a number is expected"),
        ("labs", "value", "nan", "a number is expected"),
        ("labs", "value", "1e999", "a number is expected"),
        ("labs", "flag", "X", "one of: L, N, H"),
        ("labs", "comparator", "", "must not be empty"),
        ("labs", "case_id", "b#1", "one of: a#1, a#2"),
        ("muscle_grades", "grade", "7", "less than or equal to 5"),
        ("scores", "minute", "2.5", "a whole number"),
        ("drugs", "route", "by mouth", "one of: oral"),
        ("levels", "region", "", "must not be empty"),
        ("cases", "age_years", "forty", "a number is expected"),
    ],
)
def test_a_wrong_type_or_value_is_refused_beside_its_field(table: str, column: str, typed: str, told: str) -> None:
    assert told in problems(table, **{column: typed})[column]


def test_what_names_the_row_must_be_there() -> None:
    assert "analyte" in problems("labs")
    assert problems("labs", analyte="sodium", value_text="121") == {}


def test_numbers_come_out_in_the_notation_of_the_tables() -> None:
    before = {**blank("labs", "a", "a#1"), **PLACE}
    cells, wrong = read_form(
        "labs", before, {"analyte": "  serum   sodium ", "value": "121.0", "ref_low": " 135 "}, CASES
    )
    assert wrong == {}
    assert (cells["analyte"], cells["value"], cells["ref_low"]) == ("serum sodium", "121", "135")


@pytest.mark.parametrize(("text", "number"), [("1,250", "1250"), ("9.50", "9.5"), ("1:80", ""), ("10-12", "")])
def test_the_number_follows_the_text_that_was_typed_for_it(text: str, number: str) -> None:
    before = {**blank("labs", "a", "a#1"), **PLACE, "analyte": "sodium", "value_text": "12", "value": "12"}
    assert read_form("labs", before, {"value_text": text, "value": "12"}, CASES)[0]["value"] == number
    assert read_form("labs", before, {"value_text": text, "value": "7"}, CASES)[0]["value"] == "7"


def test_a_new_row_says_nothing_that_nobody_has_chosen() -> None:
    assert blank("levels", "a", "a#1")["region"] == ""
    assert blank("muscle_grades", "a", "a#1")["side"] == "unspecified"
    assert blank("labs", "a", "a#1")["rule"] == "reviewer"
