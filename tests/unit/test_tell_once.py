"""Facts told twice are one row, measurements at several visits are several."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.records.finish import tell_once
from extract.records.muscle_grades import MuscleGrade
from extract.run.article import process

INTRODUCTION = "Case report\nA 40-year-old man presented with weakness of the right arm. "


def told(folder: Path, text: str) -> list[tuple[str, str, str]]:
    """Return side, grade and time of the muscle grades of an article."""
    path = folder / "article.txt"
    path.write_text(text, encoding="utf-8")
    rows = process(path, "article", path.name).records.tables["muscle_grades"]
    return [(row.side, row.grade_text, row.time_text) for row in rows if isinstance(row, MuscleGrade)]


def test_nothing_gives_nothing() -> None:
    assert tell_once([]) == []


def test_equal_grades_at_two_follow_ups_are_two_rows(tmp_path: Path) -> None:
    text = INTRODUCTION + (
        "Two weeks after surgery, the right deltoid was 4/5. At the last follow-up, the right deltoid was 4/5."
    )
    assert told(tmp_path, text) == [
        ("right", "4", "Two weeks after surgery"),
        ("right", "4", "At the last follow-up"),
    ]


@pytest.mark.parametrize("first", ["The left deltoid was 2/5.", "The deltoid was 2/5."])
def test_a_telling_without_side_is_joined_with_the_one_that_gives_it(tmp_path: Path, first: str) -> None:
    text = f"Abstract\nA 40-year-old man had a weak arm. {first}\n" + INTRODUCTION + "The left deltoid was 2/5."
    assert [row[:2] for row in told(tmp_path, text)] == [("left", "2")]


def test_left_and_right_stay_apart(tmp_path: Path) -> None:
    text = "Abstract\nA 40-year-old man was weak. The deltoid was 4/5.\n" + INTRODUCTION
    text += "The right deltoid was 4/5. The left deltoid was 4/5."
    assert [row[0] for row in told(tmp_path, text)] == ["right", "left"]


def test_each_column_of_a_table_tells_once(tmp_path: Path) -> None:
    text = INTRODUCTION + (
        "Six months after surgery, the right deltoid was 4/5. One year after surgery, the right deltoid was 4/5.\n"
        "Table 1. Muscle strength\nMuscle\tPreoperative\t6 months\t12 months\nRight deltoid\t2/5\t4/5\t4/5"
    )
    assert [row[1] for row in told(tmp_path, text)] == ["4", "4", "2"]


def test_a_discussion_that_repeats_a_later_value_without_its_time_adds_no_row(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text(
        INTRODUCTION + "The sodium was 118 mmol/L. Saline was given. On day 3 the sodium was 135 mmol/L.\n"
        "Discussion\nThis disease is rare. In our patient the sodium of 135 mmol/L was reached without harm.",
        encoding="utf-8",
    )
    rows = process(path, "article", path.name).records.tables["labs"]
    assert [(row.model_dump()["value_text"], row.when) for row in rows] == [("118", "baseline"), ("135", "followup")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("There was no movement of the left leg.", "Power in the left leg was 0/5."),
        ("Power in the left leg was 0/5.", "There was no movement of the left leg."),
    ],
)
def test_a_grade_in_figures_takes_the_place_of_the_words_for_it(tmp_path: Path, first: str, second: str) -> None:
    text = f"Abstract\nA 40-year-old man had a weak leg. {first}\n" + INTRODUCTION + second
    assert [row[:2] for row in told(tmp_path, text)] == [("left", "0")]
