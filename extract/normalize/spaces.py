"""Blanks: runs of them, those around a table's cells, and what an export glued to the text's start."""

from __future__ import annotations

import re

from extract.normalize.aligned import AlignedText, Edit

_RUNS = re.compile(r" {2,}| +(?=\t)|(?<=\t) +|\u00ad")
# PubMed Central's plain text begins with the name of the format, glued to the first word.
_EXPORT_MARK = re.compile(r"pmc(?:\s+|(?=\d?\.?\s?[A-Z]))")


def tidy_spaces(aligned: AlignedText) -> AlignedText:
    """Return the text with single blanks, none beside a TAB, and no soft hyphens."""
    edits: list[Edit] = []
    for match in _RUNS.finditer(aligned.text):
        start, end = match.span()
        single = match.group()[0] == " " and not _beside_tab(aligned.text, start, end)
        edits.append((start, end, " " if single else ""))
    return aligned.edit(edits)


def _beside_tab(text: str, start: int, end: int) -> bool:
    return text[end : end + 1] == "\t" or (start > 0 and text[start - 1] == "\t")


def drop_export_mark(aligned: AlignedText) -> AlignedText:
    """Return the text without the "pmc" that PubMed Central's export puts before the first word."""
    mark = _EXPORT_MARK.match(aligned.text)
    return aligned.delete([mark.span()]) if mark else aligned
