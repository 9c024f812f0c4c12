"""Brackets between a name and its value that say something else, and numbers written as "45/60"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from extract.nlp.model import Quantity
from extract.records.lab_items import Item, Role

_BRACKET_REACH = 400
_ROUND = re.compile(r"[()]")
_OPENED = re.compile(r"\s?[(\[](?:(?:but|and|with|although|though|while|an?)\s){0,2}")
_STATEMENTS = ([Role.RESULT, Role.ANALYTE], [Role.ANALYTE, Role.RESULT])
_MAX_STATEMENT = 60  # characters
_MAX_ASIDE = 60  # terms in one bracket


def without_asides(text: str, items: Sequence[Item]) -> list[Item]:
    """Leave out terms in a bracket that holds no number: "ANA (immunofluorescence on Hep-2 cells) was 1:2560"."""
    kept: list[Item] = []
    for i, item in enumerate(items):
        before = items[i - 1] if i else None
        if item.quantity is not None or before is None or not _in_bracket(text, before.end, item.start):
            kept.append(item)
            continue
        close = _closing(text, item.end)
        inside = [other for other in items[i : i + _MAX_ASIDE] if other.start < close]
        unclosed = close < 0  # a bracket that the authors forgot to close says nothing of what it holds
        if unclosed or any(other.quantity is not None for other in inside) or same_analyte(before, item):
            kept.append(item)
    return kept


def without_repeats(items: Sequence[Item]) -> list[Item]:
    """Leave out a short form within the name it belongs to: the second of "double-stranded DNA (dsDNA)"."""
    kept: list[Item] = []
    for item in items:
        if not kept or item.end > kept[-1].end or not same_analyte(kept[-1], item):
            kept.append(item)
    return kept


def own_statements(text: str, items: Sequence[Item]) -> list[list[Item]]:
    """Return the items of each bracket that states a result of its own: "CMV IgM (positive for IgG)"."""
    found: list[list[Item]] = []
    for i, (before, item) in enumerate(pairwise(items), 1):
        if before.role is not Role.ANALYTE or _OPENED.fullmatch(text, before.end, item.start) is None:
            continue
        close = _closing(text, item.end)
        inside = [other for other in items[i : i + _MAX_ASIDE] if other.end <= close]
        if [other.role for other in inside] in _STATEMENTS and close - item.start <= _MAX_STATEMENT:
            found.append(inside)
    return found


def _closing(text: str, position: int) -> int:
    """Return where the bracket around ``position`` closes, brackets within it passed over; -1 where it does not."""
    depth = 0
    for match in _ROUND.finditer(text, position, position + _BRACKET_REACH):
        if match.group() == "(":
            depth += 1
        elif depth == 0:
            return match.start()
        else:
            depth -= 1
    return -1


def same_analyte(a: Item, b: Item) -> bool:
    """Tell whether two terms name one analyte."""
    return a.entry is not None and b.entry is not None and a.entry.name == b.entry.name


def _in_bracket(text: str, start: int, end: int) -> bool:
    gap = text[start:end]
    return gap.rfind("(") > gap.rfind(")")


def split_fraction(value: Quantity) -> list[Quantity]:
    """Return the numbers of "45/60 U/L" or "138/4.1/98 mmol/L" as quantities of their own, all with the unit."""
    parts = []
    position = value.number_start
    for written in value.value_text.split("/"):
        start, end = position, position + len(written)
        number = written.rstrip("+-−–")
        parts.append(
            replace(
                value, start=start, end=end, number_start=start, number_end=end,
                value_text=number, value=float(number), form="number", comparator="=",
            )
        )  # fmt: skip
        position = end + 1
    parts[-1] = replace(parts[-1], end=value.end, number_end=value.number_end)
    return parts


def split_among(values: Sequence[Quantity], count: int) -> list[Quantity] | None:
    """Read "AST/ALT 45/60 U/L" as one value for each of ``count`` names; None where it is no such list.

    Two numbers behind three names or more belong to the last two.
    """
    if len(values) != 1 or values[0].form not in ("fraction", "list") or count < 2:
        return None
    parts = split_fraction(values[0])
    return parts if len(parts) in (2, count) else None
