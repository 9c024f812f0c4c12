"""Where two reviewers differ: both decisions side by side, and what they agree upon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from extract.review.agreement import ADDED, DECISION, Judgement
from extract.review.deciding import Named
from extract.review.desk import Desk
from extract.review.fields import form_fields, read_form
from extract.review.lists import desk_of
from extract.review.opened import Opened, open_article
from extract.review.rows import TABLE_NAMES, name_of, value_of
from extract.review.settle import Settled
from extract.review.store import CONSENSUS, ConflictError, Decision, Verdict

adjudication_routes = APIRouter(prefix="/adjudicate")


class Choice(BaseModel):
    """What is agreed upon for one row."""

    model_config = ConfigDict(extra="forbid")
    id: str
    table: str
    record: str
    choice: Literal["first", "second", "reject", "values"]
    seen: int | None = None
    values: dict[str, str] = {}


@dataclass(frozen=True)
class Side:
    """One reviewer's word on a row."""

    reviewer: str
    says: str
    reason: str = ""


@dataclass(frozen=True)
class Case:
    """A row on which reviewers differ, as the page shows it.

    Attributes
    ----------
    columns : column and both values, of the columns that differ.
    agreed : what was agreed upon; "" where nothing was yet.
    seen : identifier of that consensus; 0 where there is none.
    """

    table: str
    record: str
    table_name: str
    name: str
    quote: str
    first: Side
    second: Side
    columns: list[tuple[str, str, str]]
    agreed: str
    seen: int


def _open(desk: Desk, reviewer: str, article_id: str) -> tuple[Opened, tuple[str, ...]]:
    """Return an article that two reviewers are done with.

    Raises
    ------
    HTTPException
        there are not two, or this person is still reviewing it and has to stay blind.
    """
    opened = open_article(desk, reviewer, article_id)
    finished = desk.store.finished([article_id]).get(article_id, ())
    if len(finished) < 2:
        raise HTTPException(403, "two reviewers have to finish the article before their decisions are compared")
    if reviewer not in finished and any(row.state != "open" for row in opened.rows):
        raise HTTPException(403, "finish this article first: until then the others' decisions are hidden from you")
    return opened, finished


@adjudication_routes.get("")
def adjudication_page(request: Request, id: str) -> Response:
    """Show the rows of an article on which reviewers differ."""
    desk, reviewer, templates = desk_of(request)
    opened, finished = _open(desk, reviewer, id)
    decisions = {name: desk.store.current(name, id) for name in finished}
    settled = desk.settled(id, finished)
    agreed = desk.store.standing(id).get(CONSENSUS, {})
    cases = [_case(one, opened, decisions, agreed) for one in settled if one.difference is not None]
    context = {
        "article": opened.entry,
        "cases": cases,
        "same": len(settled) - len(cases),
        "open": sum(not one.agreed for one in cases),
        "finished": finished,
    }
    return templates.TemplateResponse(request, "adjudicate.html", context)


def _case(
    one: Settled,
    opened: Opened,
    decisions: Mapping[str, Mapping[str, Decision]],
    consensus: Mapping[str, Decision],
) -> Case:
    difference = one.difference
    assert difference is not None, "only rows that differ are shown"
    names = list(decisions)
    first, second = difference.first, difference.second
    shown = first or second
    assert shown is not None, "a difference is of somebody's judgement"
    cells = _full_cells(opened, decisions, one)
    others = [name for name in names if first is None or name != first.reviewer]
    sides = (
        _side(first, names[0], decisions, one),
        _side(second, others[0] if others else names[-1], decisions, one),
    )
    columns = [
        (name, first.values.get(name, "") if first else "", second.values.get(name, "") if second else "")
        for name in difference.columns
        if name not in (DECISION, ADDED)
    ]
    agreed = "" if one.outcome == "unresolved" else _agreed(one)
    return Case(
        one.table, one.record, TABLE_NAMES[one.table], name_of(one.table, cells), cells.get("quote", ""),
        *sides, columns, agreed, consensus[one.record].id if one.record in consensus else 0,
    )  # fmt: skip


def _side(
    judgement: Judgement | None, name: str, decisions: Mapping[str, Mapping[str, Decision]], one: Settled
) -> Side:
    if judgement is None:
        return Side(name, "has not added this")
    decision = decisions.get(judgement.reviewer, {}).get(judgement.record)
    reason = decision.reason if decision is not None else ""
    if not judgement.kept:
        return Side(judgement.reviewer, "rejects the row", reason)
    verb = "adds" if judgement.action == "add" else "keeps"
    return Side(judgement.reviewer, f"{verb} {_words(one.table, judgement.values)}", reason)


def _agreed(one: Settled) -> str:
    if one.outcome == "rejected":
        return "rejected"
    return _words(one.table, one.judgement.values)


def _words(table: str, cells: Mapping[str, str]) -> str:
    return f"{name_of(table, cells)} {value_of(table, cells)}".strip()


def _full_cells(opened: Opened, decisions: Mapping[str, Mapping[str, Decision]], one: Settled) -> Mapping[str, str]:
    """Return the whole row: casetab's, or the addition's."""
    if one.record in opened.plain:
        return opened.plain[one.record].cells
    return next((mine[one.record].values() for mine in decisions.values() if one.record in mine), {})


@adjudication_routes.get("/form")
def third_value(request: Request, id: str, table: str, record: str) -> Response:
    """Return the form for a third value."""
    desk, reviewer, templates = desk_of(request)
    opened, finished = _open(desk, reviewer, id)
    one = _found(desk, id, finished, table, record)
    decisions = {name: desk.store.current(name, id) for name in finished}
    cells = {**_full_cells(opened, decisions, one), **one.judgement.values}
    context = {
        "fields": [field for field in form_fields(table) if field.group != "place"],
        "cells": cells,
        "problems": {},
        "case_ids": _case_ids(desk, opened, cells, table),
        "key": record,
        "table": table,
        "tables": [],
    }
    return templates.TemplateResponse(request, "parts/form.html", context)


def _case_ids(desk: Desk, opened: Opened, cells: Mapping[str, str], table: str) -> list[str]:
    """Return the patients that a row can be of: the article's, and one that only the other reviewer has added."""
    own = cells["case_id"]
    if table == "cases":
        return [own]
    return list(dict.fromkeys((*desk.case_ids(opened.entry.id, [row.cells for row in opened.rows]), own)))


def _found(desk: Desk, article_id: str, finished: tuple[str, ...], table: str, record: str) -> Settled:
    settled = desk.settled(article_id, finished)
    found = next((one for one in settled if (one.table, one.record) == (table, record)), None)
    if found is None or found.difference is None:
        raise HTTPException(404, "the reviewers do not differ on this row any more; load the page again")
    return found


@adjudication_routes.post("/decide")
def agree(request: Request, sent: Choice) -> Response:
    """Keep what is agreed upon for a row; it is on the disk when the answer goes out."""
    desk, reviewer, _ = desk_of(request)
    opened, finished = _open(desk, reviewer, sent.id)
    one = _found(desk, sent.id, finished, sent.table, sent.record)
    decisions = {name: desk.store.current(name, sent.id) for name in finished}
    before = dict(_full_cells(opened, decisions, one))
    difference = one.difference
    assert difference is not None, "found by its difference"
    wanted: dict[str, str] | None = None
    if sent.choice == "values":
        cells = {**before, **one.judgement.values}
        wanted, problems = read_form(sent.table, cells, sent.values, _case_ids(desk, opened, cells, sent.table))
        if problems:
            return JSONResponse({"ok": False, "message": "not kept: some fields cannot be read", "errors": problems})
    elif sent.choice != "reject":
        side = difference.first if sent.choice == "first" else difference.second
        wanted = {**before, **side.values} if side is not None and side.kept else None
    desk.store.add_reviewer(CONSENSUS, kind="consensus")
    verdict = replace(_verdict(sent, before, wanted, is_addition=sent.record not in opened.plain), seen=sent.seen)
    try:
        desk.store.decide(CONSENSUS, sent.id, [verdict], by=reviewer)
    except ConflictError:
        return JSONResponse({"ok": False, "message": "this row was settled in another window; load the page again"})
    return JSONResponse({"ok": True, "message": "agreed", "reload": True, "key": sent.record})


def _verdict(sent: Choice, before: dict[str, str], wanted: dict[str, str] | None, *, is_addition: bool) -> Verdict:
    if wanted is None:
        return Verdict(sent.table, sent.record, "reject", before=before)
    if is_addition:
        return Verdict(sent.table, sent.record, "add", after=wanted)
    after = {name: text for name, text in wanted.items() if text != before.get(name, "")}
    return Verdict(sent.table, sent.record, "correct" if after else "accept", before=before, after=after)


@adjudication_routes.post("/undo")
def undo(request: Request, sent: Named) -> Response:
    """Take back the last consensus on the article."""
    desk, reviewer, _ = desk_of(request)
    _open(desk, reviewer, sent.id)
    desk.store.add_reviewer(CONSENSUS, kind="consensus")
    undone = desk.store.undo(CONSENSUS, sent.id, by=reviewer)
    message = "undone" if undone else "there is nothing to undo in this article"
    return JSONResponse({"ok": True, "message": message, "reload": bool(undone)})
