"""What runs inside a worker process: articles come in through a pipe, packed results go out."""

from __future__ import annotations

import contextlib
import gc
import signal
from collections.abc import Iterable, Iterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from extract.nlp.pipeline import load_pipeline
from extract.run.article import failure, process
from extract.run.options import Options
from extract.run.pack import Packed, pack
from extract.run.remote import local_copy
from extract.run.worklist import WorkItem

_ENDING = ("SIGINT", "SIGTERM")
_GRACE = 10.0  # s beyond the time limit, after which a worker that nobody watches any more ends itself
_FIRST_TO_GO = "500"  # added to the kernel's score, of 1000, when memory is short: a worker, not the run


def serve(connection: Connection, others: Iterable[Connection], options: Options) -> None:
    """Answer each chunk of articles with one packed result for each article, until the pipe ends.

    The first message says that the worker is ready.

    Parameters
    ----------
    others : the run's ends of pipes, which a forked process inherits; while one is open in some process, the
        worker at its other end does not see that the run has ended.
    """
    _set_signals()
    for other in others:
        other.close()
    with contextlib.suppress(OSError):  # Linux only
        Path("/proc/self/oom_score_adj").write_text(_FIRST_TO_GO, encoding="ascii")
    load_pipeline(options.rules, options.ner)
    gc.freeze()  # what is loaded stays: the collector need not visit it, and forked pages stay shared
    with contextlib.suppress(EOFError, OSError):  # the run has ended
        connection.send(None)
        while True:
            chunk: Sequence[WorkItem] = connection.recv()
            for item in chunk:
                with _own_end(options.time_limit):
                    packed = run_one(item, options)
                connection.send(packed)


def run_one(item: WorkItem, options: Options) -> Packed:
    """Process one article; whatever goes wrong costs this article only."""
    if item.problem:
        return pack(failure(item.article_id, item.source_file, item.problem, lasting=False))
    try:
        with local_copy(item) as path:
            result = process(
                path,
                item.article_id,
                item.source_file,
                rules=options.rules,
                all_subjects=options.all_subjects,
                ner=options.ner,
            )
        return pack(result)
    except Exception as error:
        lost = isinstance(error, (MemoryError, OSError))
        problem = f"{item.path.name}: internal error ({type(error).__name__}: {error}); please report it"
        if isinstance(error, MemoryError):
            problem = f"{item.path.name}: not enough memory"
        elif lost:
            problem = f"{item.path.name}: cannot be read: {error}"
        return pack(failure(item.article_id, item.source_file, problem, lasting=not lost))


@contextlib.contextmanager
def _own_end(limit: float) -> Iterator[None]:
    """Let the kernel end this process where the run, which would do it at the time limit, is gone."""
    if not hasattr(signal, "setitimer") or not limit:
        yield
        return
    signal.setitimer(signal.ITIMER_REAL, limit + _GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _set_signals() -> None:
    """Leave the keyboard to the run, which then ends its workers; end at once and silently at its word."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {getattr(signal, name) for name in _ENDING})
