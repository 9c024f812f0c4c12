"""Paragraph reflow: a paragraph ends where the text says so, not where a column or page did."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

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
    starts_lower,
    starts_upper,
)
from extract.normalize.widths import Ruler, Widths, column_widths, line_offsets, spread

_SPACE = 0.25
# A line is short where the next line's first word would have fitted into this share of the column.
# Justified lines of one column differ by up to about 5 % in natural width.
_FITS = 0.95
_FITS_WITHOUT_STOP = 0.88
_BLANKS_TELL = 0.8
_WRAPPED_SHARE = 0.1


@dataclass(frozen=True, slots=True)
class _Page:
    """The visible lines of a text with what is known about each and about the text as a whole."""

    texts: list[str]
    rows: list[bool]
    gaps: list[bool]
    """Blank lines stand between line i and the next."""
    indented: list[bool]
    room: list[float]
    """Share of its column that line i would take with the next line's first word added."""
    shares: list[float]
    """Share of its column that line i takes."""
    blanks_tell: bool
    """Blank lines stand between paragraphs, not within sentences."""


def is_wrapped(text: str) -> bool:
    """Tell whether sentences run over line ends: at least one line end in ten is within a sentence."""
    joints = within = 0
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
        if before:
            joints += 1
            within += _goes_on(before, line)
        before = line
    return within > 0 and within >= _WRAPPED_SHARE * joints


def _goes_on(line: str, following: str) -> bool:
    """Tell whether a sentence or word certainly goes on from ``line`` to ``following``."""
    if line[-1] in HYPHENS and len(line) > 1 and line[-2].isalpha():
        return True
    return starts_lower(following) and not ends_sentence(line)


def reflow(aligned: AlignedText, wrapped: bool) -> AlignedText:
    """Return the text with one block per line and no blank lines.

    ``wrapped`` false: every visible line is a block already. Else lines are joined to paragraphs;
    where a word may be broken, LINE_BREAK is left behind its hyphen for the hyphen repair.
    """
    lines = Lines.of(aligned.text)
    places = [k for k, line in enumerate(lines.texts) if line.strip()]
    if not places:
        return aligned.delete([(0, len(aligned))]) if len(aligned) else aligned
    starts, ends = line_offsets(lines, places)
    joints = _joints(aligned.text, lines, places, starts, ends) if wrapped else ["\n"] * (len(places) - 1)
    edits: list[Edit] = []
    if starts[0] > 0:
        edits.append((0, int(starts[0]), ""))
    for end, start, joint in zip(ends[:-1].tolist(), starts[1:].tolist(), joints, strict=True):
        if joint != "\n" or start - end != 1:
            edits.append((end, start, joint))
    if ends[-1] < len(aligned):
        edits.append((int(ends[-1]), len(aligned), ""))
    return aligned.edit(edits)


def _joints(
    text: str, lines: Lines, places: list[int], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> list[str]:
    """Return what to put between each visible line and the next."""
    page = _page(text, lines, places, starts, ends)
    joints: list[str] = []
    in_captions = False
    for index in range(len(places) - 1):
        in_captions = in_captions or page.texts[index] == CAPTION_MARK
        ends_block = _caption_ends(page, index) if in_captions else _paragraph_ends(page, index)
        joints.append("\n" if ends_block else _glue(page.texts[index], page.texts[index + 1]))
    return joints


def _page(
    text: str, lines: Lines, places: list[int], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> _Page:
    raw = [lines.texts[k] for k in places]
    texts = [t.strip() for t in raw]
    rows = [is_table_row(t) for t in raw]
    gaps = [b - a > 1 for a, b in pairwise(places)]
    full = np.zeros(len(places), dtype=bool)
    full[:-1] = [_goes_on(a, b) for a, b in pairwise(texts)]
    widths, words = _measure(text, texts, starts, ends, full)
    column = column_widths(widths, full)
    room = (widths[:-1] + _SPACE + words[1:]) / column[:-1]
    indents = [t[0] in " \t" for t in raw]
    few = 3 * sum(indents) < len(indents)
    return _Page(
        texts, rows, gaps, [few and i for i in indents], room.tolist(), (widths / column).tolist(),
        _blanks_tell(texts, gaps),
    )  # fmt: skip


def _measure(
    text: str,
    texts: list[str],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
    full: npt.NDArray[np.bool_],
) -> tuple[Widths, Widths]:
    """Return the widths of all lines and of their first words, proportional or monospaced.

    Whichever makes the full lines more equal is how the text was set.
    """
    word_ends = starts + np.array([len(t.split(None, 1)[0]) for t in texts], dtype=np.int64)
    proportional, monospaced = Ruler(text), Ruler(text, monospaced=True)
    ruler = proportional
    if spread(monospaced.measure(starts, ends), full) < spread(proportional.measure(starts, ends), full):
        ruler = monospaced
    return ruler.measure(starts, ends), ruler.measure(starts, word_ends)


def _blanks_tell(texts: list[str], gaps: list[bool]) -> bool:
    """Tell whether blank lines in this text separate paragraphs."""
    seen = told = 0
    for index, gap in enumerate(gaps):
        if gap:
            seen += 1
            told += not starts_lower(texts[index + 1]) and texts[index][-1] not in HYPHENS
    return seen >= 3 and told >= _BLANKS_TELL * seen


def _caption_ends(page: _Page, index: int) -> bool:
    following = page.texts[index + 1]
    return (
        page.rows[index]
        or page.rows[index + 1]
        or is_caption_start(following)
        or page.texts[index] == CAPTION_MARK
    )


def _paragraph_ends(page: _Page, index: int) -> bool:
    """Tell whether a block ends with line ``index``."""
    line, following = page.texts[index], page.texts[index + 1]
    if page.rows[index] or page.rows[index + 1] or following == CAPTION_MARK:
        return True
    if is_bullet(following) and (following[0] not in "-–*" or ends_sentence(line) or is_bullet(line)):
        return True
    if line[-1] in HYPHENS or starts_lower(following):
        return False
    stops = ends_sentence(line)
    if _is_heading(page, index) or (_is_heading(page, index + 1) and (stops or page.room[index] < _FITS)):
        return True
    if stops:
        return _ends_after_stop(page, index)
    if ends_open(line):
        return False
    if starts_upper(following):
        return page.room[index] < _FITS_WITHOUT_STOP or (
            page.gaps[index] and page.blanks_tell and page.room[index] < 1
        )
    return page.shares[index] < 0.6


def _ends_after_stop(page: _Page, index: int) -> bool:
    if page.room[index] < _FITS or page.indented[index + 1]:
        return True
    return page.gaps[index] and page.blanks_tell


def _is_heading(page: _Page, index: int) -> bool:
    """Tell whether a line is a known heading that leaves room in its column, a new start below it."""
    if not is_known_heading(page.texts[index]):
        return False
    if index + 1 == len(page.texts):
        return True
    return page.room[index] < _FITS and not starts_lower(page.texts[index + 1])


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
