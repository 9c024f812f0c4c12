"""The sentences that may speak of drugs, with the names, doses, frequencies, routes and durations in each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from spacy.tokens import Doc

from extract.nlp.doses import find_doses
from extract.nlp.drug_names import DrugName, find_drug_names
from extract.nlp.drug_rules import DrugRules
from extract.nlp.extensions import sentences, terms, text_of, within
from extract.nlp.model import Sentence
from extract.nlp.regimen import Parts
from extract.nlp.schedules import find_durations, find_frequencies, find_ways
from extract.normalize.blocks import BlockKind

_SKIPPED = ("references", "other", "title")


def drug_sentences(doc: Doc, rules: DrugRules) -> Iterator[tuple[Sentence, Parts]]:
    """Yield the sentences that hold a drug's name or a dose, in text order, with what they hold."""
    text = text_of(doc)
    names = find_drug_names(doc, rules)
    places = [name.start for name in names]
    for sentence in sentences(doc):
        if sentence.section in _SKIPPED or sentence.kind is BlockKind.HEADING:
            continue
        start, end = sentence.start, sentence.end
        own = names[bisect_left(places, start) : bisect_left(places, end)]
        doses = find_doses(text, start, end)
        if not own and not doses:
            continue
        frequencies = find_frequencies(text, start, end, within(terms(doc, "frequency"), start, end))
        ways = find_ways(within(terms(doc, "route"), start, end))
        parts = Parts(text, start, end, one_name(text, own), doses, frequencies, ways, find_durations(text, start, end))
        yield sentence, parts


def one_name(text: str, names: list[DrugName]) -> list[DrugName]:
    """Leave out a second name for the same thing.

    "methotrexate (MTX)" and "immunoglobulin (Pentaglobin)" are one drug; in "the muscle relaxant rocuronium" the
    class is said only to explain the name.
    """
    kept: list[DrugName] = []
    for name in names:
        last = kept[-1] if kept else None
        gap = text[last.end : name.start].strip() if last else ""
        if last is not None and gap in ("(", "[") and last.kind != "class" and name.kind != "class":
            alone = text[name.end : name.end + 1] in (")", "]")
            if last.name == name.name or alone:
                continue
        if last is not None and gap == "" and last.kind == "class" and name.kind != "class":
            kept.pop()
        kept.append(name)
    return kept
