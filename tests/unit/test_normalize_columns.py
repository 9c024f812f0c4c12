"""Mixed columns: separated at a proven gap, reported where lines alternate, tables left alone."""

from __future__ import annotations

import textwrap

from extract.normalize.aligned import AlignedText
from extract.normalize.columns import unmix_columns

LEFT = textwrap.wrap(
    "The first column tells of a farmer who had lifted a heavy calf out of a ditch and felt a sudden pain between his "
    "shoulders that did not leave him for many weeks and woke him every night so that he came to see us in the end "
    "although he had never been to a doctor before and did not think much of the profession as a whole",
    38,
)
RIGHT = textwrap.wrap(
    "while the second column goes on with the results of the examination which were all within the limits of what is "
    "usual at his age but for a tender point over the spine that was found again on every later visit and that was "
    "explained at last by the image that was taken some days later in the town and sent to us by a courier",
    38,
)


def mixed(left: list[str], right: list[str]) -> str:
    return "\n".join(f"{a:<44}{b}" for a, b in zip(left, right, strict=False))


def test_columns_side_by_side_are_read_one_after_the_other() -> None:
    size = min(len(LEFT), len(RIGHT))
    source = "A Title That Spans\n" + mixed(LEFT[:size], RIGHT[:size])
    aligned, notes = unmix_columns(AlignedText.from_source(source))
    assert aligned.text.split("\n") == ["A Title That Spans", *LEFT[:size], *RIGHT[:size]]
    assert "side by side" in notes[0]
    start = aligned.text.index(RIGHT[2])
    first, last = aligned.source_span(start, start + len(RIGHT[2]))
    assert source[first:last] == RIGHT[2]


def test_a_table_set_with_blanks_is_left_alone() -> None:
    table = "\n".join(f"{name:<30}{value}" for name, value in [("Sodium", 139), ("Potassium", 4), ("Urate", 310)] * 5)
    aligned, notes = unmix_columns(AlignedText.from_source(table))
    assert aligned.text == table
    assert notes == ()


def test_alternating_lines_are_reported() -> None:
    left = ["he had severe weak-", "ness and then numb-", "ness and also head-", "ache with vomit-", "ing at night"]
    right = ["The treatment", "The hospital", "Each doctor", "Some nurses", "These results"]
    source = "\n".join(line for pair in zip(left, right, strict=True) for line in pair)
    aligned, notes = unmix_columns(AlignedText.from_source(source))
    assert aligned.text == source
    assert "alternate" in notes[0]


def test_a_single_column_gives_no_note() -> None:
    assert unmix_columns(AlignedText.from_source("\n".join(LEFT)))[1] == ()
