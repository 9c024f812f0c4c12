"""``casetab doctor``: what is well, what is not, and what to do about it."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extract import doctor

if TYPE_CHECKING:
    from conftest import Outcome

    Command = Callable[..., Outcome]


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return a dictionary of other releases, or "" for packages that are missing."""
    others: dict[str, str] = {}

    def version(name: str) -> str:
        if others.get(name) == "":
            raise importlib.metadata.PackageNotFoundError(name)
        return others.get(name) or importlib.metadata.version(name)

    monkeypatch.setattr(doctor, "version", version)
    return others


def _told(state: str) -> list[str]:
    return [finding.text for finding in doctor.examine() if finding.state == state]


def test_a_whole_installation_has_nothing_to_mend(casetab: Command) -> None:
    told = casetab("doctor")
    assert told.status == 0
    assert "MEND" not in told.out
    assert "gives its row" in told.out


def test_an_old_release_and_a_missing_package_are_named_with_what_to_type(
    installed: dict[str, str], casetab: Command
) -> None:
    installed |= {"scispacy": "0.2.5", "lxml": ""}
    told = casetab("doctor")
    assert told.status == 1
    assert "MEND  scispacy 0.2.5 is installed, casetab needs <0.7,>=0.6.2: pip install 'scispacy" in told.out
    assert "MEND  lxml is not installed: pip install 'lxml>=5.2'" in told.out


def test_a_missing_extra_is_no_fault(installed: dict[str, str]) -> None:
    installed["distributed"] = ""
    assert _told("mend") == []
    assert _told("note") == ["no distributed: pip install 'casetab[cluster]' for runs on a cluster"]


def test_a_cache_folder_that_cannot_be_written_costs_time_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setattr(doctor, "user_cache_path", lambda *_, **__: tmp_path / "file" / "casetab")
    assert _told("mend") == []
    assert "cannot be written" in _told("note")[0]


def test_a_sentence_that_does_not_give_its_row_is_a_broken_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "_SENTENCE", "Nothing.")
    assert _told("mend") == ['"Nothing." does not give its row; install casetab again']


def test_a_check_that_breaks_costs_only_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    def disk_usage(_: object) -> object:
        raise OSError("no such device")

    monkeypatch.setattr(doctor.shutil, "disk_usage", disk_usage)
    assert _told("mend") == ["folders: OSError: no such device"]
    assert any("SQLite" in text for text in _told("ok"))
