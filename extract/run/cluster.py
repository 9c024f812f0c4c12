"""The Dask engine: articles go to the workers of a cluster, packed results come back one by one."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

from extract.errors import CasetabError
from extract.rules.load import load_rules
from extract.run.article import failure
from extract.run.chunks import Task
from extract.run.fingerprint import fingerprint
from extract.run.options import Options
from extract.run.pack import Packed, pack
from extract.run.pool import Done, Pool
from extract.run.worklist import WorkItem

_AHEAD = 4  # articles sent out for each thread of the cluster
_PATIENCE = 60  # s to wait for the scheduler and its first worker


class ClusterError(CasetabError):
    """The cluster cannot be used."""


class Cluster:
    """A Dask cluster that is running already.

    Raises
    ------
    ClusterError
        Dask is missing, the scheduler does not answer, or it has no workers.
    """

    def __init__(self, options: Options) -> None:
        self._options = options
        self._settled = _settled(options)
        try:
            import distributed
        except ImportError:
            raise ClusterError("--engine dask needs Dask: pip install 'casetab[cluster]'") from None
        if not options.scheduler:
            raise ClusterError("--engine dask needs --scheduler ADDRESS, such as tcp://host:8786")
        self._dask: Any = distributed
        connect: Any = distributed.Client
        try:
            self._client: Any = connect(options.scheduler, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError, ImportError) as error:
            raise ClusterError(f"no Dask scheduler answers at {options.scheduler}: {error}") from None
        try:
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except TimeoutError:
            self.close()
            raise ClusterError(f"the scheduler at {options.scheduler} has no workers") from None

    def run(self, tasks: Iterable[Task]) -> Iterator[Done]:
        """Yield the result of each article as it is done; a few for each worker are under way at a time.

        Raises
        ------
        ClusterError
            the cluster is lost, or its workers have another version of casetab or of the rules.
        """
        waiting = iter(tasks)
        under_way: dict[Any, Task] = {}
        finished = self._dask.as_completed(loop=self._client.loop)
        try:
            while True:
                room = _AHEAD * max(1, sum(self._client.nthreads().values())) - len(under_way)
                while room > 0 and (task := next(waiting, None)):
                    future = self._client.submit(run_remote, task[1], self._options, self._settled, pure=False)
                    under_way[future] = task
                    finished.add(future)
                    room -= 1
                if not under_way:
                    return
                future = next(finished)
                task = under_way.pop(future)
                yield task, self._outcome(future, task[1])
        except OSError as error:  # what Dask's errors of communication are, too
            raise self._lost() from error

    def close(self) -> None:
        """Let go of the cluster, which goes on running."""
        with suppress(OSError):  # it may be lost already
            self._client.close()

    def _outcome(self, future: Any, item: WorkItem) -> Packed:
        try:
            packed: Packed = future.result()
        except self._dask.KilledWorker:
            problem = f"{item.path.name}: the process that read it died, most often for want of memory"
            return pack(failure(item.article_id, item.source_file, problem, lasting=False))
        except self._dask.CancelledError as error:
            raise self._lost() from error
        return packed

    def _lost(self) -> ClusterError:
        where = self._options.scheduler
        return ClusterError(f"the cluster at {where} is lost; when it is back, the same command goes on")


def run_remote(item: WorkItem, options: Options, settled: str) -> Packed:
    """Process one article in a process beside the Dask worker, which outlives it whatever happens.

    Raises
    ------
    ClusterError
        this worker would make other rows than the machine that started the run.
    """
    if _settled(options) != settled:
        raise ClusterError(
            "a worker of the cluster has another version of casetab, its libraries or the rules; restart its workers"
        )
    ((_, packed),) = _helper(options).run([(0, item)])
    return packed


@lru_cache(maxsize=4)
def _settled(options: Options) -> str:
    return fingerprint(load_rules(options.rules).hash, all_subjects=options.all_subjects, ner=options.ner)


_local = threading.local()


def _helper(options: Options) -> Pool:
    """Return the helper process of this thread, started with the thread's first article."""
    pools: dict[Options, Pool] = _local.__dict__.setdefault("pools", {})
    if options not in pools:
        for old in pools.values():
            old.close()
        pools.clear()
        # a process under Dask's supervision may not have children unless it says so
        multiprocessing.current_process().daemon = False
        pools[options] = Pool(options, 1, fork=False)
    return pools[options]
