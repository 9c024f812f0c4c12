"""Columns that more than the sentence decides: ranges by sex or told elsewhere, units as the source writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from extract.nlp.extensions import drafts
from extract.nlp.model import Draft, FactContext
from extract.nlp.pipeline import load_pipeline
from extract.records.finish import tell_once
from extract.run.article import process

RANGES = "Serum ferritin was 640 ng/mL (normal: males 20-300 ng/mL; females 12-150 ng/mL)."


def labs(text: str) -> list[dict[str, Any]]:
    """Return the columns of the results in a text."""
    return [row.values for row in drafts(load_pipeline()(text)) if row.table == "labs"]


@pytest.mark.parametrize(
    ("patient", "bounds"),
    [
        ("A 40-year-old man was admitted.", (20, 300)),
        ("A 40-year-old woman was admitted.", (12, 150)),
        ("A 40-year-old patient was admitted.", (None, None)),
    ],
)
def test_of_two_ranges_the_one_of_the_patients_sex_counts(
    patient: str, bounds: tuple[float | None, float | None]
) -> None:
    rows = labs(f"{patient} {RANGES}")
    assert [(row.get("ref_low"), row.get("ref_high")) for row in rows] == [bounds]


def told(sentence: int, values: dict[str, Any]) -> Draft:
    """Return a result that stands in the sentence at an offset."""
    columns = {"analyte": "ferritin", "comparator": "=", "value_text": "640", "value": 640.0, "unit": "ng/mL"}
    return Draft("labs", sentence, sentence + 8, columns | values, FactContext(), "test", sentence_start=sentence)


def test_a_result_told_twice_keeps_the_range_of_either_telling() -> None:
    prose = told(0, {"result": "high", "result_text": "elevated", "analyte_text": "ferritin"})
    table = told(90, {"ref_low": 20.0, "ref_high": 300.0, "flag": "H"})
    (row,) = tell_once([prose, table])
    assert (row.start, row.values["result_text"]) == (0, "elevated")
    assert (row.values["ref_low"], row.values["ref_high"], row.values["flag"]) == (20.0, 300.0, "H")


def test_a_range_in_another_unit_is_not_taken_over() -> None:
    prose = told(0, {"result": "high", "result_text": "elevated", "analyte_text": "ferritin"})
    table = told(90, {"unit": "ug/L", "ref_high": 300.0, "flag": "H"})
    (row,) = tell_once([prose, table])
    assert row.values.get("ref_high") is None


def test_a_unit_is_given_in_the_characters_of_the_source(tmp_path: Path) -> None:
    article = tmp_path / "a.txt"
    article.write_text(
        "A 40-year-old man was admitted. Creatinine was 1.9 mg dL−1 and urea 64 mg/dL.", encoding="utf-8"
    )
    labs = process(article, "a", "a.txt").records.tables["labs"]
    assert [row.model_dump()["unit_text"] for row in labs] == ["mg dL−1", "mg/dL"]
