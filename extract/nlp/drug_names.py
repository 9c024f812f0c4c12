"""Names of drugs in a text: the lexicon's with their salts, misspelt ones, and those that only an ending betrays."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass

from spacy.tokens import Doc

from extract.nlp.drug_rules import DrugRules
from extract.nlp.extensions import terms, text_of
from extract.nlp.proposals import PROPOSED, PROPOSERS, proposals
from extract.nlp.terms import ShortForm
from extract.rules.lexicon import Entry, Mention

_SALT = re.compile(
    r"[ -](?:hydrochloride|HCl|hydrobromide|sulphate|sulfate|acetate|maleate|tartrate|succinate|citrate|"
    r"fumarate|mesylate|"
    r"besylate|bromide|phosphate|gluconate|tosylate|disodium|pamoate|propionate|valerate|furoate|dipropionate|hydrate|"
    r"sodium(?! (?:of|level|was|\d))|(?:carbonate )?hydrate|calcium(?= tablets?| sodium)|carbonate hydrate|"
    r"mofetil|medoxomil|cilexetil|axetil|pivoxil|alafenamide|etexilate|trometamol|tromethamine|monohydrate|dihydrate)\b"
)


_CONFIDENCE = {"abbreviation": 0.85, **dict.fromkeys(PROPOSERS, PROPOSED)}


@dataclass(frozen=True, slots=True)
class DrugName:
    """A drug's name in the text: its entry in the lexicon and how sure it is."""

    start: int
    end: int
    text: str
    entry: Entry
    source: str
    confidence: float

    @property
    def name(self) -> str:
        """Canonical name, lower case."""
        return self.entry.name if self.entry["kind"] == "regimen" else self.entry.name.lower()

    @property
    def kind(self) -> str:
        """``drug``, ``combination``, ``regimen``, ``class``, ``family`` or ``element``."""
        return self.entry["kind"] or "drug"


def find_drug_names(doc: Doc, rules: DrugRules) -> list[DrugName]:
    """Return the names in text order, without those that lie inside a longer term that is no drug."""
    text = text_of(doc)
    shadows = _shadows(doc)
    others = _defined_otherwise(doc)
    found = [
        _named(text, m)
        for m in terms(doc, "drug")
        if m.text.removesuffix("s") not in others and not shadows.cover(m.start, m.end)
    ]
    taken = _Spans((n.start, n.end) for n in found)
    misspelt = _misspelt(text, rules)
    known_as = _Spans((n.start, n.end) for n in misspelt)  # "tigacycline" is tigecycline, not a drug of its own
    new = [n for n in _by_ending(text, rules) if not known_as.touch(n.start, n.end)]
    extra = [
        name
        for name in (*new, *misspelt, *_vaccines(text, rules))
        if not taken.touch(name.start, name.end)
        and (name.source == "vaccine" or not shadows.cover(name.start, name.end))
    ]
    known = _Spans((n.start, n.end) for n in (*found, *extra))
    proposed = [
        _named(text, m) for m in proposals(doc, "drug") if m.text not in others and not known.touch(m.start, m.end)
    ]
    ordered: list[DrugName] = []
    for name in sorted([*found, *extra, *proposed], key=lambda n: (n.start, -n.confidence)):
        if not ordered or name.start >= ordered[-1].end:
            ordered.append(name)
    return ordered


def _named(text: str, mention: Mention) -> DrugName:
    end = mention.end
    if mention.entry["kind"] in ("drug", ""):
        salt = _SALT.match(text, end)
        if salt is not None:
            end = salt.end()
    confidence = _CONFIDENCE.get(mention.source, 0.9)
    return DrugName(mention.start, end, text[mention.start : end], mention.entry, mention.source, confidence)


class _Spans:
    """Places of a text, asked whether they cover or touch another; none overlaps another of its own."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        merged: list[tuple[int, int]] = sorted(set(spans))
        self._starts = [s for s, _ in merged]
        self._ends: list[int] = []
        furthest = 0
        for _, e in merged:
            furthest = max(furthest, e)
            self._ends.append(furthest)
        self._spans = merged

    def cover(self, start: int, end: int) -> bool:
        """Tell whether a place holds ``start:end``."""
        i = bisect_left(self._starts, start + 1) - 1
        while i >= 0 and self._ends[i] >= end:
            if self._spans[i][1] >= end:
                return True
            i -= 1
        return False

    def touch(self, start: int, end: int) -> bool:
        """Tell whether a place overlaps ``start:end``."""
        i = bisect_left(self._starts, end) - 1
        return i >= 0 and self._ends[i] > start


def _defined_otherwise(doc: Doc) -> frozenset[str]:
    """Return the short forms that the article defines as something that is no drug: "adverse drug reaction (ADR)"."""
    text = text_of(doc)
    found: list[ShortForm] = doc._.short_forms or []
    if not found:
        return frozenset()
    drugs = _Spans((m.start, m.end) for m in terms(doc, "drug"))
    return frozenset(
        form.short.removesuffix("s")
        for form in found
        if " " in text[form.start : form.end] and not drugs.touch(form.start, form.end)
    )


def _shadows(doc: Doc) -> _Spans:
    """Return what hides a drug: terms that are no drug, and longer terms of other tables that hold the name."""
    places = [(m.start, m.end) for m in terms(doc, "not_drug")]
    drugs = {(m.start, m.end) for m in terms(doc, "drug")}
    for kind in ("analyte", "muscle"):
        places.extend((m.start, m.end) for m in terms(doc, kind) if (m.start, m.end) not in drugs)
    return _Spans(places)


def _misspelt(text: str, rules: DrugRules) -> list[DrugName]:
    """Return words one letter away from a name."""
    return [DrugName(a, b, text[a:b], entry, "misspelt", 0.6) for a, b, entry in rules.spelling.find(text)]


def _vaccines(text: str, rules: DrugRules) -> list[DrugName]:
    """Return what a list of vaccines names without the word "vaccine" behind each."""
    return [
        DrugName(
            a,
            b,
            text[a:b],
            Entry(f"{text[a:b].lower()} vaccine", "drug", {"kind": "drug", "class": "vaccine"}),
            "vaccine",
            0.8,
        )
        for a, b in rules.vaccines.find(text)
    ]


def _by_ending(text: str, rules: DrugRules) -> list[DrugName]:
    """Return words with the ending of a nonproprietary name that the lexicon does not know."""
    found = []
    for match in rules.stem_pattern.finditer(text):
        word = match.group()
        low = word.lower()
        if low in rules.not_stems or len(low) < 7:
            continue
        entry = Entry(low, "drug", {"kind": "drug"})
        found.append(DrugName(match.start(), match.end(), word, entry, "stem", 0.7))
    return found
