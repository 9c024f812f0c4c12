"""Text files in any encoding: decoded unchanged, damage reported, what is no text refused."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from extract.sources.model import SourceError
from extract.sources.read import read_source

PROSE = "The patient’s potassium fell to 2.9 mmol/L – at 37.2 °C she was given 40 µg of naloxone “at once”."


def written(tmp_path: Path, data: bytes, name: str = "a.txt") -> Path:
    path = tmp_path / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("encoding", "mark", "named"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "utf-32-le"),
        ("utf-32-be", codecs.BOM_UTF32_BE, "utf-32-be"),
        ("utf-16-le", b"", "utf-16-le"),
        ("utf-16-be", b"", "utf-16-be"),
        ("utf-32-le", b"", "utf-32-le"),
        ("cp1252", b"", "cp1252"),
        ("mac_roman", b"", "mac_roman"),
    ],
)
def test_the_same_text_comes_out_of_every_encoding(tmp_path: Path, encoding: str, mark: bytes, named: str) -> None:
    source = read_source(written(tmp_path, mark + PROSE.encode(encoding)), "a")
    assert source.text == PROSE
    assert source.encoding == named
    assert source.warnings == ()


def test_latin_1_with_a_byte_that_cp1252_lacks(tmp_path: Path) -> None:
    assert read_source(written(tmp_path, b"Sj\xf6gren \x81 disease"), "a").encoding == "latin-1"


def test_a_few_foreign_bytes_in_utf_8_become_their_cp1252_characters(tmp_path: Path) -> None:
    data = "Behçet’s, Sjögren’s and Ménière’s diseases, ".encode() + b"10 \xb5g daily"
    source = read_source(written(tmp_path, data), "a")
    assert source.text.endswith("10 µg daily")
    assert source.encoding == "utf-8"
    assert "1 bytes are not UTF-8" in source.warnings[0]


def test_line_ends_are_left_as_they_are(tmp_path: Path) -> None:
    assert read_source(written(tmp_path, b"one\r\ntwo\rthree\n"), "a").text == "one\r\ntwo\rthree\n"


def test_lost_and_doubly_encoded_characters_are_reported(tmp_path: Path) -> None:
    data = "Patientâ€™s dose 5 Âµg, temp 38\ufffdC".encode()
    warnings = read_source(written(tmp_path, data), "a").warnings
    assert any("U+FFFD" in w for w in warnings)
    assert any("mojibake" in w for w in warnings)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\t\n", "no text"),
        (b"\x7fELF\x00\x01\x02\x03\x00\x00\x10\x11\x12" * 20, "not a text file"),
        (b"PK\x03\x04\x14\x00\x00\x00\x08\x00" * 10, "not a text file"),
    ],
)
def test_what_is_no_text_is_refused_with_a_reason(tmp_path: Path, data: bytes, says: str) -> None:
    with pytest.raises(SourceError, match=says) as caught:
        read_source(written(tmp_path, data), "a")
    assert caught.value.hint


def test_an_unknown_extension_is_refused_and_the_known_ones_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="unknown kind of file") as caught:
        read_source(written(tmp_path, b"x", "a.docx"), "a")
    assert ".pdf" in caught.value.hint


def test_a_missing_file_is_a_source_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_source(tmp_path / "none.txt", "a")


def test_a_source_error_survives_pickling() -> None:
    import pickle

    error = pickle.loads(pickle.dumps(SourceError(Path("a.txt"), "is empty", "write it")))
    assert str(error) == "a.txt: is empty (write it)"


def test_bibliographic_data_found_where_they_stand(tmp_path: Path) -> None:
    text = (
        "Calcific Tendinitis of the Neck in a Diver\n\n"
        "© 2014 The Authors. https://doi.org/10.1234/abc.(5)x. PMID: 12345678\n"
        "Introduction\nTendons calcify."
    )
    found = read_source(written(tmp_path, text.encode()), "a").metadata
    assert found == {
        "title": "Calcific Tendinitis of the Neck in a Diver",
        "doi": "10.1234/abc.(5)x",
        "year": "2014",
        "pmid": "12345678",
    }


def test_a_running_sentence_is_no_title(tmp_path: Path) -> None:
    data = b"A 50-year-old man came with pain.\nHe had no fever."
    assert "title" not in read_source(written(tmp_path, data), "a").metadata
