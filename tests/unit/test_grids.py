from __future__ import annotations

import pytest

from extract.nlp.grid_cells import read_cell
from extract.nlp.grids import find_grids
from extract.nlp.model import BlockKind, Sentence


def grid(caption: str, *rows: str):  # type: ignore[no-untyped-def]
    lines = [caption, *(row.replace("|", "\t") for row in rows)]
    text, found, start = "\n".join(lines), [], 0
    for i, line in enumerate(lines):
        kind = BlockKind.TABLE if i else BlockKind.CAPTION
        found.append(Sentence(i, start, start + len(line), i, kind, "table" if i else "caption"))
        start += len(line) + 1
    return next(find_grids(text, found))


@pytest.mark.parametrize(
    ("cell", "when", "days"),
    [
        ("Admission", "baseline", 0.0),
        ("On arrival", "baseline", 0.0),
        ("Day 0", "baseline", 0.0),
        ("Day 1", "baseline", 1.0),
        ("Day 14", "followup", 14.0),
        ("D7", "followup", 7.0),
        ("HD 5", "followup", 5.0),
        ("POD 3", "followup", None),
        ("Preoperative", "baseline", None),
        ("Postoperative", "followup", None),
        ("Before treatment", "baseline", None),
        ("After treatment", "followup", None),
        ("3 months", "followup", 91.0),
        ("Week 2", "followup", 14.0),
        ("Discharge", "followup", None),
        ("1 day before discharge", "followup", None),
        ("Last follow-up", "followup", None),
        ("Eighth week", "followup", 56.0),
        ("2 days after delivery", "followup", None),
        ("11th hospital day, 72 hours after plasma", "followup", 11.0),
        ("Two weeks before", "history", None),
        ("1st week", "baseline", 7.0),
        ("1st week of illness", "baseline", 7.0),
        ("End of 1st week of dialysis", "followup", None),
        ("1st day after surgery", "followup", None),
        ("Pre-admission", "baseline", None),
        ("ECMO Day 4", "followup", None),
        ("ICU Day 4", "followup", 4.0),
    ],
)
def test_header_cell(cell: str, when: str, days: float | None) -> None:
    time = read_cell(cell)
    assert time is not None
    assert (time.when, time.days) == (when, days)


@pytest.mark.parametrize("cell", ["Reference range", "Normal values", "Unit", "Haemoglobin", "", "12.5", "Result"])
def test_cell_without_time(cell: str) -> None:
    assert read_cell(cell) is None


def test_columns() -> None:
    found = grid("Table 1. Course", "Test|Range|Admission|Day 9", "CRP|<5|200|12")
    assert found.time(2, 1) is None
    assert [found.time(2, c).when for c in (2, 3)] == ["baseline", "followup"]


def test_day_one_after_a_column_before_the_treatment() -> None:
    found = grid("Table 1. Course", "Test|Pre-ECMO|ECMO Day 1|ECMO Day 2", "CRP|200|12|9")
    assert [found.time(2, c).when for c in (1, 2, 3)] == ["baseline", "followup", "followup"]
    found = grid("Table 1. Course", "Test|Pre-admission|D0|D3", "CRP|200|12|9")
    assert times(found, 2, (1, 2, 3)) == [("baseline", None), ("baseline", 0.0), ("followup", 3.0)]


def test_days_after_a_column_before_the_operation() -> None:
    found = grid("Table 1. Course", "Test|Preoperative|Day 1|Day 5", "CRP|200|12|9")
    assert times(found, 2, (1, 2, 3)) == [("baseline", None), ("followup", None), ("followup", None)]


def test_rows_by_day_number() -> None:
    found = grid("Table 1. Course", "Hospital day|CRP|WBC", "1|200|12", "8|12|9")
    assert [(found.time(i, 1).when, found.time(i, 1).days) for i in (2, 3)] == [("baseline", 1.0), ("followup", 8.0)]


def test_dates_in_the_header_are_ordered() -> None:
    found = grid("Table 1. Course", "Test|2/5|9/5|20/5", "CRP|200|12|3")
    assert [found.time(2, c).when for c in (1, 2, 3)] == ["baseline", "followup", "followup"]


def test_muscle_grades_are_no_dates() -> None:
    found = grid("Table 1. Muscle strength", "Muscle|Right|Left", "Deltoid|2/5|4/5", "Triceps|3/5|5/5")
    assert [found.time(3, c) for c in (1, 2)] == [None, None]


def test_caption_dates_the_whole_table() -> None:
    assert grid("Table 1. Laboratory findings on admission", "CRP|200").time(1, 1).when == "baseline"
    assert grid("Table 1. Laboratory findings at discharge", "CRP|200").time(1, 1).when == "followup"


@pytest.mark.parametrize(
    ("caption", "header", "row"),
    [
        ("Table 3. Review of the literature", "Age|Sex|Drug", "40|M|colchicine"),
        ("Table 3. Cases", "Author|Year|Drug", "Ruiz|2001|colchicine"),
        ("Table 3. Cases", "Case|Age|Drug", "Ruiz et al. [4]|40|colchicine"),
        ("Table 3. Cases", "N|Age (reference)|Drug", "1|40 (4)|colchicine"),
    ],
)
def test_literature(caption: str, header: str, row: str) -> None:
    assert grid(caption, header, row, row).literature


def test_a_reference_beside_a_test_is_its_range() -> None:
    assert not grid("Table 3. Blood tests", "Test (reference)|Value", "Sodium (135-145)|128").literature


def test_own_row_among_the_literature() -> None:
    found = grid("Table 3. Reported cases", "Author|Drug", "Ruiz et al.|colchicine", "Our case|anakinra")
    assert found.literature
    assert found.own == {3}


def test_patients_by_column_and_by_row() -> None:
    assert grid("Table 1. Labs", "Test|Patient 1|Patient 2", "CRP|3|4").patient(2, 2) == 2
    assert grid("Table 1. Labs", "Patient|CRP", "Patient 1|3", "Patient 2|4").patient(3, 1) == 2


def test_american_dates_are_told_by_one_of_them() -> None:
    found = grid("Table 1. Course", "Test|3/28/2021|4/1/2021", "CRP|200|12")
    assert [found.time(2, c).when for c in (1, 2)] == ["baseline", "followup"]


def test_day_one_beside_day_zero_is_later() -> None:
    found = grid("Table 1. Course", "Test|Day 0|Day 1", "CRP|200|12")
    assert [found.time(2, c).when for c in (1, 2)] == ["baseline", "followup"]


def times(found, row: int, columns: tuple[int, ...]):  # type: ignore[no-untyped-def]
    return [(t.when, t.days) if (t := found.time(row, c)) is not None else None for c in columns]


def test_days_under_a_spanning_header() -> None:
    found = grid("Table 1. Course", "Test|Range|Hospital day", "1|4|9", "CRP|<5|200|80|12", "Hb|>12|10|9|9")
    assert times(found, 3, (2, 3, 4)) == [("baseline", 1.0), ("followup", 4.0), ("followup", 9.0)]


def test_days_counted_from_the_onset_are_no_days_from_presentation() -> None:
    found = grid("Table 1. Course", "Test|Range|Days after the onset", "1|4|9", "CRP|<5|200|80|12", "Hb|>12|10|9|9")
    assert times(found, 3, (3, 4)) == [("followup", None), ("followup", None)]


def test_spanning_header_between_columns_of_their_own() -> None:
    found = grid("Table 1. Course", "Test|Day 1|Bleeding|Day 30", "Day 4|Day 6|Day 8", "CRP|2|3|4|5|6", "Hb|2|3|4|5|6")
    assert [days for _, days in times(found, 3, (1, 2, 3, 4, 5))] == [1.0, 4.0, 6.0, 8.0, 30.0]


def test_second_header_row_says_more_than_the_first() -> None:
    found = grid("Table 1. Gases", "||After intubation", "Test|0 h|3 h|8 h", "pH|7.1|7.2|7.3", "Lactate|9|8|7")
    assert found.time(3, 2).text == "3 h"


def test_values_under_a_head_with_a_day_are_no_days() -> None:
    found = grid("Table 1. Results", "Test|Admission day|Range", "WBC|15|4-12", "Platelets|122|130-400", "ALT|81|5-40")
    assert times(found, 2, (1,)) == [("baseline", 0.0)]


def test_days_of_a_procedure_are_no_days_from_presentation() -> None:
    found = grid("Table 1. CSF", "Day of shunting|WBC|Protein", "Day 5|14|27.4", "Day 11|100|266")
    assert times(found, 3, (1,)) == [("followup", None)]


@pytest.mark.parametrize(
    "cell", ["At second admission", "Prior to cycle 3", "Peak values during admission", "On re-admission"]
)
def test_a_later_admission_is_follow_up(cell: str) -> None:
    time = read_cell(cell)
    assert time is not None
    assert (time.when, time.days) == ("followup", None)


def test_dates_count_from_that_of_the_admission() -> None:
    found = grid("Table 1. Course", "Test|1/7/2020 admission|13/7/2020|5/8/2020 discharge", "CRP|200|12|3")
    assert times(found, 2, (1, 2, 3)) == [("baseline", 0.0), ("followup", 12.0), ("followup", 35.0)]


def test_a_row_with_its_own_time_does_not_date_the_rows_below() -> None:
    found = grid("Table 1. Results", "Test|Value", "Troponin, initial|14", "Troponin, subsequent|40", "Ferritin|3495")
    assert found.time(4, 1) is None


@pytest.mark.parametrize(
    ("head", "second", "days"),
    [
        ("Test|Ward|ICU|Ward", "Day of stay|0|3|9", [0.0, 3.0, 9.0]),
        ("Test|Hospital day", "|1|4|9", [1.0, 4.0, 9.0]),
        ("Test|Postoperative day", "|1|4|9", [None, None, None]),
    ],
)
def test_a_second_row_that_numbers_the_days(head: str, second: str, days: list[float | None]) -> None:
    found = grid("Table 1. Course", head, second, "CRP|200|80|12", "Hb|10|9|9")
    assert [day for _, day in times(found, 3, (1, 2, 3))] == days


def test_lower_header_row_without_the_cell_of_the_names() -> None:
    found = grid(
        "Table 1. Results",
        "|Before|After",
        "Outside|Admission|Hospital day 1|Discharge",
        "CRP|160|163|147|20",
        "Hb|9|8|8|9",
    )
    assert times(found, 3, (2, 3, 4)) == [("baseline", 0.0), ("followup", 1.0), ("followup", None)]


def test_admission_to_the_ward_and_then_to_the_intensive_care_unit() -> None:
    found = grid("Table 1. Results", "Test|Admission to hospital|Admission to ICU", "CRP|160|163", "Hb|9|8")
    assert times(found, 2, (1, 2)) == [("baseline", 0.0), ("followup", None)]


def test_days_before_day_zero_are_negative() -> None:
    found = grid("Table 1. Gases", "Test|Day 2|Day 1|ICU day 0|Day 1", "pH|7.3|7.2|7.0|7.2", "K|4|5|6|5")
    assert [day for _, day in times(found, 2, (1, 2, 3, 4))] == [-2.0, -1.0, 0.0, 1.0]


def test_a_row_of_days_says_more_than_the_places_above_it() -> None:
    found = grid("Table 1. Labs", "|Emergency room|Admission|ICU", "Day in hospital|0|2|5", "CRP|9|8|7", "Hb|9|8|7")
    assert times(found, 3, (1, 2, 3)) == [("baseline", 0.0), ("followup", 2.0), ("followup", 5.0)]


def test_the_label_of_the_table_in_the_first_cell() -> None:
    found = grid("", "Table 1Day|Events|Results", "0|Arrival|CRP 9", "4|Sepsis|CRP 90")
    assert times(found, 2, (2,)) == [("baseline", 0.0)]
    assert times(found, 3, (2,)) == [("followup", 4.0)]


def test_a_second_table_begins_at_its_label() -> None:
    lines = ["Test\tResult", "CRP\t9", "Table 2Day of stay\tCRP", "1st day\t9", "4th day\t3"]
    text, found, start = "\n".join(lines), [], 0
    for i, line in enumerate(lines):
        found.append(Sentence(i, start, start + len(line), i, BlockKind.TABLE, "table"))
        start += len(line) + 1
    assert [len(one.rows) for one in find_grids(text, found)] == [2, 3]


@pytest.mark.parametrize("bounds", ["3.5-5.0", "<5", "135 – 145", "> 60"])
def test_a_column_of_reference_bounds_is_no_literature(bounds: str) -> None:
    assert not grid("Table 1. Labs", "Test|Reference|Day 1|Day 2", f"A|{bounds}|4|5", f"B|{bounds}|4|5").literature


def test_the_first_row_counts_the_days() -> None:
    found = grid("Table 1. Results", "Days after admission|Range|1|2|5", "CRP|<5|200|80|12", "Hb|12-16|10|9|9")
    assert times(found, 2, (2, 3, 4)) == [("baseline", 1.0), ("followup", 2.0), ("followup", 5.0)]


def test_days_of_the_columns_under_a_head_of_days() -> None:
    found = grid("Table 1. Results", "Days after surgery|Values", "POD1|POD3|POD9", "CRP|200|80|12", "Hb|10|9|9")
    assert [found.time(3, c).when for c in (1, 3)] == ["followup", "followup"]


def test_a_collection_of_urine_is_no_time() -> None:
    found = grid("Table 1. Results", "Test|Here|There", "Urine protein (g/24 h)|3|1", "24-hour urine calcium|5|4")
    assert found.time(2, 1) is None
    assert found.time(3, 1) is None


def test_a_previous_visit_is_no_literature() -> None:
    assert not grid("Table 1. Results of a previous visit and of the admission", "Test|Visit", "CRP|9").literature
    assert grid("Table 1. Previous cases of the disease", "Age|CRP", "34|9").literature


def test_the_second_line_of_a_row_stands_further_right() -> None:
    found = grid("", "Test|Range|Day 1|Day 4", "K|3.5-5|6|4", "Platelets|130-400", "|230|115", "Na|135-145|120|131")
    assert times(found, 4, (1, 2)) == [("baseline", 1.0), ("followup", 4.0)]


def test_the_age_of_the_patient_is_no_time() -> None:
    assert grid("Table 1", "Profile|", "Age|9 years", "Sex|Male", "CRP|9.3 mg/L").time(4, 1) is None
