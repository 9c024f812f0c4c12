"""The server of the review page, asked as a browser asks it."""

from __future__ import annotations

import csv
import html
import re
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from helpers import rows_of

from extract.review.access import CSRF_HEADER, Access
from extract.review.app import create_app
from extract.review.desk import Desk
from extract.review.serve import open_desk
from extract.review.store import ConflictError
from extract.run.batch import run_all
from extract.run.options import Options
from extract.run.worklist import find_articles
from extract.run.write import write_run

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette announces that it will want another client
    from starlette.testclient import TestClient

ARTICLE = """Case report

A 34-year-old woman was admitted with vomiting. Serum sodium was 118 mmol/L and potassium was 2.9 mmol/L. She was given
hydrocortisone 100 mg intravenously every 8 hours. On day 3 serum sodium was 134 mmol/L.
"""
HOSTILE = """Case report

<script>alert("x")</script> A 40-year-old man & his "wife" <b>came</b>. Serum sodium was 121 mmol/L. =1+1 is no value.
"""


@pytest.fixture(scope="module")
def finished_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("review")
    (folder / "articles").mkdir()
    (folder / "articles" / "one.txt").write_text(ARTICLE, encoding="utf-8")
    (folder / "articles" / "two & <i>.txt").write_text(HOSTILE, encoding="utf-8")
    (folder / "articles" / "void.txt").write_text("", encoding="utf-8")
    about = {"options": {"inputs": [str(folder / "articles")]}}
    items = find_articles([str(folder / "articles")])
    write_run(folder / "run", run_all(items, Options(workers=1)), about, 0.0)
    return folder


@pytest.fixture
def run(finished_run: Path, tmp_path: Path) -> Path:
    """Return a run of its own for a test; its articles are those of all tests."""
    return Path(shutil.copytree(finished_run / "run", tmp_path / "run"))


class Browser:
    """A browser that was let in."""

    def __init__(self, desk: Desk, reviewer: str, password: str = "") -> None:
        self.access = Access(desk.store.add_reviewer(reviewer).name, "127.0.0.1", 8321, password)
        self.desk = desk
        self.client = TestClient(create_app(desk, self.access), base_url="http://127.0.0.1:8321")
        self.csrf = ""
        if not password:
            self.csrf = self._csrf(self.client.get(f"/?token={self.access.token}").text)

    @staticmethod
    def _csrf(page: str) -> str:
        found = re.search(r'name="csrf" content="([^"]+)"', page)
        assert found is not None
        return found.group(1)

    def get(self, path: str, **query: object) -> str:
        answer = self.client.get(path, params={name: str(value) for name, value in query.items()})
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, **body: object) -> dict[str, object]:
        answer = self.client.post(path, json=body, headers={CSRF_HEADER: self.csrf})
        assert answer.status_code in (200, 403, 404, 422), answer.text
        return dict(answer.json())

    def rows(self, article: str = "one", **query: object) -> list[dict[str, str]]:
        """Return the rows of the page as the page names them, with what they show."""
        page = self.get("/article", id=article, **query)
        found = []
        for attributes, text in re.findall(r'<li class="row[^"]*"([^>]*)>(.*?)</li>', page, re.DOTALL):
            row = {name: html.unescape(value) for name, value in re.findall(r'data-(\w+)="([^"]*)"', attributes)}
            row["text"] = html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)))
            found.append(row)
        return found

    def row(self, words: str, article: str = "one") -> dict[str, str]:
        return next(row for row in self.rows(article) if words in row["text"])

    def decide(self, action: str, *rows: dict[str, str], article: str = "one", **more: object) -> dict[str, object]:
        sent = [{"key": row["key"], "content": row["content"], "seen": int(row["seen"])} for row in rows]
        return self.post("/article/decide", id=article, action=action, rows=sent, **more)

    def settle(self, article: str = "one") -> None:
        """Accept what is left and finish."""
        self.decide("rest", *[row for row in self.rows(article) if row["open"] == "1"], article=article)
        assert self.post("/article/finish", id=article)["ok"]


@pytest.fixture
def desks(run: Path) -> Iterator[Callable[[], Desk]]:
    opened = []

    def call() -> Desk:
        opened.append(open_desk(run, "", [], lambda _: None))
        return opened[-1]

    yield call
    for desk in opened:
        desk.close()


@pytest.fixture
def ada(desks: Callable[[], Desk]) -> Browser:
    return Browser(desks(), "Ada")


def test_the_list_names_every_article_and_finds_one_by_its_words(ada: Browser) -> None:
    page = ada.get("/")
    assert "3 articles" in page
    assert "could not be read" in page
    assert html.escape("two & <i>") in page
    assert 'class="go"' not in ada.get("/", q="nonesuch")
    assert ada.get("/", q="one").count('class="go"') == 1
    assert ada.get("/", state="failed").count('class="go"') == 1


def test_an_article_shows_its_rows_and_marks_each_in_the_text(ada: Browser) -> None:
    page = ada.get("/article", id="one")
    assert len(ada.rows()) == 5
    marks = re.findall(r"<mark[^>]*>([^<]*)</mark>", page)
    assert "sodium was 118 mmol/L" in marks
    assert all(row["places"] for row in ada.rows())
    assert [row["table"] for row in ada.rows()] == ["cases", "labs", "labs", "labs", "drugs"]


def test_the_source_view_shows_the_file_as_it_is(ada: Browser) -> None:
    part = ada.get("/article/source", id="one")
    assert html.unescape(re.sub(r"<[^>]+>", "", part)).rstrip("\n") == ARTICLE.rstrip("\n")
    assert "<mark" in part


def test_filters_leave_the_rows_that_are_asked_for(ada: Browser) -> None:
    assert {row["table"] for row in ada.rows(table="labs")} == {"labs"}
    ada.decide("accept", ada.rows(table="drugs")[0])
    assert [row["table"] for row in ada.rows(state="accepted")] == ["drugs"]
    assert len(ada.rows(state="open")) == 4
    assert ada.rows(sure="low") == []


def test_rows_are_found_across_articles(ada: Browser) -> None:
    assert ada.get("/rows", q="sodium").count('class="go"') == 3
    assert ada.get("/rows", q="sodium", table="drugs").count('class="go"') == 0
    assert ada.get("/rows", q="sodium", below="").count('class="go"') == 3, "as the form sends it"
    assert ada.get("/rows", below="inf").count('class="go"') > 5
    assert ada.get("/rows", below="0.01").count('class="go"') == 0
    ada.decide("accept", ada.row("118"))
    assert ada.get("/rows", q="sodium", state="open").count('class="go"') == 2
    assert "118" in ada.get("/rows", state="accepted")


def test_accept_moves_the_progress_and_the_tables_stay(ada: Browser, run: Path) -> None:
    before = (run / "labs.csv").read_bytes()
    answer = ada.decide("accept", ada.row("118"))
    assert answer["ok"]
    assert "1 of 5 decided" in str(answer["progress"])
    assert ada.row("118")["state"] == "accepted"
    assert (run / "labs.csv").read_bytes() == before


def test_a_wrong_type_is_refused_with_a_message_beside_the_field(ada: Browser) -> None:
    answer = ada.decide("correct", ada.row("118"), values={"value": "low", "flag": "very"})
    assert not answer["ok"]
    assert sorted(answer["errors"]) == ["flag", "value"]  # type: ignore[call-overload]
    assert ada.row("118")["state"] == "open"


def test_a_correction_shows_before_and_after(ada: Browser) -> None:
    row = ada.row("118")
    form = ada.get("/article/form", id="one", key=row["key"])
    assert re.search(r'name="value_text" value="118"', form)
    assert ada.decide("correct", row, values={"value_text": "119", "value": "118"}, reason="misprint")["ok"]
    row = ada.row("119")
    assert row["state"] == "corrected"
    assert "misprint" in row["text"]
    kept = ada.desk.store.current("Ada")[row["key"]]
    assert (kept.before["value_text"], kept.after["value_text"], kept.after["value"]) == ("118", "119", "119")


def test_a_rejection_keeps_its_reason_and_undo_takes_it_back(ada: Browser) -> None:
    ada.decide("reject", ada.row("hydrocortisone"), reason="planned only")
    assert "planned only" in ada.row("hydrocortisone")["text"]
    assert ada.post("/article/undo", id="one")["ok"]
    assert ada.row("hydrocortisone")["state"] == "open"
    assert "nothing to undo" in str(ada.post("/article/undo", id="one")["message"])


def test_the_rest_is_accepted_in_one_stroke_and_undone_in_one(ada: Browser) -> None:
    rows = ada.rows()
    ada.decide("reject", rows[1])
    answer = ada.decide("rest", *rows)
    assert answer["count"] == 4
    assert [row["state"] for row in ada.rows()] == ["accepted", "rejected", "accepted", "accepted", "accepted"]
    ada.post("/article/undo", id="one")
    assert [row["state"] for row in ada.rows()].count("open") == 4


def test_a_stale_window_is_told_so(ada: Browser) -> None:
    row = ada.row("118")
    ada.decide("accept", row)
    answer = ada.decide("reject", row)
    assert "another window" in str(answer["message"])
    assert (answer["ok"], 'data-state="accepted"' in str(answer["rows"])) == (False, True), "the row as it stands now"
    answer = ada.decide("correct", row, values={"value_text": "117"})
    assert (answer["ok"], 'data-state="accepted"' in str(answer["rows"])) == (False, True)
    assert ada.row("118")["state"] == "accepted"


def marked(browser: Browser, words: str, article: str = "one") -> dict[str, int]:
    """Return the offsets of words in the article as the page shows it."""
    entry = browser.desk.index.entries([article])[0]
    text = browser.desk.texts.of(entry.cells).normalized
    assert text is not None
    return {"start": text.text.index(words), "end": text.text.index(words) + len(words)}


def test_a_missing_fact_is_added_from_marked_words(ada: Browser) -> None:
    form = ada.get("/article/new", id="one", table="labs", **marked(ada, "potassium was 2.9 mmol"))
    place = {name: int(re.search(rf'data-{name}="(\d+)"', form).group(1)) for name in ("start", "end")}  # type: ignore[union-attr]
    assert ARTICLE[place["start"] : place["end"]] == "potassium was 2.9 mmol"
    wrong = ada.post("/article/decide", id="one", action="add", table="labs", **place, values={"value": "x"})
    assert set(wrong["errors"]) == {"analyte", "value"}  # type: ignore[call-overload]
    values = {"analyte": "chloride", "value_text": "80", "case_id": "one#1"}
    sent = {"id": "one", "action": "add", "table": "labs", "values": values, "reason": "from the figure"}
    assert ada.post("/article/decide", **sent, **place)["ok"]
    row = ada.row("chloride")
    assert "from the figure" in row["text"]
    assert (row["state"], row["open"]) == ("added", "0")
    kept = ada.desk.store.current("Ada")[row["key"]].values()
    assert kept["quote"] == ARTICLE[int(kept["start"]) : int(kept["end"])]
    assert kept["section"] == "case"
    ada.decide("reject", row)
    assert len(ada.rows()) == 5


def test_a_missed_patient_can_be_added(ada: Browser) -> None:
    place = {"start": ARTICLE.index("vomiting"), "end": ARTICLE.index("vomiting") + 8}
    answer = ada.post("/article/decide", id="one", action="add", table="cases", **place, values={"sex": "male"})
    assert answer["ok"]
    assert ada.desk.store.current("Ada")[str(answer["key"])].values()["case_id"] == "one#2"


def test_an_article_is_finished_only_when_every_row_is_decided(ada: Browser) -> None:
    ada.decide("accept", ada.rows()[0])
    assert "4 rows are not decided" in str(ada.post("/article/finish", id="one")["message"])
    ada.settle()
    assert "is done with one" in str(ada.decide("reject", ada.rows()[1])["message"])
    assert ada.post("/article/reopen", id="one")["ok"]
    assert ada.decide("reject", ada.rows()[1])["ok"]


def test_reviewers_are_blind_until_both_are_done_and_then_settle_their_differences(
    ada: Browser, desks: Callable[[], Desk]
) -> None:
    ben = Browser(desks(), "Ben")
    ada.decide("reject", ada.row("118"), reason="not about this patient")
    ada.settle()
    assert ben.row("118")["state"] == "open"
    assert "Ada" in ben.get("/")
    assert ben.client.get("/adjudicate", params={"id": "one"}).status_code == 403
    ben.decide("correct", ben.row("134"), values={"value_text": "135"})
    ben.settle()
    page = ada.get("/adjudicate", id="one")
    assert "differ on 2 rows (2 open) and agree on 3" in page
    assert "not about this patient" in page
    assert "2 differences, 2 open" in ada.get("/", state="differ")
    assert ada.get("/rows", state="differ").count('class="go" href="/adjudicate?id=one#row-') == 2
    assert ada.get("/", state="others").count('class="go"') == 1
    records = re.findall(r'data-key="(\w+)" data-table="(\w+)" data-seen="0"', page)
    assert ada.post("/adjudicate/decide", id="one", record=records[0][0], table="labs", choice="second")["ok"]
    late = ben.post("/adjudicate/decide", id="one", record=records[0][0], table="labs", choice="first", seen=0)
    assert "another window" in str(late["message"])
    body = {"id": "one", "record": records[1][0], "table": "labs", "choice": "values"}
    assert not ada.post("/adjudicate/decide", **body, values={"value": "x"})["ok"]
    assert ada.post("/adjudicate/decide", **body, values={"value_text": "136"})["ok"]
    page = ada.get("/adjudicate", id="one")
    assert "(0 open)" in page
    assert "agreed: sodium 136 mmol/L" in page
    assert "2 differences, 0 open" in ada.get("/")
    assert [one.by for one in ada.desk.store.current("consensus").values()] == ["Ada", "Ada"]
    ada.post("/adjudicate/undo", id="one")
    assert "(1 open)" in ada.get("/adjudicate", id="one")
    assert "goes into the consensus" in str(ada.post("/article/reopen", id="one")["message"])


def test_who_is_in_the_middle_of_an_article_does_not_see_where_others_differ(
    ada: Browser, desks: Callable[[], Desk]
) -> None:
    ben, cleo = (Browser(desks(), name) for name in ("Ben", "Cleo"))
    ada.decide("reject", ada.row("118"))
    cleo.decide("accept", cleo.row("134"))
    ada.settle()
    ben.settle()
    for path in ("/", "/rows"):
        assert 'class="go"' in ben.get(path, state="differ")
        assert 'class="go"' not in cleo.get(path, state="differ")


def test_one_fact_added_at_two_places_is_a_difference_in_the_list_too(ada: Browser, desks: Callable[[], Desk]) -> None:
    ben = Browser(desks(), "Ben")
    values = {"analyte": "chloride", "value_text": "80", "case_id": "one#1"}
    for browser, words in ((ada, "potassium"), (ben, "vomiting")):
        place = {"start": ARTICLE.index(words), "end": ARTICLE.index(words) + len(words)}
        sent = {"id": "one", "action": "add", "table": "labs", "values": values}
        assert browser.post("/article/decide", **sent, **place)["ok"]
        browser.settle()
    assert "differ on 2 rows (2 open)" in ada.get("/adjudicate", id="one")
    assert "2 differences, 2 open" in ada.get("/")


def test_a_decision_taken_back_while_another_window_finishes_keeps_the_article_open(ada: Browser) -> None:
    ada.decide("rest", *ada.rows())
    seen = [int(row["seen"]) for row in ada.rows()]
    ada.post("/article/undo", id="one")
    with pytest.raises(ConflictError, match="taken back in another window"):
        ada.desk.store.finish("Ada", "one", seen)
    assert ada.desk.store.finished() == {}


def test_rows_of_a_rejected_patient_have_to_go_before_the_article_is_finished(ada: Browser) -> None:
    ada.decide("reject", ada.rows(table="cases")[0])
    ada.decide("rest", *ada.rows()[1:])
    assert "4 rows of a rejected patient" in str(ada.post("/article/finish", id="one")["message"])
    ada.decide("reject", *ada.rows()[1:])
    assert ada.post("/article/finish", id="one")["ok"]


def change(run: Path, table: str, old: str, new: str) -> None:
    """Write a table as a later run with other rules would."""
    path = run / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_new_run_keeps_the_decisions_that_still_apply_and_shows_those_that_do_not(
    ada: Browser, desks: Callable[[], Desk], run: Path
) -> None:
    ada.decide("rest", *ada.rows())
    change(run, "labs", ",2.9,2.9,", ",2.8,2.8,")
    rows = rows_of(run, "drugs")
    with (run / "drugs.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.DictWriter(stream, list(rows[0])).writeheader()
    assert "written anew" in ada.get("/")
    later = Browser(desks(), "Ada")
    states = {row["text"].split()[0]: row["state"] for row in later.rows()}
    assert "changed" in states.values()
    row = next(row for row in later.rows() if row["state"] == "changed")
    assert "2.9" in row["text"]
    assert "2.8" in row["text"]
    assert row["open"] == "1"
    page = later.get("/article", id="one")
    assert "Decisions that no longer apply" in page
    assert "hydrocortisone 100 mg" in page.partition("Decisions that no longer apply")[2]
    assert "3 of 4 decided" in page
    assert later.decide("accept", row)["ok"]
    assert "4 of 4 decided" in later.get("/article", id="one")


def test_what_a_new_run_changes_is_decided_on_even_where_both_are_done(
    ada: Browser, desks: Callable[[], Desk], run: Path
) -> None:
    ben = Browser(desks(), "Ben")
    ada.settle()
    ben.settle()
    change(run, "labs", ",2.9,2.9,", ",2.8,2.8,")
    later = Browser(desks(), "Ada")
    row = next(row for row in later.rows() if row["state"] == "changed")
    assert "is done with one" in str(later.decide("reject", later.row("118"))["message"])
    assert later.decide("accept", row)["ok"]
    assert "5 of 5 decided" in later.get("/article", id="one")
    assert "is done with one" in str(later.decide("reject", later.row("2.8"))["message"])


def test_markup_in_an_article_is_shown_as_text(ada: Browser) -> None:
    page = ada.get("/article", id="two & <i>")
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in re.sub(r"</?mark[^>]*>", "", page)
    assert len(re.findall(r"<script", page)) == 1


def test_an_article_that_changed_since_the_run_is_reviewed_by_its_quotes(
    finished_run: Path, run: Path, desks: Callable[[], Desk], tmp_path: Path
) -> None:
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "one.txt").write_text(ARTICLE + "More.", encoding="utf-8")
    (run / "run.json").write_text("{}", encoding="utf-8")
    browser = Browser(desks(), "Ada")
    page = browser.get("/article", id="one")
    assert "is not where it was" in page
    assert "--articles" in page
    assert "sodium was 118 mmol/L" in page
    assert "no-text" in page
    assert browser.decide("accept", browser.row("118"))["ok"]
    changed = open_desk(run, "", [moved], lambda _: None)
    assert "has changed since the run" in Browser(changed, "Ada").get("/article", id="one")
    changed.close()
    found = open_desk(run, "", [finished_run / "articles"], lambda _: None)
    assert "<mark" in Browser(found, "Ada").get("/article", id="one")
    found.close()


def test_a_marked_up_article_is_shown_from_the_sources_of_the_run(tmp_path: Path) -> None:
    body = "<p>A 40-year-old man.</p><p>Sodium was 121 mmol/L.</p>"
    page = f"<html><head><title>A report</title></head><body>{body}</body></html>"
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    items = find_articles([str(tmp_path / "page.html")])
    write_run(tmp_path / "run", run_all(items, Options(workers=1)), {}, 0.0)
    (tmp_path / "page.html").unlink()
    desk = open_desk(tmp_path / "run", "", [], lambda _: None)
    shown = Browser(desk, "Ada").get("/article", id="page")
    assert re.findall(r"<mark[^>]*>([^<]*)</mark>", shown) == ["A 40-year-old man", "Sodium was 121 mmol/L"]
    assert "no-text" not in shown
    desk.close()


def test_nobody_gets_in_without_the_token(ada: Browser) -> None:
    stranger = TestClient(create_app(ada.desk, ada.access), base_url="http://127.0.0.1:8321")
    assert stranger.get("/").status_code == 403
    assert stranger.get("/article?id=one").status_code == 403
    assert stranger.get("/?token=guess").status_code == 403
    assert stranger.post("/article/undo", json={"id": "one"}).status_code == 403
    assert stranger.get("/static/review.css").status_code == 200


def test_other_sites_cannot_act_through_the_browser(ada: Browser) -> None:
    body = {"id": "one"}
    ours = {CSRF_HEADER: ada.csrf}
    assert ada.client.post("/article/undo", json=body).status_code == 403
    for more in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        assert ada.client.post("/article/undo", json=body, headers=ours | more).status_code == 403
    assert ada.client.get("/", headers={"Host": "evil.example"}).status_code == 421
    answer = ada.client.get("/")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "https://" not in re.sub(r"https?://127\.0\.0\.1\S*", "", answer.text)


def test_the_cookie_is_for_this_page_alone(ada: Browser) -> None:
    answer = ada.client.get(f"/?token={ada.access.token}", follow_redirects=False)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert answer.headers["location"] == "/"


def test_a_network_is_asked_for_the_password(desks: Callable[[], Desk]) -> None:
    browser = Browser(desks(), "Ada", password="open sesame")
    client = browser.client
    assert "Password" in client.get("/").text
    assert client.get("/?token=" + browser.access.token).url.path == "/login"
    wrong = client.post("/login", data={"name": "Cleo", "password": "guess"})
    assert "not right" in wrong.text
    inside = client.post("/login", data={"name": "Cleo", "password": "open sesame"})
    assert "Cleo" in inside.text
    assert client.get("/", headers={"Host": "192.0.2.7:8321"}).status_code == 200
    assert client.get("/", headers={"Host": "evil.example"}).status_code == 421


def test_what_is_not_there_is_said_in_words(ada: Browser) -> None:
    answer = ada.client.get("/article", params={"id": "nonesuch"})
    assert (answer.status_code, answer.text) == (404, "the run has no article of this name")
    assert "two reviewers have to finish" in ada.client.get("/adjudicate", params={"id": "one"}).text
    assert ada.post("/article/undo", id="nonesuch")["ok"]
    assert ada.decide("accept", article="nonesuch")["message"] == "the run has no article of this name"


def test_another_person_takes_the_seat(ada: Browser) -> None:
    ada.decide("accept", ada.row("118"))
    assert ada.post("/reviewer", name="Ben")["ok"]
    assert ada.row("118")["state"] == "open"
    left = ada.client.post("/article/undo", json={"id": "one"}, headers={CSRF_HEADER: ada.csrf})
    assert "out of date" in left.text, "a window that still shows Ada would decide as Ben"
    ada.csrf = ada._csrf(ada.get("/"))
    assert not ada.post("/reviewer", name="consensus")["ok"]
