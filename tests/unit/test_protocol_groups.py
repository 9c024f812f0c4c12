"""Groups of muscles and classes of drugs and analytes: what belongs to them, and what only looks so."""

from __future__ import annotations

import pytest

from extract.nlp.drug_rules import drug_rules
from extract.protocol.groups import Groups
from extract.protocol.names import Names
from extract.rules.load import load_rules

RULES = load_rules()
GROUPS = Groups(RULES)
CONTENT = RULES.documents["groups.yaml"]


@pytest.mark.parametrize(
    ("muscle", "group", "belongs"),
    [
        ("iliopsoas", "lower limb", True),
        ("iliopsoas", "hip", True),
        ("iliopsoas", "proximal lower limb", True),
        ("iliopsoas", "upper limb", False),
        ("tibialis anterior", "distal lower limb", True),
        ("all limbs", "lower limb", True),
        ("all limbs", "upper limb", True),
        ("paraparesis", "lower limb", True),
        ("paraparesis", "upper limb", False),
        ("limb", "lower limb", False),
        ("distal muscles", "distal lower limb", False),
        ("thumb flexion", "hand", True),
        ("forearm supination", "elbow", True),
        ("great toe plantarflexion", "foot", True),
        ("overall strength", "lower limb", False),
        ("diaphragm", "respiratory muscles", True),
    ],
)
def test_muscles_of_a_group(muscle: str, group: str, belongs: bool) -> None:
    assert GROUPS.muscle_in(muscle, group) is belongs


@pytest.mark.parametrize(
    ("drug", "group", "belongs"),
    [
        ("prednisolone", "corticosteroid", True),
        ("corticosteroid", "corticosteroid", True),
        ("dapsone", "corticosteroid", False),
        ("dapsone", "antibiotic", True),
        ("bleomycin", "antibiotic", False),
        ("piperacillin/tazobactam", "antibiotic", True),
        ("antibiotic", "antibiotic", True),
        ("ace inhibitor", "ACE inhibitor", True),
        ("diltiazem", "calcium channel blocker", True),
        ("metoprolol", "calcium channel blocker", False),
        ("aripiprazole", "proton pump inhibitor", False),
        ("azacitidine", "H2 receptor antagonist", False),
        ("anthracycline", "tetracycline", False),
        ("insulin glargine", "insulin", True),
        ("cholesterol", "bronchodilator", False),
        ("enoxaparin", "anticoagulant", True),
    ],
)
def test_drugs_of_a_class(drug: str, group: str, belongs: bool) -> None:
    assert GROUPS.drug_in(drug, group) is belongs


@pytest.mark.parametrize(
    ("analyte", "group", "belongs"),
    [
        ("potassium", "electrolytes", True),
        ("potassium", "chemistry", True),
        ("antinuclear antibody", "autoantibody", True),
        ("antinuclear antibody", "electrolytes", False),
    ],
)
def test_analytes_of_a_class_or_panel(analyte: str, group: str, belongs: bool) -> None:
    assert GROUPS.analyte_in(analyte, group) is belongs


def test_the_proximal_and_distal_groups_are_parts_of_their_limb() -> None:
    muscles = [entry.name for entry in RULES.entries["muscle"]]
    for limb in ("upper limb", "lower limb"):
        for part in (f"proximal {limb}", f"distal {limb}"):
            members = {name for name in muscles if GROUPS.muscle_in(name, part)}
            assert len(members) > 5
            assert {name for name in members if not GROUPS.muscle_in(name, limb)} == set()


def test_groups_name_what_the_rules_have() -> None:
    listed = {entry["group"] for entry in RULES.entries["muscle"]}
    for name, given in CONTENT["muscles"].items():
        assert set(given.get("groups", [])) <= listed, name
        assert [m for m in given["names"] if RULES.entry("muscle", m) is None] == [], name
    classes = set(drug_rules(RULES).classes) | {
        kind for entry in RULES.entries["drug"] for kind in entry["class"].split("|")
    }
    for name, given in CONTENT["drugs"].items():
        assert set(given.get("classes", [])) <= classes, name


def test_every_class_of_drugs_takes_something() -> None:
    drugs = [entry.name for entry in RULES.entries["drug"]]
    assert [name for name in GROUPS.drug_classes if not any(GROUPS.drug_in(drug, name) for drug in drugs)] == []


@pytest.mark.parametrize(
    ("kind", "written", "name"),
    [
        ("analyte", "CRP", "C-reactive protein"),
        ("analyte", "haemoglobin", "hemoglobin"),
        ("drug", "Augmentin", "amoxicillin/clavulanic acid"),
        ("drug class", "antibiotics", "antibiotic"),
        ("drug class", "ace inhibitors", "ACE inhibitor"),
        ("scale", "GCS", "Glasgow Coma Scale"),
        ("specimen", "Blood serum", "serum"),
        ("muscle", "biceps", "biceps brachii"),
    ],
)
def test_synonyms_are_names(kind: str, written: str, name: str) -> None:
    assert Names(RULES).resolve(kind, written) == name
