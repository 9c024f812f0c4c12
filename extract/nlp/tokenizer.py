"""Tokenizer rules for medical text: numbers leave their units, slash lists and ranges come apart."""

from __future__ import annotations

import re

from spacy.lang.char_classes import ALPHA
from spacy.language import Language
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found,unused-ignore]
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


def make_tokenizer(nlp: Language) -> Tokenizer:
    """Return spaCy's tokenizer of ``nlp`` with the further rules."""
    defaults = nlp.Defaults
    return Tokenizer(
        nlp.vocab,
        rules=defaults.tokenizer_exceptions,
        prefix_search=compile_prefix_regex([*(defaults.prefixes or []), *_PREFIXES]).search,
        suffix_search=compile_suffix_regex([*(defaults.suffixes or []), *_SUFFIXES]).search,
        infix_finditer=compile_infix_regex([*(defaults.infixes or []), *_INFIXES]).finditer,
        token_match=defaults.token_match,
        url_match=re.compile(r"(?!)").match,  # no address is of use here, and the stock pattern is slow
    )
