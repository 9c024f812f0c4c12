"""A corrected cell takes along what was worked out of it."""

from __future__ import annotations

import pytest

from extract.review.consequences import with_consequences
from extract.tables.schema import TABLES

SODIUM = {
    "analyte": "sodium", "loinc": "2951-2", "comparator": "=", "value_text": "112", "value": "112",
    "unit_text": "mmol/L", "unit": "mmol/L", "value_conventional": "112", "unit_conventional": "meq/L",
    "value_si": "112", "unit_si": "mmol/L", "ref_low": "135", "ref_high": "145", "flag": "L",
}  # fmt: skip
DOSE = {"drug": "aspirin", "drugbank_id": "DB00945", "dose_value": "100", "dose_unit": "mg", "frequency_per_day": "1",
        "daily_dose": "100"}  # fmt: skip


def corrected(table: str, row: dict[str, str], **typed: str) -> dict[str, str]:
    """Return what changes in a row."""
    before = {**dict.fromkeys(TABLES[table].model_fields, ""), **row}
    after = with_consequences(table, before, {**before, **typed})
    return {name: text for name, text in after.items() if text != before[name]}


@pytest.mark.parametrize(
    ("typed", "follows"),
    [
        ({"value": "138"}, {"value_conventional": "138", "value_si": "138", "flag": "N"}),
        ({"value": "150"}, {"value_conventional": "150", "value_si": "150", "flag": "H"}),
        ({"value": ""}, {"value_conventional": "", "unit_conventional": "", "value_si": "", "unit_si": "", "flag": ""}),
        ({"analyte": "calcium", "value": "9", "unit": "mg/dL", "ref_low": "8"},
         {"loinc": "17861-6", "value_conventional": "9", "unit_conventional": "mg/dL", "value_si": "2.2455",
          "flag": "N"}),
        ({"analyte": "a new marker"},
         {"loinc": "", "value_conventional": "", "unit_conventional": "", "value_si": "", "unit_si": ""}),
        ({"unit_text": "mEq/L"}, {"unit": "meq/L"}),
        ({"unit_text": "bottles"},
         {"unit": "", "value_conventional": "", "unit_conventional": "", "value_si": "", "unit_si": ""}),
        ({"ref_low": "100"}, {"flag": "N"}),
        ({"comparator": "<"}, {"flag": ""}),
        ({"value": "138", "value_si": "1", "flag": "H"}, {"value_conventional": "138"}),  # what was typed stays
        ({"specimen": "plasma"}, {}),
    ],
)  # fmt: skip
def test_labs(typed: dict[str, str], follows: dict[str, str]) -> None:
    assert corrected("labs", SODIUM, **typed) == {**typed, **follows}


def test_a_titre() -> None:
    titre = {"analyte": "antinuclear antibody", "comparator": "=", "value_text": "1:80", "titer": "80"}
    assert corrected("labs", titre, value_text="1:640")["titer"] == "640"
    assert corrected("labs", {"analyte": "antinuclear antibody"}, value_text="1:640")["titer"] == "640"


@pytest.mark.parametrize(
    ("table", "row", "typed", "follows"),
    [
        ("drugs", DOSE, {"dose_value": "75"}, {"daily_dose": "75"}),
        ("drugs", DOSE, {"frequency_per_day": "2"}, {"daily_dose": "200"}),
        ("drugs", DOSE, {"frequency_per_day": ""}, {"daily_dose": ""}),
        ("drugs", {**DOSE, "dose_unit": "mg/d", "frequency_per_day": "2"}, {"dose_value": "75"}, {"daily_dose": "75"}),
        ("drugs", {**DOSE, "frequency_text": "daily in two divided doses"}, {"frequency_per_day": "2"}, {}),
        ("drugs", DOSE, {"drug": "warfarin"}, {"drugbank_id": "DB00682"}),
        ("drugs", DOSE, {"drug": "a trial drug"}, {"drugbank_id": ""}),
        ("drugs", DOSE, {"dose_unit": "mg/h"}, {"daily_dose": ""}),
        ("levels", {"level": "T4", "region": "thoracic"}, {"level": "T4-T5"}, {"upper": "T4", "lower": "T5"}),
        ("levels", {"level": "T4", "region": "thoracic"}, {"level": "L5-S1"},
         {"upper": "L5", "lower": "S1", "region": "junctional"}),
        ("levels", {"level": "T4-T5", "region": "thoracic", "upper": "T4", "lower": "T5"}, {"level": "C4"},
         {"upper": "", "lower": "", "region": "cervical"}),
        ("muscle_grades", {"grade": "4", "grade_text": "4"}, {"grade_text": "4+"}, {"grade": "4.33"}),
        ("muscle_grades", {"grade": "4", "grade_text": "4"}, {"grade_text": "4-"}, {"grade": "3.67"}),
        ("muscle_grades", {"grade": "4", "grade_text": "4"}, {"grade_text": "trace"}, {}),
        ("muscle_grades", {"muscle": "deltoid", "kind": "muscle"}, {"muscle": "hip flexion"}, {"kind": "movement"}),
        ("scores", {"value": "15", "value_text": "15"}, {"value": "14"}, {}),
        ("cases", {"age_years": "53"}, {"age_years": "54"}, {}),
    ],
)  # fmt: skip
def test_other_tables(table: str, row: dict[str, str], typed: dict[str, str], follows: dict[str, str]) -> None:
    assert corrected(table, row, **typed) == {**typed, **follows}
