"""The page of an article: each row with its sentence, the quote marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.tables.quotes import page_name, split_at, write_page

ARTICLE = {"article_id": "one", "source_file": "one.txt", "title": "", "journal": "", "year": "", "doi": "", "pmid": "",
           "error": ""}  # fmt: skip
LAB = {
    "record_id": "one:lab:1", "article_id": "one", "case_id": "one#1", "assertion": "absent", "analyte": "sodium",
    "comparator": "=", "value": "130", "when": "baseline", "quote": "sodium was 130", "start": "10", "end": "24",
    "page": "2", "sentence": "The sodium was 130 mmol/L.",
}  # fmt: skip


def page(folder: Path, article: dict[str, str] = ARTICLE, **rows: list[dict[str, str]]) -> str:
    write_page(folder, article, rows)
    return (folder / "quotes" / page_name(article["article_id"])).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("sentence", "quote", "marked"),
    [
        ("The sodium was 130 mmol/L.", "sodium was 130", "sodium was 130"),
        ("Thrombocytopenia was found.", "Thrombocyto-\npenia was", "Thrombocytopenia was"),
        ("The base excess was -4 mmol/L.", "excess was −4", "excess was -4"),
        ("First findings were normal.", "First ﬁndings", "First findings"),
        ("Two sentences. ", "Two sentences. And one more", ""),
        ("", "Platelets 35", "Platelets 35"),
    ],
)
def test_a_quote_is_found_in_its_sentence_though_the_source_is_written_otherwise(
    sentence: str, quote: str, marked: str
) -> None:
    before, found, after = split_at(sentence, quote)
    assert found == marked
    assert before + found + after == (sentence or quote)


def test_the_page_says_what_the_row_is_and_where_it_stands(tmp_path: Path) -> None:
    text = page(tmp_path, labs=[LAB])
    assert '<article id="lab-1">' in text
    assert "The <mark>sodium was 130</mark> mmol/L." in text
    assert "page 2, characters 10 to 24" in text
    for told in ("<dt>analyte</dt><dd>sodium</dd>", "<dt>assertion</dt><dd>absent</dd>"):
        assert told in text
    assert "comparator" not in text, "an equals sign says nothing"


def test_a_quote_that_the_sentence_does_not_hold_is_told_beside_it(tmp_path: Path) -> None:
    text = page(tmp_path, labs=[{**LAB, "quote": "130 mmol/L. Potassium was 3"}])
    assert "In the source: <mark>130 mmol/L. Potassium was 3</mark>" in text


def test_what_an_article_says_shows_as_text(tmp_path: Path) -> None:
    text = page(
        tmp_path,
        {**ARTICLE, "article_id": "<b>", "title": "<script>alert(1)</script>"},
        labs=[{**LAB, "analyte": "a & b", "sentence": "<img src=x onerror=alert(1)> sodium was 130"}],
    )
    assert "<script" not in text
    assert "<img" not in text
    assert "a &amp; b" in text


def test_an_article_without_rows_has_a_page_that_says_so(tmp_path: Path) -> None:
    text = page(tmp_path, {**ARTICLE, "error": "the file is empty"}, labs=[])
    assert "No row stands in this article." in text
    assert "the file is empty" in text
