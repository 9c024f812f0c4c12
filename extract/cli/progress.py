"""How far a run is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

_LINES = 10  # plain lines of a whole run
_REFRESH = 0.1  # s between two drawings of the bar


class Progress:
    """Shows articles done and failed, articles a second and the time left; names each failed article.

    The bar is drawn when an article is done, never by a thread of its own: the workers of a run are forked, which
    wants a process without other threads.

    Parameters
    ----------
    quiet : show nothing.
    """

    def __init__(self, total: int, messages: Console, *, quiet: bool = False) -> None:
        self._total, self._messages, self._quiet = total, messages, quiet
        self._done = self._failed = self._taken_over = 0
        self._step = max(1, -(-total // _LINES))
        self._began = self._drawn = time.monotonic()
        self._bar: Bar | None = None
        if messages.is_terminal and not quiet:
            columns = (TextColumn("articles"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}"))
            self._bar = Bar(*columns, console=messages, auto_refresh=False)
            self._task = self._bar.add_task("", total=total)

    def __enter__(self) -> Self:
        self._began = time.monotonic()
        if self._bar:
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar:
            self._draw()
            self._bar.stop()

    def tell(self, status: str, error: str, taken_over: bool) -> None:
        """Count an article."""
        self._done += 1
        self._taken_over += taken_over
        if status == "failed":
            self._failed += 1
            if not self._quiet:
                self.say(f"failed: {error}")
        if self._quiet:
            return
        if self._bar is None:
            if self._done % self._step == 0 or self._done == self._total:
                self.say(f"{self._done} of {self._total} articles{self._described()}")
        elif time.monotonic() - self._drawn > _REFRESH:
            self._draw()

    def say(self, line: str) -> None:
        """Show a line; above the bar where there is one."""
        self._messages.print(line, markup=False)

    def _draw(self) -> None:
        assert self._bar is not None
        self._drawn = time.monotonic()
        self._bar.update(self._task, completed=self._done, description=self._described().removeprefix(", "))
        self._bar.refresh()

    def _described(self) -> str:
        """Return what there is to say beside the number of articles done."""
        fresh = self._done - self._taken_over
        rate = fresh / max(time.monotonic() - self._began, 1e-9)
        told = ""
        if self._failed:
            told += f", {self._failed} failed"
        if self._taken_over:
            told += f", {self._taken_over} taken over"
        if fresh:
            told += f", {rate:.1f}/s"
        if fresh and self._done < self._total:
            told += f", {_clock((self._total - self._done) / rate)} left"
        return told


def _clock(seconds: float) -> str:
    """Return a span of time as h:mm:ss, or in seconds where it is short."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
