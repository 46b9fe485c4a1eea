"""The intake on a real port of this machine, for as long as a test needs it."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from p24tui.intake.serve import address, listen, make_server
from p24tui.services import intake
from p24tui.system import System

SOURCE = "portal"


@contextmanager
def served(system: System) -> Iterator[str]:
    """The address of the system's intake."""
    with listen("127.0.0.1", 0) as listener:
        server = make_server(system)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        wait_until(lambda: server.started)
        try:
            yield address(listener)
        finally:
            server.should_exit = True
            thread.join(timeout=15)
            assert not thread.is_alive()


@contextmanager
def client(system: System, source: str = SOURCE) -> Iterator[httpx.Client]:
    """A source with its token."""
    token = intake.make_token(system, source)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/fhir+json"}
    with served(system) as base, httpx.Client(base_url=base, headers=headers, timeout=20) as one:
        yield one


def wait_until(happens: object, within: float = 10.0) -> None:
    """Wait for something that a thread does."""
    assert callable(happens)
    deadline = time.monotonic() + within
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def raw(base: str, request: bytes) -> bytes:
    """What the server answers to these bytes, first of all."""
    host, port = base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        return connection.recv(65536)
