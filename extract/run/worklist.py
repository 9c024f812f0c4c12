"""The work list: inputs named on the command line to article files with unique identifiers."""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from extract.errors import CasetabError
from extract.run.remote import is_url, remote_files
from extract.sources.read import READERS

_TEMPORARY = (".", "~$", "#")  # hidden files, and what office programs and editors leave beside a file
_SURROGATE = re.compile("[\ud800-\udfff]")  # no encoding can write them
_LONGEST = 150  # bytes of an identifier: it becomes a file's name, which may have 255


class NothingToReadError(CasetabError):
    """No article file among the inputs."""


@dataclass(frozen=True, slots=True)
class WorkItem:
    """An article to process.

    Attributes
    ----------
    source_file : the file's name as tables show it.
    url : where a remote file is fetched from; ``path`` is then the name that it gets.
    stamp : what changes with a remote file's content; "" where it has to be read to know.
    problem : why there is nothing to read, such as a folder that cannot be searched.
    """

    path: Path
    article_id: str
    source_file: str
    url: str = ""
    stamp: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class _Found:
    """A file that an input named or a search met, before it gets an identifier."""

    path: Path
    shown: str
    url: str = ""
    stamp: str = ""
    problem: str = ""

    @property
    def place(self) -> str:
        """What two names of one file have in common; unlike ``Path.resolve`` it bears links in a circle."""
        return self.url or os.path.realpath(self.path)


def find_articles(inputs: Sequence[str], skip: Sequence[Path] = ()) -> list[WorkItem]:
    """Return the articles under files, folders (recursively), globs and URLs, sorted by identifier.

    Two files of equal stem get their parent folder's name in front ("a/x.txt" and "b/x.txt" are ``a_x`` and
    ``b_x``), and a number behind where that is equal too. A file that is named twice is read once. Hidden
    files and folders are left out unless named.

    Parameters
    ----------
    skip : results, files or folders, left out where a search of a folder comes across them.

    Raises
    ------
    NothingToReadError
        an input does not exist, or none of the inputs holds an article.
    """
    skipped = [path.resolve() for path in skip]
    files: dict[str, _Found] = {}
    for given in inputs:
        for found in _expand(given, skipped):
            files.setdefault(found.place, found)
    if not files:
        known = ", ".join(sorted(READERS))
        raise NothingToReadError(f"nothing to read in {', '.join(inputs)}: casetab reads {known}")
    ids = _identifiers([found.path for found in files.values()])
    items = [
        WorkItem(f.path, name, writable(f.shown), f.url, f.stamp, f.problem)
        for f, name in zip(files.values(), ids, strict=True)
    ]
    return sorted(items, key=lambda item: item.article_id)


def _expand(given: str, skipped: Sequence[Path]) -> Iterator[_Found]:
    """Yield the files of one input."""
    if is_url(given):
        yield from _remote(given)
        return
    path = Path(given)
    if path.is_dir():
        yield from _search(path, skipped)
        return
    if path.exists():
        yield _Found(path, path.name)
        return
    matches = sorted(Path(match) for match in glob.glob(given, recursive=True))  # noqa: PTH207  (may be absolute)
    if not matches:
        raise NothingToReadError(f"{given}: no such file, folder or pattern")
    for match in matches:
        if match.is_dir():
            yield from _search(match, skipped)
        elif _is_article(match, match.parent):
            yield _Found(match, match.name)


def _remote(given: str) -> Iterator[_Found]:
    for url, shown, stamp in remote_files(given):
        name = PurePosixPath(shown)
        if name.suffix.lower() in READERS and not _is_temporary(name):
            yield _Found(Path(name), shown, url, stamp)


def _search(folder: Path, skipped: Sequence[Path]) -> Iterator[_Found]:
    """Yield the articles below a folder; a folder that cannot be searched is reported as an article that failed."""
    root = folder.resolve()
    below = [path for path in skipped if path != root and path.is_relative_to(root)]
    closed: list[OSError] = []
    paths = [Path(place) / name for place, _, names in os.walk(folder, onerror=closed.append) for name in names]
    for path in sorted(paths):
        if not _is_article(path, folder):
            continue
        if below and any(path.resolve().is_relative_to(each) for each in below):
            continue
        yield _Found(path, path.relative_to(folder).as_posix())
    for error in closed:
        path = Path(error.filename)
        shown = path.relative_to(folder.parent if path == folder else folder).as_posix()
        yield _Found(path, shown, problem=f"{shown}: cannot be searched: {error.strerror}; check its permissions")


def _is_article(path: Path, root: Path) -> bool:
    """Tell whether a file that a search met is an article; a broken link is, so that it is reported."""
    if path.suffix.lower() not in READERS:
        return False
    if _is_temporary(path.relative_to(root)):
        return False
    return path.is_file() or (path.is_symlink() and not path.exists())


def _is_temporary(path: PurePath) -> bool:
    return any(part.startswith(_TEMPORARY) for part in path.parts)


def _identifiers(paths: Sequence[Path]) -> list[str]:
    """Return an identifier for each path."""
    stems = Counter(path.stem.casefold() for path in paths)
    ids: dict[int, str] = {}
    used: set[str] = set()
    places = [path.absolute().as_posix() for path in paths]
    # lone stems first: no other file's longer name may take them away
    for i in sorted(range(len(paths)), key=lambda i: (stems[paths[i].stem.casefold()], places[i])):
        stem = paths[i].stem
        alone = stems[stem.casefold()] == 1
        name = _short(writable(stem if alone else f"{paths[i].absolute().parent.name}_{stem}"))
        unique, number = name, 2
        while unique.casefold() in used:
            unique, number = f"{name}_{number}", number + 1
        used.add(unique.casefold())
        ids[i] = unique
    return [ids[i] for i in range(len(paths))]


def writable(name: str) -> str:
    """Return a text with lone surrogates, such as a file's name that is no UTF-8 gives, shown as U+FFFD."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", name)


def _short(name: str) -> str:
    """Cut a name of more bytes than an identifier may have, with a hash of the whole at its end."""
    data = name.encode()
    if len(data) <= _LONGEST:
        return name
    return f"{data[:_LONGEST].decode(errors='ignore')}_{hashlib.sha256(data).hexdigest()[:8]}"
