"""The page of one article: text and rows side by side, and what is decided there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal
from uuid import uuid4

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from fastapi.templating import Jinja2Templates
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from extract.records.quotes import quote_span
from extract.review.desk import Desk
from extract.review.fields import ADDED_RULE, blank, form_fields, read_form
from extract.review.identity import REVIEWED
from extract.review.lists import desk_of
from extract.review.marks import Marked, Span, mark_article, mark_source
from extract.review.rows import ShownRow, grouped, shown_rows
from extract.review.run_index import LOW, ArticleEntry, Row
from extract.review.store import Decision, Verdict
from extract.review.texts import Text, misplaced, slice_of

article_routes = APIRouter(prefix="/article")

_ROWS_PER_PAGE = 400
_STATES = {
    "": "all rows",
    "open": "to decide",
    "accepted": "accepted",
    "corrected": "corrected",
    "rejected": "rejected",
    "added": "added",
    "changed": "changed since",
}
_UNSURE = {"": "any confidence", "low": f"below {LOW}", "sure": f"{LOW} and above"}


@dataclass(frozen=True)
class Opened:
    """An article as one reviewer sees it."""

    entry: ArticleEntry
    rows: list[ShownRow]
    plain: dict[str, Row]
    orphans: list[Decision]
    text: Text


class RowSent(BaseModel):
    """A row as the page shows it: its key, the hash of its content, the decision that was seen."""

    model_config = ConfigDict(extra="forbid")
    key: str
    content: str = ""
    seen: int = 0


class Sent(BaseModel):
    """What the page sends: an action on rows, or a form's texts."""

    model_config = ConfigDict(extra="forbid")
    id: str
    action: Literal["accept", "rest", "reject", "correct", "add"]
    rows: list[RowSent] = []
    reason: str = ""
    table: str = ""
    start: int = -1
    end: int = -1
    values: dict[str, str] = {}


class Named(BaseModel):
    """An article by its identifier."""

    id: str


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


@article_routes.get("")
def article_page(
    request: Request,
    id: str,
    table: str = "",
    state: str = "",
    sure: str = "",
    row: str = "",
    number: int = -1,
    page: int = 1,
) -> Response:
    """Show an article; ``row`` is the key of a row to begin with, or ``number`` its place in the article."""
    desk, reviewer, templates = desk_of(request)
    opened = open_article(desk, reviewer, id)
    marked, problem = _marked(opened)
    placed = _with_places(opened.rows, marked)
    chosen = [one for one in placed if _matches(one, table, state, sure)]
    row = row or next((one.key for one in placed if one.number == number), "")
    place = next((at for at, one in enumerate(chosen) if one.key == row), None)
    pages = max(1, -(-len(chosen) // _ROWS_PER_PAGE))
    page = place // _ROWS_PER_PAGE + 1 if place is not None else min(max(page, 1), pages)
    names = desk.index.articles()
    at = names.index(id)
    context = {
        "article": opened.entry,
        "progress": desk.progress(reviewer, [opened.entry])[id],
        "marked": marked,
        "problem": problem,
        "patients": grouped(chosen[(page - 1) * _ROWS_PER_PAGE : page * _ROWS_PER_PAGE]),
        "tables_of_rows": {one.number: one.table for one in opened.rows},
        "found": len(chosen),
        "orphans": opened.orphans,
        "tables": REVIEWED,
        "table": table,
        "states": _STATES,
        "state": state,
        "unsure": _UNSURE,
        "sure": sure,
        "page": page,
        "pages": pages,
        "first": row,
        "before": names[at - 1] if at else "",
        "after": names[at + 1] if at + 1 < len(names) else "",
    }
    return templates.TemplateResponse(request, "article.html", context)


def _matches(row: ShownRow, table: str, state: str, sure: str) -> bool:
    if table and row.table != table:
        return False
    if sure and (row.confidence < LOW) != (sure == "low"):
        return False
    return not state or row.state == state or (state == "open" and row.is_open)


def _span(row: ShownRow) -> Span | None:
    start, end = row.cells.get("start", ""), row.cells.get("end", "")
    return (int(start), int(end)) if start.isdecimal() and end.isdecimal() else None


def _marked(opened: Opened) -> tuple[Marked, str]:
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
    return mark_article(text.normalized, [_span(one) for one in opened.rows]), text.problem


def _with_places(rows: Sequence[ShownRow], marked: Marked) -> list[ShownRow]:
    places = {row: " ".join(f"{a}-{b}" for a, b in spans) for row, spans in marked.places.items()}
    return [replace(row, places=places.get(row.number, "")) for row in rows]


@article_routes.get("/source")
def source_view(request: Request, id: str) -> Response:
    """Return the source text, line by line, as a part of the page."""
    desk, reviewer, templates = desk_of(request)
    opened = open_article(desk, reviewer, id)
    if opened.text.source is None:
        return templates.TemplateResponse(request, "parts/source.html", {"marked": Marked(), "tables_of_rows": {}})
    wrong = misplaced(opened.text.source, [one.cells for one in opened.rows if one.state != "added"])
    spans = [None if wrong else _span(one) for one in opened.rows]
    context = {
        "marked": mark_source(opened.text.source.text, spans),
        "tables_of_rows": {one.number: one.table for one in opened.rows},
    }
    return templates.TemplateResponse(request, "parts/source.html", context)


@article_routes.get("/form")
def form_view(request: Request, id: str, key: str) -> Response:
    """Return the form that corrects a row."""
    desk, reviewer, templates = desk_of(request)
    opened = open_article(desk, reviewer, id)
    row = next((one for one in opened.rows if one.key == key), None)
    if row is None:
        raise HTTPException(404, "this row is no longer there; load the page again")
    return _form(request, templates, desk, opened, row.table, row.cells, {}, key)


@article_routes.get("/new")
def new_view(
    request: Request, id: str, table: str, start: int, end: int, view: str = "article", case: str = ""
) -> Response:
    """Return the form that adds a fact from marked text.

    Parameters
    ----------
    start, end : what was marked, in characters of the text that was shown (``view``: ``article`` or ``source``).
    """
    desk, reviewer, templates = desk_of(request)
    opened = open_article(desk, reviewer, id)
    if table not in REVIEWED or opened.text.source is None:
        raise HTTPException(404, "nothing can be added here: there is no text to take it from")
    span = _place(opened.text, start, end, view)
    if span is None:
        raise HTTPException(404, "mark some words of the article first")
    cells = _new_cells(desk, opened, table, span, case)
    return _form(request, templates, desk, opened, table, cells, {}, "")


def _place(text: Text, start: int, end: int, view: str) -> Span | None:
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


def _new_cells(desk: Desk, opened: Opened, table: str, span: Span, case: str) -> dict[str, str]:
    case_ids = desk.case_ids(opened.entry.id, [one.cells for one in opened.rows])
    case_id = case_ids[-1] if table == "cases" else case if case in case_ids else case_ids[0]
    cells = blank(table, opened.entry.id, case_id)
    source = opened.text.source
    assert source is not None, "a place was found in it"
    start, end = span
    cells |= {"start": str(start), "end": str(end), "quote": source.text[start:end]}
    if "section" in cells:
        near = [one for one in opened.rows if one.table != "cases" and (at := _span(one)) and at[0] <= start]
        cells["section"] = max(near, key=lambda one: _span(one) or (0, 0)).cells["section"] if near else "case"
    return cells


def _form(
    request: Request,
    templates: Jinja2Templates,
    desk: Desk,
    opened: Opened,
    table: str,
    cells: Mapping[str, str],
    problems: Mapping[str, str],
    key: str,
) -> Response:
    case_ids = desk.case_ids(opened.entry.id, [one.cells for one in opened.rows])
    context = {
        "fields": [one for one in form_fields(table) if one.group != "place"],
        "cells": cells,
        "problems": problems,
        "case_ids": case_ids if table != "cases" else [cells["case_id"]],
        "key": key,
        "table": table,
        "tables": REVIEWED,
    }
    return templates.TemplateResponse(request, "parts/form.html", context)


@article_routes.post("/decide")
def decide(request: Request, sent: Sent) -> Response:
    """Keep a decision; it is on the disk when the answer goes out."""
    desk, reviewer, _ = desk_of(request)
    opened = open_article(desk, reviewer, sent.id)
    shown = {one.key: one for one in opened.rows}
    if any(one.key not in shown for one in sent.rows):
        return _refused("these rows are no longer there; the page is loaded again", reload=True)
    if sent.action in ("correct", "add"):
        return _write_row(request, opened, sent)
    chosen = [(shown[one.key], one) for one in sent.rows]
    if any(row.content != one.content for row, one in chosen if row.state != "added"):
        return _refused("the tables were written anew; the page is loaded again", reload=True)
    if sent.action == "reject" and any(row.state == "added" for row, _ in chosen):
        for row, _ in chosen:
            desk.store.withdraw(reviewer, sent.id, row.key)
        return JSONResponse({"ok": True, "message": "your addition is taken back", "reload": True})
    verdicts = [_verdict(opened, row, one, sent) for row, one in chosen if row.state != "added"]
    kept = desk.store.decide(reviewer, sent.id, verdicts, only_undecided=sent.action == "rest")
    return _answer(request, sent.id, [one.key for one in sent.rows], count=len(kept))


def _verdict(opened: Opened, row: ShownRow, sent: RowSent, told: Sent) -> Verdict:
    action: Literal["accept", "reject"] = "reject" if told.action == "reject" else "accept"
    reason = " ".join(told.reason.split())[:500]
    return Verdict(row.table, row.under, action, before=opened.plain[row.key].cells, reason=reason, seen=sent.seen)


def _write_row(request: Request, opened: Opened, sent: Sent) -> Response:
    """Keep a correction or an addition, or say what is wrong with the form."""
    desk, reviewer, _ = desk_of(request)
    key = sent.rows[0].key if sent.rows else ""
    row = next((one for one in opened.rows if one.key == key), None)
    if row is None:
        return _add_row(request, opened, sent)
    case_ids = desk.case_ids(sent.id, [one.cells for one in opened.rows])
    base = row.cells if row.state == "added" else opened.plain[key].cells
    cells, problems = read_form(row.table, row.cells, sent.values, case_ids if row.table != "cases" else [])
    if problems:
        return JSONResponse({"ok": False, "message": _told(problems), "errors": problems})
    if row.state == "added":
        verdict = Verdict(row.table, key, "add", after=cells, reason=sent.reason, seen=sent.rows[0].seen)
    else:
        after = {name: text for name, text in cells.items() if text != base.get(name, "")}
        action: Literal["correct", "accept"] = "correct" if after else "accept"
        verdict = Verdict(row.table, row.under, action, base, after, sent.reason, sent.rows[0].seen)
    desk.store.decide(reviewer, sent.id, [verdict])
    moved = cells.get("case_id") != row.cells.get("case_id")
    return _answer(request, sent.id, [key], reload=moved)


def _add_row(request: Request, opened: Opened, sent: Sent) -> Response:
    desk, reviewer, _ = desk_of(request)
    source = opened.text.source
    if sent.table not in REVIEWED or source is None or not 0 <= sent.start < sent.end <= len(source.text):
        return _refused("mark some words of the article first", reload=False)
    new = _new_cells(desk, opened, sent.table, (sent.start, sent.end), "")
    case_ids = desk.case_ids(sent.id, [one.cells for one in opened.rows])
    cells, problems = read_form(sent.table, new, sent.values, case_ids)
    if problems:
        return JSONResponse({"ok": False, "message": _told(problems), "errors": problems})
    if "rule" in cells:
        cells["rule"] = ADDED_RULE
    cells["quote"] = slice_of(source.text, cells)
    key = uuid4().hex
    desk.store.decide(reviewer, sent.id, [Verdict(sent.table, key, "add", after=cells)])
    return JSONResponse({"ok": True, "message": "added", "reload": True, "key": key})


def _told(problems: Mapping[str, str]) -> str:
    return f"not kept: {len(problems)} field{'s' if len(problems) != 1 else ''} cannot be read as typed"


@article_routes.post("/undo")
def undo(request: Request, sent: Named) -> Response:
    """Take back the last stroke."""
    desk, reviewer, _ = desk_of(request)
    undone = desk.store.undo(reviewer, sent.id)
    if not undone:
        return JSONResponse({"ok": True, "message": "there is nothing to undo in this article", "rows": []})
    opened = open_article(desk, reviewer, sent.id)
    under = {one.under: one.key for one in opened.rows}
    keys = [under[one.key] for one in undone if one.key in under]
    reload = any(one.action in ("add", "correct") for one in undone) or len(keys) < len(undone)
    return _answer(request, sent.id, keys, reload=reload, message=f"undone: {len(undone)} decisions")


@article_routes.post("/finish")
def finish(request: Request, sent: Named) -> Response:
    """Note that the reviewer is done with the article, if every row is decided."""
    desk, reviewer, _ = desk_of(request)
    opened = open_article(desk, reviewer, sent.id)
    left = sum(one.is_open for one in opened.rows)
    if left:
        return _refused(f"{left} rows are not decided yet", reload=False)
    desk.store.finish(reviewer, sent.id)
    return JSONResponse({"ok": True, "message": "finished", "reload": True})


@article_routes.post("/reopen")
def reopen(request: Request, sent: Named) -> Response:
    """Note that the reviewer is not done with the article after all."""
    desk, reviewer, _ = desk_of(request)
    desk.store.reopen(reviewer, sent.id)
    return JSONResponse({"ok": True, "message": "opened again", "reload": True})


def _refused(message: str, *, reload: bool) -> Response:
    return JSONResponse({"ok": False, "message": message, "reload": reload})


def _answer(
    request: Request, article_id: str, keys: Sequence[str], *, reload: bool = False, message: str = "", count: int = 1
) -> Response:
    """Return the rows as they stand now, ready to be put into the page, and the progress."""
    desk, reviewer, templates = desk_of(request)
    wanted = set(keys)
    opened = open_article(desk, reviewer, article_id)
    row_part, progress_part = (templates.get_template(f"parts/{name}.html") for name in ("row", "progress"))
    progress = desk.progress(reviewer, [opened.entry])[article_id]
    answer: dict[str, Any] = {
        "ok": True,
        "message": message,
        "count": count,
        "reload": reload,
        "key": keys[0] if len(keys) == 1 else "",
        "rows": [{"key": one.key, "html": row_part.render(row=one)} for one in opened.rows if one.key in wanted],
        "progress": progress_part.render(progress=progress, article=opened.entry),
    }
    return JSONResponse(answer)
