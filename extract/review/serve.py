"""From a run's folder to a server that answers on this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import uvicorn

from extract.errors import CasetabError
from extract.normalize.stage import normalize
from extract.review.access import LOOPBACK, Access
from extract.review.app import create_app
from extract.review.desk import Desk
from extract.review.run_index import RunIndex
from extract.review.standing import Standing
from extract.review.store import Store, database_url
from extract.review.texts import Texts
from extract.rules.load import load_rules
from extract.sources.model import SourceText

LOCAL_HOSTS = LOOPBACK
_GRACE = 3  # seconds that an answer under way gets when the server is ended


def open_desk(folder: Path, database: str, articles: Sequence[Path], tell: Callable[[str], None]) -> Desk:
    """Open a run for review.

    Parameters
    ----------
    database : address of the decisions; "" for SQLite in the run's folder.
    articles : folders in which the article files are now.
    tell : is told what takes long.

    Raises
    ------
    CasetabError
        the folder holds no run, or the decisions cannot be kept.
    """
    if not (folder / "articles.csv").exists():
        raise CasetabError(f"{folder}: no articles.csv here; give the folder that `casetab run --out` wrote, as csv")
    index = RunIndex(folder, tell)
    store = Store(database_url(folder, database))
    desk = Desk(folder, index, store, Standing(store), Texts(folder, articles))
    # loaded later, the rules that corrections look into and the word list of normalisation would hold up a page
    load_rules()
    normalize(SourceText("", folder, "txt", "utf-8", "", "text"))
    threading.Thread(target=desk.warm, daemon=True).start()
    return desk


def open_socket(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises
    ------
    CasetabError
        the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()  # who opens the address that is shown next waits, and is not turned away
    except OSError as error:
        listening.close()
        raise CasetabError(f"cannot listen on {host}:{port}: {error.strerror}; choose another --port") from None
    return listening


def serve(desk: Desk, reviewer: str, host: str, port: int, password: str) -> tuple[uvicorn.Server, str]:
    """Return a server for a desk, and the address at which a browser is let in."""
    access = Access(reviewer, host, port, password)
    config = uvicorn.Config(
        create_app(desk, access),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
        lifespan="off",
        ws="none",
    )
    name = f"[{host}]" if ":" in host else host
    address = f"http://{name}:{port}/" + ("" if password else f"?token={access.token}")
    return uvicorn.Server(config), address
