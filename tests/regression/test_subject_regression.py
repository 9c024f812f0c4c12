"""Small articles: whose the facts are, and whether they belong to the baseline."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from spacy.tokens import Doc

from extract.nlp.extensions import context

MARK = re.compile(r"\[([^|\]]+)\|([plfo])([bfh-])\]")
SUBJECTS = {"p": "patient", "l": "literature", "f": "family", "o": "other"}
WHEN = {"b": "baseline", "f": "followup", "h": "history"}


def articles() -> list[tuple[str, str]]:
    text = (Path(__file__).parent / "tables" / "subject_when.txt").read_text(encoding="utf-8")
    return [tuple(part.split("\n", 1)) for part in text.split("\n=== ")[1:]]  # type: ignore[misc]


@pytest.mark.parametrize(("name", "body"), articles(), ids=[name for name, _ in articles()])
def test_subject_and_when(name: str, body: str, read: Callable[[str], Doc]) -> None:
    text, facts, last = "", [], 0
    for mark in MARK.finditer(body):
        text += body[last : mark.start()]
        facts.append((len(text), len(text) + len(mark[1]), SUBJECTS[mark[2]], WHEN.get(mark[3])))
        text += mark[1]
        last = mark.end()
    text += body[last:]
    doc = read(text)
    found, expected = [], []
    for start, end, subject, when in facts:
        fact = context(doc).at(start, end)
        found.append((text[start:end], fact.subject, fact.when if when else None))
        expected.append((text[start:end], subject, when))
    assert found == expected
