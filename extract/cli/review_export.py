"""``casetab review export``: the final tables of a review."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from extract.cli.options import Out, Quiet, messages


def review_export(
    folder: Annotated[
        Path, typer.Argument(help="Folder that `casetab run` wrote.", metavar="RUN_DIR", show_default=False)
    ],
    out: Out,
    database: Annotated[
        str, typer.Option("--database", help="Where the decisions are, if not in RUN_DIR.", metavar="URL")
    ] = "",
    keep_rejected: Annotated[bool, typer.Option("--keep-rejected", help="Write rejected rows, too.")] = False,
    allow_unresolved: Annotated[
        bool,
        typer.Option("--allow-unresolved", help="Write rows on which reviewers differ as casetab had read them."),
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Write the final tables, each row with who reviewed it and what was decided, and the reviewers' agreement.

    OUT then holds the tables, agreement.csv, agreement.md (text for a Methods section), changes.csv (who changed what,
    and when) and datapackage.json.

    Exit status: 0 all is written; 1 reviewers differ on rows, each is named, and nothing is written; 2 wrong usage, no
    run, no review, or OUT cannot be written.
    """
    from extract.review.export import UnresolvedError, export_review
    from extract.review.store import DATABASE, Store, database_url

    if not database and not (folder / DATABASE).exists():
        raise typer.BadParameter(f"{folder} holds no {DATABASE}: nothing has been reviewed", param_hint="RUN_DIR")
    try:
        with Store(database_url(folder, database)) as store:
            review = export_review(folder, store, out, allow_unresolved=allow_unresolved, keep_rejected=keep_rejected)
    except UnresolvedError as error:
        messages.print(str(error), markup=False)
        raise typer.Exit(1) from None
    if quiet:
        return
    total = review.totals()
    told = ", ".join(f"{count} {name}" for name, count in total.items() if count)
    messages.print(f"{review.articles} articles: {told} rows; tables in {out}", markup=False)
    if review.lost:
        lost = "1 decision holds" if len(review.lost) == 1 else f"{len(review.lost)} decisions hold"
        messages.print(f"{lost} for no row of this run (changes.csv: state lost)", markup=False)
