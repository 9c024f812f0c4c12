"""A library of references (RIS or CSV): what is known of each article, and by what it is found."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from extract.sources.encoding import decode
from extract.sources.library_files import LibraryError, RawRecord, is_ris, read_csv, read_ris
from extract.sources.metadata import own_doi
from extract.sources.text import read_bytes

_MARKUP = re.compile(r"</?(?:i|b|em|strong|sub|sup|span)\b[^>]{0,80}>", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(?:1[89]|20)\d\d(?!\d)")
_PMID_NOTED = re.compile(r"(?:\bPMID\s?:?\s*|pubmed\.ncbi\.nlm\.nih\.gov/|/pubmed/)(\d{4,8})\b", re.IGNORECASE)
_PMCID = re.compile(r"\bPMC\d{4,9}\b", re.IGNORECASE)
_PUBMED = re.compile(r"pubmed|medline|\bnlm\b", re.IGNORECASE)
_FILE = re.compile(r"\.(?:pdf|txt|text|n?xml|x?html?)$", re.IGNORECASE)
_LABEL = re.compile(r"^(?:file|pdf|attachment|full ?text)s?\s*[:=]\s*", re.IGNORECASE)
_PATH = re.compile(r"[/\\]")
_PMID_DIGITS = 8  # a longer accession number is another database's


@dataclass(frozen=True, slots=True)
class Reference:
    """A record of the library.

    Attributes
    ----------
    line : the line of the library's file at which the record begins.
    pmcid : ``PMC`` and digits; only for finding the article.
    files : files attached to the record, each as its path's parts, folded by ``path_parts``.
    """

    line: int
    title: str = ""
    doi: str = ""
    pmid: str = ""
    journal: str = ""
    year: str = ""
    pmcid: str = ""
    files: tuple[tuple[str, ...], ...] = ()

    def known(self) -> dict[str, str]:
        """Return the columns of the table of articles that the record fills."""
        names = ("title", "doi", "pmid", "journal", "year")
        return {name: value for name in names if (value := getattr(self, name))}


def read_library(path: Path) -> list[Reference]:
    """Return the references of a RIS or CSV file of any common encoding.

    Raises
    ------
    LibraryError
        the file is neither, holds no record, or is damaged; the message names the line.
    SourceError
        the file cannot be opened or is empty.
    """
    decoded = decode(read_bytes(path))
    if decoded is None:
        raise LibraryError(path, 0, "binary data; export the references as RIS or CSV")
    text = decoded.text
    if is_ris(text):
        raw = read_ris(path, text)
    elif path.suffix.lower() == ".ris":
        raise LibraryError(path, 1, "no RIS record: none of its lines begins with 'TY  -'")
    elif text.lstrip()[:1] in ("@", "<", "{", "["):
        raise LibraryError(path, 1, "neither RIS nor CSV; export the references as one of these")
    else:
        raw = read_csv(path, text)
    if not raw:
        raise LibraryError(path, 1, "the file holds no record")
    return [_reference(record) for record in raw]


def path_parts(name: str) -> tuple[str, ...]:
    """Return a path's parts without the extension, letters folded, so that spellings of one name are equal.

    Both kinds of slash part; a ``file:`` address is decoded.
    """
    if name.lower().startswith("file:"):
        name = unquote(name)
    folded = unicodedata.normalize("NFKC", name).casefold()
    parts = [part.strip() for part in _PATH.split(folded) if part.strip()]
    if parts:
        parts[-1] = _FILE.sub("", parts[-1])
    return tuple(parts)


def bare_doi(text: str) -> str:
    """Return the DOI in a text, without address or prefix; "" where there is none."""
    return own_doi(text) or ""


def _reference(record: RawRecord) -> Reference:
    fields = record.fields
    notes = fields.get("note", [])
    return Reference(
        line=record.line,
        title=_first(_MARKUP.sub("", value) for value in fields.get("title", [])),
        doi=_first(bare_doi(value) for value in fields.get("doi", [])),
        pmid=_pmid(fields),
        journal=_first(fields.get("journal", [])),
        year=_first(_found(_YEAR, value) for value in fields.get("year", [])),
        pmcid=_first(_found(_PMCID, value) for value in notes).upper(),
        files=tuple(dict.fromkeys(path_parts(name) for name in _files(fields))),
    )


def _pmid(fields: Mapping[str, list[str]]) -> str:
    """Return the PMID from its own field, a note or address, or an accession number that can be one."""
    for value in fields.get("pmid", []):
        if match := re.search(r"\d{1,8}", value):
            return match.group()
    for value in (*fields.get("note", []), *fields.get("accession", [])):
        if match := _PMID_NOTED.search(value):
            return match.group(1)
    databases = [name for name in fields.get("database", []) if name]
    if databases and not any(_PUBMED.search(name) for name in databases):
        return ""
    return _first(
        value for value in fields.get("accession", []) if value.isdecimal() and 4 < len(value) <= _PMID_DIGITS
    )


def _files(fields: Mapping[str, list[str]]) -> Iterable[str]:
    """Yield the names of the attached files; those in notes only where they end like an article's file."""
    for value in fields.get("file", []):
        for name in re.split(r"[;\n]", value):
            if name.strip() and not name.strip().lower().startswith(("http:", "https:")):
                yield name.strip()
    for value in fields.get("note", []):
        for part in re.split(r"[;\n]", value):
            name = _LABEL.sub("", part.strip())
            if _FILE.search(name) and "://" not in name:
                yield name


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match.group() if match else ""


def _first(values: Iterable[str]) -> str:
    """Return the first value that is not empty, white space in it made single blanks."""
    return next((kept for value in values if (kept := " ".join(value.split()))), "")
