"""E-mail by SMTP, with calendar invitations.

Source: RFC 5321 (a message is handed over by the dot that ends it), 3207 (STARTTLS), 4954 (login), 5545, 5546 and 6047
(invitations), 3834 (``Auto-Submitted``).
"""

import logging
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from p24tui.clock import Clock, SystemClock
from p24tui.errors import Unavailable
from p24tui.gateways.outgoing.attempt import Attempt, is_silence
from p24tui.gateways.outgoing.model import (
    ANSWERS_WITHIN,
    Accepted,
    Answer,
    Invitation,
    NotNow,
    Outgoing,
    Problem,
    Rejected,
    Report,
    Uncertain,
)
from p24tui.ids import stable_id
from p24tui.text import clean_line, clean_text

if TYPE_CHECKING:
    import smtplib
    from email.headerregistry import Address
    from email.message import EmailMessage

PART = "email"

Security = Literal["starttls", "tls", "none"]

_LOGIN_CODES = {530, 534, 535, 538}
_LINE_END = re.compile(rb"\r\n|\r|\n")
_DOT_FIRST = re.compile(rb"^\.", re.MULTILINE)
_SAFE_ID = re.compile(r"\A[A-Za-z0-9_-]{1,100}\Z")
_LONGEST_ADDRESS, _LONGEST_MAILBOX = 254, 64

_log = logging.getLogger(__name__)


class Smtp:
    """Hands e-mail to the organisation's server.

    ``sender`` is an address, with or without a name before it. ``security`` is demanded, never hoped for: ``none``,
    where also the password goes in clear, is for a server on this machine. ``context`` says which certificates are
    trusted, else those that the machine trusts. ``timeout`` is in seconds and bounds each call as a whole.
    """

    name = "smtp"
    leaves_machine = True

    def __init__(
        self,
        *,
        host: str,
        port: int,
        sender: str,
        user: str = "",
        password: str = "",
        security: Security = "starttls",
        timeout: float = ANSWERS_WITHIN,
        context: ssl.SSLContext | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._sender = sender
        self._user = user
        self._password = password
        self._security = security
        self._timeout = timeout
        self._context = context
        self._clock = SystemClock() if clock is None else clock

    def send(self, outgoing: Outgoing) -> Answer:
        """Hand the e-mail over, to one plain address. Its subject and text go as they are after cleaning."""
        sender, to = _mailbox(self._sender), outgoing.to
        if not _is_plain_address(to):
            return Rejected(Problem.ADDRESS)
        if sender is None:
            return Rejected(Problem.REFUSED)
        try:
            message = _as_sent(_message(sender, outgoing, self._clock.now()))
        except Exception as error:  # noqa: BLE001 - what cannot be written cannot be sent
            _log.error("e-mail cannot be written: %s", type(error).__name__)
            return Rejected(Problem.REFUSED)
        attempt = Attempt()
        try:
            return attempt.run(lambda: self._hand_over(attempt, sender.addr_spec, to, message), self._timeout)
        except _NoSession as told:
            return Rejected(told.problem) if told.problem is Problem.REFUSED else NotNow(told.problem)
        except Exception as error:  # noqa: BLE001 - whatever broke: how far it came decides
            _log.warning("smtp: %s", type(error).__name__)  # its text may hold the address
            if not attempt.left:
                return NotNow(Problem.UNREACHABLE)
            return Uncertain(Problem.SILENCE if is_silence(error) else Problem.CUT_OFF)

    def look_up(self, outgoing: Outgoing, gateway_id: str, since: datetime) -> Report | None:
        """SMTP cannot be asked what became of an e-mail."""
        return None

    def listen(self, heard: Callable[[Report], None]) -> None:
        """Nothing comes by itself: what bounces is an e-mail to the sender's mailbox."""

    def check(self) -> str:
        """What the server says of itself, once it has let us in. Sends nothing."""
        if _mailbox(self._sender) is None:
            raise Unavailable(PART, Problem.ADDRESS)
        attempt = Attempt()
        try:
            return clean_line(attempt.run(lambda: self._knock(attempt), self._timeout))
        except _NoSession as told:
            raise Unavailable(PART, told.problem) from None
        except Exception as error:
            raise Unavailable(PART, Problem.UNREACHABLE) from error

    def close(self) -> None:
        """No connection is kept: each e-mail has its own."""

    def _hand_over(self, attempt: Attempt, sender: str, to: str, message: bytes) -> Answer:
        with self._session(attempt) as server:
            for command, agreed, refused in (
                (f"MAIL FROM:<{sender}>", {250}, Problem.REFUSED),
                (f"RCPT TO:<{to}>", {250, 251}, Problem.ADDRESS),
                ("DATA", {354}, Problem.REFUSED),
            ):
                code, _told = server.docmd(command)
                if code not in agreed:
                    return _not_taken(code, refused)
            server.send(message)
            # Up to here the server has to forget what it was told; from the dot on it may have taken it.
            attempt.leave()
            server.send(b".\r\n")
            code, _told = server.getreply()
            return _answer(code)

    def _knock(self, attempt: Attempt) -> str:
        with self._session(attempt) as server:
            code, _told = server.noop()
            _need(code, 250)
            return (server.ehlo_resp or b"").split(b"\n")[0].decode("utf-8", "replace")

    @contextmanager
    def _session(self, attempt: Attempt) -> Iterator["smtplib.SMTP"]:
        """A server that has let us in, by the security that is demanded. Raises ``_NoSession``, or what broke."""
        import smtplib

        connection = socket.create_connection((self._host, self._port), self._timeout)
        server = smtplib.SMTP()
        server.sock = connection
        try:
            attempt.hold(connection)
            if self._security == "tls":
                self._secure(attempt, server, connection)
            _need(server.getreply()[0], 220)
            _need(server.ehlo()[0], 250)
            if self._security == "starttls":
                self._start_tls(attempt, server, connection)
            if self._user:
                self._log_in(server)
            yield server
            with suppress(OSError):
                server.putcmd("QUIT")  # what it answers changes nothing, so it is not awaited
        finally:
            server.close()

    def _start_tls(self, attempt: Attempt, server: "smtplib.SMTP", connection: socket.socket) -> None:
        if not server.has_extn("starttls"):
            raise _NoSession(Problem.UNREACHABLE)
        code, _told = server.docmd("STARTTLS")
        if code != 220:
            raise _NoSession(Problem.BUSY if 400 <= code < 500 else Problem.UNREACHABLE)
        self._secure(attempt, server, connection)
        _need(server.ehlo()[0], 250)

    def _secure(self, attempt: Attempt, server: "smtplib.SMTP", connection: socket.socket) -> None:
        # Not smtplib's starttls, which checks no certificate by itself and cannot be given up during the handshake.
        if self._context is None:
            self._context = ssl.create_default_context()
        secured = self._context.wrap_socket(connection, server_hostname=self._host, do_handshake_on_connect=False)
        server.sock = secured
        server.file = None  # whatever was slipped in before the handshake is forgotten
        attempt.hold(secured)
        secured.do_handshake()

    def _log_in(self, server: "smtplib.SMTP") -> None:
        import smtplib

        try:
            server.login(self._user, self._password)
        except smtplib.SMTPServerDisconnected:
            raise
        except smtplib.SMTPAuthenticationError as error:
            busy = 400 <= error.smtp_code < 500
            raise _NoSession(Problem.BUSY if busy else Problem.LOGIN) from None
        except (smtplib.SMTPException, ValueError):
            raise _NoSession(Problem.LOGIN) from None


class _NoSession(Exception):
    """The server did not let us in; nothing of the e-mail was told to it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


def _need(code: int, needed: int) -> None:
    if code != needed:
        raise _NoSession(_problem(code, Problem.REFUSED))


def _problem(code: int, refused: Problem) -> Problem:
    if code in _LOGIN_CODES:
        return Problem.LOGIN
    if 400 <= code < 500:
        return Problem.BUSY
    return refused if 500 <= code < 600 else Problem.UNREACHABLE


def _not_taken(code: int, refused: Problem) -> Answer:
    """What an answer before the dot means; ``refused`` is the problem where it is a no for good."""
    problem = _problem(code, refused)
    return Rejected(problem) if problem is refused else NotNow(problem)


def _answer(code: int) -> Answer:
    """What the answer to the dot means: the server has to say so where it did not take the e-mail."""
    if 200 <= code < 300:
        return Accepted()
    return _not_taken(code, Problem.REFUSED) if 400 <= code < 600 else Uncertain(Problem.CUT_OFF)


def _is_plain_address(written: str) -> bool:
    """Whether it is one address and nothing else: no name, no list, no comment, nothing that is not printed.

    Letters outside ASCII and quoted mailboxes are refused as well: few servers take the first (RFC 6531), and they
    do not agree on the second.
    """
    from email.headerregistry import Address

    if not written.isascii() or not written.isprintable() or '"' in written or len(written) > _LONGEST_ADDRESS:
        return False
    try:
        address = Address(addr_spec=written)
        plain = address.addr_spec == written
    except Exception:  # noqa: BLE001 - the parser raises more than it says, IndexError among it
        return False
    return plain and 0 < len(address.username) <= _LONGEST_MAILBOX and bool(address.domain)


def _mailbox(written: str) -> "Address | None":
    """The sender: one plain address, and the name before it if there is one."""
    from email.policy import SMTP

    if not written.isprintable():
        return None
    try:
        addresses: tuple[Address, ...] = SMTP.header_factory("From", written).addresses
    except Exception:  # noqa: BLE001 - as above
        return None
    return addresses[0] if len(addresses) == 1 and _is_plain_address(addresses[0].addr_spec) else None


def _message(sender: "Address", outgoing: Outgoing, now: datetime) -> "EmailMessage":
    from email.headerregistry import Address
    from email.message import EmailMessage
    from email.policy import SMTP

    # In seven bits, so that every server on the way can pass it on as it is.
    message = EmailMessage(SMTP.clone(cte_type="7bit"))
    message["From"] = sender
    message["To"] = Address(addr_spec=outgoing.to)
    message["Subject"] = _subject(outgoing.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{_id_part(outgoing.id)}@{sender.domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(clean_text(outgoing.text))
    if outgoing.invitation is not None:
        method = "CANCEL" if outgoing.invitation.cancelled else "REQUEST"
        calendar = _calendar(outgoing.invitation, method, sender, outgoing, now)
        params = {"method": method, "component": "VEVENT"}
        message.add_alternative(calendar, subtype="calendar", params=params, cte="base64")
    return message


def _subject(text: str) -> str:
    """On one line, and without what the library would read as an encoded word: a line break within becomes a header."""
    return clean_line(text).replace("=?", "= ?")


def _id_part(id: str) -> str:
    """Our id, the same each time, as it may stand in a ``Message-ID``."""
    return id if _SAFE_ID.match(id) else stable_id(id)


def _calendar(invitation: Invitation, method: str, sender: "Address", outgoing: Outgoing, now: datetime) -> str:
    """A calendar of one event. It bears the subject and not the text: calendars are shared with others."""
    from icalendar import Calendar, Event, vCalAddress

    organizer, attendee = vCalAddress(_mailto(sender.addr_spec)), vCalAddress(_mailto(outgoing.to))
    if not invitation.cancelled:
        # Nobody reads what is answered to the sender.
        attendee.params.update({"ROLE": "REQ-PARTICIPANT", "PARTSTAT": "NEEDS-ACTION", "RSVP": "FALSE"})
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", now)
    event.add("dtstart", invitation.starts_at)
    event.add("dtend", invitation.ends_at)
    event.add("summary", clean_line(outgoing.subject))
    event.add("organizer", organizer)
    event.add("attendee", attendee)
    event.add("status", "CANCELLED" if invitation.cancelled else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", "-//p24tui//p24tui//SV")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written.decode()


def _mailto(address: str) -> str:
    return f"mailto:{quote(address, safe='@+!$*')}"


def _as_sent(message: "EmailMessage") -> bytes:
    """The bytes that go before the dot: every line ends by CRLF, and a dot that begins a line is doubled."""
    lines = _LINE_END.sub(b"\r\n", message.as_bytes())
    return _DOT_FIRST.sub(b"..", lines if lines.endswith(b"\r\n") else lines + b"\r\n")
