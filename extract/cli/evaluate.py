"""``casetab evaluate``: a run's tables against gold records."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def evaluate(
    gold: Annotated[
        Path,
        typer.Option(
            "--gold",
            help="Folder of gold records: ARTICLE.json each, the tables that `casetab review export` wrote, or"
            " brat files.",
            show_default=False,
        ),
    ],
    run: Annotated[Path, typer.Option("--run", help="Folder that `casetab run` wrote.", show_default=False)],
    errors: Annotated[
        bool, typer.Option("--errors", help="Also each fact that was missed, made up or read wrongly.")
    ] = False,
    json: Annotated[
        Path | None, typer.Option("--json", help="Also write the figures to this file.", metavar="FILE")
    ] = None,
    docs: Annotated[
        str, typer.Option("--docs", help="Only these articles, separated by commas.", metavar="ID,ID")
    ] = "",
    form: Annotated[
        Literal["json", "tables", "brat"] | None,
        typer.Option("--format", help="What the folder of gold records holds; found out where not given."),
    ] = None,
) -> None:
    """Show precision, recall and F1 of each table against gold records made by hand.

    Gold records are what is true of an article: annotated beforehand, or what people made of an earlier run's tables
    in a review.
    """
    from extract.evaluate.formats import read_gold_records
    from extract.evaluate.gold import read_run
    from extract.evaluate.report import error_lines, report_json, report_lines
    from extract.evaluate.score import score_all
    from extract.run.write import write_json

    only = {name.strip() for name in docs.split(",") if name.strip()}
    scores = score_all(read_gold_records(gold, form, only), read_run(run))
    if errors:
        for line in error_lines(scores):
            typer.echo(line)
    for line in report_lines(scores):
        typer.echo(line)
    if json is not None:
        write_json(json, report_json(scores))
