"""What a spreadsheet program makes of the workbook: its links, its limits, and LibreOffice's reading of it."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import warnings
from contextlib import ExitStack
from pathlib import Path

import openpyxl
import pytest
from helpers import ALL_TABLES, ARTICLES, rows_of
from test_formats import article_rows

from extract.cli import main
from extract.tables import xlsx
from extract.tables.quotes import link, page_name, write_quotes
from extract.tables.schema import TABLES, Rows

# comma, quotes, UTF-8, from line 1, English, numbers as they are and not as shown, all sheets
TO_CSV = "csv:Text - txt - csv (StarCalc):44,34,76,1,,1033,false,false,false,false,false,-1"


def write(folder: Path, articles: list[Rows]) -> openpyxl.Workbook:
    with ExitStack() as stack:
        book = xlsx.Workbook(folder, stack, TABLES)
        for rows in articles:
            book.write(rows)
    for rows in articles:
        write_quotes(folder, rows)
    return openpyxl.load_workbook(folder / "tables.xlsx")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run over articles of the corpus and one that means no good, with a workbook."""
    folder = tmp_path_factory.mktemp("workbook")
    hostile = folder / "=1+1 #2 & 'x'.txt"
    hostile.write_text("A 53-year-old man was given =2 mg haloperidol. Serum sodium was 130 mmol/L.", encoding="utf-8")
    inputs = [hostile, *sorted(ARTICLES.glob("*.txt"))[:5]]
    with pytest.MonkeyPatch.context() as patch, pytest.raises(SystemExit) as ended:
        patch.setattr("sys.argv", ["casetab", "run", *map(str, inputs), "--out", str(folder / "out"), "-j1", "-q",
                                   "--format", "csv,xlsx"])  # fmt: skip
        main()
    assert not ended.value.code
    return folder / "out"


def test_every_row_leads_to_its_quote(run: Path) -> None:
    book = openpyxl.load_workbook(run / "tables.xlsx")
    pages: dict[str, str] = {}
    links = 0
    for name in ("cases", *(name for name in ALL_TABLES if name not in ("articles", "cases"))):
        for (cell,) in book[name].iter_rows(min_row=2, max_col=1):
            assert cell.hyperlink is not None, cell.value
            place = cell.hyperlink.target.replace("\\", "/")  # as Excel writes it
            page = pages.setdefault(place, (run / place).read_text(encoding="utf-8"))
            assert f'<article id="{cell.hyperlink.location}">' in page, cell.value
            links += 1
    assert links > 50
    assert len(pages) > 3


def test_an_article_of_any_name_has_a_page_that_links_can_reach() -> None:
    names = ["plain-1", "a b#c", "../up", "été", "a/b", "a?b", "", "x" * 300]
    pages = [page_name(name) for name in names]
    assert pages[0] == "plain-1.html"
    assert len(set(pages)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,120}\.html", page) for page in pages)
    assert link("a b#c", "a b#c:lab:12").endswith(".html#lab-12")
    assert link("one", "one#2") == "quotes/one.html#case-2"
    assert link("one", "one:lab:3; one:lab:4") == "quotes/one.html#lab-3", "several rows lead to the first"


def test_rows_beyond_the_most_links_of_a_sheet_are_there_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xlsx, "_MOST_LINKS", 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        book = write(tmp_path, [article_rows(str(i)) for i in range(4)])
    cells = [book["cases"].cell(row, 1) for row in range(2, 6)]
    assert [cell.value for cell in cells] == ["0#1", "1#1", "2#1", "3#1"]
    assert [cell.hyperlink is not None for cell in cells] == [True, True, False, False]


def test_a_link_that_reads_like_a_formula_is_text(tmp_path: Path) -> None:
    book = write(tmp_path, [article_rows("=1+1")])
    cell = book["articles"]["A2"]
    assert (cell.value, cell.data_type, cell.quotePrefix) == ("=1+1", "s", True)
    assert (tmp_path / cell.hyperlink.target.replace("\\", "/")).is_file()


def test_libreoffice_reads_the_same_rows_as_from_the_csv_tables(run: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        if os.environ.get("CASETAB_REQUIRE_BROWSER") == "1":
            pytest.fail("LibreOffice is not on the PATH, and all programs are required")
        pytest.skip("LibreOffice is not on the PATH")
    command = [office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless", "--convert-to", TO_CSV]
    command += ["--outdir", str(tmp_path), str(run / "tables.xlsx")]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    for table in ALL_TABLES:
        with (tmp_path / f"tables-{table}.csv").open(encoding="utf-8", newline="") as stream:
            read = list(csv.DictReader(stream))
        written = rows_of(run, table)
        assert len(read) == len(written)
        for found, row in zip(read, written, strict=True):
            assert {name: plain(cell) for name, cell in found.items()} == {n: plain(c) for n, c in row.items()}
    assert {row["article_id"] for row in rows_of(run, "labs")} >= {"'=1+1 #2 & 'x'"}


def plain(cell: str) -> str | float:
    """Return a cell without the apostrophe that makes a formula harmless in CSV; a number however it is written."""
    try:
        return float(cell)
    except ValueError:
        return cell.removeprefix("'")
