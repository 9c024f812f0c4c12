"""Words of the page."""

from __future__ import annotations

_SPECIAL = {
    "case_id": "patient",
    "loinc": "LOINC",
    "time_days": "time in days",
    "followup_days": "follow-up in days",
    "value_si": "value in SI units",
    "unit_si": "SI unit",
    "ref_low": "reference, low",
    "ref_high": "reference, high",
    "drugbank_id": "DrugBank identifier",
    "start": "first character",
    "end": "last character",
}


def column_name(name: str) -> str:
    """Return a column's name as words: ``value_text`` is "value as written"."""
    if name in _SPECIAL:
        return _SPECIAL[name]
    if name.endswith("_text"):
        return f"{name.removesuffix('_text').replace('_', ' ')} as written"
    return name.replace("_", " ")


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun: 1 row, 2 rows."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
