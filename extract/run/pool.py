"""The local engine: worker processes, each with its own pipe, and one loop that watches over them.

Pools of the standard library and of Pebble share a pipe and a lock among their workers, so that one killed in
mid-message breaks all, and know a time limit for a task only, not for each article of a chunk.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from extract.errors import CasetabError
from extract.nlp.pipeline import load_pipeline
from extract.run.article import failure
from extract.run.chunks import Chunks, Task
from extract.run.options import Options
from extract.run.pack import Packed, pack
from extract.run.worker import serve

_LIFE = 1000  # articles of one process: what libraries keep of each article never adds up
_TRIES = 2  # processes that may die on one article: the first may have died of another's hunger for memory
_FALSE_STARTS = 3  # workers in a row that may die before they are ready
_FAREWELL = 2.0  # s for a worker to end by itself
FORKS = sys.platform == "linux"
"""A forked worker has the rules at once; elsewhere fork is missing (Windows) or unsafe (macOS)."""

Done = tuple[Task, Packed]


class WorkerLostError(CasetabError):
    """Workers die before they can begin."""


class Pool:
    """Worker processes that outlive bad articles.

    Parameters
    ----------
    fork : whether workers may be forked from this process, which has to be free of other threads then.
    """

    def __init__(self, options: Options, workers: int, *, fork: bool = FORKS) -> None:
        self._options = options
        self._wanted = workers
        self._context: Any = multiprocessing.get_context("fork" if fork else "spawn")
        self._forks = fork
        self._workers: list[_Worker] = []
        self._deaths: dict[int, int] = {}  # place in the work list -> workers that died of this article
        self._false_starts = 0

    def run(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Yield the result of each article as it is done, in any order."""
        self._deaths.clear()
        chunks = Chunks(tasks, self._wanted)
        while True:
            self._feed(chunks)
            busy = [worker for worker in self._workers if worker.tasks]
            if not busy:
                return
            ends = [worker.deadline for worker in busy if worker.deadline]
            patience = max(0.0, min(ends) - time.monotonic()) if ends else None
            ready = set(wait([worker.connection for worker in busy], patience))
            for worker in busy:
                if worker.connection in ready:
                    yield from self._heard(worker, chunks)
                elif worker.deadline and time.monotonic() >= worker.deadline:
                    yield self._overdue(worker, chunks)

    def close(self) -> None:
        """End all workers, the busy ones at once."""
        for worker in self._workers:
            worker.dismiss(at_once=bool(worker.tasks))
        for worker in self._workers:
            worker.bury()
        self._workers.clear()

    def _feed(self, chunks: Chunks) -> None:
        for worker in [worker for worker in self._workers if not worker.tasks and worker.served >= _LIFE]:
            self._drop(worker, at_once=False)
        idle = [worker for worker in self._workers if not worker.tasks]
        while idle or len(self._workers) < self._wanted:
            chunk = chunks.next()
            if not chunk:
                return
            worker = idle.pop() if idle else self._hire()
            worker.give(chunk)

    def _hire(self) -> _Worker:
        if self._forks:
            load_pipeline(self._options.rules, self._options.ner)  # once, for all of them
        inherited = [worker.connection for worker in self._workers] if self._forks else None
        worker = _Worker(self._context, self._options, inherited)
        self._workers.append(worker)
        return worker

    def _drop(self, worker: _Worker, *, at_once: bool) -> None:
        worker.dismiss(at_once=at_once)
        worker.bury()
        self._workers.remove(worker)

    def _heard(self, worker: _Worker, chunks: Chunks) -> Iterator[Done]:
        try:
            packed = worker.hear()
        except (EOFError, OSError):
            yield from self._died(worker, chunks)
            return
        self._false_starts = 0
        if packed is not None:
            yield worker.finished(), packed

    def _died(self, worker: _Worker, chunks: Chunks) -> Iterator[Done]:
        """Do the article of a dead worker once more; if that one dies too, the article is at fault."""
        left = list(worker.tasks)
        if not worker.ready:
            self._false_starts += 1
            if self._false_starts >= _FALSE_STARTS:
                raise WorkerLostError("worker processes die before they are ready, most often for want of memory")
        else:
            index, item = left[0]
            self._deaths[index] = self._deaths.get(index, 0) + 1
            if self._deaths[index] >= _TRIES:
                problem = f"{item.path.name}: the process that read it died, most often for want of memory"
                yield left.pop(0), _lost(item, problem)
        self._drop(worker, at_once=True)
        if left:
            chunks.give_back(left)

    def _overdue(self, worker: _Worker, chunks: Chunks) -> Done:
        task = worker.finished()
        left = list(worker.tasks)
        self._drop(worker, at_once=True)
        if left:
            chunks.give_back(left)
        limit = f"{self._options.time_limit:g} s"
        problem = f"{task[1].path.name}: not done within {limit}; allow more with --time-limit"
        return task, _lost(task[1], problem)


def _lost(item: Any, problem: str) -> Packed:
    return pack(failure(item.article_id, item.source_file, problem, lasting=False))


class _Worker:
    """One process, its pipe, and the articles that it has been given.

    Attributes
    ----------
    tasks : given and not yet done; the first is under way.
    deadline : when the first has to be done, by ``time.monotonic()``; 0 = whenever.
    """

    def __init__(self, context: Any, options: Options, inherited: list[Connection] | None) -> None:
        self.connection, theirs = context.Pipe()
        self.tasks: deque[Task] = deque()
        self.ready = False
        self.deadline = 0.0
        self.served = 0
        self._limit = options.time_limit
        ours = [*inherited, self.connection] if inherited is not None else []
        self._process = context.Process(target=serve, args=(theirs, ours, options), daemon=True)
        with _signals_held():
            self._process.start()
        theirs.close()  # so that the pipe ends with the worker

    def give(self, chunk: list[Task]) -> None:
        """Hand over articles; a worker that has died meanwhile is noticed when it should be heard."""
        self.tasks.extend(chunk)
        self.served += len(chunk)
        if self.ready:
            self._start_clock()
        with suppress(OSError):
            self.connection.send([item for _, item in chunk])

    def hear(self) -> Packed | None:
        """Return the next result; None is the worker's word that it is ready.

        Raises
        ------
        EOFError, OSError
            the worker has died.
        """
        packed: Packed | None = self.connection.recv()
        if packed is None:
            self.ready = True
            self._start_clock()
        return packed

    def finished(self) -> Task:
        """Take the article that is under way off the list."""
        task = self.tasks.popleft()
        self._start_clock()
        return task

    def dismiss(self, *, at_once: bool) -> None:
        """Let the process end: by itself, seeing its pipe closed, or killed."""
        self.connection.close()
        if at_once:
            self._process.kill()

    def bury(self) -> None:
        """Wait until the process has ended."""
        self._process.join(_FAREWELL)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._process.close()

    def _start_clock(self) -> None:
        self.deadline = time.monotonic() + self._limit if self._limit and self.tasks else 0.0


@contextmanager
def _signals_held() -> Iterator[None]:
    """Keep signals from a process that is being forked until it has its own way with them."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
