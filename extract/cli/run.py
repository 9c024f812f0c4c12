"""``casetab run``: articles in, tables out."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from extract import __version__
from extract.cli.options import Inputs, Out, Quiet, Rules, messages
from extract.cli.progress import Progress

if TYPE_CHECKING:
    from extract.protocol.analysis import Analysis
    from extract.run.options import Options

_INTERRUPTED = 130  # as shells have it: 128 + SIGINT
_COUNTED = ("labs", "muscle_grades", "levels", "drugs", "scores", "cases")


def run(  # long because each option stands here with its help
    inputs: Inputs,
    out: Out,
    workers: Annotated[
        int, typer.Option("--workers", "-j", min=0, help="Worker processes; 0 = one for each core.")
    ] = 0,
    all_subjects: Annotated[
        bool,
        typer.Option("--all-subjects", help="Also rows not about the article's own patients, and facts told twice."),
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
    protocol: Annotated[
        Path | None,
        typer.Option(
            "--protocol",
            help="A review protocol (docs/protocol.md): also analysis.csv, one row for each case, one column for each"
            " of its variables, with codebook.md and missingness.csv.",
            metavar="FILE",
        ),
    ] = None,
    rules: Rules = None,
    formats: Annotated[
        str, typer.Option("--format", help="Formats of the tables: csv, parquet, xlsx, jsonl.", metavar="NAME,NAME")
    ] = "csv",
    resume: Annotated[
        bool,
        typer.Option(
            "--resume/--no-resume",
            help="Take over from OUT the articles whose content, rules and version are unchanged.",
        ),
    ] = True,
    time_limit: Annotated[
        float,
        typer.Option("--time-limit", min=0, help="Seconds for one article; 0 = no limit.", metavar="SECONDS"),
    ] = 60,
    engine: Annotated[
        Literal["local", "dask"], typer.Option("--engine", help="This machine's processes, or a Dask cluster.")
    ] = "local",
    ner: Annotated[
        str,
        typer.Option(
            "--ner",
            help="Who proposes names that no lexicon knows: rules (nobody), hybrid (the model that ships with casetab)"
            " or scispacy:NAME (an installed scispaCy model).",
            metavar="rules|hybrid|scispacy:NAME",
        ),
    ] = "rules",
    scheduler: Annotated[
        str, typer.Option("--scheduler", help="The Dask scheduler, such as tcp://host:8786.", metavar="ADDRESS")
    ] = "",
    quiet: Quiet = False,
) -> None:
    """Read articles and write the tables labs, muscle_grades, levels, drugs, scores, cases and articles.

    What is done is kept in OUT/ledger.sqlite: a run that was broken off goes on when the command is given again.

    Exit status: 0 all articles were processed; 1 some failed (articles.csv says why); 2 nothing to read, wrong
    usage, or OUT cannot be written; 130 interrupted.
    """
    from extract.nlp.ner_choice import check_ner
    from extract.run.options import Options

    settings = Options(
        workers=workers or _cores(),
        all_subjects=all_subjects,
        rules=tuple(str(folder.resolve()) for folder in rules or []),
        time_limit=time_limit,
        engine=engine,
        scheduler=scheduler,
        ner=check_ner(ner),
    )
    # ended from outside: as tidily as by the keyboard
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if _run(inputs, out, settings, metadata, protocol, formats, resume, quiet):
        raise typer.Exit(1)


def _run(
    inputs: list[str],
    out: Path,
    options: Options,
    metadata: Path | None,
    protocol: Path | None,
    formats: str,
    resume: bool,
    quiet: bool,
) -> bool:
    """Run over the inputs; tell whether an article failed."""
    from extract.rules.load import load_rules
    from extract.run.batch import Batch
    from extract.run.join import Join
    from extract.run.ledger import Ledger
    from extract.run.worklist import find_articles
    from extract.run.write import PAGES, write_run, writing
    from extract.sources.library import read_library
    from extract.tables.formats import read_formats

    began = time.perf_counter()
    chosen = read_formats(formats)
    about = _about(inputs, options, metadata, chosen, load_rules(options.rules).hash)
    analysis = _analysis(protocol, options, about) if protocol else None
    items = find_articles(inputs, skip=[out / name for name in PAGES])
    join = Join(metadata.name, read_library(metadata), items) if metadata else None
    with writing(out):
        out.mkdir(parents=True, exist_ok=True)
    progress = Progress(len(items), messages, quiet=quiet)
    with Ledger(out, fresh=not resume) as ledger, progress:
        batch = Batch(items, options, ledger, progress.tell)
        about["articles"] = batch.counts
        try:
            with closing(batch.results()) as results:
                joined = join.joined(results) if join else results
                counts = write_run(out, joined, about, began, chosen, analysis)
        except KeyboardInterrupt:
            progress.say(f"interrupted: {batch.counts['done']} of {len(items)} articles are done and kept in {out};")
            progress.say("the same command goes on from there (no table was written)")
            raise typer.Exit(_INTERRUPTED) from None
    if not quiet:
        more = [*(join.messages() if join else []), *(analysis.messages() if analysis else [])]
        _tell(out, len(items), counts, time.perf_counter() - began, more)
    _picture(out, chosen, wanted=analysis is not None, quiet=quiet)
    failed = counts["articles:failed"]
    if failed:
        messages.print(f"{failed} of {len(items)} articles failed; {out / 'articles.csv'} says why", markup=False)
    return failed > 0


def _picture(out: Path, formats: Sequence[str], *, wanted: bool, quiet: bool) -> None:
    """Write the report of a run with a protocol; say of one that is there already that it has grown old."""
    from extract.run.write import REPORT

    report = out / REPORT
    if wanted and "csv" in formats:
        from extract.report.page import write_report

        written = write_report(out, report)
        if not quiet:
            messages.print(f"{written.plots} plots in {written.path}", markup=False)
    elif not quiet and wanted:
        messages.print("no report.html: it is made from the CSV tables (--format csv)", markup=False)
    elif not quiet and report.exists():
        messages.print(f"{report} shows an earlier run; `casetab report {out}` makes it anew", markup=False)


def _about(
    inputs: list[str], options: Options, metadata: Path | None, formats: Sequence[str], rules: str
) -> dict[str, Any]:
    """Return what run.json says of a run."""
    from extract.run.fingerprint import code_hash, libraries

    return {
        "casetab": __version__,
        "rules": rules,
        "code": code_hash(),
        "libraries": libraries(),
        "options": {
            "inputs": inputs,
            "workers": options.workers,
            "engine": options.engine,
            "all_subjects": options.all_subjects,
            "metadata": str(metadata) if metadata else None,
            "rules": options.rules,
            "ner": options.ner,
            "format": list(formats),
            "time_limit": options.time_limit,
        },
    }


def _analysis(path: Path, options: Options, about: dict[str, Any]) -> Analysis:
    """Return what makes the wide table of a protocol, and note the protocol in run.json."""
    from extract.protocol.analysis import Analysis
    from extract.protocol.read import check_subjects, read_protocol, sha256
    from extract.rules.load import load_rules

    rules = load_rules(options.rules)
    protocol = read_protocol(path, rules)
    check_subjects(path, protocol, all_subjects=options.all_subjects)
    about["options"]["protocol"] = str(path)
    about["protocol"] = sha256(path)
    return Analysis(protocol, rules)


def _tell(out: Path, articles: int, counts: Mapping[str, int], seconds: float, more: Sequence[str]) -> None:
    """Say what came of a run."""
    rows = ", ".join(f"{counts[name]} {name}" for name in _COUNTED)
    messages.print(f"{articles} articles in {seconds:.1f} s: {rows}; tables in {out}", markup=False)
    for line in more:
        messages.print(line, markup=False)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Windows and macOS
        return os.cpu_count() or 1
