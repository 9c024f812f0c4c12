"""Gold records out of brat's standoff files, as ``casetab export --to brat`` writes and an annotator corrects them.

A span is a row; what it says stands in its note (``analyte: sodium; value: 128; unit: mmol/L``), and what comes from a
closed list in its attributes, which count where both say something. A span that an annotator has deleted is no fact,
one that was drawn anew is one. INCEpTION and other tools export the same files.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from functools import cache
from pathlib import Path

from extract.errors import CasetabError
from extract.evaluate.gold import Fact, Row, article_files
from extract.evaluate.reviewed import fact_of
from extract.export.model import LABELS
from extract.review.agreement import KEYS
from extract.tables.schema import TABLES

_TABLES = {label: table for table, label in LABELS.items()}
_EXAMPLES = {
    "labs": "analyte: sodium; value: 128; unit: mmol/L",
    "muscle_grades": "muscle: deltoid; grade: 4",
    "levels": "level: T4-T5",
    "scores": "scale: Glasgow Coma Scale; value: 15",
}
"""Tables whose spans do not tell by their words what the row says, with what a note could say."""


def read_annotated(folder: Path, only: Collection[str] = ()) -> dict[str, dict[str, list[Fact]]]:
    """Return the annotated facts by article (``ARTICLE.ann``) and table.

    Parameters
    ----------
    only : identifiers of articles; all where empty.

    Raises
    ------
    CasetabError
        no annotation file, an identifier without one, or a span that does not say enough.
    """
    files = article_files(folder, "ann", "annotations", only)
    return {name: _read_article(path) for name, path in files.items()}


def _read_article(path: Path) -> dict[str, list[Fact]]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, ValueError) as error:
        raise CasetabError(f"{path}: not readable: {error}") from None
    found: dict[str, list[Fact]] = {table: [] for table in LABELS}
    for number, table, row in _rows(path, lines):
        if row.get("subject", "patient") != "patient":
            continue
        if not any(row.get(name) for name in (*KEYS[table], "age_years", "sex")):
            raise CasetabError(f"{path}:{number}: write into the note what the span says, such as {_EXAMPLES[table]}")
        fact = fact_of(table, row)
        if fact is not None:
            found[table].append(fact)
    return found


def _rows(path: Path, lines: list[str]) -> Iterator[tuple[int, str, Row]]:
    """Yield line, table and cells of each span."""
    spans: dict[str, tuple[int, str, str]] = {}
    cells: dict[str, dict[str, str]] = {}
    notes: dict[str, dict[str, str]] = {}
    for number, line in enumerate(lines, start=1):
        name, _, rest = line.rstrip("\r").partition("\t")
        head, _, text = rest.partition("\t")
        kind, _, what = head.partition(" ")
        if name.startswith("T"):
            if not re.match(r"\d+ \d+", what):
                raise CasetabError(f"{path}:{number}: no span; expected: T1<tab>Lab 10 20<tab>text")
            if kind in _TABLES:
                spans[name] = (number, _TABLES[kind], text)
        elif name.startswith("A"):
            target, _, value = what.partition(" ")
            cells.setdefault(target, {})[kind] = value
        elif name.startswith("#"):
            notes.setdefault(what, {}).update(_note(text))
    for name, (number, table, text) in spans.items():
        row = {**_written(table, text), **notes.get(name, {}), **cells.get(name, {})}
        yield number, table, {column: value.strip() for column, value in row.items() if value.strip()}


def _written(table: str, text: str) -> dict[str, str]:
    """Return what a span says by its words alone: of a drug its name."""
    return {"quote": text, **({} if table in _EXAMPLES or table == "cases" else {"drug_text": text})}


def _note(text: str) -> dict[str, str]:
    """Return the cells of a note; a value may hold semicolons."""
    found = {}
    for part in _between_cells().split(text):
        column, colon, value = part.partition(":")
        if colon:
            found[column.strip()] = value.strip()
    return found


@cache
def _between_cells() -> re.Pattern[str]:
    columns = sorted({column for table in LABELS for column in TABLES[table].model_fields})
    return re.compile(rf";\s*(?=(?:{'|'.join(columns)})\s?:)")
