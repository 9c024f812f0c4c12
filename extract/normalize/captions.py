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
    starts_upper,
)
from extract.normalize.widths import Ruler, line_offsets

_LABEL = re.compile(
    r"\s*(?:supplement(?:ary|al)\s+|online\s+|extended\s+data\s+|appendix\s+)?"
    r"(?:fig(?:ures?|s?\.|\b)|table|scheme|chart|graph|plate|video|image)\s*\.?\s*"
    r"(?:S|A|e)?(?:\d{1,2}|[IVX]{1,4})(?:\s?[a-hA-H]\b)?(?:\s*(?:[-–,&]|and)\s*(?:fig\w*\.?\s*)?\d{1,2}[a-h]?)?",
    re.IGNORECASE,
)
# What follows the label of a caption: the line's end, a mark, a capital or a bracketed panel letter ...
_CAPTION_REST = re.compile(r"\s*$|\s*[.:|–—-]\s*\S|\s*[.:]\s*$|\s*\(?[A-Z\"“(\d•]|\t|\s+[a-z]{1,3}[A-Z]")
# ... and what follows it in a sentence.
_SENTENCE_REST = re.compile(
    r"\s*[),;\]]|\s*\.\s*[)\]]|\s+(?:shows?|showed|demonstrates?|demonstrated|illustrates?|depicts?|presents?|summari[sz]es?"
    r"|lists?|reveals?|revealed|describes?|and|is|are|was|were|in|for|below|above|provides?|gives?|displays?|outlines?)\b"
)

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
    extents = _extents(lines, stop, wrapped)
    if not extents and not marks:
        return aligned
    body: list[tuple[int, int]] = []
    position = 0
    for first, last in extents:
        body.append((position, lines.starts[first]))
        position = min(lines.end(last) + 1, len(aligned))
    body.append((position, lines.starts[stop] if marks else len(aligned)))
    lifted = [(lines.starts[first], lines.end(last)) for first, last in extents]
    if marks:
        tail_start = min(lines.end(stop) + 1, len(aligned))
        lifted.append((tail_start, len(aligned)))
    gaps = [""] * (len(body) - 1) + [f"\n{CAPTION_MARK}\n"] + ["\n"] * (len(lifted) - 1)
    return aligned.rearrange(body + lifted, gaps)


def _extents(lines: Lines, stop: int, wrapped: bool) -> list[tuple[int, int]]:
    """Return first and last line of each caption before line ``stop``."""
    found: list[tuple[int, int]] = []
    index = 0
    before = ""
    ruler = Ruler("\n".join(lines.texts)) if wrapped else None
    while index < stop:
        line = lines.texts[index].strip()
        if line and is_caption_start(line) and not _is_mention(lines, index, before, wrapped):
            last = index if ruler is None else _caption_end(lines, index, stop, before, ruler)
            last = _with_rows(lines, last, stop)
            found.append((index, last))
            index = last + 1
            continue
        before = line or before
        index += 1
    return found


def _is_mention(lines: Lines, index: int, before: str, wrapped: bool) -> bool:
    """Tell whether the label at the line's start belongs to the sentence of the line before."""
    if not wrapped or not before:
        return False
    if ends_open(before) and before[-1] not in "-,":
        return before[-1] in "([" or _rest_is_short(lines.texts[index])
    blank_before = index > 0 and not lines.texts[index - 1].strip()
    return not blank_before and not ends_sentence(before) and not _may_end_block(before)


def _rest_is_short(line: str) -> bool:
    """Tell whether the label is all that a sentence needs from this line: "... shown in / Table 1. She"."""
    label = _LABEL.match(line)
    return (
        label is not None
        and re.match(r"\s*$|\s*[.,;)\]]?\s*$|\s*[.)\]]+\s+[A-Z]", line[label.end() :]) is not None
    )


def _may_end_block(line: str) -> bool:
    """Tell whether ``line`` could end a caption, heading or list item that has no final mark."""
    return len(line) < 60 and line[-1] not in HYPHENS and not ends_open(line)


def _caption_end(lines: Lines, first: int, stop: int, before: str, ruler: Ruler) -> int:
    """Return the last line of the caption that begins at ``first``."""
    interrupts = bool(before) and not ends_sentence(before)
    last = first
    label_only = _is_label_only(lines.texts[first])
    while last + 1 < stop:
        following = lines.texts[last + 1]
        text = following.strip()
        if not text:
            if not label_only:
                return last
            label_only = False
            last += 1
            continue
        if is_table_row(following) or is_known_heading(text) or is_caption_start(text):
            break
        current = lines.texts[last].rstrip()
        if current and not label_only and _is_done(lines, first, last, interrupts, ruler):
            break
        label_only = False
        last += 1
    while last > first and not lines.texts[last].strip():
        last -= 1
    return last


def _is_label_only(line: str) -> bool:
    label = _LABEL.match(line)
    return label is not None and not line[label.end() :].strip(" .:|–—-")


def _is_done(lines: Lines, first: int, last: int, interrupts: bool, ruler: Ruler) -> bool:
    """Tell whether the caption ends with line ``last``, judged by its end and the next line's start."""
    current, following = lines.texts[last].rstrip(), lines.texts[last + 1]
    if ends_sentence(current):
        if starts_lower(following.lstrip()):
            return True
        if not starts_upper(following.lstrip()):
            return False
        if following[:1] == " " and lines.texts[last][:1] != " ":
            return True
        return _ended_early(lines, first, last, ruler)
    if current[-1] in HYPHENS or ends_open(current) or not starts_upper(following.lstrip()):
        return False
    return not interrupts and _ended_early(lines, first, last, ruler, share=0.85)


def _ended_early(lines: Lines, first: int, last: int, ruler: Ruler, share: float = 0.96) -> bool:
    """Tell whether the next line's first word would have fitted into line ``last``.

    The column's width is that of the widest line around, taken from the caption where it has
    more than one line.
    """
    around = range(first, last + 1) if last > first else range(last, min(last + 4, len(lines)))
    places = [k for k in around if lines.texts[k].strip()]
    starts, ends = line_offsets(lines, places)
    column = float(ruler.measure(starts, ends).max())
    word = len(lines.texts[last + 1].split(None, 1)[0])
    starts, ends = line_offsets(lines, [last, last + 1])
    ends[1] = starts[1] + word
    current, following = ruler.measure(starts, ends)
    return bool(current + 0.25 + following <= share * column)


def _with_rows(lines: Lines, last: int, stop: int) -> int:
    """Return the last of the table rows that follow the caption, which may begin after blank lines."""
    index = last + 1
    while index < stop:
        line = lines.texts[index]
        if is_table_row(line):
            last = index
        elif line.strip() and not (line.strip("\n ") != line.strip() and "\t" in line):
            break
        index += 1
    return last
