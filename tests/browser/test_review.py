"""The review page in a browser: two reviewers, by keys alone, from the first row to the exported tables."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from review_runs import HYPONATRAEMIA, Reviewers, write_made_run, write_small_run

from extract.review.store import Store

if TYPE_CHECKING:
    from conftest import Outcome
    from playwright.sync_api import Browser, Locator, Page

    Command = Callable[..., Outcome]

START = "from extract.cli import main; main()"


@contextmanager
def served(run: Path, reviewer: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start the page; yield its address and the process."""
    command = [sys.executable, "-c", START, "review", str(run), "--reviewer", reviewer, "--no-browser", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        told = ""
        for line in process.stderr:
            told += line
            if found := re.search(r"http://\S+", line):
                yield found.group(), process
                break
        else:
            pytest.fail(f"the page did not start: {told}")
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stderr.close()


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return write_small_run(tmp_path)


def open_article(page: Page, address: str, article: str) -> None:
    """Come in through the list of articles, by keys."""
    page.goto(address)
    page.locator(f'a.go[href$="id={article}"]').focus()
    page.keyboard.press("Enter")
    page.locator(".row[aria-current]").wait_for()


def row(page: Page, name: str) -> Locator:
    return page.locator(".row", has=page.locator(".name", has_text=re.compile(f"^{name}$")))


def current(page: Page) -> str:
    return page.locator(".row[aria-current] .name").inner_text()


def says(page: Page, text: str) -> None:
    """Wait until the page says something."""
    page.locator("#status", has_text=text).wait_for()


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def expect_saved(page: Page) -> None:
    """Wait until nothing is on its way to the server."""
    while page.locator(".saving").count():
        page.wait_for_timeout(50)


def type_into(page: Page, name: str, text: str) -> None:
    """Go to a field of the open form with the Tab key and type there."""
    for _ in range(80):
        if page.evaluate("document.activeElement.name") == name:
            break
        page.keyboard.press("Tab")
    else:
        pytest.fail(f"the Tab key does not lead to {name}")
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def review_as_ada(page: Page) -> None:
    """Decide on every row of the article, by keys alone, with a wrong type, an addition and an undo among it."""
    press(page, "a", "c")
    page.locator("dialog#form[open]").wait_for()
    type_into(page, "value", "high")
    press(page, "Enter")
    says(page, "1 field cannot be read")
    wrong = page.locator("dialog#form [name=value]")
    assert wrong.get_attribute("aria-invalid") == "true"
    assert "a number is expected" in page.locator("#e-value").inner_text()
    assert page.evaluate("document.activeElement.name") == "value"
    type_into(page, "value", "121")
    type_into(page, "value_text", "121")
    press(page, "Enter")
    row(page, "potassium").and_(page.locator("[aria-current]")).wait_for()
    press(page, "r", "1")
    page.locator(".row.rejected").wait_for()
    press(page, "a", "a", "a")
    page.locator("#progress", has_text="6 of 6 decided").wait_for()
    press(page, "u")
    page.locator("#progress", has_text="5 of 6 decided").wait_for()
    assert current(page) == "hydrochlorothiazide"
    press(page, "a")
    page.locator("#progress", has_text="6 of 6 decided").wait_for()
    press(page, "n", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "Shift+ArrowRight", "Enter")
    page.locator("dialog#form[open]").wait_for()
    assert page.locator("dialog#form q").inner_text() == "before admission."
    press(page, "Shift+Tab", "ArrowUp")
    page.locator("dialog#form[open] [name=level]").wait_for()
    press(page, "ArrowUp")
    page.locator("dialog#form[open] [name=muscle]").wait_for()
    press(page, "ArrowUp")
    page.locator("dialog#form[open] [name=analyte]").wait_for()
    type_into(page, "analyte", "chloride")
    type_into(page, "value_text", "88")
    press(page, "Enter")
    row(page, "chloride").wait_for()
    page.locator("#progress", has_text="6 of 6 decided, 1 added").wait_for()
    press(page, "f")
    page.locator(".badge.finished").wait_for()


def test_two_reviewers_from_the_first_row_to_the_final_tables(
    run: Path, page: Page, browser: Browser, casetab: Command, tmp_path: Path
) -> None:
    with served(run, "Ada") as (for_ada, _), served(run, "Bob") as (for_bob, _):
        open_article(page, for_ada, "sodium")
        review_as_ada(page)
        other = browser.new_page(viewport={"width": 1280, "height": 1100})
        open_article(other, for_bob, "sodium")
        assert {one.get_attribute("data-state") for one in other.locator(".row").all()} == {"open"}
        assert "chloride" not in other.content()  # blind to what Ada has done
        press(other, "Shift+A")
        says(other, "6 rows accepted")
        press(other, "f")
        other.get_by_role("link", name="Compare (3 open)").click()
        settle(other)
        other.close()
    assert casetab("review", "export", run, "--out", tmp_path / "final").status == 0
    plain = (run / "labs.csv").read_text(encoding="utf-8").splitlines()
    start = HYPONATRAEMIA.index("before admission.")
    added = (
        "sodium:lab:add1,sodium,sodium#1,patient,present,,,,case,chloride,,2075-0,,=,89,89,,,,,,,,,,,,,,"
        f"before admission.,{start},{start + 17},,,reviewer,1,Ada; Bob,added"
    )
    corrected = plain[4].replace("112,112,", "120,120,").replace(",112,meq/L,112,", ",120,meq/L,120,")
    assert (tmp_path / "final" / "labs.csv").read_text(encoding="utf-8").splitlines() == [
        f"{plain[0]},reviewed_by,decision",
        *(f"{line},,unreviewed" for line in plain[1:4]),
        f"{corrected},Ada; Bob,corrected",
        f"{plain[5]},Ada; Bob,accepted",
        added,
        f"{plain[6]},Ada; Bob,accepted",
    ]


def settle(page: Page) -> None:
    """Settle three differences: by a third value, as one of the two wants it, and by a third value of an addition."""
    page.locator("h1", has_text="Seizures").wait_for()
    page.locator("section.case[aria-current]").wait_for()
    press(page, "3")
    page.locator("dialog#form[open]").wait_for()
    type_into(page, "value_text", "120")
    press(page, "Enter")
    page.locator(".case .badge.accepted").wait_for()
    press(page, "o", "2")
    page.locator(".case .badge.accepted").nth(1).wait_for()
    press(page, "o", "3")
    page.locator("dialog#form[open]").wait_for()
    type_into(page, "value_text", "89")
    press(page, "Enter")
    page.locator("p.lead", has_text="(0 open)").wait_for()


def results(count: int) -> list[str]:
    return [f"marker{number} {number + 1} mg/dL" for number in range(count)]


class Keys:
    """Presses keys and counts them; text counts by its characters."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def press(self, *keys: str) -> None:
        self.count += len(keys)
        press(self.page, *keys)

    def type(self, text: str) -> None:
        self.count += len(text)
        self.page.keyboard.type(text)


def test_a_hundred_rows_of_which_five_are_wrong_take_few_keys(tmp_path: Path, page: Page) -> None:
    run = write_made_run(tmp_path, "made", results(99))
    wrong = (10, 30, 50, 70, 90)
    with served(run, "Ada") as (address, _):
        open_article(page, address, "made")
        keys = Keys(page)
        rows = page.locator(".row")
        for number in range(rows.count()):
            page.locator(".row[aria-current]").wait_for()
            if number not in wrong:
                keys.press("a")
                continue
            keys.press("c")
            page.locator("dialog#form[open]").wait_for()
            before = keys.count
            while page.evaluate("document.activeElement.name") != "value_text":
                keys.press("Tab")
            assert keys.count - before < 10
            keys.type("7")
            keys.press("Enter")
            page.locator("dialog#form").wait_for(state="hidden")
        page.locator("#progress", has_text="100 of 100 decided").wait_for()
        keys.press("f")
        page.locator(".badge.finished").wait_for()
    assert rows.count() == 100
    assert keys.count <= 130 + 1  # "f" is for the article
    with Store.beside(run) as store:
        kept = list(store.current("Ada", "made").values())
    assert sorted(one.action for one in kept) == ["accept"] * 95 + ["correct"] * 5


def test_what_was_seen_is_accepted_with_one_key(tmp_path: Path, page: Page) -> None:
    from playwright.sync_api import expect

    run = write_made_run(tmp_path, "made", results(99))
    with served(run, "Ada") as (address, _):
        open_article(page, address, "made")
        keys = Keys(page)
        keys.press("A")
        says(page, "that you have not seen yet")
        assert 3 < page.locator(".row.accepted").count() < 40
        keys.press("End")
        undecided = page.locator(".row[data-open='1']")
        while left := undecided.count():
            keys.press("k", "k", "k", "k")
            page.wait_for_timeout(300)  # a row counts as seen when the browser has painted it
            keys.press("A")
            expect(undecided).not_to_have_count(left)
        assert keys.count < 130


def test_two_browsers_that_decide_at_once_lose_nothing(tmp_path: Path, browser: Browser) -> None:
    run = write_made_run(tmp_path, "made", results(39))
    with served(run, "Ada") as (address, _), served(run, "Ada") as (second, _), served(run, "Bob") as (third, _):
        pages = [browser.new_page() for _ in range(3)]
        for opened, at in zip(pages, (address, second, third), strict=True):
            open_article(opened, at, "made")
        for _ in range(20):
            for opened in pages:
                opened.keyboard.press("a")
        press(pages[1], "End")
        for _ in range(20):
            press(pages[1], "a")
            press(pages[2], "a")
        for opened in pages:
            expect_saved(opened)
            shown = opened.locator(".row.accepted").evaluate_all("rows => rows.map(row => row.dataset.key)")
            who = "Bob" if opened is pages[2] else "Ada"
            with Store.beside(run) as store:
                assert set(shown) <= set(store.current(who, "made"))
            opened.close()
        with Store.beside(run) as store:
            assert len(store.current("Bob", "made")) == 40
            assert len(store.current("Ada", "made")) >= 20


def test_a_killed_server_has_kept_what_it_acknowledged(tmp_path: Path, browser: Browser) -> None:
    run = write_made_run(tmp_path, "made", results(199))
    acknowledged: set[str] = set()
    for moment in (0, 40, 90, 170):
        with served(run, "Ada") as (address, process):
            page = browser.new_page()
            kept = page.locator(".row.accepted:not(.saving)")
            open_article(page, address, "made")
            before = kept.count()
            press(page, *"aaaaaaaaaaaa")
            kept.nth(before).wait_for()
            page.wait_for_timeout(moment)
            process.send_signal(signal.SIGKILL)
            expect_saved(page)
            seen = page.locator(".row.accepted").evaluate_all("rows => rows.map(row => row.dataset.key)")
            acknowledged.update(seen)
            if page.locator(".row.failed").count():
                assert "does not answer" in page.locator("#status").inner_text()
            page.close()
        with Store.beside(run) as store:
            assert acknowledged <= set(store.current("Ada", "made"))
    assert len(acknowledged) >= 4  # each server has acknowledged something


HOSTILE = [
    '<script>document.title="broken"</script> 1 mg/dL',
    "<img src=x onerror=document.title='broken'> 2 mg/dL",
    '=HYPERLINK("http://example.org") 3 mg/dL',
    "{{ 7 * 7 }} & &amp; </mark></p></body> 4 mg/dL",
    "\u202eesrever 5 mg/dL",
]


def test_text_of_any_kind_shows_as_text(tmp_path: Path, page: Page) -> None:
    run = write_made_run(tmp_path, "hostile", HOSTILE)
    with served(run, "<b>Ada</b>") as (address, _):
        open_article(page, address, "hostile")
        shown = page.locator("#normalized").inner_text()
        assert [text for text in HOSTILE[:4] if text not in shown] == []
        names = page.locator(".row .name").all_inner_texts()
        assert names[1:5] == [text.rsplit(" ", 2)[0] for text in HOSTILE[:4]]
        press(page, "s")
        page.locator("#source mark").first.wait_for()
        assert HOSTILE[0] in page.locator("#source").inner_text()
        page.goto(f"{address.partition('?')[0]}rows?q=script")
        assert "<script>document" in page.locator("table.articles").inner_text()
        assert page.title() == "Rows – casetab review"
        assert page.locator("script").count() == 1


def test_ten_thousand_marks_stay_usable(tmp_path: Path, page: Page) -> None:
    run = write_made_run(tmp_path, "long", results(9_999))
    with served(run, "Ada") as (address, _):
        open_article(page, address, "long")
        assert page.locator("#normalized mark").count() == 9_999
        press(page, "a", "a", "j", "s")
        page.locator("#source mark").nth(9_998).wait_for(state="attached")
        page.locator("#progress", has_text="2 of 10000 decided").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(run: Path, page: Page, violations: Callable[[Page], list[str]], scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    with Store.beside(run) as store:
        they = Reviewers(run, store)
        they.accept("Ada", "anaemia")
        they.accept("Bob", "anaemia")
        they.reject("Bob", "anaemia", "lab:1", reason="not what the text says")
        they.correct("Ada", "sodium", "lab:1", value="113")
        they.finish("anaemia")
    with served(run, "Ada") as (address, _):
        page.goto(address)
        assert violations(page) == []
        for path in ("rows?q=sodium", "reviewer", "adjudicate?id=anaemia", "article?id=nothing", "article?id=anaemia"):
            page.goto(address.partition("?")[0] + path)
            assert violations(page) == []
        open_article(page, address, "sodium")
        assert violations(page) == []
        for key, dialog in (("?", "#help"), ("c", "#form"), ("r", "#reject")):
            press(page, key)
            page.locator(f"dialog{dialog}[open]").wait_for()
            assert violations(page) == []
            press(page, "Escape")
        press(page, "s")
        page.locator("#source mark").first.wait_for()
        assert violations(page) == []


@pytest.mark.parametrize("width", [640, 320])  # of 1280 pixels at 200 % and 400 %
def test_nothing_is_cut_off_when_zoomed_in(run: Path, browser: Browser, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 450})
    with served(run, "Ada") as (address, _):
        page.goto(address)
        for path in ("", "rows", "article?id=sodium"):
            page.goto(address.partition("?")[0] + path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.locator(".row[aria-current]").wait_for()
        press(page, "j", "c")
        page.locator("dialog#form[open]").wait_for()
        type_into(page, "value_text", "113")
        box = page.locator("dialog#form [name=value_text]").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert 0 <= box["y"] <= 450
        press(page, "Enter")
        page.locator(".row.corrected").wait_for()
    page.close()


def test_what_stands_on_the_other_side_is_shown(run: Path, page: Page) -> None:
    with served(run, "Ada") as (address, _):
        open_article(page, address, "sodium")
        press(page, "j", "j")
        assert page.locator("mark.on").all_inner_texts() == ["potassium was 3.1 mmol/L"]
        page.locator("mark", has_text="deltoid was 4/5").click()
        assert current(page) == "left deltoid"
        press(page, "/")
        page.keyboard.type("134")
        press(page, "Enter")
        assert current(page) == "sodium"
        assert page.locator(".row:visible").count() == 1
