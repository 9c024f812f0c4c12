"""Runs that are broken off: what is done is kept, and the end is the same as of an undisturbed run."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers import ARTICLES, rows_of

from extract.cli import main
from extract.run.ledger import LEDGER, Ledger, LedgerError

if TYPE_CHECKING:
    from conftest import Outcome

    Command = Callable[..., Outcome]

linux = pytest.mark.skipif(sys.platform != "linux", reason="the runs are forked from this process")
TEXT = "A 50-year-old man had a fever. Serum sodium was 128 mmol/L. He took aspirin 100 mg daily."
_PATIENCE = 120.0  # s; a machine under load is slow, and none of the tests wants to measure it


def tables(folder: Path) -> dict[str, bytes]:
    """Return the tables, data package and source texts of a run by name."""
    files = [*folder.glob("*.csv"), folder / "datapackage.json", *folder.glob("sources/*")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def counts(folder: Path) -> dict[str, int]:
    told: dict[str, int] = json.loads((folder / "run.json").read_text(encoding="utf-8"))["articles"]
    return told


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name in ("one", "two", "three"):
        (folder / f"{name}.txt").write_text(TEXT, encoding="utf-8")
    page = f"<html><body><p>{TEXT}</p></body></html>"
    (folder / "four.html").write_text(page, encoding="utf-8")
    return folder


def start(*arguments: object, told: str = os.devnull, largest_file: int | None = None) -> int:
    """Start the command line in a forked process and return its number.

    Parameters
    ----------
    told : file for its messages.
    largest_file : bytes at which a write fails, as it does on a full disk.
    """
    number = os.fork()
    if number == 0:
        status = 99
        try:
            if largest_file is not None:
                import resource

                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
            sys.argv = ["casetab", *map(str, arguments)]
            with Path(told).open("w", encoding="utf-8") as sys.stderr:
                main()
                status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
        finally:
            os._exit(status)
    return number


def children(number: int) -> list[int]:
    found = Path(f"/proc/{number}/task/{number}/children")
    return [int(child) for child in found.read_text(encoding="ascii").split()] if found.exists() else []


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def runs(number: int) -> bool:
    """Tell whether a process has not ended."""
    try:
        state = Path(f"/proc/{number}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of enough articles for ten interruptions."""
    folder = tmp_path_factory.mktemp("many")
    for i in range(5):
        for path in ARTICLES.iterdir():
            shutil.copy(path, folder / f"{i}_{path.name}")
    return folder


@linux
@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_killed_ten_times_ends_with_the_bytes_of_an_undisturbed_one(
    casetab: Command, many: Path, tmp_path: Path, workers: int
) -> None:
    undisturbed, out = tmp_path / "undisturbed", tmp_path / "out"
    began = time.monotonic()
    assert casetab("run", many, "--out", undisturbed, "-j", workers, "-q").status == 0
    seconds = time.monotonic() - began
    moments = random.Random(workers)
    for _ in range(10):
        run = start("run", many, "--out", out, "-j", workers, "-q")
        time.sleep(moments.uniform(0, 0.2 * seconds))
        helpers = children(run)
        os.kill(run, signal.SIGKILL)
        os.waitpid(run, 0)
        until(lambda left=helpers: not any(map(runs, left)))  # type: ignore[misc]
        assert not list(out.glob("*.csv"))
    assert casetab("run", many, "--out", out, "-j", workers, "-q").status == 0
    assert tables(out) == tables(undisturbed)
    assert 0 < counts(out)["taken_over"] < counts(out)["done"] == len(list(many.iterdir()))
    assert not list(out.rglob("*.part"))


def test_articles_that_are_unchanged_are_taken_over(casetab: Command, articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert casetab("run", articles, "--out", out, "-j", 1).status == 0
    assert counts(out) == {"done": 4, "taken_over": 0}
    before = tables(out)
    again = casetab("run", articles, "--out", out, "-j", 1)
    assert counts(out) == {"done": 4, "taken_over": 4}
    assert "4 taken over" in again.err
    assert tables(out) == before
    (articles / "two.txt").write_text(TEXT.replace("128", "131"), encoding="utf-8")
    (articles / "five.txt").write_text(TEXT, encoding="utf-8")
    (articles / "one.txt").unlink()
    assert casetab("run", articles, "--out", out, "-j", 1, "-q").status == 0
    assert counts(out) == {"done": 4, "taken_over": 2}
    assert casetab("run", articles, "--out", tmp_path / "new", "-j", 1, "-q").status == 0
    assert tables(out) == tables(tmp_path / "new")


def test_a_changed_name_changed_rules_and_other_options_are_done_again(
    casetab: Command, articles: Path, tmp_path: Path
) -> None:
    out, mine = tmp_path / "out", tmp_path / "mine"
    mine.mkdir()
    (mine / "routes.tsv").write_text("route\tsynonyms\nby dart\tdart gun\n", encoding="utf-8")
    assert casetab("run", articles, "--out", out, "-j", 1, "-q").status == 0
    for options in (("--all-subjects",), ("--rules", mine), ("--no-resume",)):
        assert casetab("run", articles, "--out", out, "-j", 1, "-q", *options).status == 0
        assert counts(out)["taken_over"] == 0, options
    (articles / "one.txt").rename(articles / "uno.txt")
    assert casetab("run", articles, "--out", out, "-j", 1, "-q").status == 0
    assert counts(out)["taken_over"] == 3
    assert {row["article_id"] for row in rows_of(out, "labs")} == {"uno", "two", "three", "four"}


def test_metadata_and_formats_do_not_need_the_articles_again(casetab: Command, articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert casetab("run", articles, "--out", out, "-j", 1, "-q").status == 0
    library = tmp_path / "library.csv"
    library.write_text("file,title\none.txt,A fever\n", encoding="utf-8")
    options = ("--metadata", library, "--format", "csv,jsonl")
    assert casetab("run", articles, "--out", out, "-j", 1, "-q", *options).status == 0
    assert counts(out)["taken_over"] == 4
    assert {row["article_id"]: row["title"] for row in rows_of(out, "articles")}["one"] == "A fever"
    assert "A fever" in (out / "articles.jsonl").read_text(encoding="utf-8")


def test_a_file_that_is_bad_is_not_read_again_one_that_could_not_be_opened_is(
    casetab: Command, articles: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    (articles / "empty.txt").touch()
    (articles / "gone.txt").symlink_to(tmp_path / "later.txt")
    assert casetab("run", articles, "--out", out, "-j", 1, "-q").status == 1
    (tmp_path / "later.txt").write_text(TEXT, encoding="utf-8")
    again = casetab("run", articles, "--out", out, "-j", 1)
    assert again.status == 1
    assert counts(out) == {"done": 6, "taken_over": 5}
    assert "failed: empty.txt" in again.err or "empty.txt: the file is empty" in again.err
    status = {row["article_id"]: row["status"] for row in rows_of(out, "articles")}
    assert status == {**dict.fromkeys(("one", "two", "three", "four", "gone"), "ok"), "empty": "failed"}


def test_another_run_on_the_same_folder_is_refused(casetab: Command, articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    hold = (
        "import sys; from pathlib import Path; from extract.run.ledger import Ledger;"
        "ledger = Ledger(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(out)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        refused = casetab("run", articles, "--out", out, "-j", 1)
        assert refused.status == 2
        assert f"{out}: another run is writing to this folder" in refused.err
        other.kill()
    assert casetab("run", articles, "--out", out, "-j", 1).status == 0


def test_a_damaged_ledger_costs_time_only(casetab: Command, articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / LEDGER).write_bytes(b"no database at all" * 100)
    assert casetab("run", articles, "--out", out, "-j", 1).status == 0
    assert casetab("run", articles, "--out", out, "-j", 1).status == 0
    assert counts(out)["taken_over"] == 4


def test_a_ledger_of_another_format_is_begun_anew(casetab: Command, articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with sqlite3.connect(out / LEDGER) as old:
        old.execute("CREATE TABLE results (something TEXT)")
        old.execute("PRAGMA user_version = 99")
    old.close()
    assert casetab("run", articles, "--out", out, "-j", 1).status == 0
    assert counts(out)["done"] == 4


@linux
def test_a_full_disk_is_told_and_the_same_command_goes_on(casetab: Command, many: Path, tmp_path: Path) -> None:
    undisturbed, out, told = tmp_path / "undisturbed", tmp_path / "out", tmp_path / "told"
    assert casetab("run", many, "--out", undisturbed, "-j", 1, "-q").status == 0
    largest = max(path.stat().st_size for path in undisturbed.iterdir())
    for share in (0.1, 0.5, 0.9):
        room = int(share * largest)
        run = start("run", many, "--out", out, "-j", 1, "-q", told=str(told), largest_file=room)
        assert os.waitstatus_to_exitcode(os.waitpid(run, 0)[1]) == 2
        assert "cannot write to" in told.read_text(encoding="utf-8")
        assert not list(out.glob("*.csv"))
    assert casetab("run", many, "--out", out, "-j", 1, "-q").status == 0
    assert counts(out)["taken_over"] > 0
    assert tables(out) == tables(undisturbed)


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    with pytest.raises(LedgerError), Ledger(tmp_path / "nowhere"):
        pass
    for _ in range(2):
        with Ledger(tmp_path):
            pass
