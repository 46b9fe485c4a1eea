"""The way to a server, on which everything in one direction can get lost while the connection looks alive."""

import socket
import threading
from contextlib import suppress
from enum import StrEnum


class Way(StrEnum):
    """Which direction is lost."""

    THERE = "what is asked"
    BACK = "what is answered"


class Wire:
    """Listens on loopback and passes on to ``server``, a port."""

    def __init__(self, server: int) -> None:
        self.server = server
        self._lost: Way | None = None
        self._passing: dict[socket.socket, bool] = {}
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        threading.Thread(target=self._accept, name="wire", daemon=True).start()

    @property
    def port(self) -> int:
        """The port that it listens on."""
        port: int = self._listener.getsockname()[1]
        return port

    def lose(self, way: Way) -> None:
        """From now on nothing arrives in this direction, and nobody is told."""
        self._lost = way

    def heal(self) -> None:
        """Pass on again. A connection on which something got lost cannot go on: it ends."""
        with self._lock:
            self._lost = None
            holed = [one for one, has_hole in self._passing.items() if has_hole]
        for one in holed:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                near, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection(("127.0.0.1", self.server), timeout=5)
        except OSError:
            near.close()
            return
        far.settimeout(None)
        for one in (near, far):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with self._lock:
            self._passing[near] = self._passing[far] = False
        back = threading.Thread(target=self._pass_on, args=(far, near, Way.BACK), daemon=True)
        back.start()
        self._pass_on(near, far, Way.THERE)
        back.join()
        with self._lock:
            del self._passing[near], self._passing[far]
        near.close()
        far.close()

    def _loses(self, one: socket.socket, other: socket.socket, way: Way) -> bool:
        """Whether what has just come is lost; that the connection has a hole is known before it can be healed."""
        with self._lock:
            if self._lost is way:
                self._passing[one] = self._passing[other] = True
            return self._lost is way

    def _pass_on(self, one: socket.socket, other: socket.socket, way: Way) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if not self._loses(one, other, way):
                    other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
