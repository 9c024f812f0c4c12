"""Header rows with fewer cells than the body: which cell stands over which column."""

from __future__ import annotations

import pytest

from extract.nlp.table_shape import header_columns


def headers(*rows: str) -> dict[int, str]:
    """Return the header rows that were moved, their cells again separated by ``|``."""
    cells = [row.split("|") for row in rows]
    return {i: "|".join(cells[i][c] if c >= 0 else "" for c in places) for i, places in header_columns(cells).items()}


def test_names_under_spanning_cells_stand_one_column_to_the_right() -> None:
    found = headers("Time|Blood count|Gases", "WBC|Hb|pH|pCO2", "Day 1|9|12|7.1|40", "Day 3|8|11|7.3|41")
    assert found[1] == "|WBC|Hb|pH|pCO2"
    assert len(found[0].split("|")) == 5


def test_cells_before_and_behind_the_spanning_cell_keep_their_columns() -> None:
    found = headers("Test|Course|Reference", "At 2 h|At 8 h|At 20 h", "K|6|5|4|3.5-5", "Na|120|125|131|135-145")
    assert found == {0: "Test|Course|Course|Course|Reference", 1: "|At 2 h|At 8 h|At 20 h|"}


def test_a_lone_header_row_with_a_spanning_cell() -> None:
    found = headers("Test|Values during the stay|Range", "K|6|5|4|3.5-5", "Na|120|125|131|135-145")
    assert found == {0: "Test|Values during the stay|Values during the stay|Values during the stay|Range"}


@pytest.mark.parametrize("head", ["Day 1|Day 4|Day 9", "Admission|6 h|12 h", "Result|Unit|Reference range"])
def test_the_empty_first_cell_of_the_header_is_lost(head: str) -> None:
    assert headers(head, "K|6|5|4", "Na|120|125|131", "Cl|90|95|99") == {0: f"|{head}"}


def test_analytes_over_rows_of_days_whose_head_is_lost() -> None:
    assert headers("WBC|CRP|Urea", "Day 1|9|12|7", "Day 3|8|11|5") == {0: "|WBC|CRP|Urea"}


def test_hours_in_a_second_row_that_begin_later() -> None:
    found = headers("Day|Clinic|1st|1st|2nd", "Time after arrival (hours)|2|9|30", "K|6|5|4|3", "Na|120|125|131|135")
    assert found == {1: "Time after arrival (hours)||2|9|30"}


@pytest.mark.parametrize(
    "rows",
    [
        ("Test|Result|Range", "K|6|3.5-5", "Na|120|135-145"),
        ("Test|Day 1|Day 4", "K|6|5|3.5-5", "Na|120|125|135-145"),  # the head of the last column is lost
        ("K|6|3.5-5", "Na|120", "Cl|90|98-107"),
        ("Renal function", "K|6|3.5-5", "Na|120|135-145"),
        ("Test|Result|", "K|6|", "Na|120|", "Cl|90|"),
        ("On admission|Result|Unit|Range", "K|6|mmol/L|3.5-5|4", "Na|120|mmol/L|135-145|130"),
    ],
)
def test_headers_that_stay(rows: tuple[str, ...]) -> None:
    assert headers(*rows) == {}


def test_days_before_and_behind_spanning_cells() -> None:
    found = headers("Test|Day 1|Shock|After surgery|Discharge", "2 h|6 h|10 h", "K|6|5|4|4|3", "Na|120|125|131|133|135")
    assert found == {0: "Test|Day 1||||Discharge", 1: "||2 h|6 h|10 h|"}


def test_a_group_between_columns_of_their_own() -> None:
    found = headers(
        "Day|Event|Vital signs|Glucose|WBC", "T|HR|RR", "1|Arrival|37|88|14|799|4", "4|Shock|37|89|26|219|3"
    )
    assert found == {0: "Day|Event|Vital signs|Vital signs|Vital signs|Glucose|WBC", 1: "||T|HR|RR||"}
