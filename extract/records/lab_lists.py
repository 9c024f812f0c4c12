"""Lists of names and of values: members that no lexicon knows, one name for two values, one unit for all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extract.records.lab_items import Item, LabDraft, Role
from extract.records.lab_units import AnalyteUnits
from extract.records.lab_vocabulary import BRACKET, Vocabulary

_JOINT = re.compile(r"\s*,\s*(?:and\s|or\s)?\s*|\s+(?:and|or|&)\s+|\s?/\s?")
_VERB = re.compile(r"\s(?:was|were|is|are|of|had|at|showed|levels?|concentrations?|values?)\b|[:=]", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-zα-ω][\w'’-]*(?:\s[A-Za-zα-ω0-9][\w'’-]*){0,3}")
_NO_NAME = re.compile(
    r"\b(?:was|were|is|are|had|has|with|without|of|in|on|at|to|from|by|after|before|while|but|which|who|he|she|his|her|"
    r"the|an?|then|also|showed|revealed|elevated|increased|decreased|low|high|normal)\b",
    re.IGNORECASE,
)
_TOTAL_DIRECT = re.compile(r"\b(?:T|total)\s?/\s?(?:D|direct|conj(?:ugated)?)\b", re.IGNORECASE)
_DIRECT_TOTAL = re.compile(r"\b(?:D|direct|conj(?:ugated)?)\s?/\s?(?:T|total)\b", re.IGNORECASE)
_MEMBER = re.compile(r"\s*(?:,|;|and|, and)\s*", re.IGNORECASE)


def is_placeholder(item: Item) -> bool:
    """Tell whether an item stands for a member of a list that no lexicon knows."""
    return item.role is Role.OTHER and item.mention is None


def between(gap: str, position: int, vocabulary: Vocabulary) -> list[Item]:
    """Return the members that no lexicon knows in a gap between two names: "xyzin" of "creatinine, xyzin and urea".

    Parameters
    ----------
    position : offset of the gap in the text.
    """
    pieces = _JOINT.split(BRACKET.sub(lambda match: " " * len(match.group()), gap))
    if len(pieces) < 3 or not all(vocabulary.is_coordination(piece) for piece in (pieces[0], pieces[-1])):
        return []
    return _placeholders(pieces[1:-1], position)


def behind(gap: str, position: int, vocabulary: Vocabulary) -> list[Item]:
    """Return such members at the end of a list, in the gap between its last known name and the values."""
    verb = _VERB.search(gap)
    pieces = _JOINT.split(gap[: verb.start()] if verb is not None else gap)
    if len(pieces) < 2 or not vocabulary.is_coordination(pieces[0]):
        return []
    return _placeholders(pieces[1:], position)


def _placeholders(names: Sequence[str], position: int) -> list[Item]:
    if not all(_NAME.fullmatch(name.strip()) and not _NO_NAME.search(name) for name in names):
        return []
    return [Item(Role.OTHER, position, position, anchor=position) for _ in names]


def fractions(text: str, analyte: Item, end: int, vocabulary: Vocabulary) -> list[Item]:
    """Return total and direct bilirubin where "T/D" says that both follow; none elsewhere."""
    if analyte.entry is None or not analyte.entry.name.endswith("bilirubin") or analyte.mention is None:
        return []
    names = ["total bilirubin", "direct bilirubin"]
    if _DIRECT_TOTAL.search(text, analyte.start, end):
        names.reverse()
    elif not _TOTAL_DIRECT.search(text, analyte.start, end):
        return []
    entries = [entry for name in names if (entry := vocabulary.named(name)) is not None]
    return [replace(analyte, mention=replace(analyte.mention, entry=entry)) for entry in entries]


def share_units(text: str, drafts: Sequence[LabDraft], units: AnalyteUnits) -> None:
    """Give the unit at the end of a list to all of it: "sodium 134, potassium 3.1, chloride 98 mEq/L"."""
    for draft, after in reversed(list(pairwise(drafts))):
        unit = after.value.unit if after.value is not None else None
        shared = after.value if unit is not None else after.unit_from
        if draft.value is None or draft.value.unit is not None or draft.unit_from is not None or shared is None:
            continue
        listed = _MEMBER.fullmatch(text, draft.end, after.start) is not None
        if not listed or draft.reference is not None or shared.unit is None:
            continue
        if units.usual(draft.analyte.entry, shared.unit):
            draft.unit_from = shared
