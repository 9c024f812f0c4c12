"""Muscle grades as written: "4+/5", "3-4/5", "IV/V", "2 out of 5", "four fifths", "MRC grade 4", "M3", "power of 2".

The scale is that of the Medical Research Council (Aids to the Investigation of Peripheral Nerve
Injuries, 1943): 0 to 5. A plus adds and a minus takes a third, as its users code the intermediate
grades; a range counts as its mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from extract.nlp.sides import pair_order
from extract.rules.load import RuleSet

FILE = "strength.yaml"

_DIGITS = {
    "I": 1, "II": 2, "III": 3, "IV": 4, "V": 5,
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5,
}  # fmt: skip
_SIGN = r"\s?(?:\+{1,2}|[-−–‐‑]{1,2}|\([+−–-]\))"
_FIGURE = r"(?:[0-5]|IV|V|I{1,3})"
_WORD = r"(?:zero|one|two|three|four|five)"
_DASH = r"\s?(?:[-−–‐‑~]|to|or)\s?"
_FRACTION = re.compile(
    rf"(?<![\w./:,<>≤≥])(?P<lead>[+−–-])?(?P<a>{_FIGURE}|{_WORD}(?=\s(?:out\s)?of))(?P<asign>{_SIGN})??"
    rf"(?:{_DASH}(?P<b>{_FIGURE})(?P<bsign>{_SIGN})??)?"
    r"\s?(?:[/⁄]|\bout\s+of\b|\bof\b)\s?(?:5|V|five)(?P<trail>\+(?!\w)|[−-](?=[\s,;.)]))?(?![\w/+]|"
    r"[.,]\d|\s?%|-\w)"
)
_FIFTHS = re.compile(r"(?<!\w)(?:(?P<word>zero|one|two|three|four|five)[- ]fifths?\b|(?P<glyph>[⅕⅖⅗⅘]))")
_GLYPHS = {"⅕": "1", "⅖": "2", "⅗": "3", "⅘": "4"}
_BARE = re.compile(
    rf"(?<![\w./:+−–<>≤≥-])(?<![<>≤≥]\s)(?P<m>M)?(?P<a>{_FIGURE}|{_WORD})(?P<asign>{_SIGN}(?![\w(]|\s\d))?"
    rf"(?:{_DASH}(?P<b>{_FIGURE})(?P<bsign>{_SIGN}(?!\w))?)?(?![\w/%°]|[.,:]\d|\s?[-–−]\s?\d|-\w|\s\d)"
)
_HINT = re.compile(r"[0-5⅕⅖⅗⅘]|fifth|\bof\s(?:five|V)\b|\b(?:IV|V|I{1,3})\b|\b(?:two|three|four|five)\b")
_BEFORE_SCALE = re.compile(
    r"(?:\bMRC|\bMedical Research Council|\bMMT|manual muscle test(?:ing)?)\)?\W{0,3}"
    r"(?:(?:scale|grades?|grading|score[ds]?|graded|power|strength|muscle|was|were|of|is|as|at|a|showed|revealed|gave|"
    r"to)\W{1,3}){0,4}$"
)
_BEFORE_GRADE = re.compile(
    r"\bgrad(?:e|es|ed|ing)\)?(?:\s+(?:as|of|at|was|is|were|a|to|about|only|approximately|score|"
    r"MRC))*[\s:=(]*$",
    re.I,
)
_LEVEL = re.compile(r"\blevel\s$", re.I)
_POWER = r"(?<!high[- ])(?<!low[- ])power(?!\s(?:field|doppler|analysis|spectr|supply))"
_BEFORE_POWER = re.compile(
    rf"\b(?:strengths?|{_POWER}|myodynamia|force|MMT|manual muscle test(?:ing)?|weakness)\)?\b[^.;:,]{{0,70}}?"
    r"(?:\b(?:was|were|is|are|of|at|to|from|as|score|scored|rated|graded|grade|level|registered|least|only|"
    r"about)|[:=])"
    r"\s*(?:at least\s|only\s|about\s|approximately\s)?$",
    re.I,
)
_BEFORE_TIGHT = re.compile(rf"\b(?:strengths?|{_POWER}|myodynamia)\s?[(:=]?\s*$", re.I)
_SCORED = re.compile(r"\b(?:scored|graded|rated)\s(?:as\s|at\s)?$|\b(?:and|,|;|but)\s(?:grades?\s)?$", re.I)
_AFTER_POWER = re.compile(r"\s(?:(?:muscle|motor|muscular|limb)\s)?(?:strength|power|weakness|force)\b", re.I)
_AFTER_PLACE = re.compile(r"\s(?:at|in|for|on|of)\s(?:(?:the|his|her|both|left|right|bilateral|all)\s){0,3}", re.I)
_CLOSED = re.compile(
    r"\s*(?:$|[,;.)]|\((?:MRC|MMT|Medical Research)\b|"
    r"(?:and|on|in|bilaterally|at|for|but|with|within|after|over|by|while|whereas)\b)"
)
_UNIT = re.compile(
    r"\s?-?(?:%|°|(?:mg|g|kg|cm|mm|m|ml|mL|L|days?|weeks?|months?|years?|hours?|h|min|minutes?|times|"
    r"points?|patients|"
    r"cases|cycles|limbs?|extremit\w+|fingers?|digits?|toes?|levels?|muscles?(?!\s(?:strength|power|weakness|force))|lobes?|"
    r"doses|units?|"
    r"sessions?|sets?|repetitions?|other|different|more|main|separate|consecutive|weeks?)\b)"
)
_FROM_GRADE = re.compile(
    r"\bfrom\s(?:(?:an?|the|of|MRC|Medical Research Council|\(MRC\)|MMT|grades?|scores?|power|strength)\s){0,6}$", re.I
)
_REST = re.compile(rf"(?:(?:\s?,\s?(?:and\s)?|\sand\s)(?:grade\s)?{_FIGURE}[+−–-]?){{1,9}}\s?,?\s?respectively", re.I)
_NUMBER = re.compile(rf"\b({_FIGURE})([+−–-])?")
_FROM = re.compile(r"\b(?:from|improv\w+|increas\w+|decreas\w+|progress\w+|deteriorat\w+|recover\w+)\s(?:to\s)?$", re.I)
_PAIR_STATED = re.compile(r"(?<!\w)(?:right|rt|R|left|lt|L)\s?/\s?(?:left|lt|L|right|rt|R)(?!\w)", re.I)
_SIDE_PAIR = re.compile(r"(?<![\w/.])([0-5])([+−-])?\s?/\s?([0-5])([+−-](?!\w))?(?![\w/]|\s?/|\.\d)")
_NEXT = re.compile(r"\s?(?:,|;|and|/)\s?(?:and\s)?")
_MARKED = re.compile(r"\bM[0-5]\b")
# "hip flexion was grade 2 on the right", "... was 0 on both sides" where another grade stands in the sentence
_SAID_GRADE = re.compile(r"\s(?:was|were)\s(?:of\s)?grades?\s(?=[0-5](?!\d))")
_SAID_BARE = re.compile(r"\s(?:was|were)\s(?=[0-5][+−-]?\s(?:on|in|bilaterally|and)\b|[0-5][+−-]?[,;.)])")
_ON_SIDE = re.compile(r"\s\(?(?:(?:on|in)\s(?:the|his|her)\s)?(?:left|right|both|bilaterally)\b", re.I)
_COMA = re.compile(r"\b(?:GCS|Glasgow|AML|FAB|TNM|[TN][0-4]\w?[NM]\d|E\d\s?V)")
_SINGLE = re.compile(r"(?:\s(?:was|were)|:)?\s([0-5])([+−-](?!\w))?(?=\s?[,;.)]|\sand\b)")
_NEAR = 80  # characters around "grade 3" in which strength must be the topic


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade in the text.

    Attributes
    ----------
    text : the grade without the scale's maximum, in figures: "4+", "3-4".
    value : 0 to 5; 4+ is 4.33, 4- is 3.67, a range is its mean.
    fraction : whether the scale's maximum is written too.
    side : the side in a pair "4/3 (right/left)"; else empty.
    """

    start: int
    end: int
    text: str
    value: float
    fraction: bool
    side: str = ""


def words_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern for any of ``words`` (regular expressions), whole words in any case."""
    return re.compile(r"\b(?:" + "|".join(words) + r")\b", re.I)


class GradeReader:
    """Finds grades in a sentence by the words of rules/strength.yaml."""

    def __init__(self, rules: RuleSet) -> None:
        words: dict[str, Any] = rules.documents.get(FILE, {})
        self.strength = words_pattern(words["strength"])
        self._scales = words_pattern(words["scales"])
        self.other = words_pattern(words["other"])
        self._counted = re.compile(r"\s?\(?(?:" + "|".join(words["counted"]) + r")\b", re.I)

    def find(self, text: str, start: int, end: int, muscles: Sequence[tuple[int, int]]) -> list[Grade]:
        """Return the grades in ``text[start:end]``; ``muscles`` are the offsets of muscles named there."""
        if not _HINT.search(text, start, end):
            return []
        pairs = _side_pairs(text, start, end)
        if pairs:
            return sorted(pairs + _singles(text, end, muscles), key=lambda g: g.start)
        found = [g for g in self._fractions(text, start, end) if self._is_strength(text, start, g, muscles)]
        taken = [(g.start, g.end) for g in found]
        scales = [m.start() for m in self._scales.finditer(text, start, end)]
        marked = bool(muscles) and (
            _MARKED.search(text, start, end) is not None or _said(_SAID_GRADE, text, end, muscles) != []
        )
        if scales or marked or self.strength.search(text, start, end):
            for match in _BARE.finditer(text, start, end):
                if any(a < match.end() and match.start() < b for a, b in taken):
                    continue
                if self._is_bare_grade(text, start, end, match, muscles, scales) or (
                    found and self._goes_on(text, start, end, match, muscles)
                ):
                    more = _bare_grades(text, start, end, match)
                    found += more
                    taken += [(g.start, g.end) for g in more]
        found.sort(key=lambda g: g.start)
        return list(_join_ranges(text, found))

    def _fractions(self, text: str, start: int, end: int) -> list[Grade]:
        found = []
        for match in _FRACTION.finditer(text, start, end):
            if self._counted.match(text, match.end()):
                continue
            found.append(_grade(match, fraction=True))
        for match in _FIFTHS.finditer(text, start, end):
            if not self._counted.match(text, match.end()):
                figure = match.group("word") or _GLYPHS[match.group("glyph")]
                found.append(make_grade(figure, "", match.start(), match.end()))
        return found

    def _is_strength(self, text: str, start: int, grade: Grade, muscles: Sequence[tuple[int, int]]) -> bool:
        """Refuse n/5 of another scale: the nearest word before it decides."""
        left = text[max(start, grade.start - 60) : grade.start]
        others = [m.end() for m in self.other.finditer(left)]
        directly = re.split(r"[,.;]|\b(?:and|with|but|while)\b", text[grade.end : grade.end + 28])[0]
        if not others or self.strength.search(directly):
            return True
        offset = grade.start - len(left)
        own = [m.end() for m in self.strength.finditer(left)]
        own += [b - offset for _, b in muscles if offset < b <= grade.start]
        return bool(own) and max(own) > max(others)

    def _is_bare_grade(
        self,
        text: str,
        start: int,
        end: int,
        match: re.Match[str],
        muscles: Sequence[tuple[int, int]],
        scales: list[int],
    ) -> bool:
        if _UNIT.match(text, match.end(), end):
            return False
        before = text[max(start, match.start() - 110) : match.start()]
        number = match.group("a")
        if match.group("m"):
            return bool(muscles) and not _COMA.search(text, start, end)
        if match.start() in _said(_SAID_GRADE, text, end, muscles):
            return self.other.search(before[-60:]) is None
        if _BEFORE_SCALE.search(before):
            return "sum" not in before[-40:]
        near = any(b <= match.start() <= b + 40 or match.end() <= a <= match.end() + 40 for a, b in muscles)
        if _BEFORE_GRADE.search(before) or (near and scales and _LEVEL.search(before) is not None):
            return self._topic_is_strength(text, start, end, match, muscle_near=near and bool(scales))
        if number in ("I", "V") and not match.group("asign") and not _LEVEL.search(before):
            return False
        if _AFTER_POWER.match(text, match.end(), end) and number.isdigit():
            return bool(re.search(r"(?:^|[\s(,])$", before)) and not self.other.search(before[-30:])
        power = _BEFORE_POWER.search(before) or _BEFORE_TIGHT.search(before)
        if power and not self.other.search(power.group()):
            return _CLOSED.match(text, match.end(), end) is not None
        if not scales or not number.isdigit():
            return False
        beside = any(
            b <= match.start() and re.fullmatch(r"\s?(?:[:=(,]|was|were|of|grade|graded)?\s?", text[b : match.start()])
            for _, b in muscles
        )
        if beside:
            return _CLOSED.match(text, match.end(), end) is not None
        place = _AFTER_PLACE.match(text, match.end(), end)
        return place is not None and bool(_SCORED.search(before)) and any(a == place.end() for a, _ in muscles)

    def _goes_on(
        self, text: str, start: int, end: int, match: re.Match[str], muscles: Sequence[tuple[int, int]]
    ) -> bool:
        """Tell whether a bare number goes on "power was 4 on the right and 5 on the left; ankle extension was 3"."""
        if match.start() in _said(_SAID_BARE, text, end, muscles):
            return True
        before = text[max(start, match.start() - 12) : match.start()]
        return (
            match.group("a").isdigit()
            and _SCORED.search(before) is not None
            and _ON_SIDE.match(text, match.end(), end) is not None
        )

    def _topic_is_strength(self, text: str, start: int, end: int, match: re.Match[str], *, muscle_near: bool) -> bool:
        """Tell whether strength is nearer to "grade 3" than anything else that has grades."""
        left = text[max(start, match.start() - _NEAR) : match.start()]
        right = text[match.end() : min(end, match.end() + 30)]
        graded = re.split(r"[,.;()]|\b(?:in|of|on|and|with|for)\b", right)[0]
        if self.other.search(graded) and not self.strength.search(graded):
            return False
        mine = [len(left) - m.end() for m in self.strength.finditer(left)] + [
            m.start() for m in self.strength.finditer(right)
        ]
        others = [len(left) - m.end() for m in self.other.finditer(left)] + [
            m.start() for m in self.other.finditer(re.split(r"[,.;]|\band\b", right)[0])
        ]
        if muscle_near and not others:
            return True
        return bool(mine) and (not others or min(mine) < min(others))


def make_grade(figure: str, sign: str, start: int, end: int, side: str = "") -> Grade:
    """Return the grade of one figure and its sign."""
    text, value = _figure(figure, sign)
    return Grade(start, end, text, round(value, 2), fraction=True, side=side)


def _side_pairs(text: str, start: int, end: int) -> list[Grade]:
    """Return the grades of "hip flexor 4/3 (right/left), knee extensor 3/3": two per pair."""
    stated = _PAIR_STATED.search(text, start, end)
    if stated is None:
        return []
    order = pair_order(stated.group(), 0, len(stated.group()))
    pairs = list(_SIDE_PAIR.finditer(text, start, end))
    if order is None or not pairs:
        return []
    whole = all(m.group(3) == "5" for m in pairs)
    if whole and text[max(start, stated.start() - 1)] not in "([":
        return []  # "right/left deltoid 3/5 and 4/5"
    twos = list(zip(pairs[::2], pairs[1::2], strict=False))
    if whole and twos and all(_NEXT.fullmatch(text, a.end(), b.start()) for a, b in twos):
        return []  # "hip flexion (right/left): 4/5, 3/5"
    found = []
    for m in pairs:
        found.append(make_grade(m.group(1), m.group(2) or "", m.start(), m.end(), order[0]))
        found.append(make_grade(m.group(3), m.group(4) or "", m.start(), m.end(), order[1]))
    return found


def _singles(text: str, end: int, muscles: Sequence[tuple[int, int]]) -> list[Grade]:
    """Return the single grades among pairs: "neck flexion 4, deltoid 4/4 (right/left)"."""
    found = []
    for _, after in muscles:
        match = _SINGLE.match(text, after, end)
        if match is not None:
            found.append(make_grade(match.group(1), match.group(2) or "", match.start(1), match.end()))
    return found


def _figure(text: str, sign: str) -> tuple[str, float]:
    figure = _DIGITS.get(text, _DIGITS.get(text.lower(), -1))
    value = figure if figure >= 0 else int(text)
    if "+" in sign:
        return f"{value}+", min(value + 1 / 3, 5.0)
    if sign:
        return f"{value}-", max(value - 1 / 3, 0.0)
    return str(value), float(value)


def _said(pattern: re.Pattern[str], text: str, end: int, muscles: Sequence[tuple[int, int]]) -> list[int]:
    """Return where the numbers begin that ``pattern`` leads to right behind a muscle or movement."""
    found = (pattern.match(text, b, end) for _, b in muscles)
    return [match.end() for match in found if match is not None]


def _bare_grades(text: str, start: int, end: int, match: re.Match[str]) -> list[Grade]:
    """Return the grade of a number without maximum, both of "from grade 5 to 2", all of "2, 3 and 4, respectively"."""
    if match.group("b") and _FROM_GRADE.search(text, start, match.start()):
        middle = max(match.end("a"), match.end("asign"))
        return [
            make_grade(match.group("a"), match.group("asign") or "", match.start(), middle),
            make_grade(match.group("b"), match.group("bsign") or "", match.start("b"), match.end()),
        ]
    rest = _REST.match(text, match.end(), end)
    listed = [] if rest is None else list(_NUMBER.finditer(text, rest.start(), rest.end()))
    return [_grade(match, fraction=False), *(make_grade(m.group(1), m.group(2) or "", *m.span()) for m in listed)]


def _grade(match: re.Match[str], *, fraction: bool) -> Grade:
    parts = match.groupdict()
    sign = (parts["asign"] or parts.get("lead") or "").strip()
    last = (parts["bsign"] or parts.get("trail") or "").strip()
    start = match.start()
    if parts.get("lead") and not sign.startswith(("+",)) and parts["a"] in ("0", "5"):
        sign = ""  # a dash between the muscle and its grade
    if parts["b"] is None:
        text, value = _figure(parts["a"], sign or last)
    else:
        low, value_low = _figure(parts["a"], sign)
        high, value_high = _figure(parts["b"], last)
        text, value = f"{low}-{high}", (value_low + value_high) / 2
    return Grade(start, match.end(), text, round(value, 2), fraction)


def _join_ranges(text: str, grades: list[Grade]) -> list[Grade]:
    """Join "1/5-2/5" and "1/5 to 2/5" into one range, but not "improved from 1/5 to 2/5"."""
    joined: list[Grade] = []
    for grade in grades:
        if joined and re.fullmatch(r"\s?(?:[-−–]|to|or)\s?", text[joined[-1].end : grade.start]):
            first = joined[-1]
            before = text[max(0, first.start - 60) : first.start]
            if "-" not in first.text[:-1] and not _FROM.search(before) and not _FROM_GRADE.search(before):
                joined[-1] = Grade(
                    first.start,
                    grade.end,
                    f"{first.text}-{grade.text}",
                    round((first.value + grade.value) / 2, 2),
                    True,
                )
                continue
        joined.append(grade)
    return joined
