"""Quotes are exact slices of the source that no spreadsheet runs as a formula."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.records.quotes import FORMULA_STARTS, quote_span


def quote(text: str, wanted: str) -> str:
    start = text.index(wanted)
    begin, end = quote_span(text, start, start + len(wanted))
    return text[begin:end]


def test_an_ordinary_quote_stays_as_it_is() -> None:
    assert quote("The CRP was 12 mg/L.", "CRP was 12 mg/L") == "CRP was 12 mg/L"


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("Base excess -11.6 mmol/L", "-11.6 mmol/L", "excess -11.6 mmol/L"),
        ("The C-reactive protein", "-reactive protein", "C-reactive protein"),
        ("Sodium = 128", "= 128", "Sodium = 128"),
        ("grade\n- 4/5 left", "- 4/5", "grade\n- 4/5"),
    ],
)
def test_a_quote_that_begins_with_a_sign_begins_a_word_earlier(text: str, wanted: str, expected: str) -> None:
    assert quote(text, wanted) == expected


def test_signs_at_the_very_start_of_a_text_are_left_out() -> None:
    assert quote("- Sodium 128", "- Sodium 128") == "Sodium 128"


@given(st.text(alphabet="ab =+-@\t\n", min_size=1, max_size=30), st.data())
def test_no_quote_begins_like_a_formula(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    begin, stop = quote_span(text, start, end)
    assert not text[begin:stop].startswith(FORMULA_STARTS)
    assert 0 <= begin <= stop == end
