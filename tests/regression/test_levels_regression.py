"""Sentences and the spinal levels that they must give, and look-alikes that must give none."""

from __future__ import annotations

import pytest
from record_tables import level_rows, lines, pairs


@pytest.mark.parametrize(("sentence", "rows"), pairs("levels.tsv"))
def test_rows(sentence: str, rows: str) -> None:
    assert "; ".join(level_rows(sentence)) == rows


@pytest.mark.parametrize("sentence", lines("not_levels.txt"))
def test_look_alikes_give_no_level(sentence: str) -> None:
    assert level_rows(sentence) == []
