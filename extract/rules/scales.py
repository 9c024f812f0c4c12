"""Scales of rules/scores.tsv: which values each can take."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from extract.rules.lexicon import Entry
from extract.rules.tsv import Row

KIND = "score"
FORMS = ("number", "decimal", "percent", "roman", "letter")
_LETTERS = re.compile(r"A-([B-Z])")


@dataclass(frozen=True, slots=True)
class Scale:
    """A clinical scale.

    Attributes
    ----------
    forms : how its values are written: number, decimal, percent, roman, letter.
    minimum : the lowest value.
    maxima : the highest values of its versions, ascending; empty where there is none.
    letters : the letters that are values, in order.
    suffix : signs that may follow a value: "3E", "1+".
    minutes : minutes after birth at which it is taken where the text does not say.
    unsure : names with other meanings.
    confirm : words beside which those names count; None where there are none.
    """

    name: str
    forms: frozenset[str]
    minimum: float = 0.0
    maxima: tuple[float, ...] = ()
    letters: str = ""
    suffix: str = ""
    minutes: tuple[int, ...] = ()
    unsure: frozenset[str] = frozenset()
    confirm: re.Pattern[str] | None = None

    def maximum(self, value: float) -> float | None:
        """Return the highest value of the version that ``value`` fits; None where it fits none."""
        if value < self.minimum:
            return None
        return next((highest for highest in self.maxima if value <= highest), None)


def read_scale(name: str, cells: Mapping[str, str]) -> Scale:
    """Return the scale of a line of scores.tsv.

    Raises
    ------
    ValueError
        a cell cannot be used; the message names the column.
    """

    def many(column: str) -> list[str]:
        return [part.strip() for part in cells.get(column, "").split("|") if part.strip()]

    forms = frozenset(many("form") or ["number"])
    if not forms <= set(FORMS):
        raise ValueError(f"column 'form' must hold some of {', '.join(FORMS)}, separated by |")
    last = cells.get("letters", "")
    lettered = _LETTERS.fullmatch(last)
    if last and lettered is None:
        raise ValueError("column 'letters' must be of the form A-E")
    confirm = many("confirm")
    try:
        words = re.compile(r"\b(?:" + "|".join(confirm) + r")\b", re.IGNORECASE) if confirm else None
    except re.error as error:
        raise ValueError(f"column 'confirm' is no regular expression: {error}") from None
    return Scale(
        name,
        forms,
        min(_numbers("minimum", many("minimum")), default=0.0),
        tuple(sorted(_numbers("maximum", many("maximum")))),
        "".join(chr(code) for code in range(ord("A"), ord(lettered[1]) + 1)) if lettered else "",
        cells.get("suffix", ""),
        tuple(int(minute) for minute in _numbers("minutes", many("minutes"))),
        frozenset(many("unsure")),
        words,
    )


def _numbers(column: str, parts: list[str]) -> list[float]:
    try:
        return [float(part) for part in parts]
    except ValueError:
        raise ValueError(f"column {column!r} must hold numbers") from None


def check_scale(row: Row) -> None:
    """Check a line of scores.tsv.

    Raises
    ------
    RulesError
        a cell cannot be used.
    """
    try:
        read_scale(row.cells.get("scale", ""), row.cells)
    except ValueError as error:
        raise row.error(str(error)) from None


def scales_of(entries: list[Entry]) -> dict[str, Scale]:
    """Return the scales by name; a second line of a name adds synonyms, the first says what the values are."""
    found: dict[str, Scale] = {}
    for entry in entries:
        if entry.name not in found:
            found[entry.name] = read_scale(entry.name, entry.attributes)
    return found
