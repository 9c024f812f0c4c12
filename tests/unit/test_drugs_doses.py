"""Doses: values, ranges, units, multiples, and what is no dose."""

from __future__ import annotations

import pytest

from extract.nlp.doses import Dose, find_doses


def only(text: str) -> Dose:
    """Return the one dose of a text."""
    found = find_doses(text, 0, len(text))
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "value", "high", "unit"),
    [
        ("40 mg", 40, None, "mg"),
        ("1,200 mg", 1200, None, "mg"),
        ("20 000 units", 20000, None, "units"),
        ("0.5 µg/kg/min", 0.5, None, "µg/kg/min"),
        ("5 to 6 mg/day", 5, 6, "mg/day"),
        ("80–160 mg", 80, 160, "mg"),
        ("5 mg/kg/h to 8 mg/kg/h", 5, 8, "mg/kg/h"),
        ("2.5 mg.kg-1", 2.5, None, "mg.kg-1"),
        ("400 mg/kg /day", 400, None, "mg/kg /day"),
        ("5 million I.U.", 5, None, "million I.U."),
        ("75 mg/m2", 75, None, "mg/m2"),
        ("AUC of 5", 5, None, "AUC"),
        ("two tablets", 2, None, "tablets"),
        ("300 mEq./day", 300, None, "mEq./day"),
        ("20 x 10^6 U", 20, None, "x 10^6 U"),
        ("160/800 mg", 160, None, "mg"),
    ],
)
def test_value_and_unit(text: str, value: float, high: float | None, unit: str) -> None:
    dose = only(text)
    assert (dose.value, dose.high, dose.unit_text) == (value, high, unit)


def test_multiple_says_how_often() -> None:
    dose = only("4 × 4.5 g/day")
    assert (dose.times, dose.times_text, dose.value) == (4, "4 ×", 4.5)


def test_latin_frequency_behind_slash_is_not_unit() -> None:
    text = "1 g/bid"
    dose = only(text)
    assert dose.unit_text == "g"
    assert dose.latin is not None and text[slice(*dose.latin)] == "bid"


def test_fall_is_two_doses_and_no_range() -> None:
    found = find_doses("from 40 mg to 20 mg", 0, 19)
    assert [(d.value, d.high) for d in found] == [(40, None), (20, None)]


def test_numbers_before_a_shared_unit_are_kept() -> None:
    assert [value for _, _, value in only("90 and 25 mg").shared] == [90]


@pytest.mark.parametrize(
    "text", ["18 mg/dL", "4 mmol/L", "12 ng/mL", "5 cm", "65 kg", "18 G", "2/5", "120/80 mmHg", "10 days"]
)
def test_other_quantities_are_no_doses(text: str) -> None:
    assert find_doses(text, 0, len(text)) == []


def test_unit_of_a_day_is_daily() -> None:
    assert only("720 mg/day").daily
    assert not only("720 mg").daily


def test_long_run_of_numbers_is_read_once() -> None:
    text = "1, " * 20000 + "5 mg"
    assert find_doses(text, 0, len(text))[-1].unit_text == "mg"
