"""The unit of a variable: is it one that its analytes can have, and which one where the protocol names none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import ValidationInfo

from extract.protocol.fields import mistake
from extract.protocol.names import Names
from extract.rules.conversion import ImpossibleConversion, convert
from extract.rules.lexicon import Entry


def checked_unit(unit: str, info: ValidationInfo) -> str:
    """Return the UCUM code of a unit as the reviewer wrote it.

    Raises
    ------
    PydanticCustomError
        the unit is unknown, or an analyte of the variable cannot have it.
    """
    names = _names(info)
    code = names.unit(unit)
    if not code:
        raise mistake(f"{unit!r} is no unit that casetab knows; write it as in articles (mg/dL) or as UCUM code")
    for analyte in _analytes(info.data):
        entry = names.entry(analyte)
        if entry is not None and not can_have(entry, code, names):
            usual = " or ".join(dict.fromkeys(u for u in _usual(entry)))
            raise mistake(f"{analyte} cannot be had in {unit}; its usual unit is {usual}")
    return code


def default_unit(info: ValidationInfo) -> str | None:
    """Return the conventional unit that a variable's analytes have in common; None where they are without units.

    Raises
    ------
    PydanticCustomError
        they have none in common, so that the protocol has to name one.
    """
    data = info.data
    if not {"analyte", "class_"} <= data.keys():
        if "drug" in data or "status" in data:
            raise mistake("`unit` is missing: doses are compared in one unit, such as mg")
        return None
    if data["class_"]:
        raise mistake("`unit` is missing: the analytes of a class have different units")
    names = _names(info)
    entries = [names.entry(analyte) for analyte in _analytes(data)]
    units = {entry["unit_conventional"] for entry in entries if entry is not None}
    if len(units) > 1:
        raise mistake(f"`unit` is missing: the analytes have different ones ({', '.join(sorted(units - {''}))})")
    return units.pop() or None if units else None


def _names(info: ValidationInfo) -> Names:
    assert isinstance(info.context, Names), "a protocol is validated with the names of the rules"
    return info.context


def _analytes(data: Mapping[str, object]) -> Sequence[str]:
    given = data.get("analyte")
    return given if isinstance(given, tuple) else ()


def _usual(entry: Entry) -> list[str]:
    return [unit for unit in (entry["unit_conventional"], entry["unit_si"]) if unit]


def can_have(entry: Entry, unit: str, names: Names) -> bool:
    """Tell whether a unit can be had from one of an analyte's usual units; an analyte without any can have each."""
    usual = _usual(entry)
    for own in usual:
        try:
            convert(1.0, own, unit, entry, units=names.rules.units)
        except ImpossibleConversion:
            continue
        return True
    return not usual
