"""Page furniture: running heads, feet, page numbers, copyright and DOI lines."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from extract.normalize.aligned import AlignedText
from extract.normalize.captions import is_caption_start
from extract.normalize.headings import is_known_heading
from extract.normalize.lines import Lines, ends_sentence, starts_lower

_LONGEST = 160
_BEGIN = 6
_DIGITS = re.compile(r"\d+")
_ROMAN = re.compile(r"\b[ivxlc]+\b")
_LETTER = re.compile(r"[^\W\d_]")
_PAGE_NUMBER = re.compile(
    r"(?:page\s+)?[-–—|\s]*(?:[A-Z]{0,2})(\d{1,5})[-–—|\s]*(?:(?:of|/)\s*\d{1,4})?[-–—|\s]*"
    r"(?:\(page number not for citation purposes\))?",
    re.IGNORECASE,
)
_NAMED_PAGE = re.compile(r"page\s+\d{1,5}(?:\s+of\s+\d{1,5})?", re.IGNORECASE)
# Lines that say by their shape alone that they belong to the page, not to the text.
_NOTICE = re.compile(
    r"(?:(?:©|\(c\)|copyright\b).{0,40}\b(?:19|20)\d\d\b"
    r"|.*©\s*(?:the\s+)?(?:author|(?:19|20)\d\d)"
    r"|(?:https?://(?:dx\.)?doi\.org/|doi\s?:?\s*(?:https?://\S*)?)10\.\d{4,9}/\S+"
    r"|downloaded\s+(?:from|by|on)\b"
    r"|this\s+is\s+an\s+open[- ]access\s+article\b"
    r"|(?:published|licen[cs]ed)\s+(?:by|under)\b"
    r"|for\s+personal\s+use\s+only\b|not\s+for\s+(?:commercial|citation)\b|all\s+rights\s+reserved\b"
    r"|(?:received|accepted|revised)\b.{0,40}\b(?:19|20)\d\d[.;]?(?:\s|$)"
    r"|e-?issn\b|issn\b)",
    re.IGNORECASE,
)
# "Journal of Cases 2019;18", "J Cases 2019, 18(2):33-35", "Journal of Cases | 57", "Smith et al. 57"
_CITATION_LINE = re.compile(
    r"(?:\d{1,5}\s+)?[A-Z][^.!?]{3,90}?(?:\b(?:19|20)\d\d\s*[;,:]\s*(?:vol\w*\.?\s*)?\d{1,4}\S{0,30}(?:\s+\S{1,20})?"
    r"|\s\|\s*(?:page\s*)?\d{1,5}|\bvol(?:ume|\.)\s*\d+.{0,40})"
    r"|\d{1,5}\s*\|\s*[A-Z][^.!?]{3,90}",
    re.IGNORECASE,
)
_AUTHORS_LINE = re.compile(
    r"(?:\d{1,5}\s+)?[A-Z][\w’'-]+(?:\s+and\s+[A-Z][\w’'-]+|\s+et\s+al\.?,?)(?:\s+\d{1,5})?[:.]?"
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that may be furniture."""

    index: int
    text: str
    signature: str
    alone: bool
    """Blank lines, a page's end or the text's end around it, or around its group of up to three."""


def remove_furniture(aligned: AlignedText) -> AlignedText:
    """Return the text without page furniture; form feeds become newlines.

    A line goes where it stands alone and either repeats (digits apart) or has the shape of a
    notice, a journal's citation line or one of a row of page numbers; or where it repeats three
    times or more in any place. A line that merely stands alone stays.
    """
    lines = Lines.of(aligned.text)
    candidates = _candidates(lines)
    gone = _repeated(candidates) | _by_shape(candidates)
    gone |= _page_numbers(candidates, gone)
    spans = [(lines.starts[k], lines.end(k)) for k in sorted(gone)]
    return form_feeds_to_newlines(aligned.delete(spans))


def form_feeds_to_newlines(aligned: AlignedText) -> AlignedText:
    """Return the text with newlines for its form feeds."""
    feeds = [m.start() for m in re.finditer("\f", aligned.text)]
    return aligned.edit([(place, place + 1, "\n") for place in feeds])


def _candidates(lines: Lines) -> list[_Line]:
    """Return the lines that stand alone, and those that begin like one of these."""
    blank = [not t.strip() for t in lines.texts]
    alone: list[_Line] = []
    others: list[tuple[int, str]] = []
    for index, raw in enumerate(lines.texts):
        if blank[index] or len(raw) > _LONGEST or "\t" in raw.strip():
            continue
        if not _is_alone(lines, blank, index):
            others.append((index, raw.strip()))
        elif not (is_known_heading(raw.strip()) or is_caption_start(raw)):
            alone.append(_Line(index, raw.strip(), _signature(raw), True))
    begins = {line.text[:_BEGIN] for line in alone}
    found = alone + [_Line(k, text, _signature(text), False) for k, text in others if text[:_BEGIN] in begins]
    return sorted(found, key=lambda line: line.index)


def _signature(line: str) -> str:
    """Return what two pages' heads have in common: no numbers, no case.

    The page number stands before the head on even pages and behind it on odd ones.
    """
    return " ".join(_ROMAN.sub("#", _DIGITS.sub("#", line.casefold())).split()).strip("# |")


def _is_alone(lines: Lines, blank: list[bool], index: int) -> bool:
    """Tell whether the line's group of lines without blank between has at most three lines."""
    texts = lines.texts
    first = last = index
    while first > 0 and index - first < 3 and not (blank[first - 1] or "\f" in texts[first]):
        first -= 1
    while last + 1 < len(blank) and last - first < 3 and not (blank[last + 1] or "\f" in texts[last + 1]):
        last += 1
    return last - first < 3


def _repeated(candidates: list[_Line]) -> set[int]:
    """Return the lines whose signature stands alone twice, or once and three times in all."""
    alone = Counter(c.signature for c in candidates if c.alone)
    anywhere = Counter(c.signature for c in candidates)
    gone = set()
    for line in candidates:
        letters = len(_LETTER.findall(line.signature))
        if letters < 8 or " " not in line.text or ends_sentence(line.text):
            continue
        twice = line.alone and alone[line.signature] >= 2
        often = letters >= 15 and anywhere[line.signature] >= 3 and alone[line.signature] >= 1
        if twice or often:
            gone.add(line.index)
    return gone


def _by_shape(candidates: list[_Line]) -> set[int]:
    """Return the lines that stand alone and say by their shape that they belong to the page."""
    return {line.index for line in candidates if line.alone and _has_shape(line.text)}


def _has_shape(text: str) -> bool:
    if starts_lower(text) and not text.startswith(("http", "doi", "e")):
        return False
    if _NOTICE.match(text) or _NAMED_PAGE.fullmatch(text) or _AUTHORS_LINE.fullmatch(text):
        return True
    return _CITATION_LINE.fullmatch(text) is not None and not ends_sentence(text.rstrip("0123456789"))


def _page_numbers(candidates: list[_Line], furniture: set[int]) -> set[int]:
    """Return the numbers that stand alone and belong to a row of page numbers.

    They do where the next or the last page's number stands alone, too, or where they stand beside
    other furniture or at a page's end: a single number may be a table's cell.
    """
    numbers = []
    for line in candidates:
        match = _PAGE_NUMBER.fullmatch(line.text)
        if match is not None and line.alone:
            numbers.append((line.index, int(match.group(1)), "\f" in line.text))
    values = {value for _, value, _ in numbers}
    near = {k + step for k in furniture for step in (-2, -1, 1, 2)}
    return {index for index, value, feed in numbers if feed or index in near or {value - 1, value + 1} & values}
