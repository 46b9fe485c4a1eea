"""A server on loopback that behaves as 46elks documents, and as badly as it is told to.

It keeps all that it took, so that a test, or a program that provokes faults, can say what a telephone would have got.
Any number of processes may send to one; ``report`` and ``report_all`` send delivery reports as 46elks does.
"""

import json
import random
import secrets
import socket
import socketserver
import subprocess
import threading
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from p24tui.clock import Clock, SystemClock
from p24tui.gateways.outgoing import gsm

USER, PASSWORD = "u0123456789abcdef", "0123456789ABCDEF"

MOST_AT_ONCE = 100
"""Messages that 46elks tells of at once in its history."""


@dataclass(frozen=True)
class Behaviour:
    """What the server does with one request. Where it answers ill it may all the same have ``taken`` the message."""

    status: int = 200
    body: bytes | None = None
    """Instead of the right answer."""
    headers: Mapping[str, str] = field(default_factory=dict)
    taken: bool = True
    silent: bool = False
    """No answer, until the other side ends the connection or the server ends."""
    cut_at: int | None = None
    """Bytes of the answer, head included, after which the connection ends."""
    drip: float = 0.0
    """Seconds between two bytes of the answer."""


def refused(status: int, error: str = "", headers: Mapping[str, str] | None = None) -> Behaviour:
    """A no, by which nothing is taken."""
    return Behaviour(status, json.dumps({"error": error}).encode(), headers or {}, taken=False)


NORMAL = Behaviour()
NO_CREDITS = refused(403, "Not enough credits")
BUSY = refused(429, "Too many requests", {"Retry-After": "7"})
FAULT = refused(500, "Internal server error")
FAULT_BUT_TAKEN = Behaviour(500, b"Internal server error")
SILENT = Behaviour(silent=True, taken=False)
SILENT_BUT_TAKEN = Behaviour(silent=True)
NO_ANSWER_BUT_TAKEN = Behaviour(cut_at=0)
CUT_OFF_BUT_TAKEN = Behaviour(cut_at=150)
BROKEN_JSON_BUT_TAKEN = Behaviour(body=b'{"id": "s0123')
DRIPS_BUT_TAKEN = Behaviour(drip=0.02)


@dataclass(frozen=True)
class Request:
    """What was asked: ``fields`` are those of the form or the query, and ``count`` counts requests from 0."""

    count: int
    method: str
    path: str
    fields: Mapping[str, str]


@dataclass(frozen=True)
class Taken:
    """A message that 46elks took."""

    id: str
    at: datetime
    sender: str
    to: str
    message: str
    dontlog: str
    whendelivered: str
    parts: int


class ElksServer:
    """Use it by ``elks_server``. ``accepted`` holds what was taken, in order; ``requests`` all that was asked."""

    def __init__(self, clock: Clock, user: str, password: str) -> None:
        self.accepted: list[Taken] = []
        self.requests: list[Request] = []
        self.others: list[dict[str, Any]] = []
        """More messages for the history, in its form."""
        self._clock = clock
        self._login = "Basic " + b64encode(f"{user}:{password}".encode()).decode()
        self._by_id: dict[str, Taken] = {}
        self._by_number: defaultdict[str, list[Taken]] = defaultdict(list)
        self._status: dict[str, str] = {}
        self._behave: Callable[[Request], Behaviour] = lambda _: NORMAL
        self._lock = threading.Lock()
        self.ending = threading.Event()
        self._listener = _Listener(self)

    @property
    def address(self) -> str:
        """What a client takes for ``https://api.46elks.com/a1``."""
        return f"http://127.0.0.1:{self._listener.server_address[1]}/a1"

    def behave(self, behaviour: Callable[[Request], Behaviour] | Iterable[Behaviour]) -> None:
        """How to treat the requests to come: one by one as listed and then normally, or as the function says."""
        if callable(behaviour):
            self._behave = behaviour
        else:
            to_come = iter(list(behaviour))
            self._behave = lambda _: next(to_come, NORMAL)

    def settle(self, id: str, status: str) -> None:
        """Say what has become of a message."""
        with self._lock:
            self._status[id] = status

    def report(self, taken: Taken, *statuses: str) -> list[int]:
        """Send reports on a message, in this order, and once more each for a status that is named again.

        The HTTP statuses that came back; 0 where nobody answered.
        """
        return [_post(taken.whendelivered, self._report(taken, status)) for status in statuses if taken.whendelivered]

    def report_all(self, statuses: Sequence[str] = ("sent", "delivered"), *, seed: int = 0, threads: int = 8) -> int:
        """Report on every message: each status twice, all of them in any order. How many were taken (200 to 204)."""
        reports = [(taken, status) for taken in list(self.accepted) for status in (*statuses, *statuses)]
        random.Random(seed).shuffle(reports)
        with ThreadPoolExecutor(threads) as pool:
            answers = list(pool.map(lambda one: self.report(*one), reports))
        return sum(200 <= status <= 204 for answer in answers for status in answer)

    def answer(self, request: Request) -> tuple[Behaviour, bytes]:
        """How the request is treated, and what the answer is where it is treated well."""
        with self._lock:
            request = Request(len(self.requests), request.method, request.path, request.fields)
            self.requests.append(request)
            behaviour = self._behave(request)
        if request.method == "POST" and request.path == "/a1/sms":
            return self._send(request.fields, behaviour)
        found = self._found(request)
        return (refused(404, "Not found"), b"") if found is None else (behaviour, json.dumps(found).encode())

    def lets_in(self, login: str) -> bool:
        return login == self._login

    def start(self) -> None:
        threading.Thread(target=self._listener.serve_forever, args=(0.02,), daemon=True).start()

    def end(self) -> None:
        self.ending.set()
        self._listener.shutdown()
        self._listener.server_close()

    def _send(self, form: Mapping[str, str], behaviour: Behaviour) -> tuple[Behaviour, bytes]:
        missing = next((one for one in ("from", "to", "message") if not form.get(one)), None)
        if missing is not None:
            return refused(400, f"Missing key {missing}"), b""
        if not (form["to"].startswith("+") and form["to"][1:].isdecimal()):
            return refused(400, "Invalid to number"), b""
        taken = Taken(
            "s" + secrets.token_hex(16),
            self._clock.now(),
            form["from"],
            form["to"],
            form["message"],
            form.get("dontlog", ""),
            form.get("whendelivered", ""),
            gsm.size(form["message"]).parts,
        )
        if form.get("dryrun") == "yes":
            would = {name: value for name, value in _told(taken, "created").items() if name not in {"id", "cost"}}
            return behaviour, json.dumps({**would, "estimated_cost": 5200 * taken.parts}).encode()
        if behaviour.taken:
            with self._lock:
                self.accepted.append(taken)
                self._by_id[taken.id] = taken
                self._by_number[taken.to].append(taken)
        return behaviour, json.dumps({**_told(taken, "created"), "parts": taken.parts}).encode()

    def _found(self, request: Request) -> dict[str, Any] | None:
        if request.method != "GET":
            return None
        if request.path == "/a1/me":
            account = {"displayname": "Vårdcentralen\x07 Björken", "id": USER, "email": "it@example.se"}
            return {**account, "mobilenumber": "+46700000000", "currency": "SEK", "balance": 9670500}
        with self._lock:
            if request.path == "/a1/sms":
                to = request.fields.get("to")
                sent = self.accepted if to is None else self._by_number[to]
                return _history([*map(self._now, sent), *self.others], request.fields)
            one = self._by_id.get(request.path.removeprefix("/a1/sms/"))
            return None if one is None else self._now(one)

    def _now(self, taken: Taken) -> dict[str, Any]:
        return _told(taken, self._status.get(taken.id, "created"))

    def _report(self, taken: Taken, status: str) -> dict[str, str]:
        delivered = {"delivered": _naive(self._clock.now())} if status == "delivered" else {}
        return {"id": taken.id, "status": status, **delivered}


@contextmanager
def elks_server(
    clock: Clock | None = None, user: str = USER, password: str = PASSWORD, behave: Iterable[Behaviour] = ()
) -> Iterator[ElksServer]:
    """A server for as long as the block lasts, its messages created at the instants of ``clock``."""
    server = ElksServer(SystemClock() if clock is None else clock, user, password)
    server.behave(behave)
    server.start()
    try:
        yield server
    finally:
        server.end()


@contextmanager
def peer(treat: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port on which each connection is treated so, in a thread of its own, and then ended."""
    listener = socket.create_server(("127.0.0.1", 0))

    def take() -> None:
        while True:
            try:
                connection, _address = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    def serve(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            treat(connection)

    taking = threading.Thread(target=take, daemon=True)
    taking.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        taking.join()  # else it might take a connection of whoever gets the same descriptor next
        listener.close()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate of this machine's own, which nobody vouches for, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-days", "2"]
    subprocess.run([*command, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    return certificate, key


def _told(taken: Taken, status: str) -> dict[str, Any]:
    """A message as 46elks tells of it; not its text, where that is not to be logged."""
    text = {} if taken.dontlog == "message" else {"message": taken.message}
    told = {"id": taken.id, "direction": "outgoing", "from": taken.sender, "to": taken.to, "status": status}
    return {**told, **text, "created": _naive(taken.at), "cost": 5200 * taken.parts}


def _history(told: list[dict[str, Any]], query: Mapping[str, str]) -> dict[str, Any]:
    """From the newest on: what is before ``start`` and after ``end``. ``next`` is where the rest starts."""
    found = [
        one
        for one in told
        if query.get("to", one["to"]) == one["to"]
        and query.get("end", "") < one["created"]
        and one["created"] < query.get("start", "9999")
    ]
    found.sort(key=lambda one: str(one["created"]), reverse=True)
    most = min(int(query.get("limit", MOST_AT_ONCE)), MOST_AT_ONCE)
    page = found[:most]
    return {"data": page, "next": page[-1]["created"]} if len(found) > most else {"data": page}


def _naive(instant: datetime) -> str:
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")


def _post(address: str, form: Mapping[str, str]) -> int:
    request = urllib.request.Request(address, urlencode(form).encode(), method="POST")
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(request, timeout=10) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(self, server: ElksServer) -> None:
        self.elks = server
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away in the middle is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        self._treat(split.path, dict(parse_qsl(split.query)))

    def do_POST(self) -> None:
        form = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._treat(urlsplit(self.path).path, dict(parse_qsl(form.decode(), keep_blank_values=True)))

    def log_message(self, *_: Any, **__: Any) -> None:
        """Nothing."""

    def _treat(self, path: str, fields: Mapping[str, str]) -> None:
        elks = self.server.elks
        if not elks.lets_in(self.headers.get("Authorization", "")):
            self._say(refused(401, "API access denied"), b"")
            return
        behaviour, right = elks.answer(Request(0, self.command, path, fields))
        if behaviour.silent:
            self.connection.settimeout(0.05)
            while not elks.ending.is_set():
                with suppress(TimeoutError):
                    if not self.connection.recv(1):
                        break
            self.close_connection = True
        else:
            self._say(behaviour, right)

    def _say(self, behaviour: Behaviour, right: bytes) -> None:
        body = right if behaviour.body is None else behaviour.body
        head = [f"HTTP/1.1 {behaviour.status} Said", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        head += [f"{name}: {value}" for name, value in behaviour.headers.items()]
        answer = "\r\n".join([*head, "", ""]).encode() + body
        if behaviour.cut_at is not None:
            answer = answer[: behaviour.cut_at]
            self.close_connection = True
        if not behaviour.drip:
            self.wfile.write(answer)
            return
        for at in range(len(answer)):
            self.wfile.write(answer[at : at + 1])
            time.sleep(behaviour.drip)
