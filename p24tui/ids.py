"""Ids of what is stored: 26 letters and digits that fit a FHIR id, a file name and a command line."""

import secrets
from base64 import b32encode
from hashlib import sha256


def stable_id(*parts: str) -> str:
    """The same id for the same parts, on every machine: what is sent twice is stored once, in any order."""
    return _letters(sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()[:16])


def fresh_id() -> str:
    """An id that nobody has had."""
    return _letters(secrets.token_bytes(16))


def _letters(raw: bytes) -> str:
    return b32encode(raw).decode().rstrip("=").lower()
