"""What we give a browser to keep for us: nobody can read it, change it or make it up, and it ends by itself."""

import threading
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from joserfc.jwk import OctKey

LONGEST = 4096
"""Characters of something sealed that are looked at; a browser keeps no more in one cookie."""

_HEADER = {"alg": "dir", "enc": "A256GCM"}
_ALGORITHMS = [_HEADER["alg"], _HEADER["enc"]]

T = TypeVar("T", bound=msgspec.Struct)


class Seal:
    """Seals with a key that is made when this process needs it first, and is gone when the process ends."""

    def __init__(self) -> None:
        self._made: OctKey | None = None
        self._making = threading.Lock()

    def close(self, what: msgspec.Struct, until: datetime) -> str:
        """The thing sealed, as letters and digits, ``-``, ``_`` and ``.``; it is none from ``until`` (UTC) on."""
        from joserfc import jwe

        kind = type(what).__name__
        envelope = _Envelope(kind, int(until.timestamp()), msgspec.Raw(msgspec.json.encode(what)))
        return jwe.encrypt_compact(_HEADER, msgspec.json.encode(envelope), self._key(), algorithms=_ALGORITHMS)

    def open(self, sealed: str, shape: type[T], now: datetime) -> T | None:
        """The thing of this kind that was sealed here; none where it was not, or has ended."""
        from joserfc import jwe

        if not sealed or len(sealed) > LONGEST or not sealed.isascii():
            return None
        try:
            content = jwe.decrypt_compact(sealed, self._key(), algorithms=_ALGORITHMS).plaintext or b""
            envelope = msgspec.json.decode(content, type=_Envelope)
        except Exception:  # noqa: BLE001 - whatever it is, it was not sealed here
            return None
        if envelope.kind != shape.__name__ or now.timestamp() >= envelope.until:
            return None
        return msgspec.json.decode(envelope.what, type=shape)

    def _key(self) -> "OctKey":
        from joserfc.jwk import OctKey

        with self._making:
            if self._made is None:
                self._made = OctKey.generate_key(256)
            return self._made


class _Envelope(msgspec.Struct):
    kind: str
    until: int
    what: msgspec.Raw
