"""Units of measurement as articles write them, matched at a place of a text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from extract.rules.fold import SUPERSCRIPTS
from extract.rules.tsv import Row

KINDS = ("lab", "dose", "both", "other")
_LIMIT = 48  # no written unit is longer
_MICRO = {"µ": "u", "μ": "u"}
_SKIP = frozenset(" ^\u00a0\u2009\u202f·⋅.*()[]")
_MINUS = frozenset("-−–‐‑")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its UCUM code, whether it measures a lab result or a dose, and its dimension."""

    ucum: str
    kind: str
    dimension: str


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
        unit = Unit(row["unit"], row["kind"], row["dimension"])
        self.units.setdefault(unit.ucum, unit)
        forms = row.many("synonyms")
        for form in forms if f"={unit.ucum}" in forms else [unit.ucum, *forms]:
            self._add(form, unit)

    def _add(self, form: str, unit: Unit) -> None:
        self._add_form(form, unit)
        parts = form.split("/")
        if len(parts) == 2 and parts[0] and parts[1].isalpha():  # "mg/dL" is "mg.dL-1" too
            self._add_form(f"{parts[0]}{parts[1]}-1", unit)

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
