"""The command line as a user meets it: exit status, messages, files."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers import ALL_TABLES, ARTICLES, CORPUS_GOLD, ROOT, rows_of

from extract import __version__

if TYPE_CHECKING:
    from conftest import Outcome

    Command = Callable[..., Outcome]

CASETAB = (sys.executable, "-c", "from extract.cli import main; main()")
TEXT = "A 50-year-old man had a fever. Serum sodium was 128 mmol/L. He took aspirin 100 mg daily."


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("one", "two", "three"):
        (folder / f"{name}.txt").write_text(TEXT, encoding="utf-8")
    return folder


def test_a_run_writes_all_tables_and_says_where(casetab: Command, articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "new" / "tables"
    done = casetab("run", articles, "--out", out, "--workers", 1)
    assert done.status == 0
    assert done.out == ""
    assert "3 of 3 articles" in done.err
    assert str(out) in done.err
    names = {path.name for path in out.iterdir()}
    assert names == {f"{name}.csv" for name in ALL_TABLES} | {"datapackage.json", "run.json", "ledger.sqlite"}
    assert [row["status"] for row in rows_of(out, "articles")] == ["ok"] * 3
    told = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert told["casetab"] == __version__
    assert told["counts"]["articles"] == 3
    assert told["options"]["workers"] == 1
    assert len(told["rules"]) == 64
    assert told["libraries"]["spacy"].startswith("3.")
    assert told["seconds"] >= 0


def test_quiet_says_nothing_when_all_is_well(casetab: Command, articles: Path, tmp_path: Path) -> None:
    done = casetab("run", articles, "--out", tmp_path / "out", "-j", 1, "--quiet")
    assert (done.status, done.out, done.err) == (0, "", "")


def test_a_bad_file_costs_only_itself(casetab: Command, articles: Path, tmp_path: Path) -> None:
    (articles / "image.txt").write_bytes(bytes(range(256)) * 8)
    (articles / "nothing.txt").write_bytes(b"")
    (articles / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    done = casetab("run", articles, "--out", tmp_path / "out", "-j", 2)
    assert done.status == 1
    assert "3 of 6 articles failed" in done.err
    rows = {row["article_id"]: row for row in rows_of(tmp_path / "out", "articles")}
    assert {name for name, row in rows.items() if row["status"] == "failed"} == {"image", "nothing", "gone"}
    for name in ("image", "nothing", "gone"):
        assert f"{name}.txt" in rows[name]["error"]
        assert f"failed: {rows[name]['error']}" in done.err
        assert "internal error" not in rows[name]["error"]
    assert {row["article_id"] for row in rows_of(tmp_path / "out", "cases")} == {"one", "two", "three"}


def test_an_unknown_kind_of_file_that_is_named_is_a_failed_article(casetab: Command, tmp_path: Path) -> None:
    scan = tmp_path / "scan.tiff"
    scan.write_bytes(b"II*\0")
    assert casetab("run", scan, "--out", tmp_path / "out", "-j", 1).status == 1
    (row,) = rows_of(tmp_path / "out", "articles")
    assert "unknown kind of file" in row["error"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "nowhere.txt", "--out", "out"),
        ("run", ".", "--out", "out"),
        ("normalize", "nowhere.txt", "--out", "out"),
        ("run", "one.txt"),
        ("run", "--out", "out"),
        ("run", "one.txt", "--out", "out", "--workers", "-1"),
        ("run", "one.txt", "--out", "out", "--rules", "nowhere"),
        ("evaluate", "--gold", "nowhere", "--run", "nowhere"),
        ("rules", "list", "--kind", "planet"),
        ("walk",),
    ],
)
def test_wrong_usage_is_status_2_with_one_clear_message(
    casetab: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = casetab(*arguments)
    assert done.status == 2
    assert done.err.strip()
    assert "Traceback" not in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", ["run", "normalize"])
def test_an_out_folder_that_cannot_be_written_is_told_at_once(
    casetab: Command, articles: Path, tmp_path: Path, command: str
) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    done = casetab(command, articles, "--out", tmp_path / "file" / "out")
    assert done.status == 2
    assert "cannot write to" in done.err
    assert "Traceback" not in done.err


def test_the_users_own_rules_are_checked_and_used(casetab: Command, articles: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "routes.tsv").write_text("route\tsynonyms\nby dart\tdart\tgun\n", encoding="utf-8")
    broken = casetab("run", articles, "--out", tmp_path / "out", "--rules", mine)
    assert broken.status == 2
    assert "routes.tsv:2" in broken.err
    checked = casetab("rules", "check", "--rules", mine)
    assert checked.status == 1
    assert "routes.tsv:2" in checked.err
    (mine / "routes.tsv").write_text("route\tsynonyms\nby dart\tdart gun\n", encoding="utf-8")
    assert casetab("rules", "check", "--rules", mine).status == 0
    listed = casetab("rules", "list", "--rules", mine, "--kind", "route")
    assert "by dart\tdart gun" in listed.out.splitlines()
    assert casetab("run", articles, "--out", tmp_path / "out", "--rules", mine, "-q", "-j", 2).status == 0


@pytest.mark.parametrize("command", ["run", "normalize"])
def test_results_inside_the_searched_folder_are_not_read_again(
    casetab: Command, articles: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.chdir(articles)
    page = "<html><body><p>A 50-year-old man had a serum sodium of 128 mmol/L.</p></body></html>"
    Path("four.html").write_text(page, encoding="utf-8")
    for _ in range(2):
        assert casetab(command, ".", "--out", "out", "-q").status == 0
        written = {path.stem for path in Path("out").rglob("*.txt")}
        assert written == ({"one", "two", "three", "four"} if command == "normalize" else {"four"})


def test_normalize_writes_one_text_for_each_article(casetab: Command, articles: Path, tmp_path: Path) -> None:
    (articles / "one.txt").write_bytes("Laboratory values were nor-\nmal.\n".encode("utf-16"))
    done = casetab("normalize", articles, "--out", tmp_path / "clean")
    assert (done.status, done.out) == (0, "")
    assert {path.name for path in (tmp_path / "clean").iterdir()} == {"one.txt", "two.txt", "three.txt"}
    assert "normal." in (tmp_path / "clean" / "one.txt").read_text(encoding="utf-8")


def test_normalize_never_replaces_its_own_input(casetab: Command, articles: Path) -> None:
    before = (articles / "one.txt").read_bytes()
    done = casetab("normalize", articles, "--out", articles)
    assert done.status == 2
    assert "replace its own input" in done.err
    assert (articles / "one.txt").read_bytes() == before


def test_evaluate_reports_and_writes_figures(casetab: Command, corpus_run: Path, tmp_path: Path) -> None:
    one = sorted(path.stem for path in CORPUS_GOLD.glob("*.json"))[0]
    given = ("evaluate", "--gold", CORPUS_GOLD, "--run", corpus_run)
    all_of_it = casetab(*given, "--json", tmp_path / "figures.json")
    assert all_of_it.status == 0
    figures = json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))
    assert figures["articles"] == len(list(CORPUS_GOLD.glob("*.json")))
    assert f"{figures['articles']} articles" in all_of_it.out
    single = casetab(*given, "--docs", one, "--errors")
    assert "1 articles" in single.out
    assert casetab(*given, "--docs", "nobody").status == 2


def test_the_version_names_the_rules(casetab: Command) -> None:
    done = casetab("--version")
    assert done.status == 0
    assert done.out.startswith(f"casetab {__version__} (rules ")


@pytest.mark.parametrize("command", ["", "run", "normalize", "evaluate", "rules check", "rules list"])
def test_every_command_explains_itself(casetab: Command, command: str) -> None:
    done = casetab(*command.split(), "--help")
    assert done.status == 0
    assert "Usage: casetab" in done.out


def test_the_installed_command_runs_in_a_process_of_its_own(articles: Path, tmp_path: Path) -> None:
    command = [*CASETAB, "run", str(articles), "--out", "out", "-j", "2"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    assert len(rows_of(tmp_path / "out", "articles")) == 3


@pytest.mark.skipif(os.name != "posix", reason="signals of this kind are POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupted_run_leaves_the_earlier_tables_and_says_how_to_go_on(
    tmp_path: Path, workers: int, number: int
) -> None:
    folder, out = tmp_path / "many", tmp_path / "out"
    folder.mkdir()
    out.mkdir()
    (out / "labs.csv").write_text("the earlier run\n", encoding="utf-8")
    text = "\n".join(path.read_text("utf-8", "replace") for path in sorted(ARTICLES.glob("*.txt")))
    for i in range(400):
        (folder / f"{i}.txt").write_text(text, encoding="utf-8")
    command = [*CASETAB, "run", str(folder), "--out", str(out), "-j", str(workers)]
    # tests that a shell runs in the background have interrupts ignored, and so would the command
    heard = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    with subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT, preexec_fn=heard) as run:
        deadline = time.monotonic() + 60
        while not list(out.glob(".labs.csv.part")):
            assert run.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        run.send_signal(number)
        _, told = run.communicate(timeout=60)
    assert run.returncode == 130
    assert b"interrupted" in told
    assert b"the same command goes on" in told
    assert b"Traceback" not in told
    assert sorted(path.name for path in out.iterdir()) == ["labs.csv", "ledger.sqlite"]
    assert (out / "labs.csv").read_text(encoding="utf-8") == "the earlier run\n"
