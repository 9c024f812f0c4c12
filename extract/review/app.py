"""The server of the review page: FastAPI routes, Jinja templates, nothing from outside."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import Response

from extract import __version__
from extract.errors import CasetabError
from extract.review.access import Access, Guard, Session
from extract.review.adjudication import adjudication_routes
from extract.review.article import article_routes
from extract.review.deciding import deciding_routes
from extract.review.desk import Desk
from extract.review.lists import list_routes
from extract.review.rows import REASONS, TABLE_NAMES, describe
from extract.review.wording import column_name, counted

_HERE = Path(__file__).parent


def create_app(desk: Desk, access: Access) -> FastAPI:
    """Return the application.

    Parameters
    ----------
    desk : the run under review.
    access : who is let in.
    """
    app = FastAPI(title="casetab review", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(Guard, access=access)
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    app.add_exception_handler(CasetabError, _told)
    app.add_exception_handler(HTTPException, _refused)
    app.state.desk, app.state.access, app.state.templates = desk, access, _templates()
    for routes in (list_routes, article_routes, deciding_routes, adjudication_routes):
        app.include_router(routes)
    return app


def _templates() -> Jinja2Templates:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(column=column_name, counted=counted, part=lambda text: quote(str(text), safe=""))
    environment.globals.update(version=__version__, table_names=TABLE_NAMES, reasons=REASONS, describe=describe)
    for name in environment.list_templates():
        environment.get_template(name)  # compiled now, not while somebody waits for a page
    return Jinja2Templates(env=environment, context_processors=[_context])


def _context(request: Request) -> dict[str, object]:
    """Return what every page knows."""
    session: Session | None = getattr(request.state, "session", None)
    desk: Desk = request.app.state.desk
    return {"session": session, "run_name": desk.folder.absolute().name, "stale": desk.index.is_stale}


def _refused(request: Request, error: Exception) -> Response:
    """Answer what cannot be: to a script with its text, to a person as plain text."""
    assert isinstance(error, HTTPException), "registered for these"
    if request.method == "POST":
        return JSONResponse({"ok": False, "message": error.detail, "reload": False}, error.status_code)
    return PlainTextResponse(error.detail, error.status_code)


def _told(request: Request, error: Exception) -> Response:
    """Answer an expected error: to a script with its text, to a person as plain text."""
    if request.method == "POST":
        return JSONResponse({"ok": False, "message": str(error), "reload": False})
    return PlainTextResponse(f"casetab: {error}", 500)
