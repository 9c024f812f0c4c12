"""Names of drugs: the dictionary's filter, misspellings, endings, second names, vaccines."""

from __future__ import annotations

import pytest

from extract.nlp.drug_names import find_drug_names
from extract.nlp.drug_rules import classes_of, drug_rules
from extract.nlp.drug_sentences import one_name
from extract.nlp.drug_spelling import SpellingIndex, one_edit
from extract.nlp.pipeline import load_pipeline
from extract.rules.lexicon import Entry
from extract.rules.load import load_rules


def names(text: str) -> list[str]:
    """Return the canonical names in a text, second names for the same drug left out."""
    rules = drug_rules(load_rules())
    doc = load_pipeline()(text)
    return [name.name for name in one_name(doc.text, find_drug_names(doc, rules), rules)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vancomycin", ["vancomycin"]),
        ("Augmentin", ["amoxicillin/clavulanic acid"]),
        ("MTX", ["methotrexate"]),
        ("mtx", []),
        ("enalapril maleate", ["enalapril"]),
        ("methotrexate (MTX)", ["methotrexate"]),
        ("piperacillin-tazobactam", ["piperacillin/tazobactam"]),
        ("heparin anticoagulation", ["heparin"]),
        ("chemotherapy with cisplatin", ["cisplatin"]),
        ("dorzolamide and timolol", ["dorzolamide", "timolol"]),
        ("a zolvetinib tablet", ["zolvetinib"]),
        ("serum cortisol", []),
        ("Escherichia coli", []),
        ("procalcitonin", []),
        ("normal saline", []),
        ("in contrast", []),
        ("creatinine", []),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_identifier_comes_from_the_dictionary() -> None:
    entry = load_rules().entry("drug", "bisoprolol")
    assert entry is not None and entry["drugbank_id"].startswith("DB")


@pytest.mark.parametrize(
    ("a", "b", "near"),
    [
        ("ampicilin", "ampicillin", True),
        ("vancomicin", "vancomycin", True),
        ("vancomycin", "vancomycin", False),
        ("vacnomycin", "vancomycin", True),
        ("vanomicin", "vancomycin", False),
        ("dexamethasones", "dexamethasone", True),
    ],
)
def test_one_edit(a: str, b: str, near: bool) -> None:
    assert one_edit(a, b) is near
    assert one_edit(b, a) is near


def test_misspelt_name_is_found_with_its_place() -> None:
    index = SpellingIndex([Entry("levetiracetam", "drug", {"kind": "drug"})])
    text = "She took levetiractam and levetiracetam."
    assert [(text[a:b], entry.name) for a, b, entry in index.find(text)] == [("levetiractam", "levetiracetam")]


def test_short_names_have_no_misspellings() -> None:
    index = SpellingIndex([Entry("iron", "drug", {"kind": "drug"})])
    assert list(index.find("irony ironn")) == []


def test_vaccines_in_a_list() -> None:
    assert names("vaccinated against measles, mumps and rubella") == [
        "measles vaccine",
        "mumps vaccine",
        "rubella vaccine",
    ]
    assert names("a sore throat with influenza") == []


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ceftriaxone", "antibiotic"),
        ("meropenem", "carbapenem"),
        ("prednisolone", "steroid"),
        ("enoxaparin", "anticoagulant"),
        ("imatinib", "tki"),
    ],
)
def test_classes(name: str, kind: str) -> None:
    assert kind in classes_of(name, "", drug_rules(load_rules()))
