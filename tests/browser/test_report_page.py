"""The report as a person sees it: in a browser, with no network."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Page

HOSTILE = (
    "Case report\n\nA 53-year-old woman was admitted with weakness. Serum sodium was 130 mmol/L (135-145). On day 3 "
    "sodium was 138 mmol/L. Strength of the left deltoid was 3/5. She was given prednisolone 60 mg daily. After 30 "
    "days strength of the left deltoid was 5/5 and she had recovered."
)


@pytest.fixture(scope="module")
def reported(corpus_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run over the corpus and an article whose name is markup, with a protocol and its report."""
    from extract.protocol.analysis import Analysis
    from extract.protocol.read import read_protocol
    from extract.report.page import write_report
    from extract.rules.load import load_rules
    from extract.run.batch import Options, run_all
    from extract.run.worklist import find_articles
    from extract.run.write import write_run

    folder = tmp_path_factory.mktemp("browser")
    hostile = folder / "<script>console.error('run')<" / "a & b <img src=x onerror=alert(1)>.txt"
    hostile.parent.mkdir()
    hostile.write_text(HOSTILE, encoding="utf-8")
    rules = load_rules()
    analysis = Analysis(read_protocol(ROOT / "corpus" / "protocol.yaml", rules), rules)
    articles = find_articles([str(ROOT / "corpus" / "articles"), str(hostile)])
    write_run(folder / "run", run_all(articles, Options(workers=1)), {}, 0.0, analysis=analysis)
    write_report(folder / "run")
    return folder / "run"


def opened(page: Page, folder: Path) -> list[str]:
    """Open the report with all networks cut off; return what it asked for beside itself."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.set_offline(True)
    page.goto((folder / "report.html").as_uri())
    return [url for url in asked if url != page.url and not url.startswith("data:")]


def test_every_plot_is_there_and_has_a_size(page: Page, reported: Path) -> None:
    assert opened(page, reported) == []
    figures = page.locator("figure[id]")
    assert figures.count() > 30
    for number in range(figures.count()):
        figure = figures.nth(number)
        box = figure.locator("svg").bounding_box()
        name = figure.get_attribute("id")
        assert box is not None, name
        assert box["width"] > 200, name
        assert box["height"] > 80, name
        assert len(figure.locator("svg").get_attribute("aria-label") or "") > 20, name


def test_nothing_overflows_the_page_or_its_frame(page: Page, reported: Path) -> None:
    opened(page, reported)
    for width in (1280, 800, 390):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), width
    page.set_viewport_size({"width": 1280, "height": 900})
    outside = page.evaluate(
        """() => [...document.querySelectorAll('figure svg text')].filter(text => {
            const inner = text.getBoundingClientRect(), outer = text.closest('svg').getBoundingClientRect();
            return inner.left < outer.left - 4 || inner.right > outer.right + 4
                || inner.top < outer.top - 4 || inner.bottom > outer.bottom + 4;
        }).map(text => text.closest('figure').id + ': ' + text.textContent)"""
    )
    assert outside == []


def test_the_data_behind_a_plot_are_one_click_away(page: Page, reported: Path, tmp_path: Path) -> None:
    opened(page, reported)
    figure = page.locator("#frequent-drugs")
    assert not figure.locator("table").is_visible()
    figure.locator("summary").click()
    assert figure.locator("tbody tr").count() > 20
    with page.expect_download() as download:
        figure.locator("a[download]").click()
    assert download.value.suggested_filename == "frequent-drugs.csv"
    download.value.save_as(tmp_path / "saved.csv")
    with (tmp_path / "saved.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == figure.locator("tbody tr").count()
    assert rows[0]["name"] == figure.locator("tbody td").first.inner_text()


def test_a_value_leads_to_the_quote_in_its_article(page: Page, reported: Path) -> None:
    opened(page, reported)
    figure = page.locator("#variable-potassium_first")
    figure.locator("summary").click()
    link = figure.locator("td:nth-child(3) a").first
    value, record = link.locator("xpath=../../td[2]").inner_text(), link.inner_text()
    link.click()
    target = page.locator("article:target")
    assert target.locator("h3").inner_text() == record
    assert value in target.locator("mark").inner_text()


def test_markup_in_an_article_s_name_shows_as_text(page: Page, reported: Path) -> None:
    opened(page, reported)
    figure = page.locator("#reported-map")
    assert "a & b" in (figure.locator("svg").text_content() or "")
    figure.locator("summary").click()
    name = figure.get_by_role("link", name="a & b <img src=x onerror=alert(1)>#1")
    assert name.is_visible()
    name.click()
    assert page.locator("h1").inner_text() == "a & b <img src=x onerror=alert(1)>"
    assert page.locator("img").count() == 0


def test_the_report_and_a_page_of_quotes_break_no_rule_of_accessibility(
    page: Page, reported: Path, violations: Callable[[Page], list[str]]
) -> None:
    opened(page, reported)
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert violations(page) == []
    page.goto((reported / "quotes" / "spinal_flavum_abscess.html").as_uri())
    assert violations(page) == []


def test_the_report_prints_without_what_only_a_screen_can_use(page: Page, reported: Path) -> None:
    opened(page, reported)
    page.emulate_media(media="print")
    assert page.locator("#flow-articles svg").is_visible()
    assert not page.locator("nav").is_visible()
    assert not page.locator("summary").first.is_visible()


def test_the_report_alone_is_whole(page: Page, reported: Path, tmp_path: Path) -> None:
    shutil.copy(reported / "report.html", tmp_path / "report.html")
    assert opened(page, tmp_path) == []
    assert page.locator("figure svg").count() > 30
