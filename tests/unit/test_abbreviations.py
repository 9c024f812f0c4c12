"""An article's own abbreviations stand for the terms that it defines them as."""

from __future__ import annotations

from pathlib import Path

import pytest
import spacy
from spacy.language import Language

import extract.nlp.pipeline  # noqa: F401  (registers the components)


@pytest.fixture(scope="module")
def nlp(tmp_path_factory: pytest.TempPathFactory) -> Language:
    folder: Path = tmp_path_factory.mktemp("rules")
    lines = ("drug\tsynonyms\tkind\tdrugbank_id\tclass", "quixotrel\t\t\t\t", "velodapine hydrate\t\t\t\t")
    (folder / "drugs.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    pipeline = spacy.blank("en")
    for name in ("casetab_sentences", "casetab_terms"):
        pipeline.add_pipe(name, config={"rules": [str(folder)]})
    pipeline.add_pipe("casetab_abbreviations")
    return pipeline


def drugs(nlp: Language, text: str) -> list[tuple[str, str]]:
    doc = nlp(text)
    return [(m.text, m.name) for m in doc._.terms.get("drug", []) if m.source == "abbreviation"]


def test_later_uses_of_a_defined_short_form_are_the_term(nlp: Language) -> None:
    text = "She took quixotrel (QXT) at night. QXT was stopped; the QXT level fell."
    assert drugs(nlp, text) == [("QXT", "quixotrel")] * 3


def test_a_short_form_that_is_not_defined_is_nothing(nlp: Language) -> None:
    assert drugs(nlp, "She took quixotrel. QXT was stopped.") == []


def test_a_bracket_that_does_not_abbreviate_is_no_definition(nlp: Language) -> None:
    assert drugs(nlp, "She took quixotrel (ABC) at night. ABC was stopped.") == []


def test_a_definition_does_not_reach_over_a_sentence(nlp: Language) -> None:
    assert drugs(nlp, "She took quixotrel. (QXT) is another thing. QXT was stopped.") == []


def test_a_short_form_is_no_part_of_a_longer_word(nlp: Language) -> None:
    text = "She took quixotrel (QXT). The QXTR gene and pre-QXT were normal."
    assert drugs(nlp, text) == [("QXT", "quixotrel")]


def test_an_article_remembers_nothing_of_the_one_before(nlp: Language) -> None:
    text = "Velodapine hydrate (VDH) was given. VDH helped."
    assert drugs(nlp, text) == [("VDH", "velodapine hydrate")] * 2
    assert drugs(nlp, "VDH was given.") == []


@pytest.mark.parametrize(
    "note",
    [
        "Abbreviations: QXT, quixotrel; PC, privy council.",
        "QXT: quixotrel, PC: privy council",
        "QXT = quixotrel; PC = privy council",
    ],
)
def test_the_note_of_a_table_defines_short_forms(nlp: Language, note: str) -> None:
    assert drugs(nlp, f"QXT 5 mg\n{note}")[:1] == [("QXT", "quixotrel")]


@pytest.mark.parametrize(
    "text", ["QXT, quixotrel were given.", "QXT: quixotrel was given; she recovered.", "QXT 5; PC 7."]
)
def test_a_sentence_is_no_note(nlp: Language, text: str) -> None:
    assert drugs(nlp, text) == []
