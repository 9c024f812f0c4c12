"""``casetab export``: a finished run for annotation tools, or as phenopackets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from extract.cli.options import Out, Quiet, messages


def export(
    run: Annotated[
        Path, typer.Argument(help="Folder that `casetab run` wrote.", metavar="RUN_DIR", show_default=False)
    ],
    to: Annotated[
        Literal["brat", "bioc", "bioc-json", "phenopackets"],
        typer.Option("--to", help="Format to write.", show_default=False),
    ],
    out: Out,
    articles: Annotated[
        list[Path] | None,
        typer.Option("--articles", help="Folder in which the articles are now, if moved since.", metavar="DIR"),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Write a run's rows for brat or INCEpTION, as BioC, or one GA4GH phenopacket for each patient.

    Exit status: 0 all articles were exported; 1 some could not be; 2 no run in the folder or wrong usage.
    """
    from extract.export.folder import export_run

    done = export_run(run, to, out, articles or ())
    for problem in done.problems:
        messages.print(f"failed: {problem}", markup=False)
    if not quiet:
        for what, count in sorted(done.left_out.items()):
            messages.print(f"left out: {count} {what}", markup=False)
        messages.print(f"{done.files} files in {out}", markup=False)
    if done.problems:
        raise typer.Exit(1)
