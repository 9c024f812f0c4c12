"""What the JATS and the HTML reader share: inline text, tables as TAB rows, one block per line."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from extract.sources.model import SourceText
from extract.sources.text import damage_warnings

Element = etree._Element

_BLANKS = re.compile(r"\s+")
_SUPERSCRIPTS = str.maketrans("0123456789+-−–", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻")
_RAISABLE = re.compile(r"[0-9]{0,2}[+\-−–]?[0-9]{0,2}")
_WIDEST = 200


def local_name(element: Element) -> str:
    """Return the tag in lower case without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rsplit("}", 1)[-1].lower() if isinstance(tag, str) else ""


def entity_text(element: Element) -> str:
    """Return what a reference to an entity stands for: only the named characters of HTML, never a DTD's."""
    return html.unescape(element.text or "") if element.tag is etree.Entity else ""


def collapse(text: str) -> str:
    """Return ``text`` on one line with single blanks."""
    return _BLANKS.sub(" ", text).strip()


def all_text(element: Element) -> str:
    """Return all text inside ``element``."""
    return "".join(str(part) for part in element.itertext())


def raised(text: str) -> str:
    """Return a superscript as Unicode superscript where it is a short power or charge ("10⁹", "Ca²⁺")."""
    plain = text.strip()
    return plain.translate(_SUPERSCRIPTS) if plain and _RAISABLE.fullmatch(plain) else text


class LineWriter:
    """Collects blocks, one line each."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def block(self, text: str) -> None:
        """Add a paragraph, heading or caption."""
        line = collapse(text)
        if line:
            self._lines.append(line)

    def row(self, cells: list[str]) -> None:
        """Add a table row; an empty one is left out."""
        line = "\t".join(collapse(cell) for cell in cells)
        if line.strip():
            self._lines.append(line if "\t" in line else line + "\t")

    def text(self) -> str:
        """Return all lines, with a newline after each."""
        return "".join(line + "\n" for line in self._lines)


def table_rows(table: Element, cell_text: dict[Element, str]) -> Iterator[list[str]]:
    """Yield the rows of an XHTML table, merged cells repeated in every row and column they span.

    ``cell_text`` holds the text of each ``td`` and ``th``.
    """
    pending: dict[int, tuple[int, str]] = {}
    for row in (e for e in table.iter() if local_name(e) == "tr"):
        cells: list[str] = []
        for cell in (c for c in row if local_name(c) in ("td", "th")):
            _fill(cells, pending)
            text, down = cell_text.get(cell, ""), _span(cell, "rowspan")
            for _ in range(_span(cell, "colspan")):
                if down > 1:
                    pending[len(cells)] = (down - 1, text)
                cells.append(text)
        _fill(cells, pending)
        yield cells


def _fill(cells: list[str], pending: dict[int, tuple[int, str]]) -> None:
    """Append the cells that reach down from the rows above into the next columns."""
    while len(cells) in pending and len(cells) < _WIDEST:
        left, text = pending.pop(len(cells))
        if left > 1:
            pending[len(cells)] = (left - 1, text)
        cells.append(text)


def _span(cell: Element, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(max(int(value), 1), _WIDEST) if value.isdecimal() else 1


def flowed_source(
    path: Path,
    article_id: str,
    format: str,
    encoding: str,
    data: bytes,
    text: str,
    metadata: Mapping[str, str],
) -> SourceText:
    """Return the source of a marked-up file: ``data`` are its bytes, ``text`` its blocks, one a line."""
    return SourceText(
        article_id=article_id,
        path=path,
        format=format,
        encoding=encoding,
        sha256=hashlib.sha256(data).hexdigest(),
        text=text,
        metadata=metadata,
        warnings=damage_warnings(text),
        flowed=True,
    )
