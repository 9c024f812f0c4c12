"""Bibliographic data found in the text where they stand: DOI, PMID, year, title."""

from __future__ import annotations

import re

# Crossref's recommended pattern for modern DOIs, with a final punctuation mark left out.
_DOI = re.compile(r"\b(10\.\d{4,9}/[-._;()/:A-Za-z0-9]{1,200})")
_PMID = re.compile(r"\bPMID:?\s*(\d{6,8})\b")
_YEAR = re.compile(r"(?:©|\(c\)|Copyright|Published|Accepted)[^\n]{0,40}?\b((?:19|20)\d{2})\b", re.IGNORECASE)
_HEAD = 20000
_FOOT = 5000
_NO_TITLE = re.compile(r"^\W*(?:abstract|introduction|background|case|summary|pmc|to the editor)\b", re.IGNORECASE)


def find_metadata(text: str) -> dict[str, str]:
    """Return ``doi``, ``pmid``, ``year`` and ``title``, as far as the text shows its own.

    Only the text's first 20,000 characters count, and its last 5,000 for a DOI beside a copyright
    notice: a DOI further on is most often that of a reference.
    """
    head = text[:_HEAD]
    found: dict[str, str] = {}
    doi = own_doi(head) or own_doi(text[-_FOOT:])
    if doi:
        found["doi"] = doi
    for name, pattern in (("pmid", _PMID), ("year", _YEAR)):
        match = pattern.search(head)
        if match:
            found[name] = match.group(1)
    title = _title(head)
    if title:
        found["title"] = title
    return found


def own_doi(text: str) -> str | None:
    """Return the first DOI of ``text``, unbalanced brackets and final punctuation removed."""
    match = _DOI.search(text)
    if match is None:
        return None
    doi = match.group(1).rstrip(".,;:")
    while doi.endswith(")") and doi.count(")") > doi.count("("):
        doi = doi[:-1].rstrip(".,;:")
    return doi


def _title(head: str) -> str | None:
    """Return the text's first lines where they look like a title: short, no sentence's end."""
    lines: list[str] = []
    for line in head.lstrip("\ufeff\f \r\n\t").splitlines()[:6]:
        if not line.strip() or (lines and line[0] in " \t\f"):
            break
        lines.append(line.strip())
    title = " ".join(lines)
    words = title.split()
    if not (3 <= len(words) <= 40) or len(lines) > 4 or title[-1] in ".,;:" or _NO_TITLE.match(title):
        return None
    return title if title[0].isupper() and any(w[0].islower() or w.istitle() for w in words) else None
