"""Laboratory results in tables that survived as rows of cells."""

from __future__ import annotations

from extract.nlp.extensions import drafts
from extract.nlp.pipeline import annotate, load_pipeline
from extract.normalize.aligned import AlignedText
from extract.normalize.blocks import Block, BlockKind, NormalizedText

PATIENT = "A 40-year-old man was admitted with fever. Table 1 shows his results."


def table_rows(*rows: str, note: str = "") -> list[str]:
    """Return "analyte value unit low..high" of each row that a table of ``|``-separated cells gives."""
    lines = [PATIENT, *("\t".join(cell.strip() for cell in row.split("|")) for row in rows), *([note] if note else [])]
    blocks, start = [], 0
    for i, line in enumerate(lines):
        kind = BlockKind.TABLE if 0 < i <= len(rows) else BlockKind.PARAGRAPH
        blocks.append(Block(kind, start, start + len(line)))
        start += len(line) + 1
    text = NormalizedText(AlignedText.from_source("\n".join(lines)), tuple(blocks), ())
    found = []
    for draft in drafts(annotate(load_pipeline(), text)):
        values = draft.values
        if draft.table == "labs":
            low, high = values.get("ref_low"), values.get("ref_high")
            bounds = f" {low:g}..{high:g}" if low is not None and high is not None else ""
            shown = values.get("value_text") or values.get("result", "")
            found.append(f"{values['analyte']} {shown} {values.get('unit', '')}".strip() + bounds)
    return found


def test_one_analyte_a_row_with_unit_and_reference_columns() -> None:
    found = table_rows(
        "Test | Result | Unit | Reference range",
        "Hemoglobin | 7.2 | g/dL | 12-16",
        "Platelets | 38 | 10^9/L | 150-400",
        "Creatinine | 4.1 (H) | mg/dL | 0.6-1.2",
    )
    assert found == [
        "hemoglobin 7.2 g/dL 12..16",
        "platelet count 38 10*9/L 150..400",
        "creatinine 4.1 mg/dL 0.6..1.2",
    ]


def test_two_groups_of_columns_with_units_of_their_own() -> None:
    found = table_rows(
        "Hb | 7.2 | g/dL | AST | 120 | U/L",
        "Plt | 84 | 10^3/µL | ALT | 64 | U/L",
        "MCV | 82 | fL | LDH | 542 | U/L",
    )
    assert "platelet count 84 10*3/uL" in found
    assert "alanine aminotransferase 64 U/L" in found
    assert len(found) == 6


def test_days_in_the_header() -> None:
    found = table_rows(
        "Parameter | Day 1 | Day 3 | Day 7",
        "CRP (mg/L) | 212 | 84 | 6",
        "Lymphocytes (LYM%) | 4.2 | 10.7 | 21.8",
        "Lactate (mmol/L) | 6.1 | - | 1.2",
    )
    assert found == [
        "C-reactive protein 212 mg/L",
        "C-reactive protein 84 mg/L",
        "C-reactive protein 6 mg/L",
        "lymphocyte percentage 4.2 %",
        "lymphocyte percentage 10.7 %",
        "lymphocyte percentage 21.8 %",
        "lactate 6.1 mmol/L",
        "lactate 1.2 mmol/L",
    ]


def test_analytes_in_the_header() -> None:
    found = table_rows(
        "Date | Sodium (mmol/L) | Potassium (mmol/L)",
        "Admission | 112 | 2.4",
        "Day 2 | 121 | 3.1",
    )
    assert found == [
        "sodium 112 mmol/L",
        "sodium 121 mmol/L",
        "potassium 2.4 mmol/L",
        "potassium 3.1 mmol/L",
    ]


def test_values_on_the_line_below_their_name() -> None:
    found = table_rows(
        "Parameter | Admission | Discharge",
        "Ferritin (ng/mL) | | ",
        " | 8,420 | 312",
        "ALT (U/L) | 88 | 24",
    )
    assert found[:2] == ["ferritin 8420 ng/mL", "ferritin 312 ng/mL"]


def test_a_note_gives_one_unit_for_a_list_of_analytes() -> None:
    found = table_rows(
        "Parameter | Day 1 | Day 5",
        "Neutrophils | 5.4 | 4.1",
        "Platelets | 100 | 317",
        "AST | 212 | 44",
        note="Neutrophils and platelets are expressed as 10^3/mm3; AST is expressed as U/L.",
    )
    assert "platelet count 317 10*3/uL" in found
    assert "aspartate aminotransferase 212 U/L" in found


def test_a_table_of_published_cases_gives_no_rows() -> None:
    assert table_rows("Author | Age | CRP (mg/L)", "Smith 2012 | 34 | 120", "Lee 2015 | 51 | 84") == []


def test_result_and_normal_range_in_one_cell() -> None:
    found = table_rows(
        "Test | Result (normal)", "Ferritin | 8420 ng/mL (30-400)", "LDH | 1240 U/L (125-220)", "CK | 88 U/L (30-190)"
    )
    assert found == [
        "ferritin 8420 ng/mL 30..400",
        "lactate dehydrogenase 1240 U/L 125..220",
        "creatine kinase 88 U/L 30..190",
    ]


def test_flags_and_ranges_without_a_header() -> None:
    found = table_rows("Hemoglobin, g/dL | 7.2 H | 12-16", "Calcium, mg/dL | 6.1 L | 8.5-10.5")
    assert found == ["hemoglobin 7.2 g/dL 12..16", "calcium 6.1 mg/dL 8.5..10.5"]


def test_decimal_commas() -> None:
    found = table_rows(
        "Test | Day 1 | Reference range",
        "Haemoglobin | 14,4 | 11,5-16,5 g/dL",
        "Creatinine | 1,2 | 0,6-1,2 mg/dL",
        "Sodium | 137 | 135-145 mmol/L",
    )
    assert found == ["hemoglobin 14.4 g/dL 11.5..16.5", "creatinine 1.2 mg/dL 0.6..1.2", "sodium 137 mmol/L 135..145"]


def test_a_dash_beside_a_plus_is_a_negative_result() -> None:
    found = table_rows(
        "Test | At admission | At discharge", "Ketones (urine) | + | –", "Sodium | 137 | –", "Potassium | 4.1 | 4.0"
    )
    assert found == ["urine ketones positive", "urine ketones negative", "sodium 137", "potassium 4.1", "potassium 4.0"]


def test_thousands_with_a_blank_behind_the_comma() -> None:
    found = table_rows("Test | Day 1 | Day 3", "WBC (/µL) | 12, 995 | 13, 800", "Sodium | 137 | 136", "CRP | 4 | 5")
    assert found[:2] == ["white blood cell count 12995 /uL", "white blood cell count 13800 /uL"]


def test_the_criteria_of_a_score_are_no_results() -> None:
    assert table_rows("Criterion | Met", "Platelets < 100 x 10^9/L | X", "Hemoglobin < 90 g/L | X") == []


def test_names_of_the_columns_under_spanning_cells() -> None:
    found = table_rows(
        "Time | Blood count | Gases",
        "WBC (10^9/L) | Hb (g/L) | pH | Lactate (mmol/L)",
        "Day 1 | 9.1 | 120 | 7.12 | 8.4",
        "Day 3 | 8.2 | 111 | 7.38 | 1.9",
    )
    assert "pH 7.12" in found
    assert "lactate 1.9 mmol/L" in found
    assert "white blood cell count 9.1 10*9/L" in found
    assert len(found) == 8


def test_a_column_of_references_does_not_make_a_table_of_the_literature() -> None:
    found = table_rows(
        "Test | Reference | Day 1 | Day 2", "Sodium (mmol/L) | 135-145 | 147 | 137", "ALT (U/L) | <37 | 9 | 8"
    )
    assert found[:2] == ["sodium 147 mmol/L 135..145", "sodium 137 mmol/L 135..145"]
    assert len(found) == 4


def test_groups_of_columns_of_unequal_rows() -> None:
    found = table_rows(
        "Hematology | | LDH | | 188 | U/L",
        "WBC | | 9,100 | /μL | | ALP | | 84 | U/L",
        "Hb | | 12.1 | g/dL | | AST | | 31 | U/L",
        "Biochemistry | | BNP | | 37.0 | pg/mL",
    )
    assert "lactate dehydrogenase 188 U/L" in found
    assert "B-type natriuretic peptide 37.0 pg/mL" in found
    assert "alkaline phosphatase 84 U/L" in found
    assert len(found) == 6


def test_two_analytes_and_two_values_in_a_row() -> None:
    found = table_rows("Test | Day 1 | Day 4", "AST/ALT (U/L) | 45/60 | 88/91", "CRP (mg/L) | 9 | 4")
    assert found[:4] == [
        "aspartate aminotransferase 45 U/L",
        "alanine aminotransferase 60 U/L",
        "aspartate aminotransferase 88 U/L",
        "alanine aminotransferase 91 U/L",
    ]


def test_capital_ph_in_a_table_and_missing_values_are_no_analytes() -> None:
    assert table_rows("Test | Day 1 | Day 2", "PH | 7.12 | 7.30", "Na | 131 | 135")[:2] == ["pH 7.12", "pH 7.30"]
    assert table_rows("No | Age | Culture | Titer", "1 | 60 | N/A | 6.7", "2 | 61 | N/A | 3.5") == []


def test_numbers_that_cannot_be_a_ph_are_none() -> None:
    assert table_rows("Test | Day 1 | Day 2", "pH | 1038 | 7.2", "Na | 131 | 135")[0] == "pH 7.2"


def test_sides_and_points_are_no_results() -> None:
    assert table_rows("Nerve | Side | 2000 Hz | 5 Hz", "Sural | L | 210 | 30", "Sural | R | 200 | 80") == []
    assert table_rows("Test | Result | Score", "Platelets | 53 | 2", "Total bilirubin | 25.9 | 1") == [
        "platelet count 53",
        "total bilirubin 25.9",
    ]


def test_notes_behind_numbers_and_analytes_above_the_first_column() -> None:
    assert table_rows("Test | Day 1 | Day 2", "Cortisol (μg/dL) | 5.0 | 6.3b", "ACTH (pg/mL) | 9 | 8")[1] == (
        "cortisol 6.3 ug/dL"
    )
    assert table_rows("Hb (g/dL) | Hct (%) | INR", "6.3 | 19.7 | 1.2")[0] == "hemoglobin 6.3 g/dL"


def test_a_result_in_one_cell_among_rows_of_cells() -> None:
    found = table_rows("Fibrinogen | 271 mg/dL | |", "INR | 1.4 | |", "Prothrombin time 14.5 s | | |")
    assert found[-1] == "prothrombin time 14.5 s"


def test_a_time_above_the_column_is_no_unit_of_its_values() -> None:
    assert table_rows("Test | 1 hour | 2 hours", "Lactate | 9.3 | 3.4", "Base excess | -17 | -9")[0] == "lactate 9.3"


def test_a_row_that_breaks_inside_a_cell() -> None:
    found = table_rows(
        "Test | Range | Day 1 | Day 4", "Potassium | 3.5-5 | 6 | 4", "Platelets | 130-400", " | 230 | 115",
        "Sodium | 135-145 | 120 | 131",
    )  # fmt: skip
    assert found[2:4] == ["platelet count 230 130..400", "platelet count 115 130..400"]


def test_heads_over_groups_do_not_move_the_columns() -> None:
    found = table_rows(
        "Blood | | Chemistry | | Blood gas analysis",
        "WBC | 9,100 | /μL | | TP | 5.8 | g/dL",
        "Hb | 12.1 | g/dL | | Alb | 3.1 | g/dL",
        " | | | | ALT | 19 | U/L",
    )
    assert found[-3:] == ["hemoglobin 12.1 g/dL", "albumin 3.1 g/dL", "alanine aminotransferase 19 U/L"]


def test_pluses_are_signs_and_no_values() -> None:
    assert table_rows("Test | Day 1 | Day 4", "Occult blood | 3+ | +", "CRP (mg/L) | 9 | 4")[:2] == [
        "fecal occult blood positive",
        "fecal occult blood positive",
    ]


def test_a_few_analytes_among_settings_of_the_ventilator() -> None:
    settings = [f"{name} | 12 | 14" for name in ("Rate", "Tidal volume", "Plateau", "Mode", "Flow", "Trigger", "Sweep")]
    rows = ["pH | 7.2 | 7.4", "PaCO2 | 56 | 40", "PaO2 | 66 | 80", "HCO3 | 23 | 24"]
    assert len(table_rows("Day | Day 1 | Day 2", *settings, *settings, *rows)) == 8


def test_international_units_in_the_header_are_no_seconds() -> None:
    assert table_rows("Test | Results (S.I. Units)", "INR | 2.3", "Sodium | 141 mmol/L")[0] == (
        "international normalized ratio 2.3"
    )


def test_a_wider_part_of_a_table() -> None:
    narrow = ["Test | Result", "Urea | 20", "Albumin | 31", "Ferritin | 900", "INR | 1.2", "CRP | 9"]
    found = table_rows(*narrow, "Blood gases | Arrival | 7 h | 10 h", "pH | 7.1 | 7.2 | 7.3", "Lactate | 9 | 8 | 7")
    assert found[-6:] == ["pH 7.1", "pH 7.2", "pH 7.3", "lactate 9", "lactate 8", "lactate 7"]


def test_a_range_in_the_first_row_of_a_table_without_header_makes_no_column_of_ranges() -> None:
    found = table_rows(
        "Fibrinogen | 744 mg/dL (range 180-440)",
        "Antinuclear antibody | Negative",
        "Anti-Smith antibody | Negative",
        "HIT antibody | 0.146 (normal <0.399)",
    )
    assert found == [
        "fibrinogen 744 mg/dL 180..440",
        "antinuclear antibody negative",
        "anti-Smith antibody negative",
        "heparin-induced thrombocytopenia antibody 0.146",
    ]


def test_a_value_under_the_next_group_of_columns_is_that_of_the_only_name_in_its_row() -> None:
    found = table_rows(
        "Sodium | 142 mmol/L | Potassium | 4.6 mmol/L",
        "Fibrinogen | 271 mg/dL | D-dimer | 1.5 mg/L",
        "Prothrombin time | | | 39%",
    )
    assert found[-1] == "prothrombin time 39 %"


def test_a_row_of_plasma_values_of_a_drug_holds_its_levels() -> None:
    found = table_rows(
        "Drug | Day 12 | Day 17",
        "Amphotericin B doses/day | 500 mg | 500 mg",
        "Amphotericin B plasma values (mg/L) | 2.12 | 2.24",
        "Posaconazole plasma values (mg/L) | 0.39 | 1.35",
    )
    assert found == [
        "amphotericin B 2.12 mg/L",
        "amphotericin B 2.24 mg/L",
        "posaconazole 0.39 mg/L",
        "posaconazole 1.35 mg/L",
    ]
