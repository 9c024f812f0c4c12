"""What the documentation shows is what casetab does."""

from __future__ import annotations

import importlib.util
import re
from importlib.metadata import requires
from pathlib import Path
from types import ModuleType

import pytest
import yaml
from helpers import ALL_TABLES, ROOT
from packaging.requirements import Requirement

from extract import __version__
from extract.cli import app

README = (ROOT / "README.md").read_text(encoding="utf-8")


def load_refresh() -> ModuleType:
    spec = importlib.util.spec_from_file_location("refresh", ROOT / "docs" / "refresh.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_sample_in_the_readme_is_what_comes_out_of_the_article(corpus_run: Path) -> None:
    refreshed = load_refresh().readme(corpus_run)
    assert refreshed == README, "run docs/refresh.py"
    for table in ("muscle_grades", "levels", "labs"):
        assert len(refreshed.partition(f"<!-- {table}.csv -->")[2].partition("<!-- end")[0].splitlines()) > 5


def test_the_reference_of_columns_is_up_to_date() -> None:
    page = load_refresh().tables_page()
    assert page == (ROOT / "docs" / "tables.md").read_text(encoding="utf-8"), "run docs/refresh.py"
    assert [table for table in ALL_TABLES if f"### {table}.csv" not in page] == []


PAGES = ["README.md", "CHANGELOG.md", *sorted(f"docs/{path.name}" for path in ROOT.glob("docs/*.md"))]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_that_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if not link.startswith("https://")]
    assert [target for target in targets if not (ROOT / page).parent.joinpath(target).exists()] == []


def test_files_that_the_architecture_names_exist() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"`((?:extract|rules|benchmarks|docs)/[\w./]+)", text)
    assert len(named) > 8
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_command_is_in_the_readme() -> None:
    names = [command.callback.__name__ for command in app.registered_commands if command.callback]
    names += [group.name for group in app.registered_groups if group.name]
    assert [name for name in names if f"casetab {name} " not in README] == []


def test_the_licence_of_every_package_is_listed() -> None:
    listed = (ROOT / "docs" / "third-party.md").read_text(encoding="utf-8").lower()
    named = {Requirement(line).name.lower() for line in requires("casetab") or ()}
    assert [name for name in sorted(named) if not re.search(rf"[| ]{re.escape(name)}[ ,]", listed)] == []


def test_every_page_is_in_the_index() -> None:
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8").split("\n")
    pages = {path.stem for path in ROOT.glob("docs/*.md")} - {"index"}
    assert pages - set(index) == set()


def test_the_citation_names_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == __version__
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_component_example_runs() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    example = re.search(r"```python\n(.*?)```", text, re.DOTALL)
    assert example is not None
    told: list[object] = []
    exec(example.group(1), {"print": told.append})
    assert told == [[("35", "10*9/L")]]
