"""Minutes after birth: "at 1 and 5 minutes", "5-min", "in the first minute", "8/9/10" without any."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extract.nlp.numbers import read_number, read_ordinal
from extract.nlp.score_model import ScoreValue
from extract.rules.scales import Scale

_ONE = r"(?:\d{1,2}(?:st|nd|rd|th)?|one|two|three|five|ten|fifteen|twenty|first|fifth|tenth)"
_MINUTES = re.compile(
    rf"(?<![\w/.])(?:(?:at|in|after|for|of)\s)?(?:both\s)?(?:(?:the|his|her)\s)?"
    rf"(?P<list>{_ONE}(?:(?:-?\s?(?:,\sand|,|and|&|/|to|-|–)\s?)(?:the\s)?{_ONE}){{0,3}})"
    rf"(?:[\s-]*(?:minutes?|mins?\b\.?)|\s?['′’](?!\w))(?:['’]s)?(?:\sof\s(?:life|age|birth)|\safter\sbirth)?",
    re.IGNORECASE,
)
_SERIES = re.compile(r"(?<![\d.,/])\d{1,2}(?:\s?[/–-]\s?\d{1,2}){1,3}(?![\d%]|[./]\d)")
_FIGURE = re.compile(r"\d{1,2}")
_WHOLE = 10.0  # the highest score: "8/10" may be 8 of 10, or 8 and then 10


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes named at ``start:end``."""

    start: int
    end: int
    values: tuple[int, ...]


def find_minutes(text: str, start: int, end: int) -> list[Minutes]:
    """Return the minutes named in ``text[start:end]``."""
    found = []
    for match in _MINUTES.finditer(text, start, end):
        values = [_read(part) for part in re.findall(_ONE, match["list"], re.IGNORECASE)]
        if all(value is not None for value in values):
            found.append(Minutes(match.start(), match.end(), tuple(v for v in values if v is not None)))
    return found


def _read(written: str) -> int | None:
    ordinal = read_ordinal(written)
    number = read_number(written) if ordinal is None else None
    return ordinal if ordinal is not None else int(number) if number is not None else None


def series_at(text: str, start: int, end: int, plural: bool, minutes: Sequence[Minutes]) -> list[ScoreValue]:
    """Return the scores of "8/9" or "7-8-10" at ``start``; [] where it is one score of ten.

    Parameters
    ----------
    plural : the text speaks of scores: "9/10" are two.
    minutes : minutes named near it.
    """
    match = _SERIES.match(text, start, end)
    if match is None:
        return []
    found = [
        ScoreValue(start + m.start(), start + m.end(), m.group(), float(m.group()))
        for m in _FIGURE.finditer(match.group())
    ]
    if any((value.value or 0) > _WHOLE for value in found):
        return []
    if len(found) == 2 and found[1].value == _WHOLE and "/" in match.group():
        named = sum(len(one.values) for one in minutes)
        more = re.match(r"[^.;]{0,40}?\d{1,2}\s?/\s?10\b", text[match.end() : match.end() + 60])
        if more is not None or named == 1 or (not named and not plural):
            return []
    return found


def with_minutes(values: Sequence[ScoreValue], minutes: Sequence[Minutes], scale: Scale) -> list[ScoreValue]:
    """Return the scores of one name with their minutes: as named, in order, or those that go without saying."""
    named = [minute for one in minutes for minute in one.values]
    if len(values) == 1 and named:
        return [replace(values[0], minute=minute) for minute in named]
    if len(named) == len(values):
        return [replace(value, minute=minute) for value, minute in zip(values, named, strict=True)]
    if not named and 1 < len(values) <= len(scale.minutes):
        return [replace(value, minute=minute) for value, minute in zip(values, scale.minutes, strict=False)]
    return list(values)
