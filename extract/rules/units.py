"""Units of measurement as articles write them, matched at a place of a text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from extract.rules.fold import SUPERSCRIPTS
from extract.rules.tsv import Row

KINDS = ("lab", "dose", "both", "other")
_LIMIT = 48  # no written unit is longer
_MICRO = {"µ": "u", "μ": "u"}
_POWER = re.compile(r"10\*(\d{1,2})(/.+)")
_SKIP = frozenset(" ^\u00a0\u2009\u202f·⋅.*()[]")
_MINUS = frozenset("-−–‐‑⁻")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its UCUM code, whether it measures a lab result or a dose, its dimension, and what it is in base units.

    One unit is ``factor`` times ``base`` ("mg/dL": 0.01, "g/L"); 0 and "" where it is never converted.
    """

    ucum: str
    kind: str
    dimension: str
    factor: float = 0.0
    base: str = ""


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char in _SKIP:
        return ""
    if char in _MINUS:
        return "-"
    if char in "×✕⨯":
        return "x"
    return _MICRO.get(char) or char.translate(SUPERSCRIPTS)


class UnitTable:
    """All written forms of units in one trie of characters.

    Spaces, ``^``, dots and brackets are skipped, superscripts are plain digits, ``µ`` is ``u`` and ``×`` is
    ``x``; case does not matter unless the form begins with ``=``.
    """

    def __init__(self) -> None:
        self._root: dict[Any, Any] = {}
        self.units: dict[str, Unit] = {}

    def add_row(self, row: Row) -> None:
        """Add a line of units.tsv."""
        if row["kind"] not in KINDS:
            raise row.error(f"kind must be one of {', '.join(KINDS)}, not {row['kind']!r}")
        factor = row.number("factor")
        if (factor is None) != (not row["base"]) or factor == 0:
            raise row.error("factor (a number, not 0) and base belong together: 0.01 and g/L for mg/dL")
        unit = Unit(row["unit"], row["kind"], row["dimension"], factor or 0.0, row["base"])
        known = self.units.get(unit.ucum)
        if known is not None and not unit.base:  # a user's line for a shipped unit: its forms only
            unit = replace(unit, factor=known.factor, base=known.base)
        self.units[unit.ucum] = unit
        forms = row.many("synonyms")
        for form in forms if f"={unit.ucum}" in forms else [unit.ucum, *forms]:
            self._add(form, unit)

    def base(self, code: str) -> str:
        """Return the base unit of a UCUM code; "" where it has none."""
        return self.measure(code)[1]

    def measure(self, code: str) -> tuple[float, str]:
        """Return factor and base of a UCUM code, also of a power of ten without a line; 0 and "" where it has none."""
        unit = self.units.get(code)
        if unit is not None:
            return unit.factor, unit.base
        power = _POWER.fullmatch(code)
        rest = self.units.get(power.group(2)) if power is not None else None
        if power is None or rest is None:
            return 0.0, ""
        return float(f"1e{power.group(1)}") * rest.factor, rest.base

    def _add(self, form: str, unit: Unit) -> None:
        self._add_form(form, unit)
        parts = form.split("/")
        if len(parts) == 2 and parts[1].isalpha() and len(parts[0] + parts[1]) > 1:  # "mg/dL" is "mg.dL-1" too
            exact = "=" if parts[0] in ("U", "") else ""  # "U.L-1" and "µL-1"
            self._add_form(f"{exact}{parts[0]}{parts[1]}-1", unit)

    def _add_form(self, form: str, unit: Unit) -> None:
        exact = form.startswith("=") and len(form) > 1
        written = form[1:] if exact else form
        folded = "".join(_fold_char(char) for char in written)
        node = self._root
        for char in folded.lower():
            node = node.setdefault(char, {})
        if folded:
            node.setdefault(None, []).append((unit, folded if exact else ""))

    def match(self, text: str, position: int) -> tuple[int, Unit] | None:
        """Return end and unit of the longest unit that begins at ``position``; None where none does.

        A unit ends at a word boundary: "g" does not match in "girl".
        """
        node: Any = self._root
        best: tuple[int, Unit] | None = None
        taken: list[str] = []
        limit = min(len(text), position + _LIMIT)
        i = position
        while i < limit:
            char = text[i]
            if char == "\n" or char == "\t":
                break
            folded = _fold_char(char)
            i += 1
            if not folded:
                continue
            if folded == " ":
                continue
            node = node.get(folded.lower())
            if node is None:
                break
            taken.append(folded)
            terms = node.get(None)
            if terms is None or not _ends(text, i):
                continue
            written = "".join(taken)
            for unit, exact in terms:
                if not exact or exact == written:
                    best = (i, unit)
                    break
        return best


def _ends(text: str, end: int) -> bool:
    """Tell whether a unit may end at ``end``: not inside a word; a glued citation mark may follow."""
    if end >= len(text):
        return True
    char = text[end]
    if char.isalpha():
        return False
    if char.isdigit():
        # "mg/dl10" ends in a citation mark; "g1" or "10^9" does not end here
        return text[end - 1].isalpha() and "/" in text[max(0, end - 6) : end]
    return True
