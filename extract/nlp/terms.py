"""Terms of rules/ found in the text, and the article's own abbreviations of them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from scispacy.abbreviation import find_abbreviation
from spacy.language import Language
from spacy.tokens import Doc, Span

from extract.nlp.extensions import sentences, text_of
from extract.rules.fold import split_words
from extract.rules.lexicon import Mention
from extract.rules.load import RuleSet, load_rules

_SHORT = re.compile(r"\(([A-Za-z][\w\-/+α-ω]{1,9})(?=[);,])")
_LONG_WORDS = 8


@dataclass(frozen=True, slots=True)
class ShortForm:
    """An abbreviation that the article defines: ``short`` stands for ``text[start:end]``."""

    short: str
    start: int
    end: int


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
        text, terms = text_of(doc), doc._.terms
        if not doc._.short_forms or terms is None:
            return
        for form in doc._.short_forms:
            for kind in ("analyte", "drug", "muscle", "score", "not_lab", "not_drug"):
                owner = _owner(terms.get(kind, []), form)
                if owner is not None:
                    _add_uses(text, form, owner, terms, kind)


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


def _owner(mentions: list[Mention], form: ShortForm) -> Mention | None:
    """Return the term that the long form is, allowing a word or two in front ("serum ...", "intact ...")."""
    for mention in mentions:
        if mention.start >= form.end:
            break
        if mention.end == form.end and mention.start - form.start <= 20:
            return mention
    return None


def _add_uses(text: str, form: ShortForm, owner: Mention, terms: dict[str, list[Mention]], kind: str) -> None:
    taken = [(m.start, m.end) for m in terms.get(kind, [])]
    pattern = re.compile(r"(?<![\w-])" + re.escape(form.short) + r"(?:s\b|(?!\w))")
    new = []
    for match in pattern.finditer(text):
        start, end = match.start(), match.start() + len(form.short)
        if not any(a < end and start < b for a, b in taken):
            new.append(replace(owner, start=start, end=end, text=form.short, source="abbreviation"))
    if new:
        terms[kind] = sorted([*terms.get(kind, []), *new], key=lambda m: m.start)


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
