"""Articles through worker processes, results in the order of the work list, with bounded memory."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass

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
            item.path, item.article_id, item.source_file, rules=options.rules, all_subjects=options.all_subjects
        )
    except Exception as error:
        problem = f"{item.path.name}: internal error ({type(error).__name__}: {error}); please report it"
        return failure(item.article_id, item.source_file, problem)


def run_all(items: Sequence[WorkItem], options: Options) -> Iterator[ArticleResult]:
    """Yield the results of all articles in the order of ``items``, whatever the number of workers."""
    workers = min(options.workers, len(items))
    if workers <= 1:
        for item in items:
            yield run_one(item, options)
        return
    with ProcessPoolExecutor(workers) as pool:
        waiting: deque[Future[ArticleResult]] = deque()
        for item in items:
            if len(waiting) >= workers * _AHEAD:
                yield waiting.popleft().result()
            waiting.append(pool.submit(run_one, item, options))
        while waiting:
            yield waiting.popleft().result()
