"""46elks: what was surely taken, what surely was not, and what nobody knows, against a real server on loopback."""

import json
import logging
import queue
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from p24tui.clock import SetClock
from p24tui.errors import Unavailable
from p24tui.gateways.outgoing.attempt import Attempt, GivenUp
from p24tui.gateways.outgoing.elks import Elks, read_report
from p24tui.gateways.outgoing.model import (
    Accepted,
    Answer,
    Fate,
    Gateway,
    NotNow,
    Outgoing,
    Problem,
    Rejected,
    Report,
    Uncertain,
)
from tests.gateways.outgoing import elks_server as server_module
from tests.gateways.outgoing.elks_server import (
    PASSWORD,
    USER,
    Behaviour,
    ElksServer,
    elks_server,
    peer,
    refused,
    self_signed,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NUMBER = "+46701740605"
SMS = Outgoing("abc123", NUMBER, "Hej! Du har en bokad videotid i morgon 9.00.")
SHORT = 0.3
"""Seconds, where the other side keeps silent until then."""

LONG = 10.0
"""Seconds, where it answers: a busy machine may take its time."""


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW)


@pytest.fixture
def server(clock: SetClock) -> Iterator[ElksServer]:
    with elks_server(clock) as server:
        yield server


@contextmanager
def gateway(address: str, **more: Any) -> Iterator[Elks]:
    one = Elks(**{"user": USER, "password": PASSWORD, "sender": "Vardcentral", "address": address} | more)
    try:
        yield one
    finally:
        one.close()


def send(server: ElksServer, sms: Outgoing = SMS, **more: Any) -> Answer:
    with gateway(server.address, **more) as one:
        return one.send(sms)


def waits_for(problem: Problem) -> float:
    """Seconds within which this comes of it: a silence alone needs the time to run out."""
    return SHORT if problem is Problem.SILENCE else LONG


def read_request(connection: socket.socket) -> bytes:
    asked = b""
    while b"dontlog=message" not in asked:
        asked += connection.recv(65536) or b"dontlog=message"
    return asked


def test_an_sms_is_handed_over_as_documented(server: ElksServer) -> None:
    answer = send(server, report_to=lambda id: f"https://p24.example.se/reports/secret/{id}")
    (taken,) = server.accepted
    assert answer == Accepted(taken.id, 1)
    assert (taken.sender, taken.to, taken.message) == ("Vardcentral", NUMBER, SMS.text)
    assert taken.dontlog == "message"
    assert taken.whendelivered == "https://p24.example.se/reports/secret/abc123"


def test_without_an_address_for_reports_none_is_asked_for(server: ElksServer) -> None:
    assert isinstance(send(server), Accepted)
    assert "whendelivered" not in server.requests[0].fields


def test_the_text_arrives_letter_by_letter(server: ElksServer) -> None:
    text = 'Åsa & Örjan + 50 % = ; "é" €\nrad två 👩🏽‍⚕️'
    send(server, Outgoing("1", NUMBER, text))
    send(server, Outgoing("2", NUMBER, "a\x00b\x1b[2J\ud800"))
    assert [one.message for one in server.accepted] == [text, "a�b�[2J�"]


@pytest.mark.parametrize("parts", [None, 0, -1, "2", True, 3])
def test_parts_are_those_of_46elks_else_our_own_count(server: ElksServer, parts: object) -> None:
    server.behave([Behaviour(body=json.dumps({"id": "s1", "parts": parts}).encode())])
    long = Outgoing("1", NUMBER, "ö" * 161)
    assert send(server, long) == Accepted("s1", 3 if parts == 3 else 2)


@pytest.mark.parametrize(
    "to", ["", "0701740605", "+46701740605,+46701740606", "+46 70", "+46701740605\n", "+4670٣٤٥٦٧"]
)
def test_what_is_no_number_is_never_asked_for(server: ElksServer, to: str) -> None:
    assert send(server, Outgoing("1", to, "Hej")) == Rejected(Problem.ADDRESS)
    assert server.requests == []


_SURE: list[tuple[Behaviour, Answer]] = [
    (server_module.NO_CREDITS, NotNow(Problem.CREDITS, timedelta(minutes=5))),
    (refused(403, "Not allowed"), Rejected(Problem.REFUSED)),
    (refused(401, "API access denied"), NotNow(Problem.LOGIN)),
    (refused(400, "Invalid to number"), Rejected(Problem.ADDRESS)),
    (refused(400, "Invalid from number"), Rejected(Problem.REFUSED)),
    (refused(400, "Missing key message"), Rejected(Problem.REFUSED)),
    (refused(404, "Not found"), Rejected(Problem.REFUSED)),
    (refused(408), NotNow(Problem.BUSY)),
    (refused(301, "", {"Location": "http://127.0.0.1:9/a1/sms"}), Rejected(Problem.REFUSED)),
    (refused(307, "", {"Location": "http://127.0.0.1:9/a1/sms"}), Rejected(Problem.REFUSED)),
    (server_module.BUSY, NotNow(Problem.BUSY, timedelta(seconds=7))),
    (refused(429, "", {"Retry-After": "0"}), NotNow(Problem.BUSY, timedelta(seconds=1))),
    (refused(429, "", {"Retry-After": "86400"}), NotNow(Problem.BUSY, timedelta(seconds=600))),
    (refused(429, "", {"Retry-After": "9" * 5000}), NotNow(Problem.BUSY, timedelta(minutes=1))),
    (refused(429, "", {"Retry-After": "Mon, 02 Mar 2026 09:00:30 GMT"}), NotNow(Problem.BUSY, timedelta(minutes=1))),
    (refused(429), NotNow(Problem.BUSY, timedelta(minutes=1))),
    (Behaviour(body=b'{"id": "s1", "status": "failed"}', taken=False), Rejected(Problem.REFUSED)),
]


@pytest.mark.hazard("H13")
@pytest.mark.parametrize(("behaviour", "answer"), _SURE, ids=range(len(_SURE)))
def test_a_clear_no_is_told_as_surely_not_taken(server: ElksServer, behaviour: Behaviour, answer: Answer) -> None:
    server.behave([behaviour])
    assert send(server) == answer
    assert server.accepted == []
    assert len(server.requests) == 1


_UNSURE: list[tuple[str, Behaviour, Problem]] = [
    ("a fault", server_module.FAULT, Problem.FAULT),
    ("a fault after it was taken", server_module.FAULT_BUT_TAKEN, Problem.FAULT),
    ("no gateway behind the gateway", refused(502), Problem.FAULT),
    ("busy by a fault", refused(503, "", {"Retry-After": "1"}), Problem.FAULT),
    ("a result elsewhere", refused(302, "", {"Location": "/"}), Problem.FAULT),
    ("silence", server_module.SILENT, Problem.SILENCE),
    ("silence after it was taken", server_module.SILENT_BUT_TAKEN, Problem.SILENCE),
    ("no answer at all", server_module.NO_ANSWER_BUT_TAKEN, Problem.CUT_OFF),
    ("cut off in the head", Behaviour(cut_at=30), Problem.CUT_OFF),
    ("cut off in the body", server_module.CUT_OFF_BUT_TAKEN, Problem.CUT_OFF),
    ("broken JSON", server_module.BROKEN_JSON_BUT_TAKEN, Problem.CUT_OFF),
    ("no JSON", Behaviour(body=b"<html>"), Problem.CUT_OFF),
    ("not UTF-8", Behaviour(body=b'{"id": "s\xe5"}'), Problem.CUT_OFF),
    ("too deep", Behaviour(body=b"[" * 100_000), Problem.CUT_OFF),
    ("no id", Behaviour(body=b'{"status": "created"}'), Problem.CUT_OFF),
    ("an id that is a path", Behaviour(body=b'{"id": "../me"}'), Problem.CUT_OFF),
    ("too much", Behaviour(body=b'{"id": "s1", "x": "' + b"x" * 300_000 + b'"}'), Problem.CUT_OFF),
    ("nothing", Behaviour(204, b""), Problem.CUT_OFF),
    ("drips", server_module.DRIPS_BUT_TAKEN, Problem.SILENCE),
]


@pytest.mark.hazard("H13")
@pytest.mark.parametrize(("_name", "behaviour", "problem"), _UNSURE, ids=[name for name, *_ in _UNSURE])
def test_what_may_have_been_taken_is_uncertain_and_asked_once(
    server: ElksServer, _name: str, behaviour: Behaviour, problem: Problem
) -> None:
    server.behave(lambda _: behaviour)
    assert send(server, timeout=waits_for(problem)) == Uncertain(problem)
    assert len(server.requests) == 1


@pytest.mark.hazard("H13")
@pytest.mark.parametrize("drip", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_a_drip_in_head_or_body_ends_with_the_time_and_ends_the_connection(drip: bytes) -> None:
    ended = threading.Event()

    def treat(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(drip)
        try:
            while True:
                connection.sendall(b" ")
                time.sleep(0.02)
        except OSError:
            ended.set()

    with peer(treat) as port, gateway(f"http://127.0.0.1:{port}/a1", timeout=SHORT) as one:
        began = time.monotonic()
        assert one.send(SMS) == Uncertain(Problem.SILENCE)
        assert time.monotonic() - began < SHORT + 1
        assert ended.wait(2)


@pytest.mark.hazard("H13")
def test_a_clear_no_counts_though_the_rest_of_it_drips(server: ElksServer) -> None:
    def treat(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 429 Busy\r\nRetry-After: 9\r\nContent-Length: 999\r\n\r\n")
        connection.recv(1)

    with peer(treat) as port, gateway(f"http://127.0.0.1:{port}/a1", timeout=2) as one:
        assert one.send(SMS) == NotNow(Problem.BUSY, timedelta(seconds=9))


@pytest.mark.hazard("H13")
def test_a_connection_that_ends_while_we_ask_is_uncertain() -> None:
    def treat(connection: socket.socket) -> None:
        connection.recv(10)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    with peer(treat) as port, gateway(f"http://127.0.0.1:{port}/a1") as one:
        assert one.send(SMS) == Uncertain(Problem.CUT_OFF)


@pytest.mark.hazard("H13")
def test_a_connection_bears_one_message_and_is_ended() -> None:
    """Another thread's might go over it in the moment it ends, and nobody would know whether it was taken."""
    heard: queue.Queue[bytes] = queue.Queue()

    def treat(connection: socket.socket) -> None:
        heard.put(read_request(connection))
        connection.sendall(b"HTTP/1.1 429 Busy\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n")
        heard.put(connection.recv(65536))

    with peer(treat) as port, gateway(f"http://127.0.0.1:{port}/a1") as one:
        assert one.send(SMS) == NotNow(Problem.BUSY, timedelta(seconds=9))
        assert b"\r\nconnection: close\r\n" in heard.get(timeout=5).lower()
        assert heard.get(timeout=5) == b""


@pytest.mark.hazard("H13")
@pytest.mark.parametrize("address", ["gopher://127.0.0.1/a1", "http://", "http://[", "127.0.0.1", ""])
def test_an_address_that_cannot_be_asked_is_surely_not_taken(address: str) -> None:
    with gateway(address, timeout=2) as one:
        assert one.send(SMS) == NotNow(Problem.UNREACHABLE)


@pytest.mark.hazard("H13")
def test_where_nobody_listens_it_is_surely_not_taken() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        with gateway(f"http://127.0.0.1:{closed.getsockname()[1]}/a1", timeout=2) as one:
            assert one.send(SMS) == NotNow(Problem.UNREACHABLE)


@pytest.mark.hazard("H13")
def test_a_name_server_that_keeps_silent_is_given_up_and_nothing_leaves_later(
    server: ElksServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, right = threading.Event(), socket.getaddrinfo

    def find_late(*what: Any, **more: Any) -> Any:
        found.wait(5)
        return right(*what, **more)

    monkeypatch.setattr(socket, "getaddrinfo", find_late)
    with gateway(server.address, timeout=SHORT) as one:
        began = time.monotonic()
        assert one.send(SMS) == NotNow(Problem.UNREACHABLE)
        assert time.monotonic() - began < SHORT + 1
        found.set()
        time.sleep(0.3)
    assert server.requests == []


@pytest.mark.hazard("H13")
def test_what_was_given_up_leaves_no_more() -> None:
    attempt, waiting, outcome = Attempt(), threading.Event(), threading.Event()

    def work() -> None:
        waiting.wait(5)
        try:
            attempt.leave()
        except GivenUp:
            outcome.set()

    with pytest.raises(TimeoutError):
        attempt.run(work, 0.05)
    waiting.set()
    assert outcome.wait(2)
    assert attempt.left is False


@pytest.mark.hazard("H13")
def test_a_proxy_that_says_no_has_heard_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[bytes] = []

    def treat(connection: socket.socket) -> None:
        heard.append(connection.recv(65536))
        connection.sendall(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")

    with peer(treat) as port, gateway("https://api.46elks.invalid/a1", timeout=2) as one:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        assert one.send(SMS) == NotNow(Problem.UNREACHABLE)
    (asked,) = heard
    assert asked.startswith(b"CONNECT api.46elks.invalid:443")
    assert NUMBER.encode() not in asked


@pytest.mark.hazard("H13")
def test_a_proxy_that_keeps_silent_has_heard_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def treat(connection: socket.socket) -> None:
        connection.recv(65536)
        time.sleep(1)

    with peer(treat) as port, gateway("https://api.46elks.invalid/a1", timeout=SHORT) as one:
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{port}")
        assert one.send(SMS) == NotNow(Problem.UNREACHABLE)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return self_signed(tmp_path_factory.mktemp("certificate"))


def encrypted(certificate: tuple[Path, Path], answer: bytes) -> Callable[[socket.socket], None]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    def treat(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            read_request(secured)
            secured.sendall(answer)
            with suppress(OSError):
                secured.recv(1)

    return treat


@pytest.mark.hazard("H13")
def test_a_certificate_that_nobody_vouches_for_gets_nothing(certificate: tuple[Path, Path]) -> None:
    with (
        peer(encrypted(certificate, b"")) as port,
        gateway(f"https://localhost:{port}/a1", timeout=2) as one,
    ):
        assert one.send(SMS) == NotNow(Problem.UNREACHABLE)


@pytest.mark.hazard("H13")
def test_encrypted_as_in_clear(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    taken = b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"id": "s1"}'
    for answer, expected in ((taken, Accepted("s1", 1)), (b"HTTP/1.1 200", Uncertain(Problem.SILENCE))):
        with (
            peer(encrypted(certificate, answer)) as port,
            gateway(f"https://localhost:{port}/a1", timeout=2) as one,
        ):
            assert one.send(SMS) == expected


def test_many_threads_send_by_one_gateway(server: ElksServer) -> None:
    with gateway(server.address) as one, ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: one.send(Outgoing(str(n), f"+4670174{n:04}", str(n))), range(200)))
    assert {answer.id for answer in answers if isinstance(answer, Accepted)} == {one.id for one in server.accepted}
    assert sorted(int(one.message) for one in server.accepted) == list(range(200))


def test_a_closed_gateway_can_be_used_again(server: ElksServer) -> None:
    with gateway(server.address) as one:
        for _ in range(2):
            assert isinstance(one.send(SMS), Accepted)
            one.close()
            one.close()


@pytest.mark.parametrize(
    ("status", "fate"),
    [("created", Fate.TAKEN), ("sent", Fate.TAKEN), ("delivered", Fate.DELIVERED), ("failed", Fate.FAILED)],
)
def test_what_has_become_of_it_is_looked_up_by_their_id_or_else_by_number(
    server: ElksServer, status: str, fate: Fate
) -> None:
    with gateway(server.address) as one:
        answer = one.send(SMS)
        assert isinstance(answer, Accepted)
        server.settle(answer.id, status)
        assert one.look_up(SMS, answer.id, NOW) == Report(fate, SMS.id, answer.id)
        assert one.look_up(SMS, "", NOW) == Report(fate, SMS.id, answer.id)


@pytest.mark.parametrize("gateway_id", ["s404", "../me", "s1?x=1", "s1\n", "é"])
def test_an_id_that_they_do_not_know_tells_nothing(server: ElksServer, gateway_id: str) -> None:
    with gateway(server.address) as one:
        assert one.look_up(SMS, gateway_id, NOW) is None


@pytest.mark.hazard("H13")
def test_what_was_taken_though_no_answer_came_is_found(server: ElksServer) -> None:
    server.behave([server_module.NO_ANSWER_BUT_TAKEN, server_module.FAULT])
    found, lost = SMS, Outgoing("2", "+46701740606", "Hej")
    with gateway(server.address) as one:
        assert isinstance(one.send(found), Uncertain)
        assert isinstance(one.send(lost), Uncertain)
        assert one.look_up(found, "", NOW) == Report(Fate.TAKEN, found.id, server.accepted[0].id)
        assert one.look_up(lost, "", NOW) is None


@pytest.mark.hazard("H13")
@pytest.mark.parametrize(
    ("created", "found"),
    [(-60, False), (-6, False), (-4, True), (0, True), (30, True), (599, True), (601, False)],
)
def test_only_a_message_of_about_that_time_is_ours(
    server: ElksServer, clock: SetClock, created: int, found: bool
) -> None:
    with gateway(server.address) as one:
        clock.advance(timedelta(seconds=created))
        one.send(SMS)
        assert (one.look_up(SMS, "", NOW) is not None) is found


@pytest.mark.hazard("H13")
@pytest.mark.parametrize("later", [0, 3600])
def test_between_two_messages_nobody_chooses(server: ElksServer, clock: SetClock, later: int) -> None:
    with gateway(server.address) as one:
        one.send(SMS)
        clock.advance(timedelta(seconds=later))
        one.send(Outgoing("2", NUMBER, "Hej"))
        assert one.look_up(SMS, "", NOW) is None


@pytest.mark.hazard("H13")
def test_a_message_from_another_sender_or_to_us_is_not_ours(server: ElksServer) -> None:
    with gateway(server.address, sender="Annan") as other, gateway(server.address) as one:
        other.send(SMS)
        assert one.look_up(SMS, "", NOW) is None
    to = "+46701740606"
    told = {"id": "s9", "to": to, "from": "Vardcentral", "created": "2026-03-02T09:00:01.000000", "status": "sent"}
    for direction, fate in (("incoming", None), ("outgoing-reply", None), ("outgoing", Fate.TAKEN)):
        server.others = [{**told, "direction": direction}]
        with gateway(server.address) as one:
            found = one.look_up(Outgoing("2", to, ""), "", NOW)
        assert (None if found is None else found.fate) is fate


def _history(rest: str) -> bytes:
    ours = {"id": "s1", "direction": "outgoing", "to": NUMBER, "from": "Vardcentral"}
    return f'{{"data": [{json.dumps(ours)[:-1]}, {rest}'.encode()


@pytest.mark.hazard("H13")
def test_a_history_of_one_such_message_tells_it(server: ElksServer) -> None:
    told = '"created": "2026-03-02T09:00:00.000000", "status": "created"}], "next": "2026-03-02T08:00:00"}'
    server.behave([Behaviour(body=_history(told))])
    with gateway(server.address) as one:
        assert one.look_up(SMS, "", NOW) == Report(Fate.TAKEN, SMS.id, "s1")


@pytest.mark.hazard("H13")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"data": null}',
        b'{"data": [{"id": "s1"}]}',
        _history('"created": "2026-03-02T09:00:00", "status": "created"}], "next": "2026-03-02T09:00:00"}'),
        _history('"created": "2026-03-02T09:00:00", "status": "lost"}]}'),
        _history('"created": "yesterday", "status": "created"}]}'),
    ],
)
def test_a_history_that_does_not_tell_it_clearly_tells_nothing(server: ElksServer, body: bytes) -> None:
    server.behave([Behaviour(body=body)])
    with gateway(server.address) as one:
        assert one.look_up(SMS, "", NOW) is None


@pytest.mark.parametrize("gateway_id", ["", "s1"])
@pytest.mark.parametrize(
    "behaviour", [server_module.FAULT, server_module.SILENT, server_module.NO_ANSWER_BUT_TAKEN, refused(401)]
)
def test_a_look_up_that_fails_tells_nothing(server: ElksServer, gateway_id: str, behaviour: Behaviour) -> None:
    server.behave([behaviour])
    with gateway(server.address, timeout=SHORT) as one:
        assert one.look_up(SMS, gateway_id, NOW) is None


def test_reports_come_twice_and_out_of_order_and_are_read(server: ElksServer) -> None:
    heard: list[Report | None] = []

    def treat(connection: socket.socket) -> None:
        asked = connection.recv(65536)
        while b"status=" not in asked:
            asked += connection.recv(65536)
        form = dict(parse_qsl(asked.split(b"\r\n\r\n", 1)[1].decode()))
        heard.append(read_report(form, asked.split(b" ")[1].decode().removeprefix("/reports/")))
        connection.sendall(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    with peer(treat) as port:
        answer = send(server, report_to=lambda id: f"http://127.0.0.1:{port}/reports/{id}")
        assert isinstance(answer, Accepted)
        assert server.report(server.accepted[0], "delivered", "sent", "delivered") == [204, 204, 204]
        assert server.report_all() == 4
    delivered, taken = (Report(fate, SMS.id, answer.id) for fate in (Fate.DELIVERED, Fate.TAKEN))
    assert heard[:3] == [delivered, taken, delivered]
    assert sorted(str(one) for one in heard[3:]) == sorted(map(str, [delivered, taken] * 2))


@pytest.mark.parametrize(
    "form",
    [{}, {"id": "s1"}, {"status": "delivered"}, {"id": "s1", "status": "read"}, {"id": "s 1", "status": "sent"}],
)
def test_a_report_that_says_nothing_is_none(form: dict[str, str]) -> None:
    assert read_report(form, "abc") is None


def test_a_failed_report_is_read() -> None:
    assert read_report({"id": "s1", "status": "failed"}, "abc") == Report(Fate.FAILED, "abc", "s1")


def test_the_check_tells_the_account_and_sends_nothing(server: ElksServer) -> None:
    with gateway(server.address) as one:
        assert one.check() == "Vårdcentralen� Björken, 967.05 SEK"
    assert [(request.method, request.path) for request in server.requests] == [("GET", "/a1/me")]
    assert server.accepted == []


@pytest.mark.parametrize(
    ("behaviour", "problem"),
    [
        (refused(401), Problem.LOGIN),
        (refused(403), Problem.LOGIN),
        (refused(404), Problem.REFUSED),
        (server_module.BUSY, Problem.BUSY),
        (server_module.FAULT, Problem.FAULT),
        (server_module.SILENT, Problem.SILENCE),
        (server_module.NO_ANSWER_BUT_TAKEN, Problem.CUT_OFF),
        (Behaviour(body=b"<html>"), Problem.CUT_OFF),
    ],
)
def test_a_check_that_fails_says_why(server: ElksServer, behaviour: Behaviour, problem: Problem) -> None:
    server.behave([behaviour])
    with gateway(server.address, timeout=waits_for(problem)) as one, pytest.raises(Unavailable) as caught:
        one.check()
    assert (caught.value.part, caught.value.detail) == ("sms", problem)


def test_a_wrong_password_is_told(server: ElksServer) -> None:
    with gateway(server.address, password="wrong") as one:
        assert one.send(SMS) == NotNow(Problem.LOGIN)
        with pytest.raises(Unavailable, match="login"):
            one.check()


@pytest.mark.hazard("H13")
def test_nothing_that_is_logged_names_anybody(server: ElksServer, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.behave([server_module.NORMAL, server_module.NO_ANSWER_BUT_TAKEN, server_module.FAULT])
    with gateway(server.address, report_to=lambda _: "https://p24.example.se/secret") as one:
        for _ in range(3):
            one.send(SMS)
        one.look_up(SMS, "", NOW)
        one.check()
    assert "46elks: RemoteProtocolError" in caplog.text
    for hidden in (NUMBER[1:], "bokad", PASSWORD, "secret"):
        assert hidden not in caplog.text


def test_it_is_a_gateway_that_leaves_the_machine_and_imports_no_client_by_itself() -> None:
    one: Gateway = Elks(user="", password="", sender="", address="https://127.0.0.1/a1")
    assert (one.name, one.leaves_machine) == ("46elks", True)
    one.listen(lambda _: None)
    one.close()
    program = "import sys, p24tui.gateways.outgoing.elks, p24tui.gateways.outgoing.smtp; print('httpx' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "False\n"
