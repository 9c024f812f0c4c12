"""Inputs on the command line become articles with unique identifiers."""

from __future__ import annotations

from pathlib import Path

import pytest

from extract.run.worklist import NothingToReadError, find_articles


def write(path: Path, text: str = "A 50-year-old man had a cough.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def found(*inputs: Path | str, skip: Path | None = None) -> dict[str, str]:
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
    assert list(found(tmp_path, skip=results)) == ["one"]
    assert list(found(results, skip=results)) == ["one"], "named itself, it is read"


@pytest.mark.parametrize("given", ["missing.txt", "nothing-*.txt", "."])
def test_nothing_to_read_is_an_error_that_names_the_input(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NothingToReadError) as error:
        find_articles([given])
    assert given in str(error.value)
