"""The reader of HTML pages: publishers' full texts and saved web pages."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree
from lxml import html as lxml_html

from extract.sources.encoding import decode
from extract.sources.markup import (
    Element,
    LineWriter,
    all_text,
    collapse,
    entity_text,
    flowed_source,
    local_name,
    raised,
    table_rows,
)
from extract.sources.metadata import own_doi
from extract.sources.model import SourceError, SourceText
from extract.sources.text import read_bytes

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_-]{2,30})", re.IGNORECASE)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DROPPED = frozenset(
    {
        *("script", "style", "template", "noscript", "head", "nav", "header", "footer", "aside", "iframe"),
        *("form", "button", "select", "svg", "object", "video", "audio"),
    }
)
_INLINE = frozenset(
    {
        *("a", "abbr", "acronym", "b", "bdi", "big", "br", "cite", "code", "del", "dfn", "em", "font", "i"),
        *("img", "ins", "kbd", "label", "mark", "math", "mi", "mn", "mo", "mrow", "msub", "msup", "q", "s"),
        *("samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"),
    }
)
_META = {
    "title": ("citation_title", "dc.title", "og:title"),
    "doi": ("citation_doi", "dc.identifier", "prism.doi"),
    "pmid": ("citation_pmid",),
    "journal": ("citation_journal_title", "prism.publicationname", "dc.source"),
    "year": (
        "citation_publication_date",
        "citation_date",
        "citation_year",
        "citation_online_date",
        "dc.date",
    ),
}
_YEAR = re.compile(r"\b(?:19|20)\d{2}\b")


def read_html(path: Path, article_id: str) -> SourceText:
    """Read an HTML page: the main part's headings, paragraphs, captions and tables (TAB rows).

    Scripts, menus, page heads and feet are left out.

    Raises
    ------
    SourceError
        The file cannot be parsed or shows no text.
    """
    data = read_bytes(path)
    markup, encoding = _decode(path, data)
    try:
        root = lxml_html.document_fromstring(_DECLARATION.sub("", markup).replace("\0", ""))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise SourceError(path, f"not an HTML page: {error}", "save the page again as HTML") from None
    writer = LineWriter()
    _Walker(writer).blocks(_main_part(root))
    text = writer.text()
    if not text:
        raise SourceError(path, "the page shows no text", "save the article's page, not a frame or a script")
    return flowed_source(path, article_id, "html", encoding, data, text, _metadata(root))


def _decode(path: Path, data: bytes) -> tuple[str, str]:
    """Decode by byte-order mark or UTF-8, else by the page's own declaration, else by plausibility."""
    decoded = decode(data)
    if decoded is None:
        raise SourceError(path, "not an HTML page (binary data)", "give the file its true extension")
    declared = _CHARSET.search(data[:4096])
    if declared is None or decoded.encoding.startswith("utf"):
        return decoded.text, decoded.encoding
    name = declared.group(1).decode("ascii")
    try:
        return data.decode(name), name.lower()
    except (LookupError, UnicodeDecodeError):
        return decoded.text, decoded.encoding


def _main_part(root: Element) -> Element:
    """Return the article's element: ``article``, ``main`` or what plays that role, else the body."""
    articles = [e for e in root.iter() if local_name(e) == "article"]
    if len(articles) == 1:
        return articles[0]
    for element in root.iter():
        if local_name(element) == "main" or element.get("role") == "main":
            return element
    body = next((e for e in root.iter() if local_name(e) == "body"), None)
    return root if body is None else body


def _metadata(root: Element) -> dict[str, str]:
    values: dict[str, str] = {}
    for element in root.iter():
        if local_name(element) == "meta":
            name = (element.get("name") or element.get("property") or "").lower()
            values.setdefault(name, collapse(element.get("content") or ""))
    found = {}
    for field, names in _META.items():
        value = next((values[n] for n in names if values.get(n)), "")
        if field == "doi":
            value = own_doi(value) or ""
        elif field == "year":
            match = _YEAR.search(value)
            value = match.group() if match else ""
        if value:
            found[field] = value
    title = next((e for e in root.iter() if local_name(e) == "title"), None)
    if "title" not in found and title is not None and (title.text or "").strip():
        found["title"] = collapse(title.text or "")
    return found


class _Walker:
    """Writes an element's blocks: inline content up to the next block element is one paragraph."""

    def __init__(self, writer: LineWriter) -> None:
        self._writer = writer
        self._parts: list[str] = []

    def blocks(self, element: Element) -> None:
        """Write all blocks of ``element``."""
        self._walk(element)
        self._flush()

    def _flush(self) -> None:
        self._writer.block("".join(self._parts))
        self._parts = []

    def _walk(self, element: Element) -> None:
        self._parts.append(element.text or "")
        for child in element:
            self._child(child)
            self._parts.append(child.tail or "")

    def _child(self, child: Element) -> None:
        name = local_name(child)
        if not name:
            self._parts.append(entity_text(child))
        elif name == "br":
            self._parts.append(" ")
        elif name == "sup":
            text = all_text(child)
            cites = any(local_name(e) == "a" for e in child)
            self._parts.append(f"[{text.strip('[] ')}]" if cites and text.strip() else raised(text))
        elif name == "table":
            self._flush()
            self._table(child)
        elif name in _INLINE:
            self._walk(child)
        elif name not in _DROPPED and child.get("aria-hidden") != "true" and child.get("hidden") is None:
            self._flush()
            self._walk(child)
            self._flush()

    def _table(self, table: Element) -> None:
        for caption in (e for e in table if local_name(e) == "caption"):
            self._writer.block(all_text(caption))
        cells = {e: _cell_text(e) for e in table.iter() if local_name(e) in ("td", "th")}
        for row in table_rows(table, cells):
            self._writer.row(row)


def _cell_text(cell: Element) -> str:
    """Return a cell's text with powers raised and blocks separated by blanks."""
    parts = [cell.text or ""]
    for child in cell:
        name = local_name(child)
        if name == "sup":
            parts.append(raised(all_text(child)))
        elif name and name not in _DROPPED:
            text = _cell_text(child)
            parts.append(text if name in _INLINE and name != "br" else f" {text} ")
        parts.append(child.tail or "")
    return "".join(parts)
