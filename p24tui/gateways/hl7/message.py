"""One message taken apart by the library ``hl7``: segments, fields, repetitions, components, subcomponents.

The library's own reading of escapes is not used: what it cannot read, which is patient data, it writes to the log, and
it lets a message ask for any number of spaces.
"""

import re
from collections.abc import Iterable

import hl7
from msgspec import Struct

from p24tui.gateways.fhir.element import quote
from p24tui.gateways.fhir.model import Unusable
from p24tui.gateways.hl7.letters import LATIN_1, decode
from p24tui.text import clean_line

LONGEST_MESSAGE = 1_048_576
"""Bytes of one message."""

MOST_SEGMENTS = 1000
MOST_PARTS = 20_000
"""Fields, repetitions, components and subcomponents in the segments that are read: each takes memory of its own."""

LONGEST_VALUE = 1000
LONGEST_CONTROL_ID = 199

READ = frozenset({"MSH", "EVN", "SCH", "TQ1", "PID", "PV1", "AIS", "AIL", "AIP", "NK1"})
"""The segments that are read. The others are passed over."""

USUAL = "|^~\\&"
"""The delimiters that nearly everybody uses: of fields, components, repetitions, escapes and subcomponents."""

_MARK = r"[!-/:-@\[-`{-~]"
_DELIMITERS = re.compile(rf"MSH({_MARK})({_MARK}{{4,5}}?)\1")
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}")
_NULL = '""'
_DELIMITER_CODES = ("F", "S", "R", "E", "T")
_LAYOUT = re.compile(r"\.[a-z]{2}[+-]?\d*|[HN]", re.ASCII)
_HEX = re.compile(r"X((?:[0-9A-Fa-f]{2})+)")

Repetition = tuple[tuple[str, ...], ...]
"""The components of one repetition of a field, each with its subcomponents."""


class Header(Struct, frozen=True):
    """MSH as far as it can be told, whatever else is wrong with the message: its values are as they came.

    ``delimiters`` are those of MSH-1 and MSH-2, and ``fields`` is empty where they cannot be told. Bytes stand for what
    they are in ISO 8859-1, so that they can be said again unchanged.
    """

    delimiters: str
    fields: tuple[str, ...]

    def field(self, number: int) -> str:
        """MSH-``number``, from 3 on; empty where it is absent."""
        return self.fields[number - 1] if number <= len(self.fields) else ""

    def text(self, number: int, component: int = 1) -> str:
        """A component of the first repetition of a field, on one line."""
        components = self.field(number).partition(self.delimiters[2])[0].split(self.delimiters[1])
        return clean_line(components[component - 1]) if component <= len(components) else ""


class Segment(Struct, frozen=True):
    """A segment. ``place`` is what to call it in a sentence: ``SCH``, or ``PID[2]`` where there are several.

    Its values are cleaned, each on one line.
    """

    place: str
    fields: tuple[tuple[Repetition, ...], ...]

    def at(self, number: int) -> str:
        """What a field in here is called."""
        return f"{self.place}-{number}"

    def repetitions(self, number: int) -> tuple[Repetition, ...]:
        """All that a field says; empty where it is absent."""
        return self.fields[number] if number < len(self.fields) else ()

    def text(self, number: int, component: int = 1, part: int = 1) -> str:
        """One value of the first repetition of a field; empty where it is absent."""
        return next((value(one, component, part) for one in self.repetitions(number)), "")

    def words(self, number: int) -> list[str]:
        """Every value of a field that says something, in order."""
        return [part for one in self.repetitions(number) for component in one for part in component if part]


class Message(Struct, frozen=True):
    """A message: the segments that are read, by name, in the order in which they came."""

    segments: dict[str, tuple[Segment, ...]]

    def all(self, name: str) -> tuple[Segment, ...]:
        """The segments of that name."""
        return self.segments.get(name, ())

    def first(self, name: str) -> Segment | None:
        """The first of them; none where there is none."""
        return next(iter(self.all(name)), None)

    @property
    def head(self) -> Segment:
        """MSH, which every message has."""
        return self.segments["MSH"][0]

    @property
    def control_id(self) -> str:
        """What the sender calls this message (MSH-10)."""
        return self.head.text(10)


def value(repetition: Repetition, component: int, part: int = 1) -> str:
    """One value of a repetition; empty where it is absent."""
    parts = repetition[component - 1] if component <= len(repetition) else ()
    return parts[part - 1] if part <= len(parts) else ""


def read_header(raw: bytes) -> Header:
    """The head of a message. It never raises: where its delimiters cannot be told they are the usual ones."""
    line = raw.partition(b"\r")[0].decode(LATIN_1)
    match = _DELIMITERS.match(line)
    if match is None or len({*match[1], *match[2]}) <= len(match[2]):
        return Header(USUAL, ())
    return Header(match[1] + match[2], tuple(line.split(match[1])))


def open_message(raw: bytes) -> Message:
    """One message, taken apart. Raises ``Unusable`` where it is none, too large, or has no control id."""
    if len(raw) > LONGEST_MESSAGE:
        raise Unusable("", f"is longer than {LONGEST_MESSAGE} bytes")
    header = read_header(raw)
    if not header.fields:
        raise Unusable("MSH-2", "has no four delimiters that differ, such as ^~\\&")
    text, codec = decode(raw, header.text(18))
    lines = _lines(text, header.delimiters[0])
    if sum(line.count(mark) for line in lines for mark in header.delimiters) > MOST_PARTS:
        raise Unusable("", f"has more than {MOST_PARTS} fields and components")
    parsed = hl7.parse("\r".join(lines))
    message = Message(_by_name(parsed, _Escapes(header.delimiters, codec)))
    if not message.control_id:
        raise Unusable("MSH-10", "is missing: sent again the message could not be known")
    if len(message.control_id) > LONGEST_CONTROL_ID:
        raise Unusable("MSH-10", f"is longer than {LONGEST_CONTROL_ID} characters")
    return message


def _lines(text: str, separator: str) -> list[str]:
    """The segments that are read. Raises ``Unusable`` where a line is no segment, or there are too many."""
    lines = [line for line in text.split("\r") if line.strip()]
    if len(lines) > MOST_SEGMENTS:
        raise Unusable("", f"has more than {MOST_SEGMENTS} segments")
    for number, line in enumerate(lines, 1):
        name = line.strip().partition(separator)[0]
        if not _SEGMENT.fullmatch(name):
            raise Unusable("", f"has a line that is no segment: number {number}, {quote(name[:3])}")
    if sum(line.startswith("MSH") for line in lines) > 1:
        raise Unusable("MSH", "stands twice: this is more than one message")
    return [line for line in lines if line[:3] in READ]


def _by_name(parsed: hl7.Message, escapes: "_Escapes") -> dict[str, tuple[Segment, ...]]:
    named: dict[str, list[hl7.Segment]] = {}
    for segment in parsed:
        named.setdefault(str(segment[0]), []).append(segment)
    return {
        name: tuple(
            Segment(f"{name}[{number}]" if len(ones) > 1 else name, tuple(escapes.field(field) for field in one))
            for number, one in enumerate(ones, 1)
        )
        for name, ones in named.items()
    }


class _Escapes(Struct, frozen=True):
    """What stands for delimiters, and for letters by their bytes, in the values of one message."""

    delimiters: str
    codec: str

    def field(self, field: Iterable[object]) -> tuple[Repetition, ...]:
        """A field as the library has cut it: what has no inner delimiters is not cut further."""
        return tuple(
            tuple(
                tuple(self._plain(str(part)) for part in (one if isinstance(one, hl7.Component) else [one]))
                for one in (repetition if isinstance(repetition, hl7.Repetition) else [repetition])
            )
            for repetition in field
        )

    def _plain(self, text: str) -> str:
        if text == _NULL:
            return ""
        escape = self.delimiters[3]
        if escape in text:
            mark = re.escape(escape)
            text = re.sub(f"{mark}([^{mark}]+){mark}", self._said, text)
        return clean_line(text, LONGEST_VALUE)

    def _said(self, match: re.Match[str]) -> str:
        """What an escape stands for; what is none stands as it came."""
        code = match[1]
        if code in _DELIMITER_CODES:
            return self.delimiters[_DELIMITER_CODES.index(code)]
        if _LAYOUT.fullmatch(code):
            return " "
        found = _HEX.fullmatch(code)
        return _letters(bytes.fromhex(found[1]), self.codec) if found else match[0]


def _letters(raw: bytes, codec: str) -> str:
    """What bytes stand for that are written as hexadecimal digits: not everybody writes them in UTF-8."""
    try:
        return raw.decode(codec)
    except UnicodeDecodeError:
        return raw.decode(LATIN_1)
