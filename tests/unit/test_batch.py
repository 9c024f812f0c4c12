"""Worker processes: order, and what it costs when something goes wrong."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest

from extract.records.cases import Article
from extract.run import batch
from extract.run.article import ArticleResult
from extract.run.batch import Options, run_all
from extract.run.worklist import WorkItem

forked = pytest.mark.skipif(
    multiprocessing.get_start_method() != "fork", reason="the faults are put into this process and inherited"
)
ITEMS = [WorkItem(Path(f"{i:02}.txt"), f"{i:02}", f"{i:02}.txt") for i in range(40)]


def faulty(path: Path, article_id: str, source_file: str, **_: object) -> ArticleResult:
    """Stand in for the reading of an article: some of them fail in the ways that code and machines fail."""
    if path.stem == "07":
        raise ZeroDivisionError("a bug")
    if path.stem in ("11", "30"):
        os._exit(9)  # as the kernel ends a process when memory is short
    return ArticleResult(Article(article_id=article_id, source_file=source_file, status="ok"))


@forked
@pytest.mark.parametrize("workers", [2, 3])
def test_a_dying_worker_costs_only_the_article_that_killed_it(
    monkeypatch: pytest.MonkeyPatch, workers: int
) -> None:
    monkeypatch.setattr(batch, "process", faulty)
    articles = [result.article for result in run_all(ITEMS, Options(workers=workers))]
    assert [article.article_id for article in articles] == [item.article_id for item in ITEMS]
    failed = {article.article_id: article.error for article in articles if article.status == "failed"}
    assert set(failed) == {"07", "11", "30"}
    assert "ZeroDivisionError: a bug" in failed["07"]
    assert "07.txt" in failed["07"]
    for name in ("11", "30"):
        assert failed[name].startswith(f"{name}.txt: the process that read it died")


def test_a_bug_costs_one_article_in_a_single_process_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "process", faulty)
    results = list(run_all(ITEMS[:10], Options(workers=1)))
    assert [r.article.article_id for r in results if r.article.status == "failed"] == ["07"]


@forked
def test_a_run_that_is_broken_off_leaves_no_process_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "process", faulty)
    results = run_all(ITEMS, Options(workers=2))
    assert next(results).article.article_id == "00"
    assert multiprocessing.active_children()
    results.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []
