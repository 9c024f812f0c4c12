"""Articles behind URLs (object stores, archives, web servers), listed and fetched through fsspec."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from extract.errors import CasetabError

if TYPE_CHECKING:
    from extract.run.worklist import WorkItem

# what stores tell of a file that changes with its content
_STAMPS = ("ETag", "etag", "checksum", "md5Hash", "CRC", "chksum", "mtime", "LastModified", "last_modified", "updated")
_GLOB = frozenset("*?[")


def is_url(given: str) -> bool:
    """Tell whether an input is a URL, such as ``s3://bucket/articles`` or ``zip://*.txt::file:///a.zip``."""
    return "://" in given


def remote_files(given: str) -> list[tuple[str, str, str]]:
    """Return URL, name below the input, and stamp of each file under a URL (file, folder or pattern).

    The stamp changes when the file does; "" where the store does not tell.

    Raises
    ------
    CasetabError
        fsspec or the package for this kind of store is missing, or the store cannot be read.
    """
    core = _fsspec_core()
    try:
        system, root = core.url_to_fs(given)
        if _GLOB.intersection(root):
            found = system.glob(root, detail=True)
            base = root[: min(root.index(sign) for sign in _GLOB if sign in root)].rpartition("/")[0]
        else:
            found = system.find(root, detail=True)
            base = root
    except (OSError, ValueError, ImportError) as error:
        raise CasetabError(f"{given}: cannot be read: {error}") from error
    files = {name: told for name, told in found.items() if told.get("type") != "directory"}
    chained = given.partition("::")[2]
    return [
        (
            system.unstrip_protocol(name) + (f"::{chained}" if chained else ""),
            name.removeprefix(base).strip("/") or PurePosixPath(name).name,
            _stamp(told),
        )
        for name, told in sorted(files.items())
    ]


@contextmanager
def local_copy(item: WorkItem) -> Iterator[Path]:
    """Hand out the item's file on this machine, fetched for as long as it is needed where it is remote."""
    if not item.url:
        yield item.path
        return
    core = _fsspec_core()
    with tempfile.TemporaryDirectory(prefix="casetab-") as folder:
        path = Path(folder) / item.path.name
        with core.open(item.url, "rb") as stream:
            path.write_bytes(stream.read())
        yield path


def _stamp(told: Mapping[str, Any]) -> str:
    stamps = [f"{name}={told[name]}" for name in _STAMPS if told.get(name)]
    if not stamps:
        return ""
    return hashlib.sha256("\0".join([*stamps, str(told.get("size"))]).encode()).hexdigest()


def _fsspec_core() -> Any:
    try:
        from fsspec import core
    except ImportError:
        raise CasetabError("reading from URLs needs fsspec: pip install 'casetab[cluster]'") from None
    return core
