"""Which value belongs to which scale: the scores of a sentence, or of a cell of a table."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from extract.nlp.gaps import between
from extract.nlp.score_components import compact
from extract.nlp.score_minutes import Minutes, find_minutes, with_minutes
from extract.nlp.score_model import ScaleName, ScoreFact, ScoreValue
from extract.nlp.score_rules import ScoreWords
from extract.nlp.score_runs import REACH, Stretch, ValueRuns, first_value, inside, skipped_spans
from extract.nlp.score_values import COMA
from extract.rules.scales import Scale

_AND = re.compile(
    r"(?:\s|,|/|&|\band\b|\bor\b|\bthe\b|\b(?:his|her|both)\b|\b(?:score|scale|class|grade)s?\b"
    r"|\((?!\d)[A-Za-z\s-]{2,40}\))*"
)
_RANGE = re.compile(r"(?<!in the )\brang(?:e|es|ing)\b|\b(?:max|min)imum\b")
_REACHED = re.compile(r"\b(?:to|from|with|was|were|at)\b|[(\[:=/]|^\s?E\d")
_ON_NEXT = re.compile(r"(?:\spoints?)?\son\s(?:a|an|the|his|her)\s(?:\w+\s)?")
_DIRECTLY = 20  # characters between a list of values and the list of their times
_LONGEST_LIST = 60  # characters between two names of a list
_MOST_NAMES = 6  # in a list
_CLOSE = 60  # characters within which minutes, or the other end of a change, belong to a value


class ScoreLinker:
    """Finds the scores of a stretch of text."""

    def __init__(self, words: ScoreWords) -> None:
        self._words = words
        self._runs = ValueRuns(words)

    def find(self, text: str, stretch: Stretch, names: Sequence[ScaleName]) -> list[ScoreFact]:
        """Return the scores in ``stretch``, whose scales are named at ``names``, in text order."""
        found: list[ScoreFact] = []
        free = stretch.start
        i = 0
        while i < len(names):
            count = _list_of_names(text, names, i)
            facts = self._list(text, stretch, names, i, count) if count > 1 else []
            if not facts:
                count = 1
                facts = self._one(text, stretch, names, i, free)
            found += facts
            i += count
            free = max([free, names[i - 1].end, *(fact.end for fact in facts)])
        found += self._unnamed(text, stretch, found, names)
        return self._ordered(text, _once(found))

    def _one(self, text: str, stretch: Stretch, names: Sequence[ScaleName], i: int, free: int) -> list[ScoreFact]:
        """Return the scores of one name: values behind it, else the one before it."""
        name, limit = names[i], names[i + 1].start if i + 1 < len(names) else stretch.end
        minutes = _minutes(text, max(stretch.start, free, name.start - 40), min(limit, name.end + REACH), name)
        skipped = skipped_spans(text, stretch, minutes, name.end, min(limit, name.end + REACH))
        values = self._runs.after(text, name, limit, skipped, minutes)
        if len(values) == 1 and limit < stretch.end and _ON_NEXT.fullmatch(text, values[0].end, limit):
            return []  # "pain intensity was 5 on a numeric rating scale" names the scale behind the value
        rule = "score.list" if len(values) > 1 else "score.after"
        values = _timed(_one_version(values, name.scale), stretch.times, name.end, limit)
        facts = self._facts(text, stretch, name, values, minutes, rule, 0.9)
        if not facts:
            minutes = _minutes(text, name.end, min(limit, name.end + _CLOSE), name)
            values = self._runs.before(text, stretch, name, free, minutes)
            facts = self._facts(text, stretch, name, values, minutes, "score.before", 0.85)
        return facts

    def _facts(
        self,
        text: str,
        stretch: Stretch,
        name: ScaleName,
        values: Sequence[ScoreValue],
        minutes: Sequence[Minutes],
        rule: str,
        confidence: float,
    ) -> list[ScoreFact]:
        if values and name.scale.minutes:
            near = [one for one in minutes if one.start < values[-1].end + _CLOSE]
            values = with_minutes(values, near, name.scale)
        facts = [ScoreFact(name, value, rule, confidence) for value in values]
        return [fact for fact in facts if self._about_patient(text, stretch, fact)]

    def _list(self, text: str, stretch: Stretch, names: Sequence[ScaleName], i: int, count: int) -> list[ScoreFact]:
        """Return the scores of a list of names with a list of values in the same order; [] where they do not match."""
        group = names[i : i + count]
        limit = names[i + count].start if i + count < len(names) else stretch.end
        at, facts = group[-1].end, []
        skipped = skipped_spans(text, stretch, (), at, min(limit, at + REACH))
        values: list[ScoreValue] = []
        for name in group:
            begin = first_value(text, at, limit, name, skipped)
            gap = between(text, at, begin, skipped) if begin is not None else ""
            read = self._runs.read(text, begin, limit, name, gap, values) if begin is not None else []
            if not read:
                return []
            values.append(read[0])
            facts.append(ScoreFact(name, read[0], "score.list", 0.85))
            at = read[0].end
        return [fact for fact in facts if self._about_patient(text, stretch, fact)]

    def _unnamed(
        self, text: str, stretch: Stretch, found: Sequence[ScoreFact], names: Sequence[ScaleName]
    ) -> list[ScoreFact]:
        """Return components of the Glasgow Coma Scale that stand without its name: "he was E4V5M6"."""
        scale = self._words.scales.get(COMA)
        if scale is None or text.find("V", stretch.start, stretch.end) < 0:
            return []
        taken = sorted((fact.start, fact.end) for fact in found)
        named = [name for name in names if name.scale is scale]
        facts = []
        for parts in compact(text, stretch.start, stretch.end):
            if inside(parts.start, taken):
                continue
            written = text[parts.start : parts.end]
            value = ScoreValue(parts.start, parts.end, written, parts.total, components=parts.label)
            i = bisect_right(named, parts.start, key=lambda name: name.end) - 1
            name = named[i] if i >= 0 else ScaleName(parts.start, parts.end, scale, written)
            facts.append(ScoreFact(name, value, "score.components", 0.85))
        return facts

    def _ordered(self, text: str, facts: list[ScoreFact]) -> list[ScoreFact]:
        """Mark the first of "from ASIA A to ASIA C" as the earlier one."""
        for i in range(1, len(facts)):
            one, other = facts[i - 1], facts[i]
            gap = text[one.end : other.start]
            if one.name.scale is not other.name.scale or one.name is other.name or not 0 < len(gap) < _CLOSE:
                continue
            if self._words.change.search(gap) and self._words.further.fill(gap):
                facts[i - 1] = replace(one, value=replace(one.value, earlier=True))
                facts[i] = replace(other, value=replace(other.value, later=True))
        return facts

    def _about_patient(self, text: str, stretch: Stretch, fact: ScoreFact) -> bool:
        """Refuse what is said of the scale: "a GCS below 8 is an indication for intubation"."""
        low = max(stretch.start, fact.start - 90)
        lead = text[low : fact.start]
        if self._words.general_before.search(lead):
            return False
        if self._words.difference.search(lead) and not _REACHED.search(text, fact.name.end, fact.value.start):
            return False
        if _RANGE.search(text, fact.name.end, max(fact.name.end, fact.value.start)):
            return False
        if self._words.general_after.match(text, fact.end):
            return False
        value, scale = fact.value, fact.name.scale
        return value.high is None or value.value != scale.minimum or value.high not in scale.maxima


def _minutes(text: str, start: int, end: int, name: ScaleName) -> list[Minutes]:
    return find_minutes(text, start, end) if name.scale.minutes else []


def _list_of_names(text: str, names: Sequence[ScaleName], i: int) -> int:
    """Return how many names from the i-th on stand in a list: "APACHE II and SOFA scores"."""
    count = 1
    while i + count < len(names) and count < _MOST_NAMES:
        before, after = names[i + count - 1], names[i + count]
        length = after.start - before.end
        if not 2 <= length <= _LONGEST_LIST or before.scale is after.scale:
            break
        if not _AND.fullmatch(text, before.end, after.start):
            break
        count += 1
    return count


def _timed(values: Sequence[ScoreValue], times: Sequence[tuple[int, int]], start: int, limit: int) -> list[ScoreValue]:
    """Give the values of a list their times where as many stand all before or all behind them, in the same order."""
    if len(values) < 2:
        return list(values)
    last = values[-1].end
    times = times[bisect_left(times, (start, start)) : bisect_left(times, (last + REACH, 0))]
    before = [time for time in times if start <= time[0] < values[0].start]
    behind = [time for time in times if last <= time[0] < min(limit, last + REACH)]
    for listed in (before, behind):
        if len(listed) == len(values) and (listed is before or listed[0][0] - last < _DIRECTLY):
            return [replace(value, time=time) for value, time in zip(values, listed, strict=True)]
    ends = [*(value.start for value in values[1:]), min(limit, last + _DIRECTLY)]
    each = [[t for t in times if v.end <= t[0] < end] for v, end in zip(values, ends, strict=True)]
    if not before and all(len(own) == 1 for own in each):  # "C before surgery and E at the last visit"
        return [replace(value, time=own[0]) for value, own in zip(values, each, strict=True)]
    return list(values)


def _one_version(values: Sequence[ScoreValue], scale: Scale) -> list[ScoreValue]:
    """Give the values of a list the maximum of one version of the scale: "from 20 to 85" are both of 100."""
    stated = next((value.maximum for value in values if value.maximum is not None), None)
    if len(values) < 2 or (stated is None and len(scale.maxima) < 2):
        return list(values)
    most = stated or scale.maximum(max(value.high or value.value or 0.0 for value in values))
    return [value if value.maximum is not None else replace(value, maximum=most) for value in values]


def _once(facts: Sequence[ScoreFact]) -> list[ScoreFact]:
    """Drop a score that the next words say again: "class II of the American Society of ... (ASA II)"."""
    kept: list[ScoreFact] = []
    for fact in sorted(facts, key=lambda f: (f.start, f.value.start)):
        if not kept or _key(kept[-1]) != _key(fact):
            kept.append(fact)
            continue
        again = kept[-1].value.text == fact.value.text and 0 <= fact.start - kept[-1].end < 4
        if kept[-1].value.start != fact.value.start and not again:
            kept.append(fact)
    return kept


def _key(fact: ScoreFact) -> tuple[object, ...]:
    value = fact.value
    return fact.name.scale.name, value.value, value.high, value.minute, value.value is None and value.text
