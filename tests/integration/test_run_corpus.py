"""The whole way, over every article of the project's corpus."""

from __future__ import annotations

from pathlib import Path

import pytest
from frictionless import Package, system
from helpers import ALL_TABLES, ARTICLES, CORPUS_GOLD, RECORD_TABLES, rows_of

from extract.evaluate.gold import read_gold, read_run
from extract.evaluate.score import score_all
from extract.run.batch import Options, run_all
from extract.run.worklist import find_articles
from extract.run.write import write_run

BYTE_ORDER_MARK = "\ufeff"


def source_texts(run: Path) -> dict[str, str]:
    """Return the texts that offsets point into, decoded without casetab's readers."""
    texts = {}
    for row in rows_of(run, "articles"):
        exported = run / "sources" / f"{row['article_id']}.txt"
        if exported.exists():
            texts[row["article_id"]] = exported.read_bytes().decode("utf-8")
        elif row["format"] == "txt":
            data = (ARTICLES / row["source_file"]).read_bytes()
            texts[row["article_id"]] = data.decode(row["encoding"]).removeprefix(BYTE_ORDER_MARK)
    return texts


def test_every_article_is_read(corpus_run: Path) -> None:
    files = {path.name for path in ARTICLES.iterdir()}
    rows = rows_of(corpus_run, "articles")
    assert {row["source_file"]: row["error"] for row in rows} == dict.fromkeys(files, "")
    assert {row["status"] for row in rows} == {"ok"}


@pytest.mark.parametrize("table", [*RECORD_TABLES, "cases"])
def test_every_quote_is_the_slice_of_the_source_that_its_offsets_name(corpus_run: Path, table: str) -> None:
    texts = source_texts(corpus_run)
    rows = [row for row in rows_of(corpus_run, table) if row["start"]]
    assert rows
    wrong = [
        (row["article_id"], row["quote"])
        for row in rows
        if not row["quote"] or texts[row["article_id"]][int(row["start"]) : int(row["end"])] != row["quote"]
    ]
    assert wrong == []


@pytest.mark.parametrize("table", RECORD_TABLES)
def test_rows_are_in_order_and_about_patients(corpus_run: Path, table: str) -> None:
    rows = rows_of(corpus_run, table)
    places = [(row["article_id"], int(row["start"])) for row in rows]
    assert places == sorted(places)
    assert len({row["record_id"] for row in rows}) == len(rows)
    assert {row["subject"] for row in rows} == {"patient"}
    cases = {row["case_id"] for row in rows_of(corpus_run, "cases")}
    assert {row["case_id"] for row in rows} <= cases


def test_cases_count_their_rows(corpus_run: Path) -> None:
    for case in rows_of(corpus_run, "cases"):
        for table in RECORD_TABLES:
            rows = [row for row in rows_of(corpus_run, table) if row["case_id"] == case["case_id"]]
            assert int(case[f"n_{table}"]) == len(rows), (case["case_id"], table)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_second_run_writes_the_same_bytes_whatever_the_workers(
    corpus_run: Path, tmp_path: Path, workers: int
) -> None:
    items = find_articles([str(path) for path in sorted(ARTICLES.iterdir(), reverse=True)])
    write_run(tmp_path, run_all(items, Options(workers=workers)), {}, 0.0)
    for name in [*(f"{table}.csv" for table in ALL_TABLES), "datapackage.json"]:
        assert (tmp_path / name).read_bytes() == (corpus_run / name).read_bytes(), name
    ours, theirs = (sorted(folder.glob("sources/*")) for folder in (tmp_path, corpus_run))
    assert [path.read_bytes() for path in ours] == [path.read_bytes() for path in theirs]


def test_an_article_does_not_depend_on_its_neighbours(corpus_run: Path, tmp_path: Path) -> None:
    together = {table: rows_of(corpus_run, table) for table in RECORD_TABLES}
    for path in sorted(ARTICLES.iterdir())[::4]:
        write_run(tmp_path, run_all(find_articles([str(path)]), Options()), {}, 0.0)
        for table, rows in together.items():
            assert rows_of(tmp_path, table) == [row for row in rows if row["article_id"] == path.stem]


def test_all_subjects_adds_rows_and_takes_none_away(corpus_run: Path, tmp_path: Path) -> None:
    options = Options(all_subjects=True)
    write_run(tmp_path, run_all(find_articles([str(ARTICLES)]), options), {}, 0.0)
    for table in RECORD_TABLES:
        runs = (rows_of(corpus_run, table), rows_of(tmp_path, table))
        fewer, more = ({(row["article_id"], row["quote"]) for row in rows} for rows in runs)
        assert fewer <= more
    subjects = {row["subject"] for table in RECORD_TABLES for row in rows_of(tmp_path, table)}
    assert len(subjects) > 1


def test_the_tables_are_what_the_data_package_says(corpus_run: Path) -> None:
    with system.use_context(trusted=True):
        report = Package(str(corpus_run / "datapackage.json")).validate()
    assert report.flatten(["fieldName", "rowNumber", "message"]) == []


@pytest.mark.parametrize(
    ("line", "precision", "recall"),
    [
        ("labs", 0.93, 0.88),
        ("labs-quali", 0.87, 0.81),
        ("muscle", 0.88, 0.61),
        ("levels", 0.92, 0.92),
        ("drugs", 0.85, 0.92),
        ("regimens", 0.88, 0.90),
        ("scores", 0.95, 0.95),
    ],
)
def test_quality_does_not_fall(corpus_run: Path, line: str, precision: float, recall: float) -> None:
    counts = score_all(read_gold(CORPUS_GOLD), read_run(corpus_run)).tables[line]
    assert counts.precision >= precision
    assert counts.recall >= recall
