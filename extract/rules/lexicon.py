"""One trie over the folded words of all terms: every kind of term is found in one pass over a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from extract.rules.fold import Words, fold_key

_DECIMAL = re.compile(r"\d{1,3}\.\d")
_POSSESSIVE = ("'s ", "’s ")  # "Maddrey's score" is "Maddrey score"
_LOOSE = re.compile(r"[\s\-‐‑‒–—−]+")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a lexicon: the canonical name and what else the line says of it."""

    name: str
    kind: str
    attributes: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, attribute: str) -> str:
        return self.attributes.get(attribute, "")


@dataclass(frozen=True, slots=True)
class Mention:
    """A term found in a text: offsets are characters of that text."""

    start: int
    end: int
    text: str
    entry: Entry
    source: str = "lexicon"

    @property
    def name(self) -> str:
        """Canonical name."""
        return self.entry.name

    @property
    def kind(self) -> str:
        """Kind of the term: the lexicon it comes from."""
        return self.entry.kind


class Lexicon:
    """Terms of all kinds in one trie.

    A synonym that begins with ``=`` is case-sensitive as written; all others match in any case.
    """

    def __init__(self, entries: list[Entry] | None = None, root: dict[str, Any] | None = None) -> None:
        """Make an empty lexicon, or one again from its ``entries`` and ``root``."""
        self.entries: list[Entry] = [] if entries is None else entries
        # a node maps a folded word to the next node; the key "" holds [number of an entry, form] of what ends there
        self.root: dict[str, Any] = {} if root is None else root
        self._numbers: dict[int, int] = {}

    def replace(self, old: Entry, new: Entry) -> None:
        """Put an entry in the place of one that was added: what was found as ``old`` is now found as ``new``."""
        number = self._numbers.pop(id(old))
        self._numbers[id(new)] = number
        self.entries[number] = new

    def add(self, entry: Entry, synonyms: Iterable[str], *, first: bool = False) -> None:
        """Add an entry under its synonyms.

        Parameters
        ----------
        first : whether it comes before the entries that have one of these synonyms already.
        """
        number = self._numbers.setdefault(id(entry), len(self.entries))
        if number == len(self.entries):
            self.entries.append(entry)
        for synonym in synonyms:
            exact = synonym[1:] if synonym.startswith("=") and len(synonym) > 1 else ""
            key = fold_key(exact or synonym)
            if not key:
                continue
            node = self.root
            for word in key:
                node = node.setdefault(word, {})
            ends = node.setdefault("", [])
            ends.insert(0 if first else len(ends), [number, _LOOSE.sub(" ", exact)])

    def find(self, text: str, words: Words) -> dict[str, list[Mention]]:
        """Return by kind the longest mentions, without overlap within a kind, in text order."""
        found: dict[str, list[Mention]] = {}
        free_from: dict[str, int] = {}
        begin, folded, starts, ends = self.root.get, words.folded, words.starts, words.ends
        count = len(folded)
        for i, first in enumerate(folded):
            node = begin(first)
            if node is None or (i and ends[i - 1] == starts[i] and _glued(text, starts[i])):
                continue
            best: dict[str, tuple[int, Entry]] = {}
            j = i
            while True:
                terms = node.get("")
                if terms is not None and _may_end(text, words, j):
                    for number in _as_written(terms, text[starts[i] : ends[j]]):
                        entry = self.entries[number]
                        if entry.kind not in best or best[entry.kind][0] != j:
                            best[entry.kind] = (j, entry)
                j += 1
                if j >= count or (starts[j] - ends[j - 1] > 2 and text[ends[j - 1] : starts[j]] not in _POSSESSIVE):
                    break
                node = node.get(folded[j])
                if node is None:
                    break
            for kind, (last, entry) in best.items():
                end = ends[last]
                before = found[kind][-1] if starts[i] < free_from.get(kind, 0) else None
                if before is not None and end - starts[i] > before.end - before.start:
                    found[kind].pop()  # "serum lactate" gives way to "lactate dehydrogenase"
                    free_from[kind] = 0
                if starts[i] >= free_from.get(kind, 0):
                    found.setdefault(kind, []).append(Mention(starts[i], end, text[starts[i] : end], entry))
                    free_from[kind] = end
        return found


def _as_written(terms: list[tuple[int, str]], written: str) -> list[int]:
    """Return the entries that a stretch of text may be, those with a case-sensitive form only in that form."""
    return [number for number, exact in terms if not exact or _LOOSE.sub(" ", written) == exact]


def _may_end(text: str, words: Words, last: int) -> bool:
    """Tell whether a term may end with the word ``last``: not within a word or a number."""
    end = words.ends[last]
    glued = last + 1 < len(words.starts) and words.starts[last + 1] == end and _glued(text, end)
    glued = glued and not (text[end - 1].isalpha() and _DECIMAL.match(text, end))  # "pH7.31"
    return not glued and not _is_cut_number(text, end)


def _is_cut_number(text: str, end: int) -> bool:
    """Tell whether a term would end within a number: "IgG 2" of "IgG 2,840 mg/dL"."""
    return text[end : end + 1] in (",", ".", "·") and text[end - 1].isdigit() and text[end + 1 : end + 2].isdigit()


def _glued(text: str, position: int) -> bool:
    """Tell whether a letter or digit at ``position`` continues the word before it."""
    return text[position].isalnum() and text[position - 1].isalnum()
