"""Frequencies and durations by grammar."""

from __future__ import annotations

import pytest

from extract.nlp.schedules import find_durations, find_frequencies, number


@pytest.mark.parametrize(
    ("text", "words", "per_day"),
    [
        ("every 8 h", "every 8 h", 3),
        ("every six hours", "every six hours", 4),
        ("q12h", "q12h", 2),
        ("Q8H", "Q8H", 3),
        ("every 3 weeks", "every 3 weeks", 0.0476),
        ("3 times a day", "3 times a day", 3),
        ("every third day", "every third day", 0.3333),
        ("8-hourly", "8-hourly", 3),
        ("once every 12 h", "once every 12 h", 2),
        ("5 times daily", "5 times daily", 5),
        ("on days 1, 8, and 15", "on days 1, 8, and 15", None),
    ],
)
def test_frequency(text: str, words: str, per_day: float | None) -> None:
    timing = find_frequencies(text, 0, len(text), [])[0]
    assert text[timing.start : timing.end] == words
    assert timing.amount == per_day


@pytest.mark.parametrize("text", ["on day 2 of admission", "two days later", "at 8 weeks of age"])
def test_times_are_no_frequencies(text: str) -> None:
    assert find_frequencies(text, 0, len(text), []) == []


@pytest.mark.parametrize(
    ("text", "words", "days"),
    [
        ("for 10 days", "for 10 days", 10),
        ("for a total of 6 weeks", "for a total of 6 weeks", 42),
        ("over two days", "over two days", 2),
        ("a 7-day course of", "7-day course", 7),
        ("for the next 6 months", "for the next 6 months", 182.625),
        ("for six cycles", "for six cycles", None),
        ("3 days of morphine", "3 days", 3),
        ("until discharge", "until discharge", None),
    ],
)
def test_duration(text: str, words: str, days: float | None) -> None:
    timing = find_durations(text, 0, len(text))[0]
    assert text[timing.start : timing.end] == words
    assert timing.amount == days


@pytest.mark.parametrize(("words", "value"), [("two", 2), ("2-3", 2), ("1.5", 1.5), ("several", None), ("soon", None)])
def test_number(words: str, value: float | None) -> None:
    assert number(words) == value
