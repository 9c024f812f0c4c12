"""What was looked for and not seen: "no blasts were seen", "could not detect antibodies against HIV", "but not RSV"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from extract.records.lab_items import Item, Role
from extract.records.lab_serology import is_sought
from extract.records.lab_vocabulary import Vocabulary
from extract.rules.lexicon import Entry, Mention

_SEEN_OR_NOT = frozenset({"antibody", "antigen", "nucleic acid", "cells"})
_NO = re.compile(
    r"(?P<shown>\b(?:showed|shows|revealed|demonstrated|detected|found|identified|disclosed)\s+)?\b(?P<no>no)\s+(?:any\s+)?$",
    re.IGNORECASE,
)
_FAILED = re.compile(  # "could not detect any antibodies against"
    r"\b(?P<no>(?:(?:could|did|does|do|can)\s?(?:not|n['’]t)|cannot|failed\sto|(?:was|were)\sunable\sto)\s"
    r"(?:detect|find|identify|reveal|show|demonstrate|disclose))\s"
    r"(?:(?:any|the|evidence of|presence of|specific|circulating|serum|Ig[GMA](?:/Ig[GMA])?)\s){0,4}"
    r"(?:antibod(?:y|ies)\s(?:against|to|for|directed against)\s)?(?:the\s|anti-?)?$",
    re.IGNORECASE,
)
_BUT_NOT = re.compile(r",?\sbut\s(?P<no>not)\s(?:(?:for|to|against|the|anti-?|of)\s?){0,2}$", re.IGNORECASE)
_WAS_SEEN = re.compile(
    r"(?:\s*\([^()]*\))?(?:\s*antibod(?:y|ies))?(?:,?\s(?:and|or|nor)\s(?:\w+\s)?\w+)?\s+(?:was|were|could be)\s+"
    r"(?:seen|found|detected|identified|observed|noted|present|demonstrated)\b",
    re.IGNORECASE,
)
_NONE = re.compile(  # "No antibodies against parvovirus or adenovirus were found"
    r"\b(?P<no>no|neither)\s(?:(?:[\w-]+\s){0,2}(?:antibod(?:y|ies)|antigens?|DNA|RNA|evidence|traces?|signs?)\s"
    r"(?:against|to|for|of)\s)?(?:[\w-]+\s)?(?:anti-?)?$",
    re.IGNORECASE,
)
_LEAD = 24
_LONG_LEAD = 96
_REACH = 120


def denied(text: str, items: Sequence[Item], vocabulary: Vocabulary) -> Iterator[tuple[Item, Item]]:
    """Yield (analyte, word) of what a sentence says was not there.

    Parameters
    ----------
    items : analytes, other measures, values and result words of the sentence, in text order.
    """
    for i, item in enumerate(items):
        if item.role is not Role.ANALYTE or item.entry is None or item.entry["kind"] == "panel":
            continue
        lead = _lead(text, items, i)
        if lead is None:
            continue
        sure = item.entry["kind"] in _SEEN_OR_NOT
        found = [item]
        for other in items[i + 1 :]:
            gap = text[found[-1].end : other.start]
            if other.role is not Role.ANALYTE or not (vocabulary.lists if lead.re is _FAILED else vocabulary.joins)(
                gap
            ):
                break
            found.append(other)
        stated = lead.re is not _NO or (sure and lead.group("shown") is not None)
        if not stated and not _WAS_SEEN.match(text, found[-1].end):
            continue
        a, b = lead.span("no")
        entry = Entry(text[a:b], "result", {"result": "negative"})
        word = Item(Role.RESULT, a, b, mention=Mention(a, b, text[a:b], entry))
        yield from ((analyte, word) for analyte in found)


def none_of(text: str, start: int, word: Item) -> Item | None:
    """Return the negative that "no" in front of a list makes of a positive word; None where nothing is denied.

    Parameters
    ----------
    start : offset at which the list begins.
    """
    lead = _NONE.search(text, max(0, start - _LONG_LEAD), start)
    if lead is None or word.entry is None or word.entry["result"] != "positive":
        return None
    begin, end = lead.span("no")
    entry = Entry(text[begin:end], "result", {"result": "negative"})
    return Item(Role.RESULT, begin, end, mention=Mention(begin, end, text[begin:end], entry))


def _lead(text: str, items: Sequence[Item], i: int) -> re.Match[str] | None:
    """Return the denial in front of item ``i``; None where nothing is denied."""
    item = items[i]
    no = _NO.search(text, max(0, item.start - _LEAD), item.start)
    if no is not None or not is_sought(item):
        return no
    not_it = _BUT_NOT.search(text, max(0, item.start - _LEAD), item.start)
    if not_it is not None:
        return not_it if _is_contrast(items, i) else None
    return _FAILED.search(text, max(0, item.start - _LONG_LEAD), item.start)


def _is_contrast(items: Sequence[Item], i: int) -> bool:
    """Tell whether something else was seen: "detected influenza A, but not RSV", "IgG, but not IgM, was positive"."""
    near = [r for r in items[max(0, i - 6) : i + 2] if r.role is Role.RESULT and abs(r.start - items[i].start) < _REACH]
    return bool(near) and all(r.entry is not None and r.entry["result"] == "positive" for r in near)
