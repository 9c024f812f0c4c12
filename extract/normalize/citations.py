"""Superscript citation marks that conversion glued to words: "reports1-8." """

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from extract.normalize.aligned import AlignedText
from extract.normalize.vocabulary import layout_words

_MARK = re.compile(
    r"(?<=[A-Za-z.,;)\]”’\"%])"
    r"(?:\d{1,3}(?:[-–,]\d{1,3}){0,40}|[⁰¹²³⁴-⁹](?:[⁻⁰¹²³⁴-⁹,–-]*[⁰¹²³⁴-⁹])?)(?=[\s.,;:)\]]|$)",
    re.MULTILINE,
)
_NUMBER = re.compile(r"\d+")
_BEFORE = 32
# The word that a mark follows: at least three lower-case letters, a unit after a slash, or "et al".
_WORD_BEFORE = re.compile(
    r"(?:(?<![A-Za-z\d./_])[A-Z]?(?P<word>[a-z]{3,})|/(?P<unit>[a-zA-Zµμ]{1,4})|\bet al|[)\]”’\"])$"
)
# Before a mark that stands behind punctuation any word will do, but no number and no abbreviation.
_CLAUSE_BEFORE = re.compile(r"(?:(?P<word>[A-Za-z]{2,})|[)\]”’\"%]|\bet al\.)[.,;]$")
_PERCENT_BEFORE = re.compile(r"\d\s?%$")
_FEWEST = 3
_HIGHEST = 400


@dataclass(frozen=True, slots=True)
class Citation:
    """A citation mark taken out of the normalised text: where it stood, and what it was."""

    position: int
    mark: str


def lift_citations(
    aligned: AlignedText, skipped: Sequence[tuple[int, int]]
) -> tuple[AlignedText, tuple[Citation, ...]]:
    """Return the text without the citation marks glued to its words, and the marks.

    They go because later stages would read them as values ("CRP3") or miss the word they are glued
    to. Only where the document uses them throughout: at least three, starting low, with new numbers
    mostly in rising order. A mark behind a number ("in 20195") cannot be told and stays, and so do
    bracketed marks. ``skipped``: sorted stretches to leave alone (table rows).
    """
    text = aligned.text
    found = [m for m in _MARK.finditer(text) if _is_mark(text, m)]
    spans = _outside([m.span() for m in found], skipped)
    if not _is_series([text[a:b] for a, b in spans]):
        return aligned, ()
    citations = []
    removed = 0
    for start, end in spans:
        citations.append(Citation(start - removed, text[start:end]))
        removed += end - start
    return aligned.delete(spans), tuple(citations)


def _outside(spans: list[tuple[int, int]], skipped: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the spans that start in none of the sorted stretches ``skipped``."""
    result = []
    place = 0
    for start, end in spans:
        while place < len(skipped) and skipped[place][1] <= start:
            place += 1
        if place == len(skipped) or start < skipped[place][0]:
            result.append((start, end))
    return result


def _is_mark(text: str, match: re.Match[str]) -> bool:
    """Tell by the word before it whether a number can be a citation mark."""
    before = text[max(0, match.start() - _BEFORE) : match.start()]
    clause = _CLAUSE_BEFORE.search(before)
    if clause is not None:
        word = clause.group("word")
        return word is None or word.lower() not in layout_words("numbered")
    if _PERCENT_BEFORE.search(before):
        return True
    found = _WORD_BEFORE.search(before)
    if found is None:
        return False
    if found.group("unit"):
        return found.group("unit").lower() in layout_words("unit")
    word = found.group("word")
    return word is None or word not in layout_words("numbered")


def _is_series(marks: list[str]) -> bool:
    """Tell whether the marks are the citations of one article, in the order of first mention."""
    firsts = [int(_NUMBER.search(_plain(m)).group()) for m in marks]  # type: ignore[union-attr]
    if len(firsts) < _FEWEST or min(firsts) > 3 or max(firsts) > _HIGHEST:
        return False
    rising = new = 0
    seen: set[int] = set()
    highest = 0
    for mark, first in zip(marks, firsts, strict=True):
        if first not in seen:
            new += 1
            rising += first > highest
        numbers = [int(n) for n in _NUMBER.findall(_plain(mark))]
        seen.update(numbers)
        if "-" in mark or "–" in mark:
            seen.update(range(min(numbers), min(max(numbers), _HIGHEST) + 1))
        highest = max(highest, *numbers)
    return rising >= 0.6 * new


def _plain(mark: str) -> str:
    return mark.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789"))
