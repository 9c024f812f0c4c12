"""Bibliographic data found in the text where they stand: DOI, PMID, year, title."""

from __future__ import annotations

import re
from itertools import islice

# Crossref's recommended pattern for modern DOIs, with a final punctuation mark left out.
_DOI = re.compile(r"\b(10\.\d{4,9}/[-._;()/:A-Za-z0-9]{1,200})")
# Registrants of funders (Crossref's registry) and of data (Zenodo, Dryad, figshare, OSF): no article's DOI.
_NO_ARTICLE = ("10.13039/", "10.5281/", "10.5061/", "10.6084/", "10.17605/")
# Parts of an article have its DOI with more behind it: a checklist, a video, a figure; or a word glued on.
_PART = re.compile(
    r"(?:\.(?:video|supp)\w*|-[FT]\d{4}\w*|/(?:rc|coif|dss|prf|full|pdf|epdf|abstract|meta|suppl\w*|tab-[\w-]+)"
    r"|(?<=\d)\.[A-Z][a-z]+)$"
)
_PMID = re.compile(r"\bPMID:?\s*(\d{6,8})\b")
# A notice, not prose ("a report published in 1974"): at a line's start, or behind the copyright sign.
_YEAR = re.compile(
    r"(?:©|\(c\)\s(?=(?:19|20)\d\d\b)|^\W*(?:Copyright|Published(?:\s+online)?|Accepted)\b(?!\s+(?:in|between|since|from|as|after)\b))"
    r"[^\n]{0,40}?\b((?:19|20)\d\d)\b",
    re.MULTILINE,
)
# "J Cases 2019;132:1881", "2015;5(2):55-59": a journal's way to cite
_VOLUME = re.compile(r"\b((?:19|20)\d\d)\s?;\s?\d{1,4}\s?(?:\(|:|$)", re.MULTILINE)
_REFERENCES = re.compile(
    r"^\W*(?:\d{1,2}\.?\s+)?(?:references?|bibliography|literature cited|reference list)\s*:?\s*$", re.I | re.M
)
_HEAD = 20000
_FOOT = 5000
_CITE = 200  # characters before its own DOI in which an article's citation has its year
_NO_TITLE = re.compile(
    r"^\W*(?:(?:pmc)?(?:\d\.?\s+)?(?:abstract|introduction|background|case\b|summary|learning points?|core tip"
    r"|established facts|abbreviations?|history of|key (?:points|messages|words)|highlights|objectives?|what (?:is|was)"
    r"|to the editor|dear|sir\b)|pmc|for the podcast)",
    re.IGNORECASE,
)
_PAGE = re.compile(r"(?:page\s+)?\d{1,5}(?:\s+of\s+\d+)?", re.IGNORECASE)
_KIND = re.compile(
    r"(?:(?:a\s+)?(?:clinical\s+)?case (?:report|series|study|presentation)s?"
    r"|(?:open access|original|review|research) ?(?:article|paper)?|letter|article)\W*",
    re.IGNORECASE,
)
_JOURNAL = re.compile(
    r"\b(?:19|20)\d\d\s*[;,:]\s*\d|\|\s*\d+\s*$|^\d+\s*\||\bvol(?:ume|\.)\s*\d|©|https?:|www\.|\bdoi\b|\b10\.\d{4,9}/"
    r"|\bISSN\b|^(?:received|accepted|published|copyright)\b",
    re.IGNORECASE,
)


def find_metadata(text: str) -> dict[str, str]:
    """Return ``doi``, ``pmid``, ``year`` and ``title``, as far as the text shows its own.

    What stands before the references counts, of this the first 20,000 characters, and for DOI and year the
    last 5,000, too: a DOI elsewhere is most often that of another work.
    """
    references = _REFERENCES.search(text, len(text) // 4)
    if references:
        text = text[: references.start()]
    head = text[:_HEAD]
    parts = [head, text[-_FOOT:]] if len(text) > _HEAD else [head]
    found: dict[str, str] = {}
    for part in parts:
        doi, place = _own_doi(part)
        if doi:
            found["doi"] = doi
            before = _VOLUME.findall(part[max(0, place - _CITE) : place])
            if before:
                found["year"] = before[-1]
            break
    for part in parts:
        year = _YEAR.search(part)
        if year:
            found.setdefault("year", year.group(1))
    pmid = _PMID.search(head)
    if pmid:
        found["pmid"] = pmid.group(1)
    title = _title(head)
    if title:
        found["title"] = title
    return found


def own_doi(text: str) -> str | None:
    """Return the first DOI of an article in ``text``, unbalanced brackets and final punctuation removed."""
    return _own_doi(text)[0] or None


def _own_doi(text: str) -> tuple[str, int]:
    for match in _DOI.finditer(text):
        doi = match.group(1)
        if doi.startswith(_NO_ARTICLE):
            continue
        doi = doi.rstrip(".,;:")
        while doi.endswith(")") and doi.count(")") > doi.count("("):
            doi = doi[:-1].rstrip(".,;:")
        return _PART.sub("", doi), match.start()
    return "", 0


def _title(head: str) -> str | None:
    """Return the text's first lines where they look like a title: short, no sentence's end.

    Running heads, page numbers and the kind of article above the title are passed over.
    """
    block = _first_block([line.rstrip() for line in islice(iter(head.lstrip("\ufeff\f \r\n\t").splitlines()), 12)])
    title = " ".join(block)
    words = title.split()
    if not (3 <= len(words) <= 40) or len(block) > 4 or title[-1] in ".,;:" or _NO_TITLE.match(title):
        return None
    if re.search(r"[.?!]\s+[A-Z]\w+\s+\w+\s+\w+.*\.", title):  # sentences
        return None
    return title if title[0].isupper() and any(w[0].islower() or w.istitle() for w in words) else None


def _first_block(lines: list[str]) -> list[str]:
    """Return the first lines without blank line between that are no page furniture."""
    block: list[str] = []
    for index, line in enumerate(lines):
        text = line.strip()
        if _PAGE.fullmatch(text) or _KIND.fullmatch(text) or _JOURNAL.search(text):
            if block and not _PAGE.fullmatch(text):
                break
            block = []  # what stands directly above a page number is a running head
        elif not text or (block and line[0] in " \t\f"):
            if block:
                break
        else:
            block.append(text)
        if len(block) > 4 or index > 10:
            break
    return block
