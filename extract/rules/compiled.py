"""The lexicons as they stand in memory, kept in the user's cache folder from one start to the next.

Putting 25,000 names into a trie takes longer than reading a hundred articles; reading the finished trie takes a
twentieth of that. The file is JSON, so that nothing in it can run. It is named by a hash of all that decides its
contents: the rules files, the drug dictionary and the code that builds it. A missing, broken or foreign file costs
time only.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from platformdirs import user_cache_path

from extract.rules.drug_dictionary import packed_dictionary
from extract.rules.lexicon import Entry, Lexicon

_KEPT = 4  # files: of the shipped rules, of a user's own, of an older version
_PATTERN = "lexicon-*.json"


def read_lexicon(key: str) -> tuple[Lexicon, dict[str, list[Entry]]] | None:
    """Return the lexicon kept under ``key`` and its entries by kind; None where there is none to use."""
    try:
        kept = json.loads(_place(key).read_bytes())
        if kept["key"] != key:
            return None
        entries = [Entry(*parts) for parts in kept["entries"]]
        kinds = {kind: [entries[number] for number in numbers] for kind, numbers in kept["kinds"].items()}
        return Lexicon(entries, kept["root"]), kinds
    except (OSError, ValueError, LookupError, TypeError):
        return None


def keep_lexicon(key: str, lexicon: Lexicon, kinds: dict[str, list[Entry]]) -> None:
    """Keep a lexicon for the next start; where the folder cannot be written, nothing happens.

    The file appears whole or not at all, so two processes may start at once.
    """
    numbers = {id(entry): number for number, entry in enumerate(lexicon.entries)}
    contents = {
        "key": key,
        "entries": [(entry.name, entry.kind, dict(entry.attributes)) for entry in lexicon.entries],
        "kinds": {kind: [numbers[id(entry)] for entry in entries] for kind, entries in kinds.items()},
        "root": lexicon.root,
    }
    place = _place(key)
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(place, json.dumps(contents, ensure_ascii=False, separators=(",", ":")).encode())
        _drop_older(place.parent)


def lexicon_key(contents: str, builders: Iterable[Path]) -> str:
    """Return the key of a lexicon made from rules with the hash ``contents`` by the modules ``builders``."""
    digest = hashlib.sha256(contents.encode())
    digest.update(_dictionary_hash())
    for path in sorted(builders):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _dictionary_hash() -> bytes:
    return hashlib.sha256(packed_dictionary()).digest()


def _place(key: str) -> Path:
    return Path(user_cache_path("casetab", appauthor=False)) / f"lexicon-{key[:32]}.json"


def _write_whole(place: Path, contents: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".lexicon-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(contents)
        Path(name).replace(place)
    except OSError:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def _drop_older(folder: Path) -> None:
    """Remove all but the newest files; one that another process holds or has removed stays out of it."""
    ages: list[tuple[float, Path]] = []
    for path in folder.glob(_PATTERN):
        with contextlib.suppress(OSError):
            ages.append((path.stat().st_mtime, path))
    for _, path in sorted(ages, reverse=True)[_KEPT:]:
        with contextlib.suppress(OSError):
            path.unlink()
