"""Every casetab command that README and docs show works as it stands, in the order of its page."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers import ARTICLES, CORPUS_GOLD, ROOT
from review_runs import Reviewers

from extract.review.store import Store

if TYPE_CHECKING:
    from conftest import Outcome

    Command = Callable[..., Outcome]

PAGES = ["README.md", *(f"docs/{path.name}" for path in sorted(ROOT.glob("docs/*.md")) if path.stem != "tutorial")]
_SHELL = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
_PYTHON = re.compile(r"^```python\n(.*?)^```", re.DOTALL | re.MULTILINE)
_ELSEWHERE = re.compile(r"s3://|zip://|--engine dask|casetab review (?!export)")  # wants a store, a cluster, a person
_FEW = ("labs_*.txt", "drugs_*.txt", "*kawasaki*", "*brucella*")


def _commands(page: str) -> list[list[str]]:
    """Return the casetab commands of a page, in words."""
    text = (ROOT / page).read_text(encoding="utf-8")
    lines = [line for block in _SHELL.findall(text) for line in block.splitlines() if not _ELSEWHERE.search(line)]
    words = [shlex.split(line.replace(".venv/bin/casetab", "casetab"), comments=True) for line in lines]
    return [line for line in words if line[:1] == ["casetab"]]


def _make_targets(page: str) -> set[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    return {target for block in _SHELL.findall(text) for target in re.findall(r"^make (\w+)", block, re.MULTILINE)}


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_articles_run: Path) -> Path:
    """Return a working folder with what the pages take for granted: articles, their tables, rules, references."""
    for name in ("articles", "my_articles"):
        shutil.copytree(few_articles_run.parent / "articles", tmp_path / name)
    for name in ("tables", "my_tables"):
        shutil.copytree(few_articles_run, tmp_path / name)
    with Store.beside(tmp_path / "tables") as store:
        Reviewers(tmp_path / "tables", store).accept("Ada", "paediatric_kawasaki")
    shutil.copytree(CORPUS_GOLD, tmp_path / "my_gold")
    (tmp_path / "corpus").symlink_to(ROOT / "corpus")
    (tmp_path / "my_rules").mkdir()
    (tmp_path / "my_rules" / "not_labs.tsv").write_text("term\tsynonyms\twhy\nzeta level\t\tours\n", encoding="utf-8")
    title = "TY  - JOUR\nTI  - A report\nPY  - 2020\nL1  - drugs_autoimmune_encephalitis.txt\nER  - \n"
    (tmp_path / "library.ris").write_text(title, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def few_articles_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run over a few articles, which stand beside it."""
    folder = tmp_path_factory.mktemp("few")
    (folder / "articles").mkdir()
    for pattern in _FEW:
        for path in ARTICLES.glob(pattern):
            shutil.copy(path, folder / "articles")
    command = (sys.executable, "-c", "from extract.cli import main; main()")
    subprocess.run([*command, "run", "articles", "--out", "tables", "-q"], cwd=folder, check=True)
    return folder / "tables"


@pytest.mark.parametrize("page", [page for page in PAGES if _commands(page)])
def test_the_commands_of_a_page_work(page: str, casetab: Command, desk: Path) -> None:
    commands = _commands(page)
    if not any(words[1:3] == ["protocol", "new"] for words in commands):
        shutil.copy(ROOT / "corpus" / "protocol.yaml", desk)
    for _, *arguments in commands:
        told = casetab(*arguments)
        assert told.status == 0, (arguments, told.err)


def test_the_page_of_tables_loads_them_and_finds_the_source_of_a_row(desk: Path) -> None:
    names: dict[str, object] = {}
    blocks = _PYTHON.findall((ROOT / "docs" / "tables.md").read_text(encoding="utf-8"))
    for block in blocks:
        exec(block, names)
    assert len(blocks) == 2
    first = desk.joinpath("articles", "damaged_brucella_spine.txt").read_text("utf-8")
    assert str(names["text"]).startswith(first[:40])


def test_the_script_for_a_cluster_is_python() -> None:
    (block,) = _PYTHON.findall((ROOT / "docs" / "batches.md").read_text(encoding="utf-8"))
    compile(block, "cluster.py", "exec")


def test_the_targets_of_make_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set().union(*map(_make_targets, PAGES))
    assert {"run", "test"} <= named
    assert {target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)} == set()
