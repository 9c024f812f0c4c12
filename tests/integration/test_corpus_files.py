"""The corpus is what it claims: encodings are real, and gold records are grounded in their articles."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from lxml import html as lxml_html

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
ARTICLES = sorted(p for p in (CORPUS / "articles").iterdir() if p.suffix in {".txt", ".xml", ".html"})
CLEAN = sorted((CORPUS / "clean").glob("*.txt"))
ENCODINGS = {"cp1252_lead_jar": "cp1252", "utf16_nitrous_oxide": "utf-16"}

KEYS: dict[str, set[str]] = {
    "cases": {"case", "age_years", "sex"},
    "labs": {
        "case",
        "analyte_text",
        "value",
        "comparator",
        "unit_text",
        "ref_low",
        "ref_high",
        "result_text",
        "when",
        "quote",
    },
    "scores": {"case", "scale_text", "value", "when", "quote"},
    "muscle_grades": {"case", "muscle_text", "side", "grade", "when", "quote"},
    "levels": {"case", "level", "level_text", "assertion", "quote"},
    "drugs": {
        "case",
        "drug_text",
        "dose_value",
        "dose_unit",
        "frequency_text",
        "route_text",
        "duration_text",
        "status",
        "quote",
    },
}
ALLOWED: dict[str, set[str | None]] = {
    "sex": {"female", "male", None},
    "comparator": {"=", "<", ">", "<=", ">=", "~"},
    "when": {"baseline", "followup", "history"},
    "side": {"left", "right", "bilateral", "unspecified"},
    "assertion": {"present", "absent"},
    "status": {"given", "stopped", "history", "withheld"},
}
VALUE_FIELDS = ("value", "ref_low", "ref_high", "grade", "dose_value")


def decoded(path: Path) -> str:
    """The article's text; of XML and HTML the readable text, tags aside."""
    data = path.read_bytes()
    if path.suffix == ".xml":
        return "".join(str(piece) for piece in etree.fromstring(data).itertext())
    if path.suffix == ".html":
        root = lxml_html.fromstring(data.decode("utf-8"))
        etree.strip_elements(root, "script", "style", "nav", "footer", with_tail=False)
        return "".join(str(piece) for piece in root.itertext())
    return data.decode(ENCODINGS.get(path.stem, "utf-8"))


def gold(path: Path) -> dict[str, Any]:
    """The gold records of an article."""
    loaded: dict[str, Any] = json.loads((CORPUS / "gold" / f"{path.stem}.json").read_text(encoding="utf-8"))
    return loaded


def records(path: Path) -> list[tuple[str, dict[str, Any]]]:
    """All quoted gold records of an article with the name of their table."""
    return [(table, record) for table in KEYS if table != "cases" for record in gold(path)[table]]


def occurs(piece: str, text: str, path: Path) -> bool:
    """Whether a verbatim piece stands in the text; white space aside where tags stood between the words."""
    if path.suffix == ".txt":
        return piece in text
    return "".join(piece.split()) in "".join(text.split())


def holds_number(value: str, quote: str) -> bool:
    """Whether a value stands in its quote as a number of its own, thousands separators aside."""
    quote = quote.replace("\N{MINUS SIGN}", "-")
    joined = re.sub(r"(?<=\d)[, \N{NO-BREAK SPACE}](?=\d{3}(?!\d))", "", quote)
    ends = value.split("-") if re.fullmatch(r"[\d.]+-[\d.]+", value) else [value]
    return all(
        any(re.search(rf"(?<![\d.]){re.escape(end)}(?!\d|\.\d)", form) for form in (quote, joined))
        for end in ends
    )


def folded(text: str) -> str:
    """Letters and digits only, ligatures opened: what a line end or a hyphen cannot change."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).lower()


def test_every_article_has_gold_and_every_gold_file_an_article() -> None:
    assert len(ARTICLES) >= 14
    assert {p.stem for p in ARTICLES} == {p.stem for p in (CORPUS / "gold").glob("*.json")}
    assert len({p.stem for p in ARTICLES}) == len(ARTICLES)
    assert {p.stem for p in CLEAN} <= {p.stem for p in ARTICLES}


@pytest.mark.parametrize("path", ARTICLES, ids=lambda p: p.stem)
def test_gold_has_the_agreed_shape(path: Path) -> None:
    document = gold(path)
    assert document["doc"] == path.stem
    assert set(document) == {"doc", *KEYS}
    cases = [case["case"] for case in document["cases"]]
    assert cases == list(range(1, len(cases) + 1)) and cases
    for table, keys in KEYS.items():
        for record in document[table]:
            assert set(record) - {"optional"} == keys, record
            assert record["case"] in cases
            for field, allowed in ALLOWED.items():
                assert field not in record or record[field] in allowed, record


@pytest.mark.parametrize("path", ARTICLES, ids=lambda p: p.stem)
def test_every_quote_and_name_occurs_in_the_article(path: Path) -> None:
    text = decoded(path)
    assert records(path)
    for _, record in records(path):
        assert occurs(record["quote"], text, path), record["quote"]
        for field, piece in record.items():
            if field.endswith("_text") and piece is not None:
                assert occurs(piece, text, path), (field, piece)


@pytest.mark.parametrize("path", ARTICLES, ids=lambda p: p.stem)
def test_every_value_occurs_in_its_quote(path: Path) -> None:
    for _, record in records(path):
        assert len(record["quote"]) <= 230
        for field in VALUE_FIELDS:
            if record.get(field) is not None:
                assert holds_number(record[field], record["quote"]), (field, record)


@pytest.mark.parametrize("path", ARTICLES, ids=lambda p: p.stem)
def test_labs_have_a_value_or_a_word_and_no_record_stands_twice(path: Path) -> None:
    assert all(lab["value"] is not None or lab["result_text"] for lab in gold(path)["labs"])
    levels = [(x["case"], x["level"], x["assertion"]) for x in gold(path)["levels"]]
    assert len(levels) == len(set(levels))
    assert all(re.fullmatch(r"[CTLS]\d{1,2}(-[CTLS]\d{1,2})?", level) for _, level, _ in levels)
    everything = [json.dumps((table, record), sort_keys=True) for table, record in records(path)]
    assert len(everything) == len(set(everything))


@pytest.mark.parametrize("path", [p for p in ARTICLES if p.stem not in ENCODINGS], ids=lambda p: p.stem)
def test_other_articles_are_utf8_without_a_byte_order_mark(path: Path) -> None:
    assert not path.read_bytes().decode("utf-8").startswith("\N{ZERO WIDTH NO-BREAK SPACE}")


def test_cp1252_article_is_neither_utf8_nor_latin1() -> None:
    data = (CORPUS / "articles" / "cp1252_lead_jar.txt").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    assert any(0x80 <= byte <= 0x9F for byte in data), "only Windows-1252 has printing characters there"
    assert set("µ±é–’“”") <= set(data.decode("cp1252"))
    assert data.count(b"\r\n") == data.count(b"\n") > 5


def test_utf16_article_has_its_mark_and_two_bytes_a_character() -> None:
    data = (CORPUS / "articles" / "utf16_nitrous_oxide.txt").read_bytes()
    assert data.startswith(b"\xff\xfe")
    text = data.decode("utf-16")
    assert set("µ±é–≤−") <= set(text)
    assert len(data) == 2 * (len(text) + 1)


def test_damaged_article_has_every_kind_of_damage() -> None:
    text = decoded(CORPUS / "articles" / "damaged_brucella_spine.txt")
    for damage in (
        "-\n",
        "\N{SOFT HYPHEN}\n",
        "\N{NO-BREAK SPACE}",
        "\N{LATIN SMALL LIGATURE FI}",
        "\N{LATIN SMALL LIGATURE FF}",
        "\N{LATIN SMALL LIGATURE FL}",
        "these3-5",
        "\n46\n",
        "109/L",
    ):
        assert damage in text, damage
    heads = [line for line in text.splitlines() if line.startswith("Fennimore, Achterberg:")]
    assert len(heads) >= 2
    assert re.search(r"epi\N{SOFT HYPHEN}\n\nFigure 1\.", text), "a caption stands inside a broken word"


@pytest.mark.parametrize("path", CLEAN, ids=lambda p: p.stem)
def test_clean_counterpart_says_the_same(path: Path) -> None:
    clean = folded(path.read_text(encoding="utf-8"))
    for _, record in records(CORPUS / "articles" / path.name):
        assert folded(record["quote"]) in clean, record["quote"]


def test_jats_article_has_full_front_matter() -> None:
    root = etree.parse(CORPUS / "articles" / "jats_acquired_haemophilia.xml").getroot()
    assert root.findtext(".//article-meta/article-id[@pub-id-type='doi']")
    assert root.findtext(".//article-meta/article-id[@pub-id-type='pmid']")
    assert root.findtext(".//journal-title") and root.findtext(".//article-meta/pub-date/year")
    for element in ("table-wrap", "fig", "ref-list", "abstract"):
        assert root.find(f".//{element}") is not None, element
