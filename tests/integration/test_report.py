"""``casetab report`` over whole runs: what is there, that it is the same every time, and what goes wrong plainly."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import ARTICLES, ROOT, rows_of
from markupsafe import escape
from review_runs import Reviewers, write_small_run

from extract.report.page import write_report
from extract.review.store import Store

PLOT = re.compile(r'<figure id="([^"]+)"')


@pytest.fixture(scope="module")
def reported(corpus_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the corpus' run with its report."""
    folder = tmp_path_factory.mktemp("report") / "run"
    shutil.copytree(corpus_run, folder)
    write_report(folder)
    return folder


def page(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


def test_the_report_of_the_corpus_has_every_plot(reported: Path) -> None:
    plots = PLOT.findall(page(reported))
    assert plots == [
        "flow-articles", "patients-age", "patients-outcome", "patients-followup", "reported-share", "reported-map",
        "strength-change", "strength-days", "strength-muscles", "timeline-cases", "frequent-drugs",
        "frequent-analytes", "frequent-levels", "frequent-muscles", "frequent-scales", "labs-values",
    ]  # fmt: skip


def test_the_same_folder_gives_the_same_bytes(reported: Path) -> None:
    before = {path.name: path.read_bytes() for path in [reported / "report.html", *(reported / "quotes").iterdir()]}
    write_report(reported)
    after = {path.name: path.read_bytes() for path in [reported / "report.html", *(reported / "quotes").iterdir()]}
    assert before == after


def test_the_page_asks_nothing_of_any_network(reported: Path) -> None:
    text = page(reported)
    assert re.findall(r'(?:src|href)="(?!#|quotes/|data:text/csv;)[^"]*"', text) == []
    assert "default-src 'none'" in text
    assert "<script" not in text


def test_every_link_leads_to_a_row_that_is_there(reported: Path) -> None:
    links = set(re.findall(r'href="(quotes/[^"#]+)#([^"]+)"', page(reported)))
    assert len(links) > 50
    pages = {place: (reported / place).read_text(encoding="utf-8") for place, _ in links}
    assert [link for link in sorted(links) if f'<article id="{link[1]}">' not in pages[link[0]]] == []


def test_every_row_of_the_run_is_on_its_article_s_page(reported: Path) -> None:
    for row in rows_of(reported, "labs"):
        text = (reported / "quotes" / f"{row['article_id']}.html").read_text(encoding="utf-8")
        assert f">{row['record_id']}<" in text


def test_the_report_may_lie_elsewhere(reported: Path, tmp_path: Path, casetab: Callable[..., Any]) -> None:
    out = tmp_path / "other place" / "my report.html"
    outcome = casetab("report", reported, "--out", out)
    assert (outcome.status, outcome.out) == (0, "")
    assert "16 plots over 16 articles" in outcome.err
    text = out.read_text(encoding="utf-8")
    place = re.search(r'href="([^"#]*)quotes/[^"]+"', text)
    assert place is not None
    way = out.parent / place[1].replace("%20", " ")
    assert way.resolve() == reported.resolve()


def test_a_run_with_a_protocol_ends_with_the_report_of_its_variables(
    tmp_path: Path, casetab: Callable[..., Any]
) -> None:
    protocol = tmp_path / "protocol.yaml"
    protocol.write_text(
        "title: A protocol\nvariables:\n"
        "  age: {table: cases, value: age_years, label: '<script>alert(1)</script> & age'}\n"
        "  steroid: {table: drugs, drug: prednisolone, pick: any}\n"
        "  lithium: {table: drugs, drug: lithium, pick: any}\n",
        encoding="utf-8",
    )
    arguments = ["run", ARTICLES, "--out", tmp_path, "--protocol", protocol, "-j1", "-q"]
    assert casetab(*arguments).status == 0
    text = page(tmp_path)
    plots = PLOT.findall(text)
    assert plots[1:6] == ["variable-age", "variable-steroid", "variable-lithium", "missing-share", "missing-map"]
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; age" in text
    assert re.search(r"lithium</h3>.*?19 not reported. No case reports it", text, re.DOTALL)
    before = page(tmp_path)
    again = casetab(*arguments)
    assert (again.status, page(tmp_path)) == (0, before), "the report is no article of the next run"


def test_a_later_run_without_protocol_says_that_the_report_is_old(
    tmp_path: Path, casetab: Callable[..., Any]
) -> None:
    article = ARTICLES / "report_thyrotoxic_paralysis.txt"
    assert casetab("run", article, "--out", tmp_path, "-j1").status == 0
    assert casetab("report", tmp_path).status == 0
    assert "shows an earlier run" in casetab("run", article, "--out", tmp_path, "-j1").err


def test_a_run_without_csv_tables_has_no_report_and_says_so(tmp_path: Path, casetab: Callable[..., Any]) -> None:
    article = ARTICLES / "report_thyrotoxic_paralysis.txt"
    protocol = ROOT / "corpus" / "protocol.yaml"
    told = casetab("run", article, "--out", tmp_path, "--protocol", protocol, "--format", "parquet", "-j1")
    assert told.status == 0
    assert "no report.html" in told.err
    asked = casetab("report", tmp_path)
    assert asked.status == 2
    assert "labs.csv" in asked.err
    assert "--format csv" in asked.err


def test_articles_that_failed_are_named_with_the_reason(tmp_path: Path, casetab: Callable[..., Any]) -> None:
    inputs = tmp_path / "in"
    inputs.mkdir()
    (inputs / "a<b>.pdf").write_bytes(b"no PDF")
    (inputs / "empty.txt").write_text("", encoding="utf-8")
    (inputs / "good.txt").write_text("A 53-year-old woman had a serum sodium of 130 mmol/L.", encoding="utf-8")
    assert casetab("run", inputs, "--out", tmp_path / "out", "-j1", "-q").status == 1
    assert casetab("report", tmp_path / "out").status == 0
    text = page(tmp_path / "out")
    assert "Articles that gave nothing" in text
    assert "a&lt;b&gt;" in text
    failed = [row for row in rows_of(tmp_path / "out", "articles") if row["status"] == "failed"]
    assert {row["article_id"] for row in failed} == {"a<b>", "empty"}
    assert "2 articles failed" in text
    assert [row["error"] for row in failed if str(escape(row["error"])) not in text] == []


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("drugs.csv", None, "drugs.csv not found"),
        ("datapackage.json", "{", "cannot be read"),
        ("labs.csv", 'record_id\n"a', "labs.csv: cannot be read as a table"),
        ("labs.csv", "record_id,article_id\nx:lab:1,no such article\n", "'no such article' are not in the order"),
    ],
)
def test_a_folder_that_is_no_whole_run_is_refused(
    name: str, content: str | None, problem: str, reported: Path, tmp_path: Path, casetab: Callable[..., Any]
) -> None:
    folder = tmp_path / "run"
    shutil.copytree(reported, folder, ignore=shutil.ignore_patterns("quotes", "report.html"))
    (folder / name).unlink()
    if content is not None:
        (folder / name).write_text(content, encoding="utf-8")
    outcome = casetab("report", folder)
    assert outcome.status == 2
    assert problem in outcome.err
    assert not (folder / "report.html").exists()


def test_the_tables_and_the_data_package_are_enough(reported: Path, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(reported, folder, ignore=shutil.ignore_patterns("quotes", "report.html", "run.json"))
    assert write_report(folder).articles == len(rows_of(folder, "articles"))


def test_the_tables_of_a_review_have_a_report_that_says_so(
    reported: Path, tmp_path: Path, casetab: Callable[..., Any]
) -> None:
    run, final = write_small_run(tmp_path), tmp_path / "final"
    with Store.beside(run) as store:
        Reviewers(run, store).accept("Ada", "sodium")
    assert casetab("review", "export", run, "--out", final).status == 0
    assert casetab("report", final).status == 0
    assert "Made from the tables of a review" in page(final)
    assert "not checked by a person" in page(reported)


def test_the_commands_of_the_documentation_do_what_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, casetab: Callable[..., Any]
) -> None:
    text = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    (tmp_path / "articles").mkdir()
    for name in ("report_thyrotoxic_paralysis.txt", "spinal_flavum_abscess.txt"):
        shutil.copy(ARTICLES / name, tmp_path / "articles")
    shutil.copy(ROOT / "corpus" / "protocol.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    commands = re.findall(r"^casetab (.+)$", text, re.MULTILINE)
    assert len(commands) == 4
    for command in commands:
        assert casetab(*command.split(), "--quiet").status == 0, command
    for made in ("report.html", "tables.xlsx", "quotes/spinal_flavum_abscess.html"):
        assert (tmp_path / "tables" / made).is_file(), made


def test_the_documentation_names_the_sections_that_there_are(reported: Path) -> None:
    text = (ROOT / "docs" / "report.md").read_text(encoding="utf-8")
    titles = re.findall(r"<h2[^>]*>([^<]+)</h2>", page(reported))
    assert len(titles) == 7
    assert [title for title in titles if f"| {title.lower()} |" not in text] == []
