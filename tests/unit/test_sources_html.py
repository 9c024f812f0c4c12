"""HTML pages: the article's blocks without menus and scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.sources.model import SourceError, SourceText
from extract.sources.read import read_source

PAGE = """<!DOCTYPE html><html><head><title>Site | Page</title>
<meta name="citation_title" content="A swollen ankle"><meta name="citation_doi" content="doi:10.5555/x.1">
<meta name="citation_pmid" content="99"><meta name="citation_journal_title" content="Ankles">
<meta name="citation_publication_date" content="2020/03/01"><style>p {}</style></head>
<body><nav>Home</nav><main><h1>A swollen <i>ankle</i></h1>
<div>Intro text <span>goes</span> on<p>Platelets 90 x 10<sup>9</sup>/L<sup><a href="#r1">4</a></sup>.<br>Next
 line.</p></div><script>var x = 1;</script>
<figure><img src="a.png"><figcaption>Figure 1. Ankle.</figcaption></figure>
<table><caption>Table 1. Tests</caption><tr><th>Test</th><th>Result</th></tr>
<tr><td>CRP</td><td><p>12</p> mg/L</td></tr></table></main><footer>Imprint</footer></body></html>"""


def read(tmp_path: Path, data: bytes) -> SourceText:
    path = tmp_path / "a.html"
    path.write_bytes(data)
    return read_source(path, "a")


def test_blocks_tables_and_captions_one_per_line(tmp_path: Path) -> None:
    assert read(tmp_path, PAGE.encode()).text.splitlines() == [
        "A swollen ankle",
        "Intro text goes on",
        "Platelets 90 x 10⁹/L[4]. Next line.",
        "Figure 1. Ankle.",
        "Table 1. Tests",
        "Test\tResult",
        "CRP\t12 mg/L",
    ]


def test_bibliographic_data_from_the_pages_head(tmp_path: Path) -> None:
    assert read(tmp_path, PAGE.encode()).metadata == {
        "title": "A swollen ankle",
        "doi": "10.5555/x.1",
        "pmid": "99",
        "journal": "Ankles",
        "year": "2020",
    }


def test_the_declared_charset_counts_where_the_bytes_are_not_utf_8(tmp_path: Path) -> None:
    page = '<html><head><meta charset="iso-8859-2"></head><body><p>Łódź hospital</p></body></html>'
    assert read(tmp_path, page.encode("iso-8859-2")).text == "Łódź hospital\n"


def test_a_page_without_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no text"):
        read(tmp_path, b"<html><body><script>let a = 1</script></body></html>")
