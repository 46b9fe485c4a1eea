"""Which letters the bytes of a message stand for: MSH-18 says it, in the words of HL7's table 0211."""

import re

from p24tui.gateways.fhir.element import quote
from p24tui.gateways.fhir.model import Unusable

UTF_8 = "utf-8"
LATIN_1 = "iso-8859-1"

_CODECS = {
    "ASCII": "ascii",
    "USASCII": "ascii",
    "88591": LATIN_1,
    "ISO88591": LATIN_1,
    "885915": "iso-8859-15",
    "ISO885915": "iso-8859-15",
    "UNICODEUTF8": UTF_8,
    "UTF8": UTF_8,
}
_PUNCTUATION = re.compile(r"[\s/_-]+")


def decode(raw: bytes, named: str) -> tuple[str, str]:
    """The text, and the codec that it was read by.

    Where MSH-18 says nothing it is UTF-8 if it can be that, else ISO 8859-1. Raises ``Unusable`` for a character set
    that is not known here, and for bytes that are none of it.
    """
    if not named:
        try:
            return raw.decode(UTF_8), UTF_8
        except UnicodeDecodeError:
            return raw.decode(LATIN_1), LATIN_1
    codec = _CODECS.get(_PUNCTUATION.sub("", named).upper())
    if codec is None:
        raise Unusable("MSH-18", f"{quote(named)} is no character set that is read here: 8859/1, UNICODE UTF-8, ASCII")
    try:
        return raw.decode(codec), codec
    except UnicodeDecodeError as error:
        raise Unusable("MSH-18", f"says {quote(named)}, but byte {error.start} of the message is none of it") from error
