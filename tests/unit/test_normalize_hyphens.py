"""Line-end hyphens: joined where the typesetter put them, kept where the text has them."""

from __future__ import annotations

import pytest

from extract.normalize.aligned import AlignedText
from extract.normalize.hyphens import JOIN, KEEP, KEEP_APART, decide, repair_hyphens
from extract.normalize.vocabulary import Vocabulary

NOTHING = Vocabulary("")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("subcu-", "taneous deposits"),
        ("gas-", "trocnemius"),
        ("hypox-", "ia-inducible factor"),
        ("(para-", "spinal)"),
        ("inconti-", "nence."),
        ("Ther-", "apy was"),
        ("non-al-", "coholic"),
        ("HEMOR-", "RHAGE"),
        ("thou-", "sand"),
        ("inhibit-", "or of"),
        ("Kowal-", "czyk"),
        ("life\u00ad", "threatening"),
    ],
)
def test_the_typesetters_hyphen_goes(before: str, after: str) -> None:
    assert decide(before, after, NOTHING) == JOIN


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("anti-", "Scl-70 antibody"),
        ("T4-", "T5"),
        ("a 2-", "week history"),
        ("COVID-", "19"),
        ("IL-", "6"),
        ("ICU-", "acquired"),
        ("IgG-", "positive"),
        ("β-", "lactam"),
        ("T-", "piece"),
        ("follow-", "up"),
        ("life-", "threatening"),
        ("hypoxia-", "inducible"),
        ("SARS-", "CoV-2"),
        ("self-", "catheterisation"),
        ("low-molecular-", "weight heparin"),
        ("doi.org/10.1234/abc-", "def"),
        ("anti-", "inflammatory"),
    ],
)
def test_the_texts_own_hyphen_stays(before: str, after: str) -> None:
    assert decide(before, after, NOTHING) == KEEP


@pytest.mark.parametrize(("before", "after"), [("pre-", "and postoperative"), ("short-", "or long-term")])
def test_a_suspended_hyphen_keeps_its_blank(before: str, after: str) -> None:
    assert decide(before, after, NOTHING) == KEEP_APART


def test_the_documents_own_spelling_decides_first() -> None:
    assert decide("post-", "operative", Vocabulary("a postoperative fever")) == JOIN
    assert decide("post-", "operative", Vocabulary("a post-operative fever, a post-operative chill")) == KEEP


def test_a_prefix_follows_the_documents_habit() -> None:
    assert decide("non-", "oliguric", Vocabulary("non-diabetic, non-smoking")) == KEEP
    assert decide("non-", "oliguric", Vocabulary("nondiabetic")) == JOIN


def test_the_joined_word_maps_to_the_whole_break() -> None:
    source = "the neuro-\n\nlogical signs"
    aligned = AlignedText.from_source(source).edit([(10, 12, "\v")])
    healed = repair_hyphens(aligned)
    assert healed.text == "the neurological signs"
    start, end = healed.source_span(4, 16)
    assert source[start:end] == "neuro-\n\nlogical"


def test_a_formula_that_the_document_has_whole_is_joined() -> None:
    vocabulary = Vocabulary("He received NaHCO3 again.")
    assert decide("300 mmol NaH-", "CO3 8.4%", vocabulary) == JOIN
    assert decide("anti-", "CD4", vocabulary) == KEEP
