"""The commands put together."""

from __future__ import annotations

from typing import Annotated

import typer

from extract import __version__
from extract.cli.doctor import doctor
from extract.cli.evaluate import evaluate
from extract.cli.export import export
from extract.cli.normalize import normalize
from extract.cli.protocol import protocol_app
from extract.cli.report import report
from extract.cli.review import review_app
from extract.cli.rules import rules_app
from extract.cli.run import run

app = typer.Typer(
    name="casetab",
    help="Turns published medical case reports into tables that a systematic review can analyse.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.command()(run)
app.command()(normalize)
app.command()(evaluate)
app.command()(export)
app.command()(report)
app.command()(doctor)
app.add_typer(rules_app, name="rules")
app.add_typer(review_app, name="review")
app.add_typer(protocol_app, name="protocol")


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
