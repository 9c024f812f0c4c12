"""The work list: inputs named on the command line to article files with unique identifiers."""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from extract.errors import CasetabError
from extract.sources.read import READERS

_TEMPORARY = (".", "~$", "#")  # hidden files, and what office programs and editors leave beside a file


class NothingToReadError(CasetabError):
    """No article file among the inputs."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """An article to process: its file, its identifier, and the file's name as tables show it."""

    path: Path
    article_id: str
    source_file: str


def find_articles(inputs: Sequence[str], skip: Path | None = None) -> list[WorkItem]:
    """Return the articles under files, folders (recursively) and globs, sorted by identifier.

    Two files of equal stem get their parent folder's name in front ("a/x.txt" and "b/x.txt" are ``a_x`` and
    ``b_x``), and a number behind where that is equal too. A file that is named twice is read once. Hidden
    files and folders are left out unless named.

    Parameters
    ----------
    skip : a folder of results, left out where a search comes across it.

    Raises
    ------
    NothingToReadError
        an input does not exist, or none of the inputs holds an article.
    """
    skipped = skip.resolve() if skip is not None else None
    files: dict[Path, tuple[Path, str]] = {}
    for given in inputs:
        for path, shown in _expand(given, skipped):
            files.setdefault(path.resolve(), (path, shown))
    if not files:
        known = ", ".join(sorted(READERS))
        raise NothingToReadError(f"nothing to read in {', '.join(inputs)}: casetab reads {known}")
    ids = _identifiers([path for path, _ in files.values()])
    items = [WorkItem(path, ids[path], shown) for path, shown in files.values()]
    return sorted(items, key=lambda item: item.article_id)


def _expand(given: str, skipped: Path | None) -> Iterator[tuple[Path, str]]:
    """Yield the files of one input with the names that tables show."""
    path = Path(given)
    if path.is_dir():
        yield from _search(path, skipped)
        return
    if path.exists():
        yield path, path.name
        return
    matches = sorted(Path(match) for match in glob.glob(given, recursive=True))  # noqa: PTH207  (may be absolute)
    if not matches:
        raise NothingToReadError(f"{given}: no such file, folder or pattern")
    for match in matches:
        if match.is_dir():
            yield from _search(match, skipped)
        elif _is_article(match, match.parent):
            yield match, match.name


def _search(folder: Path, skipped: Path | None) -> Iterator[tuple[Path, str]]:
    root = folder.resolve()
    below = skipped is not None and skipped != root and skipped.is_relative_to(root)
    for path in sorted(folder.rglob("*")):
        if not _is_article(path, folder):
            continue
        if below and skipped is not None and path.resolve().is_relative_to(skipped):
            continue
        yield path, path.relative_to(folder).as_posix()


def _is_article(path: Path, root: Path) -> bool:
    """Tell whether a file that a search met is an article; a broken link is, so that it is reported."""
    if path.suffix.lower() not in READERS:
        return False
    if any(part.startswith(_TEMPORARY) for part in path.relative_to(root).parts):
        return False
    return path.is_file() or (path.is_symlink() and not path.exists())


def _identifiers(paths: list[Path]) -> dict[Path, str]:
    stems = Counter(path.stem.casefold() for path in paths)
    ids: dict[Path, str] = {}
    used: set[str] = set()
    # lone stems first: no other file's longer name may take them away
    for path in sorted(paths, key=lambda path: (stems[path.stem.casefold()], path.absolute().as_posix())):
        alone = stems[path.stem.casefold()] == 1
        name = path.stem if alone else f"{path.absolute().parent.name}_{path.stem}"
        unique, number = name, 2
        while unique.casefold() in used:
            unique, number = f"{name}_{number}", number + 1
        used.add(unique.casefold())
        ids[path] = unique
    return ids
