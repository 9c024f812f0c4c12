"""Values around the name of a scale, as long as nothing but joining words stands between them and the name."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from extract.nlp.gaps import between
from extract.nlp.score_minutes import Minutes, series_at
from extract.nlp.score_model import ScaleName, ScoreValue
from extract.nlp.score_rules import ScoreWords
from extract.nlp.score_values import comparator, read_value, starts

REACH = 160
"""Characters between a name and its value, time expressions included."""
_BACK = 70
_LEAD = 40
_LONGEST = 8
_ASIDE = re.compile(
    r"[(\[](?:(?:normal|range[sd]?|ranging|max\w*|min\w*|scale|scored?|score range|possible|total|out of|where"
    r"|[01]\s?[=–-]|reference)\b[^()\[\]]*|[A-Za-z][A-Za-z\s/&.,'’-]{1,120})[)\]]"
    r"|\[\d{1,3}(?:\s?[,–-]\s?\d{1,3})*\]",
    re.IGNORECASE,
)
_VALUE_INSIDE = re.compile(r"\b(?:[IVX]+|[A-E])\b")
_CLOSED = re.compile(
    r"\s?(?:points?|scores?)?\s?(?:$|[,;.)\](→]|[-–]\s|/|(?:and|at|on|in|after|before|by|to|or|respectively|during|"
    r"pre\w*|post\w*|following|with|the|within|over|from|upon|for|but|while|whereas|which|who|out|of|when|until|then|"
    r"as|bilaterally|later|again|indicating|suggesting|\d+\s(?:days?|weeks?|months?|years?|hours?))\b)"
)
_JOINED = re.compile(r"[(\[]|\b(?:on|in|by|of|according|per|using|as)\b")
_POINTS_ON = re.compile(
    r"\spoints?\s(?:on|in|by|for|according|using)\s(?!(?:day|admission|arrival|discharge|presentation)\b)"
)
_ON_THE = re.compile(r"\s(?:(?:was|were)\s\w+\s)?(?:on|within|in)\s(?:the|a|an|his|her)\s")
_OF = re.compile(r"\b(?:of|was|were|at|to|as|scored|scoring|from)\s(?:an?\s|about\s)?$")
_FROM = re.compile(r"\bfrom\b")
_BY = re.compile(r"\bby\s(?:(?:a|about|only|approximately|almost|at least)\s)*$")
# "at the second operation was", ", a measure of disability, was": what no time expression or bracket holds
_OCCASION = re.compile(
    r"\b(?:at|on|in|upon|during|for|after|before|following)\s(?:[A-Za-z][A-Za-z-]*\s){1,4}?"
    r"(?=(?:was|were|is|remained|improved|increased|decreased|fell|dropped|rose)\b)"
    r"|,\s(?:a|an|the|which)\s[^,;.()\d]{3,120},\s(?=(?:was|were|is)\b)"
)
_UP_TO = re.compile(r"\s?to\s?\d")  # "on a scale from 0 to 10"
_NUMBERED = re.compile(
    r"\b(?:days?|weeks?|months?|years?|hours?|POD|minutes?|cases?|patients?)\s\d{1,3}(?:\s?,\s?\d{1,3}){0,6}\s?(?:,|,?\sand)\s$",
    re.IGNORECASE,
)
_PLURAL = re.compile(r"\bscores\b|s$")


@dataclass(frozen=True)
class Stretch:
    """A sentence or a cell of a table: its offsets, and the time expressions in it."""

    start: int
    end: int
    times: Sequence[tuple[int, int]] = ()


class ValueRuns:
    """Reads the values that belong to a name."""

    def __init__(self, words: ScoreWords) -> None:
        self._words = words

    def after(
        self, text: str, name: ScaleName, limit: int, skipped: Sequence[tuple[int, int]], minutes: Sequence[Minutes]
    ) -> list[ScoreValue]:
        """Return the values between a name and ``limit``, in text order.

        Parameters
        ----------
        skipped : what may stand in a gap besides words.
        minutes : minutes after birth that are named around the name.
        """
        values: list[ScoreValue] = []
        at = name.end
        changed = False  # the last value is itself the end of a change
        while len(values) < _LONGEST:
            begin = first_value(text, at, limit, name, skipped)
            if begin is None:
                break
            gap = between(text, at, begin, skipped)
            read = self.read(text, begin, limit, name, gap, values, minutes)
            if not read:
                break
            values = self._joined(values, read, gap, changed) if values else read
            changed = self._words.change.search(gap) is not None and _FROM.search(gap) is None
            at = values[-1].end
        return values

    def read(
        self,
        text: str,
        begin: int,
        limit: int,
        name: ScaleName,
        gap: str,
        values: Sequence[ScoreValue],
        minutes: Sequence[Minutes] = (),
    ) -> list[ScoreValue]:
        """Return the value (or series of values) at ``begin``; [] where it does not belong to the name.

        Parameters
        ----------
        gap : the words between it and what stands before it: the name, or the last of ``values``.
        """
        words, first = self._words, not values
        if first:
            gap = _OCCASION.sub(" ", gap)
        if not (words.gap if first else words.further).fill(gap) or (not first and not gap.strip()):
            return []
        if name.scale.minutes and all(value.maximum is None for value in values):
            plural = _PLURAL.search(name.text) is not None or _PLURAL.search(text, name.end, begin) is not None
            series = series_at(text, begin, limit, plural, minutes)
            if series:
                return series
        if _BY.search(gap) and words.change.search(gap):  # "improved by 6 points" is a difference
            return []
        if _NUMBERED.search(text, max(0, begin - 40), begin):  # "at Day 1, 3, and 5"
            return []
        value = read_value(text, begin, limit, name.scale)
        if value is None or words.counted.match(text, value.end):
            return []
        if first and _UP_TO.match(text, value.end) and self._spans_scale(name, value, gap):
            return []
        opened = gap.lstrip(" )]")
        if not first and (not _CLOSED.match(text, value.end) or opened.count("(") != opened.count(")")):
            return []
        if not first and _POINTS_ON.match(text, value.end):  # "4, and 15 points on the Glasgow Coma Scale"
            return []
        return [replace(value, comparator=comparator(gap))]

    def _spans_scale(self, name: ScaleName, value: ScoreValue, gap: str) -> bool:
        """Tell whether "0 to 10" behind ``gap`` is the length of the scale and no score."""
        if name.scale.minutes or self._words.change.search(gap):
            return False
        return not _FROM.search(gap) or value.value == name.scale.minimum

    def _joined(self, values: list[ScoreValue], read: list[ScoreValue], gap: str, changed: bool) -> list[ScoreValue]:
        """Return ``values`` with a further one; the words between them say which came first."""
        last = values[-1]
        if _FROM.search(gap) and not last.earlier:
            return [*values[:-1], replace(last, later=True), replace(read[0], earlier=True), *read[1:]]
        if self._words.change.search(gap):
            return [*values[:-1], replace(last, earlier=not changed), replace(read[0], later=True), *read[1:]]
        return [*values, *read]

    def before(
        self, text: str, stretch: Stretch, name: ScaleName, free: int, minutes: Sequence[Minutes]
    ) -> list[ScoreValue]:
        """Return the value that precedes a name: "12 points on the ...", "class III (...)".

        Parameters
        ----------
        free : where what belongs to the scales named before ends.
        """
        low = max(stretch.start, free, name.start - _BACK)
        lead_from = max(stretch.start, low - _LEAD)
        nearest: ScoreValue | None = None
        for begin in starts(text, low, name.start, name.scale):
            value = read_value(text, begin, name.start, name.scale)
            if value is None or inside(begin, stretch.times) or (nearest is not None and value.end <= nearest.end):
                continue
            gap = _ASIDE.sub(" ", text[value.end : name.start])
            if self._words.before.fill(gap) and self._announced(text[lead_from:begin], value, gap):
                nearest = replace(value, comparator=comparator(text[lead_from:begin]))
        if nearest is None:
            return []
        plural = _PLURAL.search(name.text) is not None or text.startswith(" scores", name.end)
        series = series_at(text, nearest.start, name.start, plural, minutes) if name.scale.minutes else []
        return series or [nearest]

    def _announced(self, lead: str, value: ScoreValue, gap: str) -> bool:
        """Tell whether the words around a value that stands before its name say that it is one."""
        if self._words.lead.search(lead) or _POINTS_ON.match(gap):
            return True
        if _ON_THE.match(gap) and _OF.search(lead):
            return True
        stated = value.maximum is not None or bool(value.components)
        return stated and (not gap.strip() or _JOINED.search(gap) is not None)


def skipped_spans(
    text: str, stretch: Stretch, minutes: Sequence[Minutes], start: int, end: int
) -> list[tuple[int, int]]:
    """Return what may stand in a gap besides words: times, and brackets without a value."""
    spans = [match.span() for match in _ASIDE.finditer(text, start, end)]
    spans = [(a, b) for a, b in spans if "=" in text[a:b] or not _VALUE_INSIDE.search(text, a + 1, b - 1)]
    first, last = bisect_left(stretch.times, (start, start)), bisect_right(stretch.times, (end, end))
    spans += stretch.times[max(0, first - 1) : last]
    spans += [(one.start, one.end) for one in minutes]
    merged: list[tuple[int, int]] = []
    for a, b in sorted(spans):
        if merged and a < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(b, merged[-1][1]))
        else:
            merged.append((a, b))
    return merged


def first_value(text: str, start: int, limit: int, name: ScaleName, skipped: Sequence[tuple[int, int]]) -> int | None:
    """Return where the next value of a scale may begin; None where none does within reach."""
    begins = starts(text, start, min(limit, start + REACH), name.scale)
    return next((begin for begin in begins if not inside(begin, skipped)), None)


def inside(position: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a position lies in one of ``spans``, which are in text order and apart."""
    i = bisect_right(spans, (position, 1 << 60)) - 1
    return i >= 0 and spans[i][0] <= position < spans[i][1]
