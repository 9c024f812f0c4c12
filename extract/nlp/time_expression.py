"""A time expression of the text and the lengths of the units of time."""

from __future__ import annotations

from dataclasses import dataclass

DAYS_PER_MONTH = 365.25 / 12
LENGTH = {"h": 1 / 24, "d": 1.0, "w": 7.0, "m": DAYS_PER_MONTH, "y": 365.25}
"""Days of a unit of time by its first letter."""

RUNNING, FOLLOW_UP, NONE = "running", "followup", ""
WHOLE_DAYS = 3
"""Shorter times keep fractions: 36 hours are 1.5 days."""


@dataclass(frozen=True, slots=True)
class TimeExpression:
    """A time expression at ``start:end``.

    Attributes
    ----------
    text : as written.
    anchor : what ``days`` counts from: ``presentation``, ``operation``, ``treatment``, ``discharge``, ``onset``,
        ``birth``, ``running`` (the time that the narrative has come to), ``date`` (days since 1 January of year 1,
        or of any year where ``year`` is not known) or "" (no number of days).
    days : days from the anchor, negative before it; None where the text gives no number.
    when : what the expression alone says: ``baseline``, ``followup``, ``history`` or "".
    span : the length that it names, in days, whatever it is counted from.
    """

    start: int
    end: int
    text: str
    anchor: str
    days: float | None
    when: str
    span: float | None = None


def make(
    text: str, start: int, end: int, anchor: str, days: float | None, when: str, span: float | None = None
) -> TimeExpression:
    """Return the expression at ``text[start:end]``, without the blanks and commas before it, its days rounded."""
    while start < end and text[start] in " ,":
        start += 1
    return TimeExpression(
        start, end, text[start:end], anchor, _rounded(days), when, _rounded(days if span is None else span)
    )


def round_days(days: float) -> float:
    """Return days as the tables give them: whole from three on, with fractions below."""
    return float(round(days)) if abs(days) >= WHOLE_DAYS else round(days, 2) + 0.0


def _rounded(days: float | None) -> float | None:
    return None if days is None else round_days(days)
