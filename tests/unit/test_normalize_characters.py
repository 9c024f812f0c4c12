"""Characters: what becomes plain, what stays, and that offsets survive."""

from __future__ import annotations

import pytest

from extract.normalize.aligned import AlignedText
from extract.normalize.characters import repair_characters
from extract.normalize.spaces import drop_export_mark, tidy_spaces


def repaired(text: str) -> str:
    return repair_characters(AlignedText.from_source(text)).text


@pytest.mark.parametrize(
    ("found", "plain"),
    [
        ("\ufb01brin and \ufb02uid, e\ufb00ect, o\ufb03ce", "fibrin and fluid, effect, office"),
        ("5\xa0mg and 10\u2009000 and 3\u202f%", "5 mg and 10 000 and 3 %"),
        ("T4\u2011T5 and T4\u2010T5", "T4-T5 and T4-T5"),
        ("base excess \u221211", "base excess -11"),
        ("hydro\u00adnephrosis", "hydronephrosis"),
        ("zero\u200bwidth and \u200fright-to-left\u200e", "zerowidth and right-to-left"),
        ("\uff11\uff12\uff05", "12%"),
        ("\u2266 5, \u2267 6, \u2a7d 7, \u2a7e 8, \u223c9", "≤ 5, ≥ 6, ≤ 7, ≥ 8, ~9"),
        ("Sjo\u0308gren", "Sjögren"),
        ("a\r\nb\rc\u2028d\u2029e", "a\nb\nc d\ne"),
        ("bell\x07 and null\x00", "bell and null"),
        ("\x93quoted\x94", "“quoted”"),
        ("patientâ€™s 5 Âµg, RenÃ©", "patient’s 5 µg, René"),
        ("\uf06dg \uf0b1 2 \uf0b0C", "μg ± 2 °C"),
        ("\ud800", "\ufffd"),
    ],
)
def test_odd_characters_become_plain(found: str, plain: str) -> None:
    assert repaired(found) == plain


@pytest.mark.parametrize("kept", ["8.7%–27%", "“so-called”", "10⁹/L", "5 µg, 6 μg", "CO₂", "Th4—Th5", "Ä â Ã"])
def test_characters_with_a_meaning_of_their_own_stay(kept: str) -> None:
    assert repaired(kept) == kept


def test_a_typesetters_u2010_at_line_ends_is_told_from_the_texts_hyphens() -> None:
    assert repaired("hyper\u2010\ntension after T4-T5") == "hyper\u00ad\ntension after T4-T5"
    assert repaired("hyper\u2010\ntension after T4\u2010T5") == "hyper-\ntension after T4-T5"


def test_offsets_lead_back_to_the_ligature() -> None:
    source = "a de\ufb01cit of 5\xa0mg"
    aligned = repair_characters(AlignedText.from_source(source))
    start = aligned.text.index("deficit")
    first, last = aligned.source_span(start, start + len("deficit"))
    assert source[first:last] == "de\ufb01cit"


def test_runs_of_blanks_and_blanks_beside_cells() -> None:
    assert tidy_spaces(AlignedText.from_source("a   b\u00adc  \t  12 \t\t x")).text == "a bc\t12\t\tx"


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("pmcIntroduction", "Introduction"),
        ("pmc1 Introduction", "1 Introduction"),
        ("pmc Key facts", "Key facts"),
        ("pmcs are", "pmcs are"),
    ],
)
def test_the_export_mark_before_the_first_word(text: str, rest: str) -> None:
    assert drop_export_mark(AlignedText.from_source(text)).text == rest


def test_a_soft_hyphen_behind_a_single_capital_is_the_hyphen_of_a_name() -> None:
    text = repair_characters(AlignedText.from_source("C\u00adreactive protein and hyper\u00adtension")).text
    assert text == "C-reactive protein and hypertension"
