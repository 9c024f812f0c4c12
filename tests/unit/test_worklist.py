"""Inputs on the command line become articles with unique identifiers."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from extract.errors import CasetabError
from extract.run.fingerprint import content_key
from extract.run.worklist import NothingToReadError, find_articles


def write(path: Path, text: str = "A 50-year-old man had a cough.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def found(*inputs: Path | str, skip: tuple[Path, ...] = ()) -> dict[str, str]:
    return {item.article_id: item.source_file for item in find_articles([str(i) for i in inputs], skip)}


def test_a_folder_is_searched_with_all_below_it(tmp_path: Path) -> None:
    write(tmp_path / "one.txt")
    write(tmp_path / "2019" / "spring" / "two.TXT")
    write(tmp_path / "notes.docx")
    assert found(tmp_path) == {"one": "one.txt", "two": "2019/spring/two.TXT"}


def test_articles_are_sorted_by_identifier_whatever_the_order_of_inputs(tmp_path: Path) -> None:
    names = [write(tmp_path / name) for name in ("zeta.txt", "Alpha.txt", "beta.txt")]
    assert list(found(*names)) == ["Alpha", "beta", "zeta"]
    assert list(found(*reversed(names))) == ["Alpha", "beta", "zeta"]


def test_equal_stems_get_their_folders_name(tmp_path: Path) -> None:
    write(tmp_path / "lancet" / "case.txt")
    write(tmp_path / "bmj" / "case.txt")
    write(tmp_path / "bmj" / "other.txt")
    assert set(found(tmp_path)) == {"lancet_case", "bmj_case", "other"}


def test_stems_that_differ_in_case_only_are_told_apart_on_every_file_system(tmp_path: Path) -> None:
    write(tmp_path / "a" / "Case.txt")
    write(tmp_path / "b" / "case.txt")
    assert set(found(tmp_path)) == {"a_Case", "b_case"}


def test_a_longer_name_never_takes_the_identifier_of_a_lone_file(tmp_path: Path) -> None:
    write(tmp_path / "a" / "x.txt")
    write(tmp_path / "b" / "x.txt")
    write(tmp_path / "z" / "a_x.txt")
    ids = found(tmp_path)
    assert ids["a_x"] == "z/a_x.txt"
    assert set(ids.values()) == {"a/x.txt", "b/x.txt", "z/a_x.txt"}


def test_a_file_named_twice_is_read_once(tmp_path: Path) -> None:
    one = write(tmp_path / "one.txt")
    assert list(found(one, tmp_path, f"{tmp_path}/o*.txt")) == ["one"]


def test_hidden_and_temporary_files_are_left_out_of_a_search(tmp_path: Path) -> None:
    write(tmp_path / "good.txt")
    for name in (".hidden.txt", "~$good.txt", "#good.txt", ".git/log.txt", "__MACOSX/._good.txt"):
        write(tmp_path / name)
    assert list(found(tmp_path)) == ["good"]


def test_a_hidden_file_is_read_when_it_is_named(tmp_path: Path) -> None:
    assert list(found(write(tmp_path / ".draft.txt"))) == [".draft"]


def test_a_glob_takes_articles_only(tmp_path: Path) -> None:
    write(tmp_path / "one.txt")
    write(tmp_path / "table.csv")
    assert list(found(f"{tmp_path}/*")) == ["one"]


def test_a_file_that_is_named_is_taken_whatever_its_kind(tmp_path: Path) -> None:
    assert list(found(write(tmp_path / "scan.tiff"))) == ["scan"]


def test_a_link_keeps_the_name_under_which_it_was_given(tmp_path: Path) -> None:
    target = write(tmp_path / "store" / "9f3c.txt")
    link = tmp_path / "in" / "PMC1.txt"
    link.parent.mkdir()
    link.symlink_to(target)
    assert found(link) == {"PMC1": "PMC1.txt"}


def test_a_broken_link_is_kept_so_that_it_is_reported(tmp_path: Path) -> None:
    write(tmp_path / "good.txt")
    (tmp_path / "gone.txt").symlink_to(tmp_path / "nowhere.txt")
    assert list(found(tmp_path)) == ["gone", "good"]


def test_the_results_of_an_earlier_run_are_no_articles(tmp_path: Path) -> None:
    write(tmp_path / "one.txt")
    results = tmp_path / "out" / "sources"
    write(results / "one.txt")
    assert list(found(tmp_path, skip=(results,))) == ["one"]
    assert list(found(results, skip=(results,))) == ["one"], "named itself, it is read"


@pytest.mark.parametrize("given", ["missing.txt", "nothing-*.txt", "."])
def test_nothing_to_read_is_an_error_that_names_the_input(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NothingToReadError) as error:
        find_articles([given])
    assert given in str(error.value)


def test_links_in_a_circle_are_kept_so_that_they_are_reported(tmp_path: Path) -> None:
    (tmp_path / "a.txt").symlink_to(tmp_path / "b.txt")
    (tmp_path / "b.txt").symlink_to(tmp_path / "a.txt")
    (tmp_path / "again").symlink_to(tmp_path)
    assert list(found(tmp_path)) == ["a", "b"]


def test_a_folder_that_cannot_be_searched_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "in" / "good.txt")
    (tmp_path / "in" / "closed").mkdir()
    scan = os.scandir

    def refuse(path: str) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    items = {item.article_id: item.problem for item in find_articles([str(tmp_path / "in")])}
    assert items == {"good": "", "closed": "closed: cannot be searched: Permission denied; check its permissions"}


def test_a_name_too_long_for_further_files_is_cut_and_stays_unique(tmp_path: Path) -> None:
    long = "x" * 240
    for last in "ab":
        write(tmp_path / f"{long}{last}.txt")
    ids = list(found(tmp_path))
    assert len(set(ids)) == 2
    assert all(len(name.encode()) < 200 for name in ids)


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have names in Unicode only")
def test_a_name_that_is_no_utf8_can_be_written_to_a_table(tmp_path: Path) -> None:
    write(tmp_path / os.fsdecode(b"caf\xe9.txt"))
    assert found(tmp_path) == {"caf\N{REPLACEMENT CHARACTER}": "caf\N{REPLACEMENT CHARACTER}.txt"}


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        ("", {"one": "one.txt", "two": "2019/two.xml"}),
        ("/*.txt", {"one": "one.txt"}),
        ("/2019/two.xml", {"two": "two.xml"}),
    ],
)
def test_urls_are_listed_like_folders_and_patterns(tmp_path: Path, below: str, expected: dict[str, str]) -> None:
    pytest.importorskip("fsspec")
    write(tmp_path / "one.txt")
    write(tmp_path / "2019" / "two.xml")
    write(tmp_path / "table.csv")
    write(tmp_path / ".hidden.txt")
    assert found(f"{tmp_path.as_uri()}{below}") == expected


def test_archives_are_searched_in_place(tmp_path: Path) -> None:
    pytest.importorskip("fsspec")
    write(tmp_path / "in" / "one.txt")
    write(tmp_path / "in" / "sub" / "two.txt")
    archive = shutil.make_archive(str(tmp_path / "articles"), "zip", tmp_path / "in")
    assert found(f"zip://::file://{archive}") == {"one": "one.txt", "two": "sub/two.txt"}


@pytest.mark.parametrize("url", ["nonsense://bucket/x", "file:///nowhere/at/all"])
def test_a_url_that_cannot_be_read_is_an_error_that_names_it(url: str) -> None:
    pytest.importorskip("fsspec")
    with pytest.raises(CasetabError, match=url):
        find_articles([url])


def test_a_key_changes_with_content_name_and_settings_only(tmp_path: Path) -> None:
    def key(settled: str = "rules") -> str:
        (item,) = find_articles([str(tmp_path)])
        return content_key(item, settled)

    one = write(tmp_path / "one.txt")
    first = key()
    os.utime(one, (0, 0))
    assert key() == first
    assert key("other rules") != first
    write(one, "other words")
    assert key() != first
    write(one)
    assert key() == first
    one.rename(tmp_path / "two.txt")
    assert key() != first
    (tmp_path / "two.txt").unlink()
    (tmp_path / "two.txt").symlink_to(tmp_path / "gone.txt")
    assert key() == ""
