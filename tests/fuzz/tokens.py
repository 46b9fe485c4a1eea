"""What proves who somebody is: links, cookies, hand-offs between processes, and what providers of e-ID answer."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, timedelta
from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st

from p24tui.clock import SetClock
from p24tui.errors import Refused, Unavailable
from p24tui.explain import explain
from p24tui.gateways import handoff
from p24tui.gateways.e_id_http import OidcEId
from p24tui.gateways.staff_oidc import StaffOidc
from p24tui.intake.sealed import Seal
from p24tui.routine.login import Means, Proven
from p24tui.services import links
from tests.fuzz.bending import bent, mangled, odd_text
from tests.fuzz.standing import Stored, check_sentence, unit
from tests.fuzz.target import Check, Target
from tests.gateways.openid_provider import (
    CLIENT,
    NUMBER,
    NUMBER_CLAIM,
    RETURN_TO,
    SECRET,
    OpenIdProvider,
    openid_provider,
    query_of,
)
from tests.gateways.person_service import answer
from tests.world import MONDAY_NINE, World

NOW = MONDAY_NINE
KEY = bytes(range(32))
PATIENCE = 50.0
"""Seconds that a provider on this machine is given: nothing is to depend on how loaded it is."""
MARIA = Proven("SE2321000016-ML01", "Maria Lind", Means.CARD, NOW)
HSA_CLAIM = "employeeHsaId"


class Kept(msgspec.Struct):
    """Something that a browser keeps for us."""

    what: str


@dataclass(frozen=True, slots=True)
class Said:
    """What a provider says at a login: claims, itself, keys, and the bytes of an answer where they are not its own."""

    claims: dict[str, Any]
    itself: dict[str, Any]
    came: dict[str, str]
    keys: bytes | None
    token: bytes | None


@dataclass(frozen=True, slots=True)
class Presented:
    """What somebody presents: a link's token, a cookie, a ticket, its pipe; and how a provider answers."""

    link: str
    cookie: bytes
    ticket: bytes
    pipe: str
    said: Said


_OWN = (NUMBER_CLAIM, "amr", "aud", "sub", "auth_time", "iat", "exp")
"""What the provider would say by itself where nothing else is said; then it says nothing of it."""

_HALF = re.compile(r"\\ud[89a-f][0-9a-f]{2}")
_seal = Seal()


@cache
def _cookie(what: str) -> bytes:
    """The same for the same words: what Hypothesis draws from it again has to be what it was."""
    return _seal.close(Kept(what), NOW + timedelta(hours=1)).encode()


_words = odd_text.map(lambda one: one.encode("utf-8", "replace").decode())
_cookies = st.builds(_cookie, _words)
_tickets = st.builds(
    lambda ago: handoff.sealed(MARIA, NOW - timedelta(seconds=ago), KEY), st.sampled_from([0, 29, 31, -1])
)
_claims = bent(
    st.just(
        {
            NUMBER_CLAIM: NUMBER,
            HSA_CLAIM: "SE2321000016-ML01",
            "name": "Maria Lind",
            "given_name": "Maria",
            "amr": ["bankid"],
            "acr": "loa3",
            "aud": CLIENT,
            "azp": CLIENT,
            "sub": "somebody",
            "auth_time": int(NOW.timestamp()) - 5,
            "iat": int(NOW.timestamp()),
            "exp": int(NOW.timestamp()) + 300,
            "registrationLevel": "PLUS",
        }
    )
).filter(lambda one: isinstance(one, dict))
_itself = bent(st.just({"claims_supported": [NUMBER_CLAIM], "claims_parameter_supported": True, "x": "http://[::1"}), 2)
_came = st.dictionaries(st.sampled_from(["code", "state", "iss", "error", "x"]), odd_text, max_size=3)
_raw = st.none() | mangled(
    st.sampled_from([b'{"id_token": "a.b.c"}', b'{"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB"}]}', b"[" * 5000,
                     b'{"keys": [{}]}',
                     b'{"id_token": "eyJhbGciOiJub25lIn0.e30."}', b'{"error": "invalid_grant"}', b"", b"null"]),
    (b"\x00", b"\xff", b".", b'"', b"{"),
)  # fmt: skip

presented = st.builds(
    Presented,
    st.one_of(odd_text, st.text(alphabet="abcXYZ019_-", min_size=20, max_size=70)),
    mangled(_cookies, (b".", b"=", b"\x00", b"\xff", b"e30")),
    mangled(_tickets, (b"\x00", b"\xff", b"[", b"null")),
    # No number of anything that this process has open: it would be read, and closed.
    st.one_of(odd_text.filter(lambda one: not one.strip().isdigit()), st.sampled_from(["0", "1", "2", "9999", "-1"])),
    st.builds(Said, _claims, _itself, _came, _raw, _raw),
)


@contextmanager
def opened() -> Iterator[Check]:
    with unit() as world, openid_provider(NOW) as provider:
        stored = Stored(world)
        yield lambda example: check(world, stored, provider, example)


def check(world: World, stored: Stored, provider: OpenIdProvider, presented: Presented) -> None:
    """Nobody is let in by what was not given to them, and whatever it is, it is refused in a sentence."""
    assert isinstance(links.use(world.system, presented.link), links.Unknown)
    assert not stored.new(), "a link that there is not leaves something behind"
    _check_cookie(presented.cookie)
    _check_ticket(presented.ticket)
    try:
        assert handoff.proven_by_handoff(SetClock(NOW), {handoff.VARIABLE: presented.pipe}) is None
    except Refused as error:
        check_sentence(explain(error))
    _check_provider(provider, presented.said)


def _check_cookie(cookie: bytes) -> None:
    text = cookie.decode("iso-8859-1")
    found = _seal.open(text, Kept, NOW)
    assert found is None or _seal.open(text, Other, NOW) is None
    assert _seal.open(text, Kept, NOW + timedelta(hours=1)) is None


class Other(msgspec.Struct):
    """Something else that a browser keeps for us."""

    what: str


def _check_ticket(ticket: bytes) -> None:
    try:
        proven = handoff.opened(ticket, NOW, KEY)
    except Refused as error:
        check_sentence(explain(error))
        return
    assert (proven.staff_id, proven.name) == (MARIA.staff_id, MARIA.name)
    assert timedelta() <= NOW - proven.at <= handoff.VALID


def _check_provider(provider: OpenIdProvider, said: Said) -> None:
    """Only a whole token for this login says who it is, and nothing but what it says."""
    provider.claims = {**dict.fromkeys(_OWN), **_plain(said.claims)}
    provider.treat = {}
    for path, body in (("/keys", said.keys), ("/token", said.token)):
        if body is not None:
            provider.treat[path] = _answers(body)
    e_id = OidcEId(provider.issuer, client=CLIENT, secret=SECRET, scope="openid", clock=SetClock(NOW), timeout=PATIENCE)
    idp = StaffOidc(provider.issuer, client=CLIENT, scope="openid", clock=SetClock(NOW), timeout=PATIENCE)
    for service in (e_id, idp):
        provider.says = {}
        begun = service.begin(RETURN_TO)
        assert query_of(begun)["state"] == begun.state
        provider.says = _plain(said.itself)
        came = {**provider.come_back(begun), **said.came}
        try:
            found = service.finish(begun, came, RETURN_TO)
        except (Refused, Unavailable) as error:
            check_sentence(explain(error))
            continue
        assert came["state"] == begun.state
        assert said.token is None, "a token that was not for this login is believed"
        told = "".join(filter(str.isdigit, json.dumps(provider.claims)))
        assert getattr(found, "number", "") in told, "a number that nobody told"
        at = found.at
        assert NOW - timedelta(hours=1) < at <= NOW
        assert at.tzinfo is UTC


def _plain(bent: Any) -> dict[str, Any]:
    """What was bent, as a provider can write it: odd numbers are words then, and of letters there are no halves."""
    whole = _HALF.sub("?", json.dumps(bent))
    return dict(json.loads(whole, parse_int=lambda one: one if len(one) > 4000 else int(one)))


def _answers(body: bytes) -> Any:
    return lambda _asked, connection: connection.sendall(answer(body))


TARGET = Target("tokens", "links, cookies, hand-offs, and what providers of e-ID answer", presented, opened, 25)
