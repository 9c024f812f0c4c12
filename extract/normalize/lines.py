"""Lines of a text with their offsets, and what the end and the start of a line say."""

from __future__ import annotations

import re
from dataclasses import dataclass

from extract.normalize.vocabulary import layout_words

LINE_BREAK = "\v"
"""Stands, between reflow and the hyphen repair, for the line end after a line-end hyphen."""

CAPTION_MARK = "== captions =="
"""The line after which a normalised text holds its captions."""

HYPHENS = "-\N{SOFT HYPHEN}"
_LONGEST_ROW = 160
_CLOSERS = "\"'”’»)]"
_SENTENCE_END = re.compile(
    r"[.!?…][\"'”’»)\]]*(?:\s?\[[\d,\s–-]+\]|\d{1,3}(?:[-–,]\d{1,3})*|[⁰¹²³⁴-⁹][⁰¹²³⁴-⁹⁻,–]*)?\.?[\"'”’»)\]]*$"
)
_ABBREVIATED = re.compile(
    r"\b(?:Figs?|vs|Dr|Mr|Mrs|Ms|Prof|et al|e\.g|i\.e|cf|approx|No|ca|resp|Eq|Refs?|Vol|pp?|spp?|var)\.$",
    re.IGNORECASE,
)
_BULLET = re.compile(r"\s*(?:[•▪◦●○■□‣∙·➢✓➔]|[-–*]\s+(?=[A-Z]))")
_MIXED_CASE = re.compile(r"[a-z]{1,3}[A-Z]")  # pH, rtPA, eGFR: begin a sentence as they are
# A cell of a table's row in plain text: a number, a range, a dash for what was not measured.
_CELL = re.compile(r"[<>≤≥~=]?\d[\d.,:]*(?:[-–]\d[\d.,]*)?%?[*†‡]?|[<>≤≥~=–—-]|to|NA|ND|N/A")
# A line that ends with one of these is never the end of a paragraph.
_OPEN_END = re.compile(
    r"(?:[,(\[/&=<>±×–-]|\b(?:a|an|and|or|the|of|in|on|at|by|to|for|from|with|without|was|were|is|are|be|been|has|have"
    r"|had|that|which|who|this|these|his|her|their|our|its|as|than|but|not|no|see|both|between|into|during|after"
    r"|before|we|due|et|Figs?\.?|Figures?|Tables?|Dr\.|vs\.))$"
)


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a text: ``texts[i]`` begins at offset ``starts[i]``; line ends are left out."""

    texts: list[str]
    starts: list[int]

    @classmethod
    def of(cls, text: str) -> Lines:
        """Split ``text`` at every newline."""
        texts = text.split("\n")
        starts = []
        position = 0
        for line in texts:
            starts.append(position)
            position += len(line) + 1
        return cls(texts, starts)

    def __len__(self) -> int:
        return len(self.texts)

    def end(self, index: int) -> int:
        """Return the offset of the end of line ``index``, its newline left out."""
        return self.starts[index] + len(self.texts[index])


def ends_sentence(line: str) -> bool:
    """Tell whether ``line`` (no blanks at its end) ends with a sentence's final mark."""
    tail = line[-48:]
    if not tail or (tail[-1] not in ".!?…" and tail[-1] not in _CLOSERS and not tail[-1].isdigit()):
        return False
    return _SENTENCE_END.search(tail) is not None and _ABBREVIATED.search(tail) is None


def ends_open(line: str) -> bool:
    """Tell whether ``line`` ends in the middle of a phrase: a comma, a bracket, a preposition."""
    return _OPEN_END.search(line[-24:]) is not None


def starts_lower(line: str) -> bool:
    """Tell whether the first letter or digit of ``line`` is a lower-case letter, of no name such as "pH"."""
    for place, char in enumerate(line[:4]):
        if char.isalnum():
            return char.islower() and _MIXED_CASE.match(line, place) is None
    return False


def starts_upper(line: str) -> bool:
    """Tell whether the first letter or digit of ``line`` is an upper-case letter."""
    for char in line[:4]:
        if char.isalnum():
            return char.isupper()
    return False


def starts_sentence(line: str) -> bool:
    """Tell whether ``line`` begins with a word that is capitalised only at a sentence's start ("However")."""
    word = line.split(None, 1)[0]
    return word.istitle() and word.rstrip(",").lower() in layout_words("starter")


def is_bullet(line: str) -> bool:
    """Tell whether ``line`` is an item of a bulleted list."""
    return _BULLET.match(line) is not None


def is_table_row(line: str) -> bool:
    """Tell whether ``line`` has cells: a TAB that is not indentation."""
    return "\t" in line and "\t" in line.strip()


def is_value_row(line: str) -> bool:
    """Tell whether ``line`` is a table's row whose cells only blanks separate: words, then at least two values."""
    if not line or len(line) > _LONGEST_ROW or not (line[-1].isdigit() or line[-1] in "%–—-*†‡AD"):
        return False
    words = line.split()
    cells = 0
    for word in reversed(words):
        if _CELL.fullmatch(word) is None:
            break
        cells += word != "to"
    return cells >= 2 and len(words) > cells and line[0].isalpha() and any(c.isdigit() for c in "".join(words[-cells:]))
