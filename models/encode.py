"""Labelled texts as sequences of features and tags, one for each sentence, as the CRF is trained on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from spacy.language import Language
from spacy.tokens import Doc

from extract.nlp.ner_features import (
    OFFSETS,
    PAD,
    REACH,
    Clusters,
    Ints,
    Tokens,
    pair_features,
    read_tokens,
    sign_features,
    sign_key,
    without_names,
    word_features,
    word_key,
)
from models.corpora import Example, Span

BEFORE_RECORDS = ("casetab_sentences", "casetab_terms", "casetab_abbreviations", "casetab_quantities")
"""The components whose findings are features."""


def annotated(nlp: Language, text: str) -> Doc:
    """Return a Doc with all that features are made of."""
    doc = nlp.make_doc(text)
    for name in BEFORE_RECORDS:
        doc = nlp.get_pipe(name)(doc)
    return doc


@dataclass(frozen=True, slots=True)
class Sequence:
    """A sentence: the features of each token, and its tags."""

    features: list[list[str]]
    tags: list[str]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text: its tokens, and the words behind spaCy's numbers."""

    example: Example
    tokens: Tokens
    words: list[str]


def encode(nlp: Language, example: Example) -> Encoded:
    """Return the tokens of an example."""
    doc = annotated(nlp, example.text)
    return Encoded(example, read_tokens(doc), [token.text for token in doc])


def tag(tokens: Tokens, spans: tuple[Span, ...]) -> list[str]:
    """Return a BILOU tag for each token: begin, inside, last, outside, unit."""
    tags = ["O"] * len(tokens.starts)
    for start, end, label in spans:
        a = int(np.searchsorted(tokens.ends, start, side="right"))
        b = int(np.searchsorted(tokens.starts, end))
        if a >= b or any(t != "O" for t in tags[a:b]):
            continue
        if b == a + 1:
            tags[a] = f"U-{label}"
        else:
            tags[a:b] = [f"B-{label}", *[f"I-{label}"] * (b - a - 2), f"L-{label}"]
    return tags


class Encoder:
    """Turns encoded texts into sequences; keeps the features of each word and each sign."""

    def __init__(self, clusters: Clusters) -> None:
        self._clusters = clusters
        self._words: dict[str, list[list[str]]] = {}
        self._signs: dict[int, list[list[str]]] = {}

    def sequences(self, text: Encoded, *, hide_names: bool = False) -> Iterator[Sequence]:
        """Yield the sentences of a text.

        Parameters
        ----------
        hide_names : as if no lexicon knew the names of drugs and analytes.
        """
        signs = without_names(text.tokens.signs) if hide_names else text.tokens.signs
        tags = tag(text.tokens, text.example.spans)
        for a, b in text.tokens.bounds:
            yield Sequence(self._sentence(text.words[a:b], signs[a:b]), tags[a:b])

    def _sentence(self, words: list[str], signs: Ints) -> list[list[str]]:
        pads = [PAD] * REACH
        padded = [*pads, *words, *pads]
        codes = [*[-1] * REACH, *map(int, signs), *[-1] * REACH]
        found: list[list[str]] = [[] for _ in words]
        for position, (word, code) in enumerate(zip(padded, codes, strict=True)):
            for number, offset in enumerate(OFFSETS):
                token = position - REACH - offset
                if 0 <= token < len(words):
                    found[token] += self._of_word(word)[number]
                    found[token] += self._of_sign(code)[number]
        keys = np.array([word_key(word) for word in padded], dtype=np.uint32)
        marks = np.array([sign_key(code) for code in codes], dtype=np.uint32)
        for column in pair_features(keys, marks):
            for features, value in zip(found, column.tolist(), strict=True):
                features.append(str(value))
        return found

    def _of_word(self, word: str) -> list[list[str]]:
        if word not in self._words:
            self._words[word] = [[str(f) for f in fs] for fs in word_features(word, self._clusters)]
        return self._words[word]

    def _of_sign(self, sign: int) -> list[list[str]]:
        if sign not in self._signs:
            self._signs[sign] = [[str(f) for f in fs] for fs in sign_features(sign)]
        return self._signs[sign]
