"""Tests for germs and antibodies: their method, their target and the class of antibody are written in many orders.

"PCR for HSV", "dengue IgM and IgG", "COVID-19 was confirmed by RT-PCR".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from extract.records.lab_items import Item, Role
from extract.rules.lexicon import Entry, Mention
from extract.rules.load import RuleSet

_METHODS = frozenset({"polymerase chain reaction", "infectious serology", "respiratory viral panel"})
_SOUGHT = frozenset({"antibody", "antigen", "nucleic acid"})
_FOR = re.compile(
    r"\s(?:tests?\s|testing\s|assays?\s|analysis\s|studies\s|screening\s|panel\s)?(?:for|of|against|to)\s"
    r"(?:the\s|detection of\s|presence of\s|anti-?)?",
    re.IGNORECASE,
)
_BY = re.compile(r"\)?\s(?:(?:by|on|via|using|with|through)\s(?:[\w-]+\s){0,2})?", re.IGNORECASE)
_SAME_ANTIBODY = re.compile(
    r"(?:\s?/\s?|\s?,\s?(?:and\s)?|\s(?:and|or|&)\s|\s(?:for|including)\s|,\sincluding\s|\s?\(|\santibod(?:y|ies)[\s,(]+(?:and\s)?)"
    r"(?:its\s|anti-?)?$",
    re.IGNORECASE,
)
_SAID = re.compile(r"\s?\((?:but\s)?")  # "CMV IgM (positive for IgG)"
_SAID_OF = re.compile(r"\s(?:for\s|in\s)?(?:its\s|the\s)?")
_AGAINST = re.compile(
    r"(?:[\s-](?:class\s)?antibod(?:y|ies))?\s(?:titers?\s)?(?:to|against|for|directed against)\s(?:the\s|anti-?)?",
    re.IGNORECASE,
)
_ISOTYPE = re.compile(r"\bIg[GMA]\b")
_IS_SHOWN = r"(?P<shown>confirmed|detected|diagnosed|identified|verified|proven|demonstrated|documented|established)"
_SHOWN_BY = re.compile(
    r"(?:\s(?:infection|disease|pneumonia|virus|vir[ae]emia|DNA|RNA|genome))?(?:\s?\([^()]{1,20}\))?"
    rf"\s(?:(?:was|were|is|had been|has been|being)\s)?(?:\w+ly\s)?{_IS_SHOWN}\s(?:\w+ly\s)?"
    r"(?:by|on|via|using|with|through|in|from)\s(?:[\w-]+\s){0,5}$",
    re.IGNORECASE,
)
_SHOWS = re.compile(
    r"(?:\s(?:tests?|assays?|testing|analysis|panel|swabs?))?[\s-](?:\w+ly\s)?"
    r"(?P<shown>confirmed|detected|identified|verified|proven|positive)\s"
    r"(?:(?:the|an?|presence of|evidence of|active|acute|infection (?:with|by|of)|diagnosis of)\s){0,4}$",
    re.IGNORECASE,
)
_NOT = re.compile(r"\b(?:not|never|no|without|if|to be|un)[\s-]?(?:\w+\s){0,2}$", re.IGNORECASE)
_TYPE = r"-?(?:[A-E]|[1-9])\b(?![.\d%:/+]|-\d|\s?(?:mg|mmol|g|U|IU|ng|copies|times|days|weeks|months)\b)"
_MORE_TYPES = re.compile(rf"(?:\s?[,/]\s?{_TYPE}){{0,3}},?\s(?:and|or|&)\s{_TYPE}")
_TYPES = re.compile(
    rf"[\s-](?:(?:virus(?:es)?|types?|serotypes?)\s)?{_TYPE}(?:\s?[,/]\s?{_TYPE}){{0,3}},?\s(?:and|or|&)\s{_TYPE}"
)
_ENDS_IN_TYPE = re.compile(r"[\s-](?:[A-E]|[1-9])$")
_MAX_GAP = 110


class Serology:
    """What rules/analytes.tsv knows of antibodies by their class."""

    def __init__(self, rules: RuleSet) -> None:
        self._rules = rules

    def read(self, text: str, items: Sequence[Item]) -> list[Item]:
        """Return ``items`` with each test under its whole name."""
        return _with_methods(text, self._with_targets(text, self._with_classes(text, _with_types(text, items))))

    def _with_targets(self, text: str, items: Sequence[Item]) -> list[Item]:
        """Join a class and what it is against into one name: "IgG antibodies to CMV"."""
        found: list[Item] = []
        for item in items:
            before = found[-1] if found else None
            if (
                before is not None
                and before.mention is not None
                and before.mention.name.startswith("immunoglobulin ")
                and item.mention is not None
                and item.entry is not None
                and item.entry["kind"] == "antibody"
                and _AGAINST.fullmatch(text, before.end, item.start)
            ):
                entry = self._of_class(item.entry, f"Ig{before.mention.name[-1]}")
                mention = replace(item.mention, entry=entry)
                found[-1] = replace(item, start=before.start, anchor=item.start, mention=mention)
            else:
                found.append(item)
        return found

    def _with_classes(self, text: str, items: Sequence[Item]) -> list[Item]:
        """Read "IgG" as the antibody it goes on: the second of "dengue IgM and IgG"."""
        found = list(items)
        for i, (last, item) in enumerate(pairwise(items), 1):
            said = (
                i > 1 and last.role is Role.RESULT and _SAID.fullmatch(text, items[i - 2].end, last.start) is not None
            )
            before, known = (items[i - 2], found[i - 2].entry) if said else (last, found[i - 1].entry)
            if known is None or known["kind"] != "antibody" or item.mention is None or before.end > item.start:
                continue
            same = (
                _SAID_OF.fullmatch(text, last.end, item.start)
                if said
                else _SAME_ANTIBODY.fullmatch(text, before.end, item.start)
            )
            if not item.mention.name.startswith("immunoglobulin ") or same is None:
                continue
            entry = self._of_class(known, f"Ig{item.mention.name[-1]}")
            found[i] = replace(item, mention=replace(item.mention, entry=entry))
        return found

    def _of_class(self, entry: Entry, isotype: str) -> Entry:
        """Return the antibody of another class; the antibody itself where no line is of that class."""
        names = (
            _ISOTYPE.sub(isotype, entry.name),
            entry.name.replace(" antibody", f" {isotype} antibody"),
            entry.name.replace(" serology", f" {isotype} antibody"),
        )
        known = (self._rules.entry("analyte", name) for name in names if _ISOTYPE.search(name))
        return next((found for found in known if found is not None), entry)


def is_method(item: Item) -> bool:
    """Tell whether an item names only how was tested: "PCR", "serology"."""
    return item.role is Role.ANALYTE and item.entry is not None and item.entry.name in _METHODS


def is_sought(item: Item) -> bool:
    """Tell whether an item is something that is there or not: a germ, its antigen, an antibody."""
    return item.role is Role.ANALYTE and item.entry is not None and item.entry["kind"] in _SOUGHT


def _is_class(item: Item) -> bool:
    """Tell whether an item is "IgM" or "IgG" alone."""
    return item.role is Role.ANALYTE and item.entry is not None and item.entry.name.startswith("immunoglobulin ")


def _with_types(text: str, items: Sequence[Item]) -> list[Item]:
    """Take the types behind a germ into its name: "HHV 6 and 8", "parainfluenza 1, 2, and 3"."""
    found: list[Item] = []
    for item in items:
        if found and item.start < found[-1].end and is_sought(found[-1]):
            continue  # the 8 of "HHV 6 and 8"
        germ = is_sought(item) and item.entry is not None and item.entry["class"] == "serology"
        form = _TYPES if _ENDS_IN_TYPE.search(text, item.start, item.end) is None else _MORE_TYPES
        types = form.match(text, item.end) if germ else None
        found.append(item if types is None else replace(item, end=types.end()))
    return found


def _with_methods(text: str, items: Sequence[Item]) -> list[Item]:
    """Join a germ and the method that stands beside it into one name: "PCR for HSV", "HSV PCR", "CMV by PCR"."""
    found: list[Item] = []
    for item in items:
        before = found[-1] if found else None
        if (
            before is not None
            and is_method(before)
            and is_sought(item)
            and _FOR.fullmatch(text, before.end, item.start)
        ):
            found[-1] = replace(item, start=before.start, anchor=item.start)
        elif (
            before is not None and is_sought(before) and is_method(item) and _BY.fullmatch(text, before.end, item.start)
        ):
            found[-1] = replace(before, end=item.end)
        elif before is not None and is_sought(before) and _is_class(item) and text[before.end : item.start] == " ":
            found[-1] = replace(before, end=item.end)  # "influenza A IgM"
        else:
            found.append(item)
    return found


def confirmed(text: str, items: Sequence[Item]) -> Iterator[tuple[Item, Item, Item | None]]:
    """Yield (germ, word, method in front) of "COVID-19 was confirmed by RT-PCR" and "PCR-confirmed influenza"."""
    for a, b in pairwise([item for item in items if item.role in (Role.ANALYTE, Role.OTHER)]):
        if b.start - a.end > _MAX_GAP or a.end > b.start:
            continue
        if is_sought(a) and is_method(b):
            target, match = a, _SHOWN_BY.fullmatch(text, a.end, b.start)
        elif is_method(a) and is_sought(b):
            target, match = b, _SHOWS.fullmatch(text, a.end, b.start)
        else:
            continue
        if match is None or _NOT.search(text, max(0, a.start - 24), match.start("shown")) is not None:
            continue
        start, end = match.span("shown")
        entry = Entry(match.group("shown"), "result", {"result": "positive"})
        word = Item(Role.RESULT, start, end, mention=Mention(start, end, match.group("shown"), entry))
        yield target, word, a if target is b else None
