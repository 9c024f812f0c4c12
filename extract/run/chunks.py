"""The work list in chunks of about equal amounts of text."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from extract.run.worklist import WorkItem

Task = tuple[int, WorkItem]
"""An article and its place in the work list."""

_LARGE = 60_000  # bytes of text in a chunk while there is much to do: a second or two of work
_SHARES = 3  # towards the end, what is left makes this many chunks for each worker
_MOST = 32  # articles in a chunk
_AHEAD = 256  # articles whose sizes are looked up before they are handed out
_TEXT_IN_PDF = 0.05  # characters of text per byte, about; fonts and pictures are the rest
_UNKNOWN = 20_000  # bytes, where the size cannot be told


class Chunks:
    """Hands out articles in the order of the work list, in chunks of about equal amounts of text.

    Chunks spare the worker from waiting for the next article; towards the end they get smaller, so that all
    workers end together.
    """

    def __init__(self, tasks: Iterable[Task], workers: int) -> None:
        self._tasks: Iterator[Task] = iter(tasks)
        self._shares = _SHARES * workers
        self._waiting: deque[tuple[Task, int]] = deque()
        self._amount = 0
        self._back: deque[list[Task]] = deque()

    def next(self) -> list[Task]:
        """Return the next chunk; empty when there is nothing left."""
        if self._back:
            return self._back.popleft()
        self._look_ahead()
        aim = min(_LARGE, self._amount // self._shares)
        chunk: list[Task] = []
        amount = 0
        while self._waiting and len(chunk) < _MOST and (not chunk or amount < aim):
            task, size = self._waiting.popleft()
            chunk.append(task)
            amount += size
        self._amount -= amount
        return chunk

    def give_back(self, tasks: Iterable[Task]) -> None:
        """Take back articles that a worker has not done; they are handed out next, the first one alone."""
        first, *others = tasks
        if others:
            self._back.appendleft(others)
        self._back.appendleft([first])

    def _look_ahead(self) -> None:
        while len(self._waiting) < _AHEAD and (task := next(self._tasks, None)):
            size = _size(task[1])
            self._waiting.append((task, size))
            self._amount += size


def _size(item: WorkItem) -> int:
    if item.url or item.problem:
        return _UNKNOWN
    try:
        size = item.path.stat().st_size
    except OSError:
        return _UNKNOWN
    return int(size * _TEXT_IN_PDF) if item.path.suffix.lower() == ".pdf" else size
