"""What the report tells of given rows: flow, strength, timelines, what is frequent, the variables of a protocol."""

from __future__ import annotations

import base64
import csv
import io
from typing import Any

import pytest

from extract.report.flow import Flow
from extract.report.frequent import Frequent
from extract.report.lab_values import LabValues
from extract.report.model import Data, Link, Part, Section, of_all
from extract.report.patients import Patients
from extract.report.plots import style
from extract.report.reported import Reported
from extract.report.strength import Strength
from extract.report.tables import ANALYSIS, RECORD_TABLES, ArticleRows
from extract.report.timelines import Timelines
from extract.report.variables import Variables

RECORD = {
    "subject": "patient", "assertion": "present", "when": "baseline", "time_text": "", "time_days": "",
}  # fmt: skip


Rows = list[dict[str, str]]


def article(name: str, cases: int = 1, status: str = "ok", error: str = "", **tables: Rows) -> ArticleRows:
    """Return an article; a row tells only what matters, and belongs to the first case where it names none."""
    empty = {"age_years": "", "sex": "", "followup_days": "", "outcome": ""}
    patients = [{"case_id": f"{name}#{i + 1}", "article_id": name, **empty} for i in range(cases)]
    rows = {
        table: [
            {**RECORD, "record_id": f"{name}:x:{i}", "article_id": name, "case_id": f"{name}#1", **row}
            for i, row in enumerate(tables.get(table, []), 1)
        ]
        for table in (*RECORD_TABLES, ANALYSIS)
    }
    return ArticleRows({"article_id": name, "status": status, "error": error}, {"cases": patients, **rows})


def told(part: Part, *articles: ArticleRows) -> Section:
    for each in articles:
        part.add(each)
    with style():
        return part.section()


def data(section: Section, plot: str) -> Data:
    return next(each.data for each in section.plots if each.id == plot)


def plain(data: Data) -> list[list[Any]]:
    return [[str(cell) if isinstance(cell, Link) else cell for cell in row] for row in data.rows]


def grade(value: str, when: str, muscle: str = "deltoid", days: str = "") -> dict[str, str]:
    return {"grade": value, "when": when, "muscle": muscle, "side": "left", "time_days": days}


def test_the_flow_counts_articles_and_cases_at_each_step() -> None:
    flow = Flow()
    section = told(
        flow,
        article("a", 2, labs=[{}], drugs=[{}, {"case_id": "a#2"}]),
        article("b"),
        article("c", 0, "failed", "the PDF is encrypted"),
        article("d", 0, "empty"),
    )
    steps = dict(plain(data(section, "flow-articles")))
    assert steps["Articles given"] == 4
    assert steps["Articles that failed"] == 1
    assert steps["Articles without text"] == 1
    assert steps["Articles read"] == 2
    assert steps["Articles without a row"] == 1
    assert (steps["Cases"], steps["Cases with rows"], steps["Cases without a row"]) == (3, 2, 1)
    assert (steps["Cases with labs"], steps["Cases with drugs"], steps["Cases with levels"]) == (1, 2, 0)
    unread = flow.unread()
    assert unread is not None
    assert plain(unread) == [["c", "failed", "the PDF is encrypted"], ["d", "empty", ""]]


def test_strength_is_the_weakest_muscle_before_and_at_the_last_time() -> None:
    rows = [
        grade("3", "baseline"), grade("1", "baseline", "biceps"), grade("4", "followup", "biceps", "7"),
        grade("5", "followup", "deltoid", "90"), grade("4.33", "followup", "biceps", "90"), grade("0", "history"),
    ]  # fmt: skip
    section = told(Strength(), article("a", muscle_grades=rows))
    change = plain(data(section, "strength-change"))
    assert [(row[1], row[3], row[4], row[-1]) for row in change] == [
        ("baseline", 1.0, "biceps", "better"),
        ("followup", 4.33, "biceps", "better"),
    ]
    assert [row[2:4] for row in plain(data(section, "strength-days"))] == [[0.0, 1.0], [7.0, 4.0], [90.0, 4.33]]


def test_strength_without_days_goes_from_baseline_to_follow_up_only() -> None:
    rows = [grade("3", "baseline"), grade("3", "followup"), {**grade("0", "followup"), "assertion": "possible"}]
    section = told(Strength(), article("a", muscle_grades=rows), article("b", muscle_grades=[grade("2", "baseline")]))
    assert [plot.id for plot in section.plots] == ["strength-change", "strength-muscles"]
    assert "the same 1" in section.plots[0].caption
    assert section.text.startswith("2 cases with a muscle grade.")


def test_many_cases_are_drawn_in_part_and_the_plot_says_so() -> None:
    pairs = [grade("3", "baseline"), grade("5", "followup", days="30")]
    labs, drugs = [{"time_days": "1"}], [{"time_days": "9"}]
    many = [article(f"a{i:04}", muscle_grades=pairs, labs=labs, drugs=drugs) for i in range(700)]
    strength = told(Strength(), *many)
    assert strength.plots[0].caption.startswith("The first 60 of 700 cases")
    assert "better 700" in strength.plots[0].caption
    assert data(strength, "strength-change").note == "The first 500 of 700 cases; muscle_grades.csv has all."
    assert len(data(strength, "strength-change").rows) == 1000
    timelines = told(Timelines(), *many)
    assert timelines.plots[0].caption.startswith("The first 40 of 700 cases")
    reported = told(Reported(), *many)
    assert reported.plots[1].caption.startswith("The first 40 of 700 cases")


def test_a_timeline_needs_two_times_and_leaves_out_misread_dates() -> None:
    section = told(
        Timelines(),
        article("a", labs=[{"time_days": "0"}, {"time_days": "0"}], cases=1),
        article("b", labs=[{"time_days": "3"}], drugs=[{"time_days": "-30"}]),
        article("c", labs=[{"time_days": "3"}, {"time_days": "700000"}]),
        article("d", labs=[{"time_days": "0", "subject": "family"}, {"time_days": "5"}]),
    )
    assert plain(data(section, "timeline-cases")) == [["b#1", -30.0, "drug", 1], ["b#1", 3.0, "laboratory value", 1]]


def test_the_last_follow_up_is_a_time_too() -> None:
    case = article("a", labs=[{"time_days": "0"}])
    case.cases[0]["followup_days"] = "365"
    assert ["a#1", 365.0, "last follow-up", 1] in plain(data(told(Timelines(), case), "timeline-cases"))


def drug(name: str, status: str = "given", case: int = 1, assertion: str = "present") -> dict[str, str]:
    return {"drug": name, "status": status, "case_id": f"a#{case}", "assertion": assertion}


def test_a_name_counts_once_for_a_case_and_given_before_withheld() -> None:
    rows = [
        drug("heparin"), drug("heparin", "stopped"), drug("heparin", "history", 2), drug("aspirin", "withheld"),
        drug("aspirin", case=2), drug("warfarin", assertion="absent"),
    ]  # fmt: skip
    section = told(Frequent(), article("a", 2, drugs=rows))
    assert plain(data(section, "frequent-drugs")) == [["aspirin", 1, 1, 1, 2], ["heparin", 1, 1, 1, 3]]


def test_values_of_labs_are_in_one_unit_and_certain() -> None:
    def sodium(value: str, unit: str = "mmol/L", comparator: str = "=") -> dict[str, str]:
        return {"analyte": "sodium", "value_conventional": value, "unit_conventional": unit, "comparator": comparator}

    rows = [sodium("130"), sodium("140"), sodium("150"), sodium("3", "g/L"), sodium("999", comparator=">"), sodium("")]
    (line,) = plain(data(told(LabValues(), article("a", labs=rows)), "labs-values"))
    assert line == ["sodium", "mmol/L", 3, 1, "130", "135", "140", "145", "150", ""]


def test_patients_without_age_or_outcome_are_counted_as_such() -> None:
    two = article("a", 2)
    two.cases[0].update(age_years="53", sex="female", outcome="recovered")
    two.cases[1].update(age_years="900")
    section = told(Patients(), two)
    captions = {plot.id: plot.caption for plot in section.plots}
    assert captions["patients-age"] == "1 of 2 cases state an age: the value 53 years."
    assert captions["patients-outcome"] == "1 of 2 cases state an outcome."


FIELDS = [
    {"name": "article_id", "type": "string"}, {"name": "case_id", "type": "string"},
    {"name": "potassium", "type": "number", "unit": "mmol/L", "title": "First potassium"},
    {"name": "potassium_source", "type": "string"},
    {"name": "steroid", "type": "string"}, {"name": "steroid_source", "type": "string"},
    {"name": "open_source", "type": "string"},
]  # fmt: skip


def variables(*rows: dict[str, str]) -> Variables:
    part = Variables(FIELDS, frozenset({"", "NR"}))
    empty = {"potassium": "", "potassium_source": "", "steroid": "NR", "steroid_source": "", "open_source": "NR"}
    for number, row in enumerate(rows):
        part.add(article(f"a{number}", analysis=[{**empty, **row}]))
    return part


def test_not_reported_is_no_value_and_absent_is_one() -> None:
    part = variables({"potassium": "2.9", "steroid": "no"}, {}, {"steroid": "absent"})
    with style():
        section, missing = part.section(), part.missing()
    captions = {plot.id: plot.caption for plot in section.plots}
    assert list(captions) == ["variable-potassium", "variable-steroid", "variable-open_source"]
    assert captions["variable-potassium"] == "1 reported, 2 not reported. The value 2.9."
    assert captions["variable-steroid"] == "2 reported, 1 not reported. Commonest: absent 1, no 1."
    assert captions["variable-open_source"].endswith("No case reports it.")
    assert missing is not None
    assert plain(data(missing, "missing-share"))[:2] == [["potassium", 1, 2, 0.3333], ["steroid", 2, 1, 0.6667]]


def test_a_value_leads_to_the_row_that_it_comes_from() -> None:
    part = variables({"potassium": "2.9", "potassium_source": "a0:lab:3; a0:lab:9"})
    with style():
        (row,) = data(part.section(), "variable-potassium").rows
    assert [cell.href for cell in row if isinstance(cell, Link)] == ["quotes/a0.html#case-1", "quotes/a0.html#lab-3"]
    assert row[1] == 2.9


def test_one_thing_is_not_told_in_the_plural() -> None:
    assert [of_all(1, 1, "cases"), of_all(3, 3, "cases")] == ["1 case", "3 cases"]
    assert of_all(40, 1812, "cases") == "The first 40 of 1,812 cases"


@pytest.mark.parametrize("part", [Flow, Frequent, LabValues, Patients, Reported, Strength, Timelines])
def test_a_part_without_rows_says_so_and_draws_nothing_that_is_not_there(part: type[Part]) -> None:
    section = told(part())
    assert section.text
    assert [plot.id for plot in section.plots] == (["flow-articles"] if part is Flow else [])


def test_the_data_can_be_saved_as_csv_and_hold_no_formula() -> None:
    address = Data(("name", "value"), [[Link("=1+1", "x"), 2.5], ['a "b", c', None]]).csv
    head, _, packed = address.partition(",")
    assert head == "data:text/csv;charset=utf-8;base64"
    text = base64.b64decode(packed).decode()
    assert list(csv.reader(io.StringIO(text))) == [["name", "value"], ["'=1+1", "2.5"], ['a "b", c', ""]]
