"""``casetab run``: articles in, tables out."""

from __future__ import annotations

import os
import signal
import time
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer

from extract import __version__
from extract.cli.options import Inputs, Out, Quiet, Rules, messages
from extract.cli.progress import with_progress

_INTERRUPTED = 130  # as shells have it: 128 + SIGINT
# the libraries whose data or algorithms decide what stands in the tables
_DECISIVE = ("drug-named-entity-recognition", "lxml", "pypdfium2", "scispacy", "spacy")
_COUNTED = ("labs", "muscle_grades", "levels", "drugs", "cases")


def run(
    inputs: Inputs,
    out: Out,
    workers: Annotated[
        int, typer.Option("--workers", "-j", min=0, help="Worker processes; 0 = one for each core.")
    ] = 0,
    all_subjects: Annotated[
        bool,
        typer.Option(
            "--all-subjects", help="Also rows not about the article's own patients, and facts told twice."
        ),
    ] = False,
    metadata: Annotated[
        Path | None,
        typer.Option(
            "--metadata",
            help="References as RIS (Zotero, EndNote, Covidence, ASReview) or CSV: title, DOI, PMID, journal and"
            " year into articles.csv; found by file name, DOI or PMID.",
            metavar="FILE",
        ),
    ] = None,
    rules: Rules = None,
    quiet: Quiet = False,
) -> None:
    """Read articles and write the tables labs, muscle_grades, levels, drugs, cases and articles.

    Exit status: 0 all articles were processed; 1 some failed (articles.csv says why); 2 nothing to read or
    wrong usage.
    """
    # ended from outside: as tidily as by the keyboard
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        failed = _run(inputs, out, workers or _cores(), all_subjects, metadata, rules or [], quiet)
    except KeyboardInterrupt:
        messages.print("interrupted: no table was written", markup=False)
        raise typer.Exit(_INTERRUPTED) from None
    if failed:
        raise typer.Exit(1)


def _run(
    inputs: list[str],
    out: Path,
    workers: int,
    all_subjects: bool,
    metadata: Path | None,
    rules: list[Path],
    quiet: bool,
) -> bool:
    """Run over the inputs; tell whether an article failed."""
    from extract.rules.load import load_rules
    from extract.run.batch import Options, run_all
    from extract.run.join import Join
    from extract.run.worklist import find_articles
    from extract.run.write import SOURCES, write_run
    from extract.sources.library import read_library

    began = time.perf_counter()
    folders = tuple(str(folder.resolve()) for folder in rules)
    rule_set = load_rules(folders)
    items = find_articles(inputs, skip=out / SOURCES)
    join = Join(metadata.name, read_library(metadata), items) if metadata else None
    settings = Options(workers, all_subjects, folders)
    about: dict[str, Any] = {
        "casetab": __version__,
        "rules": rule_set.hash,
        "libraries": {name: version(name) for name in _DECISIVE},
        "options": {
            "inputs": inputs,
            "workers": settings.workers,
            "all_subjects": all_subjects,
            "metadata": str(metadata) if metadata else None,
            "rules": folders,
        },
    }
    results = run_all(items, settings)
    if join:
        results = join.joined(results)
    if not quiet:
        results = with_progress(results, len(items), messages)
    counts = write_run(out, results, about, began)
    if not quiet:
        rows = ", ".join(f"{counts[name]} {name}" for name in _COUNTED)
        seconds = time.perf_counter() - began
        messages.print(f"{len(items)} articles in {seconds:.1f} s: {rows}; tables in {out}", markup=False)
        for line in join.messages() if join else ():
            messages.print(line, markup=False)
    failed = counts["articles:failed"]
    if failed:
        where = out / "articles.csv"
        messages.print(f"{failed} of {len(items)} articles failed; {where} says why", markup=False)
    return failed > 0


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Windows and macOS
        return os.cpu_count() or 1
