"""The page of one article: text and rows side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from fastapi import APIRouter, HTTPException, Request
from fastapi.templating import Jinja2Templates
from starlette.responses import Response

from extract.review.desk import Desk
from extract.review.fields import form_fields
from extract.review.identity import REVIEWED
from extract.review.lists import desk_of
from extract.review.marks import Marked, mark_source
from extract.review.opened import Opened, marked_text, new_cells, open_article, place_of, span_of
from extract.review.rows import ShownRow, grouped
from extract.review.run_index import LOW
from extract.review.texts import misplaced

article_routes = APIRouter(prefix="/article")

_ROWS_PER_PAGE = 300
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
    marked, problem = marked_text(opened)
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
    spans = [None if wrong else span_of(one) for one in opened.rows]
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
    span = place_of(opened.text, start, end, view)
    if span is None:
        raise HTTPException(404, "mark some words of the article first")
    cells = new_cells(desk, opened, table, span, case)
    return _form(request, templates, desk, opened, table, cells, {}, "")


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
