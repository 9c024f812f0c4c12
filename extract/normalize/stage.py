"""The normalisation stage: SourceText in, NormalizedText out."""

from __future__ import annotations

from extract.normalize.aligned import AlignedText
from extract.normalize.blocks import Block, BlockKind, NormalizedText
from extract.normalize.captions import is_caption_start, lift_captions
from extract.normalize.characters import repair_characters
from extract.normalize.citations import lift_citations
from extract.normalize.columns import unmix_columns
from extract.normalize.furniture import form_feeds_to_newlines, remove_furniture
from extract.normalize.headings import has_heading_shape, is_known_heading
from extract.normalize.hyphens import repair_hyphens
from extract.normalize.lines import CAPTION_MARK
from extract.normalize.reflow import is_wrapped, reflow
from extract.normalize.render import write_normalized
from extract.normalize.spaces import drop_export_mark, tidy_spaces
from extract.sources.model import SourceText

__all__ = ["normalize", "write_normalized"]


def normalize(source: SourceText) -> NormalizedText:
    """Return the source's text as blocks, one per line, each character mapped to the source.

    Repairs in order: characters and ligatures; columns side by side; then, only in a text whose
    sentences run over line ends, page furniture; captions lifted out; lines joined to paragraphs;
    line-end hyphens; blanks; citation marks.
    """
    aligned = repair_characters(AlignedText.from_source(source.text))
    notes: tuple[str, ...] = ()
    if not source.flowed:
        aligned, notes = unmix_columns(aligned)
    wrapped = not source.flowed and is_wrapped(aligned.text)
    aligned = remove_furniture(aligned) if wrapped else form_feeds_to_newlines(aligned)
    aligned = lift_captions(aligned, wrapped)
    aligned = reflow(aligned, wrapped)
    aligned = repair_hyphens(aligned)
    aligned = tidy_spaces(aligned)
    aligned = drop_export_mark(aligned)
    return _with_blocks(aligned, source.warnings + notes)


def _with_blocks(aligned: AlignedText, warnings: tuple[str, ...]) -> NormalizedText:
    """Tell each line's kind, drop the mark before the captions and lift the citation marks."""
    lines = aligned.text.split("\n") if aligned.text else []
    mark = lines.index(CAPTION_MARK) if CAPTION_MARK in lines else len(lines)
    kinds = [_kind(line, index, lines, mark) for index, line in enumerate(lines) if index != mark]
    if mark < len(lines):
        aligned = _without_line(aligned, lines, mark)
    rows = []
    start = 0
    for line, kind in zip(aligned.text.split("\n"), kinds, strict=False):
        if kind is BlockKind.TABLE:
            rows.append((start, start + len(line)))
        start += len(line) + 1
    aligned, citations = lift_citations(aligned, rows)
    blocks = []
    start = 0
    for line, kind in zip(aligned.text.split("\n"), kinds, strict=False):
        blocks.append(Block(kind, start, start + len(line)))
        start += len(line) + 1
    return NormalizedText(aligned, tuple(blocks), warnings, citations, mark)


def _without_line(aligned: AlignedText, lines: list[str], index: int) -> AlignedText:
    start = sum(len(line) + 1 for line in lines[:index])
    end = start + len(lines[index])
    if end < len(aligned):
        return aligned.delete([(start, end + 1)])
    return aligned.delete([(max(0, start - 1), end)])


def _kind(line: str, index: int, lines: list[str], mark: int) -> BlockKind:
    """Tell what a line is; a heading needs a paragraph, heading or table below it."""
    if "\t" in line:
        return BlockKind.TABLE
    if index > mark:
        return BlockKind.CAPTION
    if is_caption_start(line):
        return BlockKind.CAPTION
    if is_known_heading(line):
        return BlockKind.HEADING
    followed = index + 1 < min(mark, len(lines))
    return BlockKind.HEADING if followed and has_heading_shape(line) else BlockKind.PARAGRAPH
