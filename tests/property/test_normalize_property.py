"""The normalisation stage on arbitrary text: never fails, keeps the way back to the source, is stable."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from extract.normalize.stage import normalize, write_normalized
from extract.sources.encoding import decode
from extract.sources.model import SourceText

# Pieces that the repairs look for, mixed with any characters at all.
PIECES = st.sampled_from(
    [
        *("-\n", "\n\n", "\f", "\t", "Figure 1. ", "Table 2\n", "== captions ==\n", "Discussion\n", "word "),
        *("word1,2 ", ". The ", "\u00ad\n", "\u2010", "\ufb01", "\u200f", "\u202e", "\ud800", "\r\n", "\r", "\x00"),
        *("\x85", "e\u0301", "â€™", "10⁹/L ", "• item\n", "pre-\nand ", "T4-\nT5 ", "© 2020 The Authors\n\n"),
        *("12\n\n", "\v", "  ", "[1, 2]", "pmc", "\u2028"),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=12), max_size=40).map("".join)
VOCABULARY = "the pain of left knee was severe and urate rose to 560 after meals. She He had no fever."
WORDS = st.sampled_from(VOCABULARY.split())


def source(text: str, flowed: bool = False) -> SourceText:
    return SourceText("a", Path("a.txt"), "txt", "utf-8", "", text, flowed=flowed)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.booleans())
def test_any_text_is_normalised_and_every_block_leads_back(text: str, flowed: bool) -> None:
    normalized = normalize(source(text, flowed))
    assert "\n".join(normalized.block_text(block) for block in normalized.blocks) == normalized.text
    for block in normalized.blocks:
        start, end = normalized.source_span(block.start, block.end)
        assert 0 <= start <= end <= len(text)
    write_normalized(normalized).encode("utf-8")


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_letters_and_digits_map_to_themselves(text: str) -> None:
    normalized = normalize(source(text))
    for place, char in enumerate(normalized.text):
        if char.isascii() and char.isalnum():
            start, end = normalized.source_span(place, place + 1)
            stretch = text[start:end]
            assert char in stretch or (stretch and not stretch.isascii())


@settings(max_examples=200, deadline=None)
@given(st.lists(WORDS, min_size=30, max_size=200), st.integers(30, 70))
def test_wrapping_a_paragraph_and_normalising_gives_it_back(words: list[str], width: int) -> None:
    import textwrap

    paragraph = "Then " + " ".join(words)
    wrapped = textwrap.fill(paragraph, width, break_long_words=False, break_on_hyphens=False)
    normalized = normalize(source(wrapped))
    assert " ".join(normalized.text.split()) == paragraph


@settings(max_examples=200, deadline=None)
@given(st.lists(st.lists(WORDS, min_size=40, max_size=80), min_size=1, max_size=5))
def test_clean_paragraphs_pass_unchanged_and_twice_is_once(paragraphs: list[list[str]]) -> None:
    text = "".join("Then " + " ".join(words) + " it ended.\n" for words in paragraphs)
    once = write_normalized(normalize(source(text)))
    assert once == text
    assert write_normalized(normalize(replace(source(text), text=once))) == once


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    decoded = decode(data)
    assert decoded is None or isinstance(decoded.text, str)
