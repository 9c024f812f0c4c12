"""The rules of rules/drug_context.yaml in the form in which the drug components use them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from extract.errors import RulesError
from extract.nlp.drug_spelling import SpellingIndex
from extract.nlp.gaps import GapWords
from extract.rules.lexicon import Entry
from extract.rules.load import RuleSet

FILE = "drug_context.yaml"
_NEVER = re.compile(r"(?!)")


class VaccinePatterns:
    """Finds what is vaccinated against in a text.

    "Vaccinated against A, B and C" and "A, B and C vaccines" name three vaccines; a pathogen elsewhere in the
    sentence is none.
    """

    def __init__(self, targets: str) -> None:
        bracket = r"(?:\s\(\w{2,6}\))?"
        members = rf"(?:{targets}){bracket}(?:(?:,?\sand\s|,\s|/|\s&\s)(?:{targets}){bracket}){{0,8}}"
        self._target = re.compile(rf"(?<!\w)(?:{targets})(?!\w)", re.I)
        self._lists = (
            re.compile(
                rf"\b(?:vaccinat\w+|immuni[sz]\w+|inoculat\w+|vaccines?)\s(?:\w+\s){{0,2}}(?:against|for)\s(?P<list>{members})(?!\w)",
                re.I,
            ),
            re.compile(rf"(?<!\w)(?P<list>{members})\s(?:vaccin\w+|immuni[sz]ations?)\b", re.I),
        )

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the places of what is vaccinated against."""
        if "ccin" not in text and "mmuni" not in text and "nocul" not in text:
            return
        for pattern in self._lists:
            for found in pattern.finditer(text):
                for target in self._target.finditer(text, found.start("list"), found.end("list")):
                    yield target.span()


@dataclass(frozen=True, slots=True)
class DrugRules:
    """Phrases as compiled patterns, endings of names and therapeutic classes.

    Attributes
    ----------
    phrases : a pattern for each list of phrases, matched in any case on word boundaries.
    after, before : the same patterns tied to the end or the start of a stretch of text.
    stem_pattern : words with the ending of a nonproprietary name.
    classes : class to its endings and names.
    spelling : finds misspelt names.
    vaccines : lists of what is vaccinated against, with the words that say so.
    partners : second names of fixed combinations.
    gaps : the words that tie the parts of a regimen.
    memo : classes of the names asked for so far: they depend on the rules alone.
    """

    phrases: dict[str, re.Pattern[str]]
    starts: dict[str, re.Pattern[str]]
    ends: dict[str, re.Pattern[str]]
    stem_pattern: re.Pattern[str]
    not_stems: frozenset[str]
    classes: dict[str, tuple[tuple[str, ...], frozenset[str]]]
    spelling: SpellingIndex
    vaccines: VaccinePatterns
    partners: frozenset[str]
    gaps: dict[str, GapWords]
    memo: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)


def drug_rules(rules: RuleSet) -> DrugRules:
    """Return the compiled rules, built once per set of rules.

    Raises
    ------
    RulesError
        an entry of the file is not of its form.
    """
    return _build(rules.hash, _Source(rules.documents.get(FILE, {}), rules.entries.get("drug", [])))


class _Source:
    """What the rules are built from; lru_cache keys it by the rules' hash alone."""

    def __init__(self, content: dict[str, Any], entries: list[Entry]) -> None:
        self.content = content
        self.entries = entries

    def __hash__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Source)


@lru_cache(maxsize=4)
def _build(_hash: str, source: _Source) -> DrugRules:
    phrases, starts, ends = {}, {}, {}
    classes: dict[str, tuple[tuple[str, ...], frozenset[str]]] = {}
    stems: list[str] = []
    targets: list[str] = []
    not_stems: frozenset[str] = frozenset()
    partners: frozenset[str] = frozenset()
    gaps: dict[str, GapWords] = {}
    for name, value in source.content.items():
        if name == "classes":
            classes = {kind: _members(kind, members) for kind, members in value.items()}
        elif name == "stems":
            stems = _texts(name, value)
        elif name == "gaps":
            gaps = {kind: _gap_words(kind, lists) for kind, lists in value.items()}
        elif name == "vaccine_targets":
            targets = _texts(name, value)
        elif name == "partners":
            partners = frozenset(word.lower() for word in _texts(name, value))
        elif name == "not_stems":
            not_stems = frozenset(word.lower() for word in _texts(name, value))
        else:
            alternatives = _alternatives(_texts(name, value))
            phrases[name] = re.compile(rf"(?<!\w)(?:{alternatives})(?!\w)", re.I)
            starts[name] = re.compile(rf"[\s(]*(?:{alternatives})(?!\w)", re.I)
            ends[name] = re.compile(rf"(?<!\w)(?:{alternatives})[\s]*$", re.I)
    pattern = re.compile(rf"\b[A-Za-z][a-z]{{3,20}}(?:{'|'.join(map(re.escape, stems))})\b") if stems else _NEVER
    vaccines = VaccinePatterns(_alternatives(targets))
    spelling = SpellingIndex(source.entries)
    return DrugRules(phrases, starts, ends, pattern, not_stems, classes, spelling, vaccines, partners, gaps)


def _texts(name: str, values: Any) -> list[str]:
    if not isinstance(values, list):
        raise RulesError(Path(FILE), 0, f"{name}: must be a list")
    for value in values:
        if not isinstance(value, str):
            raise RulesError(Path(FILE), 0, f"{name}: {value!r} must be text; put it into quotes")
    return values


def _gap_words(kind: str, lists: Any) -> GapWords:
    """Return a list of filling words; a route behind a name may have numbers, a dose before one brackets in front."""
    if not isinstance(lists, dict) or not isinstance(lists.get("signs"), str):
        raise RulesError(Path(FILE), 0, f"gaps.{kind}: must have words and signs")
    words = _texts(f"gaps.{kind}.words", lists.get("words"))
    return GapWords(words, lists["signs"], numbers=kind == "name_to_route", asides=kind == "dose_to_name")


def _members(kind: str, values: Any) -> tuple[tuple[str, ...], frozenset[str]]:
    texts = [text.lower() for text in _texts(f"classes.{kind}", values)]
    return tuple(t for t in texts if t.startswith("-") or t.endswith("-")), frozenset(texts)


def _alternatives(texts: Iterable[str]) -> str:
    """Return the alternatives of a pattern, longest first: ``*`` is an ending, a blank any space or hyphen."""
    parts = []
    for text in sorted(texts, key=len, reverse=True):
        pattern = re.escape(text).replace(r"\*", r"\w*").replace(r"\ ", r"[\s-]+")
        parts.append(pattern)
    return "|".join(parts) or "(?!)"


def classes_of(name: str, listed: str, rules: DrugRules) -> frozenset[str]:
    """Return the therapeutic classes of a drug by what rules/drugs.tsv says of it and by its name."""
    memo = rules.memo.get((name, listed))
    if memo is not None:
        return memo
    found = {part.strip() for part in listed.split("|") if part.strip()}
    words = name.lower().replace("/", " ").split()
    for kind, (affixes, names) in rules.classes.items():
        if name.lower() in names or any(_fits(word, affixes, names) for word in words):
            found.add(kind)
    rules.memo[name, listed] = frozenset(found)
    return rules.memo[name, listed]


def _fits(word: str, affixes: Iterable[str], names: frozenset[str]) -> bool:
    return word in names or any(
        word.endswith(affix[1:]) if affix.startswith("-") else word.startswith(affix[:-1]) for affix in affixes
    )
