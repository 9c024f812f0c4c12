"""Where proposals come from: the recogniser that ships with casetab, or a scispaCy model that the user installed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

import spacy
from spacy.language import Language
from spacy.tokens import Doc

from extract.errors import CasetabError
from extract.nlp.extensions import sentences, text_of
from extract.nlp.model import BlockKind
from extract.nlp.ner_choice import HYBRID, SCISPACY, check_ner
from extract.nlp.ner_model import Entity, shipped

_NEEDED = ("tok2vec", "transformer", "ner")


class Source(Protocol):
    """Finds entities in a Doc that has sentences, terms and quantities."""

    name: str

    def entities(self, doc: Doc) -> list[Entity]:
        """Return the entities in text order."""


def source_of(choice: str) -> Source:
    """Return the source of proposals of a choice other than ``rules``.

    Raises
    ------
    CasetabError
        the choice is none, or what it needs is missing.
    """
    check_ner(choice)
    return shipped() if choice == HYBRID else ScispacySource(load_scispacy(choice.removeprefix(SCISPACY)))


class ScispacySource:
    """The entities of a spaCy pipeline: ``CHEMICAL`` of en_ner_bc5cdr_md, ``ENTITY`` of en_core_sci_*."""

    name = "scispacy"

    def __init__(self, pipeline: Language) -> None:
        self._pipeline = pipeline

    def entities(self, doc: Doc) -> list[Entity]:
        """Return the entities of the sentences in text order."""
        text = text_of(doc)
        wanted = [s for s in sentences(doc) if s.kind is BlockKind.PARAGRAPH and s.section != "references"]
        pieces = ((text[s.start : s.end], s.start) for s in wanted)
        return list(self._of(pieces))

    def _of(self, pieces: Iterator[tuple[str, int]]) -> Iterator[Entity]:
        for read, offset in self._pipeline.pipe(pieces, as_tuples=True):
            for entity in read.ents:
                yield Entity(offset + entity.start_char, offset + entity.end_char, entity.label_)


@lru_cache(maxsize=2)
def load_scispacy(name: str) -> Language:
    """Return an installed spaCy model with what its entities need.

    Raises
    ------
    CasetabError
        it cannot be loaded, or names nothing.
    """
    try:
        pipeline = spacy.load(name)
    except (OSError, ImportError, ValueError) as error:
        raise CasetabError(f"{name}: spaCy cannot load this model: {error}") from None
    if "ner" not in pipeline.pipe_names:
        raise CasetabError(f"{name}: this spaCy pipeline has no ner component, so it names nothing")
    pipeline.select_pipes(enable=[pipe for pipe in pipeline.pipe_names if pipe in _NEEDED])
    return pipeline
