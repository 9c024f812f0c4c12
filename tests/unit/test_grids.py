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
        ("ECMO weaning Day 5", "followup", None),
        ("Post-ECMO Day 6", "followup", None),
        ("Outside hospital day 3", "followup", None),
        ("Our hospital day 3", "followup", 3.0),
        ("Treatment day 3", "followup", None),
        ("Day 5 of treatment", "followup", None),
        ("Day 4 of illness", "followup", None),
        ("Day 0a", "baseline", 0.0),
        ("D+25 admission", "followup", 25.0),
        ("Day #2", "followup", 2.0),
        ("Time point 2 (60 h)", "followup", 2.5),
        ("36 h", "followup", 1.5),
        ("12th hour", "followup", 0.5),
        ("On the 14th d", "followup", 14.0),
        ("2 h postop", "followup", None),
        ("Follow-up (3 and 8 months)", "followup", None),
        ("2 weeks after hospital admission", "followup", 14.0),
        ("Four weeks before admission", "baseline", -28.0),
        ("3 months prior to admission", "history", -91.0),
        ("−4 months", "history", -122.0),
        ("6 months ago", "history", None),
        ("Week 0", "baseline", 0.0),
        ("135th day", "followup", None),
    ],
)
def test_header_cell(cell: str, when: str, days: float | None) -> None:
    time = read_cell(cell)
    assert time is not None
    assert (time.when, time.days) == (when, days)


@pytest.mark.parametrize(
    "cell", ["Reference range", "Normal values", "Unit", "Haemoglobin", "", "12.5", "Result", "46y/F"]
)
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
    found = grid("Table 1. Gases", "Test|Day 2|Day 1|Day 0|Day 1", "pH|7.3|7.2|7.0|7.2", "K|4|5|6|5")
    assert [day for _, day in times(found, 2, (1, 2, 3, 4))] == [-2.0, -1.0, 0.0, 1.0]


def test_days_before_the_intensive_care_unit_do_not_count_from_the_presentation() -> None:
    found = grid("Table 1. Gases", "Test|Day 2|Day 1|ICU day 0|Day 1", "pH|7.3|7.2|7.0|7.2", "K|4|5|6|5")
    assert [day for _, day in times(found, 2, (1, 2, 3, 4))] == [None, None, None, None]


def test_times_between_the_names_and_the_reference_range() -> None:
    found = grid("Table 1", "Enzyme|Level|Normal", "t = 0 h|t = 12 h|t = 24 h", "CK|13|18|12|0-200", "LD|1|2|3|0-9")
    assert [found.time(3, c).text for c in (1, 2, 3)] == ["t = 0 h", "t = 12 h", "t = 24 h"]


def test_the_admission_keeps_its_day_beside_days_of_a_drug() -> None:
    found = grid("Table 1. Tests after 7 days of doxycycline", "Test|On admission|Day 7 of doxycycline", "CRP|1|2")
    assert times(found, 2, (1, 2)) == [("baseline", 0.0), ("followup", None)]


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


def test_hours_after_admission_under_one_head() -> None:
    found = grid("Table 1. Course", "|Time after admission, h|", "Test|0|8|16", "CRP|2|4|9", "Hb|9|9|8")
    assert times(found, 3, (1, 2, 3)) == [("baseline", 0.0), ("followup", 0.33), ("followup", 0.67)]


def test_hours_after_an_intervention_have_no_days_from_presentation() -> None:
    found = grid("Table 1. Gases", "||After intubation|", "Test|0 h|3 h|8 h", "pH|7.1|7.2|7.3", "K|4|5|4")
    assert times(found, 3, (1, 2, 3)) == [("followup", None)] * 3


def test_days_of_illness_over_days_of_the_stay() -> None:
    found = grid("Table 1. Course", "Day of fever|3|4|5", "Admission day|1|2|3", "CRP|2|4|9", "Hb|9|9|8")
    assert times(found, 3, (1, 2, 3)) == [("baseline", 1.0), ("followup", 2.0), ("followup", 3.0)]


def test_ranges_of_days_count_from_their_first() -> None:
    found = grid("Table 1. Course", "|Admission|Shock|Recovery", "Hospital day|1|2–4|5–8", "CRP|2|4|9", "Hb|9|9|8")
    assert times(found, 3, (1, 2, 3)) == [("baseline", 1.0), ("followup", 2.0), ("followup", 5.0)]


def test_the_operation_numbers_its_days_under_a_head_of_its_own() -> None:
    found = grid("Table 1. Course", "Table 1|Postoperative day|", "|1|2|5", "CRP|2|4|9", "Hb|9|9|8")
    assert [found.time(3, c).text for c in (1, 2, 3)] == [f"postoperative day {n}" for n in (1, 2, 5)]


def test_a_count_that_begins_anew_has_no_days() -> None:
    found = grid("Table 1", "Test|Admission|Day 2|Day 5|Immediately after|Day 3|Day 6", "CRP|1|2|3|4|5|6")
    assert [days for _, days in times(found, 2, (1, 2, 3, 4, 5, 6))] == [0.0, 2.0, 5.0, None, None, None]


def test_hyphens_before_days_are_no_minus() -> None:
    found = grid("Table 1", "Test|Day-1|Day-3|Day-7", "CRP|1|2|3")
    assert times(found, 2, (1, 2, 3)) == [("baseline", 1.0), ("followup", 3.0), ("followup", 7.0)]


def test_admission_on_a_later_day_of_the_count() -> None:
    found = grid("Table 1", "Test|Day 3|Day 6|Day 9", "State|Admission to hospital|Ward|Home", "CRP|1|2|3", "Hb|9|9|8")
    assert [days for _, days in times(found, 3, (1, 2, 3))] == [None, None, None]


def test_the_day_of_the_stay_after_a_later_admission_is_not_known() -> None:
    found = grid("Table 1", "Time|CRP", "Initial presentation|4", "Second presentation|9", "Hospital day 2|8")
    assert [days for i in (2, 3, 4) for _, days in times(found, i, (1,))] == [0.0, None, None]


def test_days_count_from_the_column_of_the_admission() -> None:
    found = grid("Table 1", "Test|D0 start of drug|D+10|D+25 admission|D+28", "CRP|1|2|3|4")
    assert times(found, 2, (1, 2, 3, 4)) == [
        ("baseline", -25.0),
        ("baseline", -15.0),
        ("baseline", 0.0),
        ("followup", 3.0),
    ]


def test_hours_after_an_event_have_no_days_from_presentation() -> None:
    found = grid("Table 1", "Test|Event|1 hour|6 hours", "K|9|8|4")
    assert [days for _, days in times(found, 2, (2, 3))] == [None, None]


def test_a_caption_of_two_times_dates_nothing() -> None:
    assert grid("Table 1. Blood tests on admission and in our hospital", "CRP|200|9").time(1, 1) is None


def test_both_columns_on_admission() -> None:
    found = grid("Table 1", "Blood (on admission)|Urine (on admission)|Blood (2nd day)", "CRP 9|pH 5|CRP 8")
    assert times(found, 2, (1, 2)) == [("baseline", 0.0), ("followup", 2.0)]


def test_before_an_intervention_late_in_the_course() -> None:
    found = grid("Table 1", "Test|ED|After collapse|Before section|After section", "CRP|1|2|3|4")
    assert [found.time(2, c).when for c in (2, 3, 4)] == ["followup"] * 3


def test_weeks_before_count_back_from_an_admission_beside_them() -> None:
    found = grid("Table 1", "Test|On admission|Two weeks before", "CRP|1|2")
    assert times(found, 2, (1, 2)) == [("baseline", 0.0), ("baseline", -14.0)]


def test_an_empty_cell_of_days_goes_with_the_day_above() -> None:
    found = grid("Table 1", "Day|Time|CRP", "1|8:00|3", "|20:00|9", "4|8:00|2")
    assert [found.time(i, 2).days for i in (2, 3, 4)] == [1.0, 1.0, 4.0]


@pytest.mark.parametrize(
    ("caption", "text", "days"),
    [
        ("Table 1. Blood tests on hospital day 4", "hospital day 4", 4.0),
        ("Table 1. Hormones on the morning of the second day", "second day", 2.0),
        ("Table 1. Blood tests after refeeding", "after refeeding", None),
    ],
)
def test_words_of_a_caption_that_date_the_table(caption: str, text: str, days: float | None) -> None:
    time = grid(caption, "CRP|200").time(1, 1)
    assert (time.text, time.days) == (text, days)


def test_days_that_a_caption_counts_from_something_else() -> None:
    found = grid("Table 1. CSF on days 1 and 5 after the onset of meningitis", "Test|Day 1|Day 5", "Cells|90|741")
    assert [days for _, days in times(found, 2, (1, 2))] == [None, None]


def test_a_caption_at_the_end_of_a_paragraph() -> None:
    lines = ["He improved (Table 1).Table 1 Blood tests on admission", "CRP\t200", "Hb\t9"]
    text, found, start = "\n".join(lines), [], 0
    for i, line in enumerate(lines):
        kind = BlockKind.TABLE if i else BlockKind.PARAGRAPH
        found.append(Sentence(i, start, start + len(line), i, kind, "table" if i else "case"))
        start += len(line) + 1
    assert next(find_grids(text, found)).time(1, 1).days == 0.0


def test_days_under_a_head_of_its_own_and_a_span_behind_them() -> None:
    found = grid("Table 1", "Days of hospital admission|", "|1|4|3 months", "CRP|560|90|2", "Hb|9|10|12")
    assert times(found, 3, (1, 2, 3)) == [("baseline", 1.0), ("followup", 4.0), ("followup", 91.0)]


def test_the_last_head_spans_the_days_below() -> None:
    found = grid("Table 1", "Test|Range|Before drug|After drug", "Day 4|Day 5|Day 6", "Hb|12|10|9|9|8", "Na|1|2|3|4|5")
    assert [found.time(3, c).text for c in (2, 3, 4, 5)] == ["Before drug", "Day 4", "Day 5", "Day 6"]
