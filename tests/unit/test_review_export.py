"""What comes out of a review: tables as people want them, their agreement, and the trail."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from frictionless import Package, validate
from helpers import ALL_TABLES, Row, rows_of
from review_runs import Reviewers, write_small_run

from extract.errors import CasetabError
from extract.evaluate.formats import read_gold_records
from extract.review.export import UnresolvedError, export_review
from extract.review.store import CONSENSUS, Store, Verdict

if TYPE_CHECKING:
    from conftest import Outcome

    Command = Callable[..., Outcome]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_small_run(tmp_path_factory.mktemp("review"))


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "run"))


@pytest.fixture
def store(run: Path) -> Iterator[Store]:
    with Store.beside(run) as opened:
        yield opened


@pytest.fixture
def they(run: Path, store: Store) -> Reviewers:
    return Reviewers(run, store)


def exported(run: Path, store: Store, **options: bool) -> dict[str, dict[str, Row]]:
    """Return the final tables, their rows by short name."""
    export_review(run, store, run / "final", **options)
    return {table: {_name(row): row for row in rows_of(run / "final", table)} for table in ALL_TABLES}


def _name(row: Row) -> str:
    return row.get("record_id") or row.get("case_id") or row["article_id"]


def decisions(rows: dict[str, Row]) -> dict[str, tuple[str, str]]:
    return {name: (row["decision"], row["reviewed_by"]) for name, row in rows.items()}


def lines_of(run: Path, table: str) -> list[Row]:
    return rows_of(run / "final", table)


def test_one_reviewers_word_stands(run: Path, store: Store, they: Reviewers) -> None:
    they.accept("Ada", "sodium", "lab:1", "drug:1")
    they.correct("Ada", "sodium", "lab:2", value="3.3", value_text="3.3")
    they.reject("Ada", "sodium", "lab:3")
    they.finish("sodium", "Ada")
    tables = exported(run, store)
    assert decisions(tables["labs"]) == {
        "anaemia:lab:1": ("unreviewed", ""),
        "anaemia:lab:2": ("unreviewed", ""),
        "anaemia:lab:3": ("unreviewed", ""),
        "sodium:lab:1": ("accepted", "Ada"),
        "sodium:lab:2": ("corrected", "Ada"),
    }
    corrected = tables["labs"]["sodium:lab:2"]
    assert (corrected["value"], corrected["value_text"], corrected["unit"]) == ("3.3", "3.3", "mmol/L")
    assert corrected["quote"] == "potassium was 3.1 mmol/L"
    assert tables["cases"]["sodium#1"]["n_labs"] == "2"
    assert decisions(tables["articles"])["sodium"] == ("reviewed", "Ada")


def test_what_nobody_touched_is_written_as_the_run_has_it(run: Path, store: Store, they: Reviewers) -> None:
    they.accept("Ada", "sodium", "lab:1")
    exported(run, store)
    for table in ALL_TABLES:
        final = (run / "final" / f"{table}.csv").read_text(encoding="utf-8")
        for end in (",reviewed_by,decision\n", ",,unreviewed\n", ",Ada,accepted\n"):
            final = final.replace(end, "\n")
        assert final == (run / f"{table}.csv").read_text(encoding="utf-8")


def test_rejected_rows_are_kept_on_request(run: Path, store: Store, they: Reviewers) -> None:
    they.reject("Ada", "sodium", "lab:3", reason="not about this patient")
    tables = exported(run, store, keep_rejected=True)
    assert tables["labs"]["sodium:lab:3"]["decision"] == "rejected"
    assert tables["cases"]["sodium#1"]["n_labs"] == "2"


def test_added_facts_stand_in_their_place(run: Path, store: Store, they: Reviewers) -> None:
    they.add("Ada", "anaemia", "a1", "tiredness", analyte="fatigue score", value="3")
    tables = exported(run, store)
    assert list(tables["labs"])[:2] == ["anaemia:lab:add1", "anaemia:lab:1"]
    added = tables["labs"]["anaemia:lab:add1"]
    assert (added["analyte"], added["value"], added["quote"]) == ("fatigue score", "3", "tiredness")
    assert (added["decision"], added["reviewed_by"], added["rule"]) == ("added", "Ada", "reviewer")
    assert tables["cases"]["anaemia#1"]["n_labs"] == "4"


def test_two_who_agree(run: Path, store: Store, they: Reviewers) -> None:
    for who in ("Ada", "Bob"):
        they.accept(who, "anaemia", "lab:1")
        they.correct(who, "anaemia", "lab:2", value="40", value_text="40")
    they.add("Ada", "anaemia", "a1", "twice daily", analyte="iron", value="1")
    they.add("Bob", "anaemia", "b1", "daily, and", analyte="iron", value="1")
    they.finish("anaemia")
    found = decisions(exported(run, store)["labs"])
    assert found["anaemia:lab:1"] == ("accepted", "Ada; Bob")
    assert found["anaemia:lab:2"] == ("corrected", "Ada; Bob")
    assert found["anaemia:lab:add1"] == ("added", "Ada; Bob")
    assert len([name for name in found if ":add" in name]) == 1


def test_differences_are_named_and_nothing_is_written(run: Path, store: Store, they: Reviewers) -> None:
    they.accept("Ada", "anaemia", "lab:1", "lab:2")
    they.reject("Bob", "anaemia", "lab:1")
    they.correct("Bob", "anaemia", "lab:2", value="5", value_text="5", when="followup")
    they.add("Bob", "anaemia", "b1", "twice daily", analyte="iron", value="1")
    they.finish("anaemia")
    with pytest.raises(UnresolvedError) as told:
        exported(run, store)
    lines = str(told.value).splitlines()
    assert "--allow-unresolved" in lines[0]
    assert lines[1:] == [
        "  anaemia:lab:1: Ada keeps it; Bob rejects it",
        "  anaemia:lab:2: when (Ada baseline, Bob followup) and 2 more columns",
        "  anaemia:lab:add1: only Bob has added it",
    ]
    assert list((run / "final").iterdir()) == []


def test_unresolved_rows_are_written_on_request_as_the_run_has_them(run: Path, store: Store, they: Reviewers) -> None:
    they.accept("Ada", "anaemia", "lab:2")
    they.correct("Bob", "anaemia", "lab:2", value="5")
    row = exported(run, store, allow_unresolved=True)["labs"]["anaemia:lab:2"]
    assert (row["decision"], row["value"], row["reviewed_by"]) == ("unresolved", "4", "Ada; Bob")


def test_what_one_added_while_the_other_is_not_done_is_no_difference(run: Path, store: Store, they: Reviewers) -> None:
    they.add("Bob", "anaemia", "b1", "twice daily", analyte="iron", value="1")
    they.finish("anaemia", "Bob")
    assert decisions(exported(run, store)["labs"])["anaemia:lab:add1"] == ("added", "Bob")


def test_the_consensus_wins(run: Path, store: Store, they: Reviewers) -> None:
    they.accept("Ada", "anaemia", "lab:1", "lab:2", "lab:3")
    they.reject("Bob", "anaemia", "lab:1")
    they.correct("Bob", "anaemia", "lab:2", value="5")
    they.correct("Bob", "anaemia", "lab:3", value="6")
    they.add("Bob", "anaemia", "b1", "twice daily", analyte="iron", value="1")
    they.add("Ada", "anaemia", "a2", "winter", analyte="cold", value="1")
    they.finish("anaemia")
    they.reject(CONSENSUS, "anaemia", "lab:1")
    they.correct(CONSENSUS, "anaemia", "lab:2", value="45")
    they.agree("anaemia", Verdict("labs", they.rows["anaemia"]["lab:3"].key, "accept",
                                  dict(they.rows["anaemia"]["lab:3"].cells)))  # fmt: skip
    they.add(CONSENSUS, "anaemia", "b1", "twice daily", analyte="iron", value="2")
    they.agree("anaemia", Verdict("labs", "a2", "reject"))
    tables = exported(run, store)
    found = {name: row for name, row in tables["labs"].items() if name.startswith("anaemia")}
    assert decisions(found) == {  # the fact that Ada alone had added is gone, its number with it
        "anaemia:lab:2": ("corrected", "Ada; Bob"),
        "anaemia:lab:3": ("accepted", "Ada; Bob"),
        "anaemia:lab:add2": ("added", "Bob; Ada"),
    }
    assert [row["value"] for row in found.values()] == ["45", "2", "12.6"]
    assert "5 differences between reviewers were found; 5 were resolved" in (run / "final/agreement.md").read_text()


def test_a_rejected_patient_may_not_leave_rows_behind(run: Path, store: Store, they: Reviewers) -> None:
    they.reject("Ada", "anaemia", "anaemia#1")
    with pytest.raises(UnresolvedError, match="anaemia#1: the patient is rejected, and 4 of its rows are not"):
        exported(run, store)
    assert exported(run, store, allow_unresolved=True)["cases"]["anaemia#1"]["decision"] == "unresolved"
    for name in ("lab:1", "lab:2", "lab:3", "drug:1"):
        they.reject("Ada", "anaemia", name)
    tables = exported(run, store)
    assert (list(tables["cases"]), tables["articles"]["anaemia"]["n_cases"]) == (["sodium#1"], "0")


def test_the_trail_tells_who_changed_what(run: Path, store: Store, they: Reviewers) -> None:
    they.accept("Ada", "anaemia", "lab:1")
    they.accept("Ada", "anaemia", "lab:2")
    store.undo("Ada", "anaemia")
    they.reject("Ada", "anaemia", "lab:1", reason="not what the text says")
    they.correct("Ada", "anaemia", "lab:3", value="13", value_text="13")
    exported(run, store)
    told = [
        (r["record_id"], r["action"], r["column"], r["before"], r["after"], r["state"])
        for r in lines_of(run, "changes")
    ]
    assert told == [
        ("anaemia:lab:1", "accept", "", "", "", "replaced"),
        ("anaemia:lab:2", "accept", "", "", "", "undone"),
        ("anaemia:lab:2", "undo", "", "", "", "stands"),
        ("anaemia:lab:1", "reject", "", "", "", "stands"),
        ("anaemia:lab:3", "correct", "value", "12.6", "13", "stands"),
        ("anaemia:lab:3", "correct", "value_text", "12.6", "13", "stands"),
    ]
    assert {row["reviewer"] for row in lines_of(run, "changes")} == {"Ada"}
    assert lines_of(run, "changes")[3]["reason"] == "not what the text says"


def test_decisions_on_rows_that_a_later_run_has_no_more_are_lost(run: Path, store: Store, they: Reviewers) -> None:
    they.accept("Ada", "sodium", "lab:1", "lab:2", "lab:3")
    they.correct("Ada", "sodium", "lab:3", value="135", value_text="135")
    labs = (run / "labs.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    labs = [line.replace(",112,", ",113,") for line in labs if not line.startswith("sodium:lab:2,")]
    labs = [line.replace(",134,134,", ",135,135,") for line in labs]
    (run / "labs.csv").write_text("".join(labs), encoding="utf-8")
    tables = exported(run, store)
    assert decisions(tables["labs"])["sodium:lab:1"] == ("unreviewed", "")
    assert decisions(tables["labs"])["sodium:lab:3"] == ("accepted", "Ada")  # casetab now says what Ada made of it
    lost = [row["record_id"] for row in lines_of(run, "changes") if row["state"] == "lost"]
    assert sorted(lost) == ["sodium:lab:1", "sodium:lab:2"]


def test_the_agreement_is_told_by_table_and_column(run: Path, store: Store, they: Reviewers) -> None:
    for article in ("anaemia", "sodium"):
        they.accept("Ada", article)
        they.accept("Bob", article)
    they.reject("Bob", "sodium", "lab:3")
    they.correct("Bob", "sodium", "lab:1", value="122")
    they.finish("anaemia")
    they.finish("sodium")
    exported(run, store, allow_unresolved=True)
    lines = {(row["table"], row["item"]): row for row in lines_of(run, "agreement")}
    decision, value = lines["labs", "decision"], lines["labs", "value"]
    assert (decision["n"], decision["agreed"], decision["percent"], decision["kappa"]) == ("6", "5", "83.33", "0")
    assert (value["n"], value["agreed"], value["percent"]) == ("5", "4", "80")
    assert (lines["drugs", "drug"]["kappa"], lines["drugs", "drug"]["note"]) == ("1", "")
    assert "not defined" in lines["labs", "comparator"]["note"]
    page = (run / "final" / "agreement.md").read_text(encoding="utf-8")
    assert "casetab 1.2.3 (rules 0123456789ab)" in page
    assert "2 reviewers (Ada and Bob)" in page
    assert "2 articles were checked independently" in page
    assert "labs 83.3% (Cohen's kappa 0.00, n = 6)" in page
    assert "| labs | value | 5 | 4 | 80.0 | 0.76 |" in page


def test_articles_that_only_one_has_finished_do_not_count_for_the_agreement(
    run: Path, store: Store, they: Reviewers
) -> None:
    they.accept("Ada", "anaemia")
    they.accept("Bob", "anaemia")
    they.finish("anaemia", "Ada")
    exported(run, store)
    assert lines_of(run, "agreement") == []
    assert "nothing to compare" in (run / "final" / "agreement.md").read_text(encoding="utf-8")


def test_the_same_review_gives_the_same_bytes(run: Path, store: Store, they: Reviewers) -> None:
    they.accept("Ada", "anaemia", "lab:1")
    they.add("Bob", "anaemia", "b1", "twice daily", analyte="iron", value="1")
    export_review(run, store, run / "final")
    export_review(run, store, run / "again")
    for path in (run / "final").iterdir():
        assert path.read_bytes() == (run / "again" / path.name).read_bytes()


def test_the_data_package_describes_the_tables(run: Path, store: Store, they: Reviewers) -> None:
    they.accept("Ada", "anaemia")
    they.correct("Ada", "sodium", "lab:1", value="-1", analyte_text="=1+1")
    they.add("Bob", "sodium", "b1", "four days", analyte="iron", value="1")
    exported(run, store)
    report = validate(str(run / "final" / "datapackage.json"))
    assert [error.message for task in report.tasks for error in task.errors] == []
    assert report.valid
    names = set(Package(str(run / "final" / "datapackage.json")).resource_names)
    assert names == {*ALL_TABLES, "agreement", "changes"}
    row = next(row for row in lines_of(run, "labs") if row["record_id"] == "sodium:lab:1")
    assert (row["value"], row["analyte_text"]) == ("-1", "'=1+1")  # no formula for a spreadsheet


def test_what_was_exported_measures_the_run(run: Path, store: Store, they: Reviewers) -> None:
    they.accept("Ada", "sodium")
    they.reject("Ada", "sodium", "lab:3")
    they.add("Ada", "sodium", "a1", "four days", analyte="chloride", value="98")
    they.finish("sodium", "Ada")
    they.finish("nothing", "Ada")
    exported(run, store)
    gold = read_gold_records(run / "final")
    assert list(gold) == ["nothing", "sodium"]
    assert [fact["analyte_text"] for fact in gold["sodium"]["labs"]] == ["sodium", "potassium", "chloride"]


def test_the_run_itself_is_never_written_over(run: Path, store: Store, they: Reviewers) -> None:
    they.accept("Ada", "sodium")
    before = (run / "labs.csv").read_bytes()
    with pytest.raises(CasetabError, match="another folder"):
        export_review(run, store, run)
    assert (run / "labs.csv").read_bytes() == before


def test_without_a_decision_there_is_nothing_to_write(run: Path, store: Store) -> None:
    with pytest.raises(CasetabError, match="nobody has decided"):
        export_review(run, store, run / "final")


def test_a_folder_that_is_no_run_is_reported(run: Path, store: Store, they: Reviewers) -> None:
    they.accept("Ada", "sodium")
    (run / "drugs.csv").unlink()
    with pytest.raises(CasetabError, match="casetab run"):
        export_review(run, store, run / "final")
    assert json.loads((run / "run.json").read_text())["casetab"] == "1.2.3"


def test_the_command_says_what_it_wrote(casetab: Command, run: Path, store: Store, they: Reviewers) -> None:
    they.accept("Ada", "sodium", "lab:1", "lab:2")
    they.reject("Ada", "sodium", "lab:3")
    (run / "labs.csv").write_text((run / "labs.csv").read_text().replace("potassium", "kalium"), encoding="utf-8")
    done = casetab("review", "export", run, "--out", run / "final")
    assert (done.status, done.out) == (0, "")
    assert f"3 articles: 1 accepted, 1 rejected, 9 unreviewed rows; tables in {run / 'final'}" in done.err
    assert "1 decision holds for no row of this run" in done.err
    assert casetab("review", "export", run, "--out", run / "final", "--quiet").err == ""


def test_the_command_ends_with_1_while_reviewers_differ(
    casetab: Command, run: Path, store: Store, they: Reviewers
) -> None:
    they.accept("Ada", "sodium", "lab:1")
    they.reject("Bob", "sodium", "lab:1")
    done = casetab("review", "export", run, "--out", run / "final")
    assert done.status == 1
    assert "sodium:lab:1: Ada keeps it; Bob rejects it" in done.err
    assert casetab("review", "export", run, "--out", run / "final", "--allow-unresolved").status == 0


def test_the_command_needs_a_review(casetab: Command, run: Path, tmp_path: Path) -> None:
    done = casetab("review", "export", run, "--out", tmp_path / "final")
    assert done.status == 2
    assert "review.sqlite" in done.err
    assert not (run / "review.sqlite").exists()


def test_decisions_may_be_kept_elsewhere(casetab: Command, run: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'team.sqlite'}"
    with Store(url) as elsewhere:
        Reviewers(run, elsewhere).accept("Ada", "sodium")
    assert casetab("review", "export", run, "--out", tmp_path / "final", "--database", url).status == 0
    assert [row["decision"] for row in rows_of(tmp_path / "final", "drugs")] == ["unreviewed", "accepted"]
