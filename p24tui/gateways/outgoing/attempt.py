"""Work with a peer that can be given up at any moment, and that knows whether something may have left by then."""

import socket
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")


class GivenUp(Exception):
    """Nobody waits for this work any more."""


class Attempt:
    """Work with a peer, in a thread of its own: whatever it waits for, a name or a byte, it can be given up.

    ``left`` tells whether something that must not be sent twice may have left. Once given up, nothing leaves later.
    """

    def __init__(self) -> None:
        self.left = False
        self._given_up = False
        self._connection: socket.socket | None = None
        self._lock = threading.Lock()

    def run(self, work: Callable[[], T], within: float) -> T:
        """What the work gives or raises; raises ``TimeoutError`` where that takes longer than ``within`` seconds."""
        done: Future[T] = Future()
        threading.Thread(target=_fulfil, args=(done, work), daemon=True, name="outgoing").start()
        try:
            return done.result(within)
        finally:
            self._give_up()

    def hold(self, connection: socket.socket) -> None:
        """To be called with each connection that is made, which ends when the work is given up."""
        with self._lock:
            self._connection = connection
            if self._given_up:
                connection.close()
                raise GivenUp

    def leave(self) -> None:
        """To be called right before something may leave. Raises ``GivenUp`` where it must not any more."""
        with self._lock:
            if self._given_up:
                raise GivenUp
            self.left = True

    def _give_up(self) -> None:
        with self._lock:
            self._given_up = True
            if self._connection is not None:
                # It wakes whoever reads; closing would not, and is left to the one who reads.
                with suppress(OSError):
                    self._connection.shutdown(socket.SHUT_RDWR)


def is_silence(error: BaseException | None) -> bool:
    """Whether a peer kept silent: libraries wrap the ``TimeoutError`` that says so."""
    while error is not None:
        if isinstance(error, TimeoutError):
            return True
        error = error.__cause__ or error.__context__
    return False


def follow_http(attempt: Attempt, event: str, details: Mapping[str, Any]) -> None:
    """Follow a request by httpcore's events: https://www.encode.io/httpcore/extensions/#trace."""
    if event.endswith((".connect_tcp.complete", ".start_tls.complete")):
        attempt.hold(details["return_value"].get_extra_info("socket"))
    # What is asked of a proxy, a way to the peer, says nothing to anybody yet.
    elif event == "http11.send_request_headers.started" and details["request"].method != b"CONNECT":
        attempt.leave()


def _fulfil(done: Future[T], work: Callable[[], T]) -> None:
    try:
        done.set_result(work())
    except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
        done.set_exception(error)
