"""A run's folder: tables streamed row by row, source texts, data package and run.json."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from extract.records.common import Table, columns
from extract.run.article import ArticleResult
from extract.tables.csv import row_cells, whole_file
from extract.tables.datapackage import data_package
from extract.tables.schema import TABLES

SOURCES = "sources"


def write_run(folder: Path, results: Iterable[ArticleResult]) -> Counter[str]:
    """Write all tables of a run; return counts of rows by table and of articles by status (``articles:ok``).

    The tables appear together when the last article is done; until then they have temporary names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts: Counter[str] = Counter()
    with ExitStack() as stack:
        writers = {}
        for name, model in TABLES.items():
            stream = stack.enter_context(whole_file(folder / f"{name}.csv"))
            writers[name] = csv.writer(stream, lineterminator="\n")
            writers[name].writerow(columns(model))
        for result in results:
            counts[f"articles:{result.article.status}"] += 1
            rows: dict[str, Iterable[Table]] = {
                "articles": [result.article],
                "cases": result.records.cases,
                **result.records.tables,
            }
            for name, records in rows.items():
                for record in records:
                    writers[name].writerow(row_cells(record))
                    counts[name] += 1
            if result.source_text:
                _write_source(folder, result)
    write_json(folder / "datapackage.json", data_package())
    return counts


def _write_source(folder: Path, result: ArticleResult) -> None:
    (folder / SOURCES).mkdir(exist_ok=True)
    with whole_file(folder / SOURCES / f"{result.article.article_id}.txt") as stream:
        stream.write(result.source_text)


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file whole, keys in the order given."""
    with whole_file(path) as stream:
        json.dump(content, stream, ensure_ascii=False, indent=1)
        stream.write("\n")
