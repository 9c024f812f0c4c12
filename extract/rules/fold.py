"""Words of a text in a folded form, so that spelling variants of a term are the same key.

Folding: lower case; a run of letters, a run of digits and each Greek letter are words of their own
("CA19-9" = "CA 19-9", "IL6" = "IL-6"); hyphens, dashes, apostrophes and white space separate and are
dropped; British "ae"/"oe", "leuco", "sulph" become American; plural endings go.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

GREEK = {
    "α": "alpha", "β": "beta", "γ": "gamma", "δ": "delta", "ε": "epsilon", "κ": "kappa", "λ": "lambda",
    "μ": "mu", "µ": "mu", "ω": "omega", "σ": "sigma", "τ": "tau", "θ": "theta", "π": "pi", "ζ": "zeta",
}  # fmt: skip
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")

# dropped between words: blanks, hyphens and dashes, apostrophes; a line end or TAB is a word, as no term crosses it
_WORD = re.compile(
    r"['’]s\b|[α-ωΑ-Ωµ]|[^\W\d_α-ωΑ-Ωµ⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉]+|[0-9⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉]+|[\n\t]|[^\w\s\-‐‑‒–—−'’‘`´]"
)

_APOSTROPHES = "'’"


def fold_word(word: str) -> str:
    """Return the folded form of one word."""
    low = word.lower()
    if len(low) == 1:
        return GREEK.get(low, low.translate(SUPERSCRIPTS))
    if not low.isascii():
        low = low.translate(SUPERSCRIPTS)
    if len(low) < 4:
        return low
    low = low.replace("ae", "e").replace("oe", "e").replace("leuco", "leuko").replace("sulph", "sulf")
    if low.endswith("ies") and len(low) > 4:
        return low[:-3] + "y"
    if low.endswith("s") and not low.endswith(("ss", "us", "is")):
        return low[:-1]
    return low


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text: three parallel lists."""

    folded: list[str]
    starts: list[int]
    ends: list[int]

    def __len__(self) -> int:
        return len(self.folded)


class _Folded(dict[str, str]):
    """Words to their folded forms, worked out once; "" for a possessive ending, which is no word."""

    _MOST = 1 << 17

    def __missing__(self, word: str) -> str:
        if len(self) >= self._MOST:
            self.clear()
        # "the patient's" is "the patient"
        folded = self[word] = "" if word[0] in _APOSTROPHES else fold_word(word)
        return folded


_FOLDED = _Folded()


def split_words(text: str) -> Words:
    """Return the folded words of ``text`` with their character offsets."""
    folded: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for match in _WORD.finditer(text):
        word = _FOLDED[match.group()]
        if word:
            start, end = match.span()
            folded.append(word)
            starts.append(start)
            ends.append(end)
    return Words(folded, starts, ends)


def fold_key(term: str) -> tuple[str, ...]:
    """Return the folded words of a term: its key in a lexicon."""
    return tuple(word for word in map(_FOLDED.__getitem__, _WORD.findall(term)) if word)
