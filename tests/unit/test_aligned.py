"""AlignedText: replace, delete, insert, move and the way back to the source."""

from __future__ import annotations

import pytest

from extract.normalize.aligned import AlignedText


def test_joining_a_broken_word_maps_it_to_the_whole_break() -> None:
    source = "severe hyper-\ntension was found"
    aligned = AlignedText.from_source(source).delete([(12, 14)])
    assert aligned.text == "severe hypertension was found"
    start, end = aligned.source_span(7, 19)
    assert source[start:end] == "hyper-\ntension"


def test_a_ligature_maps_each_letter_to_the_ligature() -> None:
    aligned = AlignedText.from_source("de\ufb01cit").edit([(2, 3, "fi")])
    assert aligned.text == "deficit"
    assert aligned.source_span(2, 3) == aligned.source_span(3, 4) == (2, 3)


def test_equal_length_replacement_maps_character_by_character() -> None:
    aligned = AlignedText.from_source("a\u2010\u2010b").edit([(1, 3, "--")])
    assert [aligned.source_span(i, i + 1) for i in range(4)] == [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_an_inserted_space_has_no_width_and_does_not_widen_a_slice() -> None:
    aligned = AlignedText.from_source("pain1 and").edit([(4, 4, " ")])
    assert aligned.text == "pain 1 and"
    assert aligned.source_span(4, 5) == (4, 4)
    assert aligned.source_span(0, 5) == (0, 4)


def test_moving_a_caption_heals_the_sentence_and_keeps_both_maps() -> None:
    source = "There was Figure 1. Scan. a mass."
    aligned = AlignedText.from_source(source).rearrange([(0, 10), (26, 33), (10, 25)], ["", "\n"])
    assert aligned.text == "There was a mass.\nFigure 1. Scan."
    start, end = aligned.source_span(18, 33)
    assert source[start:end] == "Figure 1. Scan."
    assert aligned.source_span(0, 17) == (0, 33)


def test_an_empty_text_can_be_filled() -> None:
    aligned = AlignedText.from_source("").edit([(0, 0, "note")])
    assert aligned.text == "note"
    assert aligned.source_span(0, 4) == (0, 0)


@pytest.mark.parametrize("edits", [[(3, 1, "")], [(0, 3, ""), (2, 4, "")], [(0, 9, "")], [(-1, 2, "")]])
def test_bad_edits_are_refused(edits: list[tuple[int, int, str]]) -> None:
    with pytest.raises(ValueError, match="sorted"):
        AlignedText.from_source("abcde").edit(edits)


def test_a_slice_outside_the_text_is_refused() -> None:
    with pytest.raises(IndexError):
        AlignedText.from_source("abc").source_span(1, 7)


def test_wrong_number_of_separators_is_refused() -> None:
    with pytest.raises(ValueError, match="separators"):
        AlignedText.from_source("abc").rearrange([(0, 1), (1, 3)], [])
