"""Misspelt names of drugs: words one letter away from a long name of the lexicon."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extract.normalize.vocabulary import word_list
from extract.rules.lexicon import Entry

SHORTEST = 9  # letters; shorter words have ordinary neighbours
_WORD = re.compile(rf"(?<![\w-])[A-Za-z][a-z]{{{SHORTEST - 1},24}}(?![\w])")
_SURE = (
    "cillin",
    "mycin",
    "floxacin",
    "bactam",
    "penem",
    "azole",
    "mab",
    "cycline",
    "solone",
)  # no ordinary word ends so
_PLAIN = re.compile(r"[a-z]+")


class SpellingIndex:
    """Names by their first and their last half: one edit leaves one of the halves as it is.

    A word is looked up by its own halves, so that the cost does not grow with the number of names.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._names: dict[str, Entry] = {}
        for entry in entries:
            for form in (entry.name, *entry["synonyms"].split("|")):
                name = form.strip().lower()
                if len(name) >= SHORTEST and _PLAIN.fullmatch(name) and entry["kind"] in ("drug", ""):
                    self._names.setdefault(name, entry)
        self._heads: dict[str, list[str]] = {}
        self._tails: dict[str, list[str]] = {}
        for name in self._names:
            half = len(name) // 2
            self._heads.setdefault(name[:half], []).append(name)
            self._tails.setdefault(name[half:], []).append(name)

    def find(self, text: str) -> Iterator[tuple[int, int, Entry]]:
        """Yield place and entry of each misspelt name in ``text``."""
        known = word_list()
        seen: dict[str, Entry | None] = {}
        for match in _WORD.finditer(text):
            word = match.group().lower()
            if word not in seen:
                skip = (
                    (word in known and not word.endswith(_SURE))
                    or word in self._names
                    or word.removesuffix("s") in self._names
                )
                seen[word] = None if skip else self._nearest(word)
            entry = seen[word]
            if entry is not None:
                yield match.start(), match.end(), entry

    def _nearest(self, word: str) -> Entry | None:
        half = len(word) // 2
        candidates: set[str] = set()
        for cut in (half - 1, half, half + 1):
            candidates.update(self._heads.get(word[:cut], ()))
            candidates.update(self._tails.get(word[cut:], ()))
        near = sorted(name for name in candidates if one_edit(word, name))
        return self._names[near[0]] if near else None


def one_edit(a: str, b: str) -> bool:
    """Tell whether one inserted, deleted, replaced or swapped letter turns ``a`` into ``b``."""
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    if len(a) > len(b):
        a, b = b, a
    i = next((k for k, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) < len(b):
        return a[i:] == b[i + 1 :]
    return a[i + 1 :] == b[i + 1 :] or (a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :])
