"""The normalised text as a plain text file."""

from __future__ import annotations

from extract.normalize.blocks import NormalizedText
from extract.normalize.lines import CAPTION_MARK


def write_normalized(normalized: NormalizedText) -> str:
    """Return the body's blocks one per line and, where there are any, a mark line and the captions.

    Each caption is followed by the rows of its table. Citation marks stand where the source has them.
    """
    count = len(normalized.blocks) if normalized.body_blocks is None else normalized.body_blocks
    lines = [normalized.text_with_citations(block) for block in normalized.blocks]
    body, captions = lines[:count], lines[count:]
    if captions:
        body += [CAPTION_MARK, *captions]
    return "\n".join(body) + "\n" if body else ""
