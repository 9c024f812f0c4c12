"""A protocol is read whole or not at all, and all of its mistakes are told at once, with their lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers import ROOT

from extract.protocol.model import LabVariable, LevelVariable, MuscleVariable, Protocol, RecordVariable
from extract.protocol.read import ProtocolError, check_subjects, read_protocol
from extract.protocol.words import definition
from extract.rules.load import load_rules


def read(folder: Path, text: str) -> Protocol:
    path = folder / "p.yaml"
    path.write_text(text, encoding="utf-8")
    return read_protocol(path, load_rules())


def mistakes(folder: Path, text: str) -> list[str]:
    """Return the complaints without the file's name: "3: what is wrong"."""
    with pytest.raises(ProtocolError) as caught:
        read(folder, text)
    return [line.removeprefix(f"{folder / 'p.yaml'}:").strip() for line in caught.value.lines]


def variable(folder: Path, text: str) -> RecordVariable:
    found = read(folder, f"variables:\n  x: {{{text}}}\n").variables["x"]
    assert isinstance(found, RecordVariable)
    return found


def complaint(folder: Path, text: str) -> str:
    (told,) = mistakes(folder, f"variables:\n  x: {{{text}}}\n")
    return told.removeprefix("2: ")


MANY = """\
titel: Calcium in thyroid storm
not_reported: no
variables:
  calcium:
    table: labs
    analyte: Serum calcum
    pick: first
  calcium:
    table: labs
    analyte: calcium
    unit: U/L
    pick: frist
  potassium:
    table: labs
    analyte: [potassium, sodum]
    days: [7, -3]
    pick: mean
  2strength:
    table: muscle_grades
    grup: lower limb
    pick: worst
    when: basline
  serum calcium:
    table: lab
  age_source:
    table: cases
    value: age
  diltiazem: {table: drugs, drug: diltiazm, pick: any}
  level: {table: levels, level: T14, pick: list}
  gcs: {table: scores, scale: GCS, pick: worst}
"""


def test_every_mistake_is_told_with_its_line_and_a_suggestion(tmp_path: Path) -> None:
    told = mistakes(tmp_path, MANY)
    expected = [
        "1: unknown key 'titel'; did you mean 'title'?",
        "2: not_reported: 'no' says something",
        "6: calcium: analyte: 'Serum calcum' is no analyte that casetab knows; did you mean 'calcium'?",
        "8: variable 'calcium' stands in line 4 already",
        "12: calcium: pick: 'frist' is not one of first, last,",
        "15: potassium: analyte: 'sodum' is no analyte that casetab knows; did you mean 'sodium'?",
        "16: potassium: days: the window is reversed: 7 comes after -3; did you mean [-3, 7]?",
        "18: '2strength' is no name for a column",
        "20: 2strength: unknown key 'grup'; did you mean 'group'?",
        "22: 2strength: when: 'basline' is not one of baseline,",
        "23: 'serum calcium' is no name for a column: a letter, then letters, digits and _; did you mean",
        "24: serum calcium: there is no table 'lab'",
        "25: age_source: names that end in _source",
        "27: age_source: value: 'age' is not one of age_years,",
        "28: diltiazem: drug: 'diltiazm' is no drug that casetab knows; did you mean 'diltiazem'?",
        "29: level: level: there is no level T14; T goes from T1 to T12",
        "30: gcs: worst needs a direction: say `worse: high` or `worse: low`",
    ]
    assert [(line, begin) for line, begin in zip(told, expected, strict=True) if not line.startswith(begin)] == []


def test_a_message_about_one_mistake_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ProtocolError) as caught:
        read(tmp_path, "variables:\n  x: 5\n")
    assert (
        str(caught.value) == f"{tmp_path / 'p.yaml'}:2: x: what it is stands below it: `table`, conditions and `pick`"
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file is empty"),
        ("variables: [a\n", "2: not valid YAML"),
        ("- a\n", "1: a protocol has keys"),
        ("title: x\n", "1: `variables` is missing"),
        ("variables: {}\n", "1: `variables` is missing"),
        ("title: [a]\nvariables: {x: {table: cases, value: sex}}\n", "1: title: a list must be text"),
        ("not_reported: 9\nvariables: {x: {table: cases, value: sex}}\n", "1: not_reported: '9' must be text"),
        ('not_reported: "-9"\nvariables: {x: {table: cases, value: sex}}\n', "1: not_reported: '-9' is a number"),
        ('not_reported: "=NA"\nvariables: {x: {table: cases, value: sex}}\n', "1: not_reported: '=NA' would be"),
        ("not_reported: male\nvariables: {x: {table: cases, value: sex}}\n", "1: not_reported: 'male' is a value of x"),
        ("variables:\n  x: {table: cases}\n", "2: x: `value` is missing"),
        ("variables:\n  x: {table: cases, value: {a: &b [*b]}}\n", "2: x: value: a mapping is not one of age_years,"),
        ("variables: &a\n  x: *a\n", "2: x: `table` is missing"),
        ("variables:\n\t- x\n", "2: not valid YAML"),
        ("variables:\n  x: {value: sex}\n", "2: x: `table` is missing: cases, labs"),
        ("variables:\n  case_id: {table: cases, value: sex}\n", "2: case_id: casetab has a column"),
        ("variables:\n  copy: {table: cases, value: sex}\n", "2: copy: casetab has a column or an attribute"),
        (
            "variables:\n  sex: {table: cases, value: sex}\n  Sex: {table: cases, value: sex}\n",
            "3: Sex and sex differ in capitals only",
        ),
    ],
)
def test_what_is_wrong_with_the_file_as_a_whole(tmp_path: Path, text: str, told: str) -> None:
    (found,) = mistakes(tmp_path, text)
    assert found.removeprefix(str(tmp_path / "p.yaml") + ": ").startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("table: labs, analyte: calcium, pick: first, unit: U/L", "unit: calcium cannot be had in U/L; its usual unit"),
        ("table: labs, analyte: calcium, pick: first, unit: frogs", "unit: 'frogs' is no unit that casetab knows"),
        ("table: labs, analyte: calcium, pick: any, unit: mg/dL", "unit: `unit` has no effect"),
        ("table: labs, class: chemistry, pick: max", "`unit` is missing: the analytes of a class"),
        (
            "table: labs, analyte: [calcium, creatine kinase], pick: max",
            "`unit` is missing: the analytes have different",
        ),
        ("table: labs, pick: count", "what was measured is missing"),
        ("table: labs, analyte: [], pick: count", "analyte: an empty list takes nothing"),
        ("table: labs, analyte: 5, pick: count", "analyte: '5' must be text"),
        ("table: labs, analyte: serum glucose level, pick: any", "analyte: 'serum glucose level' is no analyte"),
        ("table: labs, class: elektrolytes, pick: any", "class: 'elektrolytes' is no analyte class"),
        ("table: labs, analyte: calcium, value: result, pick: mean", "value: `pick: mean` needs numbers"),
        ("table: labs, analyte: calcium, value: titer, pick: list", "value: `pick: list` joins texts"),
        ("table: labs, analyte: calcium, value: result, pick: any", "value: `pick: any` tells whether"),
        ("table: labs, analyte: calcium, pick: max, worse: low", "worse: `worse` has no effect"),
        ("table: labs, analyte: calcium, pick: max, each: first", "each: `each` belongs to `pick: change`"),
        ("table: labs, analyte: calcium, pick: change, when: baseline", "when: a change is that from baseline"),
        ("table: labs, analyte: calcium, pick: change, days: [0, 5]", "days: a change is that from baseline"),
        ("table: labs, analyte: calcium, pick: first, days: [5]", "days: two numbers in brackets are wanted"),
        ("table: labs, analyte: calcium, pick: first, days: [null, null]", "days: a window with two open ends"),
        ("table: labs, analyte: calcium, pick: first, days: [a, 5]", "days: 'a' must be a number"),
        ("table: labs, analyte: calcium, pick: max, plausible: [9, 1]", "plausible: the range is reversed"),
        ("table: labs, analyte: calcium, pick: any, plausible: [1, 9]", "plausible: `plausible` has no effect"),
        ("table: levels, pick: list, when: [baseline, last_followup]", "when: last_followup is part of followup"),
        ("table: levels, pick: list, level: L5-L4", "level: 'L5-L4' runs upwards; write L4-L5"),
        ("table: levels, pick: list, level: lumbar", "level: 'lumbar' is no spinal level"),
        ("table: drugs, drug: heparin, value: daily_dose, pick: max", "`unit` is missing: doses are compared"),
        ("table: drugs, class: antibiotics and more, pick: any", "class: 'antibiotics and more' is no drug class"),
        ("table: muscle_grades, group: lower lim, pick: worst", "group: 'lower lim' is no muscle group"),
        ("table: scores, pick: first", "`scale` is missing"),
    ],
)
def test_what_is_wrong_with_a_variable(tmp_path: Path, text: str, told: str) -> None:
    assert complaint(tmp_path, text).startswith(f"x: {told}")


def test_names_and_units_are_taken_as_a_reviewer_writes_them(tmp_path: Path) -> None:
    found = variable(tmp_path, "table: labs, analyte: crp, pick: first, unit: mg/l")
    assert isinstance(found, LabVariable)
    assert (found.analyte, found.unit) == (("C-reactive protein",), "mg/L")


def test_a_variable_can_be_made_of_another(tmp_path: Path) -> None:
    text = "variables:\n  a: &a {table: labs, analyte: CRP, pick: first}\n  b: {<<: *a, pick: last}\n"
    a, b = read(tmp_path, text).variables.values()
    assert isinstance(a, LabVariable)
    assert isinstance(b, LabVariable)
    assert (a.analyte, a.pick, b.analyte, b.pick) == (("C-reactive protein",), "first", ("C-reactive protein",), "last")


def test_words_that_yaml_1_1_takes_for_truth_values_are_words(tmp_path: Path) -> None:
    assert "'no' is no drug" in complaint(tmp_path, "table: drugs, drug: no, pick: any")


def test_the_usual_unit_is_taken_where_none_is_named(tmp_path: Path) -> None:
    assert variable(tmp_path, "table: labs, analyte: calcium, pick: first").unit == "mg/dL"
    assert variable(tmp_path, "table: labs, analyte: pH, pick: first").unit is None


def test_what_holds_where_nothing_is_said(tmp_path: Path) -> None:
    found = variable(tmp_path, "table: muscle_grades, group: lower limb, pick: worst")
    assert isinstance(found, MuscleVariable)
    assert (found.subject, found.assertion, found.when, found.column) == (("patient",), ("present",), None, "grade")
    assert found.low_is_worse


def test_levels_are_taken_in_several_spellings(tmp_path: Path) -> None:
    found = variable(tmp_path, "table: levels, level: [th4, L4/5, C5-C6], pick: any")
    assert isinstance(found, LevelVariable)
    assert found.level == ("T4", "L4-L5", "C5-C6")


def test_other_subjects_need_their_rows(tmp_path: Path) -> None:
    text = "variables:\n  x: {table: labs, analyte: calcium, pick: any, subject: family}\n"
    protocol = read(tmp_path, text)
    check_subjects(tmp_path / "p.yaml", protocol, all_subjects=True)
    with pytest.raises(ProtocolError, match="--all-subjects"):
        check_subjects(tmp_path / "p.yaml", protocol, all_subjects=False)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "table: labs, analyte: calcium, specimen: serum, when: baseline, unit: mg/dL, pick: first",
            "The first value in mg/dL among laboratory results for calcium in serum at baseline",
        ),
        (
            "table: labs, analyte: D-dimer, pick: max",
            "The highest value in ug/mL{FEU} among laboratory results for D-dimer",
        ),
        (
            "table: drugs, class: antibiotic, days: [null, 3], pick: any",
            "Yes where there are drugs for class antibiotic with status given or stopped up to day 3 from presentation",
        ),
        (
            "table: levels, region: thoracic, kind: cord, pick: list",
            "Each level once, in the order of time, joined by a semicolon, from spinal levels for thoracic spine, cord",
        ),
    ],
)
def test_a_variable_in_words(tmp_path: Path, text: str, told: str) -> None:
    found = definition(variable(tmp_path, text))
    assert found.startswith(told)
    assert found.endswith("(subject patient; assertion present).")


def test_the_protocol_of_the_corpus_is_right() -> None:
    assert len(read_protocol(ROOT / "corpus" / "protocol.yaml", load_rules()).variables) > 10
