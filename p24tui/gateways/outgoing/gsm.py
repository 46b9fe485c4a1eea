"""How a text is written in SMS: which alphabet it takes, how long it is in it, and how it is parted.

The GSM 7-bit default alphabet and its extension table are 3GPP TS 23.038, section 6.2.1; what a part holds, and the
header by which parts are joined again, are 3GPP TS 23.040, section 9.2.3.24. National language tables are not used:
telephones and operators do not agree on them, and Swedish needs none.
"""

from collections.abc import Sequence

from msgspec import Struct

GSM_CODING = 0
"""SMPP's ``data_coding`` for the operator's default alphabet."""

UNICODE_CODING = 8
"""SMPP's ``data_coding`` for UCS-2, in which surrogate pairs are sent as well."""

MOST_PARTS = 255
"""As many as the header of a part can number."""

_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE = 0x1B
_EXTENSION = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_SEPTETS = {one: bytes([code]) for code, one in enumerate(_ALPHABET) if code != _ESCAPE} | {
    one: bytes([_ESCAPE, code]) for code, one in _EXTENSION.items()
}

# Octets of a message alone, and of each of several, which lose six octets (seven septets) to their header.
_GSM_ALONE, _GSM_EACH = 160, 153
_UNICODE_ALONE, _UNICODE_EACH = 140, 134


class Size(Struct, frozen=True):
    """How long a text is as SMS.

    ``characters`` are counted as they are charged: septets (those of the extension table, such as €, count two), or
    where ``unicode`` UTF-16 code units (an emoji counts two or more). An empty text is one part of 0 characters.
    """

    characters: int
    parts: int
    unicode: bool


class Encoded(Struct, frozen=True):
    """A text as SMPP sends it: each part's octets without its header. GSM septets are unpacked, one to an octet."""

    data_coding: int
    parts: tuple[bytes, ...]


def size(text: str) -> Size:
    """How long the text is as SMS. Never raises."""
    encoded = split(text)
    octets = sum(map(len, encoded.parts))
    unicode = encoded.data_coding == UNICODE_CODING
    return Size(octets // 2 if unicode else octets, len(encoded.parts), unicode)


def split(text: str) -> Encoded:
    """The text in as few parts as hold it, no character split over two; an empty text is one empty part.

    One character outside the GSM alphabet makes all of it Unicode. A lone surrogate, which ``clean_text`` lets nobody
    send, becomes a question mark. Never raises.
    """
    if all(one in _SEPTETS for one in text):
        return Encoded(GSM_CODING, _filled([_SEPTETS[one] for one in text], _GSM_ALONE, _GSM_EACH))
    units = [one.encode("utf-16-be", errors="replace") for one in text]
    return Encoded(UNICODE_CODING, _filled(units, _UNICODE_ALONE, _UNICODE_EACH))


def with_headers(parts: Sequence[bytes], reference: int) -> list[bytes]:
    """The parts, each with the header by which the telephone joins them; a single part stays as it is.

    ``reference``, 0 to 255, tells messages to one number apart. Raises ``ValueError`` above ``MOST_PARTS`` parts.
    """
    if len(parts) == 1:
        return list(parts)
    if len(parts) > MOST_PARTS:
        raise ValueError(f"a message has at most {MOST_PARTS} parts")
    # Length of the header; element 0, concatenation with an 8-bit reference; its length; reference, of how many, which.
    return [bytes([5, 0, 3, reference, len(parts), number]) + part for number, part in enumerate(parts, start=1)]


def _filled(characters: Sequence[bytes], alone: int, each: int) -> tuple[bytes, ...]:
    """The encoded characters in one part of at most ``alone`` octets, else in several of at most ``each``."""
    if sum(map(len, characters)) <= alone:
        return (b"".join(characters),)
    parts = [bytearray()]
    for one in characters:
        if len(parts[-1]) + len(one) > each:
            parts.append(bytearray())
        parts[-1] += one
    return tuple(map(bytes, parts))
