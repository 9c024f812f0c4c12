"""A run's folder: tables streamed row by row, source texts, data package and run.json."""

from __future__ import annotations

import json
import shutil
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extract.errors import CasetabError
from extract.run.article import ArticleResult
from extract.tables.csv import TEMPORARY, whole_file
from extract.tables.datapackage import data_package
from extract.tables.formats import open_writers
from extract.tables.quotes import QUOTES, write_quotes
from extract.tables.schema import TABLES, Models, Rows

if TYPE_CHECKING:
    from extract.protocol.analysis import Analysis

SOURCES, REPORT = "sources", "report.html"
PAGES = (SOURCES, QUOTES, REPORT)
"""What lies in a run's folder and looks like articles."""
ANALYSIS, CODEBOOK, MISSINGNESS = "analysis", "codebook.md", "missingness.csv"
ANALYSIS_FILES = ("analysis.csv", "analysis.parquet", CODEBOOK, MISSINGNESS)
"""What a protocol adds to a run's folder."""


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn a failure to write in ``folder`` into an error that says so."""
    try:
        yield
    except OSError as error:
        place, problem = error.filename or folder, error.strerror or str(error)
        raise CasetabError(f"cannot write to {place}: {problem}; choose another place") from None


def write_run(
    folder: Path,
    results: Iterable[ArticleResult],
    about: Mapping[str, Any],
    began: float,
    formats: Sequence[str] = ("csv",),
    analysis: Analysis | None = None,
) -> Counter[str]:
    """Write all files of a run; return counts of rows by table and of articles by status (``articles:ok``).

    The tables appear together when the last article is done; until then they have temporary names, and a
    run that is broken off leaves those of an earlier run as they were.

    Parameters
    ----------
    about : what run.json says of the run beside counts and seconds; read when all articles are done.
    began : ``time.perf_counter()`` at the start of the run.
    analysis : makes the wide table of a protocol; None writes none, and removes that of an earlier run.

    Raises
    ------
    CasetabError
        the folder cannot be made or written.
    """
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder)
        counts = _write_tables(folder, results, formats, analysis)
        if analysis is None:
            _remove_analysis(folder)
        more = analysis.resources(formats) if analysis is not None else []
        write_json(folder / "datapackage.json", data_package(formats, more))
        seconds = round(time.perf_counter() - began, 3)
        write_json(folder / "run.json", {**about, "counts": dict(sorted(counts.items())), "seconds": seconds})
    return counts


def _clear(folder: Path) -> None:
    """Remove what a killed run has left half written."""
    for place in (folder, folder / SOURCES):
        for path in place.glob(TEMPORARY):
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()


def _remove_analysis(folder: Path) -> None:
    """Remove the wide table of an earlier run: its sources would be looked up in the tables of this one."""
    try:
        described = json.loads((folder / "datapackage.json").read_bytes())
        names = {resource["name"] for resource in described["resources"]}
    except (OSError, ValueError, TypeError, LookupError):
        return
    if ANALYSIS in names:  # else the files of these names are not casetab's
        for name in ANALYSIS_FILES:
            (folder / name).unlink(missing_ok=True)


def _write_tables(
    folder: Path, results: Iterable[ArticleResult], formats: Sequence[str], analysis: Analysis | None
) -> Counter[str]:
    tables: Models = TABLES if analysis is None else {**TABLES, ANALYSIS: analysis.model}
    counts: Counter[str] = Counter(dict.fromkeys(tables, 0))
    with ExitStack() as stack:
        writers = open_writers(formats, folder, stack, tables)
        for result in results:
            counts[f"articles:{result.article.status}"] += 1
            rows: Rows = {"articles": [result.article], "cases": result.records.cases, **result.records.tables}
            if analysis is not None:
                rows = {**rows, ANALYSIS: analysis.rows(result.records.cases, result.records.tables)}
            counts.update({name: len(records) for name, records in rows.items()})
            for writer in writers:
                writer.write(rows)
            if "xlsx" in formats:
                write_quotes(folder, rows)  # what the workbook's links lead to
            if result.source_text:
                _write_source(folder, result)
        if analysis is not None:
            stack.enter_context(whole_file(folder / CODEBOOK)).write(analysis.codebook())
            stack.enter_context(whole_file(folder / MISSINGNESS)).writelines(analysis.missingness())
    return counts


def _write_source(folder: Path, result: ArticleResult) -> None:
    (folder / SOURCES).mkdir(exist_ok=True)
    path = folder / SOURCES / f"{result.article.article_id}.txt"
    with whole_file(path, durable=False) as stream:
        stream.write(result.source_text)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file whole, keys in the order given."""
    with writing(path.parent), whole_file(path) as stream:
        json.dump(content, stream, ensure_ascii=False, indent=1)
        stream.write("\n")
