"""The data files for laboratory results, read with a plain reader: their form and what must hold in them."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

RULES = Path(__file__).resolve().parents[2] / "rules"
COLUMNS = {
    "analytes.tsv": [
        *["analyte", "synonyms", "kind", "specimen", "loinc"],
        *["unit_conventional", "unit_si", "si_factor", "class", "in_specimen", "si_offset", "valence", "molar_mass"],
    ],
    "implied_results.tsv": ["term", "synonyms", "analyte", "result"],
    "units.tsv": ["unit", "synonyms", "kind", "dimension", "factor", "base"],
    "not_labs.tsv": ["term", "synonyms", "why"],
    "results.tsv": ["result_text", "synonyms", "result", "only"],
    "specimens.tsv": ["specimen", "synonyms"],
}
KINDS = {
    "analyte", "panel", "antibody", "antigen", "nucleic acid", "cells", "drug level", "ratio",
}  # fmt: skip
RESULTS = {"positive", "negative", "normal", "abnormal", "high", "low"}


def table(name: str) -> list[dict[str, str]]:
    """Return the lines of a rules file as dictionaries; missing cells at a line's end are empty."""
    with (RULES / name).open(encoding="utf-8", newline="") as stream:
        lines = [line for line in stream if line.strip() and not line.startswith("#")]
    header, *rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    assert all(len(row) <= len(header) for row in rows)
    return [dict(zip(header, row + [""] * (len(header) - len(row)), strict=True)) for row in rows]


def forms(row: dict[str, str], column: str = "synonyms") -> list[str]:
    """Return the written forms of a cell."""
    return [form for form in row[column].split("|") if form]


def folded(form: str) -> str:
    """Return what two forms share that mean the same to a reader: case only counts after "="."""
    text = form[1:] if form.startswith("=") else form.lower()
    return form[: form.startswith("=")] + re.sub(r"[\s\-‐–’']+", " ", text).strip()


@pytest.fixture(scope="module")
def analytes() -> list[dict[str, str]]:
    return table("analytes.tsv")


@pytest.mark.parametrize("name", COLUMNS)
def test_the_columns_are_those_that_the_loader_expects(name: str) -> None:
    rows = table(name)
    assert list(rows[0]) == COLUMNS[name]
    assert all(value == value.strip() for row in rows for value in row.values())


@pytest.mark.parametrize("name", COLUMNS)
def test_no_canonical_name_stands_twice(name: str) -> None:
    names = [row[COLUMNS[name][0]] for row in table(name)]
    assert len(names) == len(set(names))
    assert all(names)


@pytest.mark.parametrize("name", [name for name in COLUMNS if name != "units.tsv"])
def test_no_form_means_two_things(name: str) -> None:
    owner: dict[str, str] = {}
    for row in table(name):
        canonical = row[COLUMNS[name][0]]
        own = forms(row) if f"={canonical}" in forms(row) else [canonical, *forms(row)]
        for form in own:
            assert owner.setdefault(folded(form), canonical) == canonical, form


def test_a_form_bound_to_a_specimen_belongs_to_one_line_of_that_specimen(analytes: list[dict[str, str]]) -> None:
    owner: dict[tuple[str, str], str] = {}
    for row in analytes:
        for form in forms(row, "in_specimen"):
            assert row["specimen"]
            assert owner.setdefault((row["specimen"], folded(form)), row["analyte"]) == row["analyte"]


def test_there_are_at_least_700_analytes_of_the_known_kinds(analytes: list[dict[str, str]]) -> None:
    assert sum(row["kind"] != "panel" for row in analytes) >= 700
    assert {row["kind"] for row in analytes} == KINDS
    assert all(re.fullmatch(r"[a-z_]+", row["class"]) for row in analytes)


def check_digit(number: str) -> int:
    """Return the LOINC check digit (mod 10, LOINC Users' Guide, appendix C)."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 - place % 2)
        total += value - 9 * (value > 9)
    return -total % 10


def test_loinc_codes_have_the_right_check_digit_and_stand_once(analytes: list[dict[str, str]]) -> None:
    codes = [row["loinc"] for row in analytes if row["loinc"]]
    for code in codes:
        number, digit = code.split("-")
        assert check_digit(number) == int(digit), code
    assert len(codes) == len(set(codes))
    assert len(codes) >= 250


def test_a_factor_is_positive_and_stands_with_both_units(analytes: list[dict[str, str]]) -> None:
    for row in analytes:
        if row["si_factor"]:
            assert float(row["si_factor"]) > 0
            assert row["unit_conventional"], row["analyte"]
            assert row["unit_si"], row["analyte"]
        else:
            assert not row["unit_si"], row["analyte"]


@pytest.mark.parametrize(
    ("analyte", "factor"),
    [
        ("calcium", 10 / 40.078),
        ("glucose", 10 / 180.156),
        ("creatinine", 10_000 / 113.12),
        ("total cholesterol", 10 / 386.65),
        ("cortisol", 10_000 / 362.46),
        ("digoxin level", 1_000 / 780.94),
        ("hemoglobin", 10.0),
    ],
)
def test_factors_agree_with_the_molar_mass(analytes: list[dict[str, str]], analyte: str, factor: float) -> None:
    row = next(row for row in analytes if row["analyte"] == analyte)
    assert float(row["si_factor"]) == pytest.approx(factor, rel=0.01)


def test_units_of_analytes_have_a_line_in_the_units_file(analytes: list[dict[str, str]]) -> None:
    known = {row["unit"] for row in table("units.tsv")} | {"1", ""}
    used = {row[column] for row in analytes if row["si_factor"] for column in ("unit_conventional", "unit_si")}
    assert not used - known


def test_implied_results_name_analytes_of_the_lexicon(analytes: list[dict[str, str]]) -> None:
    names = {row["analyte"] for row in analytes}
    rows = table("implied_results.tsv")
    assert len(rows) >= 80
    assert not {row["analyte"] for row in rows} - names
    assert {row["result"] for row in rows} <= RESULTS


def test_results_units_and_other_measures_use_the_known_classes() -> None:
    assert {row["result"] for row in table("results.tsv")} == RESULTS
    assert {row["kind"] for row in table("units.tsv")} == {"lab", "dose", "both", "other"}
    assert all(row["dimension"] for row in table("units.tsv"))
    assert all(row["why"] for row in table("not_labs.tsv"))
    assert sum(1 + len(forms(row)) for row in table("not_labs.tsv")) >= 200


def test_no_measure_is_both_a_laboratory_analyte_and_not_one(analytes: list[dict[str, str]]) -> None:
    mine = {folded(form) for row in analytes for form in [row["analyte"], *forms(row)]}
    others = {folded(form) for row in table("not_labs.tsv") for form in [row["term"], *forms(row)]}
    assert not mine & others
