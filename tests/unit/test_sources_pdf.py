"""PDF files: reading order over columns, tables, pages; images and damage refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.sources.model import SourceError, SourceText
from extract.sources.pdf_layout import Segment, page_text
from extract.sources.read import read_source

Placed = tuple[float, float, str]


def pdf(pages: list[list[Placed]]) -> bytes:
    """Write a PDF in which each string stands at its place (points from the lower left), 10 point Helvetica."""
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for placed in pages:
        body = "".join(f"BT /F1 10 Tf {x} {y} Td ({text}) Tj ET\n" for x, y, text in placed)
        objects.append(f"<< /Length {len(body)} >>\nstream\n{body}endstream")
        objects.append(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Resources << /Font << /F1 3 0 R >> >>"
            f" /Contents {len(objects)} 0 R >>"
        )
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    out, places = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    start = len(out)
    out += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    out += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return out.encode("latin-1")


def read(tmp_path: Path, pages: list[list[Placed]]) -> SourceText:
    path = tmp_path / "a.pdf"
    path.write_bytes(pdf(pages))
    return read_source(path, "a")


LEFT = [f"left column line number {n}" for n in range(8)]
RIGHT = [f"right column line number {n}" for n in range(8)]


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    placed: list[Placed] = [
        (50, 740, "A title that runs over the width of both columns of this page, to be read first")
    ]
    for n in range(8):
        placed += [(50, 700 - 12 * n, LEFT[n]), (320, 700 - 12 * n, RIGHT[n])]
    lines = [line for line in read(tmp_path, [placed]).text.split("\n") if line.strip()]
    assert lines[0].startswith("A title")
    assert lines[1:] == LEFT + RIGHT


def test_the_page_of_an_offset(tmp_path: Path) -> None:
    source = read(tmp_path, [[(50, 700, "First page of the article.")], [(50, 700, "Second page of the article.")]])
    assert source.page_of(source.text.index("First")) == 1
    assert source.page_of(source.text.index("Second")) == 2
    assert source.text[source.page_starts[1] :].startswith("Second")


def test_rows_of_a_table_have_tabs(tmp_path: Path) -> None:
    placed: list[Placed] = [(50, 700, "Table 1. Results of blood tests on two days in the ward.")]
    for n, row in enumerate([("Test", "Day 1", "Day 9"), ("Urate", "560", "340"), ("Sodium", "139", "141")]):
        placed += [(50 + 120 * k, 680 - 12 * n, cell) for k, cell in enumerate(row)]
    text = read(tmp_path, [placed]).text
    assert "Test\tDay 1\tDay 9\nUrate\t560\t340\nSodium\t139\t141" in text


def test_pages_without_text_ask_for_ocr(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="images without text") as caught:
        read(tmp_path, [[], []])
    assert "OCR" in caught.value.hint


def test_one_page_without_text_is_a_warning(tmp_path: Path) -> None:
    source = read(tmp_path, [[(50, 700, "A page with enough text on it.")], []])
    assert source.warnings == ("no text on page 2 (an image?)",)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"%PDF-1.4 broken")
    with pytest.raises(SourceError, match="not a readable PDF"):
        read_source(path, "a")


def test_a_blank_line_where_the_page_leaves_a_gap_and_blanks_for_indentation() -> None:
    def line(y: float, left: float = 50) -> Segment:
        return Segment(f"line at {y:.0f}", left, 300, y, y + 8)

    text = page_text([line(700), line(688), line(676, left=62), line(664), line(630)], 1500)
    assert text == "line at 700\nline at 688\n  line at 676\nline at 664\n\nline at 630\n"
