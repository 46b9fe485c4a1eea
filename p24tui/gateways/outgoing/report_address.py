"""The secret addresses at which delivery reports come in: they are unsigned, so the address is what proves them.

Each message has its own, made from the secret and its id; who knows one can report on no other.
"""

import hmac
from hashlib import sha256
from urllib.parse import quote

PATH = "/reports"


def report_address(base: str, secret: str, gateway: str, id: str) -> str:
    """The address for reports about one message, for the gateway of that name."""
    return f"{base.rstrip('/')}{PATH}/{quote(gateway)}/{_token(secret, gateway, id)}/{quote(id)}"


def is_right(token: str, secret: str, gateway: str, id: str) -> bool:
    """Whether the token is the one of this message's address; never where there is no secret."""
    return bool(secret) and hmac.compare_digest(token.encode(), _token(secret, gateway, id).encode())


def _token(secret: str, gateway: str, id: str) -> str:
    return hmac.new(secret.encode(), f"{gateway}/{id}".encode(), sha256).hexdigest()[:40]
