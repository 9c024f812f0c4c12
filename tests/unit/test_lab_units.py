"""Units of analytes: which can belong, what converts, and what is refused; every factor against UCUM."""

from __future__ import annotations

import csv
import re
from pathlib import Path
from typing import Any

import pytest

from extract.nlp.extensions import drafts
from extract.nlp.pipeline import load_pipeline
from extract.records.lab_units import AnalyteUnits
from extract.rules.lexicon import Entry
from extract.rules.load import RuleSet, load_rules
from extract.rules.units import Unit

TABLE = Path(__file__).parents[1] / "regression" / "tables" / "conversions.tsv"
RULES: RuleSet = load_rules()
UNITS = AnalyteUnits(RULES.units)
# no part of UCUM's system of dimensions, so that equal dimensions prove nothing
SEPARATE = re.compile(r"eq|osm|\[(?:IU|arb'U|beth'U)\]|U|kat|\{[^}]*\}")


def analyte(name: str) -> Entry:
    """Return the analyte's line."""
    entry = RULES.entry("analyte", name)
    assert entry is not None, name
    return entry


def unit(code: str) -> Unit:
    """Return the unit's line."""
    return RULES.units.units[code]


@pytest.fixture(scope="module")
def ucum() -> Any:
    """Return ucumvert's registry: Pint with the units of UCUM."""
    return pytest.importorskip("ucumvert").PintUcumRegistry()


@pytest.mark.parametrize("code", [code for code, unit in RULES.units.units.items() if unit.base])
def test_a_factor_is_that_of_ucum(ucum: Any, code: str) -> None:
    line = unit(code)
    assert 1 * ucum.from_ucum(code) / (line.factor * ucum.from_ucum(line.base)) == pytest.approx(1, rel=1e-9)


def unlike_parts(code: str) -> set[str]:
    """Return what UCUM leaves out of its dimensions: annotations, equivalents, osmoles, arbitrary and enzyme units."""
    return {"U" if found == "kat" else found for found in SEPARATE.findall(code)}


@pytest.mark.parametrize("code", [code for code, unit in RULES.units.units.items() if unit.base])
def test_what_ucum_does_not_tell_apart_stays_apart(code: str) -> None:
    enzyme = RULES.units.base(code) == "U/L" and "mol" in code  # 1 U is 1 umol/min by definition
    assert unlike_parts(code) == (set() if enzyme else unlike_parts(unit(code).base))


def conversions() -> list[dict[str, str]]:
    """Return the lines of conversions.tsv."""
    with TABLE.open(encoding="utf-8", newline="") as stream:
        lines = [line for line in stream if not line.startswith("#")]
    return list(csv.DictReader(lines, delimiter="\t"))


# standard atomic weights, abridged to five digits: IUPAC Technical Report, Pure Appl Chem 2022;94:573-600
WEIGHTS = {
    "H": 1.0080, "Li": 6.94, "B": 10.81, "C": 12.011, "N": 14.007, "O": 15.999, "F": 18.998, "Na": 22.990, "Mg": 24.305,
    "Al": 26.982, "P": 30.974, "S": 32.06, "Cl": 35.45, "K": 39.098, "Ca": 40.078, "Cr": 51.996, "Mn": 54.938,
    "Fe": 55.845, "Co": 58.933, "Ni": 58.693, "Cu": 63.546, "Zn": 65.38, "As": 74.922, "Se": 78.971, "Br": 79.904,
    "Ti": 47.867, "Mo": 95.95, "Au": 196.97,
    "Ag": 107.87, "Cd": 112.41, "I": 126.90, "Hg": 200.59, "Tl": 204.38, "Pb": 207.2, "Bi": 208.98,
}  # fmt: skip


def molar_mass(formula: str) -> float:
    """Return the molar mass of a formula ("C6H12O6") in g/mol."""
    parts = re.findall(r"([A-Z][a-z]?)(\d*)", formula)
    assert "".join(element + count for element, count in parts) == formula
    return sum(WEIGHTS[element] * int(count or 1) for element, count in parts)


def test_there_are_conversions_of_at_least_120_analytes() -> None:
    assert len({line["analyte"] for line in conversions()}) >= 120


@pytest.mark.parametrize("line", conversions(), ids=lambda line: f"{line['analyte']} {line['unit']}")
def test_a_value_is_converted_as_published(line: dict[str, str]) -> None:
    entry = analyte(line["analyte"])
    conventional, unit_c, si, unit_s = UNITS.convert(entry, float(line["value"]), line["unit"])
    assert (unit_c, unit_s) == (line["unit_conventional"], line["unit_si"])
    assert conventional == pytest.approx(float(line["value_conventional"]), rel=1e-4)
    assert si == pytest.approx(float(line["value_si"]), rel=1e-4)


@pytest.mark.parametrize(
    "line",
    [line for line in conversions() if line["formula"]],
    ids=lambda line: f"{line['analyte']} {line['formula']}",
)
def test_a_published_factor_agrees_with_the_molar_mass(line: dict[str, str]) -> None:
    grams, moles = unit(line["unit_conventional"]), unit(line["unit_si"])
    assert moles.base == grams.base.replace("g/", "mol/")
    amount = float(line["value_conventional"]) * grams.factor / molar_mass(line["formula"])
    assert float(line["value_si"]) * moles.factor == pytest.approx(amount, rel=0.01)


# of the analytes whose line gives a molar mass; peptides and proteins apart
FORMULAS = {
    "homocysteine": "C4H9NO2S",
    "methylmalonic acid": "C4H6O4",
    "carnitine": "C7H15NO3",
    "free carnitine": "C7H15NO3",
    "methotrexate level": "C20H22N8O5",
    "D-lactate": "C3H6O3",
    "histamine": "C5H9N3",
    "melatonin": "C13H16N2O2",
    "glycolic acid": "C2H4O3",
    "3-methoxytyramine": "C9H13NO2",
    "urine cystine": "C6H12N2O4S2",
    "gold level": "Au",
    "molybdenum": "Mo",
    "titanium level": "Ti",
    "linezolid level": "C16H20FN3O4",
    "fluconazole level": "C13H12F2N6O",
    "isavuconazole level": "C22H17F2N5OS",
    "isoniazid level": "C6H7N3O",
    "meropenem level": "C17H25N3O5S",
    "lacosamide level": "C13H18N2O3",
    "perampanel level": "C23H15N3O",
    "clobazam level": "C16H13ClN2O2",
    "olanzapine level": "C17H20N4S",
    "quetiapine level": "C21H25N3O2S",
    "haloperidol level": "C21H23ClFNO2",
    "amitriptyline level": "C20H23N",
    "busulfan level": "C6H14O6S2",
    "imatinib level": "C29H31N7O",
    "hydroxychloroquine level": "C18H26ClN3O",
    "disopyramide level": "C21H29N3O",
    "verapamil level": "C27H38N2O4",
    "propranolol level": "C16H21NO2",
    "mitotane level": "C14H10Cl4",
    "citalopram level": "C20H21FN2O",
    "venlafaxine level": "C17H27NO2",
    "propofol level": "C12H18O",
    "coenzyme Q10": "C59H90O4",
    "galactose-1-phosphate": "C6H13O9P",
    "24,25-dihydroxyvitamin D": "C27H44O3",
    "dabigatran level": "C25H25N7O3",
    "rivaroxaban level": "C19H18ClN3O5S",
    "hypoxanthine": "C5H4N4O",
    "thymidine": "C10H14N2O5",
    "CSF neopterin": "C9H11N5O4",
    "CSF glycine": "C2H5NO2",
    "CSF 5-methyltetrahydrofolate": "C20H25N7O6",
}
PROTEINS = {
    *("hemoglobin", "mean corpuscular hemoglobin concentration", "ferritin", "prolactin", "proinsulin", "glucagon"),
    *("C-reactive protein", "high-sensitivity C-reactive protein", "parathyroid hormone"),
    *("intact parathyroid hormone", "calcitonin", "B-type natriuretic peptide", "angiotensin II"),
    "N-terminal pro-B-type natriuretic peptide",
}


def test_every_molar_mass_of_the_rules_is_that_of_a_formula() -> None:
    given = {entry.name: float(entry["molar_mass"]) for entry in RULES.entries["analyte"] if entry["molar_mass"]}
    assert given.keys() == FORMULAS.keys() | PROTEINS
    for name, formula in FORMULAS.items():
        assert given[name] == pytest.approx(molar_mass(formula), rel=3e-4), name


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("sodium", "U/L"),
        ("potassium", "g"),
        ("glucose", "mm[Hg]"),
        ("lactate dehydrogenase", "mmol/L"),
        ("white blood cell count", "g/dL"),
        ("hemoglobin", "10*9/L"),
        ("platelet count", "%"),
        ("total carbon dioxide", "mL/min"),
    ],
)
def test_a_unit_that_cannot_belong_is_told(name: str, code: str) -> None:
    assert not UNITS.compatible(analyte(name), unit(code))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("sodium", "meq/L"),
        ("glucose", "mmol/L"),
        ("calcium", "meq/L"),
        ("lactate dehydrogenase", "[IU]/L"),
        ("creatine kinase MB", "U/L"),
        ("D-dimer", "ng/mL"),
        ("hematocrit", "L/L"),
        ("neutrophils", "%"),
        ("platelet count", "10*3/uL"),
        ("HBV DNA", "{copies}/mL"),
        ("24-hour urine protein", "g/d"),
        ("hemoglobin A1c", "mmol/mol"),
    ],
)
def test_a_unit_in_use_is_not(name: str, code: str) -> None:
    assert UNITS.compatible(analyte(name), unit(code))


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("D-dimer", "ng/mL"),  # fibrinogen equivalents or D-dimer units: not said
        ("creatine kinase MB", "U/L"),  # activity is no mass
        ("anti-thyroid peroxidase antibody", "U/mL"),  # a kit's own units
        ("bicarbonate", "mg/dL"),
        ("sodium", "g"),
        ("glucose", ""),
        ("glucose", "no such unit"),
    ],
)
def test_an_impossible_conversion_is_refused(name: str, code: str) -> None:
    assert UNITS.convert(analyte(name), 5.0, code) == (None, "", None, "")


def rows(text: str) -> tuple[list[Any], list[str]]:
    """Return the results in a text, and the warnings."""
    doc = load_pipeline()(f"A 40-year-old man was admitted. {text}")
    return [row for row in drafts(doc) if row.table == "labs"], doc.user_data.get("warnings", [])


def test_a_unit_that_does_not_fit_costs_confidence_and_gives_a_warning_but_is_kept() -> None:
    (good,), none = rows("The sodium was 128 mmol/L.")
    (bad,), warnings = rows("The sodium was 128 U/L.")
    assert not none
    assert warnings == ["sodium 128 U/L: this unit does not fit the analyte"]
    assert bad.confidence < good.confidence
    assert bad.values["unit"] == "U/L"
    assert bad.values["value_si"] is None


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("WBC was 9,000/µL (normal 4-10 K/µL).", "N"),
        ("CRP was 8 mg/dL (normal < 10 mg/L).", "H"),
        ("Sodium was 128 mmol/L (normal 135-145 mEq/L).", "L"),
        ("Glucose was 110 mg/dL (normal 3.9-5.6 mmol/L).", "H"),
        ("D-dimer was 620 ng/mL (normal < 0.5 µg/mL FEU).", ""),
        ("Platelets were 88 (normal 150-450).", "L"),
    ],
)
def test_a_range_in_another_unit_is_converted_before_it_flags_the_value(text: str, flag: str) -> None:
    (row,), _ = rows(text)
    assert row.values["flag"] == flag


@pytest.mark.parametrize("written", ["copies/ug", "copies/ng", "copies/mg"])
def test_copies_by_mass_keep_their_mass(written: str) -> None:
    found = RULES.units.match(written, 0)
    assert found is not None
    assert found[1].ucum == f"{{copies}}{written.removeprefix('copies')}"
