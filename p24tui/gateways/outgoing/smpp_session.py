"""A standing SMPP session with one SMSC, in a thread of its own: made, kept alive, and made again after a loss."""

import logging
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Condition, Thread, current_thread
from time import monotonic
from typing import Any

from p24tui.gateways.outgoing.model import Problem
from p24tui.gateways.outgoing.smpp_link import Link, Pdu, connect
from p24tui.gateways.outgoing.smpp_messages import OK, UNKNOWN_COMMAND, text_of
from p24tui.text import clean_line

ENQUIRES_AFTER = 30.0
"""Seconds of quiet after which the other side is asked whether it is there."""

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 60.0
"""Seconds before a connection is tried again: the first time, and at most. Whoever sends does not wait for it."""

CLOSES_WITHIN = 2.0
"""Seconds that ``close`` waits for a thread; one that connects just then ends a little later by itself."""

_BINDS_BY_TURNS_OF = 0.2  # seconds, so that it can be closed meanwhile
_UNBINDS_WITHIN = 1.0

_BUSY = {0x05, 0x14, 0x58}  # already bound, queue full, throttled: known to the other side, yet not now

_log = logging.getLogger(__name__)


class NoAnswerError(Exception):
    """There is no connection, or no answer over it, and ``problem`` is why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


class Session:
    """A session as transceiver with the SMSC at ``host`` and ``port``.

    ``delivered`` is called in the session's thread with each ``deliver_sm`` and ``data_sm``, and sees to it that they
    are answered. ``timeout``, in seconds, is how long the other side may take for anything.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        tls: bool,
        user: str,
        password: str,
        timeout: float,
        delivered: Callable[[Link, Pdu], None],
    ) -> None:
        self.peer = ""
        """What the other side calls itself."""
        self._host, self._port, self._tls = host, port, tls
        self._user, self._password = user, password
        self._timeout = timeout
        self._delivered = delivered
        # Guards all below.
        self._changed = Condition()
        self._thread: Thread | None = None
        self._link: Link | None = None
        self._failures = 0
        self._problem = Problem.UNREACHABLE
        self._hurry = False
        self._closing = False

    def start(self) -> None:
        """Connect, and stay connected until ``close``."""
        with self._changed:
            if self._thread is None and not self._closing:
                self._thread = Thread(target=self._keep_connected, name="smpp", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Unbind and end the thread. What waits for an answer learns that there is none."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
            link, thread = self._link, self._thread
        if link is not None:
            link.wake()
        if thread is not None and thread is not current_thread():
            thread.join(CLOSES_WITHIN)

    def asked(self, link: Link, command: str, deadline: float, **fields: Any) -> Pdu:
        """The answer to a request. Raises ``NoAnswerError`` where none came."""
        answers: SimpleQueue[Pdu | None] = SimpleQueue()
        request = link.ask(command, answers.put, **fields)
        if request is None:
            raise NoAnswerError(Problem.UNREACHABLE)
        try:
            pdu = answers.get(timeout=max(deadline - monotonic(), 0.0))
        except Empty as error:
            link.withdraw(request)
            raise NoAnswerError(Problem.SILENCE) from error
        if pdu is None:
            raise NoAnswerError(Problem.UNREACHABLE)
        return pdu

    def link_by(self, deadline: float) -> Link:
        """The standing connection, made now if there is none.

        Raises ``NoAnswerError`` where there is none by ``deadline``, on the clock of ``time.monotonic``.
        """
        self.start()
        with self._changed:
            failures = self._failures
            if self._link is None:
                self._hurry = True
                self._changed.notify_all()
            self._changed.wait_for(
                lambda: self._link is not None or self._failures > failures or self._closing, deadline - monotonic()
            )
            if self._link is not None and not self._closing:
                return self._link
            raise NoAnswerError(self._problem if self._failures > failures else Problem.UNREACHABLE)

    def _keep_connected(self) -> None:
        pause = FIRST_PAUSE
        while not self._closing:
            try:
                link = self._bound()
            except NoAnswerError as error:
                self._not_bound(error.problem)
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                pause = FIRST_PAUSE
                self._serve(link)
            with self._changed:
                self._changed.wait_for(lambda: self._hurry or self._closing, pause)
                self._hurry = False

    def _not_bound(self, problem: Problem) -> None:
        with self._changed:
            self._problem = problem
            self._failures += 1
            self._changed.notify_all()

    def _bound(self) -> Link:
        """A new connection that the other side has let us into. Raises ``NoAnswerError``."""
        try:
            link = Link(connect(self._host, self._port, self._tls, self._timeout), self._timeout)
        except (OSError, ValueError) as error:  # ValueError: a host that cannot be one
            raise NoAnswerError(Problem.UNREACHABLE) from error
        try:
            self._bind(link)
        except Exception as error:
            link.end()
            if isinstance(error, NoAnswerError):
                raise
            _log.warning("SMPP: %s", type(error).__name__)
            raise NoAnswerError(Problem.UNREACHABLE) from error
        return link

    def _bind(self, link: Link) -> None:
        answers: list[Pdu | None] = []
        link.ask("bind_transceiver", answers.append, system_id=self._user, password=self._password)
        deadline = monotonic() + self._timeout
        while not answers and not self._closing and monotonic() < deadline:
            for request in link.turn(min(deadline - monotonic(), _BINDS_BY_TURNS_OF)):
                self._respond(link, request)
        if not answers:
            raise NoAnswerError(Problem.SILENCE)
        answer = answers[0]
        if answer is None or answer.status != OK:
            raise NoAnswerError(Problem.BUSY if answer and answer.status in _BUSY else Problem.LOGIN)
        with self._changed:
            self.peer = clean_line(text_of(getattr(answer, "system_id", b"")), limit=40)
            self._link = link
            self._changed.notify_all()

    def _serve(self, link: Link) -> None:
        """Read and write until the connection is lost or to be closed."""
        try:
            while not self._closing and self._is_there(link):
                until_enquiry = link.heard_at + ENQUIRES_AFTER - monotonic()
                wait = until_enquiry if until_enquiry > 0 else self._timeout / 2
                if "unbind" in [self._respond(link, request) for request in link.turn(wait)]:
                    link.turn(0)
                    break
            if self._closing:
                self._unbind(link)
        except OSError as error:
            _log.warning("the SMPP connection was lost: %s", type(error).__name__)
        except Exception as error:  # noqa: BLE001 - a fault ends this connection; the next may do
            _log.error("SMPP: %s", type(error).__name__)
        finally:
            with self._changed:
                self._link = None
            link.end()

    def _is_there(self, link: Link) -> bool:
        """Whether the other side gives a sign of life; asks for one after a while of quiet."""
        quiet = monotonic() - link.heard_at
        if quiet < ENQUIRES_AFTER:
            return True
        link.ask("enquire_link", lambda _: None)
        return quiet < ENQUIRES_AFTER + self._timeout

    def _unbind(self, link: Link) -> None:
        answers: list[Pdu | None] = []
        link.ask("unbind", answers.append)
        deadline = monotonic() + _UNBINDS_WITHIN
        while not answers and monotonic() < deadline:
            for request in link.turn(deadline - monotonic()):
                self._respond(link, request)

    def _respond(self, link: Link, request: Pdu) -> str:
        """Answer a request of the other side; its command."""
        command: str = request.command
        if command in {"deliver_sm", "data_sm"}:
            self._delivered(link, request)
        elif command in {"enquire_link", "unbind"}:
            link.reply(request, OK)
        elif command != "alert_notification":  # which has no answer
            link.reply(request, UNKNOWN_COMMAND)
        return command
