"""Values of scales as written: "12", "8/15", "III", "2-3", "IIb", "C", "B (7 points)", "60%", "nine", "−2"."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

from extract.nlp.numbers import read_number
from extract.nlp.score_components import component_starts, components_at, triple_at
from extract.nlp.score_model import ScoreValue
from extract.rules.scales import Scale

_PERCENT = 100.0
COMA = "Glasgow Coma Scale"  # the scale whose components are written in its place

_ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4, "V": 5, "VI": 6, "VII": 7}
_ROMAN_FIGURE = r"(?:VII|VI|IV|V|I{1,3})"
_WORD = (
    r"(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|twenty|thirty)"
)
_DASH = r"\s?[-–—−~‐‑]\s?"
# an A before a word is an article, but for these words, or behind these
_ARTICLE = re.compile(
    r"\s(?!(?:and|at|on|with|to|in|after|before|by|status|grade|injury|spinal|cirrhosis|liver|but|or)\b)[a-z]"
)
_GRADE = re.compile(r"(?:class|grade|score|stage|type|level|category|scale)\s$", re.IGNORECASE)
_END = r"(?![\w°'’]|[-–‐‑][A-Za-z]|[.:·]\d|,\d{3})"
_OF = (
    r"(?:\s?/\s?|\s?\(?(?:points?\s)?(?:out\s)?of\s(?:a\s)?(?:(?:total|maximum|possible|max\.?)\s){0,2}(?:of\s|score\sof\s)?"
    r"|\s?\((?:max(?:imum)?|total)[:\s]{1,2})"
)
_COMPARED = re.compile(
    r"(?P<le><=|≤|⩽|\bat most|\b(?:no|not) (?:more|greater|higher) than|\bup to)|(?P<ge>>=|≥|⩾|\bat least)"
    r"|(?P<lt>[<＜]|\b(?:less|lower|fewer) than|\bbelow|\bunder)|(?P<gt>[>＞]|\b(?:more|greater|higher) than|\babove"
    r"|\bover|\bexceeding)|(?P<ap>[~≈]|\bapproximately|\babout|\baround|\bnearly|\balmost)",
    re.IGNORECASE,
)
_SIGNS = {"le": "<=", "ge": ">=", "lt": "<", "gt": ">", "ap": "~"}


@lru_cache(maxsize=1024)
def _figure(scale: Scale) -> re.Pattern[str]:
    """Return the pattern of a number of a scale with range and maximum."""
    suffix = f"[{re.escape(scale.suffix)}]?" if scale.suffix else ""
    whole = r"\d{1,3}(?:[.·]\d{1,4})?" if "decimal" in scale.forms else r"\d{1,3}"
    sign = r"[-−–]?" if scale.minimum < 0 else ""
    roman = rf"|{_ROMAN_FIGURE}" if "roman" in scale.forms else ""
    one = rf"(?:{sign}{whole}{roman}|(?i:{_WORD})(?:\s?\(\d{{1,2}}\))?)"
    percent = r"(?P<percent>\s?%)?" if "percent" in scale.forms else r"(?!\s?%)"
    return re.compile(
        rf"(?P<a>{one})(?P<as>{suffix})(?:(?:{_DASH}|\sor\s)(?P<b>{one})(?P<bs>{suffix}))?"
        rf"(?:{_OF}(?P<max>\d{{1,3}}(?:\.\d)?{roman})\)?)?{_END}{percent}"
    )


@lru_cache(maxsize=1024)
def _lettered(scale: Scale) -> re.Pattern[str]:
    """Return the pattern of a letter of a scale, with a range or a number of points behind it."""
    letter = rf"[A-{scale.letters[-1]}]"
    points = r"(?:\s?\(?\s?(?P<n>\d{1,2})(?!\d|\s?[/%]|\.\d)(?:\s?points?)?\s?\)?)?" if "number" in scale.forms else ""
    return re.compile(
        rf"(?P<a>{letter})(?:(?:{_DASH}|\s?/\s?|\s?or\s)(?P<b>{letter}))?{points}"
        r"(?![\w'’.]\w|\w|[-–]\w)(?!\s(?:CT|MRI|scan))"
    )


@lru_cache(maxsize=1024)
def candidates(scale: Scale) -> re.Pattern[str]:
    """Return the pattern of what may begin a value of a scale."""
    forms = scale.forms
    parts = []
    if forms - {"letter"}:
        parts += [rf"(?i:\b{_WORD})\b", r"(?<![\w.])\d"]
    if scale.minimum < 0:
        parts.append(r"(?<!\d)[-−–](?=\d)")
    if "roman" in forms:
        parts.append(rf"\b{_ROMAN_FIGURE}(?![A-Za-z]{{2}})")
    if "letter" in forms:
        parts.append(rf"\b[A-{scale.letters[-1]}](?![A-Za-z])")
    return re.compile(r"(?:" + "|".join(parts) + ")")


def starts(text: str, start: int, end: int, scale: Scale) -> list[int]:
    """Return where values of ``scale`` may begin in ``text[start:end]``, in order."""
    found = {match.start() for match in candidates(scale).finditer(text, start, end)}
    if scale.name == COMA:
        found.update(component_starts(text, start, end))
    if scale.minimum < 0:  # the 2 of "-2" is no value of its own
        found -= {p + 1 for p in found if text[p] in "-−–"}
    return sorted(found)


def read_value(text: str, start: int, end: int, scale: Scale) -> ScoreValue | None:
    """Return the value of ``scale`` that begins at ``start``; None where what stands there cannot be one."""
    if scale.name == COMA:
        return _coma(text, start, end, scale)
    if "letter" in scale.forms and (letter := _letter(text, start, end, scale)) is not None:
        return letter
    return _number(text, start, end, scale)


def _letter(text: str, start: int, end: int, scale: Scale) -> ScoreValue | None:
    match = _lettered(scale).match(text, start, end)
    if match is None or (match["b"] or "Z") < match["a"]:
        return None
    if (
        match["a"] == "A"
        and not match["b"]
        and _ARTICLE.match(text, match.end("a"))
        and not _GRADE.search(text[max(0, start - 12) : start])
    ):
        return None
    points = match.groupdict().get("n")
    if points and scale.maximum(float(points)) is not None:
        return ScoreValue(start, match.end(), f"{match['a']}{points}", float(points))
    stop = match.end("b") if match["b"] else match.end("a")
    return ScoreValue(start, stop, text[start:stop], None)


def _number(text: str, start: int, end: int, scale: Scale) -> ScoreValue | None:
    if scale.forms == {"letter"}:
        return None
    match = _figure(scale).match(text, start, end)
    if match is None:
        return None
    value, high = _value(match["a"]), _value(match["b"]) if match["b"] else None
    if high is not None and high <= value:
        match, high = _single(text, start, end, scale), None
        if match is None:
            return None
    most = _value(match["max"]) if match["max"] else None
    written, stop = _written(match), match.end()
    if match.groupdict().get("percent") and most is None:
        most = _PERCENT
    if most is not None and scale.maxima and most not in scale.maxima:
        beside = "roman" in scale.forms and high is None and value < most <= scale.maxima[-1]
        if beside and "/" in match.group():  # "II/III": between two classes
            return ScoreValue(start, stop, f"{match['a']}/{match['max']}", value, most)
        if most > 3 * scale.maxima[-1] or most < scale.maxima[-1] / 3:
            return None
    elif most is not None and most - value == 1 and "roman" in scale.forms and not match["a"].isdigit():
        return ScoreValue(start, stop, f"{match['a']}/{match['max']}", value, most)  # "III/IV"
    limit = most if most is not None else scale.maximum(max(value, high or value))
    if value < scale.minimum or (scale.maxima and (limit is None or max(value, high or value) > limit)):
        return None
    return ScoreValue(start, stop, written, value, high, most)


def _single(text: str, start: int, end: int, scale: Scale) -> re.Match[str] | None:
    """Return the match of the first number alone, where the second is no upper end of a range."""
    full = _figure(scale).match(text, start, end)
    return _figure(scale).match(text, start, full.end("as")) if full is not None else None


def _written(match: re.Match[str]) -> str:
    low = match["a"] + match["as"]
    return f"{low}-{match['b']}{match['bs']}" if match["b"] else low


def _value(figure: str) -> float:
    if figure in _ROMAN:
        return float(_ROMAN[figure])
    number = read_number(figure.partition("(")[0].strip())
    if number is not None:
        return number
    return float(figure.replace("·", ".").replace("−", "-").replace("–", "-"))


def _coma(text: str, start: int, end: int, scale: Scale) -> ScoreValue | None:
    """Read a total with its components, either of which may be missing."""
    parts = components_at(text, start, end) or triple_at(text, start, end)
    if parts is not None:
        total = re.compile(r"\s?[=(:,]\s?(?:total\s(?:of\s)?)?(?=\d)").match(text, parts.end, end)
        told = _number(text, total.end(), end, scale) if total is not None else None
        if told is not None and (parts.total is None or told.value == parts.total):
            return replace(told, start=start, components=parts.label)
        return ScoreValue(start, parts.end, text[start : parts.end], parts.total, components=parts.label)
    told = _number(text, start, end, scale)
    if told is None:
        return None
    gap = re.compile(r"(?:[\s(\[,:;=.–-]|points?\b|with\b|score\b|and\b|i\.e\.|on\b|a\b)*").match(text, told.end, end)
    at = gap.end() if gap is not None else told.end
    parts = components_at(text, at, end) or (triple_at(text, at, end) if text[at - 1 : at] in "([" else None)
    if parts is None or (parts.total is not None and abs(parts.total - (told.value or 0)) > 2):
        return told
    return replace(told, end=parts.end, components=parts.label)


def comparator(gap: str) -> str:
    """Return the comparator that the words before a value end in."""
    found = list(_COMPARED.finditer(gap))
    if not found or len(gap) - found[-1].end() > 4:
        return "="
    return _SIGNS[found[-1].lastgroup or "ap"]
