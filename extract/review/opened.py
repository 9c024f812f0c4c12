"""An article as one reviewer sees it: its rows, its text, and new rows out of it."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import HTTPException

from extract.records.quotes import quote_span
from extract.review.desk import Desk
from extract.review.fields import blank
from extract.review.marks import Marked, Span, mark_article
from extract.review.rows import ShownRow, shown_rows
from extract.review.run_index import ArticleEntry, Row
from extract.review.store import Decision
from extract.review.texts import Text, misplaced


@dataclass(frozen=True)
class Opened:
    """An article as one reviewer sees it."""

    entry: ArticleEntry
    rows: list[ShownRow]
    plain: dict[str, Row]
    orphans: list[Decision]
    text: Text


def open_article(desk: Desk, reviewer: str, article_id: str) -> Opened:
    """Return an article with its rows, its text and the reviewer's decisions.

    Raises
    ------
    HTTPException
        the run has no such article.
    """
    entries = desk.index.entries([article_id])
    if not entries:
        raise HTTPException(404, "the run has no article of this name")
    rows = desk.index.rows(article_id)
    shown, orphans = shown_rows(rows, desk.store.current(reviewer, article_id))
    return Opened(entries[0], shown, {row.key: row for row in rows}, orphans, desk.texts.of(entries[0].cells))


def span_of(row: ShownRow) -> Span | None:
    """Return where a row's quote stands in the source; None where it has none."""
    start, end = row.cells.get("start", ""), row.cells.get("end", "")
    return (int(start), int(end)) if start.isdecimal() and end.isdecimal() else None


def marked_text(opened: Opened) -> tuple[Marked, str]:
    """Return the normalised text with its marks, and what is wrong with it."""
    text = opened.text
    if text.source is None or text.normalized is None:
        return Marked(), text.problem
    wrong = misplaced(text.source, [one.cells for one in opened.rows if one.state != "added"])
    if wrong:
        problem = (
            f"{wrong} of {len(opened.rows)} rows' quotes are not where the tables say: the text was changed since the"
            " run. The rows can be reviewed by their quotes; run casetab again to have them marked."
        )
        return mark_article(text.normalized, [None] * len(opened.rows)), problem
    return mark_article(text.normalized, [span_of(one) for one in opened.rows]), text.problem


def place_of(text: Text, start: int, end: int, view: str) -> Span | None:
    """Return the place in the source of what was marked in the text shown; None where it is nothing."""
    if text.source is None or text.normalized is None:
        return None
    if view == "article":
        if not 0 <= start < end <= len(text.normalized.text):
            return None
        start, end = text.normalized.source_span(start, end)
    source = text.source.text
    if not 0 <= start < end <= len(source):
        return None
    while start < end and source[start].isspace():
        start += 1
    while start < end and source[end - 1].isspace():
        end -= 1
    start, end = quote_span(source, start, end)
    return (start, end) if start < end else None


def new_cells(desk: Desk, opened: Opened, table: str, span: Span, case: str) -> dict[str, str]:
    """Return the cells of a row that is about to be added from a place in the source.

    Parameters
    ----------
    case : the patient that it is likely of; the first one where the article has no such.
    """
    rows = [one.cells for one in opened.rows]
    case_ids = desk.case_ids(opened.entry.id, rows)
    case_id = case if case in case_ids else case_ids[0]
    if table == "cases":
        case_id = desk.new_case_id(opened.entry.id, rows)
    cells = blank(table, opened.entry.id, case_id)
    source = opened.text.source
    assert source is not None, "a place was found in it"
    start, end = span
    cells |= {"start": str(start), "end": str(end), "quote": source.text[start:end]}
    if "section" in cells:
        near = [one for one in opened.rows if one.table != "cases" and (at := span_of(one)) and at[0] <= start]
        cells["section"] = max(near, key=lambda one: span_of(one) or (0, 0)).cells["section"] if near else "case"
    return cells
