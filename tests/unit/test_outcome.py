from __future__ import annotations

import pytest
from spacy.language import Language

from extract.nlp.extensions import patients
from extract.nlp.model import Patient
from extract.normalize.blocks import Block, BlockKind


def patient(nlp: Language, story: str) -> Patient:
    (found,) = patients(nlp(f"Case report\nA 40-year-old man was admitted with fever. {story}"))
    return found


@pytest.mark.parametrize(
    ("story", "outcome", "words"),
    [
        ("He died on day 9.", "died", "died on day 9"),
        ("Despite all efforts he succumbed to sepsis.", "died", "succumbed to sepsis"),
        ("His course was complicated by sepsis, which led to his death.", "died", "death"),
        ("He made a full recovery.", "recovered", "made a full recovery"),
        ("He was asymptomatic at the last visit.", "recovered", "was asymptomatic at the last visit"),
        ("He remains disease-free at two years.", "recovered", "remains disease-free at two years"),
        ("His gait improved.", "improved", "improved"),
        ("He was discharged in good condition on day 12.", "improved", "was discharged in good condition on day 12"),
        ("He was discharged home, and ceftriaxone was stopped.", "improved", "was discharged home"),
        ("The rash relapsed.", "worsened", "relapsed"),
        ("The weakness remained unchanged.", "unchanged", "remained unchanged"),
        ("There was no improvement.", "unchanged", "no improvement"),
        ("He improved. He then died.", "died", "died"),
        ("He deteriorated on day 2. He was discharged home on day 9.", "improved", "was discharged home on day 9"),
        ("He died on day 9. The culture grew Nocardia two days after his death.", "died", "died on day 9"),
        ("He recovered from L. monocytogenes meningitis.", "recovered", "recovered from L. monocytogenes meningitis"),
        ("He was given ceftriaxone.", "", ""),
        ("A defibrillator was implanted for prevention of sudden cardiac death.", "", ""),
        ("His father had died of stroke.", "", ""),
        ("He was discharged from the intensive care unit.", "", ""),
        ("His potassium improved.\nDiscussion\nMany patients died of this disease.", "improved", "improved"),
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
        ("He was discharged on day 8. Eighteen months following discharge he is at home.", 548),
        ("Twelve days later a drain was placed. Now, 9 months after the operation, he is well.", 274),
        ("He was readmitted four days later. He died on day 21.", 21),
        ("He was discharged on day 7 with the advice of follow-up after six weeks.", 7),
        ("He remains free of disease for two years.", 730),
        ("After a 4-month follow-up he was well.", 122),
        ("Two years ago he had had a stroke.", None),
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
        ("Severe malaria was diagnosed.", "Severe malaria"),
        ("Pneumonia was suspected. The final diagnosis was Q fever with hepatitis.", "Q fever with hepatitis"),
        ("He was diagnosed with influenza. He was eventually diagnosed with adult-onset Still disease.",
         "adult-onset Still disease"),
        ("Biopsy was consistent with giant cell arteritis.", "giant cell arteritis"),
        ("The PCR confirmed the diagnosis of COVID-19 (Figure 1).", "COVID-19"),
        ("A diagnosis of cancer of the pancreas with possibility of invasion was discussed.", "cancer of the pancreas"),
        ("The differential diagnosis of lymphoma was discussed.", ""),
        ("He had previously been diagnosed with asthma.", ""),
        ("He was diagnosed with asthma in 2009.", ""),
        ("The diagnosis was difficult.", ""),
        ("Initially, the patient was diagnosed with influenza.", ""),
        ("The oedema was diagnosed as being caused by cirrhosis.", ""),
    ],
)  # fmt: skip
def test_diagnosis(nlp: Language, story: str, diagnosis: str) -> None:
    assert patient(nlp, story).diagnosis_text == diagnosis


@pytest.mark.parametrize(
    ("opening", "diagnosis"),
    [
        ("We report a case of emphysematous cystitis in a man with diabetes.", "emphysematous cystitis"),
        ("We present the case of a 40-year-old man with Lemierre syndrome.", "Lemierre syndrome"),
        ("We describe a rare case of fulminant, bilateral pyelonephritis due to P. mirabilis.",
         "fulminant, bilateral pyelonephritis due to P. mirabilis"),
        ("We report the case of a healthcare worker.", ""),
    ],
)  # fmt: skip
def test_diagnosis_of_the_introduction(nlp: Language, opening: str, diagnosis: str) -> None:
    story = f"Introduction\n{opening}\nCase report\nA 40-year-old man was admitted with fever."
    (found,) = patients(nlp(story))
    assert found.diagnosis_text == diagnosis


def test_diagnosis_under_its_heading(nlp: Language) -> None:
    lines = ["Case report", "A 40-year-old man was admitted with fever.", "Final diagnosis", "Q fever of the liver.",
             "Treatment", "He was given doxycycline."]  # fmt: skip
    blocks, start = [], 0
    for line in lines:
        kind = BlockKind.PARAGRAPH if line.endswith(".") else BlockKind.HEADING
        blocks.append(Block(kind, start, start + len(line)))
        start += len(line) + 1
    doc = nlp.make_doc("\n".join(lines))
    doc._.blocks = blocks
    for _, component in nlp.pipeline:
        doc = component(doc)
    (found,) = patients(doc)
    assert found.diagnosis_text == "Q fever of the liver"
