"""OpenID Connect for whoever logs in by it: the code flow with PKCE, state and nonce.

https://openid.net/specs/openid-connect-core-1_0.html. It fails closed: only a whole ID token, signed by the provider
for us and for this login, says anything of anybody. What goes wrong is said in words of ours: those of a library or of
the provider may hold personal data.
"""

import hmac
import json
import logging
import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import quote_plus, urlencode, urlsplit

import msgspec
from msgspec import Struct

from p24tui.clock import Clock
from p24tui.errors import BadInput, Refused, Unavailable
from p24tui.gateways.http_asking import Asking
from p24tui.gateways.openid_begun import Begun
from p24tui.gateways.outgoing.attempt import Attempt, is_silence
from p24tui.gateways.web_address import check_service, is_loopback

ANSWERS_WITHIN = 4.0
"""Seconds that a question may take as a whole, from looking the provider's name up to the last byte of the answer."""

MOST_READ = 256 * 1024
"""Bytes that are read of an answer; the keys of a provider take a fortieth of it."""

FRESH_FOR = timedelta(minutes=15)
"""How long before it is told a login may have been made: one for this visit, not one of this morning."""

CLOCKS_DIFFER = timedelta(seconds=60)
"""By how much the provider's clock may differ from ours."""

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
"""By which an ID token may be signed: with a key that only the provider has. Not ``none``, nor by a shared secret."""

_DISCOVERY = "/.well-known/openid-configuration"
_FORM = "application/x-www-form-urlencoded"
_BROKEN_OFF = frozenset({"access_denied", "login_required", "interaction_required", "consent_required"})

_log = logging.getLogger(__name__)

T = TypeVar("T")


class Words(Struct, frozen=True):
    """What the one who logs in is told by: the part that does not answer, the rule, and the reasons of a refusal."""

    part: str
    rule: str
    broken_off: str
    unproven: str


class OpenId:
    """The provider whose ``issuer`` that is. It may be used by many threads at once.

    ``client`` and ``secret`` are what it knows us by, without a secret where it has given us none. ``levels`` are the
    levels of assurance that are asked for; ``claims`` those that are asked for one by one, where it takes that.
    ``timeout`` is in seconds and bounds each question as a whole: three are asked to finish a login.
    """

    def __init__(
        self,
        issuer: str,
        *,
        client: str,
        secret: str = "",
        scope: str,
        levels: Sequence[str] = (),
        claims: Sequence[str] = (),
        clock: Clock,
        words: Words,
        timeout: float = ANSWERS_WITHIN,
    ) -> None:
        self._issuer = issuer
        self._client_id = client
        self._secret = secret
        self._scope = scope
        self._levels = tuple(levels)
        self._claims = tuple(claims)
        self._clock = clock
        self._words = words
        self._timeout = timeout
        self._asking = Asking(issuer, timeout=timeout, most=MOST_READ)

    def begin(self, return_to: str, lang: str = "sv") -> Begun:
        """Begin a login that comes back to ``return_to``. Raises ``Unavailable`` where nobody can log in now."""
        provider = self._provider()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _one in range(3))
        challenge = urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": return_to,
            "scope": self._scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
            "prompt": "login",  # whoever logged in before at this computer may be somebody else
            "ui_locales": lang,
        }
        if self._levels:
            query["acr_values"] = " ".join(self._levels)
        told = [name for name in self._claims if name in provider.claims_supported]
        if provider.claims_parameter_supported and told:
            query["claims"] = json.dumps({"id_token": dict.fromkeys(told)})
        address = provider.authorization_endpoint
        joined = "&" if urlsplit(address).query else "?"
        return Begun(f"{address}{joined}{urlencode(query)}", state, nonce, verifier)

    def finish(self, begun: Begun, answer: Mapping[str, str], return_to: str) -> tuple[dict[str, Any], datetime]:
        """What the provider says of who has logged in, by the ``answer`` (a query) that the browser came back with; and
        when it was learnt. Raises ``Refused`` where it does not hold, ``Unavailable`` where it cannot be learnt now.
        """
        if not hmac.compare_digest(answer.get("state", "").encode(errors="replace"), begun.state.encode()):
            raise self._unproven()
        if answer.get("iss", self._issuer) != self._issuer:  # RFC 9207: it came from another provider
            raise self._unproven()
        if "error" in answer:
            self._explain(answer["error"])
        code = answer.get("code", "")
        if not (code and code.isascii() and code.isprintable()):  # RFC 6749, A.11
            raise self._unproven()
        provider = self._provider()
        id_token = self._id_token(provider, code, begun, return_to)
        keys = self._ask(_Keys, "GET", provider.jwks_uri)
        now = self._clock.now()
        return self._verified(id_token, keys, begun.nonce, now), now

    def logged_in_at(self, claims: Mapping[str, Any], now: datetime) -> datetime:
        """When they logged in. Raises ``Refused`` where that was not just now."""
        seconds = claims.get("auth_time", claims.get("iat"))
        try:
            at = datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None
        except (OverflowError, ValueError, OSError):
            at = None
        if at is None or not now - FRESH_FOR - CLOCKS_DIFFER <= at <= now + CLOCKS_DIFFER:
            raise self._unproven()
        return min(at, now)

    def _unproven(self) -> Refused:
        return Refused(self._words.rule, self._words.unproven)

    def _unavailable(self, what: str) -> Unavailable:
        return Unavailable(self._words.part, what)

    def _explain(self, error: str) -> None:
        """Raises what an ``error`` that the browser came back with means."""
        if error in _BROKEN_OFF:
            raise Refused(self._words.rule, self._words.broken_off)
        raise self._unavailable("it could not let anybody log in")

    def _provider(self) -> "_Provider":
        """What the provider says of itself. Raises ``Unavailable`` also where that is not to be trusted."""
        found = self._ask(_Provider, "GET", self._issuer.rstrip("/") + _DISCOVERY)
        if found.issuer != self._issuer:
            raise self._unavailable("it calls itself by another name")
        for address in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
            try:
                _check_endpoint(address, self._issuer)
            except ValueError:
                raise self._unavailable("it names an address that is not safe") from None
        return found

    def _id_token(self, provider: "_Provider", code: str, begun: Begun, return_to: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": return_to,
            "code_verifier": begun.verifier,
        }
        headers = {"Content-Type": _FORM}
        if self._secret:
            # RFC 6749, 2.3.1: both are encoded as in a form before they are joined.
            login = f"{quote_plus(self._client_id)}:{quote_plus(self._secret)}"
            headers["Authorization"] = f"Basic {b64encode(login.encode()).decode()}"
        else:
            form["client_id"] = self._client_id
        return self._ask(_Tokens, "POST", provider.token_endpoint, headers, urlencode(form).encode()).id_token

    def _ask(
        self,
        shape: type[T],
        method: str,
        address: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> T:
        attempt = Attempt()
        try:
            reply = attempt.run(lambda: self._asking.ask(attempt, method, address, headers or {}, body), self._timeout)
        except Exception as error:  # noqa: BLE001 - whatever broke: nothing was learnt
            what = "it does not answer in time" if is_silence(error) else f"the exchange broke: {type(error).__name__}"
            raise self._unavailable(what) from None
        if reply.status != 200:
            self._refuse(reply.status, reply.body)
        try:
            return msgspec.json.decode(reply.body, type=shape)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise self._unavailable("the answer is not what was asked for") from None

    def _refuse(self, status: int, content: bytes) -> None:
        """Raises what an answer means that is not the one wished for."""
        if 300 <= status < 400:
            raise self._unavailable("it refers to another address, where we do not go")
        try:
            error = msgspec.json.decode(content, type=_Error).error
        except (msgspec.MsgspecError, ValueError, RecursionError):
            error = ""
        if status == 400 and error == "invalid_grant":  # the code is used, too old, or another login's
            raise self._unproven()
        if error == "invalid_client":
            raise self._unavailable("it does not know us, or our secret")
        raise self._unavailable(f"it answers with status {status}")

    def _verified(self, id_token: str, keys: "_Keys", nonce: str, now: datetime) -> dict[str, Any]:
        """The claims of an ID token that the provider has signed for us and for this login. Raises ``Refused``."""
        from joserfc import jwt  # with cryptography 100 ms, which the start of the console does not have
        from joserfc.jwk import KeySet
        from joserfc.jws import JWSRegistry

        wanted = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=int(CLOCKS_DIFFER.total_seconds()),
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        signing = [key for key in keys.keys if key.get("use", "sig") == "sig"]
        # What the header has besides is the provider's own affair, but for what it says is critical.
        headers = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
        try:
            ours = KeySet.import_key_set({"keys": signing})
            claims = jwt.decode(id_token, ours, algorithms=ALGORITHMS, registry=headers).claims
            wanted.validate(claims)
        except Exception as error:  # noqa: BLE001 - whatever does not hold: nobody has logged in
            _log.warning("%s: %s", self._words.part, type(error).__name__)  # its text may hold personal data
            raise self._unproven() from None
        self._check_for_whom(claims)
        return claims

    def _check_for_whom(self, claims: Mapping[str, Any]) -> None:
        """Raises ``Refused`` where the token is for others as well, unless it says that we are the one to read it."""
        several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
        if claims.get("azp", "" if several else self._client_id) != self._client_id:
            raise self._unproven()


def check_settings(prefix: str, issuer: str, client: str, scope: str) -> None:
    """Raises ``BadInput`` where settings of that ``prefix`` cannot be used, naming the setting and nothing of it."""
    check_service(prefix, issuer)
    if not client.isprintable() or not client.strip():
        raise BadInput("settings-value", problem=f"{prefix}_client: what the provider knows us as is needed")
    if "openid" not in scope.split():
        raise BadInput("settings-value", problem=f"{prefix}_scope: one of the words is openid")


class _Provider(Struct):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    claims_parameter_supported: bool = False
    claims_supported: list[str] = []


class _Keys(Struct):
    keys: list[dict[str, Any]]


class _Tokens(Struct):
    id_token: str


class _Error(Struct):
    error: str


def _check_endpoint(address: str, issuer: str) -> None:
    """Raises ``ValueError`` where the code and our secret would go in clear, or to what is no address."""
    parts = urlsplit(address)
    in_clear = parts.scheme == "http" and is_loopback(parts.hostname or "") and issuer.startswith("http://")
    if not parts.hostname or parts.username is not None or parts.fragment or (parts.scheme != "https" and not in_clear):
        raise ValueError("no safe address")
