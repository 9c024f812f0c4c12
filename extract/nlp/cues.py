"""Trigger phrases of rules/context.yaml found in a text: one pass over its words, all groups at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

from spacy.tokens import Doc

from extract.errors import RulesError
from extract.nlp.extensions import sentences, text_of, words
from extract.rules.fold import Words, fold_word, split_words
from extract.rules.load import RuleSet

FILE = "context.yaml"
SETTINGS = "points"

if not Doc.has_extension("cues"):
    Doc.set_extension("cues", default=None)


@dataclass(frozen=True, slots=True)
class Cue:
    """A trigger phrase in the text: ``group`` is its list in rules/context.yaml ("subject.own")."""

    start: int
    end: int
    group: str


class CueTable:
    """All trigger phrases in one trie over folded words.

    Unlike terms, triggers match their exact words in any case: "patients" is another trigger than "patient".
    """

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        self._root: dict[Any, Any] = {}
        for group, phrases in groups.items():
            for phrase in phrases:
                self._add(phrase, group)

    def _add(self, phrase: str, group: str) -> None:
        found = split_words(phrase)
        surface = tuple(phrase[a:b].lower() for a, b in zip(found.starts, found.ends, strict=True))
        node = self._root
        for word in surface:
            node = node.setdefault(fold_word(word), {})
        node.setdefault(None, {}).setdefault(surface, []).append(group)

    def find(self, text: str, found: Words) -> list[Cue]:
        """Return the longest trigger of each group at each place, in text order."""
        cues: list[Cue] = []
        root = self._root
        free: dict[str, int] = {}
        for i, word in enumerate(found.folded):
            node = root.get(word)
            if node is not None:
                best = self._longest(text, found, i, node)
                start = found.starts[i]
                for group, end in best.items():
                    if start >= free.get(group, 0):
                        cues.append(Cue(start, end, group))
                        free[group] = end
        return cues

    @staticmethod
    def _longest(text: str, found: Words, i: int, node: dict[Any, Any]) -> dict[str, int]:
        """Return by group where the longest trigger that begins with word ``i`` ends."""
        best: dict[str, int] = {}
        surface: tuple[str, ...] = ()
        starts, ends, j, last = found.starts, found.ends, i, len(found) - 1
        while True:
            surface += (text[starts[j] : ends[j]].lower(),)
            for group in node.get(None, {}).get(surface, ()):
                best[group] = ends[j]
            j += 1
            if j > last or starts[j] - ends[j - 1] > 2:
                return best
            node = node.get(found.folded[j])
            if node is None:
                return best


def phrases(rules: RuleSet) -> dict[str, list[str]]:
    """Return the lists of trigger phrases in rules/context.yaml by their dotted names.

    Raises
    ------
    RulesError
        a list holds something that is not text.
    """
    found: dict[str, list[str]] = {}
    for name, group in rules.documents.get(FILE, {}).items():
        if name == SETTINGS:
            continue
        for key, values in group.items() if isinstance(group, dict) else [("", group)]:
            dotted = f"{name}.{key}" if key else str(name)
            if not isinstance(values, list):
                continue
            for value in values:
                if not isinstance(value, str):
                    raise RulesError(Path(FILE), 0, f"{dotted}: {value!r} must be text; put it into quotes")
            found[dotted] = values
    return found


def settings(rules: RuleSet) -> dict[str, Any]:
    """Return the numbers of rules/context.yaml; empty where there are none."""
    return cast("dict[str, Any]", rules.documents.get(FILE, {}).get(SETTINGS) or {})


@lru_cache(maxsize=4)
def _table(_hash: str, groups: tuple[tuple[str, tuple[str, ...]], ...]) -> CueTable:
    return CueTable(dict(groups))


def cue_table(rules: RuleSet) -> CueTable:
    """Return the triggers of ``rules``, built once per set of rules."""
    return _table(rules.hash, tuple((name, tuple(group)) for name, group in phrases(rules).items()))


def find_cues(doc: Doc, table: CueTable) -> list[list[Cue]]:
    """Return the triggers of each sentence of ``doc``, found on the first call and kept on the Doc."""
    if doc._.cues is None:
        doc._.cues = list(_by_sentence(table.find(text_of(doc), words(doc)), [s.start for s in sentences(doc)]))
    return cast("list[list[Cue]]", doc._.cues)


def _by_sentence(cues: Sequence[Cue], starts: Sequence[int]) -> Iterator[list[Cue]]:
    i = 0
    for k in range(len(starts)):
        stop = starts[k + 1] if k + 1 < len(starts) else None
        group = []
        while i < len(cues) and (stop is None or cues[i].start < stop):
            group.append(cues[i])
            i += 1
        yield group
