"""Decisions: kept, undone, told apart by reviewer, and safe from each other and from a killed process."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from extract.review.identity import content, data_columns, keys, plain_cells
from extract.review.schema import ReviewError
from extract.review.store import CONSENSUS, DATABASE, ConflictError, FinishedError, Store, Verdict

ROW = {"article_id": "a1", "case_id": "a1#1", "analyte": "sodium", "value_text": "128", "start": "10", "end": "20"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store.beside(tmp_path)
    store.add_reviewer("Ada")
    store.add_reviewer("Ben")
    return store


def accept(key: str = "k1", seen: int | None = None) -> Verdict:
    return Verdict("labs", key, "accept", before=ROW, seen=seen)


def test_the_last_decision_on_a_row_stands_and_all_are_in_the_trail(store: Store) -> None:
    store.decide("Ada", "a1", [accept()])
    store.decide(
        "Ada", "a1", [Verdict("labs", "k1", "correct", before=ROW, after={"value_text": "129"}, reason="typo")]
    )
    now = store.current("Ada", "a1")["k1"]
    assert (now.action, now.values()["value_text"], now.before["value_text"], now.reason) == (
        "correct", "129", "128", "typo",
    )  # fmt: skip
    assert [one.action for one in store.trail("a1")] == ["accept", "correct"]
    assert store.current("Ben") == {}


def test_undo_takes_back_one_stroke_however_many_rows_it_decided(store: Store) -> None:
    store.decide("Ada", "a1", [accept("k1")])
    store.decide("Ada", "a1", [accept("k2"), accept("k3"), accept("k1")])
    assert [one.key for one in store.undo("Ada", "a1")] == ["k2", "k3", "k1"]
    assert list(store.current("Ada", "a1")) == ["k1"]
    assert [one.key for one in store.undo("Ada", "a1")] == ["k1"]
    assert store.undo("Ada", "a1") == []
    assert len(store.trail()) == 8
    assert len(store.steps(after=6)) == 2


def test_undo_leaves_another_reviewer_and_another_article_alone(store: Store) -> None:
    store.decide("Ben", "a1", [accept()])
    store.decide("Ada", "a2", [accept("k9")])
    assert store.undo("Ada", "a1") == []
    assert list(store.current("Ben")) == ["k1"]


def test_a_decision_made_on_a_stale_page_is_refused_whole(store: Store) -> None:
    (first,) = store.decide("Ada", "a1", [accept("k1", seen=0)])
    with pytest.raises(ConflictError):
        store.decide("Ada", "a1", [accept("k2", seen=0), accept("k1", seen=0)])
    assert list(store.current("Ada")) == ["k1"]
    store.decide("Ada", "a1", [accept("k1", seen=first.id)])


def test_accepting_the_rest_leaves_what_was_decided_meanwhile(store: Store) -> None:
    store.decide("Ada", "a1", [Verdict("labs", "k1", "reject", before=ROW, reason="of the mother")])
    kept = store.decide("Ada", "a1", [accept("k1", seen=0), accept("k2", seen=0)], only_undecided=True)
    assert [one.key for one in kept] == ["k2"]
    assert store.current("Ada")["k1"].action == "reject"


def test_who_is_done_decides_no_more_and_opens_again_only_while_alone(store: Store) -> None:
    store.finish("Ada", "a1")
    with pytest.raises(FinishedError):
        store.decide("Ada", "a1", [accept()])
    with pytest.raises(FinishedError):
        store.undo("Ada", "a1")
    store.reopen("Ada", "a1")
    store.decide("Ada", "a1", [accept()])
    store.finish("Ada", "a1")
    store.finish("Ben", "a1")
    assert store.finished() == {"a1": ("Ada", "Ben")}
    with pytest.raises(FinishedError):
        store.reopen("Ada", "a1")


def test_a_consensus_names_the_person_at_the_keyboard(store: Store) -> None:
    store.add_reviewer(CONSENSUS, kind="consensus")
    (kept,) = store.decide(CONSENSUS, "a1", [accept()], by="Ada")
    assert (kept.reviewer, kept.by) == (CONSENSUS, "Ada")


@pytest.mark.parametrize("name", ["", "  ", "Consensus"])
def test_a_name_that_cannot_be_told_from_others_is_refused(store: Store, name: str) -> None:
    with pytest.raises(ReviewError):
        store.add_reviewer(name)


def test_a_name_is_registered_once(store: Store) -> None:
    assert store.add_reviewer(" Ada ").name == "Ada"
    assert [one.name for one in store.reviewers()] == ["Ada", "Ben"]
    with pytest.raises(ReviewError, match="Cleo"):
        store.decide("Cleo", "a1", [accept()])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["why?", "run%20one", "100%25", "a#b & é"])
def test_the_database_lies_in_the_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with Store.beside(tmp_path / name) as store:
        store.add_reviewer("Ada")
    assert (tmp_path / name / DATABASE).exists()
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_two_windows_deciding_at_once_lose_nothing(tmp_path: Path, store: Store) -> None:
    def decide(name: str) -> None:
        with Store.beside(tmp_path) as own:
            for number in range(30):
                own.decide(name, "a1", [accept(f"{name}{number}")])

    threads = [threading.Thread(target=decide, args=(name,)) for name in ("Ada", "Ben")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(store.current("Ada")) == len(store.current("Ben")) == 30
    assert len({one.id for one in store.trail()}) == 60


def test_what_was_acknowledged_survives_a_killed_process(tmp_path: Path, store: Store) -> None:
    script = (
        "import sys; from pathlib import Path; from extract.review.store import Store, Verdict\n"
        "store = Store.beside(Path(sys.argv[1]))\n"
        "for n in range(100000):\n"
        "    store.decide('Ada', 'a1', [Verdict('labs', f'k{n}', 'accept')]); print(n, flush=True)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(20)]
        os.kill(process.pid, signal.SIGKILL)
        told += [int(line) for line in process.stdout]
    kept = store.current("Ada", "a1")
    assert [number for number in told if f"k{number}" not in kept] == []


def test_a_database_of_another_format_or_kind_is_refused(tmp_path: Path) -> None:
    Store.beside(tmp_path).close()
    with sqlite3.connect(tmp_path / DATABASE) as database:
        database.execute("UPDATE review_format SET version = 99")
    with pytest.raises(ReviewError, match="99"):
        Store.beside(tmp_path)
    (tmp_path / DATABASE).write_text("this is no database, whatever its name says " * 50)
    with pytest.raises(ReviewError, match="cannot be opened"):
        Store.beside(tmp_path)
    with pytest.raises(ReviewError, match="--database"):
        Store("nonsense")


def test_a_row_is_known_by_its_place_and_its_name() -> None:
    moved = {**ROW, "start": "11"}
    later = {**ROW, "value_text": "129", "record_id": "a1:lab:7", "rule": "other", "confidence": "0.5"}
    first, same, other = (keys([("labs", row)])[0] for row in (ROW, later, moved))
    assert first == same != other
    assert content("labs", ROW) != content("labs", later)
    assert content("labs", ROW) == content("labs", {**ROW, "rule": "x", "sentence": "y", "record_id": "z"})


def test_rows_of_one_quote_and_name_are_told_apart_by_what_they_say() -> None:
    later, other = {**ROW, "when": "followup"}, {**ROW, "when": "history"}
    assert len(set(keys([("labs", ROW), ("labs", ROW), ("labs", ROW), ("labs", later)]))) == 4
    assert keys([("labs", ROW), ("labs", later), ("labs", other)])[2] == keys([("labs", ROW), ("labs", other)])[1]


def test_an_addition_is_withdrawn_with_all_its_changes(store: Store) -> None:
    store.decide("Ada", "a1", [Verdict("labs", "new", "add", after=ROW)])
    store.decide("Ada", "a1", [accept("k1")])
    store.decide("Ada", "a1", [Verdict("labs", "new", "add", after={**ROW, "value_text": "130"})])
    assert len(store.withdraw("Ada", "a1", "new")) == 2
    assert list(store.current("Ada", "a1")) == ["k1"]


def test_two_additions_that_differ_in_their_place_only_say_the_same(store: Store) -> None:
    for name, start in (("Ada", "10"), ("Ben", "4")):
        store.decide(name, "a1", [Verdict("labs", name, "add", after={**ROW, "start": start})])
    assert len({step.final for step in store.steps()}) == 1


def test_the_columns_to_confirm_hold_data_of_the_article() -> None:
    assert "value_text" in data_columns("labs")
    assert {"record_id", "rule", "confidence", "n_labs"}.isdisjoint({*data_columns("labs"), *data_columns("cases")})


def test_formulas_are_shown_as_they_stand_in_the_article() -> None:
    assert plain_cells({"quote": "'=1+1", "comparator": "=", "unit_text": "'n"}) == {
        "quote": "=1+1", "comparator": "=", "unit_text": "'n",
    }  # fmt: skip
