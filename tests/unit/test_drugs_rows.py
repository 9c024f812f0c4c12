"""Rows of an article: what is told twice, classes beside members, daily dose, status and indication."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from extract.nlp.extensions import drafts
from extract.nlp.pipeline import load_pipeline
from extract.run.article import process

OPENING = "A 61-year-old woman was admitted to our hospital with dyspnoea. "


def rows(text: str) -> list[dict[str, Any]]:
    """Return the drugs of a case that goes on with ``text``."""
    doc = load_pipeline()(OPENING + text)
    return [draft.values for draft in drafts(doc) if draft.table == "drugs"]


def test_same_regimen_twice_is_one_row() -> None:
    found = rows("She was given meropenem 1 g every 8 h. Meropenem 1 g every 8 h was given for 10 days.")
    assert [(r["drug"], r["duration_text"]) for r in found] == [("meropenem", "for 10 days")]


def test_new_dose_is_a_new_row() -> None:
    found = rows("Amlodipine 5 mg daily was started. Amlodipine 10 mg daily was given from day 4.")
    assert [r["dose_value"] for r in found] == [5, 10]


def test_bare_mention_adds_nothing_to_a_dosed_row() -> None:
    assert len(rows("Linezolid 600 mg twice daily was started. She responded to linezolid.")) == 1


def test_bare_mention_with_another_status_is_a_row() -> None:
    found = rows("Linezolid 600 mg twice daily was started. Linezolid was discontinued.")
    assert [r["status"] for r in found] == ["given", "stopped"]


def test_class_is_left_out_where_a_member_is_named() -> None:
    found = rows("Antibiotics were started. Ceftriaxone was given for a week.")
    assert [r["drug"] for r in found] == ["ceftriaxone"]


def test_class_of_another_kind_stays() -> None:
    found = rows("Antibiotics were started. Furosemide was given.")
    assert [r["drug"] for r in found] == ["antibiotic", "furosemide"]


@pytest.mark.parametrize(
    ("text", "daily"),
    [
        ("Prednisolone 60 mg per day in 3 divided doses was given.", 60),
        ("Prednisolone 60 mg/day divided into two doses was given.", 60),
        ("Prednisolone 60 mg in two divided doses was given.", None),
        ("Prednisolone 30 mg twice daily was given.", 60),
    ],
)
def test_the_daily_dose_of_a_dose_that_is_divided_is_the_dose(text: str, daily: float | None) -> None:
    assert [row.get("daily_dose") for row in rows(text)] == [daily]


def test_daily_dose() -> None:
    by_drug = {
        r["drug"]: r.get("daily_dose")
        for r in rows("Cefepime 2 g every 8 h, warfarin 3 mg/day and dobutamine 5 µg/kg/min were given.")
    }
    assert by_drug == {"cefepime": 6, "warfarin": 3, "dobutamine": None}


def test_route_is_named() -> None:
    found = rows("Ketamine 50 mg IM and salbutamol 5 mg by nebulizer were given.")
    assert [(r["route"], r["route_text"]) for r in found] == [("intramuscular", "IM"), ("inhaled", "nebulizer")]


def test_indication() -> None:
    assert rows("Amlodipine 5 mg daily for hypertension was started.")[0]["indication_text"] == "hypertension"
    assert rows("Amlodipine 5 mg daily for ten days was started.")[0]["indication_text"] == ""


def test_dose_in_the_next_sentence() -> None:
    found = rows("Tacrolimus was started. The dose was increased to 4 mg twice daily.")
    assert [(r["drug"], r["dose_text"], r["frequency_text"]) for r in found] == [("tacrolimus", "4 mg", "twice daily")]


def test_dose_after_two_drugs_is_nobodys() -> None:
    found = rows("Tacrolimus and prednisolone were started. The dose was increased to 4 mg.")
    assert [r.get("dose_value") for r in found] == [None, None]


def test_susceptibilities_are_no_treatment() -> None:
    found = rows("The isolate was resistant to ampicillin and cefazolin, and meropenem was started.")
    assert [r["drug"] for r in found] == ["meropenem"]


def test_ingested_is_oral() -> None:
    found = rows("She had fainted after ingestion of verapamil.")
    assert [(r["route"], r["route_text"]) for r in found] == [("oral", "ingestion")]


def test_assertion_is_of_the_drug_and_not_of_the_disease() -> None:
    doc = load_pipeline()(OPENING + "As no pathogen was found and vasculitis was suspected, rituximab was started.")
    assert [d.context.assertion for d in drafts(doc) if d.table == "drugs"] == ["present"]


def test_drug_that_was_not_given_is_absent() -> None:
    doc = load_pipeline()(OPENING + "No antibiotics were given.")
    found = [(d.values["status"], d.context.assertion) for d in drafts(doc) if d.table == "drugs"]
    assert found == [("withheld", "absent")]


def test_general_statement_of_the_discussion_is_no_row() -> None:
    text = "{}\n\nDiscussion\n\nAmiodarone is commonly used for this arrhythmia. Our patient was given flecainide."
    assert [r["drug"] for r in rows(text.format("She recovered."))] == ["flecainide"]


def test_family_explains_a_class_and_gives_way_to_its_member() -> None:
    assert [r["drug"] for r in rows("Anticoagulation with LMWH was begun.")] == ["low molecular weight heparin"]
    assert [r["drug"] for r in rows("LMWH was begun. She went home on enoxaparin.")] == ["enoxaparin"]


def test_strength_of_an_ointment_has_no_daily_dose() -> None:
    found = rows("Clobetasol 0.05% ointment twice daily was applied.")
    assert [(r["dose_value"], r.get("daily_dose")) for r in found] == [(0.05, None)]


def test_a_dose_is_given_in_the_characters_of_the_source(tmp_path: Path) -> None:
    article = tmp_path / "a.txt"
    article.write_text("A 40-year-old man was admitted. Dantrolene 2.5 mg kg−1 was given.", encoding="utf-8")
    (drug,) = (row.model_dump() for row in process(article, "a", "a.txt").records.tables["drugs"])
    assert (drug["dose_text"], drug["dose_unit"]) == ("2.5 mg kg−1", "mg kg−1")
