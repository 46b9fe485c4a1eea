"""The address into a visit's room: what its token lets one do, read by others than the one who made it (VI-11, H16)."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from p24tui.clock import SetClock
from p24tui.errors import BadInput, Unavailable
from p24tui.explain import explain
from p24tui.gateways import video
from p24tui.gateways.video import CLOCKS_DIFFER, Jitsi, NoVideo
from p24tui.settings import Settings
from tests.gateways import peers_process

APP, SECRET = "vardcentralen", "a secret of the tests, forty letters long"
HOST = "video.example.se"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
OPENS, ENDS = NOW, NOW + timedelta(hours=1)


@pytest.fixture(scope="session")
def node_modules() -> Path:
    return peers_process.needed()


def jitsi(address: str = f"https://{HOST}") -> Jitsi:
    return Jitsi(address, app=APP, secret=SECRET, clock=SetClock(NOW))


def entered(server: Jitsi, visit_id: str = "visit-1", name: str = "Patient", *, moderator: bool = False) -> str:
    room = server.room(visit_id)
    return server.address(room, name, moderator=moderator, not_before=OPENS, expires=ENDS)


def token_of(address: str) -> str:
    (token,) = parse_qs(urlsplit(address).query)["jwt"]
    return token


def claims_of(address: str) -> dict[str, Any]:
    payload = token_of(address).split(".")[1]
    claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def enter(token: str, room: str, sub: str = HOST, now: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    """What Jitsi's documentation says that the server does with a token, on the way into a room.

    https://github.com/jitsi/lib-jitsi-meet/blob/master/doc/tokens.md, the section "Token verification". The user is
    returned; raises ``JoseError`` or ``PermissionError`` where nobody is let in.
    """
    read = jwt.decode(token, OctKey.import_key(secret), algorithms=["HS256"])
    if read.header["typ"] != "JWT":
        raise PermissionError("typ")
    wanted = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()),
        iss={"essential": True, "value": APP},
        aud={"essential": True, "value": APP},
        exp={"essential": True},
        nbf={"essential": True},
    )
    wanted.validate(read.claims)
    if room != read.claims["room"].lower():
        raise PermissionError("room")
    if sub != read.claims["sub"]:
        raise PermissionError("sub")
    user: dict[str, str] = read.claims["context"]["user"]
    return user


class TestTheAddress:
    @pytest.mark.rule("VI-11")
    def test_it_opens_this_room_until_the_end(self) -> None:
        server = jitsi()
        address = entered(server)
        assert address.startswith(f"https://{HOST}/{server.room('visit-1')}?jwt=")
        assert claims_of(address) == {
            "aud": APP,
            "iss": APP,
            "sub": HOST,
            "room": server.room("visit-1"),
            "iat": int((NOW - CLOCKS_DIFFER).timestamp()),
            "nbf": int((OPENS - CLOCKS_DIFFER).timestamp()),
            "exp": int(ENDS.timestamp()),
            "context": {"user": claims_of(address)["context"]["user"]},
        }
        assert enter(token_of(address), server.room("visit-1"))["name"] == "Patient"

    def test_who_leads_the_visit_is_a_moderator_and_nobody_else(self) -> None:
        server = jitsi()
        leading = claims_of(entered(server, name="Sara Holm", moderator=True))["context"]["user"]
        coming = claims_of(entered(server, name="Gäst"))["context"]["user"]
        assert (leading["name"], leading["moderator"], leading["affiliation"]) == ("Sara Holm", "true", "owner")
        assert (coming["name"], coming["moderator"], coming["affiliation"]) == ("Gäst", "false", "member")

    def test_all_that_is_said_of_the_user_is_a_string(self) -> None:
        # "All fields in 'user' need to be a valid string": the server fails on anything else.
        for moderator in (True, False):
            user = claims_of(entered(jitsi(), moderator=moderator))["context"]["user"]
            assert all(isinstance(one, str) and one for one in user.values())

    def test_nobody_can_be_followed_from_one_visit_to_the_next(self) -> None:
        server = jitsi()
        ids = {claims_of(entered(server, name="Patient"))["context"]["user"]["id"] for _time in range(5)}
        assert len(ids) == 5

    def test_a_tenant_stands_in_the_address_and_in_the_token(self) -> None:
        for given in (f"https://{HOST}/halland", f"https://{HOST}/halland/"):
            server = jitsi(given)
            address = entered(server)
            assert address.startswith(f"https://{HOST}/halland/{server.room('visit-1')}?jwt=")
            enter(token_of(address), server.room("visit-1"), sub="halland")
            with pytest.raises(PermissionError):
                enter(token_of(address), server.room("visit-1"), sub="skane")

    @pytest.mark.hazard("H23")
    def test_a_name_is_one_clean_line(self) -> None:
        user = claims_of(entered(jitsi(), name="Tolk\x1b]0;x\x07\ndigital\u202e" + "x" * 500))["context"]["user"]
        assert user["name"].startswith("Tolk")
        assert len(user["name"]) <= video.LONGEST_NAME
        assert user["name"].isprintable()


class TestTheRoom:
    @pytest.mark.hazard("H16")
    def test_its_name_is_always_the_same_and_says_nothing(self) -> None:
        server = jitsi()
        assert server.room("visit-1") == jitsi().room("visit-1")
        assert len({server.room(f"visit-{number}") for number in range(1000)}) == 1000
        assert server.room("visit-1") != Jitsi(HOST, app=APP, secret=SECRET + "!", clock=SetClock(NOW)).room("visit-1")
        assert "visit" not in server.room("visit-1")
        assert server.room("visit-1") == server.room("visit-1").lower()  # the server compares it so

    @pytest.mark.parametrize("room", ["*", "", "visit-1", "a" * 25, "a" * 26 + "/..", "A" * 26, "a" * 26 + "\n"])
    def test_a_token_is_for_one_room_and_never_for_all(self, room: str) -> None:
        with pytest.raises(ValueError, match="no room"):
            jitsi().address(room, "Patient", moderator=False, not_before=OPENS, expires=ENDS)


def with_part(number: int, change: Callable[[str], str]) -> Callable[[str], str]:
    def changed(token: str) -> str:
        parts = token.split(".")
        parts[number] = change(parts[number])
        return ".".join(parts)

    return changed


def encoded(content: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def decoded(part: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return content


def as_moderator(payload: str) -> str:
    claims = decoded(payload)
    claims["context"]["user"] |= {"moderator": "true", "affiliation": "owner"}
    return encoded(claims)


TAMPERED: dict[str, Callable[[str], str]] = {
    "the end put off": with_part(1, lambda part: encoded(decoded(part) | {"exp": 4102444800})),
    "every room": with_part(1, lambda part: encoded(decoded(part) | {"room": "*"})),
    "a moderator": with_part(1, as_moderator),
    "another signature": with_part(2, lambda part: part[::-1]),
    "no signature": with_part(2, lambda part: ""),
    "no algorithm": lambda token: with_part(2, lambda part: "")(
        with_part(0, lambda part: encoded({"typ": "JWT", "alg": "none"}))(token)
    ),
}


class TestWhatTheServerRefuses:
    @pytest.mark.hazard("H16")
    @pytest.mark.parametrize("change", TAMPERED.values(), ids=TAMPERED)
    def test_a_token_that_somebody_changed(self, change: Callable[[str], str]) -> None:
        server = jitsi()
        token = token_of(entered(server))
        room = server.room("visit-1")
        enter(token, room)
        with pytest.raises((JoseError, ValueError)):
            enter(change(token), room)

    @pytest.mark.hazard("H16")
    @pytest.mark.rule("VI-11")
    def test_before_it_opens_after_its_end_and_in_another_room(self) -> None:
        server = jitsi()
        token, room = token_of(entered(server)), server.room("visit-1")
        second = timedelta(seconds=1)
        enter(token, room, now=OPENS - CLOCKS_DIFFER)
        enter(token, room, now=ENDS - second)
        for now in (OPENS - CLOCKS_DIFFER - second, ENDS, ENDS + timedelta(days=1)):
            with pytest.raises(JoseError):
                enter(token, room, now=now)
        with pytest.raises(PermissionError):
            enter(token, server.room("visit-2"))
        with pytest.raises(JoseError):
            enter(token, room, secret=SECRET + "!")

    @pytest.mark.hazard("H16")
    def test_another_reader_of_tokens_sees_the_same(self, node_modules: Path) -> None:
        server = jitsi()
        address = entered(server)
        token, room = token_of(address), server.room("visit-1")

        def read(token: str = token, secret: str = SECRET, now: datetime = NOW, sub: str = HOST) -> dict[str, Any]:
            clock = int(now.timestamp())
            options = {"algorithms": ["HS256"], "audience": APP, "issuer": APP, "subject": sub, "clockTimestamp": clock}
            return peers_process.read(node_modules, token=token, secret=secret, options=options)

        assert read()["claims"] == claims_of(address)
        assert read()["claims"]["room"] == room
        assert "expired" in read(now=ENDS)["problem"]
        assert "not active" in read(now=OPENS - timedelta(minutes=1))["problem"]
        assert "invalid signature" in read(secret="another secret, that is long enough")["problem"]
        assert "subject invalid" in read(sub="another.example.se")["problem"]
        for name, change in TAMPERED.items():
            assert "problem" in read(change(token)), name

    def test_it_is_signed_as_the_standard_says(self) -> None:
        signed, _dot, signature = token_of(entered(jitsi())).rpartition(".")
        by_hand = hmac.new(SECRET.encode(), signed.encode(), sha256).digest()
        assert urlsafe_b64encode(by_hand).rstrip(b"=").decode() == signature
        assert decoded(signed.split(".")[0]) == {"typ": "JWT", "alg": "HS256"}


class TestTheSettings:
    good = Settings(home=Path(), video=f"https://{HOST}", video_app=APP, video_secret=SECRET)

    def test_they_name_the_server(self) -> None:
        server = video.from_settings(self.good, SetClock(NOW))
        assert isinstance(server, Jitsi)
        assert entered(server).startswith(f"https://{HOST}/")

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("video", "video.example.se"),
            ("video", "http://video.example.se"),
            ("video", "https://"),
            ("video", "https://video.example.se:0"),
            ("video", "https://user@video.example.se"),
            ("video", "https://video.example.se?jwt=x"),
            ("video", "https://video.example.se#config"),
            ("video", "https://video.example.se/a/b"),
            ("video", "https://video.example.se/Halland"),
            ("video", "https://video.example.se/å"),
            ("video", "https://[::1"),
            ("video_app", ""),
            ("video_app", "two words"),
            ("video_secret", ""),
            ("video_secret", "short"),
        ],
    )
    def test_what_cannot_be_used_is_said_and_never_repeated(self, setting: str, value: str) -> None:
        changed: dict[str, Any] = {setting: value}
        with pytest.raises(BadInput) as refused:
            video.from_settings(replace(self.good, **changed), SetClock(NOW))
        said = explain(refused.value)
        assert f"{setting}:" in said
        if value not in ("", "https://"):
            assert value not in said

    def test_the_secret_is_not_shown(self) -> None:
        assert SECRET not in repr(self.good)

    def test_where_there_is_none_it_is_said(self) -> None:
        none = video.from_settings(Settings(home=Path()), SetClock(NOW))
        assert isinstance(none, NoVideo)
        with pytest.raises(Unavailable) as refused:
            none.address("a" * 26, "Patient", moderator=False, not_before=OPENS, expires=ENDS)
        assert "videotjänst" in explain(refused.value)
        with pytest.raises(Unavailable):
            none.room("visit-1")
