"""Which units an analyte may have, and its value in conventional and in SI units.

Units are UCUM codes. What each is in base units (``mg/dL`` = 0.01 ``g/L``) stands in rules/units.tsv, and a test
compares every line with ucumvert and Pint: their registry takes 1.3 seconds to build, more than casetab's whole start,
and knows no unit that rules/units.tsv lacks. Where UCUM and practice differ, practice is meant:

* ``eq`` (milliequivalents) is no amount of substance: 1 mEq of calcium is 0.5 mmol. The analyte's factor says how many.
* ``[IU]`` and ``U`` are one unit for enzymes (1 U = 1 IU = 1 umol/min, International Union of Biochemistry, 1964) and
  for hormones and tumour markers, whose "U" is that of the international standard or of the only assay. Antibodies
  are left out: each kit has units of its own.
* Units with an annotation ("ug/mL{FEU}") are compared with equal annotations only.

Factors from conventional to SI units stand in rules/analytes.tsv with their sources.
"""

from __future__ import annotations

import re

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
        """Return (value, unit) in conventional and in SI units; None and "" where no sure factor is known.

        The SI value is the conventional value times ``si_factor`` plus ``si_offset`` of the analyte's line.
        """
        conventional, si = entry["unit_conventional"], entry["unit_si"]
        if not unit or not conventional:
            return None, "", None, ""
        factor, offset = _number(entry["si_factor"]), _number(entry["si_offset"]) or 0.0
        amount = self._rescaled(entry, value, unit, conventional)
        if amount is not None:
            if factor is None or not si:
                return _tidy(amount), conventional, None, ""
            return _tidy(amount), conventional, _tidy(amount * factor + offset), si
        amount = self._rescaled(entry, value, unit, si) if si and factor else None
        if amount is None or not factor:
            return None, "", None, ""
        return _tidy((amount - offset) / factor), conventional, _tidy(amount), si

    def _rescaled(self, entry: Entry, value: float, unit: str, target: str) -> float | None:
        """Return a value in another unit of the same kind; None for unlike units."""
        factor = self._units.scale(unit, target, iu_is_u=entry["kind"] != "antibody")
        return value * factor if factor is not None else None


def _tidy(value: float) -> float:
    """Round to six significant digits: a factor of three or four digits carries no more."""
    return float(f"{value:.6g}")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
