"""Articles through worker processes, results in the order of the work list, with bounded memory."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from extract.nlp.pipeline import load_pipeline
from extract.run.article import ArticleResult, failure, process
from extract.run.worklist import WorkItem

_AHEAD = 8  # articles in flight for each worker


@dataclass(frozen=True, slots=True)
class Options:
    """What a run needs to know beside its work list."""

    workers: int = 1
    all_subjects: bool = False
    rules: tuple[str, ...] = ()


def run_one(item: WorkItem, options: Options) -> ArticleResult:
    """Process one article; whatever goes wrong costs this article only."""
    try:
        return process(
            item.path,
            item.article_id,
            item.source_file,
            rules=options.rules,
            all_subjects=options.all_subjects,
        )
    except Exception as error:
        problem = f"{item.path.name}: internal error ({type(error).__name__}: {error}); please report it"
        return failure(item.article_id, item.source_file, problem)


def run_all(items: Sequence[WorkItem], options: Options) -> Iterator[ArticleResult]:
    """Yield the results of all articles in the order of ``items``, whatever the number of workers.

    Where a worker process dies, the articles that were under way are done again one at a time, each in a
    process of its own, so that only the one at fault fails.
    """
    load_pipeline(options.rules)  # forked workers share it
    workers = min(options.workers, len(items))
    if workers <= 1:
        for item in items:
            yield run_one(item, options)
        return
    done = 0
    while done < len(items):
        try:
            for result in _pooled(items[done:], options, workers):
                done += 1
                yield result
        except BrokenProcessPool:
            for item in items[done : done + workers * _AHEAD]:
                done += 1
                yield _alone(item, options)


def _pooled(items: Sequence[WorkItem], options: Options, workers: int) -> Iterator[ArticleResult]:
    pool = ProcessPoolExecutor(workers, initializer=_start_worker)
    try:
        waiting: deque[Future[ArticleResult]] = deque()
        for item in items:
            if len(waiting) >= workers * _AHEAD:
                yield waiting.popleft().result()
            waiting.append(pool.submit(run_one, item, options))
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _alone(item: WorkItem, options: Options) -> ArticleResult:
    with ProcessPoolExecutor(1, initializer=_start_worker) as pool:
        try:
            return pool.submit(run_one, item, options).result()
        except BrokenProcessPool:
            problem = f"{item.path.name}: the process that read it died, most often for want of memory"
            return failure(item.article_id, item.source_file, problem)


def _start_worker() -> None:
    """Let signals end a worker at once and silently; the main process speaks to the user."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
