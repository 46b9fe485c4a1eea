"""What a login by OpenID Connect is while it lasts."""

from msgspec import Struct


class Begun(Struct, frozen=True):
    """A login that has begun.

    ``address`` is where the browser goes. It comes back with ``state``; ``nonce`` and ``verifier`` (PKCE) prove that
    what we are then told answers this login and no other. None of the three may be known to anybody else.
    """

    address: str
    state: str
    nonce: str
    verifier: str
