"""A stand-in for the region's proxy: it has seen a card, and says so in headers."""

import re
import socket
import threading
from contextlib import suppress
from urllib.parse import quote

HEAD_ENDS = b"\r\n\r\n"


class Proxy:
    """Listens on loopback. ``card`` is the certificate it has seen, ``secret`` what it says; none is not said."""

    def __init__(self, secret: str | None) -> None:
        self.card: bytes | None = None
        self.secret = secret
        self.to = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def address(self) -> str:
        """Where browsers reach it."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Listen no longer."""
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                browser, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(browser,), daemon=True).start()

    def _serve(self, browser: socket.socket) -> None:
        """One request for each connection, so that each has the headers of its time."""
        with suppress(OSError):
            asked = b""
            while HEAD_ENDS not in asked:
                read = browser.recv(65536)
                if not read:
                    browser.close()
                    return
                asked += read
            server = socket.create_connection(("127.0.0.1", self.to))
            server.sendall(self._with_headers(asked))
            threading.Thread(target=_pass_on, args=(browser, server), daemon=True).start()
            _pass_on(server, browser)

    def _with_headers(self, asked: bytes) -> bytes:
        line, _, rest = asked.partition(b"\r\n")
        said = []
        if b"upgrade: websocket" not in rest.lower():
            rest = re.sub(rb"(?im)^connection:.*\r\n", b"", rest)
            said.append("Connection: close")
        if self.secret is not None:
            said.append(f"X-Proxy-Secret: {self.secret}")
        if self.card is not None:
            said.append(f"X-Client-Certificate: {quote(self.card)}")
        return b"\r\n".join([line, *(one.encode() for one in said), rest])


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while read := one.recv(65536):
            other.sendall(read)
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()
