"""The work list: inputs named on the command line to article files with unique identifiers."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from extract.errors import CasetabError
from extract.sources.read import READERS


class NothingToReadError(CasetabError):
    """No article file among the inputs."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """An article to process: its file, its identifier, and the file's name as tables show it."""

    path: Path
    article_id: str
    source_file: str


def find_articles(inputs: Sequence[str]) -> list[WorkItem]:
    """Return the articles under files, folders (recursively) and globs, sorted by identifier.

    Two files of equal stem get their parent folder's name in front ("a/x.txt" and "b/x.txt" are ``a_x`` and ``b_x``),
    and a number behind where that is equal too.

    Raises
    ------
    NothingToReadError
        an input does not exist, or none of the inputs holds an article.
    """
    files: dict[Path, str] = {}
    for given in inputs:
        for path, shown in _expand(given):
            files.setdefault(path.resolve(), shown)
    if not files:
        known = ", ".join(sorted(READERS))
        raise NothingToReadError(f"nothing to read in {', '.join(map(str, inputs))}: casetab reads {known}")
    ids = _identifiers(list(files))
    items = [WorkItem(path, ids[path], shown) for path, shown in files.items()]
    return sorted(items, key=lambda item: item.article_id)


def _expand(given: str) -> Iterable[tuple[Path, str]]:
    path = Path(given)
    if path.is_dir():
        found = sorted(p for p in path.rglob("*") if p.suffix.lower() in READERS and not _hidden(p, path))
        return [(p, p.relative_to(path).as_posix()) for p in found if not p.is_dir()]
    if path.exists():
        return [(path, path.name)]
    matches = sorted(Path(p) for p in glob.glob(given, recursive=True))
    if not matches:
        raise NothingToReadError(f"{given}: no such file, folder or pattern")
    return [pair for match in matches for pair in _expand(str(match))]


def _hidden(path: Path, root: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(root).parts)


def _identifiers(paths: list[Path]) -> dict[Path, str]:
    stems = Counter(path.stem.casefold() for path in paths)
    ids: dict[Path, str] = {}
    used: set[str] = set()
    for path in sorted(paths):
        name = path.stem if stems[path.stem.casefold()] == 1 else f"{path.parent.name}_{path.stem}"
        unique, number = name, 2
        while unique.casefold() in used:
            unique, number = f"{name}_{number}", number + 1
        used.add(unique.casefold())
        ids[path] = unique
    return ids
