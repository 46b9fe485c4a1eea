"""What SMPP's answers and receipts mean, and what has become of the messages sent. Pure; no thread of its own.

The statuses are section 5.1.3 of SMPP 3.4, the states 5.2.28, and the text of a receipt appendix B.
"""

import re
import zlib
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from p24tui.gateways.outgoing.model import Accepted, Answer, Fate, NotNow, Problem, Rejected, Report, Uncertain

MOST_MESSAGES = 10_000
"""As many messages are remembered to tell what their receipts mean; then the oldest is forgotten."""

MOST_RECEIPTS = 1_000
"""As many receipts are remembered that came for a message nobody knew yet."""

BETWEEN_IDS = ","
"""Stands between the message ids of several parts in the one id that is kept."""

OK = 0x00
UNKNOWN_COMMAND = 0x03  # ESME_RINVCMDID

# These say that a message was not taken. Any other status, such as an operator's own, may mean anything.
_NOT_NOW = {
    0x04: Problem.LOGIN,  # ESME_RINVBNDSTS: not bound
    0x14: Problem.BUSY,  # ESME_RMSGQFUL
    0x58: Problem.BUSY,  # ESME_RTHROTTLED
}
_REJECTED = dict.fromkeys(
    [
        *range(0x01, 0x04),  # length of message or command, unknown command
        0x06,  # ESME_RINVPRTFLG
        0x07,  # ESME_RINVREGDLVFLG
        0x0A,  # ESME_RINVSRCADR
        0x15,  # ESME_RINVSERTYP
        *range(0x43, 0x46),  # esm_class, distribution list, ESME_RSUBMITFAIL
        0x48,  # ESME_RINVSRCTON
        0x49,  # ESME_RINVSRCNPI
        0x53,  # ESME_RINVSYSTYP
        *range(0x61, 0x64),  # schedule, expiry, predefined message
        *range(0xC0, 0xC5),  # optional parameters
    ],
    Problem.REFUSED,
) | dict.fromkeys([0x0B, 0x50, 0x51], Problem.ADDRESS)  # ESME_RINVDSTADR, and its TON and NPI

_FATES = {
    1: Fate.TAKEN,  # ENROUTE
    2: Fate.DELIVERED,
    3: Fate.FAILED,  # EXPIRED
    4: Fate.FAILED,  # DELETED
    5: Fate.FAILED,  # UNDELIVERABLE
    6: Fate.TAKEN,  # ACCEPTED, by somebody on the person's behalf
    8: Fate.FAILED,  # REJECTED
}
_STATES = {"ENROUTE": 1, "DELIVRD": 2, "EXPIRED": 3, "DELETED": 4, "UNDELIV": 5, "ACCEPTD": 6, "REJECTD": 8}

_RECEIPT_ID = re.compile(rb"\bid:\s*(\S+)", re.IGNORECASE)
_RECEIPT_STATE = re.compile(rb"\bstat:\s*([A-Z]{7})", re.IGNORECASE)
_MESSAGE_TYPE = 0b0011_1100
_RECEIPT_TYPES = {0x04, 0x20}  # a receipt of the end, and one on the way


def answer_for(status: int) -> Answer:
    """What the status of a ``submit_sm_resp`` says of that part. What is not surely a refusal is uncertain (H13)."""
    if status == OK:
        return Accepted()
    if status in _NOT_NOW:
        return NotNow(_NOT_NOW[status])
    if status in _REJECTED:
        return Rejected(_REJECTED[status])
    return Uncertain(Problem.FAULT)


def fate_of_state(state: int | None) -> Fate | None:
    """What a ``message_state`` means; none where it says nothing."""
    return None if state is None else _FATES.get(state)


def fate_of_all(fates: list[Fate | None]) -> Fate | None:
    """What has become of a whole: failed with its first part, delivered with its last; none where a part is unknown."""
    if Fate.FAILED in fates:
        return Fate.FAILED
    if None in fates:
        return None
    return Fate.DELIVERED if all(fate is Fate.DELIVERED for fate in fates) else Fate.TAKEN


def reference_of(id: str) -> int:
    """The 16 bits that go with a message and come back with its receipts, made of our own id."""
    return zlib.crc32(id.encode()) & 0xFFFF


class Receipt(Struct, frozen=True):
    """What a ``deliver_sm`` told of a part.

    ``gateway_ids`` is one id, or two spellings of it, the better one first. ``number`` is whom the message went to, in
    digits, or empty.
    """

    gateway_ids: tuple[str, ...]
    fate: Fate | None
    reference: int | None
    number: str


def is_receipt(esm_class: int | None) -> bool:
    """Whether a ``deliver_sm`` is a receipt, and not a message that somebody wrote."""
    return ((esm_class or 0) & _MESSAGE_TYPE) in _RECEIPT_TYPES


def read_receipt(pdu: Any) -> Receipt:
    """The receipt that a ``deliver_sm`` of smpplib holds: its optional parameters, where it has none its text."""
    text: bytes = pdu.short_message or pdu.message_payload or b""
    written = _RECEIPT_ID.search(text)
    ids = [text_of(pdu.receipted_message_id), text_of(written[1]) if written else ""]
    state: int | None = pdu.message_state
    if state is None and (said := _RECEIPT_STATE.search(text)):
        state = _STATES.get(text_of(said[1]).upper())
    number = text_of(pdu.source_addr).lstrip("+")
    return Receipt(tuple(dict.fromkeys(filter(None, ids))), fate_of_state(state), pdu.user_message_reference, number)


def text_of(octets: bytes | None) -> str:
    """A string of smpplib's as text; an id is any octets."""
    return (octets or b"").decode("latin-1")


@dataclass(slots=True)
class Part:
    """One SMS of a message: ``written`` to the gateway or not, its answer's ``status`` if one came, its fate."""

    written: bool = False
    status: int | None = None
    gateway_id: str = ""
    fate: Fate | None = None

    @property
    def unanswered(self) -> bool:
        """Whether it went out and nothing came back."""
        return self.written and self.status is None


@dataclass(eq=False, slots=True)
class Message:
    """A message that was handed over, or is being so.

    ``number`` is whom it goes to, in digits. ``answer`` is what was told of it, none while somebody waits for it.
    ``told`` is the last fate that was reported. ``cut_off`` is whether the connection is gone that it went by.
    """

    id: str
    number: str
    parts: list[Part]
    answer: Answer | None = None
    told: Fate | None = None
    cut_off: bool = False
    reference: int = field(init=False)

    def __post_init__(self) -> None:
        self.reference = reference_of(self.id)

    @property
    def settled(self) -> bool:
        """Whether no more answers will come."""
        return self.cut_off or all(part.status is not None for part in self.parts)

    @property
    def single(self) -> bool:
        """Whether it is one SMS."""
        return len(self.parts) == 1

    @property
    def gateway_id(self) -> str:
        """The ids of all parts; empty where one has none."""
        ids = [part.gateway_id for part in self.parts]
        return BETWEEN_IDS.join(ids) if all(ids) else ""

    def known(self) -> Answer:
        """What is known now: taken if every part was, not taken if no part was, else uncertain (H13)."""
        answers = [self._known_of(part) for part in self.parts]
        for answer in answers:
            if isinstance(answer, Uncertain):
                return answer
        refused = [answer for answer in answers if not isinstance(answer, Accepted)]
        if not refused:
            return Accepted(self.gateway_id, len(self.parts))
        if len(refused) < len(answers):
            return Uncertain(Problem.CUT_OFF)
        return next((answer for answer in refused if isinstance(answer, Rejected)), refused[0])

    def fate(self) -> Fate | None:
        """What has become of it; none while that is not known. An answer that came late tells it as well."""
        fates = [part.fate or (Fate.TAKEN if part.status == OK else None) for part in self.parts]
        if self.answer is not None and isinstance(self.known(), Rejected | NotNow):
            return Fate.FAILED
        return fate_of_all(fates)

    def _known_of(self, part: Part) -> Answer:
        if part.status is not None:
            return answer_for(part.status)
        if not part.written:
            return NotNow(Problem.UNREACHABLE)
        return Uncertain(Problem.CUT_OFF if self.cut_off else Problem.SILENCE)


class Messages:
    """The messages of this process, and the receipts for them. Whoever uses it holds a lock."""

    def __init__(self) -> None:
        self._messages: dict[str, Message] = {}
        self._parts: dict[str, tuple[Message, Part]] = {}
        self._unclaimed: dict[str, Receipt] = {}

    def add(self, message: Message) -> None:
        """Remember a message, before its first part is written."""
        # A receipt from before cannot be for this one, though it may bear the same 16 bits.
        self._unclaimed = {
            gateway_id: receipt
            for gateway_id, receipt in self._unclaimed.items()
            if receipt.reference != message.reference
        }
        self._messages[message.id] = message
        if len(self._messages) > MOST_MESSAGES:
            forgotten = self._messages.pop(next(iter(self._messages)))
            for part in forgotten.parts:
                self._parts.pop(part.gateway_id, None)

    def answered(self, message: Message, part: Part, status: int, gateway_id: str) -> None:
        """Note the answer for a part; a receipt for it may have come before."""
        if part.status is not None:
            return
        part.status = status
        if status == OK and gateway_id:
            early = self._unclaimed.pop(gateway_id, None)
            self._learn(message, part, gateway_id, early.fate if early else None)

    def told(self, message: Message, answer: Answer) -> None:
        """Note what whoever sent the message was told of it."""
        message.answer = answer
        if isinstance(answer, Uncertain):
            self._claim(message)
        elif message.told is None:
            message.told = Fate.TAKEN if isinstance(answer, Accepted) else Fate.FAILED

    def cut_off(self, message: Message) -> None:
        """Note that no more answers will come for the message."""
        message.cut_off = True
        self._claim(message)

    def received(self, receipt: Receipt) -> tuple[Report | None, Message | None]:
        """Note a receipt: what is to be reported, and of which message of this process, if it is one's."""
        known = next((self._parts[one] for one in receipt.gateway_ids if one in self._parts), None)
        known = known or self._part_by_reference(receipt)
        if known is not None:
            message, part = known
            _note(part, receipt.fate)
            return self.report(message), message
        if not receipt.gateway_ids:
            return None, None
        self._keep(receipt)
        return (Report(receipt.fate, gateway_id=receipt.gateway_ids[0]) if receipt.fate else None), None

    def report(self, message: Message) -> Report | None:
        """What is to be reported of the message and was not yet."""
        fate = message.fate()
        over = message.told in {Fate.DELIVERED, Fate.FAILED}
        if fate is None or fate is message.told or over or (fate is Fate.TAKEN and message.answer is None):
            return None
        return Report(fate, message.id, message.gateway_id)

    def _claim(self, message: Message) -> None:
        """Look whether receipts that came early are for the message, which has become uncertain."""
        for receipt in list(self._unclaimed.values()):
            known = any(one in self._parts for one in receipt.gateway_ids)
            if _may_be_for(message, receipt) and not known:
                self._part_by_reference(receipt)

    def _keep(self, receipt: Receipt) -> None:
        for one in receipt.gateway_ids:
            self._unclaimed[one] = receipt
        while len(self._unclaimed) > MOST_RECEIPTS:
            del self._unclaimed[next(iter(self._unclaimed))]

    def _part_by_reference(self, receipt: Receipt) -> tuple[Message, Part] | None:
        """The part that a receipt with an unknown id is for, by the 16 bits: only where no other can be meant."""
        if receipt.reference is None or not receipt.gateway_ids:
            return None
        meant = [one for one in self._messages.values() if _may_be_for(one, receipt)]
        # An answer may still come for each of several parts while the connection stands, and says which is which.
        if len(meant) != 1 or not isinstance(meant[0].answer, Uncertain) or not (meant[0].cut_off or meant[0].single):
            return None
        message = meant[0]
        part = next(part for part in message.parts if part.unanswered)
        part.status = OK
        for one in receipt.gateway_ids:
            self._unclaimed.pop(one, None)
        self._learn(message, part, receipt.gateway_ids[0], receipt.fate)
        return message, part

    def _learn(self, message: Message, part: Part, gateway_id: str, fate: Fate | None) -> None:
        part.gateway_id = gateway_id
        self._parts[gateway_id] = (message, part)
        _note(part, fate)


def _may_be_for(message: Message, receipt: Receipt) -> bool:
    return (
        message.reference == receipt.reference
        and receipt.number in {"", message.number}
        and any(part.unanswered for part in message.parts)
    )


def _note(part: Part, fate: Fate | None) -> None:
    if fate is not None and part.fate not in {Fate.DELIVERED, Fate.FAILED}:
        part.fate = fate
