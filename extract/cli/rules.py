"""``casetab rules check`` and ``casetab rules list``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from extract.cli.options import Rules, messages

rules_app = typer.Typer(
    help="The rules: lexicons, units and patterns that decide what is found.", no_args_is_help=True
)


@rules_app.command("check")
def rules_check(rules: Rules = None) -> None:
    """Validate the rules files; each problem is shown with its file and line, and the exit status is 1."""
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


@rules_app.command("try")
def rules_try(
    text: Annotated[
        str, typer.Argument(help='A sentence in quotes; "-" reads standard input.', metavar="TEXT", show_default=False)
    ],
    rules: Rules = None,
) -> None:
    """Show what is recognised in a sentence, which rule makes which row, and whose fact it is.

    Each term is shown with the line of the rules file that knows it, so that you see where to add or mend one.
    """
    from extract.explain import explain

    given = sys.stdin.read() if text == "-" else text
    for line in explain(given, tuple(str(folder.resolve()) for folder in rules or [])):
        typer.echo(line)
