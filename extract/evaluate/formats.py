"""The forms in which a user may hand in gold records."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Literal

from extract.evaluate.annotated import read_annotated
from extract.evaluate.gold import Fact, read_gold
from extract.evaluate.reviewed import read_reviewed

GoldFormat = Literal["json", "tables", "brat"]
"""JSON files, one for each article; the tables that a review has left; brat's standoff files."""

_Reader = Callable[[Path, Collection[str]], dict[str, dict[str, list[Fact]]]]
_READERS: dict[GoldFormat, _Reader] = {"json": read_gold, "tables": read_reviewed, "brat": read_annotated}


def read_gold_records(
    folder: Path, form: GoldFormat | None = None, only: Collection[str] = ()
) -> dict[str, dict[str, list[Fact]]]:
    """Return the gold records of a folder by article and table.

    Parameters
    ----------
    form : what the folder holds; found out where None.
    only : identifiers of articles; all where empty.

    Raises
    ------
    CasetabError
        the folder holds no gold records, or a file is not in the format.
    """
    return _READERS[form or _form(folder)](folder, only)


def _form(folder: Path) -> GoldFormat:
    """Return the format of a folder; reviewed tables have a JSON file beside them, the data package."""
    if (folder / "articles.csv").exists():
        return "tables"
    return "brat" if any(folder.glob("*.ann")) else "json"
