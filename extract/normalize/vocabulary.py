"""Which words there are: the document's own, and a list of words of case reports."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import pairwise

import yaml

from extract.errors import RulesError
from extract.rules.locate import builtin_rules

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# Inflections tried off a word that is not known as it stands; (ending, what stands for it).
_ENDINGS = (
    ("s", ""), ("es", ""), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"), ("ly", ""), ("al", ""),
    ("ally", ""), ("ies", "y"), ("ied", "y"), ("ity", ""), ("ness", ""), ("able", ""), ("ible", ""),
    ("ation", "e"), ("er", ""), ("or", "e"), ("ic", "y"), ("ic", "ia"),
    ("ized", "ize"), ("ised", "ize"), ("isation", "ization"),
)  # fmt: skip


@cache
def word_list() -> frozenset[str]:
    """Return rules/wordlist.txt, with the pairs of neighbours of each hyphenated word."""
    path = builtin_rules() / "wordlist.txt"
    words: set[str] = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        word = line.strip()
        if word and not word.startswith("#"):
            words.add(word)
            words.update(_pairs(word))
    return frozenset(words)


@cache
def layout_words(role: str) -> frozenset[str]:
    """Return the list of words called ``role`` in rules/layout.yaml."""
    return frozenset(_layout_rules()[role])


@cache
def _layout_rules() -> dict[str, list[str]]:
    path = builtin_rules() / "layout.yaml"
    rules = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(rules, dict):
        raise RulesError(path, 1, "must be a mapping of roles to lists of words")
    return rules


def _pairs(word: str) -> Iterable[str]:
    parts = word.split("-")
    return (f"{a}-{b}" for a, b in pairwise(parts)) if len(parts) > 2 else ()


class Vocabulary:
    """The words of one document over the general list."""

    def __init__(self, text: str) -> None:
        """Count the words of ``text``, from which words broken at line ends have been left out."""
        self._counts = Counter(_WORD.findall(text.lower()))
        for word, count in [(w, c) for w, c in self._counts.items() if "-" in w]:
            for part in (*_pairs(word), *word.split("-")):
                self._counts[part] += count
        self._general = word_list()
        self._styles: dict[str, int] | None = None

    def count(self, word: str) -> int:
        """Return how often the document has ``word``."""
        return self._counts[word]

    def in_list(self, word: str) -> bool:
        """Tell whether the general list has ``word``."""
        return word in self._general

    def knows(self, word: str) -> bool:
        """Tell whether the document or the list has ``word``, as it stands or inflected."""
        if word in self._counts or word in self._general:
            return True
        for ending, base in _ENDINGS:
            if word.endswith(ending) and len(word) - len(ending) >= 4:
                stem = word[: len(word) - len(ending)] + base
                if stem in self._general or stem in self._counts:
                    return True
        return False

    def is_word(self, part: str) -> bool:
        """Tell whether ``part`` is a word of its own: a known one, or one of the few of two letters."""
        return self.knows(part) if len(part) > 2 else part in layout_words("short")

    def prefix_style(self, prefix: str) -> int:
        """Return by how much words with ``prefix`` and a hyphen outnumber those written solid."""
        if self._styles is None:
            self._styles = self._count_styles()
        return self._styles.get(prefix, 0)

    def _count_styles(self) -> dict[str, int]:
        styles: dict[str, int] = {}
        for word, count in self._counts.items():
            head, hyphen, tail = word.partition("-")
            if hyphen:
                if len(tail) > 2:
                    styles[head] = styles.get(head, 0) + count
                continue
            for size in range(2, min(7, len(word) - 3)):
                if word[size:] in self._general:
                    styles[word[:size]] = styles.get(word[:size], 0) - count
        return styles
