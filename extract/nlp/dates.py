"""Calendar dates: "3 March 2019", "March 3rd, 2019", "in March 2019", "on October 23rd"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul", "august aug",
         "september sept sep", "october oct", "november nov", "december dec"), 1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_DAY = r"(?P<{0}>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<{0}>(?:19|20)\d\d)"
_PATTERN = re.compile(
    rf"(?<![\w/]){_DAY.format('d1')}(?:\sof)?[\s-](?P<m1>{_MONTH})\b\.?(?:,?[\s-]{_YEAR.format('y1')})?"
    rf"|\b(?P<m2>{_MONTH})\b\.?\s{_DAY.format('d2')}(?![\d/.]\d)\b(?:(?:,\s?|\s){_YEAR.format('y2')})?"
    rf"|\b(?P<m3>{_MONTH})\b\.?,?(?:\sof)?\s{_YEAR.format('y3')}",
    re.IGNORECASE,
)
_SOME_YEAR = 1  # a date without a year is placed in year 1


@dataclass(frozen=True, slots=True)
class CalendarDate:
    """A date in the text; ``days`` is its ordinal number, in year 1 where the year is not said.

    ``precision`` is ``day``, ``month`` (the middle of the month is taken) or ``yearless``.
    """

    start: int
    end: int
    days: float
    precision: str


def find_dates(text: str, start: int, end: int) -> Iterator[CalendarDate]:
    """Yield the dates in ``text[start:end]``."""
    for match in _PATTERN.finditer(text, start, end):
        form = next(n for n in "123" if match[f"m{n}"])
        day = int(match[f"d{form}"]) if form != "3" else 15
        year = int(match[f"y{form}"] or _SOME_YEAR)
        try:
            ordinal = date(year, _MONTHS[match[f"m{form}"].lower()], day).toordinal()
        except ValueError:
            continue
        precision = "month" if form == "3" else "day" if year != _SOME_YEAR else "yearless"
        yield CalendarDate(match.start(), match.end(), float(ordinal), precision)
