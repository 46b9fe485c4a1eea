"""One SMPP connection, from its bind to its end.

smpplib reads and writes the PDUs. Its own ``Client`` is not used: it loses what it has read of a PDU when a time-out
falls into it, connects by IPv4 alone, and does not check whose certificate it was shown.

One thread at a time owns the socket and calls ``turn``; OpenSSL does not let two use one connection. Any thread may
``ask``, ``reply`` and ``wake``.
"""

import contextlib
import logging
import selectors
import socket
import ssl
import struct
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any

from p24tui.gateways.outgoing.smpp_messages import OK, UNKNOWN_COMMAND

_HEADER = struct.Struct(">LLLL")  # length, command, status, sequence
_RESPONSE = 0x80000000
_LAST_SEQUENCE = 0x7FFFFFFF

LONGEST = 65_536
"""Octets; a PDU is a few hundred."""

Pdu = Any
"""A PDU of smpplib, which has no types."""


@dataclass(eq=False, slots=True)
class Request:
    """A PDU of ours that is to be answered.

    ``answered`` is called once, with the answer, or with none where the connection ended first. ``written`` is true
    from just before the first octet is written; once ``withdraw`` was called it does not change any more.
    """

    sequence: int
    octets: bytes
    answered: Callable[[Pdu | None], None]
    written: bool = False


@dataclass(eq=False, slots=True)
class _Reply:
    octets: bytes


def connect(host: str, port: int, tls: bool, timeout: float) -> socket.socket:
    """A connection, its certificate checked where it has one. Raises ``OSError``; waits up to ``timeout`` seconds."""
    connection = socket.create_connection((host, port), timeout)
    if not tls:
        return connection
    try:
        return ssl.create_default_context().wrap_socket(connection, server_hostname=host)
    except BaseException:
        connection.close()
        raise


class Link:
    """A connection over which PDUs go. ``timeout``, in seconds, is how long a write may take."""

    def __init__(self, connection: socket.socket, timeout: float) -> None:
        # smpplib writes what is wrong with a PDU into its log, and a PDU holds numbers and texts.
        logging.getLogger("smpplib").setLevel(logging.CRITICAL + 1)
        self._connection = connection
        self._timeout = timeout
        self._lock = Lock()
        self._outbox: list[Request | _Reply] = []
        self._asked: dict[int, Request] = {}
        self._sequence = 0
        self._ended = False
        self._lost: OSError | None = None
        self._received = b""
        self.heard_at = monotonic()
        """When something last came from the other side."""
        self._bell, self._ringer = socket.socketpair()
        self._bell.setblocking(False)
        self._ringer.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(connection, selectors.EVENT_READ)
        self._selector.register(self._bell, selectors.EVENT_READ)

    def ask(self, command: str, answered: Callable[[Pdu | None], None], **fields: Any) -> Request | None:
        """Have a request written in a later ``turn``; none where the connection has ended, and nothing will be written.

        ``answered`` is called in the thread that turns, which must not hold a lock that ``answered`` takes.
        """
        with self._lock:
            self._sequence = sequence = self._sequence % _LAST_SEQUENCE + 1
        request = Request(sequence, _octets(command, sequence, OK, fields), answered)
        return request if self._put(request) else None

    def reply(self, request: Pdu, status: int) -> None:
        """Have a request of the other side answered; where the connection has ended, nothing comes of it."""
        self._put(_Reply(_octets(f"{request.command}_resp", request.sequence, status, {})))

    def withdraw(self, request: Request) -> None:
        """Keep a request from being written, if it was not yet."""
        with self._lock:
            if request in self._outbox:
                self._outbox.remove(request)

    def wake(self) -> None:
        """Let a ``turn`` that waits return."""
        with contextlib.suppress(OSError):  # it rings already, or has ended
            self._ringer.send(b"!")

    def turn(self, wait: float) -> list[Pdu]:
        """Write what is to be written and read what came, waiting up to ``wait`` seconds for it.

        Gives the requests of the other side; answers go to whoever asked. Raises ``OSError`` where the connection is
        lost, or in the turn before what came was no SMPP.
        """
        if self._lost is not None:
            raise self._lost
        self._write()
        ready = {key.fileobj for key, _ in self._selector.select(max(wait, 0.0))}
        if self._bell in ready:
            self._bell.recv(4096)
        if self._connection in ready:
            self._read()
        # What came before a loss counts, so it is raised in the next turn.
        requests = [self._taken(one) for one in self._whole_pdus()]
        return [one for one in requests if one is not None]

    def end(self) -> None:
        """Close the connection. Whoever waits for an answer is told that there is none."""
        with self._lock:
            self._ended = True
            asked = [*self._asked.values(), *(one for one in self._outbox if isinstance(one, Request))]
            self._asked.clear()
            self._outbox.clear()
        self._selector.close()
        for one in (self._connection, self._bell, self._ringer):
            one.close()
        for request in asked:
            request.answered(None)

    def _put(self, pdu: Request | _Reply) -> bool:
        with self._lock:
            if self._ended:
                return False
            self._outbox.append(pdu)
        self.wake()
        return True

    def _write(self) -> None:
        while True:
            with self._lock:
                if not self._outbox:
                    return
                pdu = self._outbox.pop(0)
                if isinstance(pdu, Request):
                    self._asked[pdu.sequence] = pdu
                    pdu.written = True
            self._connection.settimeout(self._timeout)
            self._connection.sendall(pdu.octets)

    def _read(self) -> None:
        self._connection.settimeout(0)
        try:
            while octets := self._connection.recv(LONGEST):
                self._received += octets
                self.heard_at = monotonic()
            self._lost = ConnectionAbortedError()
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError as error:
            self._lost = error

    def _whole_pdus(self) -> list[bytes]:
        whole = []
        while len(self._received) >= _HEADER.size:
            length = _HEADER.unpack_from(self._received)[0]
            if not _HEADER.size <= length <= LONGEST:
                self._lost = ConnectionAbortedError()
                break
            if len(self._received) < length:
                break
            whole.append(self._received[:length])
            self._received = self._received[length:]
        return whole

    def _taken(self, octets: bytes) -> Pdu | None:
        """The request of the other side, or none where it was an answer or is nothing that we know."""
        _, command, _, sequence = _HEADER.unpack_from(octets)
        pdu = _parsed(octets)
        if command & _RESPONSE:
            with self._lock:
                request = self._asked.pop(sequence, None)
            if request is not None:
                request.answered(pdu)
            return None
        if pdu is None:
            self._put(_Reply(_octets("generic_nack", sequence, UNKNOWN_COMMAND, {})))
        return pdu


def _octets(command: str, sequence: int, status: int, fields: dict[str, Any]) -> bytes:
    from smpplib.smpp import make_pdu

    pdu = make_pdu(command, sequence=sequence, status=status, **fields)
    pdu.sequence = sequence
    octets: bytes = pdu.generate()
    return octets


def _parsed(octets: bytes) -> Pdu | None:
    """The PDU with as many of its fields as can be read; none where smpplib does not know its command."""
    from smpplib.exceptions import UnknownCommandError
    from smpplib.pdu import extract_command
    from smpplib.smpp import make_pdu

    try:
        pdu = make_pdu(extract_command(octets), sequence=1, allow_unknown_opt_params=True)
    except UnknownCommandError:
        return None
    # Such as an optional parameter that smpplib does not expect here; what stands before it was read.
    with contextlib.suppress(UnknownCommandError, LookupError, ValueError, struct.error):
        pdu.parse(octets)
    return pdu
