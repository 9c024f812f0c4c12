"""Sentences and the muscle grades that they must give, and sentences that must give none."""

from __future__ import annotations

import pytest
from record_tables import lines, muscle_rows, pairs


@pytest.mark.parametrize(("sentence", "rows"), pairs("muscle_grades.tsv"))
def test_rows(sentence: str, rows: str) -> None:
    assert "; ".join(muscle_rows(sentence)) == rows


@pytest.mark.parametrize("sentence", lines("not_muscle_grades.txt"))
def test_other_numbers_give_no_grade(sentence: str) -> None:
    assert muscle_rows(sentence) == []
