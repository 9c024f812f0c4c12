"""Trigger phrases of rules/context.yaml found in a text: one pass over its words, all groups at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from spacy.tokens import Doc

from extract.errors import RulesError
from extract.nlp.extensions import sentences, text_of, words
from extract.rules.fold import Words, fold_word, split_words
from extract.rules.load import RuleSet

FILE = "context.yaml"
SETTINGS = "points"
_GAP = 2  # characters between two words of a trigger

if not Doc.has_extension("cues"):
    Doc.set_extension("cues", default=None)


class Cue(NamedTuple):
    """A trigger phrase in the text: ``group`` is its list in rules/context.yaml ("subject.own")."""

    start: int
    end: int
    group: str


class _Node:
    """A place in the table of triggers."""

    __slots__ = ("following", "groups")

    def __init__(self) -> None:
        self.groups: list[str] = []
        self.following: dict[str, _Node] = {}


class CueTable:
    """All trigger phrases in one trie over folded words.

    Unlike terms, triggers match their exact words in any case: "patients" is another trigger than "patient".
    """

    def __init__(self, groups: Mapping[str, Iterable[str]]) -> None:
        # by folded first word, then by the words as written: the folded words of a text are at hand, and most
        # of them begin no trigger; a node is the groups that end there and the nodes of the next words
        self._root: dict[str, dict[str, _Node]] = {}
        for group, phrases in groups.items():
            for phrase in phrases:
                self._add(phrase, group)

    def _add(self, phrase: str, group: str) -> None:
        found = split_words(phrase)
        surface = [phrase[a:b].lower() for a, b in zip(found.starts, found.ends, strict=True)]
        if not surface:
            return
        node = self._root.setdefault(fold_word(surface[0]), {}).setdefault(surface[0], _Node())
        for word in surface[1:]:
            node = node.following.setdefault(word, _Node())
        node.groups.append(group)

    def find(self, text: str, found: Words) -> list[Cue]:
        """Return the longest trigger of each group at each place, in text order."""
        cues: list[Cue] = []
        begin, starts, ends = self._root.get, found.starts, found.ends
        last = len(starts) - 1
        free: dict[str, int] = {}
        for i, word in enumerate(found.folded):
            first = begin(word)
            if first is None:
                continue
            start = starts[i]
            node = first.get(text[start : ends[i]].lower())
            if node is None:
                continue
            following = node.following
            if following and i < last and text[starts[i + 1] : ends[i + 1]].lower() in following:
                best = dict.fromkeys(node.groups, ends[i])
                _go_on(text, found, i + 1, node, best)
            elif node.groups:
                best = dict.fromkeys(node.groups, ends[i])
            else:
                continue
            for group, end in best.items():
                if start >= free.get(group, 0):
                    cues.append(Cue(start, end, group))
                    free[group] = end
        return cues


def _go_on(text: str, found: Words, j: int, node: _Node, best: dict[str, int]) -> None:
    """Enter into ``best`` where longer triggers end that go on with word ``j``."""
    starts, ends, count = found.starts, found.ends, len(found.starts)
    while j < count and starts[j] - ends[j - 1] <= _GAP:
        following = node.following.get(text[starts[j] : ends[j]].lower())
        if following is None:
            return
        node = following
        for group in node.groups:
            best[group] = ends[j]
        j += 1


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
