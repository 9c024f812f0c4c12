"""A batch: articles through an engine, results kept in the ledger and handed on in the order of the work list."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing
from typing import Protocol

from extract.rules.load import load_rules
from extract.run.article import ArticleResult
from extract.run.chunks import Task
from extract.run.fingerprint import content_key, fingerprint
from extract.run.ledger import Ledger
from extract.run.options import Options
from extract.run.pack import unpack
from extract.run.pool import FORKS, Done, Pool
from extract.run.worklist import WorkItem

__all__ = ["Batch", "Options", "run_all"]


class Engine(Protocol):
    """Where articles are processed."""

    def run(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Yield the result of each article as it is done, in any order."""

    def close(self) -> None:
        """End what is under way."""


class Batch:
    """One run over a work list.

    Attributes
    ----------
    counts : articles so far: ``done``, and ``taken_over``, those of them that an earlier run had done with the same
        content, rules, code and options.
    """

    def __init__(
        self,
        items: Sequence[WorkItem],
        options: Options,
        ledger: Ledger,
        tell: Callable[[str, str, bool], None] | None = None,
    ) -> None:
        """Prepare a run; nothing is done before results are asked for.

        Parameters
        ----------
        tell : called for each article as it is done, in any order, with its status, its error and whether it was
            taken over.
        """
        self._items, self._options, self._ledger, self._tell = items, options, ledger, tell
        self._settled = fingerprint(load_rules(options.rules).hash, all_subjects=options.all_subjects, ner=options.ner)
        self._keys: dict[int, str] = {}  # of the articles under way
        self._finished = bytearray(len(items))
        self.counts = {"done": 0, "taken_over": 0}

    def results(self) -> Generator[ArticleResult, None, None]:
        """Yield the results in the order of the work list, whatever the engine and the order of its work.

        A result waits in the ledger until its turn comes, so that one slow article holds up nothing and
        memory does not grow.
        """
        place = 0
        with closing(_engine(self._options, self._items)) as engine:
            for (index, item), packed in engine.run(self._to_do()):
                self._ledger.put(item.article_id, self._keys.pop(index), packed)
                self._tick(index, packed.status, packed.error, taken_over=False)
                while place < len(self._items) and self._finished[place]:
                    yield self._result(place)
                    place += 1
        for rest in range(place, len(self._items)):
            yield self._result(rest)
        self._ledger.keep_only({item.article_id for item in self._items})

    def _to_do(self) -> Iterator[Task]:
        """Yield the articles that are not in the ledger."""
        for index, item in enumerate(self._items):
            key = "" if item.problem else content_key(item, self._settled)
            found = self._ledger.find(item.article_id, key)
            if found is None:
                self._keys[index] = key
                yield index, item
            else:
                self._tick(index, *found, taken_over=True)

    def _tick(self, index: int, status: str, error: str, *, taken_over: bool) -> None:
        self._finished[index] = True
        self.counts["done"] += 1
        self.counts["taken_over"] += taken_over
        if self._tell is not None:
            self._tell(status, error, taken_over)

    def _result(self, index: int) -> ArticleResult:
        return unpack(self._ledger.body(self._items[index].article_id))


def run_all(items: Sequence[WorkItem], options: Options) -> Generator[ArticleResult, None, None]:
    """Yield the results of all articles in the order of ``items``, keeping nothing for a later run."""
    with Ledger() as ledger, closing(Batch(items, options, ledger).results()) as results:
        yield from results


def _engine(options: Options, items: Sequence[WorkItem]) -> Engine:
    if options.engine == "dask":
        from extract.run.cluster import Cluster

        return Cluster(options)
    threads = any(item.url for item in items)  # listing a store leaves some behind, which a fork would not bear
    return Pool(options, max(1, min(options.workers, len(items))), fork=FORKS and not threads)
