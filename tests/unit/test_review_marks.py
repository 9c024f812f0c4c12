"""The article's text with the rows marked in it."""

from __future__ import annotations

from pathlib import Path

from extract.normalize.stage import normalize
from extract.review.marks import Marked, mark_article, mark_source
from extract.sources.model import SourceText

TEXT = "Case\n\nA woman of 40 years was ad-\nmitted. Her sodium was 121 mmol/L and her\npotassium 3.1 mmol/L.\n"


def source(text: str) -> SourceText:
    return SourceText("a", Path("a.txt"), "txt", "utf-8", "", text)


def span(words: str, text: str = TEXT) -> tuple[int, int]:
    return text.index(words), text.index(words) + len(words)


def shown(marked: Marked) -> list[tuple[str, tuple[int, ...]]]:
    return [(piece.text, piece.rows) for block in marked.blocks for piece in block.pieces if piece.rows]


def test_a_row_is_marked_in_the_repaired_text() -> None:
    text = normalize(source(TEXT))
    marked = mark_article(text, [span("was ad-\nmitted"), span("sodium was 121 mmol/L"), None])
    assert shown(marked) == [("was admitted", (0,)), ("sodium was 121 mmol/L", (1,))]
    assert "".join(piece.text for block in marked.blocks for piece in block.pieces) == text.text.replace("\n", "")
    assert dict(marked.places) == {0: [(0, 0)], 1: [(1, 1)]}


def test_nested_and_overlapping_rows_name_the_shortest_first() -> None:
    marked = mark_source("abcdefgh", [(0, 6), (2, 4), (3, 8)])
    assert shown(marked) == [("ab", (0,)), ("c", (1, 0)), ("d", (1, 2, 0)), ("ef", (2, 0)), ("gh", (2,))]
    assert dict(marked.places) == {0: [(0, 3)], 1: [(1, 2)], 2: [(2, 4)]}


def test_a_row_over_two_lines_is_marked_in_both() -> None:
    marked = mark_source("abc\ndef\nghi", [(2, 6), (8, 11)])
    assert [[piece.text for piece in block.pieces if piece.rows] for block in marked.blocks] == [
        ["c\n"], ["de"], ["ghi"],
    ]  # fmt: skip


def test_a_row_whose_text_was_removed_has_no_place() -> None:
    text = normalize(source(TEXT))
    assert 0 not in mark_article(text, [(4, 5)]).places


def test_ten_thousand_rows_over_one_another_stay_in_bounds() -> None:
    text = "x" * 20_000
    marked = mark_source(text, [(i, 20_000 - i) for i in range(10_000)])
    pieces = marked.blocks[0].pieces
    assert max(len(piece.rows) for piece in pieces) <= 8
    assert len(marked.places) == 10_000
    assert "".join(piece.text for piece in pieces) == text
