"""Paragraph reflow: a paragraph ends where the text says so, not where a column or page did."""

from __future__ import annotations

from extract.normalize.aligned import AlignedText, Edit
from extract.normalize.captions import is_caption_start
from extract.normalize.headings import is_known_heading
from extract.normalize.lines import (
    CAPTION_MARK,
    HYPHENS,
    LINE_BREAK,
    Lines,
    ends_open,
    ends_sentence,
    is_bullet,
    is_table_row,
    is_value_row,
    starts_lower,
    starts_upper,
)
from extract.normalize.page import FITS, Page, goes_on, offsets, visible

_FITS_WITHOUT_STOP = 0.96
_WRAPPED_SHARE = 0.1
_LONGEST_LINE = 200


def is_wrapped(text: str) -> bool:
    """Tell whether sentences run over line ends.

    At least one line end in ten is within a sentence, and at least half of the text stands in
    lines that fit on a page.
    """
    joints = within = short = total = 0
    before = ""
    for raw in text.split("\n"):
        line = raw.strip()
        if not line:
            continue
        if line == CAPTION_MARK:
            break
        if is_table_row(raw) or is_bullet(line):
            before = ""
            continue
        total += len(line)
        short += len(line) if len(line) <= _LONGEST_LINE else 0
        if before:
            joints += 1
            within += goes_on(before, line)
        before = line
    return within > 0 and within >= _WRAPPED_SHARE * joints and 2 * short >= total


def reflow(aligned: AlignedText, wrapped: bool) -> AlignedText:
    """Return the text with one block per line and no blank lines.

    ``wrapped`` false: every visible line is a block already. Else lines are joined to paragraphs;
    where a word may be broken, LINE_BREAK is left behind its hyphen for the hyphen repair.
    """
    lines = Lines.of(aligned.text)
    places = visible(lines)
    if not places:
        return aligned.delete([(0, len(aligned))]) if len(aligned) else aligned
    starts, ends = offsets(lines, places)
    joints = _joints(Page.of(aligned.text)) if wrapped else ["\n"] * (len(places) - 1)
    edits: list[Edit] = []
    if starts[0] > 0:
        edits.append((0, int(starts[0]), ""))
    for end, start, joint in zip(ends[:-1].tolist(), starts[1:].tolist(), joints, strict=True):
        if joint != "\n" or start - end != 1:
            edits.append((end, start, joint))
    if ends[-1] < len(aligned):
        edits.append((int(ends[-1]), len(aligned), ""))
    return aligned.edit(edits)


def _joints(page: Page) -> list[str]:
    """Return what to put between each visible line and the next."""
    joints: list[str] = []
    in_captions = False
    for index in range(len(page) - 1):
        in_captions = in_captions or page.texts[index] == CAPTION_MARK
        ends_block = _caption_ends(page, index) if in_captions else _paragraph_ends(page, index)
        joints.append("\n" if ends_block else _glue(page.texts[index], page.texts[index + 1]))
    return joints


def _caption_ends(page: Page, index: int) -> bool:
    following = page.texts[index + 1]
    return page.rows[index] or page.rows[index + 1] or is_caption_start(following) or page.texts[index] == CAPTION_MARK


def _paragraph_ends(page: Page, index: int) -> bool:
    """Tell whether a block ends with line ``index``."""
    line, following = page.texts[index], page.texts[index + 1]
    if page.rows[index] or page.rows[index + 1] or following == CAPTION_MARK:
        return True
    if is_bullet(following) and (following[0] not in "-–*" or ends_sentence(line) or is_bullet(line)):
        return True
    if _is_between_rows(page, index):
        return True
    if line[-1] in HYPHENS or starts_lower(following):
        return False
    stops = ends_sentence(line)
    if _is_heading(page, index) or (
        _is_heading(page, index + 1) and (stops or page.room[index] < FITS or _stands_alone(page, index + 1))
    ):
        return True
    if stops:
        return _ends_after_stop(page, index)
    if ends_open(line):
        return False
    if starts_upper(following):
        return page.room[index] < _FITS_WITHOUT_STOP or (page.gaps[index] and page.blanks_tell and page.room[index] < 1)
    return page.shares[index] < 0.6


def _is_between_rows(page: Page, index: int) -> bool:
    """Tell whether a row of values that blanks separate stands above or below the end of a short line."""
    if page.room[index] >= FITS:
        return False
    above, below = is_value_row(page.texts[index]), is_value_row(page.texts[index + 1])
    return (above and (below or not starts_lower(page.texts[index + 1]))) or (
        below and not ends_open(page.texts[index]) and not starts_lower(page.texts[index + 1])
    )


def _ends_after_stop(page: Page, index: int) -> bool:
    if page.room[index] < FITS or page.indented[index + 1]:
        return True
    return page.gaps[index] and page.blanks_tell


def _is_heading(page: Page, index: int) -> bool:
    """Tell whether a line is a known heading that leaves room in its column, a new start below it."""
    if not is_known_heading(page.texts[index]):
        return False
    if index + 1 == len(page.texts):
        return True
    return page.room[index] < FITS and not starts_lower(page.texts[index + 1])


def _stands_alone(page: Page, index: int) -> bool:
    """Tell whether a line has blank lines above and below, and what is above may be complete.

    A list or a note in front of a heading often ends without a full stop, with a full line.
    """
    after = index + 1 < len(page) and page.gaps[index] and starts_upper(page.texts[index + 1])
    return after and page.gaps[index - 1] and not ends_open(page.texts[index - 1])


def _glue(line: str, following: str) -> str:
    """Return what joins two lines of one paragraph."""
    last = line[-1]
    spaced = len(line) < 2 or line[-2] == " "
    if last in HYPHENS and not spaced:
        return LINE_BREAK
    if last in "–—/" and not spaced:
        return ""
    if following[0] in "/–—" and following[1:2].strip():
        return ""
    return "" if following[0] in ",;)]" else " "
