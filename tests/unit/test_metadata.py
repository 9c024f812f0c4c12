"""References of a RIS or CSV file, read and joined to the articles of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers import rows_of

from extract.sources.library import path_parts, read_library
from extract.sources.library_files import LibraryError
from extract.sources.metadata import find_metadata

if TYPE_CHECKING:
    from conftest import Outcome

    Command = Callable[..., Outcome]

ZOTERO = """TY  - JOUR
TI  - Brucella of the neck: <i>a case</i>
AU  - Doe, Jane
T2  - Invented Journal of Neurology
J2  - Inv J Neurol
DA  - 2019/05/01/
PY  - 2019
DO  - https://doi.org/10.5555/IJN.2019.0045
L1  - files/12/Doe - 2019 - Brucella.pdf
M1  - PMID: 31234567
ER  -

"""
ENDNOTE = """TY  - JOUR
T1  - A long title
that runs over two lines
JF  - Invented Annals
Y1  - 2021///
AN  - 33445566
DB  - PubMed
C2  - PMC7654321
L1  - internal-pdf://1234567/two.pdf
ER  -
"""
ASREVIEW_CSV = "record_id,title,doi,ASReview_relevant\n0,Third case,10.5555/third,1\n"
TEXT = "A case of fever\n\nA 50-year-old man had a fever. Serum sodium was 128 mmol/L.\n"


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_ris_of_reference_managers(tmp_path: Path) -> None:
    first, second = read_library(written(tmp_path / "lib.ris", ZOTERO + ENDNOTE))
    assert first.known() == {
        "title": "Brucella of the neck: a case",
        "doi": "10.5555/IJN.2019.0045",
        "pmid": "31234567",
        "journal": "Invented Journal of Neurology",
        "year": "2019",
    }
    assert first.files == (("files", "12", "doe - 2019 - brucella"),)
    assert second.title == "A long title that runs over two lines"
    assert (second.line, second.pmid, second.pmcid, second.year) == (13, "33445566", "PMC7654321", "2021")
    assert second.files[0][-1] == "two"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_the_encoding_of_the_export_does_not_matter(tmp_path: Path, encoding: str, line_end: str) -> None:
    text = ZOTERO.replace("Brucella of", "Brucella bei Müller – of").replace("\n", line_end)
    (reference,) = read_library(written(tmp_path / "lib.ris", text, encoding))
    assert reference.title.startswith("Brucella bei Müller – of")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Title,Published Year,Journal,Accession Number,DOI,Ref\n"A, b",2018,J,29876543,10.5555/x,1\n', "29876543"),
        ("Title;PubMed ID;Filename\nX;123456;x.pdf\n", "123456"),
        ("title\tExtra\tDOI\nX\tPMID: 2345678\t\n", "2345678"),
        ("title,accession number,database,doi\nX,12345678,Embase,10.5555/x\n", ""),
        ("title,accession number,doi\nX,WOS:000123,10.5555/x\n", ""),
    ],
)
def test_csv_columns_by_many_names(tmp_path: Path, text: str, expected: str) -> None:
    (reference,) = read_library(written(tmp_path / "lib.csv", text))
    assert reference.pmid == expected
    assert reference.title


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("lib.ris", "TY  - JOUR\nTI  - A\nTY  - JOUR\nER  -\n", "lib.ris:3: "),
        ("lib.ris", "TY  - JOUR\nER  -\nTY  - JOUR\nTI  - cut o", "lib.ris:3: "),
        ("lib.ris", "TY  - JOUR\nER  -\nDO  - 10.5555/x\n", "lib.ris:3: "),
        ("lib.ris", "not a library\n", "lib.ris:1: "),
        ("lib.csv", "title,doi\nA,10.5555/a\nB,10.5555/b,c\n", "lib.csv:3: "),
        ("lib.csv", 'title,doi\n"A\nb",10.5555/a\nB\n', "lib.csv:4: "),
        ("lib.csv", 'title,doi\nA,10.5555/a\n"B,10.5555/b\n', "lib.csv:3: "),
        ("lib.csv", "title,planet\nA,Mars\n", "lib.csv:1: "),
        ("lib.csv", "title,doi\n", "lib.csv:1: "),
        ("lib.bib", "@article{doe2019,\n title={A}\n}\n", "lib.bib:1: "),
    ],
)
def test_a_bad_file_is_an_error_that_names_the_line(tmp_path: Path, name: str, text: str, told: str) -> None:
    with pytest.raises(LibraryError) as error:
        read_library(written(tmp_path / name, text))
    assert told in str(error.value)


@pytest.mark.parametrize(
    "name", ["a/Doe 2019.PDF", r"C:\a\doe 2019.pdf", "file:///x/a/doe%202019.pdf", "b/a/Doe 2019.txt"]
)
def test_spellings_of_one_file_name_are_equal(name: str) -> None:
    assert path_parts(name)[-2:] == ("a", "doe 2019")


def run(casetab: Command, folder: Path, library: Path, out: Path) -> tuple[dict[str, dict[str, str]], Outcome]:
    done = casetab("run", folder, "--out", out, "-j", 1, "--metadata", library)
    assert done.status == 0, done.err
    return {row["article_id"]: row for row in rows_of(out, "articles")}, done


def test_records_are_joined_by_file_doi_and_pmid_and_the_rest_is_told(casetab: Command, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    written(folder / "Doe - 2019 - Brucella.txt", TEXT)
    written(folder / "PMC7654321.txt", TEXT)
    written(folder / "c.txt", TEXT + "doi: 10.5555/THIRD\n")
    written(folder / "d.txt", TEXT + "PMID: 3000001\n")
    written(folder / "e.txt", TEXT)
    more = "TY  - JOUR\nTI  - {}\n{}\nER  - \n"
    library = ZOTERO + ENDNOTE + more.format("Third", "DO  - 10.5555/third")
    library += more.format("Fourth", "N1  - PMID: 3000001") + more.format("Nobody's", "DO  - 10.5555/none")
    rows, done = run(casetab, folder, written(tmp_path / "lib.ris", library), tmp_path / "out")
    titles = {name: row["title"] for name, row in rows.items()}
    assert titles == {
        "Doe - 2019 - Brucella": "Brucella of the neck: a case",
        "PMC7654321": "A long title that runs over two lines",
        "c": "Third",
        "d": "Fourth",
        "e": "A case of fever",
    }
    assert rows["PMC7654321"]["journal"] == "Invented Annals"
    assert [name for name, row in rows.items() if "no record of this article" in row["warnings"]] == ["e"]
    assert "lib.ris: 4 of 5 articles have a record; without one: e" in done.err
    assert "1 of 5 records belong to none of the articles: line 31 (Nobody's)" in done.err


def test_a_doi_that_disagrees_is_told_and_the_library_holds(casetab: Command, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    written(folder / "one.txt", TEXT + "doi: 10.5555/cited\n")
    library = written(tmp_path / "lib.csv", "file,doi\none.pdf,10.5555/own\n")
    rows, _ = run(casetab, folder, library, tmp_path / "out")
    assert rows["one"]["doi"] == "10.5555/own"
    assert "10.5555/cited" in rows["one"]["warnings"]


def test_a_cited_article_with_a_file_of_its_own_is_not_taken(casetab: Command, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    written(folder / "one.txt", TEXT)
    written(folder / "two.txt", TEXT + "doi: 10.5555/one\n")
    library = written(tmp_path / "lib.csv", "file,doi,title\none.pdf,10.5555/one,The first\n")
    rows, _ = run(casetab, folder, library, tmp_path / "out")
    assert (rows["one"]["title"], rows["two"]["title"]) == ("The first", "A case of fever")


def test_files_of_one_name_are_told_apart_by_their_folders(casetab: Command, tmp_path: Path) -> None:
    for folder in ("a", "b", "c"):
        (tmp_path / "in" / folder).mkdir(parents=True)
        written(tmp_path / "in" / folder / "x.txt", TEXT)
    library = written(tmp_path / "lib.csv", "title,file attachments\nOf a,/home/me/a/x.pdf\nOf b,b/x.pdf; b/s.pdf\n")
    rows, _ = run(casetab, tmp_path / "in", library, tmp_path / "out")
    titles = {name: row["title"] for name, row in rows.items()}
    assert titles == {"a_x": "Of a", "b_x": "Of b", "c_x": "A case of fever"}


def test_two_records_of_one_file_that_differ_are_not_chosen_from(casetab: Command, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    written(folder / "x.txt", TEXT)
    written(folder / "y.txt", TEXT)
    records = "title,file\nThis,x.pdf\nThat,x.pdf\nTwice,y.pdf\nTwice,y.pdf\n"
    rows, done = run(casetab, folder, written(tmp_path / "lib.csv", records), tmp_path / "out")
    assert {name: row["title"] for name, row in rows.items()} == {"x": "A case of fever", "y": "Twice"}
    assert "2 of 4 records belong to none" in done.err


def test_only_the_table_of_articles_changes(casetab: Command, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    written(folder / "Doe - 2019 - Brucella.txt", TEXT)
    library = written(tmp_path / "lib.ris", ZOTERO)
    assert casetab("run", folder, "--out", tmp_path / "without", "-q", "-j", 1).status == 0
    assert casetab("run", folder, "--out", tmp_path / "with", "-q", "-j", 1, "--metadata", library).status == 0
    for name in ("labs", "cases", "drugs", "levels", "muscle_grades"):
        file = f"{name}.csv"
        assert (tmp_path / "with" / file).read_bytes() == (tmp_path / "without" / file).read_bytes()


def test_a_bad_library_is_told_before_any_article_is_read(casetab: Command, tmp_path: Path) -> None:
    written(tmp_path / "one.txt", TEXT)
    library = written(tmp_path / "lib.ris", "TY  - JOUR\nTI  - A\n")
    done = casetab("run", tmp_path / "one.txt", "--out", tmp_path / "out", "--metadata", library)
    assert done.status == 2
    assert "lib.ris:1: " in done.err
    assert "Traceback" not in done.err
    assert casetab("run", tmp_path / "one.txt", "--out", tmp_path / "out", "--metadata", "no.ris").status == 2
    assert not (tmp_path / "out").exists()


def test_metadata_in_the_text() -> None:
    text = (
        "Fever and a stiff neck in a farmer: a case report\n\nJane Doe\n\n"
        "Published 3 May 2019. https://doi.org/10.5555/ijn.2019.0045. PMID: 31234567\n\nAbstract\n"
    )
    assert find_metadata(text) == {
        "title": "Fever and a stiff neck in a farmer: a case report",
        "doi": "10.5555/ijn.2019.0045",
        "pmid": "31234567",
        "year": "2019",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Supported by 10.13039/501100003074 and told at https://doi.org/10.5555/own.1.", {"doi": "10.5555/own.1"}),
        ("Checklist at https://example.org/article/view/10.5555/own-22-1/rc). Consent", {"doi": "10.5555/own-22-1"}),
        ("Video 1 10.5555/own-2020-2.video01 shows", {"doi": "10.5555/own-2020-2"}),
        ("Inv J Neurol 2018;2:1-3. doi: 10.5555/own.3", {"doi": "10.5555/own.3", "year": "2018"}),
        ("© 2021 The Authors.", {"year": "2021"}),
        ("Published online: 5 June 2023", {"year": "2023"}),
        ("A similar report was\npublished in 1974 and another one, accepted later,", {}),
        ("It was long. " * 9 + "\nReferences\n1. Doe J. Inv J 2001;1:2. doi: 10.5555/cited PMID: 1234567", {}),
    ],
)
def test_only_the_articles_own_identifiers_count(text: str, expected: dict[str, str]) -> None:
    found = find_metadata(f"Abstract\n{text}\n")
    assert found == expected


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Invented Journal 2019;12\n\n46\n\nA farmer with a stiff neck\n\nJane Doe\n", "A farmer with a stiff neck"),
        ("Doe: A stiff neck\n45\nCASE REPORT\nA farmer with a\nstiff neck\n\nJ. Doe\n", "A farmer with a stiff neck"),
        ("Invented Journal | 47\n\nIntroduction\nBrucellosis is a zoonosis of farmers\n", None),
        ("History of Presentation\nA man fell.\n", None),
        ("Learning points\n\nThe neck may be stiff in many ways\n", None),
    ],
)
def test_the_title_stands_below_running_heads(text: str, title: str | None) -> None:
    assert find_metadata(text).get("title") == title
