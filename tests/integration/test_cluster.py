"""The Dask engine on a real cluster of processes."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from helpers import ARTICLES, rows_of

distributed = pytest.importorskip("distributed")

if TYPE_CHECKING:
    from conftest import Outcome

    Command = Callable[..., Outcome]


_FIRST_RESULTS = 60_000  # bytes of the ledger's log; the results of all articles take several times as much


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Return a scheduler with two worker processes that are restarted when they die."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as running:
        yield running


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    for i in range(2):
        for path in ARTICLES.iterdir():
            shutil.copy(path, folder / f"{i}_{path.name}")
    return folder


@pytest.fixture(scope="module")
def local(many: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run by the local engine."""
    from contextlib import closing

    from extract.run.batch import Options, run_all
    from extract.run.worklist import find_articles
    from extract.run.write import write_run

    out = tmp_path_factory.mktemp("local")
    with closing(run_all(find_articles([str(many)]), Options(workers=2))) as results:
        write_run(out, results, {}, 0.0)
    return out


def tables(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in [*folder.glob("*.csv"), *folder.glob("sources/*")]}


def dask(cluster: Any) -> tuple[str, ...]:
    return ("--engine", "dask", "--scheduler", cluster.scheduler_address)


def test_a_cluster_writes_the_bytes_of_the_local_engine(
    casetab: Command, cluster: Any, many: Path, local: Path, tmp_path: Path
) -> None:
    done = casetab("run", many, "--out", tmp_path / "out", *dask(cluster))
    assert done.status == 0, done.err
    assert tables(tmp_path / "out") == tables(local)


def test_a_worker_killed_in_mid_run_changes_nothing(
    casetab: Command, cluster: Any, many: Path, local: Path, tmp_path: Path
) -> None:
    with distributed.Client(cluster.scheduler_address, set_as_default=False) as client:
        numbers = list(client.run(os.getpid).values())

    ended = threading.Event()
    in_time: list[bool] = []

    def kill() -> None:
        """Kill a worker when the first results have reached the ledger, whose log of writing then grows."""
        log = tmp_path / "out" / "ledger.sqlite-wal"
        while not ended.is_set() and not (log.exists() and log.stat().st_size > _FIRST_RESULTS):
            time.sleep(0.01)
        in_time.append(not ended.is_set())
        os.kill(numbers[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    done = casetab("run", many, "--out", tmp_path / "out", *dask(cluster))
    ended.set()
    killer.join()
    assert in_time == [True]
    assert done.status == 0, done.err
    assert tables(tmp_path / "out") == tables(local)


def test_articles_behind_urls_are_fetched_by_the_workers(
    casetab: Command, cluster: Any, many: Path, local: Path, tmp_path: Path
) -> None:
    out, archive = tmp_path / "out", shutil.make_archive(str(tmp_path / "articles"), "zip", many)
    assert casetab("run", many.as_uri(), "--out", out, *dask(cluster), "-q").status == 0
    assert tables(out) == tables(local)
    assert casetab("run", f"zip://*::file://{archive}", "--out", tmp_path / "zip", *dask(cluster), "-q").status == 0
    assert tables(tmp_path / "zip") == tables(local)


def test_a_file_that_stays_as_it_was_is_not_fetched_again(casetab: Command, many: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    url = f"{many.as_uri()}/0_*.txt"
    assert casetab("run", url, "--out", out, "-j", 1, "-q").status == 0
    again = casetab("run", url, "--out", out, "-j", 1)
    n = len(rows_of(out, "articles"))
    assert f"{n} taken over" in again.err


@pytest.mark.skipif(sys.platform != "linux", reason="the limit is set by a Linux call")
def test_an_article_that_takes_too_long_fails_alone_on_a_cluster_too(
    casetab: Command, cluster: Any, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "good.txt").write_text("A man had a serum sodium of 128 mmol/L.", encoding="utf-8")
    os.mkfifo(tmp_path / "in" / "never.txt")
    inputs = (tmp_path / "in" / "good.txt", tmp_path / "in" / "never.txt")
    done = casetab("run", *inputs, "--out", tmp_path / "out", *dask(cluster), "--time-limit", 10)
    assert done.status == 1
    errors = {row["article_id"]: row["error"] for row in rows_of(tmp_path / "out", "articles")}
    assert errors == {"good": "", "never": "never.txt: not done within 10 s; allow more with --time-limit"}


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--engine", "dask"), "--scheduler"),
        (("--engine", "dask", "--scheduler", "tcp://127.0.0.1:1"), "no Dask scheduler answers"),
    ],
)
def test_a_cluster_that_is_not_there_is_told(
    casetab: Command, many: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], told: str
) -> None:
    monkeypatch.setattr("extract.run.cluster._PATIENCE", 1)
    done = casetab("run", many, "--out", tmp_path / "out", *options)
    assert done.status == 2
    assert told in done.err
