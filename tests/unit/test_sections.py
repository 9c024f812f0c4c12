"""Which section each block of an article belongs to."""

from __future__ import annotations

from extract.nlp.model import Block, BlockKind
from extract.nlp.sections import SectionFinder
from extract.rules.load import load_rules

FINDER = SectionFinder(load_rules())


def sections(*lines: str) -> list[str]:
    """Return the section of each line that is no heading; a heading begins with "#"."""
    text, found = "", []
    for line in lines:
        kind = BlockKind.HEADING if line.startswith("#") else BlockKind.PARAGRAPH
        start = len(text)
        text += line.lstrip("# ") + "\n"
        found.append(Block(kind, start, len(text) - 1))
    return [section for block, section in FINDER.assign(text, found) if block.kind is BlockKind.PARAGRAPH]


def test_headings_open_sections() -> None:
    lines = ("# Introduction", "Gout is old.", "# Case report", "He fell.", "# Discussion", "Falls are bad.")
    assert sections(*lines) == ["introduction", "case", "discussion"]


def test_an_observation_opens_the_case() -> None:
    assert sections("# Introduction", "Gout is old.", "# Observation", "He fell.") == ["introduction", "case"]


def test_observations_directly_under_discussion_are_discussed() -> None:
    lines = ("# Case", "He fell.", "# Discussion", "# Observations", "Falls are bad.", "# Lessons", "Rails help.")
    assert sections(*lines) == ["case", "discussion", "conclusion"]


def test_a_second_case_follows_the_discussion() -> None:
    lines = ("# Case 1", "He fell.", "# Discussion", "Falls are bad.", "# Case 2", "She fell.")
    assert sections(*lines) == ["case", "discussion", "case"]


def test_an_abstract_at_the_end_stays_one() -> None:
    lines = ("# Case", "He fell.", "# Discussion", "Falls are bad.", "# Summary", "We report a fall.")
    assert sections(*lines)[-1] == "abstract"
