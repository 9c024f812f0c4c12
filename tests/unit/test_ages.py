from __future__ import annotations

import pytest

from extract.nlp.ages import find_ages
from extract.nlp.cues import cue_table
from extract.nlp.numbers import read_number, read_ordinal
from extract.rules.fold import split_words
from extract.rules.load import load_rules


def ages(text: str) -> list[tuple[float, str]]:
    cues = cue_table(load_rules()).find(text, split_words(text))
    return [(age.years, age.form) for age in find_ages(text, cues)]


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("A 53-year-old woman", 53),
        ("A 53‐year‐old woman", 53),
        ("a 22 year old man", 22),
        ("a 22 yr old man", 22),
        ("a 9-month-old girl", 0.75),
        ("a 3-day-old boy", 3 / 365.25),
        ("a 2-week-old infant", 14 / 365.25),
        ("a girl aged 4", 4),
        ("a boy aged 2 years and 6 months", 2.5),
        ("He was 81 years old.", 81),
        ("The patient, 45 years of age, complained", 45),
        ("a forty-two-year-old nurse", 42),
        ("a two-month-old boy", 2 / 12),
        ("a 61 y/o male", 61),
        ("a 70 to 80-year-old man", 75),
        ("a 2.5-year-old boy", 2.5),
    ],
)
def test_age_in_years(text: str, years: float) -> None:
    found = ages(text)
    assert len(found) == 1
    assert found[0][0] == pytest.approx(years, abs=1e-3)


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("a man in his sixties", 65),
        ("a septuagenarian", 75),
        ("a woman in her late 40s", 48),
        ("in their early thirties", 32),
    ],
)
def test_decade_gives_its_middle(text: str, years: float) -> None:
    assert ages(text) == [(years, "decade")]


def test_newborn_is_zero_unless_its_days_are_told() -> None:
    assert ages("A newborn was referred.") == [(0.0, "newborn")]
    assert [form for _, form in ages("A newborn, 6 days old, was referred.")] == ["old"]


def test_earlier_age_is_marked() -> None:
    assert ages("She had measles at the age of 7.") == [(7.0, "at_age")]


@pytest.mark.parametrize(
    "text", ["for 5 years", "a 2-year history", "the age distribution", "a 300-year-old tree", "0 years later"]
)
def test_no_age(text: str) -> None:
    assert ages(text) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("2.5", 2.5),
        ("twelve", 12),
        ("thirty-one", 31),
        ("ninety", 90),
        ("2½", 2.5),
        ("1 1/2", 1.5),
        ("a", 1),
        ("half", 0.5),
    ],
)
def test_numbers(text: str, value: float) -> None:
    assert read_number(text) == value


@pytest.mark.parametrize("text", ["", "several", "few", "dozenth"])
def test_not_a_number(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("text", "value"), [("3rd", 3), ("tenth", 10), ("21st", 21), ("twenty-first", 21), ("third", 3)]
)
def test_ordinals(text: str, value: int) -> None:
    assert read_ordinal(text) == value


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("A man of 50 years was admitted.", 50),
        ("A lady of forty-one presented with fever.", 41),
        ("A boy of 18 months of age was seen.", 1.5),
        ("The case of a gentleman of 61 (Figure 1).", 61),
    ],
)
def test_an_age_may_follow_the_noun(text: str, years: float) -> None:
    assert ages(text) == [(years, "aged")]


@pytest.mark.parametrize(
    "text",
    [
        "a mother and woman of 3 was seen",
        "one patient of 14 in the series",
        "a child of 50 kg",
        "an infant of 24 weeks’ gestation",
        "in his 3 cases",
    ],
)
def test_other_numbers_behind_persons_are_no_ages(text: str) -> None:
    assert ages(text) == []
