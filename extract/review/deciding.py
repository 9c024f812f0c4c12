"""What is decided on the page of an article: checked, and kept before the answer goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from extract.review.fields import ADDED_RULE, read_form
from extract.review.identity import REVIEWED
from extract.review.lists import desk_of
from extract.review.opened import Opened, new_cells, open_article
from extract.review.rows import ShownRow, shown_rows
from extract.review.store import ConflictError, Decision, Verdict
from extract.review.texts import slice_of
from extract.review.wording import counted

deciding_routes = APIRouter(prefix="/article")


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


@deciding_routes.post("/decide")
def decide(request: Request, sent: Sent) -> Response:
    """Keep a decision; it is on the disk when the answer goes out."""
    try:
        return _decide(request, sent)
    except ConflictError as error:
        desk, reviewer, _ = desk_of(request)
        opened = open_article(desk, reviewer, sent.id)
        keys = {one.key for one in sent.rows}
        return _answer(request, opened, [one for one in opened.rows if one.key in keys], ok=False, message=str(error))


def _decide(request: Request, sent: Sent) -> Response:
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
    is_late = all(row.is_open for row, _ in chosen)  # of an article that is finished, so only after a new run
    kept = desk.store.decide(reviewer, sent.id, verdicts, only_undecided=sent.action == "rest", is_late=is_late)
    if len(kept) < len(verdicts):  # another window was faster
        opened = open_article(desk, reviewer, sent.id)
        now = [one for one in opened.rows if one.key in {row.key for row in sent.rows}]
    else:
        now = _decided(opened, chosen, kept)
    return _answer(request, opened, now, count=len(kept))


def _decided(opened: Opened, chosen: Sequence[tuple[ShownRow, RowSent]], kept: Sequence[Decision]) -> list[ShownRow]:
    """Return rows as they stand with new decisions, without reading the whole article again."""
    rows, _ = shown_rows([opened.plain[row.key] for row, _ in chosen], {one.key: one for one in kept})
    return [replace(row, number=before.number) for row, (before, _) in zip(rows, chosen, strict=True)]


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
    desk.store.decide(reviewer, sent.id, [verdict], is_late=row.is_open)
    opened = open_article(desk, reviewer, sent.id)
    moved = cells.get("case_id") != row.cells.get("case_id")
    return _answer(request, opened, [one for one in opened.rows if one.key == key], reload=moved)


def _add_row(request: Request, opened: Opened, sent: Sent) -> Response:
    desk, reviewer, _ = desk_of(request)
    source = opened.text.source
    if sent.table not in REVIEWED or source is None or not 0 <= sent.start < sent.end <= len(source.text):
        return _refused("mark some words of the article first", reload=False)
    new = new_cells(desk, opened, sent.table, (sent.start, sent.end), "")
    case_ids = desk.case_ids(sent.id, [one.cells for one in opened.rows])
    if sent.table == "cases":
        case_ids = [new["case_id"]]
    cells, problems = read_form(sent.table, new, sent.values, case_ids)
    if problems:
        return JSONResponse({"ok": False, "message": _told(problems), "errors": problems})
    if "rule" in cells:
        cells["rule"] = ADDED_RULE
    cells["quote"] = slice_of(source.text, cells)
    key = uuid4().hex
    desk.store.decide(reviewer, sent.id, [Verdict(sent.table, key, "add", after=cells, reason=sent.reason)])
    return JSONResponse({"ok": True, "message": "added", "reload": True, "key": key})


def _told(problems: Mapping[str, str]) -> str:
    return f"not kept: {len(problems)} field{'s' if len(problems) != 1 else ''} cannot be read as typed"


@deciding_routes.post("/undo")
def undo(request: Request, sent: Named) -> Response:
    """Take back the last stroke."""
    desk, reviewer, _ = desk_of(request)
    undone = desk.store.undo(reviewer, sent.id)
    if not undone:
        return JSONResponse({"ok": True, "message": "there is nothing to undo in this article", "rows": []})
    opened = open_article(desk, reviewer, sent.id)
    under = {one.under: one.key for one in opened.rows}
    keys = {under[one.key] for one in undone if one.key in under}
    reload = any(one.action in ("add", "correct") for one in undone) or len(keys) < len(undone)
    now = [one for one in opened.rows if one.key in keys]
    return _answer(request, opened, now, reload=reload, message=f"undone: {counted(len(undone), 'decision')}")


@deciding_routes.post("/finish")
def finish(request: Request, sent: Named) -> Response:
    """Note that the reviewer is done with the article, if every row is decided."""
    desk, reviewer, _ = desk_of(request)
    opened = open_article(desk, reviewer, sent.id)
    left = sum(one.is_open for one in opened.rows)
    if left:
        return _refused(f"{left} rows are not decided yet", reload=False)
    without = _without_patient(opened.rows)
    if without:
        told = f"{counted(without, 'row')} of a rejected patient still to be kept: reject or move the rows, or keep"
        return _refused(f"{told} the patient", reload=False)
    desk.store.finish(reviewer, sent.id, [row.decision for row in opened.rows if row.decision])
    return JSONResponse({"ok": True, "message": "finished", "reload": True})


def _without_patient(rows: Sequence[ShownRow]) -> int:
    """Return how many rows are kept although their patient is rejected; no final table can hold them."""
    kept = [row for row in rows if row.state != "rejected"]
    patients = {row.cells["case_id"] for row in kept if row.table == "cases"}
    rejected = {row.cells["case_id"] for row in rows if row.table == "cases"} - patients
    return sum(row.cells["case_id"] in rejected for row in kept)


@deciding_routes.post("/reopen")
def reopen(request: Request, sent: Named) -> Response:
    """Note that the reviewer is not done with the article after all."""
    desk, reviewer, _ = desk_of(request)
    desk.store.reopen(reviewer, sent.id)
    return JSONResponse({"ok": True, "message": "opened again", "reload": True})


def _refused(message: str, *, reload: bool) -> Response:
    return JSONResponse({"ok": False, "message": message, "reload": reload})


def _answer(
    request: Request,
    opened: Opened,
    rows: Sequence[ShownRow],
    *,
    ok: bool = True,
    reload: bool = False,
    message: str = "",
    count: int = 1,
) -> Response:
    """Return rows as they stand now, ready to be put into the page, and the progress."""
    desk, reviewer, templates = desk_of(request)
    row_part, progress_part = (templates.get_template(f"parts/{name}.html") for name in ("row", "progress"))
    progress = desk.progress(reviewer, [opened.entry])[opened.entry.id]
    answer: dict[str, Any] = {
        "ok": ok,
        "message": message,
        "count": count,
        "reload": reload,
        "key": rows[0].key if len(rows) == 1 else "",
        "rows": [{"key": one.key, "html": row_part.render(row=one)} for one in rows],
        "progress": progress_part.render(progress=progress, article=opened.entry),
    }
    return JSONResponse(answer)
