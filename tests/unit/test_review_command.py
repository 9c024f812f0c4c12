"""``casetab review``: what it refuses, and how it starts and ends."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from helpers import ROOT

if TYPE_CHECKING:
    from conftest import Outcome


@pytest.fixture
def run(corpus_run: Path, tmp_path: Path) -> Path:
    """Return a run that a review may write to."""
    return Path(shutil.copytree(corpus_run, tmp_path / "run"))


def test_a_folder_without_a_run_is_refused(casetab: Callable[..., Outcome], tmp_path: Path) -> None:
    told = casetab("review", tmp_path, "--no-browser")
    assert told.status == 2
    assert "articles.csv" in told.err


def test_a_network_needs_a_password(casetab: Callable[..., Outcome], run: Path) -> None:
    told = casetab("review", run, "--host", "0.0.0.0", "--no-browser")
    assert told.status == 2
    assert "--password" in told.err


def test_a_port_that_is_taken_is_told(casetab: Callable[..., Outcome], run: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        told = casetab("review", run, "--port", taken.getsockname()[1], "--no-browser")
    assert told.status == 2
    assert "choose another --port" in told.err


def test_a_database_without_driver_or_server_is_told(casetab: Callable[..., Outcome], run: Path) -> None:
    for url in ("nonsense://x", "sqlite:////no/such/folder/review.sqlite"):
        told = casetab("review", run, "--database", url, "--no-browser")
        assert told.status == 2
        assert "Traceback" not in told.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT to send")
def test_the_page_is_served_until_it_is_interrupted(run: Path) -> None:
    command = [sys.executable, "-c", "from extract.cli import main; main()", "review", str(run)]
    options = ["--port", "0", "--no-browser", "--reviewer", "Ada"]
    with subprocess.Popen(command + options, stderr=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stderr is not None
        address = next(found.group() for line in process.stderr if (found := re.search(r"http://127\S+", line)))
        with pytest.raises(urllib.error.HTTPError, match="403"):
            urllib.request.urlopen(address.partition("?")[0])
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
    assert process.returncode == 0
    assert "all decisions are kept" in told
    assert "Traceback" not in told


def test_the_page_in_the_manual_names_every_key() -> None:
    manual = (ROOT / "docs" / "review.md").read_text(encoding="utf-8")
    shown = (ROOT / "extract" / "review" / "templates" / "parts" / "help.html").read_text(encoding="utf-8")
    keys = set(re.findall(r"<kbd>(.)</kbd>", shown))
    assert len(keys) > 15
    assert {key for key in keys if f"`{key}`" not in manual} == set()
