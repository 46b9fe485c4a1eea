"""A door to a server that can be shut: what passes through it can be cut off, and let through again."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Door:
    """Listens on loopback and passes on to ``port``; ``address`` is where it listens."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open = threading.Event()
        self._open.set()
        self._passing: list[socket.socket] = []
        self._flows: list[threading.Event] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        port: int = self._listener.getsockname()[1]
        return port

    def shut(self) -> None:
        """Cut every connection, and take no more."""
        self._open.clear()
        self._cut()

    def hold(self) -> None:
        """Leave every connection half open: it stands, takes what is sent, and passes nothing on ever again."""
        for flows in self._flows:
            flows.clear()
        self._open.clear()

    def open(self) -> None:
        """Let through again."""
        self._open.set()

    def remove(self) -> None:
        """Listen no longer."""
        self._listener.close()
        self._cut()

    def _cut(self) -> None:
        passing, self._passing = self._passing, []
        for one in passing:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            if not self._open.is_set():
                near.close()
                continue
            try:
                far = socket.create_connection(("127.0.0.1", self._port))
            except OSError:  # there is nobody behind it just now
                near.close()
                continue
            flows = threading.Event()
            flows.set()
            self._flows.append(flows)
            self._passing += [near, far]
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=_pass_on, args=(one, other, flows), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket, flows: threading.Event) -> None:
    with suppress(OSError):
        while data := one.recv(65536):
            if flows.is_set():
                other.sendall(data)
    if not flows.is_set():
        return
    for end in (one, other):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def door(port: int) -> Iterator[Door]:
    """A door for as long as the block lasts."""
    one = Door(port)
    try:
        yield one
    finally:
        one.remove()
