"""Which rows give a cell its value, and which word or number it is."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from extract.protocol.analysis import Analysis
from extract.protocol.model import MODELS, RecordVariable
from extract.protocol.names import Names
from extract.protocol.pick import Cell, Picker
from extract.protocol.times import moments
from extract.records.common import Record
from extract.records.finish import RECORDS
from extract.rules.load import load_rules

NAMES = Names(load_rules())
DEFAULTS: dict[str, Any] = {
    "subject": "patient", "assertion": "present", "when": "", "time_text": "", "time_days": None, "section": "case",
    "quote": "q", "page": None, "sentence": "", "rule": "r", "confidence": 0.9,
}  # fmt: skip
OWN: dict[str, dict[str, Any]] = {
    "labs": {"analyte": "calcium", "analyte_text": "Ca", "specimen": "serum", "unit": "mg/dL"},
    "muscle_grades": {"muscle": "iliopsoas", "muscle_text": "iliopsoas", "kind": "muscle", "side": "bilateral",
                      "grade_text": ""},
    "levels": {"level": "T4", "level_text": "T4", "region": "thoracic"},
    "drugs": {"drug": "diltiazem", "drug_text": "diltiazem"},
    "scores": {"scale": "Glasgow Coma Scale", "scale_text": "GCS", "comparator": "=", "value_high": None,
               "value_text": "", "maximum": 15, "components": "", "minute": None},
}  # fmt: skip


def rows(table: str, *given: dict[str, Any]) -> list[Record]:
    """Return rows in the order of the text; their record_ids are a, b, c ..."""
    model = RECORDS[table][0]
    made = []
    for number, own in enumerate(given):
        name = chr(ord("a") + number)
        placed = {"record_id": name, "article_id": "x", "case_id": "x#1", "start": 10 * number, "end": 10 * number + 1}
        made.append(model.model_validate({**DEFAULTS, **OWN[table], **placed, **own}))
    return made


def variable(text: str) -> RecordVariable:
    given = yaml.safe_load(text)
    found = MODELS[given["table"]].model_validate(given, context=NAMES)
    assert isinstance(found, RecordVariable)
    return found


def cell(text: str, *given: dict[str, Any]) -> Cell:
    wanted = variable(text)
    return Picker(wanted, NAMES).cell(rows(wanted.table, *given))


def told(text: str, *given: dict[str, Any]) -> tuple[object, str]:
    """Return value and sources: (8.1, "a")."""
    found = cell(text, *given)
    return found.value, "".join(found.sources)


BASE, FOLLOW = {"when": "baseline"}, {"when": "followup"}
CALCIUM = "{table: labs, analyte: calcium, unit: mg/dL"


@pytest.mark.parametrize(
    ("pick", "expected"),
    [
        ("first", (9, "a")),
        ("last", (8, "d")),
        ("min", (7, "c")),
        ("max", (12, "b")),
        ("mean", (9, "abcd")),
        ("count", (4, "abcd")),
        ("any", ("yes", "abcd")),
        ("worst, worse: low", (7, "c")),
        ("best, worse: low", (12, "b")),
        ("worst, worse: high", (12, "b")),
        ("change", (-1, "ad")),
        ("change, each: max", (-1, "ad")),
    ],
)
def test_one_of_several_numbers(pick: str, expected: tuple[object, str]) -> None:
    values = ({**BASE, "value": 9}, {"value": 12}, {"value": 7}, {**FOLLOW, "value": 8})
    unit = "" if pick in ("any", "count") else "unit: mg/dL, "
    assert told(f"{{table: labs, analyte: calcium, {unit}pick: {pick}}}", *values) == expected


def test_values_are_converted_and_those_that_cannot_be_are_counted_not_guessed() -> None:
    found = cell(
        f"{CALCIUM}, pick: mean}}",
        {"value": 2.0, "unit": "mmol/L"},
        {"value": 100, "unit": "mg/L"},
        {"value": 5, "unit": "U/L"},
        {"value": 9, "unit": ""},
    )
    assert found.value == pytest.approx((2 / 0.2495 + 10) / 2, rel=1e-5)
    assert (found.sources, found.left_out.unusable) == (("a", "b"), 2)


def test_a_case_with_nothing_but_unusable_numbers_is_not_reported() -> None:
    found = cell(f"{CALCIUM}, pick: max}}", {"value": 9, "unit": ""})
    assert (found.value, found.sources, found.state, found.left_out.unusable) == (None, (), "not_reported", 1)


def test_a_number_without_a_unit_is_one_of_an_analyte_without_units() -> None:
    assert told("{table: labs, analyte: pH, pick: min}", {"analyte": "pH", "unit": "", "value": 7.1}) == (7.1, "a")


def test_misprints_are_left_out_and_counted() -> None:
    text = "{table: labs, analyte: hemoglobin, unit: g/dL, pick: max, plausible: [2, 25]}"
    hemoglobin = {"analyte": "hemoglobin", "unit": "g/dL"}
    found = cell(text, {**hemoglobin, "value": 7900}, {**hemoglobin, "value": 9})
    assert (found.value, found.sources, found.left_out.implausible) == (9, ("b",), 1)


@pytest.mark.parametrize(("pick", "value"), [("min", 8), ("max", 10), ("first", 9), ("worst, worse: high", 10)])
def test_of_a_range_the_end_that_was_asked_for_or_the_middle(pick: str, value: float) -> None:
    assert told(f"{CALCIUM}, pick: {pick}}}", {"value": 8, "value_high": 10}) == (value, "a")


def test_limits_are_counted() -> None:
    assert cell(f"{CALCIUM}, pick: max}}", {"value": 5, "comparator": "<"}).limits == 1


def test_specimens_and_analytes_are_those_named() -> None:
    text = "{table: labs, analyte: calcium, specimen: serum, unit: mg/dL, pick: first}"
    assert told(text, {"value": 1, "specimen": "urine"}, {"value": 2, "analyte": "ionized calcium"}) == (None, "")


@pytest.mark.parametrize(
    ("conditions", "sources"),
    [
        ("when: baseline", "b"),
        ("when: followup", "cd"),
        ("when: last_followup", "d"),
        ("when: [history, baseline]", "ab"),
        ("when: unknown", "e"),
        ("days: [-1, 5]", "bc"),
        ("days: [null, 0]", "ab"),
        ("days: [5, null]", "cd"),
        ("when: followup, days: [0, 5]", "c"),
        ("subject: family", ""),
        ("assertion: [present, possible]", "abcde"),
    ],
)
def test_times_and_persons(conditions: str, sources: str) -> None:
    given = (
        {"when": "history", "time_days": -400, "value": 1},
        {**BASE, "time_days": 0, "value": 2},
        {**FOLLOW, "time_days": 5, "value": 3},
        {**FOLLOW, "time_days": 90, "value": 4},
        {"value": 5},
    )
    assert told(f"{{table: labs, analyte: calcium, pick: any, {conditions}}}", *given)[1] == sources


def test_the_order_of_time_is_that_of_days_and_else_of_the_text() -> None:
    made = rows(
        "labs",
        {**FOLLOW, "time_text": "at discharge"},
        {**FOLLOW, "time_days": 30},
        {**BASE},
        {**FOLLOW, "time_days": 2},
        {**FOLLOW},
        {"when": "history"},
        {**FOLLOW, "time_text": "later"},
        {"time_days": 4},
    )
    assert ["".join(row.record_id for row in moment.rows) for moment in moments(made)] == [
        "f", "c", "a", "de", "g", "h", "b",
    ]  # fmt: skip


def test_the_worst_of_a_group_of_muscles_at_one_time() -> None:
    text = "{table: muscle_grades, group: lower limb, when: last_followup, pick: worst}"
    given = (
        {**BASE, "grade": 0},
        {**FOLLOW, "time_days": 3, "grade": 1},
        {**FOLLOW, "time_days": 90, "grade": 4},
        {**FOLLOW, "time_days": 90, "grade": 3.67, "muscle": "quadriceps"},
        {**FOLLOW, "time_days": 90, "grade": 2, "muscle": "deltoid"},
    )
    assert told(text, *given) == (3.67, "d")


def test_a_bilateral_grade_is_one_of_each_side() -> None:
    given = ({"side": "bilateral", "grade": 3}, {"side": "right", "grade": 2}, {"side": "left", "grade": 4})
    assert told("{table: muscle_grades, side: left, pick: worst}", *given) == (3, "a")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([{"status": "given"}], ("yes", "a", "reported")),
        ([{"status": "stopped"}], ("yes", "a", "reported")),
        ([{"status": "history"}], (None, "", "not_reported")),
        ([{"status": "withheld"}], ("no", "a", "absent")),
        ([{"status": "withheld", "assertion": "absent"}], ("no", "a", "absent")),
        ([{"status": "withheld", "assertion": "possible"}], (None, "", "not_reported")),
        ([{"status": "withheld"}, {"status": "given"}], ("yes", "b", "reported")),
        ([{"drug": "verapamil"}], (None, "", "not_reported")),
        ([], (None, "", "not_reported")),
    ],
)
def test_whether_a_drug_was_given(given: list[dict[str, Any]], expected: tuple[object, str, str]) -> None:
    found = cell("{table: drugs, drug: diltiazem, pick: any}", *given)
    assert (found.value, "".join(found.sources), found.state) == expected


def test_a_drug_that_was_withheld_may_have_been_taken_before() -> None:
    text = "{table: drugs, drug: diltiazem, status: history, pick: any}"
    assert told(text, {"status": "withheld"}) == (None, "")
    assert told(text, {"status": "withheld"}, {"status": "history"}) == ("yes", "b")


def test_a_class_is_denied_by_its_name_not_by_one_member() -> None:
    text = "{table: drugs, class: antibiotic, pick: any}"
    assert told(text, {"drug": "vancomycin", "status": "withheld"}) == (None, "")
    assert told(text, {"drug": "antibiotic", "status": "withheld"}) == ("no", "a")
    assert told(text, {"drug": "antibiotic", "status": "withheld"}, {"drug": "vancomycin"}) == ("yes", "b")


def test_a_list_is_denied_by_denying_all_of_it() -> None:
    text = "{table: drugs, drug: [diltiazem, verapamil], pick: any}"
    assert told(text, {"status": "withheld"}) == (None, "")
    assert told(text, {"status": "withheld"}, {"status": "withheld", "drug": "verapamil"}) == ("no", "ab")


def test_texts_are_listed_once_and_counted_once() -> None:
    given = ({"drug": "vancomycin"}, {"drug": "diltiazem"}, {"drug": "meropenem"}, {"drug": "vancomycin"})
    assert told("{table: drugs, class: antibiotic, pick: list}", *given) == ("vancomycin; meropenem", "acd")
    assert told("{table: drugs, class: antibiotic, pick: count}", *given) == (2, "acd")


def test_nothing_found_is_not_the_same_as_none() -> None:
    denied = {"drug": "antibiotic", "status": "withheld"}
    for pick, value in (("list", "absent"), ("count", 0)):
        text = f"{{table: drugs, class: antibiotic, pick: {pick}}}"
        assert told(text, denied) == (value, "a")
        assert told(text) == (None, "")


def test_doses_in_the_unit_that_was_asked_for() -> None:
    text = "{table: drugs, drug: diltiazem, value: daily_dose, unit: mg, pick: max}"
    given = (
        {"daily_dose": 0.5, "dose_unit": "g"},
        {"daily_dose": 90, "dose_unit": "mg"},
        {"daily_dose": 9, "dose_unit": "mg/kg"},
    )
    found = cell(text, *given)
    assert (found.value, found.sources, found.left_out.unusable) == (500, ("a",), 1)


def test_a_daily_dose_is_a_days_however_the_text_says_a_day() -> None:
    given = (
        {"daily_dose": 60, "dose_unit": "mg/day"},
        {"daily_dose": 40, "dose_unit": "mg"},
        {"daily_dose": 0.09, "dose_unit": "g/24 h"},
        {"daily_dose": 999, "dose_unit": "mg/kg/day"},
    )
    for unit in ("mg", "mg/day"):
        found = cell(f"{{table: drugs, drug: diltiazem, value: daily_dose, unit: {unit}, pick: max}}", *given)
        assert (found.value, found.sources, found.left_out.unusable) == (90, ("c",), 1)


def test_an_analyte_in_a_specimen_is_found_under_its_name_there() -> None:
    given = (
        {"analyte": "glucose", "value": 250},
        {"analyte": "CSF glucose", "specimen": "CSF", "value": 40},
        {"analyte": "CSF protein", "specimen": "CSF", "value": 90},
    )
    assert told("{table: labs, analyte: glucose, specimen: CSF, pick: max}", *given) == (40, "b")
    assert told("{table: labs, analyte: glucose, specimen: [serum, CSF], pick: min}", *given) == (40, "b")
    assert told("{table: labs, analyte: total protein, specimen: CSF, unit: mg/dL, pick: max}", *given) == (90, "c")
    assert told("{table: labs, analyte: glucose, pick: count}", *given) == (1, "a")
    negative = {"analyte": "urine glucose", "specimen": "urine", "unit": "", "result": "negative"}
    text = "{table: labs, analyte: glucose, specimen: urine, result: positive, pick: any}"
    assert told(text, negative) == ("no", "a")


def test_a_list_of_analytes_is_denied_by_denying_all_of_it() -> None:
    text = "{table: labs, analyte: [CRP, ESR], result: high, pick: any}"
    crp = {"analyte": "C-reactive protein", "unit": ""}
    esr = {"analyte": "erythrocyte sedimentation rate", "unit": ""}
    assert told(text, {**crp, "result": "normal"}) == (None, "")
    assert told(text, {**crp, "result": "normal"}, {**esr, "result": "normal"}) == ("no", "ab")
    assert told(text, {**crp, "result": "normal"}, {**esr, "result": "high"}) == ("yes", "b")


def test_a_class_of_analytes_is_not_denied_by_one_of_them() -> None:
    text = "{table: labs, class: autoantibody, result: positive, pick: any}"
    antibody = {"analyte": "antinuclear antibody", "unit": ""}
    assert told(text, {**antibody, "result": "negative"}) == (None, "")
    assert told(text, {**antibody, "result": "positive"}) == ("yes", "a")


@pytest.mark.parametrize(
    ("results", "value"),
    [
        (["positive"], "yes"),
        (["negative"], "no"),
        (["negative", "positive"], "yes"),
        (["high"], None),
        ([""], None),
    ],
)
def test_whether_a_result_was_positive(results: list[str], value: str | None) -> None:
    given = [{"analyte": "antinuclear antibody", "unit": "", "result": result} for result in results]
    assert told("{table: labs, analyte: ANA, result: positive, pick: any}", *given)[0] == value


@pytest.mark.parametrize(
    ("condition", "row", "value"),
    [
        ("level: T4", {"level": "T3-T5"}, "yes"),
        ("level: T4-T5", {"level": "T4"}, None),
        ("region: thoracic", {"level": "C7-T1", "region": "junctional"}, "yes"),
        ("region: lumbar", {"level": "C7-T1", "region": "junctional"}, None),
        ("level: T4", {"assertion": "absent"}, "no"),
        ("region: thoracic", {"assertion": "absent"}, None),
        ("region: thoracic", {"assertion": "absent", "level": ""}, "no"),
        ("kind: cord", {}, None),
    ],
)
def test_levels(condition: str, row: dict[str, Any], value: str | None) -> None:
    assert told(f"{{table: levels, {condition}, pick: any}}", row)[0] == value


def test_scores_are_taken_by_scale() -> None:
    given = ({"value": 15}, {"value": 7}, {"value": 1, "scale": "Apgar score"})
    assert told("{table: scores, scale: GCS, pick: worst, worse: low}", *given) == (7, "b")


_ROW = st.fixed_dictionaries(
    {
        "when": st.sampled_from(["baseline", "followup", "history", ""]),
        "time_days": st.none() | st.integers(-5, 90),
        "time_text": st.sampled_from(["", "at discharge", "later"]),
        "value": st.none() | st.integers(1, 20),
        "unit": st.sampled_from(["mg/dL", "mmol/L", "", "U/L"]),
        "assertion": st.sampled_from(["present", "absent"]),
    }
)
_PICKS = ["first", "last", "min", "max", "mean", "change", "worst, worse: low", "count", "any"]


@given(st.lists(_ROW, max_size=6), st.sampled_from(_PICKS), st.randoms(use_true_random=False))
def test_a_cell_does_not_depend_on_the_order_of_the_rows(
    given: list[dict[str, Any]], pick: str, chance: random.Random
) -> None:
    unit = "" if pick in ("any", "count") else "unit: mg/dL, "
    picker = Picker(variable(f"{{table: labs, analyte: calcium, {unit}pick: {pick}}}"), NAMES)
    made = rows("labs", *given)
    mixed = made.copy()
    chance.shuffle(mixed)
    one, other = picker.cell(made), picker.cell(mixed)
    assert (one.value, set(one.sources), one.state) == (other.value, set(other.sources), other.state)
    assert (one.value is None) <= (one.state != "reported")
    assert bool(one.sources) == (one.state != "not_reported")
    assert set(one.sources) <= {row.record_id for row in made}


def test_the_model_of_the_wide_table_has_a_column_for_each_variable(tmp_path: Path) -> None:
    from extract.protocol.read import read_protocol

    path = tmp_path / "p.yaml"
    path.write_text(f"variables:\n  a: {CALCIUM}, pick: max}}\n  b: {{table: cases, value: sex}}\n", encoding="utf-8")
    made = Analysis(read_protocol(path, load_rules()), load_rules())
    assert list(made.model.model_fields) == ["article_id", "case_id", "a", "a_source", "b", "b_source"]
