"""The commands: thin layers over run/, normalize/, evaluate/ and rules/."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from extract import __version__
from extract.errors import CasetabError

if TYPE_CHECKING:
    from extract.run.article import ArticleResult

app = typer.Typer(
    name="casetab",
    help="Turns published medical case reports into tables that a systematic review can analyse.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
rules_app = typer.Typer(help="The rules: lexicons, units and patterns that decide what is found.", no_args_is_help=True)
app.add_typer(rules_app, name="rules")
messages = Console(stderr=True, highlight=False, soft_wrap=True)

Inputs = Annotated[
    list[str],
    typer.Argument(help="Articles: files, folders (searched recursively) or globs.", metavar="INPUT...", show_default=False),
]
Out = Annotated[Path, typer.Option("--out", "-o", help="Folder for the results; made where missing.", show_default=False)]
Rules = Annotated[
    list[Path] | None,
    typer.Option("--rules", help="Folder of your own rules files, on top of the shipped ones.", metavar="DIR"),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only errors on standard error.")]


def _version(show: bool) -> None:
    if show:
        from extract.rules.load import load_rules

        typer.echo(f"casetab {__version__} (rules {load_rules().hash[:12]})")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
) -> None:
    """Turn published medical case reports into tables that a systematic review can analyse."""


@app.command()
def run(
    inputs: Inputs,
    out: Out,
    workers: Annotated[
        int, typer.Option("--workers", "-j", min=0, help="Worker processes; 0 = one for each core.")
    ] = 0,
    all_subjects: Annotated[
        bool,
        typer.Option(
            "--all-subjects", help="Also rows that are not about the article's own patients, and facts told twice."
        ),
    ] = False,
    rules: Rules = None,
    quiet: Quiet = False,
) -> None:
    """Read articles and write the tables labs, muscle_grades, levels, drugs, cases and articles.

    Exit status: 0 all articles were processed; 1 some failed (articles.csv says why); 2 nothing to read or wrong usage.
    """
    from extract.rules.load import load_rules
    from extract.run.batch import Options, run_all
    from extract.run.worklist import find_articles
    from extract.run.write import write_json, write_run

    began = time.perf_counter()
    folders = tuple(str(folder.resolve()) for folder in rules or [])
    rule_set = load_rules(folders)
    items = find_articles(inputs)
    settings = Options(workers or _cores(), all_subjects, folders)
    results = run_all(items, settings)
    counts = write_run(out, results if quiet else _with_progress(results, len(items)))
    seconds = time.perf_counter() - began
    failed = counts["articles:failed"]
    write_json(
        out / "run.json",
        {
            "casetab": __version__,
            "rules": rule_set.hash,
            "options": {"inputs": inputs, "workers": settings.workers, "all_subjects": all_subjects, "rules": folders},
            "counts": dict(sorted(counts.items())),
            "seconds": round(seconds, 3),
        },
    )
    if not quiet:
        rows = ", ".join(f"{counts[name]} {name}" for name in ("labs", "muscle_grades", "levels", "drugs", "cases"))
        messages.print(f"{len(items)} articles in {seconds:.1f} s: {rows}; tables in {out}", markup=False)
    if failed:
        messages.print(f"{failed} of {len(items)} articles failed; see the column error in {out / 'articles.csv'}", markup=False)
        raise typer.Exit(1)


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Windows and macOS
        return os.cpu_count() or 1


def _with_progress(results: Iterable[ArticleResult], total: int) -> Iterator[ArticleResult]:
    """Show a bar on a terminal and a line every tenth of the work elsewhere; name each failed article."""
    failed = 0
    step = max(total // 10, 1)
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TaskProgressColumn(show_speed=True),
        TimeRemainingColumn(),
        console=messages,
        disable=not messages.is_terminal,
    ) as bar:
        task = bar.add_task("articles", total=total)
        for done, result in enumerate(results, 1):
            if result.article.status == "failed":
                failed += 1
                messages.print(f"failed: {result.article.error}", markup=False)
            bar.update(task, advance=1, description=f"articles ({failed} failed)" if failed else "articles")
            if not messages.is_terminal and (done % step == 0 or done == total):
                messages.print(f"{done} of {total} articles", markup=False)
            yield result


@app.command()
def normalize(inputs: Inputs, out: Out, quiet: Quiet = False) -> None:
    """Only undo what PDF-to-text conversion broke: writes OUT/ID.txt, one paragraph per line, captions at the end."""
    from extract.normalize.stage import normalize as repair
    from extract.normalize.stage import write_normalized
    from extract.run.worklist import find_articles
    from extract.sources.read import read_source
    from extract.tables.csv import whole_file

    items = find_articles(inputs)
    out.mkdir(parents=True, exist_ok=True)
    failed = 0
    for item in items:
        try:
            text = repair(read_source(item.path, item.article_id))
        except CasetabError as error:
            failed += 1
            messages.print(f"failed: {error}", markup=False)
            continue
        with whole_file(out / f"{item.article_id}.txt") as stream:
            stream.write(write_normalized(text))
    if not quiet:
        messages.print(f"{len(items) - failed} articles normalised in {out}", markup=False)
    if failed:
        raise typer.Exit(1)


@rules_app.command("check")
def rules_check(rules: Rules = None) -> None:
    """Validate the rules files; each problem is shown with its file and line."""
    from extract.rules.check import check_rules

    problems, files = check_rules(rules or [])
    for problem in problems:
        messages.print(str(problem), markup=False)
    if problems:
        raise typer.Exit(1)
    messages.print(f"{files} rules files are valid", markup=False)


@rules_app.command("list")
def rules_list(
    rules: Rules = None,
    kind: Annotated[str, typer.Option("--kind", help="Show the terms of one kind, such as analyte.")] = "",
) -> None:
    """Show what is loaded: files with their counts, or the terms of one kind."""
    from extract.rules.check import describe_rules

    for line in describe_rules(rules or [], kind):
        typer.echo(line)
