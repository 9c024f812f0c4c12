"""Which units an analyte may have, and its value in conventional and SI units."""

from __future__ import annotations

import re

from extract.rules.lexicon import Entry
from extract.rules.units import Unit


def compatible(entry: Entry, unit: Unit) -> bool:
    """Tell whether a unit can belong to an analyte, judged by the analyte's usual units.

    An analyte without usual units takes any. Cells are counted by volume or, for a differential count, in percent.
    """
    usual = entry["unit_conventional"], entry["unit_si"]
    if not any(usual):
        return True
    if unit.ucum == "%":
        return "%" in usual or entry["unit_conventional"] in ("", "1")
    if unit.dimension == "count_concentration":
        return any(re.match(r"10\*|/|\{", code) for code in usual if code)
    return "%" not in usual or unit.kind != "lab" or len({*usual} - {"", "%"}) > 0


def usual(entry: Entry | None, unit: Unit) -> bool:
    """Tell whether a unit is the analyte's usual one, conventional or SI; or a percentage, for a differential count."""
    if entry is None:
        return False
    if unit.ucum == "%" and entry["kind"] == "cells":
        return compatible(entry, unit)
    return unit.ucum in (entry["unit_conventional"], entry["unit_si"])


def convert(entry: Entry, value: float, unit: str) -> tuple[float | None, str, float | None, str]:
    """Return (value, unit) in conventional and in SI units; None and "" where no sure factor is known.

    Factors stand in rules/analytes.tsv: conventional value times factor is the SI value.
    """
    conventional, si = entry["unit_conventional"], entry["unit_si"]
    factor = _number(entry["si_factor"])
    if not unit or factor is None or not conventional or not si:
        return None, "", None, ""
    scale = _scale(unit, conventional)
    if scale is not None:
        amount = value * scale
        return _tidy(amount), conventional, _tidy(amount * factor), si
    scale = _scale(unit, si)
    if scale is not None:
        amount = value * scale
        return _tidy(amount / factor), conventional, _tidy(amount), si
    return None, "", None, ""


_PREFIX = {"": 1.0, "d": 1e-1, "c": 1e-2, "m": 1e-3, "u": 1e-6, "n": 1e-9, "p": 1e-12, "f": 1e-15, "k": 1e3}
_PLAIN = re.compile(r"(d|c|m|u|n|p|f|k)?(g|mol|L|\[IU\]|U|eq|osm|Pa)")
_COUNT = re.compile(r"(?:10\*(\d+))?(?:\{\w+\})?")


def _amount(code: str) -> tuple[float, str] | None:
    """Return the factor to the base unit and the base of one factor of a unit."""
    match = _PLAIN.fullmatch(code)
    if match is not None:
        return _PREFIX[match.group(1) or ""], match.group(2)
    match = _COUNT.fullmatch(code)
    if match is not None:
        return 10.0 ** int(match.group(1) or 0), "1"
    return None


def _scale(unit: str, target: str) -> float | None:
    """Return what a value in ``unit`` is multiplied by to be in ``target``; None for unlike units.

    Only fractions of prefixed units and powers of ten are read: what laboratories report.
    """
    if unit == target:
        return 1.0
    factor = 1.0
    a, b = unit.split("/"), target.split("/")
    if len(a) != len(b) or len(a) > 2:
        return None
    for i, (x, y) in enumerate(zip(a, b, strict=True)):
        p, q = _amount(x), _amount(y)
        if p is None or q is None or p[1] != q[1]:
            return None
        ratio = p[0] / q[0]
        factor = factor / ratio if i else factor * ratio
    return factor


def _tidy(value: float) -> float:
    """Round to six significant digits: a factor of three or four digits carries no more."""
    return float(f"{value:.6g}")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


__all__ = ["compatible", "convert", "usual"]
