"""Reviewed tables measure a run as records made by hand do."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers import Row, rows_of

from extract.errors import CasetabError
from extract.evaluate.gold import read_run
from extract.evaluate.report import error_lines
from extract.evaluate.reviewed import read_reviewed
from extract.evaluate.score import SCORED, Scores, score_all

if TYPE_CHECKING:
    from conftest import Outcome

    Command = Callable[..., Outcome]

ARTICLES = ("A", "B")
COLUMNS = {
    "articles": "article_id status decision",
    "labs": "article_id subject decision analyte analyte_text comparator value_text value value_high titer unit_text "
    "unit result_text result when",
    "muscle_grades": "article_id subject decision muscle muscle_text side grade grade_text when",
    "levels": "article_id subject decision level assertion",
    "drugs": "article_id subject decision drug drug_text dose_value dose_value_high dose_unit status",
    "cases": "article_id decision age_years sex",
}
SODIUM = {"analyte": "sodium", "analyte_text": "Na", "comparator": "=", "value_text": "128", "value": "128"}
POTASSIUM = {"analyte": "potassium", "analyte_text": "K", "comparator": "=", "value_text": "2.1", "value": "2.1"}


def write(folder: Path, rows: dict[str, list[Row]], *, reviewed: bool = True) -> Path:
    folder.mkdir(parents=True)
    articles = [{"article_id": name, "status": "ok"} for name in ARTICLES]
    for table, names in COLUMNS.items():
        columns = [name for name in names.split() if reviewed or name != "decision"]
        with (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, restval="", extrasaction="ignore")
            writer.writeheader()
            given = rows.get(table, articles if table == "articles" else [])
            writer.writerows({"article_id": "A", "subject": "patient", "comparator": "=", **row} for row in given)
    return folder


def measured(tmp_path: Path, reviewed: dict[str, list[Row]], found: dict[str, list[Row]]) -> Scores:
    gold = read_reviewed(write(tmp_path / "gold", reviewed))
    return score_all(gold, read_run(write(tmp_path / "run", found, reviewed=False)))


def figures(scores: Scores, name: str) -> tuple[int, int, int]:
    counts = scores.tables[name]
    return counts.right, counts.gold, counts.found


def test_tables_that_were_all_accepted_make_their_own_run_perfect(corpus_run: Path) -> None:
    scores = score_all(read_reviewed(corpus_run), read_run(corpus_run))
    assert scores.articles == len(rows_of(corpus_run, "articles"))
    assert {name: counts.recall for name, counts in scores.tables.items()} == dict.fromkeys((*SCORED, "scores"), 1.0)
    # two drugs of nearly one name (prednisone, prednisolone) are one to the scorer's gold side
    assert min(counts.precision for counts in scores.tables.values()) > 0.99
    assert [name for name, share in scores.attributes.items() if share.right != share.of] == []


def test_a_correction_counts_against_the_run_that_still_has_the_old_value(tmp_path: Path) -> None:
    right = {**SODIUM, "value": "138", "decision": "corrected"}  # the number as written has been left as it was
    scores = measured(tmp_path, {"labs": [right]}, {"labs": [SODIUM]})
    assert figures(scores, "labs") == (0, 1, 1)
    assert any("value=138" in line for line in error_lines(scores))


def test_a_corrected_canonical_name_counts_although_the_text_is_the_same(tmp_path: Path) -> None:
    right = {**POTASSIUM, "analyte": "keratin", "decision": "corrected"}
    scores = measured(tmp_path, {"labs": [right]}, {"labs": [POTASSIUM]})
    assert figures(scores, "labs") == (0, 1, 1)


def test_a_rejected_row_is_made_up_and_an_added_one_was_missed(tmp_path: Path) -> None:
    reviewed = {"labs": [{**SODIUM, "decision": "rejected"}, {**POTASSIUM, "decision": "added"}]}
    assert figures(measured(tmp_path, reviewed, {"labs": [SODIUM]}), "labs") == (0, 1, 1)


def test_what_nobody_has_decided_on_counts_neither_way(tmp_path: Path) -> None:
    reviewed = {"labs": [{**SODIUM, "decision": "accepted"}, {**POTASSIUM, "decision": "unreviewed"}]}
    assert figures(measured(tmp_path / "1", reviewed, {"labs": [SODIUM, POTASSIUM]}), "labs") == (1, 1, 1)
    assert figures(measured(tmp_path / "2", reviewed, {"labs": [SODIUM]}), "labs") == (1, 1, 1)


def test_articles_that_nobody_has_touched_are_left_out(tmp_path: Path) -> None:
    reviewed = {
        "labs": [{**SODIUM, "decision": "accepted"}, {**SODIUM, "article_id": "B", "decision": "unreviewed"}],
    }
    assert list(read_reviewed(write(tmp_path / "gold", reviewed))) == ["A"]


def test_an_article_that_was_reviewed_and_holds_nothing_counts(tmp_path: Path) -> None:
    articles = [
        {"article_id": "A", "status": "ok", "decision": "reviewed"},
        {"article_id": "B", "status": "ok", "decision": "unreviewed"},
    ]
    scores = measured(tmp_path, {"articles": articles}, {"labs": [SODIUM]})
    assert (scores.articles, figures(scores, "labs")) == (1, (0, 0, 1))


def test_rows_about_somebody_else_are_no_facts(tmp_path: Path) -> None:
    reviewed = {
        "labs": [{**SODIUM, "subject": "literature", "decision": "corrected"}, {**POTASSIUM, "decision": "accepted"}]
    }
    assert figures(measured(tmp_path, reviewed, {"labs": [SODIUM, POTASSIUM]}), "labs") == (1, 1, 2)


@pytest.mark.parametrize(
    ("reviewed", "found", "right"),
    [
        ({"value": "10", "value_high": "12"}, {"value_text": "10-12"}, True),
        ({"titer": "80", "value_text": "1/80"}, {"value_text": "1/80"}, True),
        ({"titer": "160", "value_text": "1:80"}, {"value_text": "1:80"}, False),
        ({"value": "5", "unit": "mmol/L", "unit_text": "mM"}, {"value_text": "5", "unit": "mmol/L"}, True),
        ({"value": "5", "unit": "umol/L", "unit_text": "mM"}, {"value_text": "5", "unit_text": "mM"}, False),
    ],
)
def test_values_and_units_as_the_reviewer_wants_them(tmp_path: Path, reviewed: Row, found: Row, right: bool) -> None:
    name = {"analyte": "sodium", "analyte_text": "sodium"}
    gold = {"labs": [{**name, **reviewed, "decision": "corrected"}]}
    assert figures(measured(tmp_path, gold, {"labs": [{**name, **found}]}), "labs") == (int(right), 1, 1)


def test_other_tables(tmp_path: Path) -> None:
    aspirin = {"drug": "aspirin", "dose_value": "75", "dose_value_high": "100", "dose_unit": "mg", "status": "given"}
    reviewed = {
        "muscle_grades": [{"muscle": "deltoid", "side": "left", "grade": "4.33", "decision": "corrected"}],
        "levels": [{"level": level, "assertion": "absent", "decision": "accepted"} for level in ("T4", "")],
        "drugs": [{**aspirin, "decision": "added"}],
        "cases": [{"age_years": "53", "sex": "female", "decision": "accepted"}],
    }
    found = {
        "muscle_grades": [{"muscle": "deltoid", "side": "left", "grade": "4", "grade_text": "4"}],
        "levels": [{"level": "T4", "assertion": "absent"}],
        "drugs": [aspirin],
        "cases": [{"age_years": "53", "sex": "female"}],
    }
    scores = measured(tmp_path, reviewed, found)
    assert figures(scores, "muscle") == (0, 1, 1)
    assert figures(scores, "levels") == figures(scores, "regimens") == (1, 1, 1)
    assert scores.attributes["age and sex"].right == 1


def test_tables_without_a_review_are_reported(tmp_path: Path) -> None:
    folder = write(tmp_path / "gold", {"labs": [{**SODIUM, "decision": "unreviewed"}], "articles": [
        {"article_id": "A", "status": "ok", "decision": "unreviewed"}]})  # fmt: skip
    with pytest.raises(CasetabError, match="casetab review"):
        read_reviewed(folder)


def test_an_article_that_is_not_there_cannot_be_asked_for(tmp_path: Path) -> None:
    with pytest.raises(CasetabError, match="C"):
        read_reviewed(write(tmp_path / "gold", {"labs": [{**SODIUM, "decision": "accepted"}]}), {"A", "C"})


def test_the_command_takes_reviewed_tables_for_gold(casetab: Command, tmp_path: Path) -> None:
    gold = write(tmp_path / "gold", {"labs": [{**SODIUM, "decision": "accepted"}]})
    (gold / "datapackage.json").write_text("{}", encoding="utf-8")
    run = write(tmp_path / "run", {"labs": [SODIUM, POTASSIUM]}, reviewed=False)
    for given in ((), ("--format", "tables")):
        outcome = casetab("evaluate", "--gold", gold, "--run", run, *given)
        assert (outcome.status, "labs                       0.500   1.000  0.667" in outcome.out) == (0, True)
    assert casetab("evaluate", "--gold", gold, "--run", run, "--format", "json").status == 2
