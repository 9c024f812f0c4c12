"""Captions of figures and tables: found, lifted out of the text they interrupt, put at its end."""

from __future__ import annotations

import re

from extract.normalize.aligned import AlignedText
from extract.normalize.headings import is_known_heading
from extract.normalize.lines import (
    CAPTION_MARK,
    HYPHENS,
    Lines,
    ends_open,
    ends_sentence,
    is_table_row,
    starts_lower,
    starts_sentence,
    starts_upper,
)
from extract.normalize.page import FITS, Page

Extent = tuple[int, int]
"""First and last line of a caption."""

# A body line that takes this share of its column and has no final mark stops within a sentence.
_MOST = 0.8
_LONGEST = 20
_NEARLY_FULL = 1.0
_LABEL = re.compile(
    r"\s*(?:fig(?:ure|\.|\b)|table)\s*\.?\s*(?:S|A)?(?:\d{1,2}|[IVX]{1,4}\b)(?:[a-hA-H]\b|\s[a-hA-H](?=\s?[,.:)–-]))?"
    r"(?:\s*(?:[-–,&]|and)\s*(?:fig\w*\.?\s*)?\d{1,2}[a-h]?)?",
    re.IGNORECASE,
)
# What follows the label of a caption: the line's end, a mark, a capital or a bracketed panel letter ...
_CAPTION_REST = re.compile(r"\s*$|\s*[.:|–—-]\s*\S|\s*[.:]\s*$|\s*\(?[A-Z\"“(\d•]|\t|\s+[a-z]{1,3}[A-Z]")
# ... and what follows it in a sentence.
_SENTENCE_REST = re.compile(
    r"\s*[),;\]]|\s*\.\s*[)\]]|(?:\s*\(?[A-Ha-h](?:\s?[,–-]\s?[A-Ha-h])*\))?\s+(?:shows?|showed|demonstrates?|demonstrated|illustrates?|depicts?|presents?|summari[sz]es?"
    r"|lists?|reveals?|revealed|describes?|and|is|are|was|were|in|for|below|above|provides?|gives?|displays?|outlines?)\b"
)

_PICTURE = re.compile(
    r"^\(?[A-Ha-h](?:[,–-][A-Ha-h])?[).,:]|\([A-Ha-h](?:[,–-]\s?[A-Ha-h])?\)|[×=]\s?\w"
    r"|\b(?:arrow|asterisk|panel|magnif|stain|scale bar|axial|sagittal|coronal|circle|dotted|dashed|inset"
    r"|courtesy|reproduced|adapted|abbreviations?)",
    re.IGNORECASE,
)
_NARRATIVE = re.compile(
    r"\b(?:[Ww]e|[Oo]ur|[Hh]e|[Ss]he|[Hh]is|[Hh]er|patients? (?:was|were|had))\b|\[\d|\((?:Fig|Table)|\bet al"
)
# A sentence that stops here goes on with the label of a figure or table.
_REFERS = re.compile(r"(?:[(\[]|\b(?:in|see|of|by|from|and|to|with|on|per|the|our|also|both))$")
_SHORT_REST = re.compile(r"\s*[.,;)\]]?\s*$|\s*[.)\]]+\s+[A-Z]")


def is_caption_start(line: str) -> bool:
    """Tell whether ``line`` begins like a caption ("Figure 1. ...") and not like a sentence about one."""
    label = _LABEL.match(line)
    if label is None or not line.lstrip()[:1].isupper():
        return False
    rest = line[label.end() : label.end() + 40]
    return _CAPTION_REST.match(rest) is not None and _SENTENCE_REST.match(rest) is None


def lift_captions(aligned: AlignedText, wrapped: bool) -> AlignedText:
    """Return the text with its captions, each with the table rows that follow it, after a mark line.

    ``wrapped`` tells that a caption may run over several lines. Text that stands after a mark line
    already stays there. The text comes back unchanged where it has no caption.
    """
    lines = Lines.of(aligned.text)
    marks = [k for k, line in enumerate(lines.texts) if line.strip() == CAPTION_MARK]
    stop = marks[0] if marks else len(lines)
    captions = _wrapped(Page.of(aligned.text), stop) if wrapped else _single_lines(lines, stop)
    if not captions and not marks:
        return aligned
    body: list[tuple[int, int]] = []
    position = 0
    for first, last in sorted(extent for caption in captions for extent in caption):
        body.append((position, lines.starts[first]))
        position = min(lines.end(last) + 1, len(aligned))
    body.append((position, lines.starts[stop] if marks else len(aligned)))
    lifted = [(lines.starts[a], lines.end(b)) for caption in captions for a, b in caption]
    if marks:
        lifted.append((min(lines.end(stop) + 1, len(aligned)), len(aligned)))
    gaps = [""] * (len(body) - 1) + [f"\n{CAPTION_MARK}\n"] + ["\n"] * (len(lifted) - 1)
    return aligned.rearrange(body + lifted, gaps)


def _single_lines(lines: Lines, stop: int) -> list[list[Extent]]:
    """Return the captions of a text whose every line is a block, each with the table rows below it."""
    found: list[list[Extent]] = []
    index = 0
    while index < stop:
        if is_caption_start(lines.texts[index]):
            last = _with_rows(lines, index, stop)
            found.append([(index, last)])
            index = last
        index += 1
    return found


def _with_rows(lines: Lines, last: int, stop: int) -> int:
    """Return the last of the table rows that follow line ``last``, blank lines between allowed."""
    for index in range(last + 1, stop):
        # Below another row, a line whose only cell is filled is a row, too ("Electrolytes" and empty cells).
        if is_table_row(lines.texts[index]) or ("\t" in lines.texts[index] and is_table_row(lines.texts[index - 1])):
            last = index
        elif lines.texts[index].strip():
            break
    return last


def _wrapped(page: Page, stop: int) -> list[list[Extent]]:
    """Return the captions of a wrapped text, in lines of its ``Lines``.

    A caption that another one interrupts has more than one extent.
    """
    found: list[list[Extent]] = []
    interrupted: list[Extent] | None = None
    before = -1
    index = 0
    while index < len(page) and page.places[index] < stop:
        lifted = bool(found) and found[-1][-1][1] == page.places[index - 1]
        if is_caption_start(page.texts[index]) and (lifted or not _is_mention(page, index)):
            caption: list[Extent] = []
            found.append(caption)
            first, last = index, _caption_end(page, index, before)
        elif lifted and interrupted is not None and starts_lower(page.texts[index]):
            caption, interrupted = interrupted, None
            first, last = index, _caption_end(page, index, -1)
        else:
            before = index
            interrupted = None
            index += 1
            continue
        end = _with_rows(page.lines, page.places[last], stop)
        caption.append((page.places[first], end))
        if _is_unfinished(page, last):
            interrupted = caption
        index = last + 1
        while index < len(page) and page.places[index] <= end:
            index += 1
    return found


def _is_mention(page: Page, index: int) -> bool:
    """Tell whether the label at the start of a line belongs to the sentence of the line before."""
    if index == 0:
        return False
    line = page.texts[index - 1]
    if not page.gaps[index - 1]:
        return not (ends_sentence(line) or page.room[index - 1] < FITS or is_known_heading(line))
    label = _LABEL.match(page.texts[index])
    if label is None or _REFERS.search(line) is None:
        return False
    if _SHORT_REST.match(page.texts[index][label.end() :]) is None:
        return False
    return not _sentence_goes_on_below(page, index)


def _sentence_goes_on_below(page: Page, index: int) -> bool:
    """Tell whether a caption may begin here: its sentence ends, and below the body's goes on."""
    for last in range(index, min(index + _LONGEST, len(page) - 1)):
        stops = ends_sentence(page.texts[last])
        if stops and starts_lower(page.texts[last + 1]):
            return True
        if page.gaps[last]:
            return stops and _is_picture(page, index)
    return False


def _caption_end(page: Page, first: int, before: int) -> int:
    """Return the last line of the caption that begins at ``first``; ``before``: the body's last line."""
    interrupts = before >= 0 and _is_unfinished(page, before)
    last = first
    widest = 0.0
    while last + 1 < len(page):
        following = page.texts[last + 1]
        if page.rows[last + 1] or is_known_heading(following) or following == CAPTION_MARK:
            break
        if is_caption_start(following) and (page.gaps[last] or not ends_open(page.texts[last])):
            break
        widest = max(widest, page.shares[last])
        if last == first and _is_label_only(page.texts[first]):
            if not _is_picture(page, first + 1):
                break
        elif _is_done(page, last, interrupts, max(1.0, widest)):
            break
        last += 1
    return last


def _is_unfinished(page: Page, index: int) -> bool:
    """Tell whether the body's line ``index`` stops within a sentence."""
    line = page.texts[index]
    if ends_sentence(line) or is_known_heading(line):
        return False
    return line[-1] in HYPHENS or ends_open(line) or page.shares[index] > _MOST


def _is_label_only(line: str) -> bool:
    label = _LABEL.match(line)
    return label is not None and not line[label.end() :].strip(" .:|–—-")


def _is_done(page: Page, last: int, interrupts: bool, widest: float) -> bool:
    """Tell whether a caption ends with line ``last``.

    ``interrupts``: it stands within a sentence of the body. ``widest``: its widest line's share of
    the column, as a caption may run over several.
    """
    line, following = page.texts[last], page.texts[last + 1]
    stops = ends_sentence(line)
    early = page.room[last] < FITS * widest
    if stops:
        return page.gaps[last] or _is_done_after_stop(page, last, interrupts, early)
    if starts_lower(following):
        return page.gaps[last] and early
    if line[-1] in HYPHENS or ends_open(line):
        return page.gaps[last] and line[-1] in HYPHENS
    if page.gaps[last] or starts_sentence(following) or _is_above_rows(page, last):
        return True
    # Few words within a phrase are capitalised: then even a nearly full line has ended.
    almost = not interrupts and starts_upper(following) and page.room[last] < _NEARLY_FULL * widest
    return early or almost or (page.indented[last + 1] and not page.indented[last])


def _is_above_rows(page: Page, last: int) -> bool:
    """Tell whether line ``last`` is the last of a table's title: a short line without final mark follows."""
    if not page.texts[last].startswith(("Table", "TABLE")) and not page.texts[last - 1].startswith(("Table", "TABLE")):
        return False
    below = last + 1
    return not ends_sentence(page.texts[below]) and (page.shares[below] < _MOST or page.room[below] < FITS)


def _is_done_after_stop(page: Page, last: int, interrupts: bool, early: bool) -> bool:
    """Tell whether a caption ends with line ``last``, which ends a sentence and has no blank line below.

    Where the line is full and a new sentence follows, that sentence must speak of a picture to
    belong to the caption: lost text costs more than a caption cut short.
    """
    if early or (page.indented[last + 1] and not page.indented[last]):
        return True
    if starts_lower(page.texts[last + 1]):
        return interrupts
    return not interrupts and not _is_picture(page, last + 1)


def _is_picture(page: Page, index: int) -> bool:
    """Tell whether the text from line ``index`` on speaks of a picture, not of a course of events."""
    sentence = " ".join(page.texts[index : index + 2])
    return _PICTURE.search(sentence) is not None and _NARRATIVE.search(sentence) is None
