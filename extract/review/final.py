"""The final tables of a review: a run's rows as people want them, with who decided and how."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO

from extract.errors import CasetabError
from extract.records.common import columns
from extract.records.finish import RECORDS
from extract.review.agreement import Difference, Pair, pairs
from extract.review.identity import REVIEWED, content, keys, plain_cells
from extract.review.judged import as_seen, judged
from extract.review.matching import Key
from extract.review.settle import Settled, settle
from extract.review.store import CONSENSUS, Decision, Store
from extract.tables.csv import VERBATIM, cell
from extract.tables.schema import TABLES

TRAIL_COLUMNS = ("reviewed_by", "decision")
"""Columns that the final tables have behind those of a run."""
DECISIONS = ("accepted", "corrected", "added", "rejected", "unresolved", "unreviewed")
ARTICLE_DECISIONS = ("reviewed", "unreviewed")
_NAMES = "; "  # between the reviewers of a row

Row = dict[str, str]
"""A row's cells as they stand in the CSV file."""


@dataclass
class Review:
    """What came of a review.

    Attributes
    ----------
    counts : rows by table and decision.
    single, double : articles that one reviewer, and that two or more, are done with.
    unresolved, resolved : what reviewers differed on, without and with a consensus.
    bereft : rejected patients that have rows which are not, and how many.
    lost : decisions that no longer apply to a row of the run.
    pairs : the judgements of each two reviewers on the articles that both are done with.
    record_ids : rows by the keys of their decisions.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    articles: int = 0
    single: int = 0
    double: int = 0
    reviewers: list[str] = field(default_factory=list)
    unresolved: list[Difference] = field(default_factory=list)
    resolved: list[Difference] = field(default_factory=list)
    bereft: dict[str, int] = field(default_factory=dict)
    lost: list[Decision] = field(default_factory=list)
    pairs: list[Pair] = field(default_factory=list)
    record_ids: dict[str, str] = field(default_factory=dict)

    def totals(self) -> dict[str, int]:
        """Return the rows of all tables by decision."""
        total: Counter[str] = Counter()
        for (_, decision), count in self.counts.items():
            total[decision] += count
        return {decision: total[decision] for decision in DECISIONS}


def final_columns(table: str) -> list[str]:
    """Return the columns of a final table."""
    return [*columns(TABLES[table]), *TRAIL_COLUMNS]


def final_rows(folder: Path, store: Store, review: Review) -> Iterator[dict[str, list[Row]]]:
    """Yield the final rows article by article, rejected ones among them, and add to ``review`` what comes of it.

    Raises
    ------
    CasetabError
        the folder is not that of a run, or the decisions cannot be read.
    """
    finished = store.finished()
    done = {name for names in finished.values() for name in names}
    standing: dict[str, list[Decision]] = defaultdict(list)
    for reviewer in store.reviewers():
        current = store.current(reviewer.name).values()
        for decision in current:
            standing[decision.article_id].append(decision)
        if reviewer.kind == "person" and (current or reviewer.name in done):
            review.reviewers.append(reviewer.name)
    for rows in run_rows(folder):
        article_id = rows["articles"][0]["article_id"]
        yield _Article(rows, standing.pop(article_id, []), finished.get(article_id, ()), review).final()
    for lost in standing.values():  # of articles that the run has no more
        review.lost += lost


def run_rows(folder: Path) -> Iterator[dict[str, list[Row]]]:
    """Yield the rows of a run article by article; its tables hold the articles in one order."""
    csv.field_size_limit(2**31 - 1)
    streams: list[IO[str]] = []
    try:
        readers = {}
        for table in ("articles", *REVIEWED):
            streams.append((folder / f"{table}.csv").open(encoding="utf-8-sig", newline=""))
            readers[table] = csv.DictReader(streams[-1])
        groups = {table: _Groups(readers[table]) for table in REVIEWED}
        for article in readers["articles"]:
            yield {"articles": [article], **{table: groups[table].of(article["article_id"]) for table in REVIEWED}}
    except (OSError, KeyError) as error:
        problem = f"no column {error}"
        if isinstance(error, OSError):
            problem = f"{Path(error.filename).name}: {error.strerror}"
        raise CasetabError(f"{folder}: {problem}; give the folder that `casetab run --out` wrote, as csv") from None
    finally:
        for stream in streams:
            stream.close()


class _Groups:
    """The rows of a table, handed out article by article."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of(self, article_id: str) -> list[Row]:
        found = []
        while self._next is not None and self._next["article_id"] == article_id:
            found.append(self._next)
            self._next = next(self._rows, None)
        return found


class _Article:
    """One article's rows and the decisions on them."""

    def __init__(
        self, rows: dict[str, list[Row]], decisions: Sequence[Decision], finished: Sequence[str], review: Review
    ) -> None:
        self._rows, self._finished, self._review = rows, finished, review
        self._id = rows["articles"][0]["article_id"]
        self._listed = [(table, row, plain_cells(row)) for table in REVIEWED for row in rows[table]]
        self._keys = keys([(table, plain) for table, _, plain in self._listed]) if decisions else []
        known = [
            Key(key, content(table, plain)) for key, (table, _, plain) in zip(self._keys, self._listed, strict=False)
        ]
        found = judged(known, decisions)
        review.lost += found.lost
        added = [one for one in decisions if one.action == "add"]
        added.sort(key=lambda one: one.reviewer != CONSENSUS)  # the place is that which the reviewer has marked
        self._added = {(one.table, one.key): one.values() for one in added}
        settled = settle(found.judgements, found.consensus, finished)
        self._settled = {(one.table, one.record): one for one in settled}
        names = sorted(finished)
        seen = {name: as_seen(one for one in decisions if one.reviewer == name) for name in names}
        for i, name in enumerate(names):
            for other in names[i + 1 :]:
                review.pairs += pairs(seen[name], seen[other])

    def final(self) -> dict[str, list[Row]]:
        """Return the article's final rows."""
        final: dict[str, list[Row]] = {table: [] for table in TABLES}
        for place, (table, row, plain) in enumerate(self._listed):
            key = self._keys[place] if self._keys else ""
            settled = self._settled.get((table, key))
            final[table].append(_decided(table, row, plain, settled))
            if settled:
                self._review.record_ids[key] = row.get("record_id") or row["case_id"]
        self._add(final)
        self._count(final)
        final["articles"] = [self._article(final["cases"])]
        return final

    def _add(self, final: dict[str, list[Row]]) -> None:
        """Append what was added, in the order of the text."""
        numbers: Counter[str] = Counter()
        told = [(cells, self._settled[key]) for key, cells in self._added.items() if key in self._settled]
        for cells, one in sorted(told, key=lambda both: (_start(both[0]), both[1].record)):
            numbers[one.table] += 1
            cells |= one.judgement.values
            row = {name: _cell(one.table, name, cells.get(name, "")) for name in columns(TABLES[one.table])}
            row["article_id"] = self._id
            if one.table in RECORDS:
                row["record_id"] = f"{self._id}:{RECORDS[one.table][1]}:add{numbers[one.table]}"
            row |= {"reviewed_by": _NAMES.join(one.reviewed_by), "decision": one.outcome}
            final[one.table].append(row)
            self._review.record_ids[one.record] = row.get("record_id") or row["case_id"]
        for table in numbers:
            final[table].sort(key=_start)

    def _count(self, final: dict[str, list[Row]]) -> None:
        """Let each case tell how many rows it has now, and note what has become of all rows."""
        rows_of = Counter((table, row["case_id"]) for table in RECORDS for row in final[table] if _stands(row))
        for case in final["cases"]:
            counts = {table: rows_of[table, case["case_id"]] for table in RECORDS}
            if not _stands(case) and any(counts.values()):  # its rows need it
                case["decision"] = "unresolved"
                self._review.bereft[case["case_id"]] = sum(counts.values())
            case |= {f"n_{table}": str(count) for table, count in counts.items()}
        self._review.counts.update((table, row["decision"]) for table in REVIEWED for row in final[table])
        for one in self._settled.values():
            if one.difference is not None:
                (self._review.resolved if one.by_consensus else self._review.unresolved).append(one.difference)

    def _article(self, cases: Sequence[Row]) -> Row:
        (article,) = self._rows["articles"]
        self._review.articles += 1
        self._review.single += len(self._finished) == 1
        self._review.double += len(self._finished) > 1
        if article["status"] == "ok":
            article["n_cases"] = str(sum(map(_stands, cases)))
        decision = ARTICLE_DECISIONS[0 if self._finished else 1]
        return {**article, "reviewed_by": _NAMES.join(sorted(self._finished)), "decision": decision}


def _decided(table: str, row: Row, plain: Mapping[str, str], settled: Settled | None) -> Row:
    """Return a row of the run as decided."""
    if settled is None:
        return {**row, "reviewed_by": "", "decision": "unreviewed"}
    final = {**row, "reviewed_by": _NAMES.join(settled.reviewed_by), "decision": settled.outcome}
    if settled.outcome != "kept":
        return final
    wanted = settled.judgement.values
    changed = {name: _cell(table, name, wanted[name]) for name in wanted if wanted[name] != plain.get(name, "")}
    return final | changed | {"decision": "corrected" if changed else "accepted"}


def _start(row: Row) -> int:
    return int(row["start"]) if row.get("start") else 0


def _stands(row: Row) -> bool:
    return row["decision"] != "rejected"


def _cell(table: str, name: str, text: str) -> str:
    return cell(text, text=name in _texts(table))


@cache
def _texts(table: str) -> frozenset[str]:
    """Return the columns in which a text could be taken for a formula."""
    fields = TABLES[table].model_fields
    return frozenset(name for name, info in fields.items() if info.annotation is str and name not in VERBATIM)
