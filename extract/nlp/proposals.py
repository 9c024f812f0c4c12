"""Names that no lexicon knows, proposed by a trained recogniser: where model and rules meet.

The policy. The rules win: a proposal that touches a term of any lexicon is dropped, and numbers, units, routes, times
and everything else of a closed class are read by rules alone. A proposed drug counts where a dose stands beside it, or
words that say that it was given; a proposed laboratory test counts where a value in a unit of laboratories stands
behind it. What the words are is data: rules/proposals.yaml. What counts is a term like any other from then on, but its
rows say ``model`` (or ``scispacy``) in the column ``rule`` and have less confidence.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

from spacy.language import Language
from spacy.tokens import Doc

from extract.errors import RulesError
from extract.nlp.doses import find_doses
from extract.nlp.extensions import beginning_in, quantities, sentence_at, terms, text_of
from extract.nlp.model import BlockKind, Sentence
from extract.nlp.ner_model import Entity
from extract.nlp.ner_source import Source, source_of
from extract.rules.lexicon import Entry, Mention
from extract.rules.load import RuleSet, load_rules

FILE = "proposals.yaml"
PROPOSERS = ("model", "scispacy")
"""Names of the sources, as rows give them in the column ``rule``."""
PROPOSED = 0.6
"""Confidence of a name that a model proposed; that of a name in a lexicon is 0.9."""

_KINDS = {"DRUG": "drug", "CHEMICAL": "drug", "TEST": "analyte", "ENTITY": "drug|analyte"}
_KNOWN = ("drug", "not_drug", "analyte", "not_lab", "muscle", "score", "implied_result", "route", "frequency")
_SKIPPED = frozenset({"references", "other", "title"})
_LABORATORY = frozenset(
    {"mass_concentration", "molar_concentration", "catalytic", "arbitrary", "equivalent_concentration", "osmolality"}
)
_WORD = re.compile(r"[^\s,;:()\[\]]+")
_NAME = re.compile(r"[^\W_][\w'’/+α-ω -]*[^\W_]")
_SHORTEST = 4
_NO_DOSES = ("%", "ml", "cc")  # shares and bare volumes: of scores, gases and fluids as often as of drugs
_NEXT_NAME = 5  # characters from a dose to the name behind it: "1 mg of adrenaline"
_WORDY = re.compile(r"[a-z]{4}")  # words of giving go with procedures, too, and these are often short forms
_LONGEST_GAP = 70  # characters between a name and what supports it

_KEY: Any = ("._.", "proposals", None, None)  # reading it there takes a tenth of ``doc._``

if not Doc.has_extension("proposals"):
    Doc.set_extension("proposals", default=None)


def proposals(doc: Doc, kind: str) -> list[Mention]:
    """Return the supported proposals of a kind ("drug", "analyte") in text order."""
    found = cast("dict[str, list[Mention]] | None", doc.user_data.get(_KEY))
    return found.get(kind, []) if found else []


class ProposalFinder:
    """Component ``casetab_proposals``: assigns ``_.proposals``."""

    def __init__(self, rules: RuleSet, source: Source) -> None:
        words: dict[str, Any] = rules.documents.get(FILE, {})
        self._source = source
        self._support: dict[str, _Support] = {"drug": DrugSupport(words), "analyte": LabSupport(words)}

    def __call__(self, doc: Doc) -> Doc:
        """Ask the source and keep what the text supports."""
        known = _Places((m.start, m.end) for kind in _KNOWN for m in terms(doc, kind))
        found: dict[str, list[Mention]] = {}
        for entity in self._source.entities(doc):
            for kind in _KINDS.get(entity.label, "").split("|"):
                if kind:
                    found.setdefault(kind, []).extend(self._mention(doc, kind, entity, known))
        doc._.proposals = {kind: self._supported(doc, kind, mentions) for kind, mentions in found.items()}
        return doc

    def _mention(self, doc: Doc, kind: str, entity: Entity, known: _Places) -> Iterator[Mention]:
        """Yield the name in an entity, without the words at its ends that are no part of one."""
        text = text_of(doc)
        place = self._support[kind].name_in(text, entity.start, entity.end)
        if place is None or known.touch(*place):
            return
        name = text[place[0] : place[1]]
        attributes = {"kind": "drug"} if kind == "drug" else {}
        entry = Entry(name if name.isupper() and kind != "drug" else name.lower(), kind, attributes)
        yield Mention(*place, name, entry, self._source.name)

    def _supported(self, doc: Doc, kind: str, mentions: Sequence[Mention]) -> list[Mention]:
        """Return the mentions of each name that the text supports at one place at least."""
        support = self._support[kind]
        sure = {m.entry.name for m in mentions if support.holds(doc, m, sentence_at(doc, m.start))}
        return [m for m in mentions if m.entry.name in sure]


class _Support(ABC):
    """The word lists of one kind of name."""

    def __init__(self, words: dict[str, Any], ends: str, banned: str, endings: str) -> None:
        self._ends = frozenset(map(str, words.get(ends, ())))
        self._banned = frozenset(map(str, words.get(banned, ())))
        self._endings = tuple(map(str, words.get(endings, ())))

    @abstractmethod
    def holds(self, doc: Doc, name: Mention, sentence: Sentence | None) -> bool:
        """Tell whether the sentence of a name says what it is."""

    def name_in(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """Return the place of the name in ``text[start:end]``; None where there is none."""
        words = [m.span() for m in _WORD.finditer(text, start, end)]
        while words and text[slice(*words[0])].lower() in self._ends:
            words.pop(0)
        while words and text[slice(*words[-1])].lower() in self._ends:
            words.pop()
        if not words or len(words) > 4:
            return None
        place = words[0][0], words[-1][1]
        name = text[slice(*place)]
        low = [text[slice(*word)].lower() for word in words]
        if len(name) < _SHORTEST or not _NAME.fullmatch(name):
            return None
        if any(word in self._banned for word in low) or low[-1].endswith(self._endings):
            return None
        return place


class DrugSupport(_Support):
    """What supports a proposed drug."""

    def __init__(self, words: dict[str, Any]) -> None:
        super().__init__(words, "drug_ends", "not_drug_words", "not_drug_endings")
        self._to_dose = _pattern(words, "drug_dose_behind")
        self._from_dose = _pattern(words, "drug_dose_before")
        self._before = _pattern(words, "drug_before", "$")
        self._next = _pattern(words, "drug_next")
        self._behind = _pattern(words, "drug_behind")

    def holds(self, doc: Doc, name: Mention, sentence: Sentence | None) -> bool:
        """Tell whether a dose or words of giving stand beside a name."""
        if sentence is None or sentence.section in _SKIPPED or sentence.kind is not BlockKind.PARAGRAPH:
            return False
        text = text_of(doc)
        begin, end = max(sentence.start, name.start - 100), min(sentence.end, name.end + 100)
        if _WORDY.search(name.text) and (
            (self._before.search(text, begin, name.start) and self._next.match(text, name.end, end))
            or self._behind.match(text, name.end, end)
        ):
            return True
        for dose in find_doses(text, begin, end):
            if dose.unit_text.lower().startswith(_NO_DOSES):
                continue  # "Karnofsky 50%", "500 mL of a fluid"
            if dose.start >= name.end and self._to_dose.fullmatch(text, name.end, dose.start):
                # "due to asystole, 1 mg adrenaline was given": the dose is another's
                return not beginning_in(terms(doc, "drug"), dose.end, dose.end + _NEXT_NAME)
            if dose.end <= name.start and self._from_dose.fullmatch(text, dose.end, name.start):
                return True
        return False


class LabSupport(_Support):
    """What supports a proposed laboratory test."""

    def __init__(self, words: dict[str, Any]) -> None:
        super().__init__(words, "lab_ends", "not_lab_words", "not_lab_endings")
        self._to_value = _pattern(words, "lab_behind")

    def holds(self, doc: Doc, name: Mention, sentence: Sentence | None) -> bool:
        """Tell whether a concentration, an activity or a titre stands behind a name."""
        if sentence is None or sentence.section in _SKIPPED or sentence.kind is not BlockKind.PARAGRAPH:
            return False
        for value in beginning_in(quantities(doc), name.end, min(sentence.end, name.end + _LONGEST_GAP)):
            unit = value.unit
            measured = value.form == "titer" if unit is None else unit.kind == "lab" and unit.dimension in _LABORATORY
            return measured and self._to_value.fullmatch(text_of(doc), name.end, value.start) is not None
        return False


def _pattern(words: dict[str, Any], key: str, end: str = "") -> re.Pattern[str]:
    """Return the patterns of a list as one; one that matches nothing where there are none."""
    held = words.get(key, [])
    listed = held if isinstance(held, list) else [held]
    try:
        return re.compile(f"(?:{'|'.join(map(str, listed)) or '(?!)'}){end}", re.IGNORECASE)
    except re.error as error:
        raise RulesError(Path(FILE), 0, f"{key}: not a regular expression: {error}") from None


class _Places:
    """Places of a text, asked whether one of them touches another."""

    def __init__(self, places: Iterable[tuple[int, int]]) -> None:
        merged: list[list[int]] = []
        for start, end in sorted(places):
            if merged and start < merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], end)
            else:
                merged.append([start, end])
        self._starts = [start for start, _ in merged]
        self._ends = [end for _, end in merged]

    def touch(self, start: int, end: int) -> bool:
        """Tell whether a place overlaps ``start:end``."""
        i = bisect_left(self._starts, end) - 1
        return i >= 0 and self._ends[i] > start


@Language.factory(
    "casetab_proposals",
    requires=["doc._.sentences", "doc._.terms", "doc._.quantities"],
    assigns=["doc._.proposals"],
    default_config={"rules": [], "ner": "hybrid"},
)
def make_proposals(nlp: Language, name: str, rules: list[str], ner: str) -> ProposalFinder:
    """Create the component; ``ner`` is ``hybrid`` or ``scispacy:NAME``."""
    return ProposalFinder(load_rules(rules), source_of(ner))
