"""Sentences and the clinical scores that they must give, and sentences that must give none."""

from __future__ import annotations

import pytest
from record_tables import lines, pairs, rows, score_rows


@pytest.mark.parametrize(("sentence", "expected"), pairs("scores.tsv"))
def test_rows(sentence: str, expected: str) -> None:
    assert "; ".join(score_rows(sentence)) == expected


@pytest.mark.parametrize("sentence", lines("not_scores.txt"))
def test_look_alikes_give_no_score(sentence: str) -> None:
    assert score_rows(sentence) == []


@pytest.mark.parametrize(("sentence", "expected"), pairs("scores_when.tsv"))
def test_when(sentence: str, expected: str) -> None:
    found = [
        f"{row.values['value_text']} {row.context.when} {row.context.time_text}" for row in rows(sentence, "scores")
    ]
    assert "; ".join(text.strip() for text in found) == expected


@pytest.mark.parametrize(("sentence", "expected"), pairs("scores_when.tsv"))
def test_scores_in_figures_hold(sentence: str, expected: str) -> None:
    assert {row.context.assertion for row in rows(sentence, "scores")} == {"present"}
