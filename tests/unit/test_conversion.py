"""What a value is in another unit: against published factors, and what must be refused."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from extract.errors import RulesError
from extract.rules.conversion import ImpossibleConversion, convert
from extract.rules.lexicon import Entry
from extract.rules.load import RuleSet, load_rules

TABLE = Path(__file__).parents[1] / "regression" / "tables" / "unit_conversions.tsv"
RULES: RuleSet = load_rules()


def lines(*, refused: bool) -> list[dict[str, str]]:
    """Return the lines of the table that have an expected value, or those that have none."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        kept = [line for line in stream if not line.startswith("#")]
    return [line for line in csv.DictReader(kept, delimiter="\t") if refused != bool(line["expected"])]


def analyte(name: str) -> Entry | None:
    """Return the analyte's line; None for "-"."""
    entry = RULES.entry("analyte", name)
    assert name == "-" or entry is not None, name
    return entry


def label(line: dict[str, str]) -> str:
    return f"{line['analyte']} {line['unit']} {line['to']}"


def test_the_table_is_large_enough() -> None:
    assert len(lines(refused=False)) >= 120
    assert len({line["analyte"] for line in lines(refused=False)}) >= 80
    assert len(lines(refused=True)) >= 25


@pytest.mark.parametrize("line", lines(refused=False), ids=label)
def test_a_value_is_what_was_published(line: dict[str, str]) -> None:
    found = convert(float(line["value"]), line["unit"], line["to"], analyte(line["analyte"]))
    # the factors of the AMA's table have three digits
    assert found == pytest.approx(float(line["expected"]), rel=3e-3)


@pytest.mark.parametrize("line", lines(refused=False), ids=label)
def test_a_value_converted_back_is_the_value(line: dict[str, str]) -> None:
    there = convert(float(line["value"]), line["unit"], line["to"], analyte(line["analyte"]))
    back = convert(there, line["to"], line["unit"], analyte(line["analyte"]))
    assert back == pytest.approx(float(line["value"]), rel=1e-9)


@pytest.mark.parametrize("line", lines(refused=True), ids=label)
def test_what_is_not_sure_is_refused(line: dict[str, str]) -> None:
    for unit, to in ((line["unit"], line["to"]), (line["to"], line["unit"])):
        with pytest.raises(ImpossibleConversion):
            convert(5.0, unit, to, analyte(line["analyte"]))


def test_a_refusal_says_of_what_and_why() -> None:
    with pytest.raises(ImpossibleConversion, match=r"^total protein: g/L cannot be converted to mmol/L: "):
        convert(60, "g/L", "mmol/L", analyte("total protein"))


@pytest.mark.parametrize("unit", ["{titer}", "{Log_IU}/mL", "[GPL'U]", "Cel"])
def test_a_unit_of_no_size_stays_what_it_is(unit: str) -> None:
    assert convert(6.2, unit, unit) == 6.2


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        (1.5, "g", "mg", 1500),
        (5, "ug/kg/min", "mg/kg/h", 0.3),
        (2, "mL/min", "mL/s", 1 / 30),
        (3, "10*13/L", "10*9/L", 30_000),
    ],
)
def test_units_of_one_kind_need_no_analyte(value: float, unit: str, to: str, expected: float) -> None:
    assert convert(value, unit, to) == pytest.approx(expected)


def test_a_users_analyte_converts_by_its_molar_mass(tmp_path: Path) -> None:
    header = "analyte\tsynonyms\tkind\tspecimen\tloinc\tclass\tunit_conventional\tmolar_mass"
    line = "favipiravir level\tfavipiravir\tdrug level\tserum\t\tdrug\tug/mL\t157.1"
    (tmp_path / "analytes.tsv").write_text(f"{header}\n{line}\n", encoding="utf-8")
    rules = load_rules([tmp_path])
    own = rules.entry("analyte", "favipiravir level")
    assert convert(31.42, "ug/mL", "umol/L", own, units=rules.units) == pytest.approx(200)


def test_a_users_molar_mass_that_is_no_number_is_told_with_its_line(tmp_path: Path) -> None:
    header = "analyte\tsynonyms\tkind\tspecimen\tloinc\tclass\tmolar_mass"
    (tmp_path / "analytes.tsv").write_text(f"{header}\nfavipiravir level\t\t\t\t\t\t157,1\n", encoding="utf-8")
    with pytest.raises(RulesError, match=r"analytes\.tsv:2: column 'molar_mass' must be a number, not '157,1'"):
        load_rules([tmp_path])


def test_the_example_in_the_documentation_runs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "units.md").read_text(encoding="utf-8")
    told: list[str] = []
    exec(page.partition("```python\n")[2].partition("```")[0], {"print": lambda value: told.append(str(value))})
    assert told[:2] == ["9.26", "2.6"]
    assert told[2].startswith("total protein: g/L cannot be converted to mmol/L: ")
