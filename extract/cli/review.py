"""``casetab review``: the review page of a run."""

from __future__ import annotations

import getpass
import threading
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from extract.cli.options import messages
from extract.cli.review_export import review_export

_PORT = 8321
_LOCAL = "127.0.0.1"
_PAGE = "page"


class _PageByDefault(TyperGroup):
    """``casetab review DIR`` is ``casetab review page DIR``; a folder called "export" is "./export"."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [_PAGE, *args]
        return super().parse_args(ctx, args)


review_app = typer.Typer(
    cls=_PageByDefault,
    help="Review a run: `casetab review RUN_DIR` serves the page, `casetab review export` writes the final tables.",
    no_args_is_help=True,
)
review_app.command("export")(review_export)


@review_app.command(_PAGE)
def review(
    folder: Annotated[
        Path, typer.Argument(help="Folder that `casetab run` wrote.", metavar="RUN_DIR", show_default=False)
    ],
    reviewer: Annotated[
        str, typer.Option("--reviewer", help="Your name, as it is to stand in the tables; your login if not given.")
    ] = "",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 = any free one.")] = _PORT,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on; another one than this machine's needs --password.")
    ] = _LOCAL,
    password: Annotated[
        str,
        typer.Option("--password", help="Asked of everybody who opens the page.", envvar="CASETAB_REVIEW_PASSWORD"),
    ] = "",
    database: Annotated[
        str,
        typer.Option("--database", help="Where decisions are kept; RUN_DIR/review.sqlite if not given.", metavar="URL"),
    ] = "",
    articles: Annotated[
        list[Path] | None,
        typer.Option("--articles", help="Folder in which the articles are now, if they were moved.", metavar="DIR"),
    ] = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the page in the browser.")] = True,
) -> None:
    """Show a run's rows beside their articles, to be accepted, corrected, rejected or added to.

    The page is served to this machine alone, under the address shown. Every decision is kept in
    RUN_DIR/review.sqlite the moment that it is made; the run's tables stay as they are. Ctrl-C ends it.

    Exit status: 0 ended with Ctrl-C; 2 wrong usage, no run, or the decisions cannot be kept.
    """
    from extract.review.serve import LOCAL_HOSTS, open_desk, open_socket, serve

    if host not in LOCAL_HOSTS and not password:
        raise typer.BadParameter(f"{host} opens the page to a network: give a --password, too", param_hint="--host")
    name = reviewer or _login()
    desk = open_desk(folder, database, articles or [], lambda text: messages.print(text, markup=False))
    try:
        name = desk.store.add_reviewer(name).name
        with open_socket(host, port) as listening:
            port = listening.getsockname()[1]
            server, address = serve(desk, name, host, port, password)
            total = f"{desk.index.total_articles} articles, {desk.index.total_rows} rows"
            messages.print(f"{total}; reviewer: {name}", markup=False)
            messages.print(f"the page: {address}", markup=False)
            messages.print("Ctrl-C ends it; decisions are kept as they are made")
            if browser and not password:
                _open(address)
            with suppress(KeyboardInterrupt):  # the server ends tidily, then hands the signal on
                server.run(sockets=[listening])
    finally:
        desk.close()
    messages.print("ended; all decisions are kept")


def _open(address: str) -> None:
    """Open the page in the browser, whenever that answers: a text browser would hold the server up."""
    import webbrowser

    threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "reviewer"
