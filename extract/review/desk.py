"""What all pages of a review work with, and what they ask of it together."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from extract.review.identity import Cells
from extract.review.judged import Judged, judged
from extract.review.matching import Key, Matched, match
from extract.review.run_index import ArticleEntry, RunIndex
from extract.review.settle import Settled, settle
from extract.review.standing import Standing
from extract.review.store import CONSENSUS, Step, Store
from extract.review.texts import Texts

_AT_ONCE = 500  # articles in one query


_PAUSE = 0.005  # seconds between two articles that are compared in advance: pages asked for meanwhile come first


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reviewer is with an article.

    Attributes
    ----------
    differences, unresolved : between the two reviewers who finished first; None until there are two.
    """

    rows: int
    decided: int
    added: int
    finished: bool
    others: tuple[str, ...]
    differences: int | None = None
    unresolved: int = 0

    @property
    def left(self) -> int:
        """How many rows there are still to decide on."""
        return self.rows - self.decided

    @property
    def percent(self) -> int:
        """The share of rows decided, 100 only for all."""
        return 100 * self.decided // self.rows if self.rows else 100


@dataclass
class Desk:
    """A run with its decisions and texts."""

    folder: Path
    index: RunIndex
    store: Store
    standing: Standing
    texts: Texts
    _differing: dict[str, tuple[int, tuple[str, ...], dict[str, bool]]] = field(default_factory=dict)
    _matched: dict[tuple[str, str], tuple[int, Matched[Step]]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def progress(self, reviewer: str, articles: Sequence[ArticleEntry]) -> dict[str, Progress]:
        """Return how far a reviewer is with each of some articles."""
        self.standing.refresh()
        names = [article.id for article in articles]
        finished = self.store.finished(names)
        matched = self.matched(reviewer, names)
        found = {}
        for article in articles:
            done = finished.get(article.id, ())
            differ = self.differing(article.id, done) if len(done) > 1 else None
            found[article.id] = Progress(
                rows=article.rows,
                decided=len(matched[article.id].decided),
                added=len(matched[article.id].added),
                finished=reviewer in done,
                others=tuple(name for name in done if name != reviewer),
                differences=differ[0] if differ else None,
                unresolved=differ[1] if differ else 0,
            )
        return found

    def matched(self, reviewer: str, article_ids: Sequence[str]) -> dict[str, Matched[Step]]:
        """Return a reviewer's decisions beside the rows of some articles; what has not changed is remembered."""
        found, new = {}, []
        for name in article_ids:
            with self._lock:
                known = self._matched.get((reviewer, name))
            if known is not None and known[0] == self.standing.last(name):
                found[name] = known[1]
            else:
                new.append(name)
        for at in range(0, len(new), _AT_ONCE):
            digests = self.index.digests(new[at : at + _AT_ONCE])
            for name, rows in digests.items():
                last = self.standing.last(name)
                keys = [Key(key, what) for _, key, what in rows]
                found[name] = match(keys, self.standing.of(reviewer, name).values())
                with self._lock:
                    self._matched[reviewer, name] = (last, found[name])
        return found

    def actions(self, reviewer: str) -> dict[str, str]:
        """Return what a reviewer has decided on all rows of the run, by key."""
        matched = self.matched(reviewer, self.standing.articles(reviewer))
        return {key: step.action for one in matched.values() for key, step in one.decided.items()}

    def warm(self) -> None:
        """Find all decisions again and compare what two reviewers are done with: no first look has to wait for it."""
        _ = self.index.keys
        for one in self.store.reviewers():
            self.actions(one.name)
            time.sleep(_PAUSE)
        for article_id, names in self.store.finished().items():
            if len(names) > 1:
                self.differing(article_id, names)
                time.sleep(_PAUSE)

    def differing(self, article_id: str, finished: Sequence[str]) -> tuple[int, int]:
        """Return on how many rows of an article reviewers differ, and on how many of them there is no consensus."""
        records = self.differing_records(article_id, finished)
        return len(records), sum(not settled for settled in records.values())

    def differing_records(self, article_id: str, finished: Sequence[str]) -> Mapping[str, bool]:
        """Return the rows of an article on which reviewers differ, each with whether it is settled."""
        names = tuple(finished)
        if len(names) == 2 and self.standing.agree(names[0], names[1], article_id):
            return {}
        last = self.standing.last(article_id)
        with self._lock:
            known = self._differing.get(article_id)
        if known is not None and known[:2] == (last, names):
            return known[2]
        settled = self.settled(article_id, names)
        records = {one.record: one.outcome != "unresolved" for one in settled if one.difference is not None}
        with self._lock:
            self._differing[article_id] = (last, names, records)
        return records

    def settled(self, article_id: str, finished: Sequence[str]) -> list[Settled]:
        """Return what becomes of each row that those who are done with an article have judged."""
        said = self.judged(article_id, finished)
        return settle(said.judgements, said.consensus, finished)

    def judged(self, article_id: str, finished: Sequence[str]) -> Judged:
        """Return what those who are done with an article say of its rows, and what was agreed upon."""
        rows = [Key(key, what) for _, key, what in self.index.digests([article_id])[article_id]]
        standing = self.store.standing(article_id)
        decisions = [one for name in (*finished, CONSENSUS) for one in standing.get(name, {}).values()]
        return judged(rows, decisions)

    def case_ids(self, article_id: str, rows: Sequence[Cells]) -> list[str]:
        """Return the patients of an article: those that its rows name; the first one where none does."""
        known = dict.fromkeys(row["case_id"] for row in rows if row.get("case_id"))
        return list(known) or [f"{article_id}#1"]

    def new_case_id(self, article_id: str, rows: Sequence[Cells]) -> str:
        """Return the identifier of a patient that is about to be added."""
        known = {row.get("case_id", "") for row in rows}
        number = 1
        while f"{article_id}#{number}" in known:
            number += 1
        return f"{article_id}#{number}"

    def close(self) -> None:
        """Let go of the database and of what was made for this process alone."""
        self.store.close()
        self.index.close()
