"""Logging in with an e-ID: only what the provider has signed for us and for this login says who somebody is (NA-2)."""

import hmac
import json
import logging
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from joserfc import jwt
from joserfc.jwk import ECKey
from msgspec import structs

from p24tui import bootstrap
from p24tui.clock import SetClock, SystemClock
from p24tui.errors import BadInput, Refused, Unavailable
from p24tui.explain import explain
from p24tui.gateways.e_id import Begun, LoggedIn, NoEId
from p24tui.gateways.e_id_http import OidcEId, from_settings
from p24tui.gateways.openid import CLOCKS_DIFFER, FRESH_FOR, MOST_READ
from p24tui.settings import Settings
from tests.gateways import peers_process
from tests.gateways.openid_provider import (
    CLIENT,
    NUMBER,
    NUMBER_CLAIM,
    RETURN_TO,
    SECRET,
    OpenIdProvider,
    Sign,
    key,
    openid_provider,
    query_of,
    signed_by,
    signed_by_hand,
)
from tests.gateways.outgoing.elks_server import peer
from tests.gateways.person_service import Treat, answer, is_silent, says

SCOPE = "openid https://id.oidc.se/scope/naturalPersonNumber"
LOA3 = "http://id.elegnamnden.se/loa/1.0/loa3"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SHORT = 0.4

AUTHN_PROVIDER = "https://id.oidc.se/claim/authnProvider"

GOOD = LoggedIn(NUMBER, "bankid", NOW - timedelta(seconds=5))


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def provider() -> Iterator[OpenIdProvider]:
    with openid_provider(NOW) as one:
        yield one


def e_id_at(issuer: str, **options: Any) -> OidcEId:
    given: dict[str, Any] = {"client": CLIENT, "secret": SECRET, "scope": SCOPE, "clock": SetClock(NOW), **options}
    return OidcEId(issuer, **given)


def log_in(provider: OpenIdProvider, **options: Any) -> LoggedIn:
    e_id = e_id_at(provider.issuer, **options)
    begun = e_id.begin(RETURN_TO)
    return e_id.finish(begun, provider.come_back(begun), RETURN_TO)


def why_not(provider: OpenIdProvider, **options: Any) -> str:
    """Why nobody is logged in."""
    with pytest.raises(Refused) as refused:
        log_in(provider, **options)
    assert refused.value.rule == "NA-2"
    return refused.value.reason


@pytest.mark.rule("NA-2")
@pytest.mark.parametrize("name", ["state", "code"])
@pytest.mark.parametrize("odd", ["\ud800", "kod\n", "å"])
def test_what_no_provider_gives_a_browser_proves_nobody(provider: OpenIdProvider, name: str, odd: str) -> None:
    e_id = e_id_at(provider.issuer)
    begun = e_id.begin(RETURN_TO)
    with pytest.raises(Refused) as refused:
        e_id.finish(begun, {**provider.come_back(begun), name: odd}, RETURN_TO)
    assert refused.value.reason == "e-id-unproven"


class TestARealProvider:
    return_to = "http://127.0.0.1:9/v/login/callback"

    def browser_goes(self, begun: Begun) -> dict[str, str]:
        """What the browser comes back with, by every step of the provider in between."""
        with httpx.Client(timeout=10, trust_env=False) as browser:
            address = httpx.URL(begun.address)
            for _step in range(20):
                if str(address).startswith(self.return_to):
                    return dict(address.params)
                address = address.join(browser.get(address).headers["location"])
        raise AssertionError("the browser never came back")

    @pytest.mark.rule("NA-2")
    @pytest.mark.parametrize("secret", [peers_process.SECRET, ""], ids=["a secret", "no secret"])
    def test_who_logs_in_there_is_known_here(self, secret: str) -> None:
        with peers_process.provider(peers_process.needed(), self.return_to, secret) as provider:
            e_id = e_id_at(provider.issuer, secret=secret, clock=SystemClock())
            for number, means, expected in (
                ("195009072553", "bankid", "bankid"),
                ("196101182803", "FrejaEid", "freja"),
            ):
                person = {"sub": number[:4], NUMBER_CLAIM: number, "registrationLevel": "PLUS"}
                provider.tell(person=person, amr=[means])
                begun = e_id.begin(self.return_to)
                found = e_id.finish(begun, self.browser_goes(begun), self.return_to)
                assert (found.number, found.e_id) == (number, expected)
                assert abs(SystemClock().now() - found.at) < timedelta(minutes=1)

    def test_what_it_does_not_let_through(self) -> None:
        with peers_process.provider(peers_process.needed(), self.return_to) as provider:
            e_id = e_id_at(provider.issuer, clock=SystemClock())
            provider.tell(person={"sub": "a", NUMBER_CLAIM: NUMBER}, amr=["bankid"])
            begun = e_id.begin(self.return_to)
            came = self.browser_goes(begun)
            stolen = structs.replace(begun, verifier="x" * 43)
            assert self._why(e_id, stolen, came) == "e-id-unproven"  # PKCE: the code is of no use to another
            e_id.finish(begun, came, self.return_to)
            assert self._why(e_id, begun, came) == "e-id-unproven"  # once is all that a code is good for
            other = e_id_at(provider.issuer, secret="another", clock=SystemClock())
            begun = other.begin(self.return_to)
            came = self.browser_goes(begun)
            with pytest.raises(Unavailable, match="does not know us"):
                other.finish(begun, came, self.return_to)

    def test_who_breaks_it_off_is_not_logged_in(self) -> None:
        with peers_process.provider(peers_process.needed(), self.return_to) as provider:
            provider.tell(error="access_denied")
            e_id = e_id_at(provider.issuer, clock=SystemClock())
            begun = e_id.begin(self.return_to)
            assert self._why(e_id, begun, self.browser_goes(begun)) == "e-id-broken-off"

    def _why(self, e_id: OidcEId, begun: Begun, came: dict[str, str]) -> str:
        with pytest.raises(Refused) as refused:
            e_id.finish(begun, came, self.return_to)
        return refused.value.reason


class TestWhatIsAsked:
    def test_the_browser_takes_no_secret_along_and_no_number(self, provider: OpenIdProvider) -> None:
        begun = e_id_at(provider.issuer, levels=(LOA3,)).begin(RETURN_TO, "en")
        asked = query_of(begun)
        challenge = urlsafe_b64encode(sha256(begun.verifier.encode()).digest()).rstrip(b"=").decode()
        assert begun.address.startswith(f"{provider.issuer}/authorize?")
        assert asked == {
            "response_type": "code",
            "client_id": CLIENT,
            "redirect_uri": RETURN_TO,
            "scope": SCOPE,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "prompt": "login",
            "ui_locales": "en",
            "acr_values": LOA3,
        }
        assert begun.verifier not in begun.address

    def test_each_login_is_its_own(self, provider: OpenIdProvider) -> None:
        e_id = e_id_at(provider.issuer)
        many = [e_id.begin(RETURN_TO) for _time in range(5)]
        assert len({word for one in many for word in (one.state, one.nonce, one.verifier)}) == 15
        assert all(len(word) >= 43 for one in many for word in (one.state, one.nonce, one.verifier))

    def test_the_code_is_exchanged_with_the_secret_and_the_verifier(self, provider: OpenIdProvider) -> None:
        e_id = e_id_at(provider.issuer)
        begun = e_id.begin(RETURN_TO)
        e_id.finish(begun, provider.come_back(begun), RETURN_TO)
        assert provider.form() == {
            "grant_type": "authorization_code",
            "code": "the-code",
            "redirect_uri": RETURN_TO,
            "code_verifier": begun.verifier,
        }
        assert provider.login() == (CLIENT, SECRET)

    def test_where_the_provider_takes_single_claims_the_number_is_asked_for(self, provider: OpenIdProvider) -> None:
        provider.says = {"claims_parameter_supported": True, "claims_supported": ["sub", NUMBER_CLAIM]}
        begun = e_id_at(provider.issuer).begin(RETURN_TO)
        assert query_of(begun)["claims"] == f'{{"id_token": {{"{NUMBER_CLAIM}": null}}}}'
        provider.says["claims_supported"] = ["registrationLevel", NUMBER_CLAIM]
        asked = query_of(e_id_at(provider.issuer).begin(RETURN_TO))["claims"]
        assert list(json.loads(asked)["id_token"]) == [NUMBER_CLAIM, "registrationLevel"]

    def test_an_address_with_a_query_keeps_it(self, provider: OpenIdProvider) -> None:
        provider.says = {"authorization_endpoint": f"{provider.issuer}/authorize?policy=b2c"}
        asked = query_of(e_id_at(provider.issuer).begin(RETURN_TO))
        assert (asked["policy"], asked["client_id"]) == ("b2c", CLIENT)


def by_our_key(content: bytes) -> bytes:
    private = key("ours").private_key
    assert private is not None
    return private.sign(content, padding.PKCS1v15(), hashes.SHA256())


def by_secret(secret: bytes) -> Callable[[bytes], bytes]:
    return lambda content: hmac.new(secret, content, sha256).digest()


def cut(claims: dict[str, Any]) -> str:
    return signed_by()(claims).rpartition(".")[0] + "."


def other_payload(claims: dict[str, Any]) -> str:
    head, _payload, signature = signed_by()(claims).split(".")
    changed = signed_by()(claims | {NUMBER_CLAIM: "196101182803"}).split(".")[1]
    return f"{head}.{changed}.{signature}"


HS256 = {"alg": "HS256", "typ": "JWT", "kid": "ours"}
RS256 = {"alg": "RS256", "typ": "JWT", "kid": "ours"}


def public_key_as_secret(claims: dict[str, Any]) -> str:
    return signed_by_hand(HS256, by_secret(key("ours").as_pem()))(claims)


def with_its_key(claims: dict[str, Any]) -> str:
    header = RS256 | {"kid": "new", "jwk": key("ours").as_dict(private=False)}
    return signed_by_hand(header, by_our_key)(claims)


BAD_TOKENS: dict[str, Sign] = {
    "no algorithm": signed_by_hand({"alg": "none"}, lambda _content: b""),
    "no algorithm, and a key": signed_by_hand({"alg": "none", "kid": "ours"}, by_our_key),
    "another algorithm": signed_by_hand(RS256 | {"alg": "RS1"}, by_our_key),
    "an algorithm in small letters": signed_by_hand(RS256 | {"alg": "rs256"}, by_our_key),
    "no signature": cut,
    "another payload": other_payload,
    "another key of that name": lambda claims: jwt.encode({"alg": "RS256", "kid": "ours"}, claims, key("theirs")),
    "a key that is not the provider's": signed_by("theirs"),
    "our secret": signed_by_hand(HS256, by_secret(SECRET.encode())),
    "the public key as a secret": public_key_as_secret,
    "a critical header that nobody knows": signed_by_hand(RS256 | {"crit": ["x"], "x": 1}, by_our_key),
    "a key that comes with it": with_its_key,
    "no token at all": lambda _claims: "x",
    "nothing": lambda _claims: "",
    "five parts": lambda _claims: "a.b.c.d.e",
}

AT = int(NOW.timestamp())
LEEWAY = int(CLOCKS_DIFFER.total_seconds())

BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "for another": {"aud": "another"},
    "for nobody": {"aud": None},
    "for nobody in a list": {"aud": []},
    "for others too": {"aud": [CLIENT, "another"]},
    "for others too, who read it": {"aud": [CLIENT, "another"], "azp": "another"},
    "another reads it": {"azp": "another"},
    "from another": {"iss": "https://another.example.se"},
    "from nobody": {"iss": None},
    "about nobody": {"sub": None},
    "expired": {"exp": AT - LEEWAY},
    "never expires": {"exp": None},
    "an end that is no number": {"exp": "soon"},
    "made later": {"iat": AT + LEEWAY + 1},
    "made never": {"iat": None},
    "not yet valid": {"nbf": AT + LEEWAY + 1},
    "logged in this morning": {"auth_time": AT - int(FRESH_FOR.total_seconds()) - LEEWAY - 1},
    "logged in tomorrow": {"auth_time": AT + LEEWAY + 1},
    "logged in at no time": {"auth_time": "now"},
    "logged in beyond time": {"auth_time": 10**18},
    "no number": {NUMBER_CLAIM: None},
    "an empty number": {NUMBER_CLAIM: ""},
    "a number that is none": {NUMBER_CLAIM: "195009072554"},
    "ten digits": {NUMBER_CLAIM: "500907-2553"},
    "a number that is no text": {NUMBER_CLAIM: 195009072553},
    "born tomorrow": {NUMBER_CLAIM: "202611249807"},
}


class TestWhatDoesNotHold:
    @pytest.mark.rule("NA-2")
    @pytest.mark.parametrize("sign", BAD_TOKENS.values(), ids=BAD_TOKENS)
    def test_a_token_that_the_provider_has_not_signed(
        self, provider: OpenIdProvider, sign: Sign, caplog: pytest.LogCaptureFixture
    ) -> None:
        provider.sign = sign
        with caplog.at_level(logging.DEBUG):
            assert why_not(provider) == "e-id-unproven"
        assert NUMBER not in caplog.text

    @pytest.mark.rule("NA-2")
    @pytest.mark.parametrize("claims", BAD_CLAIMS.values(), ids=BAD_CLAIMS)
    def test_a_token_that_is_not_for_us_or_not_for_this_login(
        self, provider: OpenIdProvider, claims: dict[str, Any], caplog: pytest.LogCaptureFixture
    ) -> None:
        provider.gives(**claims)
        with caplog.at_level(logging.DEBUG):
            assert why_not(provider) == "e-id-unproven"
        assert "2553" not in caplog.text

    @pytest.mark.parametrize(
        "came",
        [
            {},
            {"code": "the-code"},
            {"code": "the-code", "state": ""},
            {"code": "the-code", "state": "another"},
            {"code": "the-code", "state": "å"},
            {"state": "ours"},
            {"code": "", "state": "ours"},
            {"code": "the-code", "state": "ours", "iss": "https://another.example.se"},
            {"error": "access_denied", "state": "another"},
        ],
        ids=str,
    )
    def test_a_browser_that_comes_back_from_elsewhere(self, provider: OpenIdProvider, came: dict[str, str]) -> None:
        e_id = e_id_at(provider.issuer)
        begun = e_id.begin(RETURN_TO)
        provider.come_back(begun)
        came = {name: begun.state if value == "ours" else value for name, value in came.items()}
        asked = len(provider.asked)
        with pytest.raises(Refused) as refused:
            e_id.finish(begun, came, RETURN_TO)
        assert refused.value.reason == "e-id-unproven"
        assert len(provider.asked) == asked  # and the code goes nowhere

    @pytest.mark.rule("NA-2")
    def test_the_answer_to_an_earlier_login_is_none_to_this_one(self, provider: OpenIdProvider) -> None:
        e_id = e_id_at(provider.issuer)
        earlier, later = e_id.begin(RETURN_TO), e_id.begin(RETURN_TO)
        came = provider.come_back(earlier)
        for begun, answered in ((later, came), (later, came | {"state": later.state})):
            with pytest.raises(Refused):
                e_id.finish(begun, answered, RETURN_TO)  # by its state; else by its nonce

    @pytest.mark.parametrize("word", ["access_denied", "login_required", "interaction_required", "consent_required"])
    def test_who_breaks_it_off_is_told_from_a_provider_that_fails(self, provider: OpenIdProvider, word: str) -> None:
        e_id = e_id_at(provider.issuer)
        begun = e_id.begin(RETURN_TO)
        with pytest.raises(Refused) as refused:
            e_id.finish(begun, {"error": word, "state": begun.state}, RETURN_TO)
        assert refused.value.reason == "e-id-broken-off"
        with pytest.raises(Unavailable):
            e_id.finish(begun, {"error": "server_error", "state": begun.state}, RETURN_TO)


class TestWhoItIs:
    @pytest.mark.rule("NA-2")
    @pytest.mark.parametrize(
        ("claims", "expected"),
        [
            ({}, GOOD),
            ({"auth_time": None}, structs.replace(GOOD, at=NOW)),
            ({"auth_time": AT + 30, "iat": AT + 30}, structs.replace(GOOD, at=NOW)),
            ({"aud": [CLIENT], "azp": CLIENT}, GOOD),
            ({"aud": [CLIENT, "another"], "azp": CLIENT}, GOOD),
            ({NUMBER_CLAIM: "19500907-2553"}, GOOD),
            ({NUMBER_CLAIM: None, "personal_number": NUMBER}, GOOD),
            ({NUMBER_CLAIM: None, "ssn": NUMBER}, GOOD),
            (
                {NUMBER_CLAIM: None, "https://id.oidc.se/claim/coordinationNumber": "197010632391"},
                structs.replace(GOOD, number="197010632391"),
            ),
            ({"amr": ["freja"], "freja_registration_level": "plus"}, structs.replace(GOOD, e_id="freja")),
            ({"amr": ["FREJA"], "registrationLevel": "PLUS"}, structs.replace(GOOD, e_id="freja")),
            ({"amr": None, "acr": "urn:grn:authn:se:bankid:same-device"}, GOOD),
            ({"amr": ["external"], "idp": "bankid"}, GOOD),
            (
                {"amr": None, AUTHN_PROVIDER: "https://idp.frejaeid.com", "registrationLevel": "PLUS"},
                structs.replace(GOOD, e_id="freja"),
            ),
        ],
        ids=lambda one: str(one)[:60],
    )
    def test_by_the_names_that_providers_use(
        self, provider: OpenIdProvider, claims: dict[str, Any], expected: LoggedIn
    ) -> None:
        provider.gives(**claims)
        assert log_in(provider) == expected

    @pytest.mark.rule("NA-2")
    @pytest.mark.parametrize(
        "claims",
        [
            {"amr": None},
            {"amr": []},
            {"amr": ["pwd"]},
            {"amr": 7},
            {"amr": ["bankid freja"]},
            {"amr": ["freja"]},  # which Freja it is nobody says
            {"amr": ["mfa", "urn:frejaeid:plus"]},
            {"amr": ["freja"], "registrationLevel": ""},
            {"amr": ["freja"], "registrationLevel": "EXTENDED"},
            {"amr": ["freja"], "freja_registration_level": "BASIC"},
        ],
        ids=str,
    )
    def test_only_bankid_and_freja_eid_plus_are_taken(self, provider: OpenIdProvider, claims: dict[str, Any]) -> None:
        provider.gives(**claims)
        assert why_not(provider) == "e-id-other"

    @pytest.mark.parametrize("acr", [None, "", "http://id.elegnamnden.se/loa/1.0/loa2", [LOA3]])
    def test_a_level_that_was_asked_for_is_wanted(self, provider: OpenIdProvider, acr: object) -> None:
        provider.gives(acr=acr)
        assert why_not(provider, levels=(LOA3,)) == "e-id-other"
        provider.asked.clear()
        provider.gives(acr=LOA3)
        assert log_in(provider, levels=(LOA3,)) == GOOD

    @pytest.mark.rule("NA-2")
    def test_freja_that_tells_no_level_of_its_own_is_taken_by_the_level_that_was_asked_for(
        self, provider: OpenIdProvider
    ) -> None:
        provider.gives(amr=["freja"], acr=LOA3)
        assert log_in(provider, levels=(LOA3,)) == structs.replace(GOOD, e_id="freja")
        provider.asked.clear()
        provider.gives(amr=["freja"], acr=LOA3, registrationLevel="EXTENDED")
        assert why_not(provider, levels=(LOA3,)) == "e-id-other"

    @pytest.mark.parametrize("alg", ["RS256", "RS512", "PS256"])
    def test_by_every_way_of_signing_that_is_taken(self, provider: OpenIdProvider, alg: str) -> None:
        provider.sign = signed_by(alg=alg)
        assert log_in(provider) == GOOD

    def test_by_a_curve_and_among_other_keys(self, provider: OpenIdProvider) -> None:
        curve = ECKey.generate_key("P-256", {"kid": "curve"}, auto_kid=False)
        provider.sign = lambda claims: jwt.encode({"alg": "ES256", "kid": "curve"}, claims, curve)
        other = {"kty": "AKP", "alg": "ML-DSA-44", "kid": "new", "pub": "x"}
        provider.keys = [key("ours").as_dict(private=False), other, curve.as_dict(private=False)]
        assert log_in(provider) == GOOD

    def test_a_key_for_another_use_signs_nothing(self, provider: OpenIdProvider) -> None:
        provider.keys = [key("ours").as_dict(private=False) | {"use": "enc"}]
        assert why_not(provider) == "e-id-unproven"

    def test_a_key_that_the_provider_changes_is_seen_at_the_next_login(self, provider: OpenIdProvider) -> None:
        e_id = e_id_at(provider.issuer)
        for kid in ("ours", "theirs"):
            provider.keys, provider.sign = [key(kid).as_dict(private=False)], signed_by(kid)
            begun = e_id.begin(RETURN_TO)
            assert e_id.finish(begun, provider.come_back(begun), RETURN_TO) == GOOD

    def test_what_the_header_says_besides_does_not_matter(self, provider: OpenIdProvider) -> None:
        provider.sign = signed_by_hand(RS256 | {"own": "x"}, by_our_key)
        assert log_in(provider) == GOOD


FAULTY: dict[str, tuple[str, Treat]] = {
    "no discovery": ("/.well-known/openid-configuration", says(answer(b"{}", 404))),
    "discovery that is none": ("/.well-known/openid-configuration", says(answer(b"[]"))),
    "discovery without keys": ("/.well-known/openid-configuration", says(answer(b'{"issuer": "x"}'))),
    "a redirect": ("/.well-known/openid-configuration", says(answer(b"", 302, more="Location: http://x.example\r\n"))),
    "too large": ("/.well-known/openid-configuration", says(answer(b" " * (MOST_READ + 1)))),
    "no HTTP": ("/.well-known/openid-configuration", says(b"SSH-2.0-x\r\n")),
    "silence": ("/.well-known/openid-configuration", is_silent),
    "silence about the code": ("/token", is_silent),
    "no token": ("/token", says(answer(b'{"access_token": "x"}'))),
    "a fault at the code": ("/token", says(answer(b"{}", 500))),
    "our secret is wrong": ("/token", says(answer(b'{"error": "invalid_client"}', 401))),
    "no keys": ("/keys", says(answer(b"{}"))),
    "keys that are none": ("/keys", says(answer(b'{"keys": "x"}'))),
    "deep": ("/keys", says(answer(b'{"keys": ' + b"[" * 20000))),
}


class TestAProviderThatFails:
    @pytest.mark.parametrize("fault", FAULTY.values(), ids=FAULTY)
    def test_nobody_is_logged_in_and_it_is_said(self, provider: OpenIdProvider, fault: tuple[str, Treat]) -> None:
        provider.treat = dict([fault])
        began = time.monotonic()
        with pytest.raises(Unavailable) as refused:
            log_in(provider, timeout=SHORT)
        assert time.monotonic() - began < 5
        assert "e-legitimation" in explain(refused.value)

    def test_a_code_that_is_used_up_logs_nobody_in(self, provider: OpenIdProvider) -> None:
        provider.treat = {"/token": says(answer(b'{"error": "invalid_grant"}', 400))}
        assert why_not(provider) == "e-id-unproven"

    @pytest.mark.parametrize("keys", [[{"kty": "RSA", "kid": "ours", "n": "!", "e": "AQAB"}], [{"kty": "?"}], [{}]])
    def test_keys_that_cannot_be_used(self, provider: OpenIdProvider, keys: list[dict[str, Any]]) -> None:
        provider.keys = keys
        assert why_not(provider) == "e-id-unproven"

    @pytest.mark.parametrize(
        "says",
        [
            {"issuer": "https://another.example.se"},
            {"token_endpoint": "http://provider.example.se/token"},
            {"token_endpoint": "ftp://127.0.0.1/token"},
            {"token_endpoint": "https://user@provider.example.se/token"},
            {"jwks_uri": ""},
            {"jwks_uri": "https://[::1"},
            {"jwks_uri": "file:///etc/passwd"},
            {"authorization_endpoint": "javascript:alert(1)"},
            {"authorization_endpoint": "https://provider.example.se/authorize#x"},
        ],
        ids=str,
    )
    def test_one_that_names_what_is_not_safe(self, provider: OpenIdProvider, says: dict[str, Any]) -> None:
        provider.says = says
        with pytest.raises(Unavailable):
            e_id_at(provider.issuer).begin(RETURN_TO)

    def test_where_nobody_listens(self) -> None:
        with peer(lambda _connection: None) as port:
            pass
        with pytest.raises(Unavailable):
            e_id_at(f"http://127.0.0.1:{port}").begin(RETURN_TO)

    def test_a_proxy_hears_nothing_of_what_goes_to_this_machine(
        self, provider: OpenIdProvider, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
        assert log_in(provider) == GOOD

    def test_nothing_that_is_logged_says_who_or_how(
        self, provider: OpenIdProvider, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            log_in(provider)
            provider.gives(nonce="another")
            provider.asked.clear()
            why_not(provider)
        ours = "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith("asyncio"))
        for secret in (NUMBER, SECRET, "the-code", provider.nonce):
            assert secret not in ours


class TestTheSettings:
    good = Settings(home=Path(), e_id="https://provider.example.se", e_id_client=CLIENT, e_id_secret=SECRET)

    def test_they_name_the_provider(self, provider: OpenIdProvider) -> None:
        settings = replace(self.good, e_id=provider.issuer, e_id_acr=f"{LOA3} other")
        begun = from_settings(settings, SetClock(NOW)).begin(RETURN_TO)
        assert query_of(begun)["acr_values"] == f"{LOA3} other"
        assert query_of(begun)["scope"] == SCOPE
        assert isinstance(bootstrap._e_id(settings, SetClock(NOW)), OidcEId)

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("e_id", "provider.example.se"),
            ("e_id", "http://provider.example.se"),
            ("e_id", "https://provider.example.se?x"),
            ("e_id", "https://provider.example.se#x"),
            ("e_id", "https://a:b@provider.example.se"),
            ("e_id", "https://"),
            ("e_id_client", ""),
            ("e_id_client", "a\nb"),
            ("e_id_scope", "profile"),
            ("e_id_scope", ""),
        ],
    )
    def test_what_cannot_be_used_is_said(self, setting: str, value: str) -> None:
        changed: dict[str, Any] = {setting: value}
        with pytest.raises(BadInput) as refused:
            from_settings(replace(self.good, **changed), SetClock(NOW))
        assert f"{setting}:" in explain(refused.value)

    def test_the_secret_is_not_shown(self) -> None:
        assert SECRET not in repr(self.good)

    def test_where_there_is_none_it_is_said(self) -> None:
        for none in (
            from_settings(Settings(home=Path()), SetClock(NOW)),
            bootstrap._e_id(Settings(home=Path()), SetClock(NOW)),
        ):
            assert isinstance(none, NoEId)
            with pytest.raises(Unavailable) as refused:
                none.begin(RETURN_TO)
            assert "e-legitimation" in explain(refused.value)
            with pytest.raises(Unavailable):
                none.finish(Begun("", "", "", ""), {}, RETURN_TO)
