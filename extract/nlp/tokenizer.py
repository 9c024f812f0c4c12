"""Tokenizer rules for medical text: numbers leave their units, slash lists and ranges come apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import cast

from spacy.lang.char_classes import ALPHA
from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found,unused-ignore]
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

from extract.nlp.extensions import keep_text

_INFIXES = [
    rf"(?<=[0-9])(?=[{ALPHA}µμ%°])",  # 90mg, 37°C
    r"(?<=[0-9])[/×](?=[0-9])",  # 120/80, 4×6
    rf"(?<=[{ALPHA}0-9])[/+](?=[{ALPHA}])",  # AST/ALT, mg/dl
    r"(?<=[0-9])[–—−~-](?=[0-9])",  # 10-12
    r"[<>≤≥=±~≈]",
]
_PREFIXES = [r"[<>≤≥=±~≈]", r"[−–—-](?=[0-9])"]
_SUFFIXES = [r"(?<=[0-9])%", r"[<>≤≥=±~≈]"]


_DIGIT = re.compile(r"[0-9]")
_APOSTROPHES = ("'", "’")
_MONEY = "$"
_LONGEST_SUFFIX = 12  # characters; a run of full stops may be longer

_Search = Callable[[str], re.Match[str] | None]

_ABBREVIATION = re.compile(r"[A-Za-z.]*[A-Za-z][A-Za-z.]*[A-Za-z.]\.")

_LONG_RUN = re.compile(r"\S{1000}")
_PIECE = re.compile(r"(\S{1,100})(\s?)|(\s)")


class BoundedTokenizer:
    """spaCy's tokenizer, kept linear: it takes the square of the length of a run without blanks.

    A text with such a run (a drawn line of hyphens, a sequence of bases) is cut into words and pieces of at most 100
    characters instead; the components read characters and do not mind.
    """

    def __init__(self, inner: Tokenizer) -> None:
        self._inner = inner

    def __call__(self, text: str) -> Doc:
        """Return the Doc of ``text``; ``doc.text`` equals it."""
        doc = self._split(text)
        keep_text(doc, text)
        return doc

    def _split(self, text: str) -> Doc:
        if _LONG_RUN.search(text) is None:
            return cast("Doc", self._inner(text))
        words: list[str] = []
        spaces: list[bool] = []
        for match in _PIECE.finditer(text):
            solid, blank, lone = match.groups()
            if lone is not None or blank not in ("", " "):
                words += [part for part in (solid, lone or blank) if part]
                spaces += [False] * (len(words) - len(spaces))
            else:
                words.append(solid)
                spaces.append(blank == " ")
        return Doc(self._inner.vocab, words=words, spaces=spaces)


def make_tokenizer(nlp: Language) -> BoundedTokenizer:
    """Return spaCy's tokenizer of ``nlp`` with the further rules.

    Of its exceptions the abbreviations are kept ("e.g.", "Dr."), as words to leave whole; contractions ("don't") are
    not taken apart, and "8)" is no smiling face here. As exceptions proper they would cost dear: from the first one
    in a text on, spaCy's tokenizer keeps no word of that text in its cache.
    """
    defaults = nlp.Defaults
    whole = frozenset(word for word in defaults.tokenizer_exceptions if _ABBREVIATION.fullmatch(word))
    inner = Tokenizer(
        nlp.vocab,
        prefix_search=quick_prefix(compile_prefix_regex([*(defaults.prefixes or []), *_PREFIXES])),
        suffix_search=quick_suffix(compile_suffix_regex([*(defaults.suffixes or []), *_SUFFIXES])),
        infix_finditer=quick_infix(compile_infix_regex([*(defaults.infixes or []), *_INFIXES])),
        token_match=whole.__contains__,
        url_match=re.compile(r"(?!)").match,  # no address is of use here, and the stock pattern is slow
    )
    return BoundedTokenizer(inner)


def quick_prefix(pattern: re.Pattern[str]) -> _Search:
    """Return ``pattern.search`` that answers at once for words that begin with a letter: the only such prefix is money.

    The stock patterns try a hundred alternatives; this and its two neighbours halve the tokenizer's cost and find
    the same (tests/unit/test_tokenizer.py compares them).
    """
    search = pattern.search

    def find(word: str) -> re.Match[str] | None:
        if word[:1].isalpha() and _MONEY not in word[:3]:
            return None
        return search(word)

    return find


def quick_suffix(pattern: re.Pattern[str]) -> _Search:
    """Return ``pattern.search`` that looks at the end of a word alone, and at none that ends in plain letters.

    All suffixes are anchored at the end; those of letters are units behind a digit, and the genitive.
    """
    search = pattern.search

    def find(word: str) -> re.Match[str] | None:
        if word[-1:].isalpha() and word[-2:-1] not in _APOSTROPHES and _DIGIT.search(word) is None:
            return None
        return search(word, len(word) - _LONGEST_SUFFIX) if word[-2:] != ".." else search(word)

    return find


def quick_infix(pattern: re.Pattern[str]) -> Callable[[str], Iterable[re.Match[str]]]:
    """Return ``pattern.finditer`` that answers at once for words of letters alone: each infix has another character."""
    finditer = pattern.finditer

    def find(word: str) -> Iterable[re.Match[str]]:
        return () if word.isalpha() else finditer(word)

    return find
