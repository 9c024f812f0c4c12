"""BioC collections, one for each article, as XML or as JSON (bioc.sourceforge.net), by the library ``bioc``.

The whole text is one passage, so that offsets of the tables are offsets of the collection. Nothing in a file depends on
when it was written: the collection's date stays empty.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from extract.export.model import ExportArticle, Fact, Format, facts, patient_links

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CODES = {"loinc": "LOINC", "drugbank_id": "DrugBank"}
_ABOUT = ("title", "doi", "pmid", "journal", "year", "sha256")


def write_xml(article: ExportArticle, left_out: Counter[str]) -> Iterator[tuple[str, str]]:
    """Yield an article's collection as XML."""
    from bioc import biocxml

    text = _NOT_XML.sub(" ", article.text)  # as long as before: offsets stay
    left_out["characters that XML cannot hold, written as blanks"] += sum(
        a != b for a, b in zip(text, article.text, strict=True)
    )
    written: str = biocxml.dumps(_collection(article, text, xml=True))
    yield f"{article.id}.xml", written


def write_json(article: ExportArticle, left_out: Counter[str]) -> Iterator[tuple[str, str]]:
    """Yield an article's collection as JSON."""
    from bioc import biocjson

    del left_out  # everything can be expressed
    written: str = biocjson.dumps(_collection(article, article.text, xml=False), ensure_ascii=False, indent=1)
    yield f"{article.id}.json", written + "\n"


def _collection(article: ExportArticle, text: str, *, xml: bool) -> Any:
    import bioc

    collection = bioc.BioCCollection()
    collection.source, collection.date, collection.key = "casetab", "", "casetab.key"
    document = bioc.BioCDocument()
    document.id = article.id
    document.infons = {name: article.cells[name] for name in _ABOUT if article.cells.get(name)}
    passage = bioc.BioCPassage()
    passage.offset, passage.text = 0, text
    found = facts(article)
    passage.annotations = [_annotation(fact, text, xml=xml) for fact in found]
    passage.relations = [_relation(number, *link) for number, link in enumerate(patient_links(found), start=1)]
    document.add_passage(passage)
    collection.add_document(document)
    return collection


def _annotation(fact: Fact, text: str, *, xml: bool) -> Any:
    import bioc

    annotation = bioc.BioCAnnotation()
    annotation.id = fact.name
    codes = [f"{system}:{fact.cells[column]}" for column, system in _CODES.items() if fact.cells.get(column)]
    told = {"type": fact.label, **({"identifier": codes[0]} if codes else {}), **fact.data()}
    annotation.infons = {name: _NOT_XML.sub(" ", value) if xml else value for name, value in told.items()}
    annotation.add_location(bioc.BioCLocation(fact.start, fact.end - fact.start))
    annotation.text = text[fact.start : fact.end]
    return annotation


def _relation(number: int, fact: Fact, patient: Fact) -> Any:
    import bioc

    relation = bioc.BioCRelation()
    relation.id = f"R{number}"
    relation.infons = {"type": "of_patient"}
    relation.add_node(bioc.BioCNode(fact.name, fact.label))
    relation.add_node(bioc.BioCNode(patient.name, patient.label))
    return relation


BIOC = Format(write_xml, True, {})
"""BioC XML."""
BIOC_JSON = Format(write_json, True, {})
"""BioC JSON."""
