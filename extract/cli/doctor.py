"""``casetab doctor``: is the installation whole?"""

from __future__ import annotations

import typer

_MARKS = {"ok": "ok  ", "note": "note", "mend": "MEND"}


def doctor() -> None:
    """Check the installation and say what to mend; changes nothing, asks no server.

    Exit status: 0 all is well; 1 something must be mended.
    """
    from extract.doctor import examine

    broken = False
    for finding in examine():
        broken = broken or finding.state == "mend"
        typer.echo(f"{_MARKS[finding.state]}  {finding.text}")
    if broken:
        raise typer.Exit(1)
