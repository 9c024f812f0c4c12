"""Minus signs of numbers: where a hyphen or dash before a number is its sign."""

from __future__ import annotations

import re

_SIGNED = re.compile(
    r"(?:\breference|\brange|\bof|\bwas|\bto|\bat|\bexcess|\bBE|\bscore|[:=(\t])[^\S\n]*$|\(BE\)\s*$|^$", re.I
)
_EXCESS = re.compile(r"\b(?:base excess|BE)\b[^\n.;]{0,24}$", re.I)
_APART = re.compile(r"(?:\bof|\bwas|\bat|\bto|\bis|\bexcess|\bBE|\(BE\)|[:=(\t])[^\S\t\n]*([-−–])[^\S\t\n]$", re.I)
_ROW_NAME = re.compile(r"[^\t\n]{0,40}\b(?:base excess|BE)\b[^\t\n]*\t", re.I)
_ROW = 400  # characters of a table's row before a cell
_DASHED = re.compile(r"[A-Za-z0-9)]\s[-−–]\s?\d")  # "pH - 7.31": the dash parts names and values


def is_negative(text: str, start: int) -> bool:
    """Tell whether a minus sign stands before a number: "base excess of −11.6", not "12 - 15" or "CRP - 12"."""
    if start < 2 or text[start - 1] not in "-−–" or not (text[start - 2].isspace() or text[start - 2] in "(:=["):
        return False
    return text[start - 1] == "−" or bool(_SIGNED.search(text[max(0, start - 12) : start - 1]))


def sign_apart(text: str, start: int) -> int:
    """Return the place of a minus sign set apart from a base excess ("base excess - 3.7"); -1 where none is."""
    if start < 3 or text[start - 2] not in "-−–" or not text[start - 1].isspace():
        return -1
    if text[start - 3] == "\t":  # a cell of a table's row of base excesses
        line = text.rfind("\n", max(0, start - _ROW), start) + 1
        return start - 2 if _ROW_NAME.match(text, line) else -1
    lead = text[max(0, start - 40) : start]
    if not _APART.search(lead) or not _EXCESS.search(lead):
        return -1
    if _DASHED.search(text[max(0, start - 100) : start - 2].rpartition("\n")[2]):
        return -1
    return start - 2
