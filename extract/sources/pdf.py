"""The reader of PDF files: text with positions, in reading order over columns."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pypdfium2 as pdfium

from extract.sources.metadata import find_metadata
from extract.sources.model import SourceError, SourceText
from extract.sources.pdf_layout import Segment, page_text
from extract.sources.text import damage_warnings, read_bytes

Box = tuple[float, float, float, float]
Glyph = tuple[str, Box]

_LEAST_CHARACTERS = 20
# A run of characters is cut where the gap to the next is wider than this many line heights; the
# blanks of justified lines in narrow columns stay below.
_CELL_GAP = 1.5
_LEAST_HEIGHT = 5.0
_NEAR = 12


def read_pdf(path: Path, article_id: str) -> SourceText:
    """Read a PDF's text: columns one after the other, table cells separated by TAB, pages by form feed.

    Raises
    ------
    SourceError
        The file is damaged, needs a password, or has no text because its pages are images.
    """
    data = read_bytes(path)
    pages = _pages(path, data)
    text = "\f".join(pages)
    if sum(not c.isspace() for c in text) < _LEAST_CHARACTERS:
        raise SourceError(
            path, "its pages are images without text", "run OCR first, for example ocrmypdf IN.pdf OUT.pdf"
        )
    starts, position = [], 0
    for page in pages:
        starts.append(position)
        position += len(page) + 1
    bare = [n for n, page in enumerate(pages, 1) if not page.strip()]
    warnings = (f"no text on page {', '.join(map(str, bare))} (an image?)",) if bare else ()
    return SourceText(
        article_id=article_id,
        path=path,
        format="pdf",
        encoding="utf-8",
        sha256=hashlib.sha256(data).hexdigest(),
        text=text,
        metadata=find_metadata(text),
        warnings=warnings + damage_warnings(text),
        page_starts=tuple(starts),
    )


def _pages(path: Path, data: bytes) -> list[str]:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        hint = "remove the password" if "password" in str(error).lower() else "download the file again"
        raise SourceError(path, f"not a readable PDF: {error}", hint) from None
    try:
        return [_page(document[number]) for number in range(len(document))]
    except pdfium.PdfiumError as error:
        raise SourceError(path, f"a page cannot be read: {error}", "print the file to a new PDF") from None
    finally:
        document.close()


def _page(page: pdfium.PdfPage) -> str:
    textpage = page.get_textpage()
    try:
        return page_text(_segments(textpage), page.get_height())
    finally:
        textpage.close()
        page.close()


def _segments(textpage: pdfium.PdfTextPage) -> list[Segment]:
    """Return the page's runs of text: a line or, where gaps split it, a part of one."""
    found: list[Segment] = []
    run: list[Glyph] = []
    for index in range(textpage.count_chars()):
        char = textpage.get_text_range(index, 1)
        if char in ("\r", "\n", ""):
            _close(run, found)
            run = []
            continue
        box = textpage.get_charbox(index)
        if run and not char.isspace() and _is_apart(run, box):
            _close(run, found)
            run = []
        run.append((char, box))
    _close(run, found)
    return found


def _is_apart(run: list[Glyph], box: Box) -> bool:
    """Tell whether a character stands a column's or cell's gap behind the run, or on another line."""
    inked = [b for c, b in run[-_NEAR:] if not c.isspace()]
    if not inked:
        return False
    left, _, right, _ = inked[-1]
    bottom, top = min(b[1] for b in inked), max(b[3] for b in inked)
    height = max(top - bottom, _LEAST_HEIGHT)
    aside = box[0] - right > _CELL_GAP * height or box[2] < left - height
    return aside or box[1] > top + height or box[3] < bottom - height


def _close(run: list[Glyph], found: list[Segment]) -> None:
    text = "".join(c for c, _ in run)
    inked = [b for c, b in run if not c.isspace()]
    if not inked or not text.strip():
        return
    found.append(
        Segment(
            text=text.strip(),
            left=min(b[0] for b in inked),
            right=max(b[2] for b in inked),
            bottom=min(b[1] for b in inked),
            top=max(b[3] for b in inked),
        )
    )
