"""What the trained recogniser looks at: for each token its word, what the rules make of it, and its neighbours.

A feature is a number: the CRC-32 of its name, so that the weights hold no readable word of the texts that they were
trained on. A word's features depend on the word alone, wherever it stands, and are worked out once for each word; the
same holds for the combination of rules' findings at a token (its *sign*). Training and recognition share this module.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from extract.nlp.extensions import quantities, sentences, terms, text_of
from extract.nlp.model import Quantity
from extract.rules.lexicon import Mention

REACH = 3
"""Tokens to either side whose words and signs count."""

OFFSETS = tuple(range(-REACH, REACH + 1))
PAD = "\n"
"""The word before and behind a sentence."""
NO_SIGN = -1
"""The sign of what stands there."""

_DIGITS = re.compile(r"\d")
_DRUG_KINDS = {"class": 3, "family": 3, "element": 5}
# columns of a sign with the number of values that each may have
_RADIX = (7, 3, 5, 5, 5, 28)
_UNIT_KINDS = {"lab": 5, "dose": 6, "both": 7}
_FORMS = {"fraction": 2, "titer": 3, "range": 4}
_COLUMNS = ("drug", "analyte", "given", "measured", "not", "quantity")

Clusters = Mapping[int, tuple[int, ...]]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint32]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a Doc as the recogniser reads them.

    Attributes
    ----------
    orths : spaCy's number of each token's word.
    starts, ends : character offsets.
    signs : what the rules make of each token, as one number.
    stopped : whether a longer token ends in a full stop.
    bounds : first and last-but-one token of each sentence.
    """

    orths: NDArray[np.uint64]
    starts: Ints
    ends: Ints
    signs: Ints
    stopped: NDArray[np.bool_]
    bounds: list[tuple[int, int]]


def read_tokens(doc: Doc) -> Tokens:
    """Return the tokens of a Doc that has sentences, terms and quantities."""
    table = doc.to_array(["ORTH", "IDX", "LENGTH"])
    starts = table[:, 1].astype(np.int64)
    ends = starts + table[:, 2].astype(np.int64)
    found = sentences(doc)
    first = np.searchsorted(starts, [s.start for s in found]).tolist()
    last = np.searchsorted(starts, [s.end for s in found]).tolist()
    bounds = [(a, b) for a, b in zip(first, last, strict=True) if a < b]
    signs = _code(_signs(doc, starts))
    text = text_of(doc)
    stopped = np.array([text[b - 1] == "." and b > a + 1 for a, b in zip(starts.tolist(), ends.tolist(), strict=True)])
    return Tokens(table[:, 0].astype(np.uint64), starts, ends, signs, stopped, bounds)


def _signs(doc: Doc, starts: Ints) -> NDArray[np.int64]:
    columns = np.zeros((len(_RADIX), len(starts)), dtype=np.int64)
    _mark(columns[0], starts, ((m, _DRUG_KINDS.get(m.entry["kind"], 1)) for m in terms(doc, "drug")))
    _mark(columns[1], starts, ((m, 1) for m in terms(doc, "analyte")))
    for column, kinds in ((2, ("route", "frequency")), (3, ("specimen", "result"))):
        for number, kind in enumerate(kinds):
            _mark(columns[column], starts, ((m, 1 + 2 * number) for m in terms(doc, kind)))
    for number, kind in enumerate(("not_lab", "not_drug", "muscle", "score")):
        _mark(columns[4], starts, ((m, 1 + number) for m in terms(doc, kind)), step=0)
    _mark_quantities(columns[5], starts, quantities(doc))
    return columns


def _code(columns: NDArray[np.int64]) -> Ints:
    code = np.zeros(columns.shape[1], dtype=np.int64)
    for values, radix in zip(columns, _RADIX, strict=True):
        code = code * radix + values
    return code


def _mark(column: Ints, starts: Ints, found: Iterable[tuple[Mention, int]], step: int = 1) -> None:
    """Write a mention's value at its first token, and that plus ``step`` at the others."""
    pairs = list(found)
    if not pairs:
        return
    first = (np.searchsorted(starts, [m.start for m, _ in pairs], side="right") - 1).tolist()
    last = np.searchsorted(starts, [m.end for m, _ in pairs]).tolist()
    for (_, value), a, b in zip(pairs, first, last, strict=True):
        column[a] = value
        if b > a + 1:
            column[a + 1 : b] = value + step


def _mark_quantities(column: Ints, starts: Ints, found: list[Quantity]) -> None:
    """Write 1 + 3 * class + part for each quantity: part 0 is its first token, 1 the rest of the number, 2 the unit."""
    if not found:
        return
    first = (np.searchsorted(starts, [q.start for q in found], side="right") - 1).tolist()
    middle = np.searchsorted(starts, [q.number_end for q in found]).tolist()
    last = np.searchsorted(starts, [q.end for q in found]).tolist()
    for quantity, a, m, b in zip(found, first, middle, last, strict=True):
        value = 1 + 3 * _quantity_class(quantity)
        column[a:m] = value + 1
        column[max(a + 1, m) : b] = value + 2
        column[a] = value


def _quantity_class(quantity: Quantity) -> int:
    unit = quantity.unit
    if unit is None:
        return _FORMS.get(quantity.form, 1) - 1
    if unit.dimension == "time":
        return 7
    return _UNIT_KINDS.get(unit.kind, 9) - 1


def without_names(signs: Ints) -> Ints:
    """Return signs as they would be if no lexicon knew the drugs and analytes; training shows them so, too."""
    values = np.stack(_columns(signs))
    values[:2] = 0
    return _code(values)


def _columns(signs: Ints) -> list[Ints]:
    rest, found = signs, []
    for radix in reversed(_RADIX):
        found.append(rest % radix)
        rest = rest // radix
    return found[::-1]


def word_key(word: str) -> int:
    """Return the number of a word in any case, without a full stop at its end, with its digits made equal."""
    return crc32(normal_form(word).encode())


def normal_form(word: str) -> str:
    """Return a word as it is looked up: lower case, digits made equal, without a full stop at its end."""
    return _DIGITS.sub("0", _bare(word).lower())


def _bare(word: str) -> str:
    return word[:-1] if len(word) > 1 and word[-1] == "." else word


def shape_of(word: str) -> str:
    """Return the shape of a word, runs cut to two: "Xx" of "Serum", "X-d" of "IL-6"."""
    shape: list[str] = []
    for character in word[:24]:
        if character.isalpha():
            sign = "X" if character.isupper() else "x"
        else:
            sign = "d" if character.isdigit() else character
        if len(shape) < 2 or shape[-1] != sign or shape[-2] != sign:
            shape.append(sign)
    return "".join(shape)


def word_features(word: str, clusters: Clusters) -> list[list[int]]:
    """Return the features that a word is at its own place and for its neighbours, by offset.

    ``word_features(w, c)[REACH + o]`` counts for a token that has ``w`` ``o`` tokens behind it (in front where o < 0).
    """
    if word == PAD:
        return [[crc32(b"pad %d" % offset)] for offset in OFFSETS]
    word = _bare(word)
    low = word.lower()
    norm, shape = normal_form(word), shape_of(word)
    groups = clusters.get(crc32(norm.encode()), ())
    far = [f"c{i}={group}" for i, group in enumerate(groups)]
    near = [f"w={norm}", *far]
    beside = [*near, f"s={shape}", f"e3={low[-3:]}"]
    own = [*beside, f"W={word[:24]}"]
    own += [f"b{n}={low[:n]}" for n in (1, 2, 3, 4) if len(low) >= n]
    own += [f"e{n}={low[-n:]}" for n in (1, 2, 4, 5) if len(low) >= n]
    own.append(f"l={min(len(word), 12)}")
    by_distance = (own, beside, near, far)
    return [_hashed(offset, by_distance[abs(offset)]) for offset in OFFSETS]


def sign_features(sign: int) -> list[list[int]]:
    """Return the features of a sign by offset, as `word_features` does."""
    if sign == NO_SIGN:
        return [[] for _ in OFFSETS]
    values = [int(column[0]) for column in _columns(np.array([sign]))]
    single = [f"{name}={value}" for name, value in zip(_COLUMNS, values, strict=True) if value]
    joint = [*single, f"sign={sign}"]
    return [_hashed(offset, joint if abs(offset) < 2 else single) for offset in OFFSETS]


def _hashed(offset: int, names: list[str]) -> list[int]:
    return [crc32(f"{offset} {name}".encode()) for name in names]


# pairs of neighbours: (what, offset) of the first and of the second
_PAIRS = (
    (("w", -1), ("w", 0)),
    (("w", 0), ("w", 1)),
    (("s", -1), ("s", 0)),
    (("s", 0), ("s", 1)),
    (("w", -1), ("s", 0)),
    (("s", 0), ("w", 1)),
    (("w", -2), ("w", -1)),
    (("w", 1), ("w", 2)),
    (("s", -1), ("s", 1)),
)


def pair_features(words: Keys, signs: Keys) -> Iterator[Keys]:
    """Yield for each kind of pair the features of all tokens.

    Parameters
    ----------
    words, signs : keys of the word and the sign of each token, with ``REACH`` tokens of padding at both ends, which
        get no feature.
    """
    streams = {"w": words, "s": signs}
    count = len(words) - 2 * REACH
    for number, ((kind, here), (other, there)) in enumerate(_PAIRS):
        first = streams[kind][REACH + here : REACH + here + count]
        second = streams[other][REACH + there : REACH + there + count]
        with np.errstate(over="ignore"):
            salt = np.uint32(374761393 * number & 0xFFFFFFFF)
            mixed = (first * np.uint32(2654435761)) ^ (second * np.uint32(2246822519) + salt)
            yield (mixed ^ (mixed >> np.uint32(15))) * np.uint32(3266489917)


def sign_key(sign: int) -> int:
    """Return the number under which a sign enters pairs."""
    return crc32(b"sign %d" % sign)
