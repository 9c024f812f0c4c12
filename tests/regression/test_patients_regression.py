"""Small articles with one to four patients: who they are, and whose each fact is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from spacy.tokens import Doc

from extract.nlp.extensions import context, patients

MARK = re.compile(r"\[([^|\]]+)\|([\dx])\]")


def articles() -> list[tuple[str, str, str]]:
    text = (Path(__file__).parent / "tables" / "patients.txt").read_text(encoding="utf-8")
    found = []
    for part in text.split("\n=== ")[1:]:
        name, people, body = part.split("\n", 2)
        found.append((name, people.removeprefix("patients:").strip(), body.strip()))
    return found


@pytest.mark.parametrize(("name", "people", "body"), articles(), ids=[name for name, _, _ in articles()])
def test_patients(name: str, people: str, body: str, read: Callable[[str], Doc]) -> None:
    text, facts, last = "", [], 0
    for mark in MARK.finditer(body):
        text += body[last : mark.start()]
        facts.append((len(text), len(text) + len(mark[1]), mark[2]))
        text += mark[1]
        last = mark.end()
    text += body[last:]
    doc = read(text)
    expected = [(float(age), sex) for age, sex in (p.split() for p in people.split(";") if p.strip())]
    assert [(p.age_years, p.sex) for p in patients(doc)] == expected
    found = []
    for start, end, _ in facts:
        fact = context(doc).at(start, end)
        found.append((text[start:end], str(fact.case) if fact.subject == "patient" else "x"))
    assert found == [(text[start:end], whose) for start, end, whose in facts]
