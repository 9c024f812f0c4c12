"""Who may use the page: a random token in the address, or a password; no other site can act through the browser.

What is checked follows OWASP's cheat sheets on cross-site request forgery and on DNS rebinding: the name in the
``Host`` header, the origin of what is posted, a token that only the page knows, and a cookie that other sites do not
get sent and scripts cannot read.
"""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import socket
import threading
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")
CSRF_HEADER = "x-csrf-token"

_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_OPEN = ("/login", "/static/")  # needs no session
_CLOSED = "This page is private. Open the address that `casetab review` shows in the terminal; it holds a key."


@dataclass
class Session:
    """A browser that has been let in."""

    reviewer: str
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def change(self, reviewer: str) -> None:
        """Let another reviewer take the seat; pages that still show the first one can decide no more."""
        self.reviewer, self.csrf = reviewer, secrets.token_urlsafe(24)


class Access:
    """Lets browsers in.

    Parameters
    ----------
    reviewer : who sits at the browser that comes with the token.
    host : address that the server listens on.
    password : asked for instead of the token, where the page is open to a network.
    """

    def __init__(self, reviewer: str, host: str, port: int, password: str = "") -> None:
        self.token = secrets.token_urlsafe(24)
        self.reviewer, self.password = reviewer, password
        self.cookie = f"casetab_{port}"
        self._hosts = {*LOOPBACK, host.lower()}
        self._is_open = bool(password)
        if self._is_open:
            self._hosts |= {socket.gethostname().lower(), socket.getfqdn().lower()}
        self._sessions: dict[str, Session] = {}
        self._lock = threading.Lock()

    def let_in(self, reviewer: str, response: Response) -> Session:
        """Begin a session and give its cookie to the browser."""
        name, session = secrets.token_urlsafe(24), Session(reviewer)
        with self._lock:
            self._sessions[name] = session
        response.set_cookie(self.cookie, name, httponly=True, samesite="strict", path="/")
        return session

    def session_of(self, request: Request) -> Session | None:
        """Return the session of a request; None where there is none."""
        with self._lock:
            return self._sessions.get(request.cookies.get(self.cookie, ""))

    def knows_host(self, header: str) -> bool:
        """Tell whether a ``Host`` header names this server.

        A page of another site that lets its name point to this machine sends that name. On a network the server is
        also reached by its number, which no such trick can use.
        """
        try:
            name = (urlsplit(f"//{header}").hostname or "").lower()
        except ValueError:
            return False
        return name in self._hosts or (self._is_open and _is_number(name))

    def has_token(self, given: str) -> bool:
        """Tell whether a token is that of the address shown."""
        return hmac.compare_digest(given.encode(), self.token.encode())

    def has_password(self, given: str) -> bool:
        """Tell whether a password is the right one."""
        return bool(self.password) and hmac.compare_digest(given.encode(), self.password.encode())


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


class Guard:
    """ASGI middleware: refuses what does not come from this page in a browser that was let in."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on with its session in ``request.state``."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)

        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                if not request.url.path.startswith("/static/"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        refusal = self._refusal(request)
        await (refusal or self._app)(scope, receive, sealed)

    def _refusal(self, request: Request) -> Response | None:
        access = self._access
        if not access.knows_host(request.headers.get("host", "")):
            return PlainTextResponse("This name is not that of the review page.", 421)
        if request.method not in ("GET", "HEAD") and not _from_here(request):
            return PlainTextResponse("Only this page itself may send decisions.", 403)
        token = request.query_params.get("token", "")
        if token and not access.password and access.has_token(token):
            response = RedirectResponse("/", 303)
            access.let_in(access.reviewer, response)
            return response
        if request.url.path.startswith(_OPEN):
            return None
        session = access.session_of(request)
        if session is None:
            if access.password and request.method == "GET":
                return RedirectResponse("/login", 303)
            return PlainTextResponse(_CLOSED, 403)
        given = request.headers.get(CSRF_HEADER, "")
        if request.method not in ("GET", "HEAD") and not hmac.compare_digest(given.encode(), session.csrf.encode()):
            return PlainTextResponse("The page is out of date; load it again.", 403)
        request.state.session = session
        return None


def _from_here(request: Request) -> bool:
    """Tell whether a browser says that a request comes from a page of this server."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host", "")
