"""The number that a row gives a variable, in the variable's unit."""

from __future__ import annotations

from typing import Any

from extract.protocol.model import RecordVariable
from extract.protocol.names import Names
from extract.records.common import Record
from extract.rules.conversion import ImpossibleConversion, convert

_UPPER_ENDS = {"value": "value_high", "dose_value": "dose_value_high"}
_A_DAY = "/d"  # the end of a UCUM code


class UnusableError(ValueError):
    """A row has a number in a unit that cannot be converted to the variable's."""


class ImplausibleError(ValueError):
    """A row has a number that the protocol holds impossible: a misprint, mostly in the unit."""


def tidy(number: float) -> float:
    """Round to six significant digits, as converted values are in the other tables."""
    return float(f"{number:.6g}")


class Numbers:
    """Reads the numbers of rows for one variable.

    Parameters
    ----------
    names : with the units and analytes of the rules.
    """

    def __init__(self, variable: RecordVariable, names: Names) -> None:
        self._variable = variable
        self._names = names
        self._measured = variable.column in variable.MEASURED

    def of(self, row: Record, pick: str) -> float | None:
        """Return the number of a row; None where it has none, as a result in words.

        Of a range it is the lower end for ``min``, the upper for ``max``, else the middle.

        Raises
        ------
        UnusableError
            the row's unit cannot be converted, or is not said.
        ImplausibleError
            the number is outside of the plausible range.
        """
        low = getattr(row, self._variable.column)
        if low is None:
            return None
        high = getattr(row, _UPPER_ENDS.get(self._variable.column, ""), None)
        number = _within(low, low if high is None else high, pick, low_is_worse=self._variable.low_is_worse)
        number = self._converted(number, row) if self._measured else number
        ends = self._variable.plausible
        if ends is not None and not ends[0] <= number <= ends[1]:
            raise ImplausibleError
        return number

    def _converted(self, number: float, row: Any) -> float:
        wanted = self._variable.unit
        unit = row.unit if hasattr(row, "unit") else self._names.unit(row.dose_unit)
        if self._variable.column == "daily_dose":  # 40 mg/day and 20 mg twice a day are both 40 mg a day
            unit, wanted = unit.removesuffix(_A_DAY), (wanted or "").removesuffix(_A_DAY)
        if unit == (wanted or ""):
            return number
        if not unit or not wanted:
            raise UnusableError
        analyte = self._names.entry(row.analyte) if hasattr(row, "analyte") else None
        try:
            return tidy(convert(number, unit, wanted, analyte, units=self._names.rules.units))
        except ImpossibleConversion:
            raise UnusableError from None


def _within(low: float, high: float, pick: str, *, low_is_worse: bool) -> float:
    """Return the number that stands for a range."""
    if low == high:
        return low
    if pick in ("worst", "best"):
        pick = "min" if (pick == "worst") == low_is_worse else "max"
    return {"min": low, "max": high}.get(pick, (low + high) / 2)
