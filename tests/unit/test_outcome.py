from __future__ import annotations

import pytest
import spacy
from spacy.language import Language

import extract.nlp.pipeline  # noqa: F401  (registers the components)
from extract.nlp.extensions import patients
from extract.nlp.model import Patient
from extract.nlp.tokenizer import make_tokenizer


@pytest.fixture(scope="module")
def nlp() -> Language:
    language = spacy.blank("en")
    language.tokenizer = make_tokenizer(language)
    for name in ("sentences", "terms", "patients"):
        language.add_pipe(f"casetab_{name}")
    return language


def patient(nlp: Language, story: str) -> Patient:
    (found,) = patients(nlp(f"Case report\nA 40-year-old man was admitted with fever. {story}"))
    return found


@pytest.mark.parametrize(
    ("story", "outcome", "words"),
    [
        ("He died on day 9.", "died", "died"),
        ("Despite all efforts he succumbed to sepsis.", "died", "succumbed"),
        ("He made a full recovery.", "recovered", "full recovery"),
        ("He was asymptomatic at the last visit.", "recovered", "asymptomatic"),
        ("His gait improved.", "improved", "improved"),
        ("The rash relapsed.", "worsened", "relapsed"),
        ("The weakness remained unchanged.", "unchanged", "remained unchanged"),
        ("He improved. He then died.", "died", "died"),
        ("He was given ceftriaxone.", "", ""),
    ],
)
def test_outcome_with_its_words(nlp: Language, story: str, outcome: str, words: str) -> None:
    found = patient(nlp, story)
    assert (found.outcome, found.outcome_text) == (outcome, words)


@pytest.mark.parametrize(
    ("story", "days"),
    [
        ("At the 6-month follow-up he was well.", 183),
        ("He was followed up for two years.", 730),
        ("Three weeks later he was well.", 21),
        ("He was well at 3-month follow-up and at 12 months of follow-up.", 365),
        ("He went home.", None),
    ],
)
def test_length_of_follow_up(nlp: Language, story: str, days: float | None) -> None:
    assert patient(nlp, story).followup_days == days


@pytest.mark.parametrize(
    ("story", "diagnosis"),
    [
        ("He was diagnosed with scrub typhus and given doxycycline.", "scrub typhus"),
        ("A diagnosis of eosinophilic fasciitis was made.", "eosinophilic fasciitis"),
        ("The differential diagnosis of lymphoma was discussed.", ""),
        ("He had previously been diagnosed with asthma.", ""),
    ],
)
def test_diagnosis(nlp: Language, story: str, diagnosis: str) -> None:
    assert patient(nlp, story).diagnosis_text == diagnosis
