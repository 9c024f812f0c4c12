"""The default pipeline: the components in the order in which an article meets them."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator
from functools import lru_cache

import spacy
from spacy.language import Language
from spacy.tokens import Doc

import extract.nlp.context
import extract.nlp.patients
import extract.nlp.proposals
import extract.nlp.quantities
import extract.nlp.sentences
import extract.nlp.terms
import extract.nlp.timeline
import extract.records.drugs
import extract.records.labs
import extract.records.levels
import extract.records.muscle_grades
import extract.records.scores  # noqa: F401  (imported for their registered factories)
from extract.nlp.extensions import keep_patients_only
from extract.nlp.ner_choice import RULES
from extract.nlp.tokenizer import make_tokenizer
from extract.normalize.blocks import NormalizedText

COMPONENTS = (
    "casetab_sentences",
    "casetab_terms",
    "casetab_abbreviations",
    "casetab_quantities",
    "casetab_patients",
    "casetab_timeline",
    "casetab_context",
    "casetab_labs",
    "casetab_muscle_grades",
    "casetab_levels",
    "casetab_drugs",
    "casetab_scores",
)

PROPOSALS = "casetab_proposals"
"""The component that is there only where a recogniser is asked for."""

_WITHOUT_RULES = ("casetab_abbreviations",)


@lru_cache(maxsize=2)
def load_pipeline(rules: tuple[str, ...] = (), ner: str = RULES) -> Language:
    """Return the default pipeline: blank English with casetab's tokenizer rules and components.

    Parameters
    ----------
    rules : folders of the user's own rules, on top of the shipped ones.
    ner : who proposes names that no lexicon knows: nobody (``rules``), the shipped recogniser (``hybrid``) or a
        scispaCy model (``scispacy:NAME``).

    Raises
    ------
    RulesError
        a rules file cannot be used.
    CasetabError
        the recogniser cannot be used.
    """
    with _no_collection():
        nlp = spacy.blank("en")
        nlp.max_length = 100_000_000  # no parser and no NER that would need memory by the square
        nlp.tokenizer = make_tokenizer(nlp)
        for name in COMPONENTS:
            nlp.add_pipe(name, config={} if name in _WITHOUT_RULES else {"rules": list(rules)})
        if ner != RULES:
            nlp.add_pipe(PROPOSALS, after="casetab_quantities", config={"rules": list(rules), "ner": ner})
    return nlp


@contextlib.contextmanager
def _no_collection() -> Iterator[None]:
    """Keep Python's collector from walking the growing rules again and again: half of the time of loading them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def annotate(nlp: Language, text: NormalizedText, *, patients_only: bool = False) -> Doc:
    """Run the pipeline over a normalised text, keeping the blocks that normalisation found.

    Parameters
    ----------
    patients_only : text that is not of the article's own patients need not be read for rows: half of most articles.
    """
    doc = nlp.make_doc(text.text)
    doc._.blocks = list(text.blocks)
    if patients_only:
        keep_patients_only(doc)
    for _, component in nlp.pipeline:
        doc = component(doc)
    return doc
