"""SIU: a booking that is made, moved, changed or cancelled.

Source: HL7 v2.5.1, chapter 10. Of one that is cancelled only what it is called is wanted.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from p24tui.gateways.booking import RELATIVE, VIDEO, SentBooking
from p24tui.gateways.fhir.element import Reading, quote
from p24tui.gateways.fhir.model import Issue, Unusable
from p24tui.gateways.hl7 import people, times
from p24tui.gateways.hl7.message import Message, Repetition, Segment, value
from p24tui.routine.identity import check_hsa_id

EVENTS = ("S12", "S13", "S14", "S15")
"""Made, moved, changed, cancelled."""

CANCELLATION = "S15"

NOT_IN_FORCE = frozenset({"CANCELLED", "CANCELED", "DC", "DELETED", "NOSHOW", "PENDING", "WAITLIST"})
"""Filler status codes (table 0278) of what has no time that holds."""

LONGEST_ID = 200


class UnsupportedType(Unusable):
    """A message of a type that is not taken here, whatever it says."""


def read_booking(message: Message, reading: Reading) -> SentBooking:
    """What a message says of a booking. Raises ``Unusable`` where it is of another type, or lacks what is needed."""
    event = _event(message)
    schedule = message.first("SCH")
    if schedule is None:
        raise Unusable("SCH", "is missing: the booking itself")
    cancelled = event == CANCELLATION or _says(schedule, 25, NOT_IN_FORCE)
    contact_type = _contact_type(message, schedule)
    if not contact_type and not cancelled:
        raise Unusable("SCH-8", "is missing, and AIS-3 with it: it does not say what sort of contact it is")
    must_begin = contact_type == VIDEO and not cancelled
    starts_at, ends_at = _times(message, schedule, reading, needed=must_begin)
    numbers = people.read_numbers(message, reading)
    patient = message.first("PID")
    return SentBooking(
        booking_id=_booking_id(schedule),
        said_at=_said_at(message, reading),
        cancelled=cancelled,
        unit_id=_unit(message, needed=not cancelled),
        number=numbers[0] if len(numbers) == 1 else None,
        name=people.read_name(patient) if patient else "",
        mobile=people.read_mobile(patient) if patient else "",
        patients=max(1, len(numbers)),
        starts_at=starts_at,
        ends_at=ends_at,
        contact_type=contact_type,
        reason=_reason(schedule),
        holder_id=_holder(message, reading),
        proxy_number=people.read_proxy(message, reading),
    )


def _event(message: Message) -> str:
    """The trigger event. Raises ``UnsupportedType`` where the message is none of those that are taken."""
    kind, event = message.head.text(9), message.head.text(9, 2)
    first = message.first("EVN")
    event = event or (first.text(1) if first else "")
    if kind != "SIU" or event not in EVENTS:
        said = f"{kind}^{event}" if event else kind
        raise UnsupportedType("MSH-9", f"{quote(said)} is not taken here: only SIU^S12, S13, S14 and S15")
    version = message.head.text(12)
    if version and not version.startswith("2"):
        raise UnsupportedType("MSH-12", f"{quote(version)} is no version of HL7 v2")
    return event


def _booking_id(schedule: Segment) -> str:
    """The id of the system that fills the booking, else of the one that placed it, with its repeat where it has any."""
    field = 2 if schedule.text(2) else 1
    id, repeat = schedule.text(field), schedule.text(3)
    if not id:
        raise Unusable("SCH-2", "is missing, and SCH-1 with it: sent again the booking could not be known")
    id = id if repeat in ("", "0", "1") else f"{id}/{repeat}"
    if len(id) > LONGEST_ID:
        raise Unusable(schedule.at(field), f"is longer than {LONGEST_ID} characters")
    return id


def _contact_type(message: Message, schedule: Segment) -> str:
    """``DIVL`` where any word of SCH-8 or AIS-3 is that, else the first of them; empty where they say nothing."""
    words = [*schedule.words(8), *(word for one in message.all("AIS") for word in one.words(3))]
    return _code(words, VIDEO)


def _reason(schedule: Segment) -> str:
    """``ASAM`` where any word of SCH-7 or SCH-6 is that, else the first of them."""
    return _code([*schedule.words(7), *schedule.words(6)], RELATIVE)


def _code(words: list[str], wanted: str) -> str:
    said = [word.upper() for word in words]
    return wanted if wanted in said else next(iter(said), "")


def _says(segment: Segment, field: int, words: Iterable[str]) -> bool:
    return not {word.upper() for word in segment.words(field)}.isdisjoint(words)


def _times(
    message: Message, schedule: Segment, reading: Reading, *, needed: bool
) -> tuple[datetime | None, datetime | None]:
    """When it begins and ends. Raises ``Unusable`` where it is ``needed`` and does not say when it begins."""
    try:
        starts_at = _start(message, schedule, reading)
    except Unusable:
        if needed:
            raise
        return None, None
    ends_at = _end(message, schedule, starts_at)
    if ends_at is not None and ends_at <= starts_at:
        reading.issues.append(Issue("SCH-11", "has an end that is not after its beginning: it was left out"))
        return starts_at, None
    return starts_at, ends_at


def _start(message: Message, schedule: Segment, reading: Reading) -> datetime:
    """The first that is said of SCH-11, TQ1-7 and AIS-4."""
    said = [(schedule.at(11), schedule.text(11, 4))]
    said += [(one.at(7), one.text(7)) for one in message.all("TQ1")]
    said += [(one.at(4), one.text(4)) for one in message.all("AIS")]
    place, text = next(((place, text) for place, text in said if text), ("SCH-11", ""))
    if not text:
        raise Unusable(place, "is missing, and so are TQ1-7 and AIS-4: it does not say when it begins")
    try:
        at, twice = times.instant(text)
    except ValueError as error:
        raise Unusable(place, f"{quote(text)} {error}") from error
    if twice:
        reading.issues.append(Issue(place, "is a time that Swedish clocks show twice: the first of them was taken"))
    return at


def _end(message: Message, schedule: Segment, starts_at: datetime) -> datetime | None:
    """What is said as the end, else what the duration makes it; none where neither can be read."""
    for text in (schedule.text(11, 5), *(one.text(8) for one in message.all("TQ1"))):
        try:
            if text:
                return times.instant(text)[0]
        except ValueError:
            continue
    duration = next(filter(None, _durations(message, schedule)), None)
    return starts_at + duration if duration else None


def _durations(message: Message, schedule: Segment) -> Iterable[timedelta | None]:
    yield times.coded_length(schedule.text(11, 3))
    for one in message.all("TQ1"):
        yield times.length(one.text(6), one.text(6, 2))
    for one in message.all("AIS"):
        yield times.length(one.text(7), one.text(8))
    yield times.length(schedule.text(9), schedule.text(10))


def _said_at(message: Message, reading: Reading) -> datetime | None:
    """When the message was made, never later than now; none where that is not said, or clocks show it twice."""
    first = message.first("EVN")
    for text in (message.head.text(7), first.text(2) if first else ""):
        try:
            at, twice = times.instant(text)
        except ValueError:
            continue
        return None if twice else min(at, reading.now)
    return None


def _unit(message: Message, *, needed: bool) -> str:
    """The HSA-id of the unit, from AIL-3, else PV1-3, else MSH-6. ``Unusable`` where it is ``needed`` and absent."""
    segments = [*message.all("AIL"), *message.all("PV1")]
    said = [word for segment in segments for one in segment.repetitions(3) for word in _of_place(one)]
    found = next(filter(None, map(_hsa_id, [*said, *message.head.words(6)])), "")
    if needed and not found:
        raise Unusable("AIL-3", "has no HSA-id of a unit, nor have PV1-3 and MSH-6")
    return found


def _of_place(one: Repetition) -> tuple[str, ...]:
    """Where a PL may name a unit: the point of care, then the facility."""
    return value(one, 1), value(one, 1, 2), value(one, 4), value(one, 4, 2)


def _holder(message: Message, reading: Reading) -> str:
    """The HSA-id of who is to hold it, from AIP-3; empty where it is not said."""
    said = [value(one, 1) for segment in message.all("AIP") for one in segment.repetitions(3)]
    found = next(filter(None, map(_hsa_id, said)), "")
    if any(said) and not found:
        reading.issues.append(Issue("AIP-3", "has no HSA-id, and was left out"))
    return found


def _hsa_id(text: str) -> str:
    try:
        return check_hsa_id(text)
    except ValueError:
        return ""
