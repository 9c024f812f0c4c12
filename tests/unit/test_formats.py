"""The formats beside CSV: the same rows, typed, harmless, and whole or not there at all."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest
from helpers import rows_of
from openpyxl.utils.escape import unescape

from extract.errors import CasetabError
from extract.records.cases import Article, Case
from extract.tables import parquet, xlsx
from extract.tables.datapackage import data_package
from extract.tables.formats import FORMATS, open_writers, read_formats
from extract.tables.schema import TABLES, Rows

FORMULA = '=HYPERLINK("http://example.org")'


def article_rows(name: str, title: str = "A case", age: float | None = 53.5) -> Rows:
    empty: dict[str, list[Any]] = {table: [] for table in TABLES}
    article = Article(article_id=name, source_file=f"{name}.txt", title=title, n_cases=1, status="ok")
    return {**empty, "articles": [article], "cases": [Case(case_id=f"{name}#1", article_id=name, age_years=age)]}


def write(folder: Path, articles: list[Rows], formats: tuple[str, ...] = FORMATS) -> None:
    with ExitStack() as stack:
        writers = open_writers(formats, folder, stack)
        for rows in articles:
            for writer in writers:
                writer.write(rows)


def sheet(folder: Path, name: str) -> list[tuple[Any, ...]]:
    book = openpyxl.load_workbook(folder / "tables.xlsx")
    return list(book[name].iter_rows(values_only=True))


def test_all_formats_hold_the_same_rows(tmp_path: Path) -> None:
    write(tmp_path, [article_rows("one"), article_rows("two", age=None)])
    assert [row["age_years"] for row in rows_of(tmp_path, "cases")] == ["53.5", ""]
    assert pq.read_table(tmp_path / "cases.parquet")["age_years"].to_pylist() == [53.5, None]
    head, *body = sheet(tmp_path, "cases")
    assert [row[head.index("age_years")] for row in body] == [53.5, None]
    lines = (tmp_path / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    told = [json.loads(line) for line in lines]
    assert [article["article_id"] for article in told] == ["one", "two"]
    assert [article["cases"][0]["age_years"] for article in told] == [53.5, None]
    assert all(set(TABLES) - {"articles"} <= set(article) for article in told)


def test_columns_are_typed_and_described_even_where_there_is_no_row(tmp_path: Path) -> None:
    write(tmp_path, [], ("parquet",))
    schema = pq.read_schema(tmp_path / "labs.parquet")
    assert [str(schema.field(name).type) for name in ("analyte", "value", "start", "page")] == [
        "string",
        "double",
        "int64",
        "int64",
    ]
    assert b"SHA-256" in pq.read_schema(tmp_path / "articles.parquet").field("sha256").metadata[b"description"]


def test_rows_are_written_in_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "_GROUP", 10)
    write(tmp_path, [article_rows(str(i)) for i in range(25)], ("parquet",))
    read = pq.ParquetFile(tmp_path / "cases.parquet")
    assert [read.metadata.row_group(i).num_rows for i in range(read.num_row_groups)] == [10, 10, 5]
    assert read.read()["case_id"].to_pylist() == [f"{i}#1" for i in range(25)]


def test_a_formula_is_text_in_a_workbook_and_has_an_apostrophe_in_csv_only(tmp_path: Path) -> None:
    write(tmp_path, [article_rows("one", title=FORMULA)])
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    head = [cell.value for cell in book["articles"][1]]
    cell = book["articles"].cell(2, head.index("title") + 1)
    assert (cell.value, cell.data_type, cell.quotePrefix) == (FORMULA, "s", True)
    assert rows_of(tmp_path, "articles")[0]["title"] == f"'{FORMULA}"
    assert pq.read_table(tmp_path / "articles.parquet")["title"].to_pylist() == [FORMULA]
    assert json.loads((tmp_path / "articles.jsonl").read_text(encoding="utf-8"))["title"] == FORMULA


def test_a_sheet_has_a_frozen_header_and_filters_over_its_rows(tmp_path: Path) -> None:
    write(tmp_path, [article_rows("one"), article_rows("two")], ("xlsx",))
    book = openpyxl.load_workbook(tmp_path / "tables.xlsx")
    assert book.sheetnames == list(TABLES)
    assert book["articles"].freeze_panes == "A2"
    assert str(book["articles"].auto_filter.ref).endswith("3")
    assert all(cell.font.b for cell in book["articles"][1])


def test_a_table_longer_than_a_sheet_goes_on_in_a_further_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "_LAST_ROW", 4)
    write(tmp_path, [article_rows(str(i)) for i in range(5)], ("xlsx",))
    assert [row[0] for row in sheet(tmp_path, "cases")] == ["case_id", "0#1", "1#1", "2#1"]
    assert [row[0] for row in sheet(tmp_path, "cases 2")] == ["case_id", "3#1", "4#1"]


def test_a_text_longer_than_a_cell_is_cut_and_says_so(tmp_path: Path) -> None:
    write(tmp_path, [article_rows("one", title="x" * 40_000)])
    head, row = sheet(tmp_path, "articles")
    title = row[head.index("title")]
    assert len(title) == 32_767
    assert title.endswith("[…]")
    assert len(rows_of(tmp_path, "articles")[0]["title"]) == 40_000


def test_control_characters_and_line_breaks_survive(tmp_path: Path) -> None:
    title = "a\x0bb\nc\td\N{GRINNING FACE}"
    write(tmp_path, [article_rows("one", title=title)])
    head, row = sheet(tmp_path, "articles")
    assert unescape(row[head.index("title")]) == title  # as Excel itself does
    assert rows_of(tmp_path, "articles")[0]["title"] == title
    assert pq.read_table(tmp_path / "articles.parquet")["title"].to_pylist() == [title]


def test_two_runs_write_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write(tmp_path / name, [article_rows("one")])
    for path in (tmp_path / "a").iterdir():
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes(), path.name


def test_nothing_is_left_of_tables_that_were_not_finished(tmp_path: Path) -> None:
    (tmp_path / "tables.xlsx").write_text("the earlier run", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), ExitStack() as stack:
        for writer in open_writers(FORMATS, tmp_path, stack):
            writer.write(article_rows("one"))
        raise KeyboardInterrupt
    assert [path.name for path in tmp_path.iterdir()] == ["tables.xlsx"]
    assert (tmp_path / "tables.xlsx").read_text(encoding="utf-8") == "the earlier run"


def test_formats_are_named_in_a_list() -> None:
    assert read_formats("CSV, parquet,csv") == ("csv", "parquet")
    for given in ("", ",", "csv,ods"):
        with pytest.raises(CasetabError, match="casetab writes csv, parquet, xlsx, jsonl"):
            read_formats(given)


def test_the_data_package_points_to_files_that_are_there() -> None:
    labs = {
        formats: next(r for r in data_package(formats)["resources"] if r["name"] == "labs")["path"]
        for formats in [("parquet", "csv"), ("xlsx", "parquet"), ("xlsx",), ("jsonl",)]
    }
    assert list(labs.values()) == ["labs.csv", "labs.parquet", "tables.xlsx", "articles.jsonl"]
