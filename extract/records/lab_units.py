"""Which units an analyte may have, and its value in conventional and in SI units.

Units are UCUM codes; extract/rules/conversion.py says how they are converted, and what of practice it knows that UCUM
does not. The two units of an analyte and the factor between them stand in rules/analytes.tsv with their sources.
"""

from __future__ import annotations

import re

from extract.rules.conversion import ImpossibleConversion, convert
from extract.rules.lexicon import Entry
from extract.rules.units import Unit, UnitTable

# base units in which one analyte may be reported, besides those of its own line
_ALIKE = (
    {"g/L", "mol/L", "eq/L"},
    {"U/L", "[IU]/L", "[arb'U]/L", "U{A}/L"},
    {"g/L", "g/L{FEU}", "g/L{DDU}"},  # D-dimer, seldom said which
    {"L/min", "L/min/{1.73_m2}"},
    {"g/L/s", "mol/L/s", "g/L"},  # renin: activity or concentration
    {"osm/g", "osm/L", "mol/g", "mol/L"},
    {"[IU]/L", "{copies}/L", "{Log_IU}/L", "{Log_copies}/L"},
    {"/L", "/[HPF]", "/[LPF]"},
)
_ACTIVITY = {"U/L", "[IU]/L", "[arb'U]/L"}
_FREE_KINDS = ("antibody", "antigen", "panel", "nucleic acid")  # indices, ratios and units of single kits
_PER_CREATININE = re.compile(r"/(?:g|mol|mg)(?:\{|$)|/mol\{")


class AnalyteUnits:
    """Judges and converts the units of analytes.

    Parameters
    ----------
    units : the units of rules/units.tsv.
    """

    def __init__(self, units: UnitTable) -> None:
        self._units = units

    def compatible(self, entry: Entry, unit: Unit) -> bool:
        """Tell whether a unit can belong to an analyte, judged by the analyte's usual units.

        An analyte without usual units takes any. Cells are counted by volume or, for a differential count, in percent.
        """
        usual = [code for code in (entry["unit_conventional"], entry["unit_si"]) if code]
        if not usual or unit.ucum in usual or unit.ucum == "{ULN}":
            return True
        if unit.ucum == "%":
            return "%" in usual or entry["unit_conventional"] == "1"
        if unit.dimension == "count_concentration" and not unit.base.startswith("{"):
            return any(re.match(r"10\*|/|\{", code) for code in usual)
        if entry["kind"] in _FREE_KINDS:
            return True
        if not unit.base:
            return unit.kind == "lab" and {*usual} != {"%"}
        bases = {self._units.base(code) for code in usual}
        return "" in bases or unit.base in bases or self._alike(entry, bases, unit.base)

    @staticmethod
    def _alike(entry: Entry, bases: set[str], base: str) -> bool:
        """Tell whether an analyte of some base units is also reported in another one."""
        if any(base in group and bases & group for group in _ALIKE):
            return True
        if base in _ACTIVITY or bases & _ACTIVITY:  # a protein: by mass or by activity
            return base in _ACTIVITY | {"g/L"} and bool(bases & (_ACTIVITY | {"g/L"})) and "mol/L" not in bases
        urine = "urine" in entry["specimen"]
        return urine and (base.endswith("/d") or _PER_CREATININE.search(base) is not None)

    def usual(self, entry: Entry | None, unit: Unit) -> bool:
        """Tell whether a unit is one of the analyte's usual two; or a percentage, for a differential count."""
        if entry is None:
            return False
        if unit.ucum == "%" and entry["kind"] == "cells":
            return self.compatible(entry, unit)
        return unit.ucum in (entry["unit_conventional"], entry["unit_si"])

    def convert(self, entry: Entry, value: float, unit: str) -> tuple[float | None, str, float | None, str]:
        """Return (value, unit) in conventional and in SI units; None and "" where no sure factor is known."""
        conventional, unit_c = self._in(entry, value, unit, entry["unit_conventional"])
        if conventional is None:
            return None, "", None, ""
        return conventional, unit_c, *self._in(entry, value, unit, entry["unit_si"])

    def _in(self, entry: Entry, value: float, unit: str, wanted: str) -> tuple[float | None, str]:
        """Return a value in a wanted unit and this unit; None and "" where it cannot be converted."""
        if not unit or not wanted:
            return None, ""
        try:
            return _tidy(convert(value, unit, wanted, entry, units=self._units)), wanted
        except ImpossibleConversion:
            return None, ""


def _tidy(value: float) -> float:
    """Round to six significant digits: a factor of three or four digits carries no more."""
    return float(f"{value:.6g}")
