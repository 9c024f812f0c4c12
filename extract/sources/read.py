"""Picks the reader for a file by its extension."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from extract.sources.html import read_html
from extract.sources.jats import read_jats
from extract.sources.model import SourceError, SourceText
from extract.sources.pdf import read_pdf
from extract.sources.text import read_text

Reader = Callable[[Path, str], SourceText]

READERS: Mapping[str, Reader] = {
    ".txt": read_text,
    ".text": read_text,
    ".xml": read_jats,
    ".nxml": read_jats,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".pdf": read_pdf,
}
"""Lower-case extension to reader."""


def read_source(path: Path, article_id: str) -> SourceText:
    """Read one article.

    Raises
    ------
    SourceError
        The extension is unknown, or the file cannot be read as what its extension says.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(READERS))
        kind = path.suffix or "no extension"
        raise SourceError(path, f"unknown kind of file ({kind})", f"casetab reads {known}")
    return reader(path, article_id)
