"""Units in the forms in which articles write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.errors import RulesError
from extract.rules.tsv import Row
from extract.rules.units import UnitTable

ROWS = (
    ("mg/dL", "mg%|milligrams per deciliter", "lab"),
    ("g/L", "", "lab"),
    ("g", "gram|grams", "dose"),
    ("mg", "", "dose"),
    ("ug/L", "mcg/L|microg/L", "lab"),
    ("10*9/L", "x10^9/L|10^9/L|x 10e9/L", "lab"),
    ("mm[Hg]", "mmHg", "other"),
    ("Pa", "=Pa", "other"),
    ("%", "percent", "lab"),
    ("mm3", "cubic millimetre", "lab"),
)


def row(unit: str, synonyms: str, kind: str, line: int = 2) -> Row:
    cells = {"unit": unit, "synonyms": synonyms, "kind": kind, "dimension": ""}
    return Row(Path("units.tsv"), line, cells)


@pytest.fixture(scope="module")
def units() -> UnitTable:
    table = UnitTable()
    for cells in ROWS:
        table.add_row(row(*cells))
    return table


@pytest.mark.parametrize(
    ("text", "ucum"),
    [
        ("mg/dl", "mg/dL"),
        ("mg / dL", "mg/dL"),
        ("milligrams per deciliter", "mg/dL"),
        ("µg/L", "ug/L"),
        ("μg/l", "ug/L"),
        ("×10⁹/L", "10*9/L"),
        ("x 10^9/l", "10*9/L"),
        ("mm Hg", "mm[Hg]"),
        ("%", "%"),
        ("mm³", "mm3"),
        ("grams", "g"),
    ],
)
def test_a_unit_is_known_in_its_common_spellings(units: UnitTable, text: str, ucum: str) -> None:
    match = units.match(text, 0)
    assert match is not None
    assert (match[0], match[1].ucum) == (len(text), ucum)


@pytest.mark.parametrize("text", ["girl", "mgs", "pa", "percentage", "L", "\nmg", ""])
def test_words_that_begin_like_a_unit_are_none(units: UnitTable, text: str) -> None:
    assert units.match(text, 0) is None


def test_the_longest_unit_wins(units: UnitTable) -> None:
    match = units.match("g/L and more", 0)
    assert match is not None
    assert match[1].ucum == "g/L"


def test_a_unit_is_matched_at_its_place_only(units: UnitTable) -> None:
    text = "levels of 9.0 mg/dl and"
    match = units.match(text, text.index("mg"))
    assert match is not None
    assert text[text.index("mg") : match[0]] == "mg/dl"


def test_a_citation_mark_glued_to_a_unit_is_no_part_of_it(units: UnitTable) -> None:
    match = units.match("mg/dl10 was", 0)
    assert match is not None
    assert match[0] == len("mg/dl")


def test_an_unknown_kind_of_unit_is_reported_with_its_line() -> None:
    with pytest.raises(RulesError, match=r"units\.tsv:7: kind must be one of"):
        UnitTable().add_row(row("mg", "", "weight", line=7))
