"""What a reader hands on: the decoded text of one article and what is known about its file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from extract.errors import CasetabError


@dataclass(frozen=True, slots=True)
class SourceText:
    """One article as decoded from its file.

    Offsets of every extracted row are Unicode code points in ``text``.
    """

    article_id: str
    path: Path
    format: str
    """``txt``, ``xml``, ``html`` or ``pdf``."""
    encoding: str
    """The encoding found, e.g. ``utf-8``, ``cp1252``, ``utf-16-le``."""
    sha256: str
    """Hexadecimal digest of the file's bytes."""
    text: str
    """The decoded text: line ends untouched, a byte-order mark left out."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """``title``, ``doi``, ``pmid``, ``journal``, ``year``, those that are known."""
    warnings: tuple[str, ...] = ()
    flowed: bool = False
    """True: one paragraph, heading, caption or table row per line already (JATS, HTML).
    False: lines may be the lines of a page's columns (text files, PDF)."""
    page_starts: tuple[int, ...] = ()
    """PDF only: offset of each page's first character."""

    def page_of(self, offset: int) -> int | None:
        """Return the page number (from 1) that holds ``offset``; None where pages are unknown."""
        from bisect import bisect_right

        return max(1, bisect_right(self.page_starts, offset)) if self.page_starts else None


class SourceError(CasetabError):
    """A file that cannot be read as an article; says what is wrong and what to do next."""

    def __init__(self, path: Path, message: str, hint: str = "") -> None:
        super().__init__(f"{path.name}: {message}" + (f" ({hint})" if hint else ""))
        self.path = path
        self.message = message
        self.hint = hint

    def __reduce__(self) -> tuple[type[SourceError], tuple[Path, str, str]]:
        """Make the error travel between processes with its parts."""
        return (type(self), (self.path, self.message, self.hint))
