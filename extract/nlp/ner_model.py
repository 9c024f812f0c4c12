"""The trained recogniser: the weights of a linear-chain CRF, and the best tags of a text by them, in NumPy alone.

The weights are trained by models/train.py. A text is read as a whole: each different word costs once what its features
cost, and the Viterbi algorithm runs over many sentences side by side, so that the time grows with the text's length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from extract.errors import CasetabError
from extract.nlp.ner_features import (
    NO_SIGN,
    OFFSETS,
    PAD,
    REACH,
    Ints,
    Tokens,
    pair_features,
    read_tokens,
    sign_features,
    sign_key,
    word_features,
    word_key,
)
from extract.nlp.ner_viterbi import Viterbi

FORMAT = 1
"""Number of the form of the weights' file; a file of another form is refused."""

SHIPPED = Path(__file__).parent.parent / "_model" / "ner.npz"

_MOST_TYPES = 1 << 14  # words kept with their scores: 10 kB each

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Entity:
    """A stretch of text that the model gives a label."""

    start: int
    end: int
    label: str


@dataclass(frozen=True)
class Weights:
    """What training leaves.

    Attributes
    ----------
    tags : names of the tags ("O", "B-DRUG", ...): begin, inside, last, unit of a label.
    keys : the features' numbers, ascending.
    scores : (features, tags).
    bias : added to the score of each tag.
    transitions : (tags, tags), from the row's tag to the column's; what training never saw is forbidden.
    cluster_keys, clusters : the words' numbers, ascending, and their clusters (words, granularities).
    """

    tags: tuple[str, ...]
    keys: NDArray[np.uint32]
    scores: NDArray[np.float16]
    bias: Floats
    transitions: Floats
    cluster_keys: NDArray[np.uint32]
    clusters: NDArray[np.uint16]

    def save(self, path: Path) -> None:
        """Write the weights to a file; the same weights always give the same bytes."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            np.savez_compressed(
                file,
                format=np.array([FORMAT]),
                tags=np.array(self.tags),
                keys=self.keys,
                scores=self.scores,
                bias=self.bias,
                transitions=self.transitions,
                cluster_keys=self.cluster_keys,
                clusters=self.clusters,
            )

    @classmethod
    def load(cls, path: Path = SHIPPED) -> Weights:
        """Read weights that `save` wrote.

        Raises
        ------
        CasetabError
            the file is missing, is no file of weights, or is of another form.
        """
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
                form = int(held["format"][0])
                parts: dict[str, Any] = {name: held[name] for name in cls.__annotations__ if form == FORMAT}
        except FileNotFoundError:
            raise CasetabError(f"{path}: the recogniser's weights are not there; install casetab again") from None
        except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
            raise CasetabError(f"{path}: not the weights of a recogniser ({error}); install casetab again") from None
        if form != FORMAT:
            raise CasetabError(f"{path}: weights of form {form}, this version reads form {FORMAT}; train them again")
        return cls(**{**parts, "tags": tuple(map(str, parts["tags"]))})


class Recogniser:
    """Finds the entities of a Doc.

    What it keeps from one text to the next are the scores of words, which depend on the word alone.
    """

    name = "model"

    def __init__(self, weights: Weights) -> None:
        clusters = dict(zip(weights.cluster_keys.tolist(), map(tuple, weights.clusters.tolist()), strict=True))
        self._weights = weights
        self._words = _Types(weights, PAD, lambda word: word_features(word, clusters), word_key)
        self._signs = _Types(weights, NO_SIGN, sign_features, sign_key)
        self._paths = Viterbi(weights.transitions)

    def entities(self, doc: Doc) -> list[Entity]:
        """Return the entities of a Doc that has sentences, terms and quantities, in text order."""
        tokens = read_tokens(doc)
        if not tokens.bounds:
            return []
        emissions = self._emissions(doc, tokens)
        best = self._paths.best(emissions, [b - a for a, b in tokens.bounds])
        return list(_joined(best.tolist(), self._weights.tags, tokens))

    def _emissions(self, doc: Doc, tokens: Tokens) -> Floats:
        """Return the scores (tokens of the sentences, tags) without transitions."""
        strings = doc.vocab.strings
        inside = np.concatenate([np.arange(a, b) for a, b in tokens.bounds])
        places, length = _places(tokens.bounds)
        orths, which_word = np.unique(tokens.orths[inside], return_inverse=True)
        codes, which_sign = np.unique(tokens.signs[inside], return_inverse=True)
        words = self._words.rows(orths.tolist(), strings.__getitem__)[which_word]
        signs = self._signs.rows(codes.tolist(), int)[which_sign]
        word_row, sign_row = _padded(words, places, length), _padded(signs, places, length)
        total = np.tile(self._weights.bias, (len(places), 1))
        for number, offset in enumerate(OFFSETS):
            total += self._words.scores[number][word_row[places + offset]]
            total += self._signs.scores[number][sign_row[places + offset]]
        for column in pair_features(self._words.keys[word_row], self._signs.keys[sign_row]):
            _add_known(total, column[places - REACH], self._weights)
        return total


def _places(bounds: Sequence[tuple[int, int]]) -> tuple[Ints, int]:
    """Return where tokens stand in a row that has ``REACH`` places of padding around each sentence, and its length."""
    places, at = [], REACH
    for a, b in bounds:
        places.append(np.arange(at, at + b - a))
        at += b - a + REACH
    return np.concatenate(places), at


def _padded(rows: NDArray[Any], places: Ints, length: int) -> NDArray[Any]:
    """Return what belongs to tokens at their places; the padding is 0."""
    padded = np.zeros(length, dtype=rows.dtype)
    padded[places] = rows
    return padded


def _add_known(total: Floats, features: NDArray[np.uint32], weights: Weights) -> None:
    at = np.searchsorted(weights.keys, features)
    at[at == len(weights.keys)] = 0
    known = np.flatnonzero(weights.keys[at] == features)
    total[known] += weights.scores[at[known]]


class _Types:
    """Scores by offset of words, or of signs, worked out at the first meeting; row 0 is the padding.

    Attributes
    ----------
    keys : what each type enters pairs as.
    scores : for each offset an array (types, tags).
    """

    def __init__(
        self,
        weights: Weights,
        pad: Any,
        features: Callable[[Any], list[list[int]]],
        key: Callable[[Any], int],
    ) -> None:
        self._weights, self._pad, self._features, self._key = weights, pad, features, key
        self._clear()

    def _clear(self) -> None:
        self._rows: dict[int, int] = {}
        self.keys = np.zeros(1, dtype=np.uint32)
        self.scores = [np.zeros((1, len(self._weights.tags)), dtype=np.float32) for _ in OFFSETS]
        self._count = 0
        self._learn([self._pad])

    def rows(self, numbers: list[int], named: Callable[[int], Any]) -> Ints:
        """Return the row of each type; ``named`` gives the word or sign of a number."""
        if self._count + len(numbers) > _MOST_TYPES:
            self._clear()
        new = [number for number in numbers if number not in self._rows]
        if new:
            self._rows.update(zip(new, range(self._count, self._count + len(new)), strict=True))
            self._learn([named(number) for number in new])
        return np.array([self._rows[number] for number in numbers], dtype=np.int64)

    def _learn(self, new: list[Any]) -> None:
        first = self._count
        self._count += len(new)
        if self._count > len(self.keys):
            room = 2 * self._count - len(self.keys)
            self.keys = np.pad(self.keys, (0, room))
            self.scores = [np.pad(table, ((0, room), (0, 0))) for table in self.scores]
        self.keys[first : self._count] = [self._key(value) for value in new]
        groups = [features for value in new for features in self._features(value)]
        sums = self._sums(groups).reshape(len(new), len(OFFSETS), -1)
        for number, table in enumerate(self.scores):
            table[first : self._count] = sums[:, number]

    def _sums(self, groups: list[list[int]]) -> Floats:
        """Return for each group of features the sum of their scores."""
        held = self._weights
        asked = np.array([feature for group in groups for feature in group], dtype=np.uint32)
        at = np.searchsorted(held.keys, asked)
        at[at == len(held.keys)] = 0
        known = held.keys[at] == asked
        group = np.repeat(np.arange(len(groups)), [len(features) for features in groups])
        sums = np.zeros((len(groups), len(held.tags)), dtype=np.float32)
        np.add.at(sums, group[known], held.scores[at[known]].astype(np.float32))
        return sums


def _joined(best: list[int], tags: tuple[str, ...], tokens: Tokens) -> Iterator[Entity]:
    """Yield the entities that a row of tags says."""
    at = 0
    for a, b in tokens.bounds:
        begin, label = -1, ""
        for token in range(a, b):
            part, _, name = tags[best[at]].partition("-")
            at += 1
            if part in ("B", "U"):
                begin, label = token, name
            elif name != label:
                begin, label = -1, ""
            if part in ("L", "U") and begin >= 0:
                yield Entity(int(tokens.starts[begin]), _end(tokens, token, b), label)
                begin, label = -1, ""


def _end(tokens: Tokens, last: int, sentence_end: int) -> int:
    """Return the end of a token, without the full stop that the tokenizer leaves at "L." where a sentence ends."""
    end = int(tokens.ends[last])
    return end - 1 if last == sentence_end - 1 and tokens.stopped[last] else end


@lru_cache(maxsize=1)
def shipped() -> Recogniser:
    """Return the recogniser with the weights that ship with the package.

    Raises
    ------
    CasetabError
        they cannot be used.
    """
    return Recogniser(Weights.load())
