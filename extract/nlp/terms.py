"""Terms of rules/ found in the text, and the article's own abbreviations of them."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace

from scispacy.abbreviation import find_abbreviation
from spacy.language import Language
from spacy.tokens import Doc, Span

from extract.nlp.extensions import sentences, text_of
from extract.rules.fold import Words, split_words
from extract.rules.lexicon import Mention
from extract.rules.load import RuleSet, load_rules

_SHORT = re.compile(r"\(([A-Za-z][\w\-/+α-ω]{1,9})(?=[);,])")
_LONG_WORDS = 8
# a note's list of abbreviations: "AGAP, anion gap; BT: total bilirubin; Hb = haemoglobin"
_KEY = re.compile(r"\s*(?:[^\n;:.]{0,40}\babbreviations?(?: used)?\s?[:.]|notes?\s?[:.])?\s*", re.IGNORECASE)
_KEY_PART = re.compile(r"\s*(?P<short>[A-Za-z][\w\-/+α-ω]{1,9})\s?[:=,–]\s?(?P<long>[A-Za-zα-ω][^;:=]{3,60}?)\s?\.?$")
_KEY_ENDS = re.compile(r";|,(?=\s?[A-Za-z][\w\-/+]{1,9}\s?[:=]\s)|$")
_MIN_KEY = 2
_FURTHEST = 20  # characters between the start of a long form and that of the term in it


@dataclass(frozen=True, slots=True)
class ShortForm:
    """An abbreviation that the article defines: ``short`` stands for ``text[start:end]``; ``listed`` in a note."""

    short: str
    start: int
    end: int
    listed: bool = False


class TermFinder:
    """Component ``casetab_terms``: assigns ``_.words`` and ``_.terms``."""

    def __init__(self, rules: RuleSet) -> None:
        self._lexicon = rules.lexicon

    def __call__(self, doc: Doc) -> Doc:
        """Find all terms of the lexicons."""
        text = text_of(doc)
        doc._.words = split_words(text)
        doc._.terms = self._lexicon.find(text, doc._.words)
        return doc


class AbbreviationFinder:
    """Component ``casetab_abbreviations``: assigns ``_.short_forms`` and adds their occurrences to ``_.terms``.

    Long forms are aligned by scispaCy's implementation of Schwartz and Hearst (2003), asked for one bracket of one
    sentence at a time: its stock matcher pairs every bracket of a document with every other and remembers
    earlier documents.
    """

    def __call__(self, doc: Doc) -> Doc:
        """Find definitions, then their uses."""
        doc._.short_forms = list(self._definitions(doc))
        self._extend(doc)
        return doc

    def _definitions(self, doc: Doc) -> list[ShortForm]:
        text = text_of(doc)
        found: list[ShortForm] = []
        seen: set[str] = set()
        for sentence in sentences(doc):
            for form in _key(text, sentence.start, sentence.end):
                if form.short not in seen:
                    seen.add(form.short)
                    found.append(form)
            if text.find("(", sentence.start, sentence.end) < 0:
                continue
            for match in _SHORT.finditer(text, sentence.start, sentence.end):
                short = match.group(1)
                if short in seen or sum(c.isupper() for c in short) < 1 or len(short) < 2:
                    continue
                span = _long_form(doc, match, sentence.start)
                if span is not None:
                    seen.add(short)
                    found.append(ShortForm(short, span.start_char, span.end_char))
        return found

    def _extend(self, doc: Doc) -> None:
        forms, terms = doc._.short_forms, doc._.terms
        if not forms or terms is None:
            return
        places = _places(text_of(doc), doc._.words, {form.short for form in forms})
        measured = {mention.end for mention in terms.get("analyte", ())}
        # a note explains a table of results: "MCV, mean corpuscular volume" is no volume, HCO3 no drug
        listed = [form for form in forms if form.listed]
        barred = {"drug": [f for f in listed if f.end in measured], "not_lab": listed, "not_drug": listed}
        for kind in ("analyte", "drug", "muscle", "score", "not_lab", "not_drug"):
            mentions = terms.get(kind)
            if mentions:
                terms[kind] = _with_uses(mentions, [f for f in forms if f not in barred.get(kind, ())], places)


def _key(text: str, start: int, end: int) -> list[ShortForm]:
    """Return the abbreviations that a sentence lists with their meanings; none where it is anything but such a list."""
    if all(text.find(mark, start, end) < 0 for mark in ";:="):
        return []
    lead = _KEY.match(text, start, end)
    at = lead.end() if lead is not None else start
    found: list[ShortForm] = []
    for stop in _KEY_ENDS.finditer(text, at, end):
        part = _KEY_PART.match(text, at, stop.start())
        if part is None:
            return found if len(found) >= _MIN_KEY else []
        if any(c.isupper() for c in part["short"]):
            found.append(ShortForm(part["short"], part.start("long"), part.end("long"), listed=True))
        at = stop.end()
    return found if len(found) >= _MIN_KEY else []


def _long_form(doc: Doc, match: re.Match[str], sentence_start: int) -> Span | None:
    """Return the words before a bracket that the bracket abbreviates."""
    bracket = doc.char_span(match.start(), match.start() + 1, alignment_mode="expand")
    short = doc.char_span(match.start(1), match.end(1), alignment_mode="expand")
    if bracket is None or short is None:
        return None
    size = min(len(match.group(1)) + 5, len(match.group(1)) * 2, _LONG_WORDS + 4)
    first = max(bracket.start - size, 0)
    while first < bracket.start and doc[first].idx < sentence_start:
        first += 1
    if first >= bracket.start:
        return None
    _, long_form = find_abbreviation(doc[first : bracket.start], short)
    if long_form is None or len(long_form.text) <= len(match.group(1)):
        return None
    return long_form  # type: ignore[no-any-return]


def _places(text: str, words: Words, shorts: set[str]) -> dict[str, list[int]]:
    """Return where each abbreviation stands, in one pass over the words: as a word of its own, or in the plural."""
    wanted: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for short in sorted(shorts):
        pattern = re.compile(r"(?<![\w-])" + re.escape(short) + r"(?:s\b|(?!\w))")
        for first in {split_words(form).folded[0] for form in (short, f"{short}s")}:
            wanted.setdefault(first, []).append((short, pattern))
    places: dict[str, list[int]] = {short: [] for short in shorts}
    for start, word in zip(words.starts, words.folded, strict=True):
        for short, pattern in wanted.get(word, ()):
            if pattern.match(text, start):
                places[short].append(start)
    return places


def _with_uses(mentions: list[Mention], forms: list[ShortForm], places: dict[str, list[int]]) -> list[Mention]:
    """Return the mentions with those that the abbreviations of one of them add, where no other mention stands.

    The long form may have a word or two in front of the mention ("serum ...", "intact ...").
    """
    by_end = {mention.end: mention for mention in mentions}
    taken = [(mention.start, mention.end) for mention in mentions]
    new: list[Mention] = []
    for form in forms:
        owner = by_end.get(form.end)
        if owner is None or owner.start - form.start > _FURTHEST:
            continue
        for start in places[form.short]:
            end = start + len(form.short)
            before = bisect_left(taken, (end, end)) - 1
            if before >= 0 and taken[before][1] > start:
                continue
            use = replace(owner, start=start, end=end, text=form.short, source="abbreviation")
            taken.insert(before + 1, (start, end))
            by_end[end] = use
            new.append(use)
    return sorted([*mentions, *new], key=lambda mention: mention.start) if new else mentions


@Language.factory("casetab_terms", assigns=["doc._.words", "doc._.terms"], default_config={"rules": []})
def make_terms(nlp: Language, name: str, rules: list[str]) -> TermFinder:
    """Create the component; ``rules`` are folders of rules on top of the shipped ones."""
    return TermFinder(load_rules(rules))


@Language.factory(
    "casetab_abbreviations",
    requires=["doc._.sentences", "doc._.terms"],
    assigns=["doc._.short_forms", "doc._.terms"],
)
def make_abbreviations(nlp: Language, name: str) -> AbbreviationFinder:
    """Create the component."""
    return AbbreviationFinder()
