"""The tokenizer: the tokens a reader expects, and short cuts that find what spaCy's full patterns find."""

from __future__ import annotations

import re

import pytest
import spacy
from hypothesis import given
from hypothesis import strategies as st
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

from extract.nlp.tokenizer import make_tokenizer, quick_infix, quick_prefix, quick_suffix

_DEFAULTS = spacy.blank("en").Defaults
PREFIX = compile_prefix_regex(list(_DEFAULTS.prefixes or []))
SUFFIX = compile_suffix_regex(list(_DEFAULTS.suffixes or []))
INFIX = compile_infix_regex(list(_DEFAULTS.infixes or []))

_PARTS = [
    "calcium", "mg", "kg", "µg", "5", "12", "0.5", "A$", "US$", "$", "%", "°C.", "(", ")", "]", "'s", "’s", "S", "'",
    "…", ".", "..", "......................", ",", "-", "–", "/", "HbA1c", "10E9", "MB", "é", "²", "º", "α", "x",
    ":", "~",
]  # fmt: skip
words = st.lists(st.sampled_from(_PARTS), min_size=1, max_size=6).map("".join) | st.text(
    st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1, max_size=20
)


def place(match: re.Match[str] | None) -> tuple[int, int] | None:
    return match.span() if match is not None else None


@given(words)
def test_the_short_cuts_find_what_the_full_patterns_find(word: str) -> None:
    assert place(quick_prefix(PREFIX)(word)) == place(PREFIX.search(word))
    assert place(quick_suffix(SUFFIX)(word)) == place(SUFFIX.search(word))
    assert [m.span() for m in quick_infix(INFIX)(word)] == [m.span() for m in INFIX.finditer(word)]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("calcium (9.0 mg/dL).", ["calcium", "(", "9.0", "mg", "/", "dL", ")", "."]),
        ("90mg of the patient's", ["90", "mg", "of", "the", "patient", "'s"]),
        ("AST/ALT <5", ["AST", "/", "ALT", "<", "5"]),
        ("Dr. Weiss, e.g., vs. 5.", ["Dr.", "Weiss", ",", "e.g.", ",", "vs.", "5", "."]),
        ("(n = 8) in 10 g.", ["(", "n", "=", "8", ")", "in", "10", "g", "."]),
        ("38°C, 12%", ["38", "°", "C", ",", "12", "%"]),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert [token.text for token in make_tokenizer(spacy.blank("en"))(text)] == tokens
