"""The pages over all articles: their list, the search for rows, and the way in."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Body, Form, Request
from fastapi.responses import JSONResponse, RedirectResponse
from fastapi.templating import Jinja2Templates
from starlette.responses import Response

from extract.review.access import Access, Session
from extract.review.desk import Desk
from extract.review.identity import REVIEWED
from extract.review.rows import STATES, ShownRow

list_routes = APIRouter()

_ARTICLES_PER_PAGE = 50
_ROWS_PER_PAGE = 100
ARTICLE_STATES = {
    "": "all articles",
    "todo": "not finished by you",
    "begun": "begun, not finished",
    "finished": "finished by you",
    "others": "finished by another reviewer",
    "differ": "reviewers differ",
    "failed": "could not be read",
}
"""Filters of the list of articles, as the page calls them."""
ROW_STATES = {
    "": "any state",
    "open": "to decide",
    "accepted": "accepted",
    "corrected": "corrected",
    "rejected": "rejected",
    "differ": "reviewers differ",
}
"""Filters of rows by what the reviewer has decided."""


def desk_of(request: Request) -> tuple[Desk, str, Jinja2Templates]:
    """Return the run under review, who sits at this browser, and the templates."""
    session: Session = request.state.session
    desk: Desk = request.app.state.desk
    templates: Jinja2Templates = request.app.state.templates
    return desk, session.reviewer, templates


@list_routes.get("/")
def articles_page(request: Request, q: str = "", state: str = "", page: int = 1) -> Response:
    """Show the list of articles."""
    desk, reviewer, templates = desk_of(request)
    desk.standing.refresh()
    finished = desk.store.finished()
    names = _filtered(desk, reviewer, desk.index.articles(q), state, finished)
    page, pages = _paged(page, len(names), _ARTICLES_PER_PAGE)
    chosen = names[(page - 1) * _ARTICLES_PER_PAGE : page * _ARTICLES_PER_PAGE]
    entries = desk.index.entries(chosen)
    progress = desk.progress(reviewer, entries)
    context = {
        "articles": [(entry, progress[entry.id]) for entry in entries],
        "found": len(names),
        "total": desk.index.total_articles,
        "rows": desk.index.total_rows,
        "done": sum(reviewer in done for done in finished.values()),
        "states": ARTICLE_STATES,
        "q": q,
        "state": state,
        "page": page,
        "pages": pages,
        "link": _links("/", {"q": q, "state": state}),
    }
    return templates.TemplateResponse(request, "articles.html", context)


def _filtered(
    desk: Desk, reviewer: str, names: list[str], state: str, finished: dict[str, tuple[str, ...]]
) -> list[str]:
    if state == "failed":
        return [one.id for one in desk.index.entries(names) if one.cells.get("status") == "failed"]
    keep = {
        "todo": lambda name: reviewer not in finished.get(name, ()),
        "begun": lambda name: reviewer not in finished.get(name, ()) and bool(desk.standing.of(reviewer, name)),
        "finished": lambda name: reviewer in finished.get(name, ()),
        "others": lambda name: any(one != reviewer for one in finished.get(name, ())),
        "differ": lambda name: (
            _may_compare(desk, reviewer, name, finished.get(name, ())) and desk.differing(name, finished[name])[1] > 0
        ),
    }.get(state)
    return [name for name in names if keep(name)] if keep else names


def _may_compare(desk: Desk, reviewer: str, article_id: str, finished: Sequence[str]) -> bool:
    """Tell whether two are done with an article, and this reviewer is not in the middle of it, blind to them."""
    return len(finished) > 1 and (reviewer in finished or not desk.standing.of(reviewer, article_id))


@list_routes.get("/rows")
def rows_page(
    request: Request, q: str = "", table: str = "", below: str = "", state: str = "", page: int = 1
) -> Response:
    """Show the rows of all articles that match."""
    desk, reviewer, templates = desk_of(request)
    desk.standing.refresh()
    limit = _limit(below)
    asked = (q, table if table in REVIEWED else "", limit)
    if state:
        numbers = _in_state(desk, reviewer, desk.index.find_rows(*asked), state)
        found = len(numbers)
        page, pages = _paged(page, found, _ROWS_PER_PAGE)
        numbers = numbers[(page - 1) * _ROWS_PER_PAGE : page * _ROWS_PER_PAGE]
    else:
        found = desk.index.count_rows(*asked)
        page, pages = _paged(page, found, _ROWS_PER_PAGE)
        numbers = desk.index.find_rows(*asked, (page - 1) * _ROWS_PER_PAGE, _ROWS_PER_PAGE)
    given = {"q": q, "table": table, "below": f"{limit:g}" if limit else "", "state": state}
    context = {
        "rows": _shown(desk, reviewer, numbers),
        "found": found,
        "total": desk.index.total_rows,
        "tables": REVIEWED,
        "states": ROW_STATES,
        **given,
        "page": page,
        "pages": pages,
        "link": _links("/rows", given),
    }
    return templates.TemplateResponse(request, "rows.html", context)


def _in_state(desk: Desk, reviewer: str, hits: list[int], state: str) -> list[int]:
    """Return the numbers of the hits that the reviewer has decided so, or not at all."""
    keys = desk.index.keys
    if state == "differ":
        done = desk.store.finished()
        differing = {
            key
            for name, names in done.items()
            if _may_compare(desk, reviewer, name, names)
            for key in desk.differing_records(name, names)
        }
        return [number for number in hits if keys[number] in differing]
    actions = desk.actions(reviewer)
    if state == "open":
        return [number for number in hits if keys[number] not in actions]
    return [number for number in hits if STATES.get(actions.get(keys[number], "")) == state]


def _shown(desk: Desk, reviewer: str, numbers: list[int]) -> list[tuple[str, ShownRow]]:
    """Return rows as the reviewer sees them, with their articles."""
    rows = desk.index.rows_numbered(numbers)
    matched = desk.matched(reviewer, list(dict.fromkeys(row.article_id for row in rows)))
    shown = []
    for row in rows:
        found = matched[row.article_id]
        step = found.decided.get(row.key)
        cells = row.cells
        if step is not None and step.action == "correct":
            held = desk.store.current(reviewer, row.article_id).get(step.key)
            cells = {**cells, **held.after} if held is not None else cells
        state = STATES[step.action] if step is not None else "changed" if row.key in found.changed else "open"
        shown.append((row.article_id, ShownRow(0, row.table, row.key, state, cells, confidence=row.confidence)))
    return shown


@list_routes.get("/login")
def login_page(request: Request, wrong: int = 0) -> Response:
    """Ask for name and password, where the page is open to a network."""
    access: Access = request.app.state.access
    templates: Jinja2Templates = request.app.state.templates
    if not access.password:
        return RedirectResponse("/", 303)
    return templates.TemplateResponse(request, "login.html", {"wrong": bool(wrong)})


@list_routes.post("/login")
def log_in(request: Request, name: Annotated[str, Form()], password: Annotated[str, Form()]) -> Response:
    """Let a browser in that gives the password."""
    access: Access = request.app.state.access
    desk: Desk = request.app.state.desk
    if not access.has_password(password):
        time.sleep(1)  # makes guessing slow
        return RedirectResponse("/login?wrong=1", 303)
    response = RedirectResponse("/", 303)
    access.let_in(desk.store.add_reviewer(name).name, response)
    return response


@list_routes.get("/reviewer")
def reviewer_page(request: Request) -> Response:
    """Show who reviews, and let another person take the seat."""
    desk, _, templates = desk_of(request)
    people = [one.name for one in desk.store.reviewers() if one.kind == "person"]
    return templates.TemplateResponse(request, "reviewer.html", {"people": people})


@list_routes.post("/reviewer")
def change_reviewer(request: Request, name: Annotated[str, Body(embed=True)]) -> Response:
    """Let another person take the seat at this browser."""
    desk, _, _ = desk_of(request)
    session: Session = request.state.session
    session.change(desk.store.add_reviewer(name).name)
    return JSONResponse({"ok": True, "message": "", "go": "/"})


def _limit(typed: str) -> float:
    """Return a confidence as typed; 0, which is no limit, for an empty field and for what is no number."""
    try:
        limit = float(typed)
    except ValueError:
        return 0
    return limit if math.isfinite(limit) else 0


def _paged(page: int, found: int, size: int) -> tuple[int, int]:
    pages = max(1, -(-found // size))
    return min(max(1, page), pages), pages


def _links(path: str, given: dict[str, str]) -> str:
    """Return an address to which a page's number can be added."""
    return f"{path}?{urlencode({name: value for name, value in given.items() if value} | {'page': ''})}"
