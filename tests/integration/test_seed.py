"""The article that the project started from, as a PDF conversion left it."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import Row, development_data, rows_of

from extract.run.batch import Options, run_all
from extract.run.worklist import find_articles
from extract.run.write import write_run


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    article = development_data("corpora", "gold", "text", "SEED.txt")
    folder = tmp_path_factory.mktemp("seed")
    write_run(folder, run_all(find_articles([str(article)]), Options()), {}, 0.0)
    return folder


def cells(row: Row, *columns: str) -> tuple[str, ...]:
    return tuple(row[column] for column in columns)


def test_laboratory_results(run: Path) -> None:
    rows = rows_of(run, "labs")
    columns = ("analyte_text", "value_text", "unit_text", "ref_low", "ref_high")
    measured = [cells(row, *columns) for row in rows if row["value"] and not row["titer"]]
    numbers = [told[1:] for told in measured]
    assert numbers == [
        ("9.0", "mg/dl", "", ""),
        ("2.8", "mg/dl", "", ""),
        ("460", "pg/ml", "160", "520"),
        ("25", "pg/ml", "10", "65"),
    ]
    names = [told[0].lower() for told in measured]
    assert "calcium" in names[0]
    assert "phosphorus" in names[1]
    assert names[2].startswith("highly sensitive")
    assert "parathyroid hormone" in names[2]
    assert names[3] == "intact pth"
    titer = next(row for row in rows if row["titer"])
    assert cells(titer, "analyte_text", "titer", "result") == ("Antinuclear antibody", "2560", "positive")
    in_words = [row for row in rows if not row["value"] and not row["titer"]]
    told = {row["analyte_text"].lower(): row["result"] for row in in_words}
    assert told == {
        "parathyroid function": "normal",
        "anti-scl-70 antibody": "positive",
        "other autoantibodies": "negative",
    }
    assert len(rows) == 8


def test_muscle_grades_at_baseline_and_follow_up(run: Path) -> None:
    rows = rows_of(run, "muscle_grades")
    muscles = ["anterior tibialis", "gastrocnemius", "iliopsoas", "quadriceps"]
    assert [cells(row, "side", "grade_text", "when") for row in rows] == [
        *[("bilateral", "2", "baseline")] * 4,
        *[("bilateral", grade, "followup") for grade in "4433"],
    ]
    texts = [row["muscle_text"] for row in rows]
    assert [text.removesuffix(" muscle") for text in texts] == muscles * 2


def test_levels(run: Path) -> None:
    rows = rows_of(run, "levels")
    present = {row["level"] for row in rows if row["level"] and row["assertion"] == "present"}
    assert present == {"T4", "T5", "T3-T4", "T4-T5", "T5-T6", "T7-T8"}
    regions = {cells(row, "region", "assertion") for row in rows if not row["level"]}
    assert regions - {("thoracic", "present")} == {("cervical", "absent"), ("lumbar", "absent")}


def test_drugs_and_patient(run: Path) -> None:
    drugs = rows_of(run, "drugs")
    assert [cells(row, "drug", "dose_value", "dose_unit", "frequency_text", "status") for row in drugs] == [
        ("diltiazem", "90", "mg", "daily", "given")
    ]
    (case,) = rows_of(run, "cases")
    assert cells(case, "age_years", "sex") == ("53", "female")


def test_what_is_said_of_earlier_patients_is_left_out(run: Path) -> None:
    told = "".join((run / f"{table}.csv").read_text(encoding="utf-8") for table in ("labs", "drugs"))
    for word in ("warfarin", "bisphosphonate", "minocycline", "8.7"):
        assert word not in told
