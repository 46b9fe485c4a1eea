"""A person-data service on loopback, that answers as the protocol says and as badly as it is told to."""

import json
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.gateways.outgoing.elks_server import peer

MOST_ASKED = 64 * 1024


@dataclass(frozen=True)
class Asked:
    """A question: its first line, its headers by lower-case name, and its body."""

    line: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def number(self) -> str:
        """The number in the body; empty where there is none."""
        return str(json.loads(self.body)["number"]) if self.body else ""


Treat = Callable[[Asked, socket.socket], None]


@dataclass
class PersonService:
    """Everybody is known and unprotected but those in ``persons``; ``treat`` does something else with a question."""

    port: int = 0
    scheme: str = "http"
    persons: dict[str, dict[str, Any]] = field(default_factory=dict)
    treat: Treat | None = None
    asked: list[Asked] = field(default_factory=list, repr=False)

    @property
    def address(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/pu"

    def person(self, number: str) -> dict[str, Any]:
        return {"number": number, "name": "Någon", "protection": "none", **self.persons.get(number, {})}

    def serve(self, connection: socket.socket) -> None:
        asked = read_question(connection)
        if asked is None:
            return
        self.asked.append(asked)
        if self.treat is not None:
            self.treat(asked, connection)
        else:
            connection.sendall(answer(json.dumps(self.person(asked.number)).encode() if asked.body else b"{}"))


@contextmanager
def person_service(secured: ssl.SSLContext | None = None) -> Iterator[PersonService]:
    """The service for as long as the block lasts; with TLS where a context is given."""
    service = PersonService(scheme="http" if secured is None else "https")

    def serve(connection: socket.socket) -> None:
        if secured is None:
            service.serve(connection)
            return
        with secured.wrap_socket(connection, server_side=True) as over_tls:
            service.serve(over_tls)

    with peer(serve) as service.port:
        yield service


def answer(body: bytes, status: int = 200, media_type: str = "application/json", more: str = "") -> bytes:
    """A whole answer of HTTP/1.1. ``more`` are other headers, each with its line break."""
    head = f"HTTP/1.1 {status} Said\r\nContent-Type: {media_type}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
    return head.encode() + body


def says(whole: bytes) -> Treat:
    """Answer every question with these bytes."""
    return lambda _asked, connection: connection.sendall(whole)


def is_silent(_asked: Asked, connection: socket.socket) -> None:
    """No answer, until the other side ends the connection."""
    connection.recv(1)


def read_question(connection: socket.socket) -> Asked | None:
    """The question on a connection; none where the other side asks none."""
    head = b""
    while b"\r\n\r\n" not in head:
        got = connection.recv(4096)
        if not got or len(head) > MOST_ASKED:
            return None
        head += got
    head, _end, body = head.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _colon, value in (one.partition(":") for one in rest)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(4096)
    return Asked(line, headers, body)
