"""AlignedText: every surviving character maps back to its source, through any chain of edits."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from extract.normalize.aligned import AlignedText, Edit

# Source characters from one alphabet, inserted ones from another: survivors can be told apart.
SOURCE = st.text(alphabet="abcdefgh \n-\ud800\u200f", max_size=60)
INSERTED = st.text(alphabet="XYZ", max_size=3)


@st.composite
def edit_batch(draw: st.DrawFn, length: int) -> list[Edit]:
    cuts = sorted(draw(st.lists(st.integers(0, length), max_size=8)))
    return [(a, b, draw(INSERTED)) for a, b in zip(cuts[::2], cuts[1::2], strict=False)]


@st.composite
def piece_list(draw: st.DrawFn, length: int) -> list[tuple[int, int]]:
    cuts = [0, *sorted(draw(st.lists(st.integers(0, length), max_size=5))), length]
    return list(draw(st.permutations(list(pairwise(cuts)))))


def check_map(aligned: AlignedText, source: str) -> None:
    for i, char in enumerate(aligned.text):
        start, end = aligned.source_span(i, i + 1)
        assert 0 <= start <= end <= len(source)
        if char not in "XYZ|":
            assert source[start:end] == char


@given(st.data(), SOURCE)
def test_survivors_map_to_their_source_character(data: st.DataObject, source: str) -> None:
    aligned = AlignedText.from_source(source)
    for _ in range(data.draw(st.integers(1, 4))):
        if data.draw(st.booleans()):
            aligned = aligned.edit(data.draw(edit_batch(len(aligned))))
        else:
            aligned = aligned.rearrange(data.draw(piece_list(len(aligned))), "|")
    check_map(aligned, source)


@given(st.data(), SOURCE)
def test_edit_gives_the_text_that_python_gives(data: st.DataObject, source: str) -> None:
    edits = data.draw(edit_batch(len(source)))
    expected = source
    for start, end, replacement in reversed(edits):
        expected = expected[:start] + replacement + expected[end:]
    assert AlignedText.from_source(source).edit(edits).text == expected


@given(st.data(), SOURCE)
def test_a_slice_covers_exactly_its_first_to_last_character(data: st.DataObject, source: str) -> None:
    aligned = AlignedText.from_source(source).edit(data.draw(edit_batch(len(source))))
    start = data.draw(st.integers(0, len(aligned)))
    end = data.draw(st.integers(start, len(aligned)))
    spans = [aligned.source_span(i, i + 1) for i in range(start, end)]
    real = [s for s in spans if s[0] < s[1]]
    if real:
        assert aligned.source_span(start, end) == (real[0][0], real[-1][1])


@given(st.data(), SOURCE)
def test_the_way_back_finds_exactly_the_characters_that_survived(data: st.DataObject, source: str) -> None:
    aligned = AlignedText.from_source(source).edit(data.draw(edit_batch(len(source))))
    aligned = aligned.rearrange(data.draw(piece_list(len(aligned))), "|")
    start = data.draw(st.integers(0, len(source)))
    end = data.draw(st.integers(start, len(source)))
    (slices,) = aligned.text_spans([(start, end)])
    inside = {i for a, b in slices for i in range(a, b) if aligned.text[i] not in "XYZ|"}
    spans = {i: aligned.source_span(i, i + 1) for i, char in enumerate(aligned.text) if char not in "XYZ|"}
    assert inside == {i for i, (a, b) in spans.items() if a < end and b > start}
    assert slices == sorted(slices)
