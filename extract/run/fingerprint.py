"""What decides an article's rows, as hashes: its content, the rules, the code and the options that change rows."""

from __future__ import annotations

import hashlib
import sys
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import extract
from extract.nlp.ner_choice import RULES, ner_identity
from extract.run.worklist import WorkItem

# the libraries whose data or algorithms decide what stands in the tables
_DECISIVE = ("drug-named-entity-recognition", "lxml", "pypdfium2", "scispacy", "spacy")
_NOT_CODE = frozenset({"__pycache__", "_rules"})  # the rules have a hash of their own


def libraries() -> dict[str, str]:
    """Return name and version of the libraries that decide what stands in the tables."""
    return {name: version(name) for name in _DECISIVE}


@lru_cache(maxsize=1)
def code_hash() -> str:
    """Return the SHA-256 of the package's files (code and models).

    The version alone would not do: in a development checkout it stays while the code changes.
    """
    root = Path(extract.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        inner = path.relative_to(root)
        if path.is_file() and not _NOT_CODE.intersection(inner.parts):
            digest.update(f"{inner.as_posix()}\0{path.stat().st_size}\0".encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def fingerprint(rules_hash: str, *, all_subjects: bool, ner: str = RULES) -> str:
    """Return the hash of all that decides the rows of an article beside the article itself."""
    told = (
        extract.__version__,
        code_hash(),
        rules_hash,
        *(f"{name} {number}" for name, number in libraries().items()),
        f"python {sys.version_info.major}.{sys.version_info.minor}",
        f"all subjects {all_subjects}",
        *(() if ner == RULES else (f"names {ner_identity(ner)}",)),
    )
    return hashlib.sha256("\0".join(told).encode()).hexdigest()


def content_key(item: WorkItem, settled: str) -> str:
    """Return the key under which the ledger keeps an article; "" where its content cannot be known beforehand.

    Parameters
    ----------
    settled : the run's `fingerprint`.
    """
    content = item.stamp or _content_hash(item.path)
    if not content:
        return ""
    told = (settled, item.article_id, item.source_file, item.path.suffix, content)
    return hashlib.sha256("\0".join(told).encode("utf-8", "surrogateescape")).hexdigest()


def _content_hash(path: Path) -> str:
    """Return the SHA-256 of a regular file's bytes; "" of anything else, such as a pipe that would never end."""
    try:
        if not path.is_file():
            return ""
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
