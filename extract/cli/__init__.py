"""The console command ``casetab``: one module for each command, thin layers over the other packages."""

from __future__ import annotations

import sys

from extract.cli.app import app
from extract.errors import CasetabError

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line; expected errors are one line on standard error and exit status 2."""
    try:
        app(prog_name="casetab")
    except CasetabError as error:
        print(f"casetab: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(2)
