"""``casetab report``: pictures of a run's tables."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from extract.cli.options import Quiet, messages


def report(
    run: Annotated[Path, typer.Argument(help="Folder that `casetab run` wrote.", metavar="DIR", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="The page to write; report.html in DIR where not given.", metavar="FILE"),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Write a page of pictures over a run's tables, and a page of quotes for each article (DIR/quotes).

    The page needs no network and no other file; only its links lead to the pages of quotes.

    Exit status: 0 written; 2 DIR holds no tables, or the page cannot be written.
    """
    from extract.report.page import write_report

    written = write_report(run, out)
    if not quiet:
        told = f"{written.plots} plots over {written.articles} articles in {written.path}"
        messages.print(told, markup=False)
