"""The words of rules/scores.yaml, ready for use."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from extract.nlp.gaps import GapWords
from extract.rules.load import RuleSet
from extract.rules.scales import KIND, Scale, scales_of

FILE = "scores.yaml"
_SIGNS = ": = - – — − ( [ , ) ] ~ < > ≤ ≥ ≈ . \" “ ” ' ’ ‘ |"
_FURTHER_SIGNS = ", / ( ) [ ] → > ; & ."


@dataclass(frozen=True)
class ScoreWords:
    """Words by which names and values of scales find each other; see the comments in rules/scores.yaml."""

    scales: dict[str, Scale]
    gap: GapWords
    further: GapWords
    before: GapWords
    change: re.Pattern[str]
    lead: re.Pattern[str]
    counted: re.Pattern[str]
    difference: re.Pattern[str]
    general_before: re.Pattern[str]
    general_after: re.Pattern[str]


def score_words(rules: RuleSet) -> ScoreWords:
    """Return the words of ``rules``."""
    lists: dict[str, Any] = rules.documents.get(FILE, {})
    return ScoreWords(
        scales_of(rules.entries.get(KIND, [])),
        GapWords(lists["gap"], _SIGNS),
        GapWords(lists["further"], _FURTHER_SIGNS),
        GapWords(lists["before"], '( [ : = , " “ ” ) ]'),
        re.compile(r"(?:→|\b(?:" + "|".join(lists["change"]) + r")\b)", re.IGNORECASE),
        re.compile(r"\b(?:" + "|".join(lists["lead"]) + r")$", re.IGNORECASE),
        re.compile(rf"\s?(?:{_any(lists['counted'])})(?![\w])", re.IGNORECASE),
        re.compile(rf"\b(?:{_any(lists['difference'])})$", re.IGNORECASE),
        re.compile(rf"\b(?:{_any(lists['general_before'])})$", re.IGNORECASE),
        re.compile(rf"[\s)]*(?:{_any(lists['general_after'])})", re.IGNORECASE),
    )


def _any(patterns: Iterable[str]) -> str:
    return "|".join(patterns)
