"""The answer to a message: ACK in the original mode, with ERR where it was not taken.

Source: HL7 v2.5.1, 2.9.2 and 2.15.5. The library's own ``create_ack`` asks the machine what time it is, and fails where
the head of the message lacks what it copies.
"""

import re
from datetime import datetime
from enum import StrEnum

import hl7
from msgspec import Struct

from p24tui.clock import local
from p24tui.gateways.fhir.model import Unusable
from p24tui.gateways.hl7.letters import LATIN_1
from p24tui.gateways.hl7.message import LONGEST_CONTROL_ID, Header, read_header

LONGEST_TEXT = 250
_PLACE = re.compile(r"([A-Z][A-Z0-9]{2})(?:\[(\d+)\])?(?:-(\d+))?")


class Code(StrEnum):
    """Taken; not taken now but perhaps when it is sent again; never taken as it is."""

    TAKEN = "AA"
    ERROR = "AE"
    REFUSED = "AR"


class Fault(StrEnum):
    """What is wrong, in the codes of table 0357."""

    CONTENT = "102"
    TYPE = "200"
    UNKNOWN_KEY = "204"
    HERE = "207"


class Answer(Struct, frozen=True):
    """An acknowledgement: its code, and the whole message."""

    code: Code
    message: bytes


_FAULTS = {
    Fault.CONTENT: "Data type error",
    Fault.TYPE: "Unsupported message type",
    Fault.UNKNOWN_KEY: "Unknown key identifier",
    Fault.HERE: "Application internal error",
}


def accept(raw: bytes, id: str, now: datetime, said: str = "") -> Answer:
    """The answer to a message that is taken, or was before. ``id`` is the answer's own."""
    return _answer(read_header(raw), Code.TAKEN, id, now, said)


def refuse(raw: bytes, id: str, now: datetime, error: Unusable, code: Code, fault: Fault) -> Answer:
    """The answer to a message that is not taken: where, why, and whether sending it again may help."""
    header = read_header(raw)
    said = f"{error.path}: {error.problem}" if error.path else error.problem
    return _answer(header, code, id, now, said, _error(header, error, fault))


def _answer(header: Header, code: Code, id: str, now: datetime, said: str, *more: hl7.Segment) -> Answer:
    made = f"{local(now):%Y%m%d%H%M%S%z}"
    event = _echoed(header, 9).split(header.delimiters[1])[1:2]
    head = {
        1: header.delimiters[0],
        2: header.delimiters[1:],
        3: _echoed(header, 5),
        4: _echoed(header, 6),
        5: _echoed(header, 3),
        6: _echoed(header, 4),
        7: made,
        9: header.delimiters[1].join(["ACK", *event, "ACK"] if event else ["ACK"]),
        10: id,
        11: _echoed(header, 11) or "P",
        12: _echoed(header, 12) or "2.5.1",
        18: _echoed(header, 18),
    }
    answer = {1: code.value, 2: _echoed(header, 10, LONGEST_CONTROL_ID), 3: _escaped(header, said)}
    message = hl7.Message(sequence=[_segment(header, "MSH", head), _segment(header, "MSA", answer), *more])
    return Answer(code, str(message).encode(LATIN_1))


def _error(header: Header, error: Unusable, fault: Fault) -> hl7.Segment:
    component = header.delimiters[1]
    place = _PLACE.fullmatch(error.path)
    where = component.join([place[1], place[2] or "1", *([place[3]] if place[3] else [])]) if place else ""
    coded = component.join([fault.value, _FAULTS[fault], "HL70357"])
    return _segment(header, "ERR", {2: where, 3: coded, 4: "E", 8: _escaped(header, error.problem)})


def _segment(header: Header, name: str, fields: dict[int, str]) -> hl7.Segment:
    field, component, repetition, escape, part = tuple(header.delimiters[:5])
    segment = hl7.Segment(sequence=[], esc=escape, separators="".join(("\r", field, repetition, component, part)))
    segment.assign_field(name, 0)
    for number, text in fields.items():
        if text:
            segment.assign_field(text, number)
    return segment


def _echoed(header: Header, number: int, longest: int = LONGEST_TEXT) -> str:
    """A field of the message as it came, to say it again; empty where it holds what is no text, or is too long."""
    text = header.field(number)
    return text if len(text) <= longest and not re.search(r"[\x00-\x1f\x7f]", text) else ""


def _escaped(header: Header, text: str) -> str:
    """A sentence of ours as a field's value, in ASCII, which is the same in every character set."""
    delimiters, escape = header.delimiters[:5], header.delimiters[3]
    codes = dict(zip(delimiters, "FSRET", strict=True))
    plain = text.encode("ascii", "replace").decode()[:LONGEST_TEXT]
    return "".join(f"{escape}{codes[one]}{escape}" if one in codes else one for one in plain)
