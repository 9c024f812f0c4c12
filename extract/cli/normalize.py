"""``casetab normalize``: only the normalisation stage."""

from __future__ import annotations

import typer

from extract.cli.options import Inputs, Out, Quiet, messages


def normalize(inputs: Inputs, out: Out, quiet: Quiet = False) -> None:
    """Undo what PDF-to-text conversion broke: write OUT/ID.txt, one paragraph per line, captions at the end.

    Exit status: 0 all articles were normalised; 1 some failed; 2 nothing to read or wrong usage.
    """
    from extract.run.normalized import normalize_all
    from extract.run.worklist import find_articles

    items = find_articles(inputs, skip=[out])
    failed = 0
    for problem in normalize_all(items, out):
        failed += 1
        messages.print(f"failed: {problem}", markup=False)
    if not quiet:
        messages.print(f"{len(items) - failed} articles normalised in {out}", markup=False)
    if failed:
        raise typer.Exit(1)
