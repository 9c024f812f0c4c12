"""Records of a reference manager's export, RIS or CSV, with the line at which each begins.

RIS: lines ``TY  - JOUR`` to ``ER  -``, two-letter tags (the format of Research Information Systems, 2001 and
2011, which Zotero, EndNote, Covidence and ASReview write). The libraries for it keep no line numbers and drop an
unfinished record in silence, so that neither an error nor an unmatched record could be shown to the user.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from extract.errors import CasetabError

_TAGGED = re.compile(r"([A-Z][A-Z0-9])  -(?: (.*))?$")
_RIS_FIELDS = {
    **dict.fromkeys(("TI", "T1"), "title"),
    **dict.fromkeys(("DO", "DI", "M3"), "doi"),
    **dict.fromkeys(("T2", "JF", "JO", "JA", "J1", "J2"), "journal"),
    **dict.fromkeys(("PY", "Y1", "DA"), "year"),
    **dict.fromkeys(("L1", "L2"), "file"),
    **dict.fromkeys(("N1", "M1", "M2", "UR", "C1", "C2"), "note"),
    "AN": "accession",
    "DB": "database",
}
# Headings without case, blanks and signs: of the exports of Zotero, Covidence, ASReview, Rayyan, PubMed and
# Scopus, of casetab's own articles.csv, and such as one would choose oneself.
_CSV_FIELDS = {
    **dict.fromkeys(("title", "articletitle", "primarytitle", "documenttitle"), "title"),
    "doi": "doi",
    **dict.fromkeys(("pmid", "pubmedid"), "pmid"),
    **dict.fromkeys(
        ("journal", "publicationtitle", "journaltitle", "journalname", "journalbook", "sourcetitle", "secondarytitle"),
        "journal",
    ),
    **dict.fromkeys(("year", "publicationyear", "publishedyear", "pubyear", "date"), "year"),
    **dict.fromkeys(
        ("file", "files", "filename", "filenames", "filepath", "path", "pdf", "pdffile", "sourcefile", "articleid"),
        "file",
    ),
    **dict.fromkeys(("attachment", "attachments", "fileattachment", "fileattachments"), "file"),
    **dict.fromkeys(("notes", "note", "extra", "url", "urls", "pmcid", "pmcidentifier"), "note"),
    "accessionnumber": "accession",
    "database": "database",
}
_KEYS = ("file", "doi", "pmid", "accession")


class LibraryError(CasetabError):
    """A file of references cannot be used; names file, line (0: the file as a whole) and what to do."""

    def __init__(self, path: Path, line: int, problem: str) -> None:
        super().__init__(f"{path}:{line}: {problem}" if line else f"{path}: {problem}")


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record's values by field (title, doi, pmid, journal, year, file, note, accession, database)."""

    line: int
    fields: dict[str, list[str]]


def is_ris(text: str) -> bool:
    """Tell whether a text has a line that begins a RIS record."""
    return re.search(r"^TY  -", text, re.MULTILINE) is not None


def read_ris(path: Path, text: str) -> list[RawRecord]:
    """Return the records of a RIS file.

    Raises
    ------
    LibraryError
        a record has no end, or a tag stands outside a record.
    """
    records: list[RawRecord] = []
    current: RawRecord | None = None
    last: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        match = _TAGGED.match(line.rstrip())
        if match is None:
            if last and line.strip():
                last[-1] += f"\n{line.strip()}"
            continue
        tag, value = match.group(1), (match.group(2) or "").strip()
        if tag == "TY":
            if current is not None:
                raise LibraryError(path, number, f"a record begins before that of line {current.line} has its ER line")
            current, last = RawRecord(number, defaultdict(list)), None
            records.append(current)
        elif current is None:
            raise LibraryError(path, number, f"{tag} stands outside a record: its TY line is missing")
        elif tag == "ER":
            current = last = None
        else:
            last = current.fields[_RIS_FIELDS.get(tag, "")]
            last.append(value)
    if current is not None:
        raise LibraryError(path, current.line, "the record that begins here has no ER line: is the file cut off?")
    return records


def read_csv(path: Path, text: str) -> list[RawRecord]:
    """Return the records of a CSV file with a heading row; commas, semicolons or tabs between the cells.

    Raises
    ------
    LibraryError
        no column names file, DOI or PMID, a row has another number of cells than the heading row, or a quote
        is not closed.
    """
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    lines = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    records: list[RawRecord] = []
    begun = 1
    try:
        names = next(lines, [])
        fields = [_CSV_FIELDS.get(re.sub(r"[\W_]", "", name.casefold()), "") for name in names]
        if not set(fields) & set(_KEYS):
            found = ", ".join(name.strip() for name in names if name.strip())[:200]
            hint = "a column named file, doi or pmid is needed to find the articles"
            raise LibraryError(path, 1, f"{hint}; the columns are: {found or 'none'}")
        begun = lines.line_num + 1
        for cells in lines:
            if any(cell.strip() for cell in cells):
                records.append(_csv_record(path, begun, fields, cells))
            begun = lines.line_num + 1
    except csv.Error as error:
        raise LibraryError(path, begun, f"not valid CSV from here on: {error}") from None
    return records


def _csv_record(path: Path, line: int, fields: list[str], cells: list[str]) -> RawRecord:
    while len(cells) > len(fields) and not cells[-1].strip():
        cells = cells[:-1]
    if len(cells) != len(fields):
        problem = f"{len(cells)} cells where the heading row has {len(fields)}: are quotes missing?"
        raise LibraryError(path, line, problem)
    values: dict[str, list[str]] = defaultdict(list)
    for name, cell in zip(fields, cells, strict=True):
        values[name].append(cell.strip())
    return RawRecord(line, values)
