from __future__ import annotations

import pytest
from spacy.language import Language

from extract.nlp.extensions import context, patients


def test_introduction_is_where_the_patient_comes_in(nlp: Language) -> None:
    doc = nlp("Case report\nA previously healthy 27-year-old nurse, a woman, came with a cough.")
    (found,) = patients(doc)
    assert doc.text[found.start : found.end].startswith("A previously healthy 27-year-old")
    assert (found.age_text, found.age_years, found.sex) == ("27-year-old", 27.0, "female")


def test_label_is_what_the_article_calls_the_patient(nlp: Language) -> None:
    doc = nlp("Case 1\nA 20-year-old man fell.\nCase 2\nA 30-year-old woman fell.")
    assert [p.label for p in patients(doc)] == ["Case 1", "Case 2"]


def test_review_without_patients_has_none_and_no_facts(nlp: Language) -> None:
    doc = nlp(
        "Introduction\nSepsis is common. Patients should receive ceftriaxone.\nTreatment\nVancomycin is often given."
    )
    assert patients(doc) == []
    place = doc.text.index("Vancomycin")
    assert context(doc).at(place, place + 10).subject == "literature"


def test_animals_are_reported(nlp: Language) -> None:
    doc = nlp("Case report\nA 6-year-old neutered male cat was presented with anorexia.")
    assert any("animal" in warning for warning in doc.user_data["warnings"])


def test_a_bite_does_not_make_an_animal(nlp: Language) -> None:
    doc = nlp("Case report\nA 45-year-old man bitten by a dog was admitted.")
    assert "warnings" not in doc.user_data


def test_articles_do_not_mix(nlp: Language) -> None:
    first = nlp("Case report\nA 45-year-old man was admitted.")
    nlp("Case report\nA 9-year-old girl was admitted.")
    assert [p.age_years for p in patients(first)] == [45.0]


@pytest.mark.parametrize("text", ["", "\n", "Case report", "12", "A", "\t\t\n\t", "Table 1\nA\tB"])
def test_odd_texts_do_no_harm(nlp: Language, text: str) -> None:
    doc = nlp(text)
    assert len(patients(doc)) <= 1
    assert context(doc).at(0, len(text)).case == 1


@pytest.mark.parametrize(
    ("start", "sex"),
    [
        ("A 45 y/o M presented with chest pain.", "male"),
        ("A 45-yo F, a cook, presented.", "female"),
        ("Mrs. Weiss, 58 years old, was admitted.", "female"),
        ("Mr Weiss, aged 58 years, was admitted.", "male"),
    ],
)
def test_a_letter_or_a_title_tells_the_sex(nlp: Language, start: str, sex: str) -> None:
    doc = nlp(f"Case report\n{start} The patient had a cough. The patient was seen twice.")
    assert [p.sex for p in patients(doc)] == [sex]
