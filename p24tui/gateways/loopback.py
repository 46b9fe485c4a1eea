"""Where a browser on this machine comes back to after a login: a port on loopback, for one login (RFC 8252, 7.3)."""

import hmac
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from p24tui.errors import Unavailable
from p24tui.i18n import N_, _

if TYPE_CHECKING:
    from http.server import HTTPServer

PATH = "/login"
LOOKS_EVERY = 0.2
"""Seconds between looks at whether one has given up."""

MOST_BYTES = 16 * 1024
"""What a browser sends at most: an address of that length no browser makes."""

_PAGE = """<!doctype html><html lang="sv"><meta charset="utf-8"><title>p24tui</title>
<body style="font: 1.2em sans-serif; margin: 4em"><p>{words}</p></body></html>"""
_SAID = N_("Gå tillbaka till p24tui. Den här fliken kan stängas.")


class Redirect:
    """An open port. ``address`` is what the browser is sent back to."""

    def __init__(self, server: "HTTPServer", came: list[str]) -> None:
        self._server = server
        self._came = came
        self.address = f"http://127.0.0.1:{server.server_port}{PATH}"

    def wait(self, state: str, seconds: float, given_up: Callable[[], bool]) -> Mapping[str, str] | None:
        """What the browser came back with, for the login that has this ``state``; none where it did not come in time,
        or one has given up. What else knocks at the port is sent away, and changes nothing.
        """
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and not given_up():
            self._server.handle_request()
            while self._came:
                query = dict(parse_qsl(urlsplit(self._came.pop(0)).query))
                if hmac.compare_digest(query.get("state", "").encode(), state.encode()):
                    return query
        return None


@contextmanager
def listening(port: int = 0) -> Iterator[Redirect]:
    """A port on loopback for as long as the block lasts; 0 is any. Raises ``Unavailable`` where it cannot be had."""
    from http.server import BaseHTTPRequestHandler, HTTPServer  # 20 ms, which the start of the console does not have

    came: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        timeout = 2.0
        protocol_version = "HTTP/1.0"

        def do_GET(self) -> None:
            if urlsplit(self.path).path != PATH or len(self.path) > MOST_BYTES:
                self.send_error(404)
                return
            came.append(self.path)
            page = _PAGE.format(words=_(_SAID)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(page)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *_what: object) -> None:
            """Nothing: the address holds the code, and the terminal shows the console."""

    class Server(HTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """Nothing on the terminal: who knocked has gone away."""

    try:
        server = Server(("127.0.0.1", port), Handler)
    except OSError as error:
        raise Unavailable("staff-idp", "its way back is taken") from error
    server.timeout = LOOKS_EVERY
    try:
        yield Redirect(server, came)
    finally:
        server.server_close()
