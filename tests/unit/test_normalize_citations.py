"""Glued citation marks: taken out where the text uses them throughout, numbers of names and values kept."""

from __future__ import annotations

import pytest

from extract.normalize.aligned import AlignedText
from extract.normalize.citations import lift_citations

START = "Gout is old1. It hurts2,3. Kings had it.4–6 "


def lifted(text: str) -> str:
    return lift_citations(AlignedText.from_source(text), [])[0].text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a cyst1,3,5-7, though", "a cyst, though"),
        ("by microscopy7.", "by microscopy."),
        ("with joint pain8; however", "with joint pain; however"),
        ("urate of 9.0 mg/dl10 was", "urate of 9.0 mg/dl was"),
        ("in 12% of them,9 and", "in 12% of them, and"),
        ("Yoon et al7 found", "Yoon et al found"),
        ("reported¹¹⁻¹³ before", "reported before"),
    ],
)
def test_marks_go(text: str, plain: str) -> None:
    assert lifted(START + text).endswith(plain)


@pytest.mark.parametrize(
    "kept",
    [
        "IL-6 and CD4 and B12",
        "at Th4 and T12",
        "10⁹/L and 109/L",
        "area of 5 cm2 and 1.7 kg/m2",
        "HbA1c and PaO2 90",
        "grade3 on day5",
        "values 1.5, 2.25 and 3",
        "earlier [1, 2]",
        "the CA125 level",
        "born in 2019.",
        "a PaO2/FiO2 of 90",
        "complement C3/C4",
        "10 cells/mm3",
    ],
)
def test_numbers_stay(kept: str) -> None:
    assert lifted(START + kept).endswith(kept)


@pytest.mark.parametrize("text", ["Levels of urate4 and of uric acid9 rose.", "the fold77 and fold78 and fold79 lines"])
def test_without_a_row_of_citations_nothing_goes(text: str) -> None:
    assert lifted(text) == text


def test_marks_are_kept_with_their_places() -> None:
    written = "It is old1, rare2 and new3."
    aligned, citations = lift_citations(AlignedText.from_source(written), [])
    assert aligned.text == "It is old, rare and new."
    text = aligned.text
    for citation in reversed(citations):
        text = text[: citation.position] + citation.mark + text[citation.position :]
    assert text == written


def test_table_rows_are_left_alone() -> None:
    text = START + "\nUrate7\t9"
    aligned, _ = lift_citations(AlignedText.from_source(text), [(text.index("Urate"), len(text))])
    assert aligned.text.endswith("Urate7\t9")
