"""What the tables of sentences need: the language pipeline, up to the context of a fact."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc

import extract.nlp.pipeline  # noqa: F401  (registers the components)
from extract.nlp.tokenizer import make_tokenizer

_COMPONENTS = ("casetab_sentences", "casetab_terms", "casetab_patients", "casetab_timeline", "casetab_context")


@pytest.fixture(scope="session")
def context_pipeline() -> Language:
    nlp = spacy.blank("en")
    nlp.tokenizer = make_tokenizer(nlp)
    for name in _COMPONENTS:
        nlp.add_pipe(name)
    return nlp


@pytest.fixture(scope="session")
def read(context_pipeline: Language) -> Callable[[str], Doc]:
    """Return a function that reads a text, one block per line."""
    return context_pipeline
