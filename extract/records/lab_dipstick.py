"""What a urine dipstick shows: "blood" and "bacteria" name analytes there, and nowhere else."""

from __future__ import annotations

import re

from extract.records.lab_items import Item, Role
from extract.records.lab_vocabulary import Vocabulary
from extract.rules.lexicon import Mention

_GRADE = r"(?:[1-4]\s?\+|\+\s?[1-4]|\+{1,4}|trace|large|moderate|small|many|few|positive|negative)"
_FOUND = re.compile(
    r"(?:(?:(?<=[1-4]\+)|(?<=\+[1-4])|(?<=\+)|\b(?:large|moderate|small|trace|many|few))"
    r"\s(?P<behind>blood|bacteria)\b"
    rf"|\b(?P<before>blood|bacteria)(?=\s?[:(]?\s?{_GRADE})"
    r"|\b(?:positive|negative) for (?P<seen>blood|bacteria)\b)"
    r"(?!\s(?:cells?|cultures?|pressure|tests?|glucose|sugar|gas))",
    re.IGNORECASE,
)
_NAMES = {"blood": "urine blood", "bacteria": "urine bacteria"}


def dipstick_items(text: str, start: int, end: int, vocabulary: Vocabulary) -> list[Item]:
    """Return the analytes of ``text[start:end]``, a stretch that speaks of urine, which only a dipstick names so."""
    items = []
    for match in _FOUND.finditer(text, start, end):
        name = next(name for name in ("behind", "before", "seen") if match.group(name))
        a, b = match.span(name)
        entry = vocabulary.named(_NAMES[match.group(name).lower()])
        if entry is not None:
            items.append(Item(Role.ANALYTE, a, b, mention=Mention(a, b, text[a:b], entry), anchor=a))
    return items
