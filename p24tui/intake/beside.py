"""Serving the intake from a thread, beside something else that the process does."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from p24tui.errors import Unavailable
from p24tui.intake.app import build
from p24tui.system import System

STARTS_WITHIN = 10.0
"""Seconds within which it must listen."""


@contextmanager
def serving(system: System) -> Iterator[str]:
    """Serve on a free port of this machine alone for as long as the block lasts; yields the address."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(build(system), log_config=None, access_log=False, lifespan="on"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="intake", daemon=True)
    thread.start()
    try:
        _wait_until_started(server)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=5)
        listener.close()


def _wait_until_started(server: uvicorn.Server) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while not server.started:
        if time.monotonic() > deadline:
            raise Unavailable("intake", "did not start")
        time.sleep(0.01)
