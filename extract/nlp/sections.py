"""Which section of the article a block belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extract.nlp.model import Block, BlockKind
from extract.rules.fold import fold_key
from extract.rules.load import RuleSet

_NUMBERING = re.compile(r"^\W*(?:(?:\d+(?:\.\d+)*|[IVX]+|[A-Z])[.):]?\s+(?=\S))?")
_RUN_IN = re.compile(r"^\W*([A-Z][A-Za-z /&-]{2,40}?)\s*(?:[:—–]\s|\.\s+(?=[A-Z]))")
_NEW_PATIENT = re.compile(
    r"^\W*(?:\d+(?:\.\d+)*\.?\s+)?(?:case|patient|proband|twin)s?\s+(?:no\.?\s*|number\s+|report\s+|presentation\s+)?"
    r"(?:\d{1,2}|[IVX]{1,4}|[A-H]|one|two|three|four|five)\b(?!\s*(?:of|in|was|with)\s+\d)",
    re.IGNORECASE,
)
_REVIEWING = frozenset(("discussion", "review", "literature", "similar", "summary", "comparison", "implication"))
_LONGEST = 100
_AFTER_CASE = ("discussion", "conclusion", "other", "references")
_ABSTRACT = frozenset(("abstract", "summary"))
_OPENING = frozenset(("case", "patient", "vignette", "observation", "proband"))
"""Only a heading with one of these words opens a case section again after the discussion: "Treatment" there
is a part of the discussion."""


class SectionFinder:
    """Assigns sections by headings (rules/sections.tsv), run-in headings and block kinds."""

    def __init__(self, rules: RuleSet) -> None:
        self._sections = {fold_key(row["heading"]): row["section"] for row in rules.tables.get("sections.tsv", [])}

    def section_of(self, heading: str) -> str | None:
        """Return the section that a heading opens; None where the heading says nothing of it."""
        plain = _NUMBERING.sub("", heading, count=1).strip().rstrip(":.")
        key = fold_key(plain)
        if key in self._sections:
            return self._sections[key]
        if _NEW_PATIENT.match(heading):
            return "case"
        for size in range(min(len(key) - 1, 4), 0, -1):  # "Case report of a rare cough", "Discussion of the case"
            if key[:size] in self._sections and len(key) <= 12:
                return self._sections[key[:size]]
        return None

    def assign(self, text: str, found: Iterable[Block]) -> Iterator[tuple[Block, str]]:
        """Yield each block with its section, in order.

        The section is "" before the first heading, in articles without headings, and, where no heading opens the
        case, in the introduction: there the text itself must tell where the patient's story begins.
        """
        sections = list(self._by_headings(text, found))
        has_case = any(section == "case" for _, section in sections)
        for block, section in sections:
            yield block, "" if section == "introduction" and not has_case else section

    def _by_headings(self, text: str, found: Iterable[Block]) -> Iterator[tuple[Block, str]]:
        current = ""
        opening = False  # the block before was a heading that opened a section
        for index, block in enumerate(found):
            line = text[block.start : block.end]
            if block.kind is BlockKind.CAPTION:
                yield block, "caption"
                continue
            if block.kind is BlockKind.TABLE:
                yield block, current if current == "references" else "table"
                continue
            opened, stays = self._opened(line, block.kind, current)
            if opening and opened == "case" and current == "discussion" and "observation" in fold_key(line):
                opened = None  # "Observations" directly under "Discussion" are what the authors discuss
            opening = opened is not None and block.kind is BlockKind.HEADING
            if opened is None and index == 0 and not current and block.kind is BlockKind.HEADING:
                yield block, "title"
                continue
            before, current = current, opened or current
            yield block, current or ("other" if block.kind is BlockKind.HEADING else "")
            current = current if stays else before

    def _opened(self, line: str, kind: BlockKind, current: str) -> tuple[str | None, bool]:
        """Return the section that the line opens, None where it opens none, and whether later blocks stay in it."""
        run_in = ""
        heading = line if kind is BlockKind.HEADING else self._plain_heading(line)
        if not heading:
            heading = run_in = self._run_in(line)
        if not heading:
            return None, True
        section = self.section_of(heading)
        if section == "abstract" and current == "introduction" and "case" in fold_key(heading):
            return "case", True  # "Case summary" after the introduction is the case itself
        if section == "abstract" and current == "discussion" and not _ABSTRACT & set(fold_key(heading)):
            return "conclusion", True  # "Lessons", "Learning points" after the discussion
        if section == "case" and current in _AFTER_CASE and not _reopens(heading):
            return None, True
        if current == "references" and section not in ("case", "other", "abstract"):
            return None, True
        return section, not (run_in and section == "other")  # "Note: ..." under a table opens nothing

    def _plain_heading(self, line: str) -> str:
        """Return the line where it is a known heading that normalisation took for a paragraph; "" otherwise."""
        if len(line) > _LONGEST or line.rstrip().endswith((".", ",", ";")):
            return ""
        plain = _NUMBERING.sub("", line, count=1).strip().rstrip(":")
        return line if fold_key(plain) in self._sections or (len(line) < 40 and _NEW_PATIENT.match(line)) else ""

    def _run_in(self, line: str) -> str:
        """Return the heading that begins the line ("Discussion: ..."); "" where there is none."""
        patient = _NEW_PATIENT.match(line)
        if patient is not None and line[patient.end() : patient.end() + 2].strip()[:1] in (
            ":",
            ".",
            "-",
            "–",
            "—",
        ):
            return patient.group()
        match = _RUN_IN.match(line[:60])
        return match.group(1) if match is not None and fold_key(match.group(1)) in self._sections else ""


def _reopens(heading: str) -> bool:
    key = set(fold_key(heading))
    return bool(key & _OPENING) and not key & _REVIEWING


__all__ = ["SectionFinder"]
