"""The reader of JATS and NLM XML, the format of PubMed Central's articles."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

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
from extract.sources.model import SourceError, SourceText
from extract.sources.text import read_bytes

_FLOATS = frozenset({"fig", "table-wrap", "fig-group", "table-wrap-group", "boxed-text", "supplementary-material"})
_BLOCKS = frozenset({"p", "list", "disp-quote", "def-list", "disp-formula", "verse-group", "speech"})
_SKIPPED = frozenset({"object-id", "label", "alt-text", "long-desc", "permissions", "tex-math", "graphic", "media"})


def read_jats(path: Path, article_id: str) -> SourceText:
    """Read a JATS article: title, abstract, sections, captions, tables as TAB rows, references.

    Entities of a document type are not expanded and nothing is fetched.

    Raises
    ------
    SourceError
        The file is not well-formed XML, too deeply nested, or holds no article.
    """
    data = read_bytes(path)
    article, encoding = _parse(path, data)
    reader = _Reader()
    reader.article(article)
    text = reader.writer.text()
    if not text:
        raise SourceError(path, "the article holds no text", "get the full text, not the metadata record")
    return flowed_source(path, article_id, "xml", encoding.lower(), data, text, _metadata(article))


def _parse(path: Path, data: bytes) -> tuple[Element, str]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(path, f"not well-formed XML: {error.msg}", "download the file again") from None
    article = next((e for e in root.iter() if local_name(e) == "article"), None)
    if article is None:
        raise SourceError(path, f"no article in it (its root is <{local_name(root)}>)", "casetab reads JATS XML")
    return article, root.getroottree().docinfo.encoding or "utf-8"


def _metadata(article: Element) -> dict[str, str]:
    found: dict[str, str] = {}
    meta = _first(article, "article-meta")
    if meta is None:
        return found
    for kind in ("doi", "pmid"):
        identifier = next((e for e in meta if e.get("pub-id-type") == kind and local_name(e) == "article-id"), None)
        if identifier is not None:
            found[kind] = collapse(all_text(identifier))
    title, journal = _first(meta, "article-title"), _first(article, "journal-title")
    years = [collapse(all_text(y)) for d in meta if local_name(d) == "pub-date" for y in _all(d, "year")]
    for name, element in (("title", title), ("journal", journal)):
        if element is not None:
            found[name] = collapse(inline(element))
    if years:
        found["year"] = min(years)
    return {name: value for name, value in found.items() if value}


def _first(element: Element, name: str) -> Element | None:
    return next((e for e in element.iter() if local_name(e) == name), None)


def _all(element: Element, name: str) -> list[Element]:
    return [e for e in element.iter() if local_name(e) == name]


def inline(element: Element) -> str:
    """Return the running text of an element, without what stands in blocks of its own."""
    parts = [element.text or ""] if local_name(element) else [entity_text(element)]
    for child in element:
        parts += [_inline_child(child), child.tail or ""]
    return "".join(parts)


def _inline_child(child: Element) -> str:
    name = local_name(child)
    if not name:
        return entity_text(child)
    if name in _FLOATS or name in _SKIPPED:
        return ""
    text = inline(child)
    if name == "sup":
        # A raised reference is written as a bracketed one, so that it cannot be read as a number.
        return f"[{text.strip('[] ')}]" if _cites(child) else raised(text)
    if name == "xref" and child.get("ref-type") == "bibr" and _is_raised_mark(child):
        return f"[{text}]"
    return f" {text} " if name in _BLOCKS or name == "break" else text


def _cites(element: Element) -> bool:
    return any(local_name(e) == "xref" and e.get("ref-type") == "bibr" for e in element)


def _is_raised_mark(xref: Element) -> bool:
    """Tell whether a reference consists of a ``sup``: ``<xref><sup>3</sup></xref>``."""
    return not (xref.text or "").strip() and [local_name(e) for e in xref] == ["sup"]


class _Reader:
    """Walks through an article and writes its blocks."""

    def __init__(self) -> None:
        self.writer = LineWriter()

    def article(self, article: Element) -> None:
        """Write title, abstracts, body, back matter and references."""
        meta = _first(article, "article-meta")
        if meta is not None:
            title = _first(meta, "article-title")
            if title is not None:
                self.writer.block(inline(title))
            for abstract in (e for e in meta if local_name(e) in ("abstract", "trans-abstract")):
                if not any(local_name(e) == "title" for e in abstract):
                    self.writer.block("Abstract")
                self.section(abstract)
        for part in article:
            if local_name(part) in ("body", "back", "floats-group", "sub-article", "response"):
                self.section(part)

    def section(self, element: Element) -> None:
        """Write an element's blocks in order."""
        for child in element:
            name = local_name(child)
            if name == "title":
                self.writer.block(self._numbered(element, child))
            elif name in _FLOATS:
                self._float(child)
            elif name == "ref-list":
                self._references(child)
            elif name in ("list", "def-list"):
                self._items(child)
            elif name in _BLOCKS:
                self._paragraph(child)
            elif name and name not in _SKIPPED:
                self.section(child)

    def _numbered(self, parent: Element, title: Element) -> str:
        label = next((e for e in parent if local_name(e) == "label"), None)
        return f"{inline(label)} {inline(title)}" if label is not None else inline(title)

    def _paragraph(self, element: Element) -> None:
        """Write a paragraph, then the lists, figures and tables that stand in it."""
        inner = [e for e in element if local_name(e) in ("list", "def-list")]
        if inner:
            self.writer.block((element.text or "") + "".join(self._outside_lists(element)))
            for child in inner:
                self._items(child)
        else:
            self.writer.block(inline(element))
        for child in element:
            if local_name(child) in _FLOATS:
                self._float(child)

    def _outside_lists(self, element: Element) -> list[str]:
        parts = []
        for child in element:
            if local_name(child) not in ("list", "def-list"):
                parts.append(_inline_child(child))
            parts.append(child.tail or "")
        return parts

    def _items(self, element: Element) -> None:
        for item in element:
            if local_name(item) == "title":
                self.writer.block(inline(item))
            elif local_name(item) == "def-item":
                self.writer.block(" ".join(inline(e).strip() for e in item))
            elif local_name(item) == "list-item":
                self.section(item)

    def _float(self, element: Element) -> None:
        """Write a figure's or table's caption and its rows and notes."""
        name = local_name(element)
        if name == "supplementary-material":
            return
        if name in ("fig-group", "table-wrap-group", "boxed-text"):
            self.section(element)
            return
        label = next((inline(e).strip() for e in element if local_name(e) == "label"), "")
        caption = next((e for e in element if local_name(e) == "caption"), None)
        said = " ".join(inline(e).strip() for e in caption) if caption is not None else ""
        mark = "" if not label or not said or label[-1] in ".:" else "."
        self.writer.block(f"{label}{mark} {said}")
        for table in _all(element, "table"):
            cells = {e: inline(e) for e in table.iter() if local_name(e) in ("td", "th")}
            for row in table_rows(table, cells):
                self.writer.row(row)
        for foot in (e for e in element if local_name(e) == "table-wrap-foot"):
            self.section(foot)

    def _references(self, element: Element) -> None:
        title = next((inline(e) for e in element if local_name(e) == "title"), "References")
        self.writer.block(title)
        for child in element:
            if local_name(child) == "ref":
                self.writer.block(" ".join(all_text(part) for part in child))
            elif local_name(child) == "ref-list":
                self._references(child)
