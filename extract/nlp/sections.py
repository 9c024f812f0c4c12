"""Which section of the article a block belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from extract.nlp.model import Block, BlockKind
from extract.rules.fold import fold_key
from extract.rules.load import RuleSet

_NUMBERING = re.compile(r"^\s*(?:\d+(?:\.\d+)*|[IVX]+|[A-Z])[.):]?\s+(?=\S)")
_RUN_IN = re.compile(r"^\s*([A-Z][A-Za-z /&-]{2,40}?)\s*[:.—–]\s")
_TITLE_WORDS = 40
_STICKY = ("references",)


class SectionFinder:
    """Assigns sections by headings (rules/sections.tsv), run-in headings and block kinds."""

    def __init__(self, rules: RuleSet) -> None:
        self._sections = {
            fold_key(row["heading"]): row["section"] for row in rules.tables.get("sections.tsv", [])
        }

    def section_of(self, heading: str) -> str | None:
        """Return the section that a heading opens; None where the heading says nothing of it."""
        plain = _NUMBERING.sub("", heading).strip().rstrip(":.")
        key = fold_key(plain)
        if key in self._sections:
            return self._sections[key]
        for size in range(min(len(key) - 1, 4), 0, -1):  # "Case 1: an unusual cough", "Discussion of the case"
            if key[:size] in self._sections and len(key) <= 12:
                return self._sections[key[:size]]
        return None

    def assign(self, text: str, found: Iterable[Block]) -> Iterator[tuple[Block, str]]:
        """Yield each block with its section, in order."""
        current = ""
        for index, block in enumerate(found):
            line = text[block.start : block.end]
            if block.kind is BlockKind.CAPTION:
                yield block, "caption"
                continue
            if block.kind is BlockKind.TABLE:
                yield block, current if current in _STICKY else "table"
                continue
            if block.kind is BlockKind.HEADING:
                section = self.section_of(line)
                if section is not None:
                    current = section
                elif index == 0 and not current:
                    yield block, "title"
                    continue
                yield block, current or "other"
                continue
            run_in = _RUN_IN.match(line)
            if run_in is not None:
                current = self._sections.get(fold_key(run_in.group(1)), current)
            yield block, current


__all__ = ["SectionFinder"]
