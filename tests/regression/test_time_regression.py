"""Stories and the days from presentation that their facts must get."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from spacy.tokens import Doc

from extract.nlp.extensions import context

TABLES = Path(__file__).parent / "tables"
OPENING = "Case report\nA 40-year-old man was admitted to our hospital. "
MARK = re.compile(r"\[([^|\]]+)\|([^\]]+)\]")


def stories() -> list[str]:
    text = (TABLES / "time_days.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def unmark(line: str) -> tuple[str, list[tuple[int, int, float | None]]]:
    text, facts, last = OPENING, [], 0
    for mark in MARK.finditer(line):
        text += line[last : mark.start()]
        facts.append((len(text), len(text) + len(mark[1]), None if mark[2] == "-" else float(mark[2])))
        text += mark[1]
        last = mark.end()
    return text + line[last:], facts


@pytest.mark.parametrize("line", stories())
def test_days(line: str, read: Callable[[str], Doc]) -> None:
    text, facts = unmark(line)
    doc = read(text)
    found = [(text[a:b], context(doc).at(a, b).time_days) for a, b, _ in facts]
    assert found == [(text[a:b], days) for a, b, days in facts]
