"""What came in one go: one message, a batch or a file of them, cut into its messages."""

import re
from collections.abc import Iterator

from p24tui.gateways.fhir.model import Unusable
from p24tui.gateways.hl7.framing import START

ENDING = ".hl7"
"""How the name of a file of messages ends."""

MOST_MESSAGES = 100_000

_BOM = b"\xef\xbb\xbf"
_FRAMING = re.compile(rb"[\x0b\x1c]")
_HEAD = re.compile(rb"\s*(?:MSH|FHS|BHS)([^\w\s])")
_AROUND = (b"FHS", b"BHS", b"BTS", b"FTS")


def is_hl7(body: bytes, name: str = "") -> bool:
    """Whether this is HL7 v2 by its file's name, or by how it begins: MSH, FHS, BHS or the first byte of a block."""
    body = body.removeprefix(_BOM)
    framed = body.lstrip(b" \t\r\n").startswith(START)
    return name.lower().endswith(ENDING) or framed or _HEAD.match(body) is not None


def cut(body: bytes) -> tuple[bytes, ...]:
    """The messages of a body in their order, each with its segments ended by CR.

    MLLP's framing and the segments around a batch or file are left out. Segments may end with CR, LF or both; an LF
    that no segment follows is a part of its text. Raises ``Unusable`` where there is no message in it.
    """
    body = _FRAMING.sub(b"\r", body.removeprefix(_BOM))
    head = _HEAD.match(body)
    if head is None:
        raise Unusable("", "is no HL7 message: it does not begin with MSH, FHS or BHS")
    messages: list[list[bytes]] = []
    for line in _segments(body, head[1]):
        if line.startswith(b"MSH"):
            messages.append([line])
        elif not line.startswith(_AROUND):
            if not messages:
                raise Unusable("", "has a segment before the first MSH")
            messages[-1].append(line)
    if not messages:
        raise Unusable("", "has no message in it: there is no MSH")
    if len(messages) > MOST_MESSAGES:
        raise Unusable("", f"has more than {MOST_MESSAGES} messages: send it in parts")
    return tuple(b"\r".join(lines) + b"\r" for lines in messages)


def _segments(body: bytes, separator: bytes) -> Iterator[bytes]:
    """What stands between two CR, or an LF and the next that begins a segment."""
    begins = re.compile(rb"[A-Z][A-Z0-9]{2}(?:" + re.escape(separator) + rb"|\Z)")
    for piece in body.split(b"\r"):
        held: list[bytes] = []
        for line in filter(None, map(bytes.strip, piece.split(b"\n"))):
            if held and begins.match(line):
                yield b"\n".join(held)
                held = []
            held.append(line)
        if held:
            yield b"\n".join(held)
