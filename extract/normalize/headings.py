"""Section headings: known ones (rules/sections.tsv) and lines that have a heading's shape."""

from __future__ import annotations

import re
from functools import cache

from extract.normalize.lines import ends_open, is_bullet, starts_lower
from extract.normalize.vocabulary import layout_words
from extract.rules.locate import builtin_rules
from extract.rules.tsv import read_table

_LONGEST = 90
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}(?:\.\d{1,2}){0,3}[.)]?|[IVX]{1,5}[.)]|[A-Z][.)])\s*(?=[A-Z])")
_CASE_NUMBER = re.compile(r"\b(case|patient|part|appendix)\s+(?:no\.?\s*)?(?:\d{1,3}|[ivx]{1,4}|[a-z])\b.*$")
_SPACES = re.compile(r"[\s\-/]+")
_LETTERS = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_VALUE = re.compile(r"\d\s*(?:%|mg|g|ml|mm|cm|/|°|U\b|IU\b)|[<>=±×:;]\s*\d|\d\.\d")


@cache
def known_headings() -> frozenset[str]:
    """Return the folded headings of rules/sections.tsv."""
    rows = read_table(builtin_rules() / "sections.tsv", ("heading", "section"))
    return frozenset(fold_heading(row["heading"]) for row in rows)


def fold_heading(line: str) -> str:
    """Return a heading without numbering, final mark, case, hyphens and a case's number."""
    plain = _NUMBERING.sub("", line).strip().rstrip(".:—–- ").casefold()
    return _SPACES.sub(" ", _CASE_NUMBER.sub(r"\1", plain)).replace("&", "and").strip()


def is_known_heading(line: str) -> bool:
    """Tell whether the whole line is one of the known headings."""
    return 2 < len(line) <= _LONGEST and not starts_lower(line) and fold_heading(line) in known_headings()


def has_heading_shape(line: str) -> bool:
    """Tell whether the line looks like a heading: short, capitalised, no final mark, no values.

    In title case or capitals throughout, or of at most six words.
    """
    if len(line) > _LONGEST or len(line) < 3 or line[-1] in ".,;:!?…" or is_bullet(line) or ends_open(line):
        return False
    body = _NUMBERING.sub("", line).strip()
    words = _LETTERS.findall(body)
    if not words or not body[0].isupper() or _VALUE.search(body):
        return False
    small = layout_words("title_small")
    capitals = all(w[0].isupper() or w in small for w in words)
    return len(words) <= 14 if capitals else len(words) <= 6 and not any(c.isdigit() for c in body)
