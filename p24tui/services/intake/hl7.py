"""Taking bookings as HL7 tells them: a message at a time, which is answered, or a file of them."""

import logging
import time
from datetime import datetime
from hashlib import sha256

from msgspec.structs import replace

from p24tui.errors import BadInput, Unavailable
from p24tui.gateways.booking import RELATIVE, VIDEO, SentBooking
from p24tui.gateways.fhir.element import Reading
from p24tui.gateways.fhir.model import Issue, Kind, Severity, Unusable
from p24tui.gateways.hl7 import ack
from p24tui.gateways.hl7.ack import Answer
from p24tui.gateways.hl7.cutting import cut
from p24tui.gateways.hl7.message import LONGEST_MESSAGE, open_message
from p24tui.gateways.hl7.siu import UnsupportedType, read_booking
from p24tui.ids import fresh_id
from p24tui.services.intake.appointments import unknown_unit
from p24tui.services.intake.bookings import take_booking
from p24tui.services.intake.lookups import numbers_of_booking
from p24tui.services.intake.outcome import Outcome, Result, Verdict
from p24tui.services.intake.run import (
    BY_ITSELF,
    LONGEST_PAUSE,
    UNPAUSED,
    FaultHere,
    faults_kept_apart,
    kept_id,
    place_of,
)
from p24tui.services.protections import Protections
from p24tui.store import intake
from p24tui.store.engine import Tx
from p24tui.store.intake import Became, Quarantined
from p24tui.system import System
from p24tui.text import clean_line

TYPE = "SIU"
"""As what a message is remembered, under its control id."""

ANSWER_ID = 20
"""Characters of an answer's own control id."""


_log = logging.getLogger(__name__)


class UnknownUnit(Unusable):
    """There is no unit here of the HSA-id that the message names."""


def take_hl7(system: System, source: str, body: bytes) -> Answer:
    """Take one message; the acknowledgement that answers it, which holds no patient data. It never raises.

    AA says that it is durable here, known from before, or nothing to us. AE says that nothing of it is stored and it is
    to be sent again. AR says that it is never taken as it is: it lies in quarantine, but for what is too large to.
    """
    now, id = system.clock.now(), fresh_id()[:ANSWER_ID]
    head = body
    try:
        try:
            head = _only_message(body)
            result = _take(system, source, head)
        except Unusable as error:
            _keep_aside(system, source, head, error)
            return ack.refuse(head, id, now, error, ack.Code.REFUSED, _fault(error))
    except (BadInput, Unavailable):
        _log.warning("hl7: the database does not answer")
        away = Unusable("", "the database does not answer: nothing of this is stored, so send it again")
        return ack.refuse(head, id, now, away, ack.Code.ERROR, ack.Fault.HERE)
    except Exception as error:  # noqa: BLE001 - its own words may hold patient data, and nobody else would answer
        _log.error("hl7: fault: %s at %s", type(error).__name__, place_of(error))
        broken = Unusable("", "a fault here: nothing of this is stored, so send it again")
        return ack.refuse(head, id, now, broken, ack.Code.ERROR, ack.Fault.HERE)
    return ack.accept(head, id, now, "; ".join(f"{one.path} {one.problem}" for one in result.issues))


def refuse_too_long(system: System, head: bytes) -> Answer:
    """The answer to a message that is too long to be taken or kept, of which this is how it begins."""
    error = Unusable("", f"is longer than {LONGEST_MESSAGE} bytes; nothing of it is kept")
    id, now = fresh_id()[:ANSWER_ID], system.clock.now()
    return ack.refuse(head, id, now, error, ack.Code.REFUSED, ack.Fault.CONTENT)


def load_hl7(system: System, source: str, body: bytes, name: str, refused_at: datetime | None = None) -> Outcome:
    """Take a message, a batch or a file of messages, each by itself.

    Raises ``Unusable`` where there is no message in it, and ``Unavailable`` where the database does not answer.
    """
    messages = cut(body)
    results = []
    for number, raw in enumerate(messages):
        began = time.perf_counter()
        result = _take_or_refuse(system, source, raw, refused_at)
        where = f"message[{number}]" if len(messages) > 1 else ""
        issues = tuple(replace(one, path=".".join(filter(None, (where, one.path)))) for one in result.issues)
        results.append(replace(result, position=number, issues=issues))
        if number > UNPAUSED and system.store.path is not None:
            time.sleep(min(time.perf_counter() - began, LONGEST_PAUSE))
    return Outcome(name, tuple(results))


def _only_message(body: bytes) -> bytes:
    messages = cut(body)
    if len(messages) != 1:
        raise Unusable("", f"has {len(messages)} messages where one is taken")
    return messages[0]


def _take_or_refuse(system: System, source: str, raw: bytes, refused_at: datetime | None) -> Result:
    try:
        return _take(system, source, raw, refused_at)
    except Unusable as error:
        _keep_aside(system, source, raw, error)
        return Result(0, Verdict.REFUSED, issues=(Issue(error.path, error.problem, Severity.ERROR),))


def _take(system: System, source: str, raw: bytes, refused_at: datetime | None = None) -> Result:
    """Raises ``Unusable`` where it cannot be taken. ``refused_at`` is when it was first, where it is tried again."""
    now, digest = system.clock.now(), sha256(raw).hexdigest()
    reading = Reading(now, system.settings.reserve_number or None)
    with faults_kept_apart(""):
        message = open_message(raw)
        booking = read_booking(message, reading)
    booking = replace(booking, said_at=booking.said_at or refused_at or now)
    with system.store.reading() as tx:
        before = _sent_before(tx, source, message.control_id, digest)
    if before is not None:
        return Result(0, Verdict.DUPLICATE, f"{Kind.BOOKING}/{before}")
    protections = Protections(system.person_data)
    protections.learn(numbers_of_booking(booking))
    with system.store.writing() as tx:
        intake.alone(tx)
        before = _sent_before(tx, source, message.control_id, digest)
        if before is not None:
            return Result(0, Verdict.DUPLICATE, f"{Kind.BOOKING}/{before}")
        with faults_kept_apart(""), intake.attempt(tx):
            verdict, id = _store(tx, system, source, booking, protections)
        intake.remember(tx, source, TYPE, (message.control_id,), Became(id, digest, now))
        intake.settle(tx, kept_id(source, digest), BY_ITSELF, now)
    return Result(0, verdict, f"{Kind.BOOKING}/{id}", (*reading.issues, *_notes(booking, verdict)))


def _sent_before(tx: Tx, source: str, control_id: str, digest: str) -> str | None:
    """What this message became when it came before; none where it did not, or another of the same id did."""
    found = intake.earlier(tx, source, TYPE, (control_id,))
    return found[0].stored_as if found and found[0].digest == digest else None


def _store(tx: Tx, system: System, source: str, booking: SentBooking, protections: Protections) -> tuple[Verdict, str]:
    looked_up = protections.of(booking.number.value) if booking.number else None
    try:
        return take_booking(tx, system, source, booking, system.clock.now(), looked_up=looked_up)
    except BadInput as error:
        if error.reason != "no-unit":
            raise
        raise UnknownUnit("AIL-3", unknown_unit(booking)) from error


def _notes(booking: SentBooking, verdict: Verdict) -> tuple[Issue, ...]:
    if verdict is not Verdict.NOTED or booking.is_video or booking.cancelled:
        return ()
    if booking.contact_type != VIDEO:
        return (Issue("SCH-8", f"is not {VIDEO}: it was noted, and nothing is made of it"),)
    return (Issue("SCH-7", f"is {RELATIVE}: it was noted, and nothing is made of it"),)


def _keep_aside(system: System, source: str, raw: bytes, error: Unusable) -> None:
    id = kept_id(source, sha256(raw).hexdigest())
    kept = Quarantined(id, source, system.clock.now(), clean_line(error.path, 1000), error.problem, raw)
    with system.store.writing() as tx:
        intake.keep_aside(tx, kept)


def _fault(error: Unusable) -> ack.Fault:
    match error:
        case UnsupportedType():
            return ack.Fault.TYPE
        case UnknownUnit():
            return ack.Fault.UNKNOWN_KEY
        case FaultHere():
            return ack.Fault.HERE
        case _:
            return ack.Fault.CONTENT
