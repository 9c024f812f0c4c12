"""Writes what came of a review: final tables, agreement, and the trail of changes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from extract.errors import CasetabError
from extract.review.agreement import ADDED, DECISION, Agreement, Difference, agreement
from extract.review.final import ARTICLE_DECISIONS, DECISIONS, Review, final_columns, final_rows
from extract.review.identity import REVIEWED, data_columns
from extract.review.methods import methods_page
from extract.review.store import Decision, Store
from extract.run.write import write_json, writing
from extract.tables.csv import cell, csv_line, whole_file
from extract.tables.datapackage import data_package
from extract.tables.schema import TABLES

_SHOWN = 20  # differences that are named one by one
_DESCRIBED: dict[str, dict[str, tuple[str, str]]] = {
    "agreement": {
        "table": ("string", "the table"),
        "item": ("string", "a column; or decision (row kept or rejected), whole row, added facts"),
        "n": ("integer", "rows that both reviewers judged; of added facts the distinct facts that either added"),
        "agreed": ("integer", "how many of these they agree on"),
        "percent": ("number", "percent agreement; of added facts the positive agreement 2a / (2a + b + c)"),
        "kappa": ("number", "Cohen's kappa, empty where it is not defined"),
        "note": ("string", "why there is no kappa, or which measure it is"),
    },
    "changes": {
        "id": ("integer", "number of the entry, in the order of time"),
        "at": ("datetime", "when, in UTC"),
        "reviewer": ("string", "whose decision it is; consensus where reviewers had differed"),
        "entered_by": ("string", "who entered it"),
        "article_id": ("string", "the article"),
        "table": ("string", "the table"),
        "record_id": ("string", "the row in the final tables; of a row that is gone, its identifier then"),
        "action": ("string", "accept, correct, reject, add, or undo"),
        "column": ("string", "what was changed"),
        "before": ("string", "the cell as it was"),
        "after": ("string", "the cell as it is wanted"),
        "reason": ("string", "the reviewer's reason"),
        "undoes": ("integer", "the entry that this one takes back"),
        "state": (
            "string",
            "stands; replaced by a later decision; undone; lost: the row is gone or says something else",
        ),
    },
}


class UnresolvedError(CasetabError):
    """Reviewers differ without a consensus, or rows stand whose patient was rejected."""

    def __init__(self, review: Review) -> None:
        told = [_told(one, review.record_ids) for one in review.unresolved]
        told += [f"  {name}: the patient is rejected, and {n} of its rows are not" for name, n in review.bereft.items()]
        count = f"{len(told)} row{'s are' if len(told) != 1 else ' is'}"
        head = f"{count} not settled; go on in `casetab review`, or give --allow-unresolved:"
        if len(told) > _SHOWN:
            told[_SHOWN:] = [f"  ... and {len(told) - _SHOWN} more"]
        super().__init__("\n".join([head, *told]))


def export_review(
    folder: Path, store: Store, out: Path, *, allow_unresolved: bool = False, keep_rejected: bool = False
) -> Review:
    """Write the final tables, agreement.csv and .md, changes.csv and datapackage.json; tell what came of the review.

    All tables appear, or none.

    Parameters
    ----------
    folder : a run's folder.
    allow_unresolved : write rows that are not settled as the run has them, with the decision ``unresolved``.
    keep_rejected : write rejected rows, too.

    Raises
    ------
    UnresolvedError
        something is not settled, and ``allow_unresolved`` is not set.
    CasetabError
        no run in ``folder``, no decision in ``store``, or ``out`` cannot be written.
    """
    if out.resolve() == folder.resolve():
        raise CasetabError(f"{out}: these are the tables of the run itself; give another folder for the final ones")
    trail = store.trail()
    if not trail:
        raise CasetabError(f"{folder}: nobody has decided on anything yet; begin with `casetab review {folder}`")
    review = Review()
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            _write_tables(folder, store, out, review, stack, keep_rejected=keep_rejected)
            if (review.unresolved or review.bereft) and not allow_unresolved:
                raise UnresolvedError(review)
            lines = sorted(agreement(review.pairs), key=lambda line: REVIEWED.index(line.table))
            _write_table(out, "agreement", _agreement_rows(lines), stack)
            _write_table(out, "changes", _changes(trail, store, review), stack)
            page = stack.enter_context(whole_file(out / "agreement.md"))
            page.write(methods_page(review, lines, _about(folder)))
        write_json(out / "datapackage.json", _package(keep_rejected=keep_rejected))
    return review


def _write_tables(
    folder: Path, store: Store, out: Path, review: Review, stack: ExitStack, *, keep_rejected: bool
) -> None:
    streams = {table: stack.enter_context(whole_file(out / f"{table}.csv")) for table in TABLES}
    for table, stream in streams.items():
        stream.write(csv_line(final_columns(table)))
    for rows in final_rows(folder, store, review):
        for table, stream in streams.items():
            names = final_columns(table)
            kept = (row for row in rows[table] if keep_rejected or row["decision"] != "rejected")
            stream.writelines(csv_line([row.get(name, "") for name in names]) for row in kept)


def _write_table(out: Path, name: str, rows: Iterable[Mapping[str, Any]], stack: ExitStack) -> None:
    stream = stack.enter_context(whole_file(out / f"{name}.csv"))
    columns = _DESCRIBED[name]
    stream.write(csv_line(columns))
    stream.writelines(csv_line(cell(row.get(column)) for column in columns) for row in rows)


def _agreement_rows(lines: Iterable[Agreement]) -> Iterator[dict[str, Any]]:
    for line in lines:
        yield {
            "table": line.table,
            "item": line.item,
            "n": line.n,
            "agreed": line.agreed,
            "percent": round(line.percent, 2),
            "kappa": None if line.kappa is None else round(line.kappa, 4),
            "note": line.note,
        }


def _changes(trail: Sequence[Decision], store: Store, review: Review) -> Iterator[dict[str, Any]]:
    """Yield the trail: a line for each cell that a decision changed, one for a decision that changed none."""
    undone = {one.undoes for one in trail}
    standing = {one.id for reviewer in store.reviewers() for one in store.current(reviewer.name).values()}
    lost = {one.id for one in review.lost}
    then = {one.key: one.before.get("record_id") or one.before.get("case_id", "") for one in trail if one.before}
    names = then | review.record_ids
    for one in trail:
        state = "lost" if one.id in lost else "stands" if one.id in standing else "replaced"
        entry = {
            "id": one.id,
            "at": one.at.isoformat(timespec="seconds"),
            "reviewer": one.reviewer,
            "entered_by": one.by,
            "article_id": one.article_id,
            "table": one.table,
            "record_id": names.get(one.key, ""),
            "action": one.action,
            "reason": one.reason,
            "state": "undone" if one.id in undone else state,
        }
        if one.undoes is not None:
            yield entry | {"action": "undo", "undoes": one.undoes, "state": "stands"}
            continue
        cells = _changed_cells(one)
        yield from (entry | {"column": name, "before": old, "after": new} for name, old, new in cells)
        if not cells:
            yield entry


def _changed_cells(one: Decision) -> list[tuple[str, str, str]]:
    """Return column, old and new text of each cell that a decision changed; of an added fact what it says."""
    named = data_columns(one.table) if one.action == "add" else tuple(one.after)
    cells = [(name, one.before.get(name, ""), one.after.get(name, "")) for name in named]
    return [(name, old, new) for name, old, new in cells if old != new]


def _told(one: Difference, record_ids: Mapping[str, str]) -> str:
    """Return a difference in a line."""
    name = f"  {record_ids.get(one.record) or f'{one.article_id} ({one.table})'}: "
    sides = [side for side in (one.first, one.second) if side is not None]
    if one.columns == (DECISION,):
        return name + "; ".join(f"{side.reviewer} {'keeps' if side.kept else 'rejects'} it" for side in sides)
    if one.columns == (ADDED,):
        return name + "; ".join(f"only {side.reviewer} has added it" for side in sides)
    values = (f"{side.reviewer} {side.values.get(one.columns[0], '') or '(empty)'}" for side in sides)
    more = f" and {len(one.columns) - 1} more columns" if len(one.columns) > 1 else ""
    return f"{name}{one.columns[0]} ({', '.join(values)}){more}"


def _about(folder: Path) -> dict[str, Any]:
    try:
        content = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _package(*, keep_rejected: bool) -> dict[str, Any]:
    """Return the descriptor of the final tables."""
    package = data_package()
    package |= {"name": "casetab-review", "title": "Tables extracted from case reports by casetab, reviewed by people"}
    allowed = [name for name in DECISIONS if keep_rejected or name != "rejected"]
    for resource in package["resources"]:
        choices = list(ARTICLE_DECISIONS) if resource["name"] == "articles" else allowed
        resource["schema"]["fields"] += [
            {"name": "reviewed_by", "type": "string", "description": "reviewers, separated by '; '"},
            {
                "name": "decision",
                "type": "string",
                "description": "what became of the row in the review",
                "constraints": {"required": True, "enum": choices},
            },
        ]
    like = package["resources"][0]
    for name, columns in _DESCRIBED.items():
        fields = [{"name": key, "type": kind, "description": told} for key, (kind, told) in columns.items()]
        package["resources"].append(
            {
                **{key: like[key] for key in ("profile", "format", "mediatype", "encoding", "dialect")},
                "name": name,
                "title": {"agreement": "How far two reviewers agree", "changes": "Who decided what, and when"}[name],
                "path": f"{name}.csv",
                "schema": {"fields": fields, "missingValues": [""]},
            }
        )
    return package
