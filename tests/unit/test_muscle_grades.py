"""Muscle grades: written forms, values, what a row holds, tables, sides from further away."""

from __future__ import annotations

import pytest
import spacy

from extract.nlp.extensions import drafts
from extract.nlp.grades import GradeReader
from extract.nlp.model import Draft
from extract.nlp.pipeline import load_pipeline
from extract.rules.load import load_rules

READER = GradeReader(load_rules())


def grades(text: str) -> list[tuple[str, float]]:
    start = text.find("biceps")
    muscles = [(start, start + 6)] if start >= 0 else []
    return [(g.text, g.value) for g in READER.find(text, 0, len(text), muscles)]


@pytest.mark.parametrize(
    ("text", "grade", "value"),
    [
        ("biceps 4/5", "4", 4.0),
        ("biceps 4+/5", "4+", 4.33),
        ("biceps 4-/5", "4-", 3.67),
        ("biceps 4−/5", "4-", 3.67),
        ("biceps 4 / 5", "4", 4.0),
        ("biceps 3-4/5", "3-4", 3.5),
        ("biceps 3/5–4/5", "3-4", 3.5),
        ("biceps IV/V", "4", 4.0),
        ("biceps 2 out of 5", "2", 2.0),
        ("biceps strength of four out of five", "4", 4.0),
        ("biceps MRC 4+", "4+", 4.33),
        ("biceps MRC grade 0", "0", 0.0),
        ("biceps strength was grade III", "3", 3.0),
        ("biceps M3", "3", 3.0),
        ("biceps power of 2", "2", 2.0),
        ("biceps 5-/5", "5-", 4.67),
    ],
)
def test_written_forms(text: str, grade: str, value: float) -> None:
    assert grades(text) == [(grade, value)]


@pytest.mark.parametrize(
    "text",
    ["biceps 4/50", "biceps 14/5", "biceps 4/5/2020", "biceps reflex 2+", "biceps 4/5 cm", "biceps 3/5 patients"],
)
def test_other_fractions(text: str) -> None:
    assert grades(text) == []


def rows(text: str) -> list[Draft]:
    return [row for row in drafts(load_pipeline()(text)) if row.table == "muscle_grades"]


def told(text: str) -> list[tuple[str, str, str]]:
    return [(r.values["muscle"], r.values["side"], r.values["grade_text"]) for r in rows(text)]


def timed(text: str) -> list[tuple[str, str, str, str]]:
    return [(*t, r.context.when) for t, r in zip(told(text), rows(text), strict=True)]


def test_a_row_holds_what_is_written_and_where() -> None:
    text = "On examination, the strength of the right anterior tibialis was 4-/5."
    (row,) = rows(text)
    assert row.values == {
        "muscle": "tibialis anterior",
        "muscle_text": "anterior tibialis",
        "kind": "muscle",
        "side": "right",
        "grade": 3.67,
        "grade_text": "4-",
    }
    assert text[row.start : row.end] == "anterior tibialis was 4-/5"


@pytest.mark.parametrize(
    ("word", "kind"), [("deltoid", "muscle"), ("hip flexors", "movement"), ("lower limb", "region")]
)
def test_kind(word: str, kind: str) -> None:
    (row,) = rows(f"Strength of the left {word} was 3/5.")
    assert row.values["kind"] == kind


def test_a_heading_side_governs_until_another_is_said() -> None:
    found = told("Left arm: deltoid 4/5, biceps 3/5. Right arm: deltoid 5/5, biceps 5/5.")
    assert [side for _, side, _ in found] == ["left", "left", "right", "right"]


def test_the_side_may_stand_in_the_sentence_before() -> None:
    text = "She had a right drop foot. The tibialis anterior had a strength of 2/5."
    assert told(text) == [("tibialis anterior", "right", "2")]


def test_the_side_of_one_limb_is_not_that_of_the_other() -> None:
    text = "The strength of both legs and the left hand was tested. Hip flexion was 4/5, and finger flexion was 3/5."
    assert told(text) == [("hip flexion", "bilateral", "4"), ("finger flexion", "left", "3")]


def test_the_limb_of_a_hemiparesis_has_its_side() -> None:
    text = "He had a right hemiparesis.\nLater on, power in his upper limb was 4/5."
    assert told(text) == [("upper limb", "right", "4")]


def test_an_improvement_is_two_rows_the_first_of_them_before() -> None:
    found = rows("At follow-up after three months the right quadriceps had improved from 2/5 to 4/5.")
    assert [(r.values["grade_text"], r.context.when) for r in found] == [("2", "baseline"), ("4", "followup")]


def test_strength_without_a_muscle_is_overall_strength() -> None:
    assert told("Muscle strength was 4/5.") == [("overall strength", "unspecified", "4")]


def test_normal_strength_without_a_number_gives_nothing() -> None:
    assert told("Power was full in all limbs, and the deltoid was normal.") == []


def test_table_with_sides_and_times_in_its_header() -> None:
    text = (
        "Table 1 MRC grades before and after rehabilitation\n"
        "\tAdmission\tDischarge\n"
        "\tRight/left\tRight/left\n"
        "Hip flexion\t2/3\t4/5\n"
        "Ankle dorsiflexion\t1/1\t3/4"
    )
    assert timed(text) == [
        ("hip flexion", "right", "2", "baseline"),
        ("hip flexion", "left", "3", "baseline"),
        ("hip flexion", "right", "4", "followup"),
        ("hip flexion", "left", "5", "followup"),
        ("ankle dorsiflexion", "right", "1", "baseline"),
        ("ankle dorsiflexion", "left", "1", "baseline"),
        ("ankle dorsiflexion", "right", "3", "followup"),
        ("ankle dorsiflexion", "left", "4", "followup"),
    ]


def test_table_with_a_column_per_side() -> None:
    text = "Muscle strength (MRC)\tRight\tLeft\nDeltoid\t4+\t5\nQuadriceps\t3/5\t5/5"
    assert told(text) == [
        ("deltoid", "right", "4+"),
        ("deltoid", "left", "5"),
        ("quadriceps", "right", "3"),
        ("quadriceps", "left", "5"),
    ]


def test_table_with_sides_in_its_cells() -> None:
    text = "Muscle strength\tInitial examination\t3-month follow-up\nDeltoid\t2/5 (L), 3–/5 (R)\tR 4/5, L 5/5"
    assert timed(text) == [
        ("deltoid", "left", "2", "baseline"),
        ("deltoid", "right", "3-", "baseline"),
        ("deltoid", "right", "4", "followup"),
        ("deltoid", "left", "5", "followup"),
    ]


def test_table_of_strength_testing_with_prefixed_grades() -> None:
    assert told("Strength testing\tRight\tLeft\nDeltoid\tM3\tGrade 4\nBiceps\t4/5\tM4-") == [
        ("deltoid", "right", "3"),
        ("deltoid", "left", "4"),
        ("biceps brachii", "right", "4"),
        ("biceps brachii", "left", "4-"),
    ]


def test_time_over_a_column_per_side() -> None:
    text = "Power (MRC)\tOn admission\t\tAfter a day\t\n\tRight\tLeft\tRight\tLeft\nHip flexion\t4\t3\t2\t1"
    assert timed(text) == [
        ("hip flexion", "right", "4", "baseline"),
        ("hip flexion", "left", "3", "baseline"),
        ("hip flexion", "right", "2", "followup"),
        ("hip flexion", "left", "1", "followup"),
    ]


def test_a_table_of_something_else_is_left_alone() -> None:
    assert told("Range of motion\tRight\tLeft\nShoulder abduction\t2\t4\nKnee flexion\t3\t5") == []


def test_component_can_be_added_to_any_pipeline() -> None:
    nlp = spacy.blank("en")
    for name in ("casetab_sentences", "casetab_terms", "casetab_quantities", "casetab_patients"):
        nlp.add_pipe(name)
    for name in ("casetab_timeline", "casetab_context", "casetab_muscle_grades"):
        nlp.add_pipe(name)
    assert len(drafts(nlp("The left biceps was 3/5."))) == 1


@pytest.mark.parametrize(
    ("sentence", "grade", "words"),
    [
        ("The left arm showed only a flicker of movement.", 1.0, "flicker of movement"),
        ("There was complete paralysis of the left arm.", 0.0, "complete paralysis"),
    ],
)
def test_words_that_stand_for_a_grade_are_marked_as_inferred(sentence: str, grade: float, words: str) -> None:
    (row,) = rows(sentence)
    assert (row.values["grade"], row.values["grade_text"], row.rule) == (grade, words, "muscle.inferred")
    assert row.confidence < 0.5


def test_paralysis_in_the_literature_is_not_the_patients() -> None:
    (row,) = rows("Smith et al. reported complete paralysis of both legs in a child.")
    assert row.context.subject == "literature"


def test_paralysis_that_was_denied_gives_nothing() -> None:
    assert told("There was no complete paralysis of the right arm.") == []


@pytest.mark.parametrize(
    "text",
    [
        "Right: deltoid 3/5. Left: deltoid 5/5.",
        "Right side: deltoid 3/5, biceps 4/5, grip 3/5, triceps 4/5. Left side: deltoid, biceps, grip, triceps 5/5.",
    ],
)
def test_the_other_side_is_no_later_examination(text: str) -> None:
    assert {row.context.when for row in rows("A 40-year-old man was admitted. " + text)} == {"baseline"}


def test_the_same_side_again_is_a_later_examination() -> None:
    found = rows("A 40-year-old man was admitted. The right deltoid was 3/5. The right deltoid was 5/5.")
    assert [row.context.when for row in found] == ["baseline", "followup"]


def test_a_weak_arm_told_of_before_is_no_earlier_examination() -> None:
    (row,) = rows("A 63-year-old woman presented with paresis of the left arm. Left arm strength was 4/5.")
    assert row.context.when == "baseline"
