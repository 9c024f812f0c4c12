"""How far a run is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from extract.run.article import ArticleResult

_LINES = 10  # plain lines of a whole run


class _Rate(TextColumn):
    """Articles a second."""

    def __init__(self) -> None:
        super().__init__("")

    def render(self, task: Task) -> str:  # type: ignore[override]
        speed = task.finished_speed or task.speed
        return f"{speed:.1f}/s" if speed else ""


def with_progress(results: Iterable[ArticleResult], total: int, messages: Console) -> Iterator[ArticleResult]:
    """Hand the results on, showing how many are done and how fast; name each failed article.

    The first result is awaited before anything is drawn: the workers start with it, and forking them
    beside the bar's thread is what Python warns of.
    """
    waiting = iter(results)
    first = list(next(([result] for result in waiting), []))
    shown = _bar if messages.is_terminal else _lines
    yield from shown(chain(first, waiting), total, messages)


def _bar(results: Iterable[ArticleResult], total: int, messages: Console) -> Iterator[ArticleResult]:
    failed = 0
    described = TextColumn("{task.description}")
    columns = (described, BarColumn(), MofNCompleteColumn(), _Rate(), TimeRemainingColumn())
    with Progress(*columns, console=messages) as bar:
        task = bar.add_task("articles", total=total)
        for result in results:
            failed += _name_failed(result, messages)
            bar.update(task, advance=1, description=f"articles ({failed} failed)" if failed else "articles")
            yield result


def _lines(results: Iterable[ArticleResult], total: int, messages: Console) -> Iterator[ArticleResult]:
    step = -(-total // _LINES)
    began = time.monotonic()
    for done, result in enumerate(results, 1):
        _name_failed(result, messages)
        if done % step == 0 or done == total:
            rate = done / max(time.monotonic() - began, 1e-9)
            left = f", {(total - done) / rate:.0f} s left" if done < total else ""
            messages.print(f"{done} of {total} articles{left}", markup=False)
        yield result


def _name_failed(result: ArticleResult, messages: Console) -> bool:
    failed = result.article.status == "failed"
    if failed:
        messages.print(f"failed: {result.article.error}", markup=False)
    return failed
