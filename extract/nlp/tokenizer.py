"""Tokenizer rules for medical text: numbers leave their units, slash lists and ranges come apart."""

from __future__ import annotations

import re
from typing import cast

from spacy.lang.char_classes import ALPHA
from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found,unused-ignore]
from spacy.tokens import Doc
from spacy.util import compile_infix_regex, compile_prefix_regex, compile_suffix_regex

_INFIXES = [
    rf"(?<=[0-9])(?=[{ALPHA}µμ%°])",  # 90mg, 37°C
    r"(?<=[0-9])[/×](?=[0-9])",  # 120/80, 4×6
    rf"(?<=[{ALPHA}0-9])[/+](?=[{ALPHA}])",  # AST/ALT, mg/dl
    r"(?<=[0-9])[–—−~-](?=[0-9])",  # 10-12
    r"[<>≤≥=±~≈]",
]
_PREFIXES = [r"[<>≤≥=±~≈]", r"[−–—-](?=[0-9])"]
_SUFFIXES = [r"(?<=[0-9])%", r"[<>≤≥=±~≈]"]


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
    """Return spaCy's tokenizer of ``nlp`` with the further rules."""
    defaults = nlp.Defaults
    inner = Tokenizer(
        nlp.vocab,
        rules=defaults.tokenizer_exceptions,
        prefix_search=compile_prefix_regex([*(defaults.prefixes or []), *_PREFIXES]).search,
        suffix_search=compile_suffix_regex([*(defaults.suffixes or []), *_SUFFIXES]).search,
        infix_finditer=compile_infix_regex([*(defaults.infixes or []), *_INFIXES]).finditer,
        token_match=defaults.token_match,
        url_match=re.compile(r"(?!)").match,  # no address is of use here, and the stock pattern is slow
    )
    return BoundedTokenizer(inner)
