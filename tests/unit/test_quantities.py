"""Numbers with comparator, range and unit, as articles write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.nlp.model import Quantity
from extract.nlp.quantities import find_quantities
from extract.rules.fold import split_words
from extract.rules.lexicon import Entry, Lexicon
from extract.rules.tsv import Row
from extract.rules.units import UnitTable

UNITS = UnitTable()
for _unit in ("mg/dL", "mg", "g/dL", "ng/mL", "%", "10*9/L", "mmol/L", "U/L", "/uL", "g"):
    UNITS.add_row(Row(Path("units.tsv"), 2, {"unit": _unit, "synonyms": "", "kind": "both", "dimension": ""}))

LEXICON = Lexicon()
LEXICON.add(Entry("CA 19-9", "analyte"), ["CA 19-9"])
LEXICON.add(Entry("vitamin B12", "analyte"), ["vitamin B12"])


def read(text: str) -> list[Quantity]:
    return list(find_quantities(text, UNITS, LEXICON.find(text, split_words(text))))


def one(text: str) -> Quantity:
    quantities = read(text)
    assert len(quantities) == 1, quantities
    return quantities[0]


@pytest.mark.parametrize(
    ("text", "value_text", "value", "unit"),
    [
        ("calcium of 9.0 mg/dl", "9.0", 9.0, "mg/dL"),
        ("platelets 12,500 /µL", "12500", 12500.0, "/uL"),
        ("platelets 1,250,000/µL", "1250000", 1250000.0, "/uL"),
        ("leukocytes 12\u2009500/µL", "12500", 12500.0, "/uL"),
        ("haemoglobin 10·2 g/dL", "10.2", 10.2, "g/dL"),
        ("creatinine was .8 mg/dL", "0.8", 0.8, "mg/dL"),
        ("bilirubin 3,5 mg/dL", "3.5", 3.5, "mg/dL"),
        ("90mg", "90", 90.0, "mg"),
        ("a 500-mg tablet", "500", 500.0, "mg"),
        ("saturation 98%", "98", 98.0, "%"),
    ],
)
def test_a_number_with_its_unit(text: str, value_text: str, value: float, unit: str) -> None:
    quantity = one(text)
    assert (quantity.value_text, quantity.value) == (value_text, value)
    assert quantity.unit is not None
    assert quantity.unit.ucum == unit
    assert text[quantity.number_start : quantity.end].endswith(quantity.unit_text)


@pytest.mark.parametrize("written", ["×10⁹/L", "x 10^9/L", "× 10 9/L", "x109/L", "*10^9/L"])
def test_a_power_of_ten_belongs_to_the_unit(written: str) -> None:
    quantity = one(f"platelets of 35 {written}")
    assert quantity.value_text == "35"
    assert quantity.unit is not None
    assert quantity.unit.ucum == "10*9/L"


@pytest.mark.parametrize(
    ("text", "comparator"),
    [
        ("< 5 mg/dL", "<"),
        ("<5 mg/dL", "<"),
        ("≤5 mg/dL", "<="),
        ("less than 5 mg/dL", "<"),
        ("at least 5 mg/dL", ">="),
        ("≥ 5 mg/dL", ">="),
        ("exceeding 5 mg/dL", ">"),
        ("no more than 5 mg/dL", "<="),
        ("approximately 5 mg/dL", "~"),
        ("was 5 mg/dL", "="),
        ("turnover 5 mg/dL", "="),
    ],
)
def test_comparators_in_signs_and_words(text: str, comparator: str) -> None:
    assert one(f"CRP {text}").comparator == comparator


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("10-65 ng/mL", 10.0, 65.0),
        ("10–65 ng/mL", 10.0, 65.0),
        ("10 to 65 ng/mL", 10.0, 65.0),
        ("10 ng/mL to 65 ng/mL", 10.0, 65.0),
        ("between 10 and 65 ng/mL", 10.0, 65.0),
        ("1,000-2,000 ng/mL", 1000.0, 2000.0),
    ],
)
def test_a_range_has_two_ends_and_one_unit(text: str, low: float, high: float) -> None:
    quantity = one(f"values of {text} were seen")
    assert (quantity.form, quantity.value, quantity.value_high) == ("range", low, high)
    assert quantity.unit is not None
    assert quantity.unit.ucum == "ng/mL"


def test_a_change_from_one_value_to_another_is_no_range() -> None:
    quantities = read("CRP increased from 10 mg/dL to 65 mg/dL")
    assert [q.value_text for q in quantities] == ["10", "65"]


def test_two_values_joined_by_and_are_two_quantities() -> None:
    quantities = read("levels of 9.0 mg/dl and 2.8 mg/dl, respectively")
    assert [(q.value_text, q.unit_text) for q in quantities] == [("9.0", "mg/dl"), ("2.8", "mg/dl")]


@pytest.mark.parametrize(("text", "titer"), [("1:2560", 2560), ("1 : 80", 80), ("1:1,280", 1280)])
def test_titres(text: str, titer: int) -> None:
    quantity = one(f"positive at {text}, with")
    assert (quantity.form, quantity.value, quantity.value_text) == ("titer", titer, f"1:{titer}")


@pytest.mark.parametrize(("text", "written"), [("2/5", "2/5"), ("4+/5", "4+/5"), ("3 / 5", "3/5")])
def test_fractions(text: str, written: str) -> None:
    quantity = one(f"strength {text} in the leg")
    assert (quantity.form, quantity.value_text) == ("fraction", written)


def test_a_minus_sign_is_told_from_a_dash() -> None:
    assert one("base excess of −11.6 mmol/L").value == -11.6
    assert one("base excess of -11.6 mmol/L").value == -11.6
    assert one("CRP - 12 mg/dL").value == 12.0


@pytest.mark.parametrize(
    "text", ["CA 19-9 and vitamin B12", "5-FU", "the 2nd dose", "18F uptake", "12/05/2019", "2019-05-12"]
)
def test_digits_of_names_and_dates_are_no_quantities(text: str) -> None:
    assert read(text) == []


def test_a_value_right_behind_a_name_with_digits_is_read() -> None:
    assert one("vitamin B12 150 ng/mL").value == 150.0


def test_offsets_cover_comparator_number_and_unit() -> None:
    text = "CRP was less than 5 mg/dL."
    quantity = one(text)
    assert text[quantity.start : quantity.end] == "less than 5 mg/dL"
    assert text[quantity.number_start : quantity.number_end] == "5"


def test_signs_set_apart_in_a_row_of_base_excesses() -> None:
    row = "BE (mmol/L)\t\u2212\u20092 to +\u20093\t8.6\t-\u00a03.7\t- 1.2\n"
    assert [q.value_text for q in read(row)] == ["-2-3", "8.6", "-3.7", "-1.2"]
    assert [q.value_text for q in read("CRP (mg/dL)\t8.6\t- 3.7\n")] == ["8.6", "3.7"]


def test_cost_grows_with_the_length_of_the_text_only() -> None:
    # what could be a range, a date or a list at every place; a quadratic reader would not come back
    assert len(read("1-" * 20_000)) < 40_000
    assert len(read("9 " * 20_000)) == 20_000
