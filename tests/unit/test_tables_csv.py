"""CSV files: whole or not at all, RFC 4180, harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from extract.tables.csv import cell, csv_line, whole_file


@pytest.mark.parametrize(
    ("value", "written"),
    [(None, ""), (9.0, "9"), (0.1 + 0.2, "0.3"), (2560, "2560"), (-1.5, "-1.5"), ("9.0", "9.0")],
)
def test_numbers_are_written_plainly_and_missing_values_as_empty_cells(value: object, written: str) -> None:
    assert cell(value) == written


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\n=1", "＝1"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert cell(text) == "'" + text


@pytest.mark.parametrize("text", ["-11.6", "+2", "< 5", "~3", "1:2560", "4+", "a=b"])
def test_a_text_that_runs_nothing_stays_as_it_is(text: str) -> None:
    assert cell(text) == text


def test_comparators_stay_as_they_are() -> None:
    assert cell("=", text=False) == "="


@pytest.mark.parametrize("text", ["a,b", 'the "sniff" test', "two\nlines", "dos\r\nlines", "mac\rlines", ""])
def test_a_cell_comes_back_as_it_went_in(text: str) -> None:
    line = csv_line(["x", text, "y"])
    assert list(csv.reader(io.StringIO(line, newline=""))) == [["x", text, "y"]]
    assert line.endswith("\n")


def test_a_file_appears_only_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "labs.csv"
    path.write_text("the earlier run\n", encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), whole_file(path) as stream:
        stream.write("half a")
        stream.flush()
        assert path.read_text(encoding="utf-8") == "the earlier run\n"
        raise KeyboardInterrupt
    assert path.read_text(encoding="utf-8") == "the earlier run\n"
    assert [p.name for p in tmp_path.iterdir()] == ["labs.csv"]
    with whole_file(path) as stream:
        stream.write("all\r\nof it\n")
    assert path.read_bytes() == b"all\r\nof it\n"
