"""Sentence boundaries of medical prose."""

from __future__ import annotations

import pytest

from extract.nlp.sentences import SentenceSplitter
from extract.rules.load import load_rules

SPLITTER = SentenceSplitter(load_rules())


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in SPLITTER.split(text, 0, len(text))]


@pytest.mark.parametrize(
    "sentences",
    [
        ["The CRP was 12 mg/L.", "Fever settled."],
        ["Was it sepsis?", "It was not!", "She left."],
        ["He received 0.5 mg.", "He slept."],
        ["Creatinine was 1.2 mg/dl.", "The urine was clear."],
        ["He was given 12 g.", "He slept."],
        ["This was confirmed [3, 4].", "Biopsy followed."],
        ["This was confirmed.12,13", "Biopsy followed."],
        ['She said "no."', "He left."],
        ["(The scan was normal.)", "She went home."],
        ["Antibodies were of type A.", "They fell."],
    ],
)
def test_sentences_end_where_a_reader_ends_them(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "Davies et al. Reported the same.",
        "The mass (Fig. 2) was cystic.",
        "Prednisolone vs. Placebo was compared.",
        "Growth of S. aureus and E. coli was noted.",
        "Dr. Smith and J. Brown saw her.",
        "Levels rose, i.e. They doubled.",
        "A dose of approx. 20 mg was given.",
        "The values (Na 128 mmol/l. K 3.1 mmol/l) were low.",
        "Sodium was 128 mmol/L, which is low.",
        "The pH was 7.21 on arrival.",
    ],
)
def test_abbreviations_initials_and_brackets_end_nothing(sentence: str) -> None:
    assert split(sentence) == [sentence]


def test_a_bracket_that_is_never_closed_does_not_swallow_the_text() -> None:
    text = "He took aspirin (100 mg daily. " + "The pain went away. " * 40
    assert len(split(text)) > 15


def test_every_character_but_white_space_is_in_a_sentence() -> None:
    text = "One.  Two (Fig. 3). Three et al. Four?  Five"
    assert "".join("".join(split(text)).split()) == "".join(text.split())


def test_sentences_do_not_cross_blocks() -> None:
    import spacy

    nlp = spacy.blank("en")
    nlp.add_pipe("casetab_sentences")
    doc = nlp("Case report\nShe had a fever\nHe did not. It was odd.\nNa\t128\tmmol/L. Low")
    told = [doc.text[s.start : s.end] for s in doc._.sentences]
    assert told == ["Case report", "She had a fever", "He did not.", "It was odd.", "Na\t128\tmmol/L. Low"]
    assert [s.text.strip() for s in doc.sents][:2] == ["Case report", "She had a fever"]
