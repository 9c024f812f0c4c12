"""The normalisation stage: SourceText in, NormalizedText out."""

from __future__ import annotations

from extract.normalize.aligned import AlignedText
from extract.normalize.blocks import Block, BlockKind, NormalizedText
from extract.sources.model import SourceText


def normalize(source: SourceText) -> NormalizedText:
    """Return the source's text as one block per line, each character mapped to the source."""
    aligned = AlignedText.from_source(source.text)
    blocks = []
    start = 0
    for line in aligned.text.split("\n"):
        kind = BlockKind.TABLE if "\t" in line else BlockKind.PARAGRAPH
        blocks.append(Block(kind, start, start + len(line)))
        start += len(line) + 1
    return NormalizedText(aligned, tuple(blocks), source.warnings)
