"""Spinal levels: notations, canonical form, region, kind, finding, look-alikes."""

from __future__ import annotations

from typing import Any

import pytest

from extract.nlp.extensions import drafts
from extract.nlp.model import Draft
from extract.nlp.pipeline import load_pipeline
from extract.nlp.spine import find_levels


def names(text: str) -> list[str]:
    return [level.name for one in find_levels(text, 0, len(text)) for level in one.levels]


@pytest.mark.parametrize(
    ("written", "levels"),
    [
        ("Th4-Th5", ["T4-T5"]),
        ("T6-7", ["T6-T7"]),
        ("Th4/5", ["T4-T5"]),
        ("D12", ["T12"]),
        ("L4–5", ["L4-L5"]),
        ("L4-L5-S1", ["L4-S1"]),
        ("C5/6/7", ["C5-C7"]),
        ("C5, C6 and C7", ["C5", "C6", "C7"]),
        ("C3, 4, 5 and 6", ["C3", "C4", "C5", "C6"]),
        ("T2 to T6", ["T2-T6"]),
        ("T1 through T4", ["T1-T4"]),
        ("T4 and T5", ["T4", "T5"]),
        ("between L2 and S1", ["L2-S1"]),
        ("C7-T1", ["C7-T1"]),
        ("S1-L5", ["L5-S1"]),
        ("L5S1", ["L5-S1"]),
        ("C3 vertebral body up to T5", ["C3-T5"]),
        ("Th 8", ["T8"]),
        ("fourth and fifth thoracic dermatomes", ["T4", "T5"]),
        ("second lumbar vertebra", ["L2"]),
        ("the third to the sixth thoracic vertebrae", ["T3-T6"]),
        ("fifth lumbar and first sacral roots", ["L5", "S1"]),
        ("10th thoracic vertebra", ["T10"]),
        ("lumbar 4/5", ["L4-L5"]),
        ("thoracic vertebrae 7 to 9", ["T7-T9"]),
    ],
)
def test_notations(written: str, levels: list[str]) -> None:
    assert names(written) == levels


@pytest.mark.parametrize("written", ["C9", "T13", "L7", "C6-24", "XL5", "L5a", "T2.5", "S10", "PD-L1", "T2N0"])
def test_no_level_of_the_spine(written: str) -> None:
    assert names(written) == []


def rows(text: str) -> list[Draft]:
    return [row for row in drafts(load_pipeline()(text)) if row.table == "levels"]


def only(text: str) -> dict[str, Any]:
    (row,) = rows(text)
    return row.values


def test_a_row_holds_level_region_ends_kind_and_finding() -> None:
    assert only("MRI showed severe disc bulging at Th3-Th4.") == {
        "level": "T3-T4",
        "level_text": "Th3-Th4",
        "region": "thoracic",
        "upper": "T3",
        "lower": "T4",
        "kind": "disc",
        "finding_text": "severe disc bulging",
    }


def test_a_span_over_two_regions_is_junctional() -> None:
    assert only("A fracture-dislocation at T12-L1 was found.")["region"] == "junctional"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The L3 vertebra was fractured.", "vertebra"),
        ("There was an L4-L5 disc herniation.", "disc"),
        ("The L4-L5 facet joints were hypertrophic.", "facet_joint"),
        ("The left L5 nerve root was swollen.", "root"),
        ("Numbness in the L5 dermatome was reported.", "dermatome"),
        ("The C5-C6 foramen was narrow.", "foramen"),
        ("The spinal cord was swollen at T7.", "cord"),
        ("A T4-T6 laminectomy was done.", "procedure"),
        ("There was an epidural abscess at the T9 level.", "unspecified"),
    ],
)
def test_kind(text: str, kind: str) -> None:
    assert only(text)["kind"] == kind


def test_a_region_without_number_has_an_empty_level() -> None:
    found = rows("Calcinosis was not evident at the cervical and lumbar spine levels.")
    assert [(r.values["level"], r.values["region"], r.context.assertion) for r in found] == [
        ("", "cervical", "absent"),
        ("", "lumbar", "absent"),
    ]


def test_a_finding_that_is_not_there() -> None:
    (row,) = rows("There was no disc herniation at L4-L5.")
    assert row.context.assertion == "absent"


def test_lost_sensation_is_a_finding() -> None:
    (row,) = rows("Light touch was absent below the T6 dermatome.")
    assert row.context.assertion == "present"


def test_one_article_may_mean_complement_and_vertebra() -> None:
    text = "The C3 vertebra was fractured. Complement C3 was low. T2-weighted MRI showed a burst T2 vertebra."
    assert [r.values["level"] for r in rows(text)] == ["C3", "T2"]


def test_captions_and_headings_count_references_do_not() -> None:
    text = (
        "Case report\nThe L4 vertebra was fractured.\nReferences\n1. Smith J. Fracture of the L2 vertebra. Spine. 2001."
    )
    assert [r.values["level"] for r in rows(text)] == ["L4"]
