"""What follows from a corrected cell: codes, converted values and the like, unless the reviewer has typed them, too.

A row whose value was corrected must not keep the converted value of the old one, nor a row whose analyte was corrected
the old LOINC code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from extract.nlp.doses import DAILY
from extract.records.drug_rows import daily_dose
from extract.records.lab_units import AnalyteUnits
from extract.review.identity import Cells
from extract.rules.load import load_rules
from extract.tables.csv import cell

_TITER = re.compile(r"1\s?[:/]\s?(\d+)")
_GRADE = re.compile(r"([0-5])\s?([+-]?)")
_LEVEL = re.compile(r"([CTLS]\d+)(?:-([CTLS]\d+))?")
_REGIONS = {"C": "cervical", "T": "thoracic", "L": "lumbar", "S": "sacral"}
_THIRD = 1 / 3  # what a sign adds to a muscle grade, or takes from it


@dataclass(frozen=True)
class _Consequence:
    """Columns that are worked out of others.

    Attributes
    ----------
    work_out : returns the columns out of the row; it may leave some out, which then stay as they are.
    """

    of: tuple[str, ...]
    columns: tuple[str, ...]
    work_out: Callable[[Cells], Mapping[str, str]]


def with_consequences(table: str, before: Cells, cells: Cells) -> dict[str, str]:
    """Return a corrected row with the cells that follow from what was changed.

    Parameters
    ----------
    before : the row as it stood; a column in which the two differ was typed by the reviewer and stays.
    cells : the row as typed, in the tables' notation.
    """
    found = dict(cells)
    changed = {name for name in cells if cells[name] != before.get(name, "")}
    for one in _CONSEQUENCES.get(table, ()):
        free = [name for name in one.columns if name not in changed]
        if free and changed.intersection(one.of):
            worked_out = one.work_out(found)
            follow = {
                name: worked_out[name] for name in free if worked_out.get(name, found.get(name)) != found.get(name)
            }
            found |= follow
            changed |= set(follow)
    return found


@lru_cache(maxsize=1)
def _units() -> AnalyteUnits:
    return AnalyteUnits(load_rules().units)


def _loinc(cells: Cells) -> Mapping[str, str]:
    entry = load_rules().entry("analyte", cells["analyte"])
    return {"loinc": entry["loinc"] if entry is not None else ""}


def _titer(cells: Cells) -> Mapping[str, str]:
    found = _TITER.fullmatch(cells["value_text"])
    return {"titer": found.group(1), "value": ""} if found else {"titer": ""}


def _unit(cells: Cells) -> Mapping[str, str]:
    written = cells["unit_text"]
    found = load_rules().units.match(written, 0)
    return {"unit": found[1].ucum if found is not None and found[0] == len(written) else ""}


def _converted(cells: Cells) -> Mapping[str, str]:
    entry = load_rules().entry("analyte", cells["analyte"])
    value = _number(cells, "value")
    if entry is None or value is None or cells["value_high"]:
        names = ("value_conventional", "unit_conventional", "value_si", "unit_si")
        return dict.fromkeys(names, "")
    conventional, unit_conventional, si, unit_si = _units().convert(entry, value, cells["unit"])
    return {
        "value_conventional": cell(conventional),
        "unit_conventional": unit_conventional,
        "value_si": cell(si),
        "unit_si": unit_si,
    }


def _flag(cells: Cells) -> Mapping[str, str]:
    value, low, high = (_number(cells, name) for name in ("value", "ref_low", "ref_high"))
    if value is None or (low is None and high is None) or cells["comparator"] != "=" or cells["value_high"]:
        return {"flag": ""}
    if low is not None and value < low:
        return {"flag": "L"}
    return {"flag": "H" if high is not None and value > high else "N"}


def _grade(cells: Cells) -> Mapping[str, str]:
    found = _GRADE.fullmatch(cells["grade_text"])
    if found is None:
        return {}
    sign = {"+": _THIRD, "-": -_THIRD, "": 0.0}[found.group(2)]
    return {"grade": cell(round(min(5.0, max(0.0, int(found.group(1)) + sign)), 2))}


def _muscle(cells: Cells) -> Mapping[str, str]:
    entry = load_rules().entry("muscle", cells["muscle"])
    return {"kind": entry["kind"]} if entry is not None and entry["kind"] in ("muscle", "movement", "region") else {}


def _level(cells: Cells) -> Mapping[str, str]:
    found = _LEVEL.fullmatch(cells["level"])
    if found is None:
        return {"upper": "", "lower": ""}
    upper, lower = found.group(1), found.group(2) or ""
    region = _REGIONS[upper[0]] if not lower or lower[0] == upper[0] else "junctional"
    return {"upper": upper if lower else "", "lower": lower, "region": region}


def _drugbank(cells: Cells) -> Mapping[str, str]:
    entry = load_rules().entry("drug", cells["drug"])
    return {"drugbank_id": entry["drugbank_id"] if entry is not None else ""}


def _daily_dose(cells: Cells) -> Mapping[str, str]:
    dose, often, unit = _number(cells, "dose_value"), _number(cells, "frequency_per_day"), cells["dose_unit"]
    if dose is None or cells["dose_value_high"]:
        return {"daily_dose": ""}
    a_day = DAILY.search(unit) is not None
    return {"daily_dose": cell(daily_dose(dose, unit, often, cells.get("frequency_text", ""), a_day=a_day))}


def _number(cells: Cells, name: str) -> float | None:
    return float(cells[name]) if cells.get(name) else None


_CONSEQUENCES: dict[str, tuple[_Consequence, ...]] = {
    "labs": (
        _Consequence(("analyte",), ("loinc",), _loinc),
        _Consequence(("value_text",), ("titer", "value"), _titer),
        _Consequence(("unit_text",), ("unit",), _unit),
        _Consequence(
            ("analyte", "value", "value_high", "unit"),
            ("value_conventional", "unit_conventional", "value_si", "unit_si"),
            _converted,
        ),
        _Consequence(("value", "value_high", "comparator", "ref_low", "ref_high"), ("flag",), _flag),
    ),
    "muscle_grades": (
        _Consequence(("grade_text",), ("grade",), _grade),
        _Consequence(("muscle",), ("kind",), _muscle),
    ),
    "levels": (_Consequence(("level",), ("upper", "lower", "region"), _level),),
    "drugs": (
        _Consequence(("drug",), ("drugbank_id",), _drugbank),
        _Consequence(("dose_value", "dose_value_high", "dose_unit", "frequency_per_day"), ("daily_dose",), _daily_dose),
    ),
}
