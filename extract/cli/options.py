"""Arguments that several commands share, and the console for messages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

messages = Console(stderr=True, highlight=False, soft_wrap=True)
"""Messages go to standard error; standard output is for what a command was asked to show."""

Inputs = Annotated[
    list[str],
    typer.Argument(
        help="Articles: files, folders (with all below) or globs.", metavar="INPUT...", show_default=False
    ),
]
Out = Annotated[
    Path, typer.Option("--out", "-o", help="Folder for the results; made where missing.", show_default=False)
]
Rules = Annotated[
    list[Path] | None,
    typer.Option("--rules", help="Folder of your own rules, on top of the shipped ones.", metavar="DIR"),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Only errors on standard error.")]
