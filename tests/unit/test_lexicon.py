"""Terms are found in any common spelling, longest first, in one pass."""

from __future__ import annotations

import pytest

from extract.rules.fold import fold_key, split_words
from extract.rules.lexicon import Entry, Lexicon


def lexicon(*terms: tuple[str, str, list[str]]) -> Lexicon:
    made = Lexicon()
    for kind, name, synonyms in terms:
        made.add(Entry(name, kind), synonyms)
    return made


def found(made: Lexicon, text: str, kind: str = "analyte") -> list[tuple[str, str]]:
    return [(m.text, m.name) for m in made.find(text, split_words(text)).get(kind, [])]


CRP = lexicon(("analyte", "C-reactive protein", ["C-reactive protein", "=CRP"]))


@pytest.mark.parametrize(
    "written", ["C-reactive protein", "c reactive protein", "C–reactive  Protein", "C-REACTIVE PROTEINS"]
)
def test_case_hyphens_and_plural_make_no_difference(written: str) -> None:
    assert found(CRP, f"The {written} rose.") == [(written, "C-reactive protein")]


def test_a_case_sensitive_synonym_matches_as_written_only() -> None:
    assert found(CRP, "CRP was high") == [("CRP", "C-reactive protein")]
    assert found(CRP, "crp was high") == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CA19-9", "CA 19-9"),
        ("IL6", "IL-6"),
        ("α-fetoprotein", "alpha fetoprotein"),
        ("haemoglobin", "hemoglobin"),
        ("oestradiol", "estradiol"),
        ("leucocytes", "leukocyte"),
        ("sulphate", "sulfate"),
        ("CO₂", "CO2"),
        ("antibodies", "antibody"),
    ],
)
def test_spelling_variants_are_the_same_key(one: str, other: str) -> None:
    assert fold_key(one) == fold_key(other)


@pytest.mark.parametrize(("one", "other"), [("T3", "T4"), ("IgG", "IgM"), ("gas", "ga"), ("ALT", "AST")])
def test_different_terms_keep_different_keys(one: str, other: str) -> None:
    assert fold_key(one) != fold_key(other)


def test_the_longest_term_wins_and_terms_of_a_kind_do_not_overlap() -> None:
    made = lexicon(
        ("analyte", "calcium", ["calcium"]),
        ("analyte", "ionised calcium", ["ionised calcium", "ionized calcium"]),
        ("analyte", "calcium phosphate product", ["calcium phosphate product"]),
    )
    text = "ionized calcium phosphate and calcium"
    assert found(made, text) == [("ionized calcium", "ionised calcium"), ("calcium", "calcium")]


def test_of_two_terms_that_overlap_the_longer_wins_wherever_it_begins() -> None:
    made = lexicon(
        ("analyte", "lactate", ["serum lactate", "lactate"]),
        ("analyte", "lactate dehydrogenase", ["lactate dehydrogenase"]),
    )
    text = "serum lactate dehydrogenase and serum lactate"
    assert found(made, text) == [
        ("lactate dehydrogenase", "lactate dehydrogenase"),
        ("serum lactate", "lactate"),
    ]


def test_terms_of_different_kinds_may_overlap() -> None:
    made = lexicon(("analyte", "insulin", ["insulin"]), ("drug", "insulin glargine", ["insulin glargine"]))
    text = "insulin glargine"
    assert found(made, text) == [("insulin", "insulin")]
    assert found(made, text, "drug") == [("insulin glargine", "insulin glargine")]


def test_a_term_is_no_part_of_a_longer_word() -> None:
    made = lexicon(("analyte", "sodium", ["sodium"]), ("analyte", "ALT", ["ALT"]))
    assert found(made, "hyposodiumia, the alternative, alt1") == []


def test_no_term_runs_over_a_line_end_or_a_table_cell() -> None:
    made = lexicon(("analyte", "serum calcium", ["serum calcium"]))
    assert found(made, "serum\ncalcium serum\tcalcium") == []
    assert found(made, "serum calcium") == [("serum calcium", "serum calcium")]


def test_offsets_are_characters_of_the_text() -> None:
    text = "µ: serum α-fetoprotein 9"
    made = lexicon(("analyte", "AFP", ["alpha-fetoprotein"]))
    (mention,) = made.find(text, split_words(text))["analyte"]
    assert text[mention.start : mention.end] == "α-fetoprotein"
