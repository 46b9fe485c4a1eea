"""Video: the address by which somebody enters the room of a visit, and nothing else of it is ours.

The adapter is Jitsi Meet with tokens. Which claims, and how they are verified:
https://github.com/jitsi/lib-jitsi-meet/blob/master/doc/tokens.md
"""

import hmac
import re
from base64 import b32encode
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Protocol
from urllib.parse import urlsplit

from p24tui.clock import Clock
from p24tui.errors import BadInput, Unavailable
from p24tui.gateways.web_address import check_service
from p24tui.ids import fresh_id
from p24tui.routine.rule import rule
from p24tui.settings import Settings
from p24tui.text import clean_line

PART = "video"
NOT_SET_UP = "no video is set up"

LEAST_SECRET = 32
"""Characters that the secret has at least: HS256 wants a key of 256 bits (RFC 7518, 3.2)."""

CLOCKS_DIFFER = timedelta(seconds=30)
"""By how much the video server's clock may be behind ours."""

LONGEST_NAME = 80
"""Characters of a name that the others in the room see."""

_ALGORITHM = "HS256"
_ROOM = re.compile(r"\A[a-z2-7]{26}\Z")
_TENANT = r"/?|/[a-z0-9-]+/?"
_APP = re.compile(r"\A[!-~]{1,200}\Z")


class Video(Protocol):
    """Something that has rooms in which people see each other."""

    def room(self, visit_id: str) -> str:
        """The name of the visit's room, always the same; nobody can tell the visit from it.

        Raises ``Unavailable`` where there is no video.
        """
        ...

    def address(self, room: str, name: str, *, moderator: bool, not_before: datetime, expires: datetime) -> str:
        """The address by which somebody enters the room from ``not_before`` until ``expires``, both in UTC.

        ``name`` is what the others in the room see: a role such as "Patient", "Gäst" or "Tolk digital", or the name
        of a member of staff; never the patient's. A ``moderator`` lets in, mutes and ends for all. Whoever has the
        address can enter, so it is never stored or logged. Raises ``Unavailable`` where there is no video.
        """
        ...


class NoVideo:
    """No video is set up: there are no rooms."""

    def room(self, visit_id: str) -> str:
        raise Unavailable(PART, NOT_SET_UP)

    def address(self, room: str, name: str, *, moderator: bool, not_before: datetime, expires: datetime) -> str:
        raise Unavailable(PART, NOT_SET_UP)


class Jitsi:
    """The Jitsi Meet server at an address, with or without a tenant. Nothing is asked of it: tokens are made here.

    ``app`` and ``secret`` are what the server knows as ``app_id`` and ``app_secret``.
    """

    def __init__(self, address: str, *, app: str, secret: str, clock: Clock) -> None:
        self._address = address.rstrip("/")
        self._app = app
        self._secret = secret
        self._clock = clock

    def room(self, visit_id: str) -> str:
        # Tokens are signed with the same key, but what is signed there has a dot in it and no space.
        digest = hmac.new(self._secret.encode(), f"room {visit_id}".encode(), sha256).digest()
        return b32encode(digest[:16]).decode().rstrip("=").lower()

    @rule("VI-11")
    def address(self, room: str, name: str, *, moderator: bool, not_before: datetime, expires: datetime) -> str:
        if not _ROOM.match(room):
            raise ValueError("that is no room of a visit")  # the server takes "*" for every room
        token = self._token(room, name, moderator, not_before, expires)
        return f"{self._address}/{room}?jwt={token}"

    def _token(self, room: str, name: str, moderator: bool, not_before: datetime, expires: datetime) -> str:
        from joserfc import jwt  # with cryptography 100 ms, which the start of the console does not have
        from joserfc.jwk import OctKey

        claims = {
            "aud": self._app,
            "iss": self._app,
            "sub": self._subject(),
            "room": room,
            "iat": _seconds(self._clock.now() - CLOCKS_DIFFER),
            "nbf": _seconds(not_before - CLOCKS_DIFFER),
            "exp": _seconds(expires),
            "context": {"user": _user(name, moderator)},
        }
        return jwt.encode({"alg": _ALGORITHM}, claims, OctKey.import_key(self._secret), algorithms=[_ALGORITHM])

    def _subject(self) -> str:
        """The tenant, else the server's name: with the room it says what the token opens."""
        address = urlsplit(self._address)
        return address.path.strip("/") or address.hostname or ""


def from_settings(settings: Settings, clock: Clock) -> Video:
    """The video that the settings name. Nothing is connected.

    Raises ``BadInput`` where they cannot be used, naming the setting and never what stands in it.
    """
    if not settings.video:
        return NoVideo()
    check_service("video", settings.video, _TENANT)
    if not _APP.match(settings.video_app):
        raise BadInput("settings-value", problem="video_app: the server's app_id, without spaces")
    if len(settings.video_secret) < LEAST_SECRET:
        raise BadInput("settings-value", problem=f"video_secret: at least {LEAST_SECRET} characters")
    return Jitsi(settings.video, app=settings.video_app, secret=settings.video_secret, clock=clock)


def _user(name: str, moderator: bool) -> dict[str, str]:
    """Whom the others see. Every value is a string: the server cannot tell others of anything else.

    The id is a new one for each address, so that the server cannot follow anybody from visit to visit. The server's
    plugins look for a moderator in either of the last two.
    """
    shown = clean_line(name, LONGEST_NAME)
    affiliation = "owner" if moderator else "member"
    return {"id": fresh_id(), "name": shown, "affiliation": affiliation, "moderator": str(moderator).lower()}


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())
