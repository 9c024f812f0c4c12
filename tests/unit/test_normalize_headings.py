"""Headings, known and by shape."""

from __future__ import annotations

import pytest

from extract.normalize.headings import has_heading_shape, is_known_heading

KNOWN = """Introduction
INTRODUCTION
1. Introduction
2.1 Case presentation
II. DISCUSSION
Case 2
Case report:
Follow-up and outcomes
Follow up and outcomes
Conflicts of Interest
References"""
NO_SHAPE = """He was well.
Sodium 139 mmol/L
and the left knee
Urate: 560
The patient was then moved to another ward of us
Swelling of the"""


@pytest.mark.parametrize("line", KNOWN.split("\n"))
def test_known_headings_in_any_dress(line: str) -> None:
    assert is_known_heading(line)


@pytest.mark.parametrize("line", ["treatment.", "Treatment was started.", "A", "Her discussion of the case"])
def test_lines_that_are_no_known_heading(line: str) -> None:
    assert not is_known_heading(line)


@pytest.mark.parametrize(
    "line", ["Surgical Technique and Its Limits", "Electron microscopy", "OCULAR SIGNS", "3.2 Nerve Biopsy"]
)
def test_lines_with_a_headings_shape(line: str) -> None:
    assert has_heading_shape(line)


@pytest.mark.parametrize("line", NO_SHAPE.split("\n"))
def test_lines_without_a_headings_shape(line: str) -> None:
    assert not has_heading_shape(line)
