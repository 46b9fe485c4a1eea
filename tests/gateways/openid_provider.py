"""A provider of e-ID on loopback whose every answer a test may change: tokens that are not what they should be."""

import json
import socket
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from p24tui.gateways.e_id import Begun
from tests.gateways.outgoing.elks_server import peer
from tests.gateways.person_service import Asked, Treat, answer, read_question

CLIENT, SECRET = "p24tui", "hemligt + med % och :"
RETURN_TO = "https://mottagning.example.se/v/login/callback"
NUMBER = "195009072553"
NUMBER_CLAIM = "https://id.oidc.se/claim/personalIdentityNumber"

_KEYS: dict[str, RSAKey] = {}


def key(kid: str) -> RSAKey:
    """The key of that name; always the same within a process, for they take long to make."""
    if kid not in _KEYS:
        _KEYS[kid] = RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}, auto_kid=False)
    return _KEYS[kid]


Sign = Callable[[dict[str, Any]], str]


def signed_by(kid: str = "ours", alg: str = "RS256", **header: Any) -> Sign:
    """How a token is signed with the key of that name."""
    return lambda claims: jwt.encode({"alg": alg, "kid": kid, **header}, claims, key(kid), algorithms=[alg])


def signed_by_hand(header: dict[str, Any], sign: Callable[[bytes], bytes]) -> Sign:
    """How a token is made that no library would make."""

    def signed(claims: dict[str, Any]) -> str:
        head = ".".join(_encoded(json.dumps(part).encode()) for part in (header, claims))
        return f"{head}.{_encoded(sign(head.encode()))}"

    return signed


def _encoded(part: bytes) -> str:
    return urlsafe_b64encode(part).rstrip(b"=").decode()


@dataclass
class OpenIdProvider:
    """Says of itself ``says``, and gives tokens of ``claims``; ``treat`` does something else with a question."""

    now: datetime
    port: int = 0
    says: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    sign: Sign = field(default_factory=signed_by)
    keys: list[dict[str, Any]] = field(default_factory=list)
    treat: Mapping[str, Treat] = field(default_factory=dict)
    nonce: str = ""
    asked: list[Asked] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def gives(self, **claims: Any) -> None:
        """The token has these claims, whatever else it has; one that is none is left out."""
        self.claims |= claims

    def serve(self, connection: socket.socket) -> None:
        asked = read_question(connection)
        if asked is None:
            return
        self.asked.append(asked)
        path = asked.line.split()[1]
        if path in self.treat:
            self.treat[path](asked, connection)
            return
        content = self.content(path)
        connection.sendall(answer(json.dumps(content).encode()) if content else answer(b"{}", 404))

    def content(self, path: str) -> dict[str, Any]:
        """What lies at a path; empty where nothing does."""
        if path == "/keys":
            return {"keys": self.keys or [key("ours").as_dict(private=False)]}
        if path == "/token":
            return {"access_token": "x", "token_type": "Bearer", "id_token": self.token()}
        return self.itself() if path == "/.well-known/openid-configuration" else {}

    def itself(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            **self.says,
        }

    def token(self) -> str:
        """A token for the login that has the nonce."""
        at = int(self.now.timestamp())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "somebody",
            "exp": at + 300,
            "iat": at,
            "auth_time": at - 5,
            "nonce": self.nonce,
            "amr": ["bankid"],
            NUMBER_CLAIM: NUMBER,
            **self.claims,
        }
        return self.sign({name: value for name, value in claims.items() if value is not None})

    def come_back(self, begun: Begun) -> dict[str, str]:
        """What the browser comes back with once its person has logged in."""
        self.nonce = begun.nonce
        return {"code": "the-code", "state": begun.state}

    def form(self) -> dict[str, str]:
        """The form that the code was last exchanged by."""
        (body,) = [one.body for one in self.asked if one.line.startswith("POST /token")]
        return {name: value for name, (value,) in parse_qs(body.decode()).items()}

    def login(self) -> tuple[str, str]:
        """The client and the secret that came with it."""
        (said,) = [one.headers["authorization"] for one in self.asked if one.line.startswith("POST /token")]
        client, _colon, secret = b64decode(said.removeprefix("Basic ")).decode().partition(":")
        return unquote_plus(client), unquote_plus(secret)


@contextmanager
def openid_provider(now: datetime) -> Iterator[OpenIdProvider]:
    """The provider for as long as the block lasts."""
    provider = OpenIdProvider(now)
    with peer(provider.serve) as provider.port:
        yield provider


def query_of(begun: Begun) -> dict[str, str]:
    """What the browser asks the provider for."""
    return {name: value for name, (value,) in parse_qs(urlsplit(begun.address).query).items()}
