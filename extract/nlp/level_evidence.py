"""Is "T4" a vertebra, a thyroid hormone or a tumour? The words of rules/levels.yaml decide."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from extract.nlp.spine import LevelList
from extract.rules.load import RuleSet

FILE = "levels.yaml"
_NEAR = 60
_WORDS_BETWEEN = (
    r"(?:[\s-]+(?:left|right|bilateral|anterior|posterior|superior|inferior|upper|lower|central|"
    r"lateral|medial|old|acute|"
    r"chronic|severe|mild|moderate|complete|incomplete|unstable|stable|single|level|levels|spinal|"
    r"dorsal|ventral|osteoporotic|"
    r"traumatic|pathologic|pathological|region|sided|of|decompressive|total|partial|open|"
    r"lumbar|cervical|thoracic|sacral|"
    r"vertebral|nerve|type|sensory|motor|exiting|traversing|recess|neural|process|processes|paracentral|foraminal|extruded|"
    r"large|small|bony|metastatic)){0,3}"
)
_BEFORE_WORDS = (
    r"(?:[\s-]+(?:of|at|to|the|level|levels|from|between|in|over|below|above|is|was|around|involving|"
    r"on|for|region|opposite|"
    r"spine|through|and|anterior|posterior|both|left|right|bilateral|areas?|near|under|corresponding|"
    r"up|down|segments?|sides?|"
    r"upper|lower|mid|dermatomal|distribution|involves|involved|extending|extended|extends|performed|"
    r"dated|distal|especially|"
    r"mainly|predominantly|visible|seen|located|present|tip|innervated|intervertebral|"
    r"muscles|process|processes|ganglion)){0,5}[\s:(\[,-]*"
)
_LEVEL_BEFORE = re.compile(
    r"\b(?:(?:at|to|below|above|from|around|near|beneath|over|under|opposite|reaching|up to|down to|"
    r"approximately|on|in)\s(?:the\s)?"
    r"(?:level|levels)\s(?:of\s)?(?:the\s)?|(?:sensory|motor|neurological|vertebral|spinal|cord|"
    r"injury|lesion) levels?\s"
    r"(?:was\s|is\s)?(?:at|of|below|above|on|to)?\s?(?:the\s)?|(?:above|below)\s(?:the\s)?)$",
    re.I,
)
_LEVEL_AFTER = re.compile(
    r"[\s-]+(?:vertebral\s|spinal\s|disc\s|cord\s|nerve root\s)?(?:levels?|interspaces?|"
    r"region)\b(?!\s(?:was|were|of|remained))",
    re.I,
)
# "in an S1 distribution"; C1 to C4 are rather deposits of complement
_DISTRIBUTION = re.compile(
    r"[\s-]+(?:(?:nerve|root|dermatomal|sensory|pain)\s){0,2}(?:distributions?|patterns?)\b", re.I
)
_LEVEL_WORD = re.compile(r"[\s-]+(?:vertebral\s|spinal\s|disc\s|cord\s)?levels?\b", re.I)
_HORMONE = re.compile(r"C[1-4]|T[34]")
_COMPLEMENT = re.compile(r"C[1-4]")
_PLACE_BEFORE = re.compile(
    r"\b(?:at|to|below|above|from|through|between|around|involving|over|near|until|till|"
    r"across)\s(?:about\s|approximately\s)?"
    r"(?:the\s|a\s|both\s)?(?:left\s|right\s|bilateral\s|upper\s|lower\s)?$",
    re.I,
)


def _any(words: Sequence[str]) -> str:
    return r"(?:" + "|".join(words) + r")"


@dataclass(frozen=True, slots=True)
class _LookAlike:
    """A family of look-alikes, compiled."""

    name: str
    tokens: re.Pattern[str]
    before: re.Pattern[str] | None
    after: re.Pattern[str] | None
    near: re.Pattern[str] | None


class LevelEvidence:
    """Judges level lists by the words of rules/levels.yaml."""

    def __init__(self, rules: RuleSet) -> None:
        words: Mapping[str, Any] = rules.documents.get(FILE, {})
        bound = _any(words["bound"])
        self._after = re.compile(rf"[\s)\]]*{_WORDS_BETWEEN}[\s-]*{bound}\b", re.I)
        self._before = re.compile(rf"\b{bound}\b(?:\s?\([^)]{{1,12}}\))?{_BEFORE_WORDS}$", re.I)
        self.spine = re.compile(rf"\b{_any(words['spine'])}\b", re.I)
        self._stubborn = frozenset(words["stubborn"])
        self._families = [_family(entry) for entry in words["refused"]]

    def is_bound(self, text: str, start: int, end: int, one: LevelList) -> bool:
        """Tell whether a word directly beside the list proves it."""
        left = text[max(start, one.start - 70) : one.start]
        right = text[one.end : min(end, one.end + 70)]
        if self._after.match(right) or self._before.search(left) or _LEVEL_BEFORE.search(left):
            return True
        span = any(level.upper != level.lower for level in one.levels)
        if span and _LEVEL_WORD.match(right) and not any(_HORMONE.fullmatch(token) for token in one.written):
            return True
        if _DISTRIBUTION.match(right) and not any(_COMPLEMENT.fullmatch(token) for token in one.written):
            return True
        return _LEVEL_AFTER.match(right) is not None and _PLACE_BEFORE.search(left) is not None

    def look_alike(self, text: str, start: int, end: int, one: LevelList, *, beside_only: bool) -> str:
        """Return the name of the family that the list belongs to; empty where it is none.

        ``beside_only`` asks for words directly behind the list only: what is left to ask of a proven level.
        """
        left = text[max(start, one.start - 40) : one.start]
        right = text[one.end : min(end, one.end + 60)]
        window = text[max(start, one.start - _NEAR) : one.start] + " | " + text[one.end : min(end, one.end + _NEAR)]
        for family in self._families:
            if not all(family.tokens.fullmatch(token) for token in one.written):
                continue
            sure = beside_only and family.name not in self._stubborn
            if family.after is not None and family.after.match(right):
                return family.name
            if sure:
                continue
            if not beside_only and family.before is not None and family.before.search(left):
                return family.name
            if family.near is not None and family.near.search(window):
                return family.name
        return ""


def _family(entry: Mapping[str, Any]) -> _LookAlike:
    before, after, near = entry.get("before"), entry.get("after"), entry.get("near")
    return _LookAlike(
        entry["name"],
        re.compile(entry["tokens"]),
        re.compile(rf"(?:^|(?<=\W)){_any(before)}$", re.I) if before else None,
        re.compile(_any(after)) if after else None,
        re.compile(rf"(?<!\w){_any(near)}(?!\w)", re.I) if near else None,
    )
