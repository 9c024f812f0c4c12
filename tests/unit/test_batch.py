"""Worker processes: order, and what it costs when something goes wrong."""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from extract.records.cases import Article
from extract.run import worker
from extract.run.article import ArticleResult, process
from extract.run.batch import Batch, Options, run_all
from extract.run.chunks import Chunks
from extract.run.ledger import Ledger
from extract.run.pack import pack, unpack
from extract.run.pool import Pool, WorkerLostError
from extract.run.worklist import WorkItem

forked = pytest.mark.skipif(
    sys.platform != "linux", reason="the faults are put into this process and inherited by forked ones"
)
ITEMS = [WorkItem(Path(f"{i:02}.txt"), f"{i:02}", f"{i:02}.txt") for i in range(40)]


def fine(path: Path, article_id: str, source_file: str, **_: object) -> ArticleResult:
    return ArticleResult(Article(article_id=article_id, source_file=source_file, status="ok"))


def faulty(path: Path, article_id: str, source_file: str, **_: object) -> ArticleResult:
    """Stand in for the reading of an article: some of them fail in the ways that code and machines fail."""
    if path.stem == "07":
        raise ZeroDivisionError("a bug")
    if path.stem in ("11", "30"):
        os._exit(9)  # as the kernel ends a process when memory is short
    if path.stem == "20":
        raise MemoryError
    if path.stem == "33":
        time.sleep(600)
    return fine(path, article_id, source_file)


@forked
@pytest.mark.parametrize("workers", [1, 2, 3])
def test_an_article_that_kills_or_holds_up_its_worker_costs_only_itself(
    monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setattr(worker, "process", faulty)
    articles = [result.article for result in run_all(ITEMS, Options(workers=workers, time_limit=1.5))]
    assert [article.article_id for article in articles] == [item.article_id for item in ITEMS]
    assert {article.article_id: article.error for article in articles if article.status == "failed"} == {
        "07": "07.txt: internal error (ZeroDivisionError: a bug); please report it",
        "11": "11.txt: the process that read it died, most often for want of memory",
        "20": "20.txt: not enough memory",
        "30": "30.txt: the process that read it died, most often for want of memory",
        "33": "33.txt: not done within 1.5 s; allow more with --time-limit",
    }


@forked
def test_an_article_whose_worker_was_killed_for_another_reason_is_done_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = tmp_path / "seen"

    def dies_once(path: Path, article_id: str, source_file: str, **_: object) -> ArticleResult:
        if path.stem == "05" and not seen.exists():
            seen.touch()
            os._exit(9)
        return fine(path, article_id, source_file)

    monkeypatch.setattr(worker, "process", dies_once)
    assert {result.article.status for result in run_all(ITEMS, Options(workers=2))} == {"ok"}
    assert seen.exists()


@forked
def test_workers_that_cannot_start_are_no_endless_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "load_pipeline", lambda rules: os._exit(1))
    with pytest.raises(WorkerLostError, match="before they are ready"):
        list(run_all(ITEMS, Options(workers=2)))
    assert multiprocessing.active_children() == []


@forked
def test_a_slow_article_holds_up_its_own_row_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow_first(path: Path, article_id: str, source_file: str, **_: object) -> ArticleResult:
        if path.stem == "00":
            time.sleep(1.0)
        return fine(path, article_id, source_file)

    monkeypatch.setattr(worker, "process", slow_first)
    told: list[int] = []
    with Ledger() as ledger:
        batch = Batch(ITEMS, Options(workers=2), ledger, lambda *_: told.append(1))
        results = batch.results()
        first = next(results)
        assert first.article.article_id == "00"
        assert len(told) > len(ITEMS) // 2
        assert [result.article.article_id for result in results] == [item.article_id for item in ITEMS[1:]]


@forked
@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_is_broken_off_leaves_no_process_behind(monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    monkeypatch.setattr(worker, "process", fine)
    results = run_all(ITEMS, Options(workers=workers))
    with closing(results):
        assert next(results).article.article_id == "00"
        assert multiprocessing.active_children()
    assert multiprocessing.active_children() == []


@forked
def test_a_worker_is_replaced_after_some_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    def name_process(path: Path, article_id: str, source_file: str, **_: object) -> ArticleResult:
        return ArticleResult(
            Article(article_id=article_id, source_file=source_file, title=str(os.getpid()), status="ok")
        )

    monkeypatch.setattr(worker, "process", name_process)
    monkeypatch.setattr("extract.run.pool._LIFE", 10)
    assert len({result.article.title for result in run_all(ITEMS, Options(workers=1))}) > 1


def test_where_processes_cannot_be_forked_they_are_started_anew(tmp_path: Path) -> None:
    article = tmp_path / "one.txt"
    article.write_text("A 50-year-old man had a serum sodium of 128 mmol/L.", encoding="utf-8")
    with closing(Pool(Options(), 1, fork=False)) as pool:
        ((_, packed),) = pool.run([(0, WorkItem(article, "one", "one.txt"))])
    assert len(unpack(packed.body).records.tables["labs"]) == 1


def test_a_packed_result_comes_out_as_it_went_in(tmp_path: Path) -> None:
    article = tmp_path / "one.txt"
    article.write_text(
        "Case report\n\nA 50-year-old man had a serum sodium of 128 mmol/L (135-145). Biceps strength was 4+/5."
        " He took aspirin 100 mg daily for 3 months after T4-T5 laminectomy.",
        encoding="utf-8",
    )
    result = process(article, "one", "one.txt")
    assert all(result.records.tables[name] for name in ("labs", "muscle_grades", "levels", "drugs"))
    assert unpack(pack(result).body) == result


def items_of(folder: Path, sizes: list[int]) -> Iterator[tuple[int, WorkItem]]:
    for i, size in enumerate(sizes):
        path = folder / f"{i}.txt"
        path.write_bytes(b"x" * size)
        yield i, WorkItem(path, str(i), path.name)


def handed_out(chunks: Chunks) -> list[list[int]]:
    return [[index for index, _ in chunk] for chunk in iter(chunks.next, [])]


def test_chunks_hold_about_as_much_text_as_each_other(tmp_path: Path) -> None:
    chunks = handed_out(Chunks(items_of(tmp_path, [100_000, *[10_000] * 30, 100_000, *[10_000] * 30]), 1))
    assert [index for chunk in chunks for index in chunk] == list(range(62))
    assert chunks[0] == [0]
    assert 1 < max(len(chunk) for chunk in chunks) <= 6
    assert len(chunks[-1]) == 1, "towards the end the chunks get smaller"


def test_articles_that_are_given_back_come_next_and_the_first_of_them_alone(tmp_path: Path) -> None:
    chunks = Chunks(items_of(tmp_path, [10_000] * 20), 1)
    first = chunks.next()
    assert len(first) > 2
    chunks.give_back(first)
    again = handed_out(chunks)
    assert again[:2] == [[0], [index for index, _ in first[1:]]]
    assert [index for chunk in again for index in chunk] == list(range(20))
