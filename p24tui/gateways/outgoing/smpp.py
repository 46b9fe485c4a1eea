"""SMS by SMPP 3.4, which most operators speak (Short Message Peer to Peer Protocol Specification v3.4, 1999)."""

import logging
import random
import re
from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import count
from queue import SimpleQueue
from threading import Condition, Thread, current_thread
from time import monotonic

from p24tui.errors import Unavailable
from p24tui.gateways.outgoing.gsm import MOST_PARTS, Encoded, split, with_headers
from p24tui.gateways.outgoing.model import (
    ANSWERS_WITHIN,
    Answer,
    Fate,
    NotNow,
    Outgoing,
    Problem,
    Rejected,
    Report,
    Uncertain,
)
from p24tui.gateways.outgoing.smpp_link import Link, Pdu, Request
from p24tui.gateways.outgoing.smpp_messages import (
    BETWEEN_IDS,
    OK,
    Message,
    Messages,
    Part,
    fate_of_all,
    fate_of_state,
    is_receipt,
    read_receipt,
    text_of,
)
from p24tui.gateways.outgoing.smpp_session import CLOSES_WITHIN, NoAnswerError, Session

PART = "sms"

# What the fields of a bind and of submit_sm hold without their NUL (sections 4.1.5 and 4.4.1).
_LONGEST_USER, _LONGEST_PASSWORD, _LONGEST_SENDER = 15, 8, 20

_INTERNATIONAL = (1, 1)  # TON and NPI: E.164
_ALPHANUMERIC = (5, 0)
_HAS_HEADER = 0x40  # UDHI, in esm_class
_RECEIPT_WANTED = 1

_REFUSED_FOR_GOOD = 0x65  # ESME_RX_P_APPN
_REFUSED_FOR_NOW = 0x64  # ESME_RX_T_APPN
_UNKNOWN_ERROR = 0xFF  # ESME_RUNKNOWNERR

_NUMBER = re.compile(r"\A\+([1-9]\d{6,14})\Z", re.ASCII)
_log = logging.getLogger(__name__)


class Smpp:
    """An operator's SMSC, over one standing connection that is made when it is first needed.

    ``sender`` is a number in digits, or a name in ASCII; ``timeout`` is in seconds. A thread of its own reads and
    writes, and another tells of reports. A receipt is acknowledged only once it was told, so where nobody listens the
    operator keeps it. A message in several parts has the ids of all parts as its one id.
    """

    name = "smpp"
    leaves_machine = True

    def __init__(
        self,
        *,
        host: str,
        port: int,
        user: str,
        password: str,
        sender: str,
        tls: bool = False,
        timeout: float = ANSWERS_WITHIN,
    ) -> None:
        """Raises ``ValueError`` where SMPP has no room for the user, the password or the sender."""
        # smpplib would cut them without a word.
        for what, value, longest in (
            ("user", user, _LONGEST_USER),
            ("password", password, _LONGEST_PASSWORD),
            ("sender", sender, _LONGEST_SENDER),
        ):
            if len(value) > longest or not value.isascii() or "\0" in value:
                raise ValueError(f"the {what} must be ASCII of at most {longest} characters")
        digits = sender.removeprefix("+")
        self._source = (*_INTERNATIONAL, digits) if digits.isdecimal() else (*_ALPHANUMERIC, sender)
        self._timeout = timeout
        self._references = count(random.randrange(256))  # of what has several parts, so that two are not mixed
        self._session = Session(
            host=host, port=port, tls=tls, user=user, password=password, timeout=timeout, delivered=self._delivered
        )
        self._to_tell: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        # Guards all below. It is never held while the link is asked for something, which has a lock of its own.
        self._changed = Condition()
        self._messages = Messages()
        self._heard: Callable[[Report], None] | None = None
        self._teller: Thread | None = None

    def send(self, outgoing: Outgoing) -> Answer:
        try:
            return self._hand_over(outgoing)
        except Exception as error:  # noqa: BLE001 - whatever happened, nobody knows whether it was taken
            _log.error("%s: %s", PART, type(error).__name__)  # its text may hold personal data
            return Uncertain(Problem.FAULT)

    def look_up(self, outgoing: Outgoing, gateway_id: str, since: datetime) -> Report | None:
        """What ``query_sm`` says of each part; many operators do not offer it, and it needs the gateway's id."""
        if not gateway_id:
            return None
        deadline = monotonic() + self._timeout
        try:
            link = self._session.link_by(deadline)
            told = [_told(self._queried(link, one, deadline)) for one in gateway_id.split(BETWEEN_IDS)]
            fate = fate_of_all(told)
        except NoAnswerError:
            return None
        except Exception as error:  # noqa: BLE001 - it never raises
            _log.error("%s: %s", PART, type(error).__name__)
            return None
        return Report(fate, outgoing.id, gateway_id) if fate else None

    def listen(self, heard: Callable[[Report], None]) -> None:
        """Connect, and tell of receipts. If ``heard`` raises, the operator is asked to tell again later."""
        with self._changed:
            self._heard = heard
            if self._teller is None:
                self._teller = Thread(target=self._tell_all, name="smpp-reports", daemon=True)
                self._teller.start()
        self._session.start()

    def check(self) -> str:
        deadline = monotonic() + self._timeout
        try:
            self._session.asked(self._session.link_by(deadline), "enquire_link", deadline)
        except NoAnswerError as error:
            raise Unavailable(PART, error.problem) from error
        return " ".join(["SMPP 3.4", self._session.peer]).strip()

    def close(self) -> None:
        self._session.close()
        self._to_tell.put(None)  # what came before the end is told
        if self._teller is not None and self._teller is not current_thread():
            self._teller.join(CLOSES_WITHIN)

    def _hand_over(self, outgoing: Outgoing) -> Answer:
        deadline = monotonic() + self._timeout
        number = _NUMBER.match(outgoing.to)
        if number is None:
            return Rejected(Problem.ADDRESS)
        encoded = split(outgoing.text)
        if len(encoded.parts) > MOST_PARTS:
            return Rejected(Problem.REFUSED)
        try:
            link = self._session.link_by(deadline)
        except NoAnswerError as error:
            return NotNow(error.problem)
        message = Message(outgoing.id, number[1], [Part(written=True) for _ in encoded.parts])
        with self._changed:
            self._messages.add(message)
        requests = self._submit(link, message, encoded)
        with self._changed:
            if None in requests:
                self._messages.cut_off(message)
            self._changed.wait_for(lambda: message.settled, deadline - monotonic())
        return self._settled(link, message, requests)

    def _submit(self, link: Link, message: Message, encoded: Encoded) -> list[Request | None]:
        """Have all parts written at once: a slow answer to the first must not leave the telephone with half a text."""
        ton, npi, sender = self._source
        fields = {
            "source_addr_ton": ton,
            "source_addr_npi": npi,
            "source_addr": sender,
            "dest_addr_ton": _INTERNATIONAL[0],
            "dest_addr_npi": _INTERNATIONAL[1],
            "destination_addr": message.number,
            "esm_class": 0 if message.single else _HAS_HEADER,
            "registered_delivery": _RECEIPT_WANTED,
            "data_coding": encoded.data_coding,
            "user_message_reference": message.reference,
        }
        octets = with_headers(encoded.parts, next(self._references) % 256)
        return [
            link.ask("submit_sm", partial(self._part_answered, message, part), short_message=one, **fields)
            for part, one in zip(message.parts, octets, strict=True)
        ]

    def _settled(self, link: Link, message: Message, requests: list[Request | None]) -> Answer:
        """The answer, once nothing more of the message will be written."""
        for request in requests:
            if request is not None:
                link.withdraw(request)
        with self._changed:
            for part, request in zip(message.parts, requests, strict=True):
                part.written = request is not None and request.written
            answer = message.known()
            self._messages.told(message, answer)
        self._tell_later(message)
        return answer

    def _part_answered(self, message: Message, part: Part, pdu: Pdu | None) -> None:
        with self._changed:
            if pdu is None:
                self._messages.cut_off(message)
            else:
                is_answer = pdu.command == "submit_sm_resp"
                status = pdu.status if is_answer or pdu.status != OK else _UNKNOWN_ERROR
                gateway_id = text_of(pdu.message_id) if is_answer else ""
                self._messages.answered(message, part, status, gateway_id)
            self._changed.notify_all()
        self._tell_later(message)

    def _queried(self, link: Link, message_id: str, deadline: float) -> Pdu:
        ton, npi, sender = self._source
        fields = {"source_addr_ton": ton, "source_addr_npi": npi, "source_addr": sender}
        return self._session.asked(link, "query_sm", deadline, message_id=message_id, **fields)

    def _delivered(self, link: Link, pdu: Pdu) -> None:
        """In the thread of the session: have a receipt told, in the thread of the reports."""
        if pdu.command != "deliver_sm" or not is_receipt(pdu.esm_class):
            link.reply(pdu, _REFUSED_FOR_GOOD)  # nobody reads here what people write
        elif self._heard is None:
            link.reply(pdu, _REFUSED_FOR_NOW)
        else:
            self._to_tell.put(partial(self._receive, link, pdu))

    def _tell_all(self) -> None:
        while (tell := self._to_tell.get()) is not None:
            try:
                tell()
            except Exception as error:  # noqa: BLE001 - one receipt that cannot be read must not silence the others
                _log.error("%s: %s", PART, type(error).__name__)

    def _receive(self, link: Link, pdu: Pdu) -> None:
        """Tell what a receipt says, and only then acknowledge it."""
        with self._changed:
            report, message = self._messages.received(read_receipt(pdu))
        link.reply(pdu, OK if report is None or self._tell(report, message) else _REFUSED_FOR_NOW)

    def _tell_later(self, message: Message) -> None:
        """Have the thread of the reports look whether something is to be told of the message."""
        if self._heard is not None:
            self._to_tell.put(partial(self._tell_of, message))

    def _tell_of(self, message: Message) -> None:
        with self._changed:
            report = self._messages.report(message)
        if report is not None:
            self._tell(report, message)

    def _tell(self, report: Report, message: Message | None) -> bool:
        """Whether it was told."""
        if self._heard is None:
            return False
        try:
            self._heard(report)
        except Exception as error:  # noqa: BLE001 - the operator is asked to tell again
            _log.error("%s: %s", PART, type(error).__name__)
            return False
        if message is not None:
            with self._changed:
                message.told = report.fate
        return True


def _told(pdu: Pdu) -> Fate | None:
    """What the answer to ``query_sm`` says; anything else that came in its place says nothing."""
    return fate_of_state(pdu.message_state) if pdu.command == "query_sm_resp" and pdu.status == OK else None
