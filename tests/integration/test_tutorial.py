"""What the tutorial tells the reader to type works, in its order, on the project's own articles."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers import ARTICLES, ROOT

if TYPE_CHECKING:
    from conftest import Outcome

    Command = Callable[..., Outcome]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the commands are run by a POSIX shell")


def test_the_tutorial_leads_to_an_analysis(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    shutil.copytree(ARTICLES, tmp_path / "papers")
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    for commands in re.findall(r"^```sh\n(.*?)^```", text, re.DOTALL | re.MULTILINE):
        done = subprocess.run(
            ["sh", "-ec", commands], cwd=tmp_path, capture_output=True, text=True, env={**os.environ, "PATH": path}
        )
        assert done.returncode == 0, commands + done.stderr
    tables = tmp_path / "tables"
    for name in ("analysis.csv", "codebook.md", "missingness.csv", "report.html"):
        assert (tables / name).stat().st_size > 0
    told: list[object] = []
    example = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    for code in example:
        where = Path.cwd()
        os.chdir(tmp_path)
        try:
            exec(code, {"print": told.append})
        finally:
            os.chdir(where)
    assert told == [19]


def test_the_variable_that_it_shows_is_a_variable(casetab: Command, tmp_path: Path) -> None:
    text = (ROOT / "docs" / "tutorial.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert shown
    path = tmp_path / "protocol.yaml"
    path.write_text(f"title: t\nvariables:\n{''.join(shown)}", encoding="utf-8")
    told = casetab("protocol", "check", path)
    assert (told.status, "crp_highest" in told.out + told.err) == (0, True)
