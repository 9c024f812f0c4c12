"""When two written forms mean the same: names, numbers, units and qualitative results.

The gold records hold what an annotator copied from the article, the tables what casetab read; line
breaks, hyphens, case and spelling variants between the two are no errors.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from extract.rules.tsv import read_table

# words that say nothing of which substance was measured
_GENERIC = frozenset(
    (
        "serum", "plasma", "blood", "urine", "urinary", "fluid", "level", "levels", "level's", "count",
        "counts", "value", "values", "concentration", "total", "ratio", "test", "test's", "tests", "result",
        "results", "initial", "peak", "mean", "measured", "the", "of", "a", "an", "his", "her", "was",
        "were", "is",
    )
)  # fmt: skip
_BROKEN_WORD = re.compile(r"-\s*\n\s*")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[a-z0-9]+\+?")
_DASHES = str.maketrans("−–—", "---")
_THOUSANDS = re.compile(r"(?<=\d)[, ](?=\d{3}\b)")
_TITER = re.compile(r"1\s*:\s*(\d+)")
_RANGE = re.compile(r"(\d[\d.]*|\.\d+)\s*-\s*(\d[\d.]*|\.\d+)")
_SAME_START = 4  # letters that two inflected words must share

# applied in this order; they bring a unit into one spelling and do not ask whether it is one
_UNIT_SPELLINGS = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[μµ]", "u"), (r"[×*]", "x"), (r"·", "."), (r"\bper\b", "/"), (r"[\[\]]", ""), (r"mcg", "ug"),
        (r"litre|liter", "l"), (r"\bgrams?\b", "g"), (r"\b(?:units?|iu)\b", "u"), (r"milligrams?", "mg"),
        (r"micrograms?", "ug"), (r"percent", "%"), (r"cells?", ""), (r"cumm|cu mm", "mm3"), (r"[\s^,()]", ""),
        (r"seconds?|secs?\b", "s"), (r"hours?|hrs?\b", "h"), (r"/microl", "/ul"), (r"tablets", "tablet"),
        (r"x10e", "x10"),
    )
)  # fmt: skip

# the first that is found decides
_POLARITIES = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        ("abnormal", r"\babnormal(?<!no abnormal)"),
        ("negative", r"negativ|non-?reactive|not detected|absent|undetect|no evidence|without"),
        ("positive", r"positiv|reactive|detected|present\b"),
        ("low", r"\blow|decreas|reduc|depress|-?penia|\bdeficien|hypo"),
        ("high", r"elevat|high|increas|raised|hyper|rais|rising|-?cytosis"),
        ("normal", r"normal|unremarkable|within|no abnormal|negligible|insignificant"),
        ("abnormal", r"derang|prolong|impair"),
    )
)


def plain(text: str | None) -> str:
    """Return a text in lower case, with words broken at line ends mended and spaces joined."""
    whole = unicodedata.normalize("NFKC", text or "").replace("\N{SOFT HYPHEN}", "")
    return _SPACE.sub(" ", _BROKEN_WORD.sub("", whole)).strip().lower()


@lru_cache(maxsize=1)
def _aliases() -> tuple[tuple[str, str], ...]:
    rows = read_table(Path(__file__).with_name("aliases.tsv"), ("written", "read_as"))
    return tuple((row["written"], row["read_as"]) for row in rows)


@lru_cache(maxsize=1 << 14)
def name_words(name: str) -> tuple[str, ...]:
    """Return the words of a name after the aliases."""
    text = plain(name)
    for written, read_as in _aliases():
        text = text.replace(written, read_as)
    return tuple(_WORD.findall(text.replace("-", " ")))


def name_similarity(gold: str, found: Iterable[str]) -> float:
    """Return how well the best of the names ``found`` agrees with ``gold``: 0 (not at all) to 1 (the same).

    One name within the other ("calcium", "ionised calcium") gives at least 0.6, initials (ESR) 0.7.
    """
    return max((_similarity(name_words(gold), name_words(name)) for name in found), default=0.0)


@lru_cache(maxsize=1 << 16)
def _similarity(gold: tuple[str, ...], found: tuple[str, ...]) -> float:
    ours = set(gold) - _GENERIC or set(gold)
    theirs = set(found) - _GENERIC or set(found)
    if not ours or not theirs:
        return 0.0
    if ours == theirs:
        return 1.0
    shared = sum(1 for word in ours if word in theirs or _inflected(word, theirs))
    score = shared / max(len(ours), len(theirs))
    if shared and shared in (len(ours), len(theirs)):
        score = max(score, 0.6)
    if _are_initials(gold, theirs) or _are_initials(found, ours):
        score = max(score, 0.7)
    return score


def _inflected(word: str, others: Iterable[str]) -> bool:
    """Tell whether one of ``others`` begins like ``word``, its last two letters aside."""
    if len(word) < _SAME_START:
        return False
    stem = word[: max(_SAME_START, len(word) - 2)]
    return any(other.startswith(stem) for other in others)


def _are_initials(long: tuple[str, ...], words: set[str]) -> bool:
    return len(long) > 1 and "".join(word[0] for word in long) in words


def number(written: object) -> str | None:
    """Return a number, range ("10-12") or titre ("1:80") in one spelling; None where there is none.

    Other text comes back in plain form.
    """
    text = plain(str(written) if written is not None else "").translate(_DASHES)
    text = _THOUSANDS.sub("", text)
    titer = _TITER.fullmatch(text)
    if titer:
        return f"1:{titer.group(1)}"
    span = _RANGE.fullmatch(text)
    try:
        if span:
            return f"{float(span.group(1)):g}-{float(span.group(2)):g}"
        return f"{float(text):g}"
    except ValueError:
        return text or None


def unit(written: str | None) -> str:
    """Return a unit in one spelling: "x 10^9/L" and "×10⁹/L" are the same."""
    text = plain(written)
    for pattern, replacement in _UNIT_SPELLINGS:
        text = pattern.sub(replacement, text)
    return text.strip(". ")


def polarity(written: str | None) -> str:
    """Return positive, negative, normal, abnormal, high or low for a result in words, else its plain text."""
    text = plain(written)
    return next((name for name, pattern in _POLARITIES if pattern.search(text)), text)


def grade(written: str | None) -> str:
    """Return a muscle grade without the scale's maximum: "4+" for "4+/5"."""
    return plain(written).replace("/5", "").translate(_DASHES).strip()
