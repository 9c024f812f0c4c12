"""The sentences that may speak of drugs, with the names, doses, frequencies, routes and durations in each."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator

from spacy.tokens import Doc

from extract.nlp.doses import Dose, find_doses
from extract.nlp.drug_later import says_stopped
from extract.nlp.drug_names import DrugName, find_drug_names
from extract.nlp.drug_rules import DrugRules
from extract.nlp.extensions import is_unwanted, sentences, terms, text_of, within
from extract.nlp.model import Sentence
from extract.nlp.regimen_model import Parts
from extract.nlp.schedules import find_durations, find_frequencies, find_ways
from extract.normalize.blocks import BlockKind
from extract.rules.lexicon import Entry

_REACH = 2  # sentences after a drug's name in which a dose may be meant for it
_LONGEST = 2000  # characters; longer "sentences" are tables or lists without a full stop
_SKIPPED = ("references", "other", "title")


def drug_sentences(doc: Doc, rules: DrugRules) -> Iterator[tuple[Sentence, Parts]]:
    """Yield the sentences with a drug's name, or with a dose or an end shortly after one, in text order, in parts."""
    text = text_of(doc)
    names = find_drug_names(doc, rules)
    places = [name.start for name in names]
    last = -_REACH - 1
    found = sentences(doc)
    for sentence in found:
        if sentence.section in _SKIPPED or sentence.kind is BlockKind.HEADING:
            continue
        for start, end in _windows(text, sentence):
            own = names[bisect_left(places, start) : bisect_left(places, end)]
            if own:
                last = sentence.index
            if is_unwanted(doc, start, found[min(sentence.index + _REACH, len(found) - 1)].end):
                continue
            near = sentence.index - last <= _REACH
            doses = find_doses(text, start, end) if near else []
            if own or doses or (near and says_stopped(text, start, end)):
                yield sentence, _parts(doc, (start, end), own, doses, text, rules)


def _windows(text: str, sentence: Sentence) -> Iterator[tuple[int, int]]:
    """Yield the sentence, in pieces where it is so long that comparing all its parts would take too long."""
    start = sentence.start
    while sentence.end - start > _LONGEST:
        cut = text.rfind(" ", start + 1, start + _LONGEST)
        cut = cut if cut > start else start + _LONGEST
        yield start, cut
        start = cut
    yield start, sentence.end


def _parts(
    doc: Doc, place: tuple[int, int], names: list[DrugName], doses: list[Dose], text: str, rules: DrugRules
) -> Parts:
    start, end = place
    frequencies = find_frequencies(text, start, end, within(terms(doc, "frequency"), start, end))
    ways = find_ways(within(terms(doc, "route"), start, end))
    durations = find_durations(text, start, end)
    return Parts(text, start, end, one_name(text, names, rules), doses, frequencies, ways, durations, rules)


_TWO_DOSES = re.compile(  # "sitagliptin-metformin 50/500 mg": one tablet
    r"(?:\stab(?:let)?s?)?\s\(?\d+(?:\.\d+)?\s?(?:mg|mcg|µg|g)?\s?[/–-]\s?\d+(?:\.\d+)?\s?(?:mg|mcg|µg|g)\b"
)
# between the name of a class and a name that it explains: "antibiotics (ceftriaxone", "chemotherapy with cisplatin"
_EXPLAINS = re.compile(
    r"\s*(?:therapy|treatment|agents?|drugs?|regimens?|prophylaxis|medications?|coverage)?\s*"
    r"(?:\(|\[|with|including|such as|consisting of|comprising|like|namely|containing|:|"
    r",?\s?i\.e\.,?|,?\s?e\.g\.,?)?\s*"
    r"(?:(?:intravenous|oral|IV|i\.v\.|empiric|empirical|high-dose|low-dose)\s)?$"
)


def one_name(text: str, names: list[DrugName], rules: DrugRules) -> list[DrugName]:
    """Join or leave out second names for the same thing.

    "Methotrexate (MTX)" and "immunoglobulin (Pentaglobin)" are one drug; in "the muscle relaxant rocuronium" and
    "heparin anticoagulation" the class only explains the name; "piperacillin-tazobactam" is one name however spelt.
    """
    kept: list[DrugName] = []
    for name in names:
        last = kept[-1] if kept else None
        if last is None:
            kept.append(name)
            continue
        between = text[last.end : name.start]
        gap = between.strip()
        alone = last.name == name.name or text[name.end : name.end + 1] in (")", "]")
        if gap in ("(", "[") and last.kind != "class" and name.kind != "class" and alone:
            continue
        if last.name == name.name and "(" in between and ")" not in between:
            continue  # "peginterferon (PegIFN; Pegasys; Roche)"
        if name.kind == "class" and last.kind != "class" and gap == "":
            continue
        if last.kind == "class" and name.kind != "class" and _EXPLAINS.fullmatch(between):
            kept.pop()
        elif last.kind == "drug" and (
            (gap in ("-", "/", "–", "and", "+") and name.name in rules.partners)
            or (between in ("-", "/", "–") and name.kind == "drug" and _TWO_DOSES.match(text, name.end) is not None)
        ):
            kept[-1] = _combined(text, last, name)
            continue
        kept.append(name)
    return kept


def _combined(text: str, first: DrugName, second: DrugName) -> DrugName:
    entry = Entry(
        f"{first.name}/{second.name}", "drug", {**first.entry.attributes, "kind": "combination", "drugbank_id": ""}
    )
    sure = min(first.confidence, second.confidence)
    return DrugName(first.start, second.end, text[first.start : second.end], entry, first.source, sure)
