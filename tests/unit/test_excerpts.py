"""A few sentences out of a case report are of its patient; what is generally so is of nobody."""

from __future__ import annotations

import pytest

import extract


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("Serum sodium was 128 mmol/L.", "labs"),
        ("serum sodium 128 mmol/L", "labs"),
        ("Enoxaparin 40 mg once daily was started. No bleeding occurred.", "drugs"),
        ("Strength of the right quadriceps was 3/5.", "muscle_grades"),
        ("Radiographs showed a compression fracture of L1.", "levels"),
    ],
)
def test_an_excerpt_tells_of_the_patient_whom_it_does_not_introduce(text: str, table: str) -> None:
    tables = extract.text(text)
    assert [len(tables["cases"]), len(tables[table])] == [1, 1]


@pytest.mark.parametrize(
    "text",
    [
        "Normal serum sodium is 135-145 mmol/L.",
        "Deep vein thrombosis is treated with enoxaparin 40 mg.",
        "Serum sodium was 118 mmol/L in a series of 40 patients with this syndrome [12].",
        "Novak et al. reported a sodium of 118 mmol/L.",
    ],
)
def test_what_is_generally_so_is_nobodys(text: str) -> None:
    tables = extract.text(text)
    assert [len(tables[name]) for name in ("cases", "labs", "drugs")] == [0, 0, 0]


def test_a_page_of_text_that_speaks_of_no_patient_is_no_excerpt() -> None:
    assert extract.text("Serum sodium was 128 mmol/L. " + "The room was quiet. " * 30)["labs"].empty
