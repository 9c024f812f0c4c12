"""The one conversion between units: by their own factors, and for an analyte between mass, amount and equivalents.

Units are UCUM codes with a line in rules/units.tsv. What a value in one unit is in another is decided in this order:

1. Units of one kind (mg/dL and g/L) by their factors in rules/units.tsv, which a test compares with ucumvert and Pint.
   The table is kept beside those two because building ucumvert's registry takes longer than casetab's whole start, and
   because UCUM calls alike what is not: to it 1 mEq is 1 mmol, and 1 IU is 1 U is 1.
2. The two units of the analyte's line by its ``si_factor`` and ``si_offset`` (haemoglobin A1c has one).
3. Mass and amount of substance by the molar mass, equivalents by the valence: those of the analyte's line, or what its
   two units say of them.

Everything else is refused: international and arbitrary units of unlike analytes, logarithms, titres, ratios to a
laboratory's own normal, temperatures, units with unlike annotations.
"""

from __future__ import annotations

from extract.rules.lexicon import Entry
from extract.rules.load import load_rules
from extract.rules.units import UnitTable

_LOGARITHM = "{Log"
_OWN_UNITS = ("antibody", "antigen")
_ONE = (1.0, "1")  # UCUM's "the unity" has no line of its own


class ImpossibleConversion(ValueError):  # noqa: N818 - a question that has no answer, no fault
    """A value cannot be had in the unit that was asked for, or only by a guess.

    Parameters
    ----------
    unit, to : the UCUM codes.
    analyte : the analyte's name; "" where none was given.
    why : the reason, in words.
    """

    def __init__(self, unit: str, to: str, analyte: str, why: str) -> None:
        self.unit, self.to, self.analyte, self.why = unit, to, analyte, why
        of = f"{analyte}: " if analyte else ""
        super().__init__(f"{of}{unit or 'a value without a unit'} cannot be converted to {to or 'no unit'}: {why}")


def convert(value: float, unit: str, to: str, analyte: Entry | None = None, *, units: UnitTable | None = None) -> float:
    """Return a value in another unit.

    Parameters
    ----------
    value : the number in ``unit``.
    unit, to : UCUM codes.
    analyte : the line of rules/analytes.tsv of what was measured; None converts units of one kind only.
    units : the units of a run with rules of its own; the shipped ones by default.

    Raises
    ------
    ImpossibleConversion
        the units are unlike, or nothing sure is known of how they belong together for this analyte.
    """
    factor, offset = _line(unit, to, analyte, load_rules().units if units is None else units)
    return value * factor + offset


def _line(unit: str, to: str, analyte: Entry | None, units: UnitTable) -> tuple[float, float]:
    """Return factor and offset of the straight line from one unit to the other."""
    name = analyte.name if analyte is not None else ""
    if not unit or not to:
        raise ImpossibleConversion(unit, to, name, "there is no unit to convert")
    if unit == to:
        return 1.0, 0.0
    (factor, base), (divisor, wanted) = _measure(units, unit), _measure(units, to)
    for code, found in ((unit, base), (to, wanted)):
        if not found:
            raise ImpossibleConversion(unit, to, name, f"{code} has no fixed size in other units")
    if _alike(analyte, base) == _alike(analyte, wanted):
        return factor / divisor, 0.0
    if analyte is None:
        raise ImpossibleConversion(unit, to, name, f"{base} and {wanted} are of different kinds")
    found_line = _own_line(analyte, factor, base, divisor, wanted, units)
    if found_line is not None:
        return found_line
    amount = _between_amounts(analyte, base, wanted, units)
    if amount is None:
        raise ImpossibleConversion(unit, to, name, f"what {base} of it is in {wanted} is not known for sure")
    return factor * amount / divisor, 0.0


def _measure(units: UnitTable, code: str) -> tuple[float, str]:
    """Return factor and base of a code; base "" where it is never converted, as are logarithms."""
    if code == "1":
        return _ONE
    return (0.0, "") if _LOGARITHM in code else units.measure(code)


def _alike(analyte: Entry | None, base: str) -> str:
    """Return a base unit with international units as units, where these are the same for the analyte.

    1 U is 1 IU is 1 umol/min for enzymes (International Union of Biochemistry, 1964); for hormones and tumour markers
    "U" is that of the international standard. Of antibodies and antigens each kit has units of its own.
    """
    if analyte is None or analyte["kind"] in _OWN_UNITS:
        return base
    return base.replace("[IU]", "U")


def _own_line(
    analyte: Entry, factor: float, base: str, divisor: float, wanted: str, units: UnitTable
) -> tuple[float, float] | None:
    """Return the line between the analyte's conventional and its SI unit, in the two units given; None for others."""
    si_factor, si_offset = _number(analyte["si_factor"]), _number(analyte["si_offset"])
    size_c, base_c = _measure(units, analyte["unit_conventional"])
    size_si, base_si = _measure(units, analyte["unit_si"])
    if not (si_factor and base_c and base_si):
        return None
    ends = _alike(analyte, base), _alike(analyte, wanted)
    own = _alike(analyte, base_c), _alike(analyte, base_si)
    if ends == own:
        scale = size_si / divisor
        return factor / size_c * si_factor * scale, si_offset * scale
    if ends == (own[1], own[0]):
        scale = size_c / (si_factor * divisor)
        return factor / size_si * scale, -si_offset * scale
    return None


def _between_amounts(analyte: Entry, base: str, wanted: str, units: UnitTable) -> float | None:
    """Return what a value is multiplied by between grams, moles and equivalents over one and the same denominator."""
    (upper, _, lower), (goal, _, under) = base.partition("/"), wanted.partition("/")
    if lower != under:
        return None
    sizes = {"mol": 1.0, "g": _molar_mass(analyte, units), "eq": _valence(analyte, units)}
    have, want = sizes.get(upper), sizes.get(goal)
    return want / have if have and want else None


def _molar_mass(analyte: Entry, units: UnitTable) -> float:
    """Return grams in a mole: given, or what the two units of the line say; 0 where unknown."""
    return _number(analyte["molar_mass"]) or _per_mole(analyte, "g", units)


def _valence(analyte: Entry, units: UnitTable) -> float:
    """Return equivalents in a mole: given, or what the two units of the line say; 0 where unknown."""
    return _number(analyte["valence"]) or _per_mole(analyte, "eq", units)


def _per_mole(analyte: Entry, what: str, units: UnitTable) -> float:
    """Return how many grams or equivalents the line's factor makes a mole; 0 where its units are others."""
    size, base = _measure(units, analyte["unit_conventional"])
    size_si, base_si = _measure(units, analyte["unit_si"])
    factor = _number(analyte["si_factor"])
    if not factor or not base.startswith(f"{what}/") or base_si != f"mol/{base.partition('/')[2]}":
        return 0.0
    return size / (factor * size_si)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
