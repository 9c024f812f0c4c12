"""What ``casetab doctor`` looks at: is the installation whole, and what is there to mend."""

from __future__ import annotations

import platform
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

from packaging.requirements import InvalidRequirement, Requirement
from platformdirs import user_cache_path

_PYTHONS = ((3, 11), (3, 13))  # from, below: as in pyproject.toml
_EXTRAS = {"cluster": "runs on a cluster", "export": "exports to BioC and Phenopackets"}
_SENTENCE = "A 52-year-old woman was admitted. Serum calcium was 9.0 mg/dL."
_ROOM = 200  # MB of free disk below which a run may not find room for its ledger


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination: ``ok``, ``note`` (works, but less well) or ``mend`` (does not work)."""

    state: Literal["ok", "note", "mend"]
    text: str


def examine() -> Iterator[Finding]:
    """Yield what is well and what is not, with what to do about it; nothing is changed."""
    for check in _CHECKS:
        try:
            yield from check()
        except Exception as error:  # a broken installation fails in ways that nobody lists
            yield Finding("mend", f"{check.__name__.strip('_').replace('_', ' ')}: {type(error).__name__}: {error}")


def _python() -> Iterator[Finding]:
    first, stop = _PYTHONS
    told = f"Python {platform.python_version()} on {platform.system()} ({platform.machine()})"
    if first <= sys.version_info[:2] < stop:
        yield Finding("ok", told)
    else:
        yield Finding("mend", f"{told}: casetab needs 3.11 or 3.12; make an environment with one of them")


def _packages() -> Iterator[Finding]:
    """Compare what is installed with what casetab asks for."""
    whole = True
    for requirement in _required():
        problem = _problem(requirement)
        if problem:
            whole = False
            yield Finding("mend", f"{problem}: pip install '{requirement.name}{requirement.specifier}'")
    if whole:
        yield Finding("ok", "all packages that casetab needs, in releases that it works with")
    for extra, use in _EXTRAS.items():
        missing = [r.name for r in _required(extra) if _problem(r)]
        if missing:
            yield Finding("note", f"no {', '.join(missing)}: pip install 'casetab[{extra}]' for {use}")
        else:
            yield Finding("ok", f"extra {extra}: {use}")


def _required(extra: str = "") -> Iterator[Requirement]:
    """Yield what casetab requires, or what an extra adds to that."""
    for line in requires("casetab") or ():
        try:
            requirement = Requirement(line)
        except InvalidRequirement:
            continue
        marker = requirement.marker
        if extra and marker is not None and marker.evaluate({"extra": extra}):
            if not marker.evaluate({"extra": ""}):
                yield requirement
        elif not extra and (marker is None or marker.evaluate({"extra": ""})):
            yield requirement


def _problem(requirement: Requirement) -> str:
    """Return what is wrong with an installed package; "" where it fits."""
    try:
        found = version(requirement.name)
    except PackageNotFoundError:
        return f"{requirement.name} is not installed"
    if requirement.specifier.contains(found, prereleases=True):
        return ""
    return f"{requirement.name} {found} is installed, casetab needs {requirement.specifier}"


def _rules() -> Iterator[Finding]:
    from extract.rules.check import check_rules
    from extract.rules.load import load_rules

    problems, files = check_rules([])
    for problem in problems:
        yield Finding("mend", f"{problem}; install casetab again")
    if problems:
        return
    rules = load_rules()
    kinds = ", ".join(f"{len(rules.entries[kind]):,} {kind}s" for kind in ("analyte", "drug", "muscle"))
    yield Finding("ok", f"{files} rules files (rules {rules.hash[:12]}): {kinds}")


def _a_sentence_to_rows() -> Iterator[Finding]:
    from extract.api import text

    labs = text(_SENTENCE)["labs"]
    if [*zip(labs["analyte"], labs["value"], labs["unit"], strict=True)] == [("calcium", 9.0, "mg/dL")]:
        yield Finding("ok", f'"{_SENTENCE}" gives its row')
    else:
        yield Finding("mend", f'"{_SENTENCE}" does not give its row; install casetab again')


def _folders() -> Iterator[Finding]:
    cache = user_cache_path("casetab", appauthor=False)
    if _writable(cache):
        yield Finding("ok", f"finished lexicons are kept in {cache}")
    else:
        yield Finding("note", f"{cache} cannot be written: each start takes about a second longer")
    temporary = Path(tempfile.gettempdir())
    free = shutil.disk_usage(temporary).free // 2**20
    state: Literal["ok", "mend"] = "ok" if _writable(temporary) and free >= _ROOM else "mend"
    told = f"{free:,} MB free in the folder for temporary files, {temporary}"
    yield Finding(state, told if state == "ok" else f"{told}: make room, or set TMPDIR to another folder")


def _writable(folder: Path) -> bool:
    """Tell whether a file can be made in ``folder``, or in the nearest folder above it that exists."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _sqlite() -> Iterator[Finding]:
    told = f"SQLite {sqlite3.sqlite_version}"
    with closing(sqlite3.connect(":memory:")) as database:
        try:
            database.execute("CREATE VIRTUAL TABLE words USING fts5(text)")
        except sqlite3.OperationalError:
            yield Finding("mend", f"{told} has no full-text search (FTS5), which the review page needs: another Python")
        else:
            yield Finding("ok", f"{told} with full-text search, for the review page")


_CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _python,
    _packages,
    _rules,
    _a_sentence_to_rows,
    _folders,
    _sqlite,
)
