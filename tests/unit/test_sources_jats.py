"""JATS articles: one block per line, tables with TABs, references marked, nothing fetched or expanded."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.sources.model import SourceError, SourceText
from extract.sources.read import read_source

ARTICLE = """<?xml version="1.0" encoding="{encoding}"?>
<!DOCTYPE article PUBLIC "-//NLM//DTD JATS v1.0//EN" "JATS-archivearticle1.dtd">
<article xmlns:xlink="http://www.w3.org/1999/xlink">
<front><journal-meta><journal-title-group><journal-title>Letters of Spine</journal-title></journal-title-group>
</journal-meta><article-meta>
<article-id pub-id-type="pmid">7654321</article-id><article-id pub-id-type="doi">10.9999/ls.7</article-id>
<title-group><article-title>A swollen <italic>knee</italic></article-title></title-group>
<pub-date><year>2019</year></pub-date><pub-date><year>2018</year></pub-date>
<abstract><p>We saw a knee.</p></abstract></article-meta></front>
<body><sec><label>1.</label><title>Case report</title>
<p>Calcium was 2.4&#160;mmol/l<sup><xref ref-type="bibr">3</xref>,<xref ref-type="bibr">4</xref></sup> and
leucocytes 11 × 10<sup>9</sup>/l; CO<sub>2</sub> was&nbsp;low.<fig><label>Figure 1</label>
<caption><p>The knee, front view.</p></caption><graphic xlink:href="http://example.org/x.png"/></fig></p>
<list><list-item><p>First point</p></list-item><list-item><p>Second point</p></list-item></list>
<table-wrap><label>Table 1</label><caption><p>Blood tests</p></caption><table>
<thead><tr><th rowspan="2">Test</th><th colspan="2">Result</th></tr><tr><th>Day 1</th><th>Day 9</th></tr></thead>
<tbody><tr><td>Urate</td><td>560</td><td/></tr></tbody></table>
<table-wrap-foot><p>Units: µmol/l.</p></table-wrap-foot></table-wrap></sec></body>
<back><ref-list><title>References</title><ref><label>1</label><mixed-citation>Doe J. Knees. 2001.</mixed-citation></ref>
</ref-list></back></article>"""


def read(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "a.xml") -> SourceText:
    path = tmp_path / name
    path.write_bytes(text.replace("{encoding}", encoding).encode(encoding))
    return read_source(path, "a")


def test_every_block_is_a_line(tmp_path: Path) -> None:
    assert read(tmp_path, ARTICLE).text.splitlines() == [
        "A swollen knee",
        "Abstract",
        "We saw a knee.",
        "1. Case report",
        "Calcium was 2.4 mmol/l[3,4] and leucocytes 11 × 10⁹/l; CO2 was low.",
        "Figure 1. The knee, front view.",
        "First point",
        "Second point",
        "Table 1. Blood tests",
        "Test\tResult\tResult",
        "Test\tDay 1\tDay 9",
        "Urate\t560\t",
        "Units: µmol/l.",
        "References",
        "1 Doe J. Knees. 2001.",
    ]


def test_the_articles_own_data(tmp_path: Path) -> None:
    source = read(tmp_path, ARTICLE, name="a.nxml")
    assert source.metadata == {
        "title": "A swollen knee",
        "journal": "Letters of Spine",
        "doi": "10.9999/ls.7",
        "pmid": "7654321",
        "year": "2018",
    }
    assert source.flowed
    assert source.format == "xml"


def test_the_declared_encoding_counts(tmp_path: Path) -> None:
    source = read(tmp_path, ARTICLE.replace("We saw a knee", "Café au lait"), encoding="iso-8859-1")
    assert "Café au lait." in source.text
    assert source.encoding == "iso-8859-1"


def test_entities_of_a_document_type_are_not_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret")
    text = (
        f'<!DOCTYPE article [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "{secret.as_uri()}">]>'
        "<article><body><p>Start &b; &f; end.</p></body></article>"
    )
    source = read(tmp_path, text)
    assert "aaaa" not in source.text
    assert "top secret" not in source.text
    assert source.text.startswith("Start")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<article><body><p>open", "not well-formed"),
        ("<html><body/></html>", "no article"),
        ("<article><body/></article>", "no text"),
    ],
)
def test_what_is_no_article_is_refused(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SourceError, match=says):
        read(tmp_path, text)


def test_an_absurdly_deep_file_is_refused_and_does_not_crash(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        read(tmp_path, "<article>" + "<sec>" * 50000 + "x" + "</sec>" * 50000 + "</article>")
