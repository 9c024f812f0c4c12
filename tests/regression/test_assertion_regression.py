"""Sentences and whether the facts in them hold."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from spacy.tokens import Doc

from extract.nlp.extensions import context

TABLES = Path(__file__).parent / "tables"
NAMES = {"+": "present", "-": "absent", "?": "possible"}
MARK = re.compile(r"([+\-?])\[([^\]]+)\]")


def lines(name: str) -> list[str]:
    text = (TABLES / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def unmark(line: str) -> tuple[str, list[tuple[int, int, str]]]:
    """Return the sentence without marks, and its facts: start, end, what is expected."""
    text, facts, last = "", [], 0
    for mark in MARK.finditer(line):
        text += line[last : mark.start()]
        facts.append((len(text), len(text) + len(mark[2]), NAMES[mark[1]]))
        text += mark[2]
        last = mark.end()
    return text + line[last:], facts


@pytest.mark.parametrize("line", lines("assertion.txt"))
def test_sentence(line: str, read: Callable[[str], Doc]) -> None:
    text, facts = unmark(line)
    doc = read(text)
    found = [(text[a:b], context(doc).at(a, b).assertion) for a, b, _ in facts]
    assert found == [(text[a:b], expected) for a, b, expected in facts]


@pytest.mark.parametrize(
    ("table", "count", "least"),
    [("assertion_unseen.tsv", 100, 90), ("assertion_unseen_2.tsv", 60, 57)],  # the first run of the second: 46
)
def test_unseen_sentences(read: Callable[[str], Doc], table: str, count: int, least: int) -> None:
    """Sentences written before they were run once; how many of them must be right."""
    right = 0
    rows = lines(table)[1:]
    for row in rows:
        expected, marked = row.split("\t")
        last = list(re.finditer(r"\[([^\]]+)\]", marked))[-1]
        head = re.sub(r"[\[\]]", "", marked[: last.start()])
        text = head + last[1] + marked[last.end() :]
        got = context(read(text)).at(len(head), len(head) + len(last[1])).assertion
        right += got == expected
    assert len(rows) == count
    assert right >= least
