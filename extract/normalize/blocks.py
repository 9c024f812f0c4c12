"""The normalised text and the blocks (headings, paragraphs, captions, table rows) it consists of."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from extract.normalize.aligned import AlignedText


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
