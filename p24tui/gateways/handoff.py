"""Who somebody is, handed on from the server that has seen their card to the console that it starts for them (NA-1).

It goes through a pipe that only those two hold, never by the arguments or the environment, which others can read:
there stands no more than the pipe's number. The seal's key is made anew for every hand-off and goes ahead of it in the
same pipe, so that no console ever holds what could seal for another. What is read is gone from the pipe, so it counts
once; and it is too old after ``VALID``.
"""

import os
import stat
from collections.abc import MutableMapping
from datetime import datetime, timedelta

import msgspec

from p24tui.clock import Clock
from p24tui.errors import Refused
from p24tui.routine.login import Means, Proven
from p24tui.routine.rule import rule

VARIABLE = "P24TUI_HANDOFF"
"""Where a console finds the number of the pipe."""

VALID = timedelta(seconds=30)
"""How long after it was sealed it is taken: a console that starts on a busy machine needs a few seconds."""

_KEY, _SEAL = 32, 32
_MOST = 4096
"""Bytes: more than a name and an HSA-id need, and less than a pipe takes without anybody reading."""


def offer(proven: Proven, now: datetime) -> int:
    """The end of a pipe to read from, for the one console that is this person's; the caller closes it."""
    import secrets

    key = secrets.token_bytes(_KEY)
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(key + sealed(proven, now, key))
    return reading


@rule("NA-1")
def proven_by_handoff(clock: Clock, environ: MutableMapping[str, str] | None = None) -> Proven | None:
    """Who this console was started for; none where nobody hands over anything. It is taken from the pipe, once.

    Raises ``Refused`` where what is handed over is none, or not to be trusted.
    """
    number = (os.environ if environ is None else environ).pop(VARIABLE, None)
    if number is None:
        return None
    given = _read(number)
    return opened(given[_KEY:], clock.now(), given[:_KEY])


def sealed(proven: Proven, now: datetime, key: bytes) -> bytes:
    """What is handed over: who it is and when, behind the seal on both."""
    said = msgspec.json.encode((proven.staff_id, proven.name, now))
    return _seal(said, key) + said


def opened(ticket: bytes, now: datetime, key: bytes) -> Proven:
    """Who a ticket says it is. Raises ``Refused`` where the seal is another's, or it is too old or not of now."""
    import hmac

    seal, said = ticket[:_SEAL], ticket[_SEAL:]
    if len(key) != _KEY or not hmac.compare_digest(seal, _seal(said, key)):
        raise Refused("NA-1", "handoff")
    staff_id, name, at = msgspec.json.decode(said, type=tuple[str, str, datetime])
    if not timedelta(0) <= now - at <= VALID:
        raise Refused("NA-1", "handoff-late")
    return Proven(staff_id, name, Means.HANDOFF, at)


def _seal(said: bytes, key: bytes) -> bytes:
    import hashlib
    import hmac

    return hmac.digest(key, said, hashlib.sha256)


def _read(number: str) -> bytes:
    """All that is in the pipe, which is closed then: what this process starts shall not inherit it."""
    try:
        descriptor = int(number)
        if descriptor <= 2 or not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            raise Refused("NA-1", "handoff")
        with os.fdopen(descriptor, "rb") as pipe:
            return pipe.read(_MOST)
    except (ValueError, OSError):
        raise Refused("NA-1", "handoff") from None
