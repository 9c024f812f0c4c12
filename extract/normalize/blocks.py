"""The normalised text and the blocks (headings, paragraphs, captions, table rows) it consists of."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum

from extract.normalize.aligned import AlignedText
from extract.normalize.citations import Citation


class BlockKind(StrEnum):
    """What one line of the normalised text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    CAPTION = "caption"
    TABLE = "table"
    """One table row, its cells separated by TAB."""


@dataclass(frozen=True, slots=True)
class Block:
    """One line of the normalised text, without its line end."""

    kind: BlockKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class NormalizedText:
    """The text that the language stage reads.

    One block per line, joined by a newline: the body's blocks in order, then the captions, each
    followed by the rows of its table.
    """

    aligned: AlignedText
    blocks: tuple[Block, ...]
    warnings: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    """Citation marks that were glued to words and are not in ``text``, by position."""
    body_blocks: int | None = None
    """How many blocks the body has; what follows are captions and their tables."""

    @property
    def text(self) -> str:
        """The normalised text."""
        return self.aligned.text

    def source_span(self, start: int, end: int) -> tuple[int, int]:
        """Return the offsets in ``SourceText.text`` that cover ``text[start:end]``."""
        return self.aligned.source_span(start, end)

    def block_text(self, block: Block) -> str:
        """Return the text of ``block``."""
        return self.text[block.start : block.end]

    def text_with_citations(self, block: Block) -> str:
        """Return the text of ``block`` with the citation marks where the source has them."""
        parts = []
        done = block.start
        first = bisect_left(self.citations, block.start, key=lambda c: c.position)
        for citation in self.citations[first:]:
            if citation.position > block.end:
                break
            parts += [self.text[done : citation.position], citation.mark]
            done = citation.position
        return "".join([*parts, self.text[done : block.end]])
