"""Who a booking is for, from PID, and by whom a child is helped, from NK1."""

import re

from p24tui.gateways.fhir.element import Reading
from p24tui.gateways.fhir.model import Issue
from p24tui.gateways.hl7.message import Message, Repetition, Segment, value
from p24tui.routine import phone
from p24tui.routine.identity import BadNumber, IdentityNumber, NumberKind, parse_number
from p24tui.text import clean_line

AUTHORITIES = {
    "1.2.752.129.2.1.3.1": NumberKind.PERSONNUMMER,
    "1.2.752.129.2.1.3.3": NumberKind.SAMORDNINGSNUMMER,
    "1.2.752.74.9.1": NumberKind.RESERVNUMMER,
    "1.2.752.129.2.1.3.2": NumberKind.RESERVNUMMER,
}
"""The OIDs of identity numbers, in CX-4 where it is filled in."""

_ORDER = tuple(NumberKind)
_TWELVE = re.compile(r"\d{8}[-+]?\d{4}", re.ASCII)
_NO_TELEPHONE = frozenset({"FX", "MD", "TDD", "TTY", "INTERNET", "X.400"})
"""XTN-3 of what nobody talks on."""


def read_numbers(message: Message, reading: Reading) -> list[IdentityNumber | None]:
    """The identity number of each patient, one after the other; none for one whose number is not said or is none.

    What cannot be read is noted. The same patient in two segments is one.
    """
    found = [_number(segment, 3, reading) for segment in message.all("PID")]
    known = dict.fromkeys(number for number in found if number is not None)
    return [*known, *(None for number in found if number is None)]


def read_proxy(message: Message, reading: Reading) -> str:
    """The identity number of the one who helps; empty where none is said, or several, which is noted."""
    segments = message.all("NK1")
    found = {number.value for number in (_number(segment, 33, reading) for segment in segments) if number}
    if len(found) > 1:
        reading.issues.append(Issue("NK1-33", "names several persons, of whom one is to help: they were left out"))
    return found.pop() if len(found) == 1 else ""


def read_name(patient: Segment) -> str:
    """The name in the order in which it is said, the legal one first; empty where there is none."""
    names = sorted(patient.repetitions(5), key=lambda one: value(one, 7) not in ("L", ""))
    return next(filter(None, map(_name, names)), "")


def read_mobile(patient: Segment) -> str:
    """The first mobile number, as E.164; empty where there is none."""
    points = [one for one in patient.repetitions(13) if value(one, 3).upper() not in _NO_TELEPHONE]
    points.sort(key=lambda one: value(one, 3).upper() != "CP")
    return next(filter(None, map(_mobile, points)), "")


def _number(segment: Segment, field: int, reading: Reading) -> IdentityNumber | None:
    """A personnummer before any other; none where there is none, or two of one kind, for then it may be anybody's."""
    found: dict[NumberKind, IdentityNumber] = {}
    for one in segment.repetitions(field):
        number = _one_number(one, reading)
        if number is not None and found.setdefault(number.kind, number) != number:
            reading.issues.append(Issue(segment.at(field), f"has two {number.kind} that differ: both were left out"))
            return None
    if not found and segment.words(field):
        reading.issues.append(Issue(segment.at(field), "has no identity number that can be used"))
    return next((found[kind] for kind in _ORDER if kind in found), None)


def _one_number(one: Repetition, reading: Reading) -> IdentityNumber | None:
    """What a CX says, by its authority, else by how it looks: ten digits alone may be any number of any system's."""
    text, pattern = value(one, 1), reading.reserve_pattern
    kind = next((AUTHORITIES[part] for part in one[3] if part in AUTHORITIES), None) if len(one) > 3 else None
    if kind is None and not _TWELVE.fullmatch(text):
        kind = NumberKind.RESERVNUMMER
    try:
        return parse_number(text, today=reading.today, kind=kind, reserve_pattern=pattern)
    except BadNumber:
        return None


def _name(name: Repetition) -> str:
    return clean_line(" ".join(filter(None, (value(name, 2), value(name, 3), value(name, 1)))))


def _mobile(point: Repetition) -> str:
    parts = (value(point, 5), value(point, 6), value(point, 7))
    for typed in (value(point, 1), value(point, 12), "+" + "".join(parts) if all(parts) else "".join(parts[1:])):
        number = phone.e164(typed)
        if number and (value(point, 3).upper() == "CP" or phone.is_mobile(number)):
            return number
    return ""
