"""SMTP: what was surely taken, what surely was not, and what nobody knows, against real servers on loopback."""

import logging
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from icalendar import Calendar

from p24tui.clock import SetClock
from p24tui.errors import Unavailable
from p24tui.gateways.outgoing.model import (
    Accepted,
    Answer,
    Gateway,
    Invitation,
    NotNow,
    Outgoing,
    Problem,
    Rejected,
    Uncertain,
)
from p24tui.gateways.outgoing.smtp import Smtp
from tests.gateways.outgoing.elks_server import peer, self_signed

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SENDER, TO = "no-reply@vc.example.se", "maria@example.se"
USER, PASSWORD = "p24", "hemligt-losenord"
SHORT = 0.6
"""Seconds, where the other side keeps silent until then."""

LONG = 10.0
"""Seconds, where it answers: a busy machine may take its time."""
EMAIL = Outgoing("abc123", TO, "Hej!\nDu har en bokad videotid.\n.\n..två\nslut", "Din videotid på fredag")


@dataclass
class Mailbox:
    """What a server took; ``secured`` says whether it came encrypted, ``logged_in`` whether by our login."""

    envelopes: list[Envelope] = field(default_factory=list)
    secured: list[bool] = field(default_factory=list)
    logged_in: list[bool] = field(default_factory=list)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's own name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self.envelopes.append(envelope)
        self.secured.append(session.ssl is not None)
        self.logged_in.append(bool(session.authenticated))
        return "250 2.0.0 Ok: queued as 4XYZ"

    def message(self) -> EmailMessage:
        """The last that came."""
        content = self.envelopes[-1].content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        return message


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return self_signed(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


@contextmanager
def running(mailbox: Mailbox, **more: Any) -> Iterator[int]:
    """The port of a server that puts what it takes into the mailbox."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    controller = Controller(mailbox, hostname="127.0.0.1", port=port, **more)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


@contextmanager
def encrypted(mailbox: Mailbox, certificate: tuple[Path, Path], **more: Any) -> Iterator[int]:
    """A server that takes nothing before STARTTLS and our login."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)

    def let_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, told: Any) -> AuthResult:
        right = isinstance(told, LoginPassword) and told == LoginPassword(USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    demands = {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": let_in}
    with running(mailbox, **demands, **more) as port:
        yield port


def waits_for(*answers: bytes) -> float:
    """Seconds within which these answers are dealt with: a silence alone needs the time to run out."""
    return SHORT if SILENT in answers else LONG


def gateway(port: int, **more: Any) -> Smtp:
    given = {"host": "127.0.0.1", "port": port, "sender": SENDER, "security": "none", "clock": SetClock(NOW)}
    return Smtp(**{**given, **more})


def closed_port() -> int:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        return int(closed.getsockname()[1])


def text_of(message: EmailMessage) -> str:
    content = message.get_content()
    assert isinstance(content, str)
    return content.replace("\r\n", "\n")


def test_an_email_arrives_as_it_was_written() -> None:
    mailbox = Mailbox()
    with running(mailbox) as port:
        assert gateway(port, sender=f"Vårdcentralen Björken <{SENDER}>").send(EMAIL) == Accepted()
    (envelope,) = mailbox.envelopes
    assert (envelope.mail_from, envelope.rcpt_tos) == (SENDER, [TO])
    message = mailbox.message()
    assert message["From"] == f"Vårdcentralen Björken <{SENDER}>"
    assert message["To"] == TO
    assert message["Subject"] == EMAIL.subject
    assert message["Date"].datetime == NOW
    assert message["Message-ID"] == "<abc123@vc.example.se>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert message.get_content_charset() == "utf-8"
    assert text_of(message) == EMAIL.text + "\n"
    assert isinstance(envelope.content, bytes)
    assert envelope.content.isascii()


_TEXTS = ["", ".", ".\n.", "\n", ".hej\n..\n", "a" * 3000, ".\r\n.\rMAIL FROM:<x@x.se>", "From hej\n.å"]


@pytest.mark.parametrize("text", _TEXTS, ids=range(len(_TEXTS)))
def test_dots_and_line_ends_of_a_text_end_nothing(text: str) -> None:
    mailbox = Mailbox()
    with running(mailbox) as port:
        assert gateway(port).send(Outgoing("1", TO, text, "x")) == Accepted()
    assert len(mailbox.envelopes) == 1
    expected = text.replace("\r\n", "\n").replace("\r", "\n")
    assert text_of(mailbox.message()).rstrip("\n") == expected.rstrip("\n")


def test_the_message_id_is_the_same_each_time_and_fits_whatever_our_id_is() -> None:
    mailbox, ids = Mailbox(), []
    with running(mailbox) as port:
        for id in ("åäö <x>\r\n", "åäö <x>\r\n", "other id"):
            gateway(port).send(Outgoing(id, TO, "", ""))
            ids.append(str(mailbox.message()["Message-ID"]))
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith(f"@{SENDER.split('@')[1]}>")


@pytest.mark.hazard("H23")
def test_control_codes_and_line_breaks_reach_nobody() -> None:
    mailbox = Mailbox()
    hostile = Outgoing("1", TO, "a\x00b\x1b[2J\u202e", "Hej\r\nBcc: x@example.se\x00")
    with running(mailbox) as port:
        assert gateway(port).send(hostile) == Accepted()
    message = mailbox.message()
    assert message["Bcc"] is None
    assert message["Subject"] == "Hej Bcc: x@example.se�"
    assert text_of(message) == "a�b�[2J\n"
    assert mailbox.envelopes[0].rcpt_tos == [TO]


@pytest.mark.hazard("H23")
@pytest.mark.parametrize("word", ["=?utf-8?b?DQpCY2M6IHhAZXhhbXBsZS5zZQ==?=", "=?utf-8?q?=0D=0ABcc:_x@example.se?="])
def test_a_line_break_in_an_encoded_word_makes_no_header(word: str) -> None:
    mailbox = Mailbox()
    with running(mailbox) as port:
        assert gateway(port).send(Outgoing("1", TO, "Hej", f"{word} Hej")) == Accepted()
    message = mailbox.message()
    assert message["Bcc"] is None
    assert message["Subject"] == f"{word.replace('=?', '= ?')} Hej"


_NO_ADDRESS = [
    "",
    "maria",
    "@example.se",
    "maria@",
    "maria@example.se\x00",
    "maria@example.se\n",
    "maria@example.se\r\nRCPT TO:<x@example.se>",
    "maria@example.se,john@example.se",
    "maria@example.se john@example.se",
    "maria@example.se; john@example.se",
    "Maria <maria@example.se>",
    "<maria@example.se>",
    "maria@example.se> SIZE=1",
    "(Maria)maria@example.se",
    " maria@example.se",
    "maria@example.se ",
    "maria..x@example.se",
    "group:maria@example.se;",
    "@relay.se:maria@example.se",
    '"maria ljungberg"@example.se',
    "åsa@example.se",
    "asa@exåmple.se",
    "m" * 65 + "@example.se",
    "maria@" + "e" * 250 + ".se",
    "\ud800@example.se",
]


@pytest.mark.parametrize("to", _NO_ADDRESS, ids=range(len(_NO_ADDRESS)))
def test_what_is_not_one_plain_address_is_refused_before_anyone_is_asked(to: str) -> None:
    assert gateway(closed_port()).send(Outgoing("1", to, "Hej", "Hej")) == Rejected(Problem.ADDRESS)


@pytest.mark.parametrize("sender", ["", "vc", "a@vc.se, b@vc.se", "a@vc.se\r\nBcc: x@example.se", "VC <åsa@vc.se>"])
def test_a_sender_that_is_no_address_sends_nothing(sender: str) -> None:
    one = gateway(closed_port(), sender=sender)
    assert one.send(EMAIL) == Rejected(Problem.REFUSED)
    with pytest.raises(Unavailable, match="address"):
        one.check()


def invited(sequence: int, cancelled: bool = False) -> Outgoing:
    starts = NOW + timedelta(days=1, hours=sequence)
    ends = starts + timedelta(minutes=15)
    invitation = Invitation("visit-1@p24.example.se", sequence, starts, ends, cancelled)
    return Outgoing(f"mail-{sequence}", TO, "Välkommen.", "Videobesök, vårdcentral", invitation)


def calendar_of(message: EmailMessage) -> tuple[str, Any, Any]:
    """The method that the e-mail names, the calendar and its only event."""
    assert message.get_content_type() == "multipart/alternative"
    plain, part = message.iter_parts()
    assert isinstance(plain, EmailMessage)
    assert isinstance(part, EmailMessage)
    assert (plain.get_content_type(), text_of(plain)) == ("text/plain", "Välkommen.\n")
    assert part.get_content_type() == "text/calendar"
    assert part.get_content_charset() == "utf-8"
    assert part["Content-Type"].params["component"] == "VEVENT"
    written = part.get_payload(decode=True)
    assert isinstance(written, bytes)
    assert written.count(b"\n") == written.count(b"\r\n")
    assert max(map(len, written.split(b"\r\n"))) <= 75
    calendar = Calendar.from_ical(written)
    (event,) = calendar.walk("VEVENT")
    return str(part["Content-Type"].params["method"]), calendar, event


def test_an_invitation_its_change_and_its_cancellation_are_one_meeting() -> None:
    mailbox, seen = Mailbox(), []
    with running(mailbox) as port:
        for step in (invited(0), invited(1), invited(2, cancelled=True)):
            assert gateway(port).send(step) == Accepted()
            method, calendar, event = calendar_of(mailbox.message())
            assert calendar["METHOD"] == method
            assert calendar["VERSION"] == "2.0"
            assert calendar["PRODID"]
            assert step.invitation is not None
            assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (
                step.invitation.starts_at,
                step.invitation.ends_at,
            )
            assert event.decoded("DTSTAMP") == NOW
            assert event["ORGANIZER"] == f"mailto:{SENDER}"
            assert event["ATTENDEE"] == f"mailto:{TO}"
            assert event["SUMMARY"] == "Videobesök, vårdcentral"
            assert "DESCRIPTION" not in event
            seen.append((method, event["UID"], event["SEQUENCE"], event["STATUS"]))
    uid = "visit-1@p24.example.se"
    assert seen == [
        ("REQUEST", uid, 0, "CONFIRMED"),
        ("REQUEST", uid, 1, "CONFIRMED"),
        ("CANCEL", uid, 2, "CANCELLED"),
    ]


def test_an_invitation_that_cannot_be_written_is_refused() -> None:
    broken = Invitation("u", 0, None, NOW)  # type: ignore[arg-type]
    assert gateway(closed_port()).send(Outgoing("1", TO, "", "", broken)) == Rejected(Problem.REFUSED)


def test_encrypted_and_logged_in(certificate: tuple[Path, Path], trusting: ssl.SSLContext) -> None:
    mailbox = Mailbox()
    with encrypted(mailbox, certificate) as port:
        ours = {"user": USER, "password": PASSWORD, "security": "starttls", "context": trusting}
        assert gateway(port, **ours).send(EMAIL) == Accepted()
        assert gateway(port, **ours, host="localhost").check()
        assert gateway(port, **{**ours, "password": "fel"}).send(EMAIL) == NotNow(Problem.LOGIN)
        assert gateway(port, **{**ours, "password": "lösen"}).send(EMAIL) == NotNow(Problem.LOGIN)
        with pytest.raises(Unavailable, match="login"):
            gateway(port, **{**ours, "password": "fel"}).check()
        assert gateway(port, **{**ours, "user": ""}).send(EMAIL) == NotNow(Problem.LOGIN)
        assert gateway(port, **{**ours, "context": None}).send(EMAIL) == NotNow(Problem.UNREACHABLE)
    assert (mailbox.secured, mailbox.logged_in) == ([True], [True])


def test_encrypted_from_the_first_byte(certificate: tuple[Path, Path], trusting: ssl.SSLContext) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    mailbox = Mailbox()
    server = Scripted()

    def treat(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            server.treat(secured)

    with peer(treat) as port:
        assert gateway(port, security="tls", context=trusting).send(EMAIL) == Accepted()
        assert gateway(port, security="tls").send(EMAIL) == NotNow(Problem.UNREACHABLE)
    assert server.mails == 1
    with running(mailbox) as port:
        assert gateway(port, security="tls", context=trusting, timeout=SHORT).send(EMAIL) == NotNow(Problem.UNREACHABLE)
    assert mailbox.envelopes == []


DROP, SILENT = b"DROP", b"SILENT"


class Scripted:
    """A server that answers each command as told; ``DROP`` ends the connection, ``SILENT`` keeps it and says nothing.

    ``said`` is what it was told; ``mails`` counts the messages whose dot came.
    """

    def __init__(self, **answers: bytes) -> None:
        right = {"HELLO": b"220 hi", "EHLO": b"250 vc.example.se", "MAIL": b"250 ok", "RCPT": b"250 ok"}
        rest = {"DATA": b"354 go", "DOT": b"250 queued", "QUIT": b"221 bye", "NOOP": b"250 ok", "AUTH": b"235 in"}
        self.answers: Mapping[str, bytes] = {**right, **rest, **answers}
        self.said = b""
        self.mails = 0
        self.ended = threading.Event()

    def treat(self, connection: socket.socket) -> None:
        try:
            self._serve(connection)
        finally:
            self.ended.set()

    def _serve(self, connection: socket.socket) -> None:
        step, told = "HELLO", connection.makefile("rb")
        while self._answer(connection, step):
            if step == "DATA" and self.answers["DATA"].startswith(b"354"):
                step = "DOT"
                while (line := told.readline()) != b".\r\n":
                    self.said += line
                    if not line:
                        return
                self.mails += 1
                continue
            line = told.readline()
            self.said += line
            step = line[:4].decode("latin-1").strip().upper()
            if not step:
                return

    def _answer(self, connection: socket.socket, step: str) -> bool:
        answer = self.answers.get(step, b"502 unknown")
        if answer == SILENT:
            connection.settimeout(3)
            connection.recv(1)
            return False
        if answer == DROP:
            return False
        connection.sendall(answer + b"\r\n")
        return True


BUSY, REFUSED, NO_ADDRESS, LOGIN, UNREACHABLE = (
    NotNow(Problem.BUSY),
    Rejected(Problem.REFUSED),
    Rejected(Problem.ADDRESS),
    NotNow(Problem.LOGIN),
    NotNow(Problem.UNREACHABLE),
)

_SURE: list[tuple[str, bytes, Answer]] = [
    ("HELLO", b"421 later", BUSY),
    ("HELLO", b"554 no", REFUSED),
    ("HELLO", DROP, UNREACHABLE),
    ("HELLO", SILENT, UNREACHABLE),
    ("HELLO", b"HTTP/1.1 400 Bad Request", UNREACHABLE),
    ("HELLO", b"x" * 9000, UNREACHABLE),
    ("EHLO", b"421 later", BUSY),
    ("EHLO", b"502 no", REFUSED),
    ("EHLO", DROP, UNREACHABLE),
    ("EHLO", SILENT, UNREACHABLE),
    ("MAIL", b"451 later", BUSY),
    ("MAIL", b"550 not you", REFUSED),
    ("MAIL", b"530 log in first", LOGIN),
    ("MAIL", DROP, UNREACHABLE),
    ("MAIL", SILENT, UNREACHABLE),
    ("RCPT", b"450 later", BUSY),
    ("RCPT", b"550 nobody of that name", NO_ADDRESS),
    ("RCPT", b"530 log in first", LOGIN),
    ("RCPT", DROP, UNREACHABLE),
    ("RCPT", SILENT, UNREACHABLE),
    ("DATA", b"451 later", BUSY),
    ("DATA", b"554 no", REFUSED),
    ("DATA", b"250 what", UNREACHABLE),
    ("DATA", DROP, UNREACHABLE),
    ("DATA", SILENT, UNREACHABLE),
    ("DOT", b"451 later", BUSY),
    ("DOT", b"554-not\r\n554 that", REFUSED),
]

_UNSURE: list[tuple[bytes, Problem]] = [
    (DROP, Problem.CUT_OFF),
    (SILENT, Problem.SILENCE),
    (b"what", Problem.CUT_OFF),
    (b"354 go on", Problem.CUT_OFF),
    (b"x" * 9000, Problem.CUT_OFF),
    (b"250-ok\r\nwhat", Problem.CUT_OFF),
]


@pytest.mark.hazard("H13")
@pytest.mark.parametrize(("step", "told", "answer"), _SURE, ids=range(len(_SURE)))
def test_what_ends_before_the_dot_or_by_a_clear_no_is_surely_not_taken(step: str, told: bytes, answer: Answer) -> None:
    server = Scripted(**{step: told})
    with peer(server.treat) as port:
        assert gateway(port, timeout=waits_for(told)).send(EMAIL) == answer
    assert server.ended.wait(2)
    assert server.mails == (1 if step == "DOT" else 0)


@pytest.mark.hazard("H13")
@pytest.mark.parametrize(("told", "problem"), _UNSURE, ids=range(len(_UNSURE)))
def test_what_ends_after_the_dot_is_uncertain(told: bytes, problem: Problem) -> None:
    server = Scripted(DOT=told)
    with peer(server.treat) as port:
        assert gateway(port, timeout=waits_for(told)).send(EMAIL) == Uncertain(problem)
    assert server.mails == 1


@pytest.mark.hazard("H13")
def test_a_connection_that_ends_in_the_middle_of_the_text_is_surely_not_taken() -> None:
    def treat(connection: socket.socket) -> None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for answer in (b"220 hi", b"250 hi", b"250 ok", b"250 ok", b"354 go"):
            connection.sendall(answer + b"\r\n")
            connection.recv(4096)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")

    long = Outgoing("1", TO, "ö" * 2_000_000, "Hej")
    with peer(treat) as port:
        assert gateway(port, timeout=5).send(long) == UNREACHABLE


@pytest.mark.hazard("H13")
def test_a_dot_that_may_have_left_is_uncertain_though_sending_it_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    right = smtplib.SMTP.send

    def send(server: smtplib.SMTP, told: Any) -> None:
        right(server, told)
        if told == b".\r\n":
            raise OSError(104, "Connection reset by peer")

    server = Scripted()
    with peer(server.treat) as port:
        monkeypatch.setattr(smtplib.SMTP, "send", send)
        assert gateway(port).send(EMAIL) == Uncertain(Problem.CUT_OFF)
        assert server.ended.wait(2)
    assert server.mails == 1


@pytest.mark.hazard("H13")
@pytest.mark.parametrize(("step", "answer"), [("HELLO", UNREACHABLE), ("DOT", Uncertain(Problem.SILENCE))])
def test_a_drip_ends_with_the_time_and_ends_the_connection(step: str, answer: Answer) -> None:
    ended = threading.Event()

    class Drips(Scripted):
        def _answer(self, connection: socket.socket, now: str) -> bool:
            if now != step:
                return super()._answer(connection, now)
            try:
                while True:
                    connection.sendall(b"2")
                    time.sleep(0.02)
            except OSError:
                ended.set()
            return False

    with peer(Drips().treat) as port:
        began = time.monotonic()
        assert gateway(port, timeout=SHORT).send(EMAIL) == answer
        assert time.monotonic() - began < SHORT + 1
        assert ended.wait(2)


@pytest.mark.hazard("H13")
def test_a_name_server_that_keeps_silent_is_given_up_and_nothing_leaves_later(monkeypatch: pytest.MonkeyPatch) -> None:
    found, right = threading.Event(), socket.getaddrinfo

    def find_late(*what: Any, **more: Any) -> Any:
        found.wait(5)
        return right(*what, **more)

    server = Scripted()
    with peer(server.treat) as port:
        monkeypatch.setattr(socket, "getaddrinfo", find_late)
        assert gateway(port, timeout=SHORT).send(EMAIL) == UNREACHABLE
        found.set()
        assert server.ended.wait(2)
    assert (server.said, server.mails) == (b"", 0)


@pytest.mark.hazard("H13")
def test_where_nobody_listens_it_is_surely_not_taken() -> None:
    assert gateway(closed_port()).send(EMAIL) == UNREACHABLE
    assert gateway(25, host="vc.invalid", timeout=2).send(EMAIL) == UNREACHABLE


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"EHLO": b"250-hi\r\n250 AUTH PLAIN LOGIN"}, Problem.UNREACHABLE),
        ({"EHLO": b"250-hi\r\n250-AUTH PLAIN\r\n250 STARTTLS", "STAR": b"454 later"}, Problem.BUSY),
        ({"EHLO": b"250-hi\r\n250-AUTH PLAIN\r\n250 STARTTLS", "STAR": b"501 no"}, Problem.UNREACHABLE),
        (
            {"EHLO": b"250-hi\r\n250-AUTH PLAIN\r\n250 STARTTLS", "STAR": b"220 go\r\n235 in\r\n250 ok"},
            Problem.UNREACHABLE,
        ),
        ({"EHLO": b"250-hi\r\n250-AUTH PLAIN\r\n250 STARTTLS", "STAR": SILENT}, Problem.UNREACHABLE),
    ],
)
def test_nothing_goes_in_clear_where_encryption_is_demanded(answers: dict[str, bytes], problem: Problem) -> None:
    server = Scripted(**answers)
    with peer(server.treat) as port:
        one = gateway(port, security="starttls", user=USER, password=PASSWORD, timeout=waits_for(*answers.values()))
        assert one.send(EMAIL) == NotNow(problem)
        with pytest.raises(Unavailable, match=problem):
            one.check()
    assert server.ended.wait(2)
    for hidden in (b"AUTH", b"MAIL", TO.encode()):
        assert hidden.upper() not in server.said.upper()


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({}, Problem.LOGIN),
        ({"EHLO": b"250-hi\r\n250 AUTH GSSAPI"}, Problem.LOGIN),
        ({"EHLO": b"250-hi\r\n250 AUTH PLAIN", "AUTH": b"535 wrong"}, Problem.LOGIN),
        ({"EHLO": b"250-hi\r\n250 AUTH PLAIN", "AUTH": b"454 later"}, Problem.BUSY),
        ({"EHLO": b"250-hi\r\n250 AUTH PLAIN", "AUTH": DROP}, Problem.UNREACHABLE),
    ],
)
def test_a_login_that_fails_is_surely_not_taken(answers: dict[str, bytes], problem: Problem) -> None:
    server = Scripted(**answers)
    with peer(server.treat) as port:
        assert gateway(port, user=USER, password=PASSWORD).send(EMAIL) == NotNow(problem)
    assert server.mails == 0


def test_the_check_says_what_the_server_says_of_itself_and_sends_nothing() -> None:
    server = Scripted(EHLO=b"250-vc.example.se\x1b[2J at your service\r\n250 SIZE 1000")
    with peer(server.treat) as port:
        assert gateway(port).check() == "vc.example.se�[2J at your service"
        assert server.ended.wait(2)
    assert b"NOOP" in server.said.upper()
    assert b"MAIL" not in server.said.upper()


@pytest.mark.parametrize(
    ("answers", "problem"),
    [
        ({"HELLO": DROP}, Problem.UNREACHABLE),
        ({"NOOP": SILENT}, Problem.UNREACHABLE),
        ({"NOOP": b"421 later"}, Problem.BUSY),
        ({"EHLO": b"502 no"}, Problem.REFUSED),
    ],
)
def test_a_check_that_fails_says_why(answers: dict[str, bytes], problem: Problem) -> None:
    with peer(Scripted(**answers).treat) as port, pytest.raises(Unavailable) as caught:
        gateway(port, timeout=waits_for(*answers.values())).check()
    assert (caught.value.part, caught.value.detail) == ("email", problem)


@pytest.mark.hazard("H13")
def test_nothing_that_is_logged_names_anybody(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with peer(Scripted(DOT=DROP).treat) as port:
        gateway(port).send(EMAIL)
    assert "smtp: SMTPServerDisconnected" in caplog.text
    for hidden in (TO, "maria", "videotid"):
        assert hidden not in caplog.text


def test_it_is_a_gateway_that_leaves_the_machine_and_tells_nothing_later() -> None:
    one: Gateway = gateway(closed_port())
    assert (one.name, one.leaves_machine) == ("smtp", True)
    assert one.look_up(EMAIL, "", NOW) is None
    one.listen(lambda _: None)
    one.close()
