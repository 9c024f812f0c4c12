"""Silver sentences: unlabelled articles labelled by casetab's own rules where these are sure, else by a first model.

A drug of the lexicons that has a dose is sure. In training the lexicons' knowledge is hidden in these sentences: the
model sees names as it will see those that no lexicon has, and must know them by their spelling and the words around.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from extract.errors import CasetabError
from extract.nlp.extensions import drafts, sentences, terms, text_of, within
from extract.nlp.model import BlockKind
from extract.nlp.ner_model import Recogniser
from extract.nlp.pipeline import annotate
from extract.normalize.stage import normalize
from extract.run.worklist import find_articles
from extract.sources.read import read_source
from models.corpora import Example, Span

_RULE = "drugs:lexicon:dose"
_SURE = 0.9
_PER_ARTICLE = 4  # sentences of one article
_PER_NAME = 6  # sentences of one drug: without it prednisolone would be most of what the model learns


def read_silver(nlp: Language, folder: Path, first: Recogniser, most: int) -> list[Example]:
    """Return at most ``most`` sentences of a folder's articles as examples.

    Parameters
    ----------
    first : the model whose labels stand where the rules say nothing.
    """
    found: list[Example] = []
    seen: Counter[str] = Counter()
    for item in find_articles([str(folder)]):
        try:
            text = normalize(read_source(item.path, item.article_id))
        except CasetabError:
            continue  # a file that cannot be read has nothing to teach
        doc = annotate(nlp, text, patients_only=True)
        for number, example in enumerate(_examples(doc, first, seen)):
            found.append(Example(f"{item.article_id}:{number}", example.text, example.spans))
        if len(found) >= most:
            break
    return found[:most]


def _examples(doc: Doc, first: Recogniser, seen: Counter[str]) -> Iterator[Example]:
    sure = [d for d in drafts(doc) if d.table == "drugs" and d.rule == _RULE and d.confidence >= _SURE]
    if not sure:
        return
    others = first.entities(doc)
    taken = 0
    for sentence in sentences(doc):
        own = [d for d in sure if sentence.start <= d.start and d.end <= sentence.end]
        names = {str(d.values["drug"]) for d in own}
        if not own or sentence.kind is not BlockKind.PARAGRAPH or all(seen[name] >= _PER_NAME for name in names):
            continue
        seen.update(names)
        drugs = within(terms(doc, "drug"), sentence.start, sentence.end)
        spans: list[Span] = [(m.start, m.end, "DRUG") for m in drugs]
        for entity in others:
            inside = sentence.start <= entity.start and entity.end <= sentence.end
            if inside and all(entity.end <= a or entity.start >= b for a, b, _ in spans):
                spans.append((entity.start, entity.end, entity.label))
        at = sentence.start
        shifted = tuple(sorted((a - at, b - at, label) for a, b, label in spans))
        yield Example("", text_of(doc)[at : sentence.end], shifted)
        taken += 1
        if taken == _PER_ARTICLE:
            return
