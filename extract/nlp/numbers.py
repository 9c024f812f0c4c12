"""Numbers in words and digits, as ages and spans of time write them: "53", "2.5", "forty-two", "a", "several"."""

from __future__ import annotations

import re
from fractions import Fraction

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
_OTHER = {"a": 1.0, "an": 1.0, "half": 0.5, "couple": 2.0, "dozen": 12.0}
_ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15,
    "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "thirtieth": 30,
}  # fmt: skip
_VULGAR = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_TENS_PATTERN = "|".join(_TENS)
_UNITS_PATTERN = "|".join(sorted(_UNITS, key=len, reverse=True))

NUMBER = (
    rf"(?<![\w.,/])(?:\d{{1,4}}(?:\.\d{{1,2}})?(?:\s?[½¼¾]|\s\d/\d)?|[½¼¾]"
    rf"|(?:{_TENS_PATTERN})(?:[\s-](?:{_UNITS_PATTERN}))?"
    rf"|{_UNITS_PATTERN})"
)
"""Pattern of a number in digits or words; ``read_number`` reads what it matches."""

ORDINAL = rf"(?:\d{{1,3}}(?:st|nd|rd|th)|(?:twenty|thirty)-(?:{'|'.join(list(_ORDINALS)[:9])})|{'|'.join(_ORDINALS)})"
"""Pattern of an ordinal number ("3rd", "third", "twenty-first")."""


def read_number(text: str) -> float | None:
    """Return the value of a number in digits or English words; None where it is none.

    Examples
    --------
    >>> read_number("forty-two"), read_number("2 1/2"), read_number("half")
    (42.0, 2.5, 0.5)
    """
    low = text.lower().replace("‐", "-").replace("‑", "-").strip()
    if low in _UNITS or low in _TENS or low in _OTHER:
        return float(_UNITS.get(low, _TENS.get(low, _OTHER.get(low, 0))))
    match = re.fullmatch(r"(\d{1,4}(?:\.\d{1,2})?)?\s?([½¼¾])?(?:\s?(\d)/(\d))?", low)
    if match is not None and low:
        value = float(match[1] or 0) + _VULGAR.get(match[2] or "", 0.0)
        if match[3]:
            value += float(Fraction(int(match[3]), int(match[4]))) if match[4] != "0" else 0.0
        return value
    parts = re.split(r"[\s-]+", low)
    if len(parts) == 2 and parts[0] in _TENS and parts[1] in _UNITS:
        return float(_TENS[parts[0]] + _UNITS[parts[1]])
    return None


def read_ordinal(text: str) -> int | None:
    """Return the value of an ordinal number; None where it is none."""
    low = text.lower()
    if low in _ORDINALS:
        return _ORDINALS[low]
    match = re.fullmatch(r"(\d{1,3})(?:st|nd|rd|th)", low)
    if match is not None:
        return int(match[1])
    tens, _, unit = low.partition("-")
    return _TENS[tens] + _ORDINALS[unit] if tens in _TENS and unit in _ORDINALS else None
