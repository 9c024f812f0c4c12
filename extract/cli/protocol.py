"""``casetab protocol check`` and ``casetab protocol new``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from extract.cli.options import Rules, messages

protocol_app = typer.Typer(
    help="The review protocol: which variables become the columns of analysis.csv.", no_args_is_help=True
)


@protocol_app.command("check")
def protocol_check(
    file: Annotated[Path, typer.Argument(help="The protocol (YAML).", metavar="FILE", show_default=False)],
    rules: Rules = None,
) -> None:
    """Say what each variable of a protocol is, or all that is wrong with it, with lines; then the exit status is 1."""
    from extract.protocol.read import ProtocolError, read_protocol
    from extract.protocol.words import definition
    from extract.rules.load import load_rules

    try:
        protocol = read_protocol(file, load_rules(rules or ()))
    except ProtocolError as error:
        for line in error.lines:
            messages.print(line, markup=False)
        raise typer.Exit(1) from None
    for name, variable in protocol.variables.items():
        typer.echo(f"{name}: {definition(variable)}")
    messages.print(f"{file} is valid: {len(protocol.variables)} variables", markup=False)


@protocol_app.command("new")
def protocol_new(
    run: Annotated[Path, typer.Argument(help="The folder of a run.", metavar="RUN_DIR", show_default=False)],
    out: Annotated[Path, typer.Option("--out", "-o", help="The file to write; it must not exist.")] = Path(
        "protocol.yaml"
    ),
    min_cases: Annotated[int, typer.Option("--min-cases", min=1, help="Cases in which a name has to occur.")] = 3,
    rules: Rules = None,
) -> None:
    """Write a commented protocol to start from: what a run found in at least so many cases.

    The schema by which editors complete the file is written beside it.
    """
    from extract.errors import CasetabError
    from extract.protocol.names import Names
    from extract.protocol.schema import FILE, schema_text
    from extract.protocol.starter import starter
    from extract.rules.load import load_rules
    from extract.run.write import writing
    from extract.tables.csv import whole_file

    if out.exists():
        raise CasetabError(f"{out} exists; name another file with --out, or move it away")
    names = Names(load_rules(rules or ()))
    text = starter(run, names, min_cases, out.name)
    with writing(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(out) as stream:
            stream.write(text)
        with whole_file(out.parent / FILE) as stream:
            stream.write(schema_text(names))
    messages.print(
        f"{out}: delete what the review does not ask; `casetab protocol check {out}` checks it", markup=False
    )
