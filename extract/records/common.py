"""What all record tables share: their leading and trailing columns, and how a component makes a row."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from spacy.tokens import Doc

from extract.nlp.extensions import blocks, context, drafts, sentence_at, text_of
from extract.nlp.model import BlockKind, Draft, FactContext

Subject = Literal["patient", "family", "literature", "other"]
Assertion = Literal["present", "absent", "possible"]
When = Literal["baseline", "followup", "history", ""]
Section = Literal[
    "title", "abstract", "introduction", "case", "discussion", "conclusion", "caption", "table", "references", "other"
]  # fmt: skip


class Table(BaseModel):
    """Base of all tables: the fields are the columns, in order."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Record(Table):
    """Columns that every record table has; the table's own stand between ``section`` and ``quote``."""

    record_id: Annotated[str, Field(description="unique in the run and stable between runs")]
    article_id: Annotated[str, Field(description="the input file's stem, made unique where two are equal")]
    case_id: Annotated[str, Field(description="the patient: ARTICLE#1, ARTICLE#2, ...")]
    subject: Annotated[Subject, Field(description="whose fact it is")]
    assertion: Annotated[Assertion, Field(description="whether the fact holds")]
    when: Annotated[When, Field(description="before or after the treatment of interest; empty = unknown")]
    time_text: Annotated[str, Field(description="the time expression as written")]
    time_days: Annotated[
        float | None, Field(description="days from presentation, negative = before", json_schema_extra={"unit": "d"})
    ]
    section: Annotated[Section, Field(description="part of the article")]
    quote: Annotated[str, Field(description="verbatim slice of the source that holds the fact")]
    start: Annotated[int, Field(description="offset of the quote in the decoded source text, in code points")]
    end: Annotated[int, Field(description="offset of the first character after the quote")]
    page: Annotated[int | None, Field(description="page of a PDF, counted from 1")]
    sentence: Annotated[str, Field(description="the normalised sentence")]
    rule: Annotated[str, Field(description="identifier of the rule or model that made the row")]
    confidence: Annotated[float, Field(description="0 to 1")]


PROVENANCE = ("quote", "start", "end", "page", "sentence", "rule", "confidence")


def columns(model: type[Table]) -> list[str]:
    """Return the columns of a table in their order: whose and when, what, where it says so."""
    names = list(model.model_fields)
    if not issubclass(model, Record):
        return names
    return [name for name in names if name not in PROVENANCE] + list(PROVENANCE)


def _grid(doc: Doc, block: int) -> int:
    """Return the index of the first block of the table that holds a block."""
    found = blocks(doc)
    while block > 0 and found[block - 1].kind is BlockKind.TABLE:
        block -= 1
    return block


def add_row(
    doc: Doc,
    table: str,
    start: int,
    end: int,
    values: dict[str, Any],
    rule: str,
    confidence: float = 0.9,
    fact: FactContext | None = None,
    summary_of: tuple[str, ...] = (),
    verbatim: Mapping[str, tuple[int, int]] | None = None,
) -> None:
    """Append a row to the Doc's drafts.

    Parameters
    ----------
    start, end : characters of ``doc.text`` that hold the whole fact (they become the quote).
    values : the table's own columns by name.
    fact : whose and when; asked of the Doc's context where None.
    summary_of : analytes whose numbers, given elsewhere, make the row say nothing more.
    verbatim : columns that hold characters of the source, with their places in ``doc.text``.
    """
    sentence = sentence_at(doc, start)
    drafts(doc).append(
        Draft(
            table=table,
            start=start,
            end=end,
            values=values,
            context=fact if fact is not None else context(doc).at(start, end),
            rule=rule,
            confidence=round(confidence, 2),
            section=(sentence.section if sentence else "") or "case",
            sentence=text_of(doc)[sentence.start : sentence.end] if sentence else "",
            sentence_start=sentence.start if sentence else -1,
            grid=_grid(doc, sentence.block) if sentence and sentence.kind is BlockKind.TABLE else -1,
            summary_of=summary_of,
            verbatim=dict(verbatim or {}),
        )
    )
