"""What lies on a card, and what it signs: PKCS #11 and nothing else.

Whoever calls holds the lock of ``card``: a library is one for the whole process, and so is the login to a card.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pkcs11
from cryptography import x509
from msgspec import Struct
from pkcs11 import Attribute, KeyType, Mechanism, ObjectClass, PKCS11Error, SignMixin, Token, TokenFlag
from pkcs11 import _pkcs11 as native

from p24tui.errors import Refused, Unavailable
from p24tui.gateways.card_certificate import is_elliptic, parsed, to_sign
from p24tui.gateways.staff_login import CARD

RULE = "NA-1"


class Stored(Struct, frozen=True):
    """A certificate of a card, and the id that its private key has there."""

    certificate: x509.Certificate
    key: bytes


def load(path: Path) -> native.lib:
    """The library at the path, ready. Raises ``Unavailable`` where it cannot be used."""
    try:
        return pkcs11.lib(str(path))
    except PKCS11Error:
        raise Unavailable(CARD, "the library of the card reader does not load") from None


def start_anew(library: native.lib) -> None:
    """Log out and close whatever is open: also the session that a login leaves which the card has refused."""
    with suppress(PKCS11Error):
        library.reinitialize()


def readers(library: native.lib) -> int:
    """How many readers there are, with a card or without."""
    return len(library.get_slots())


def cards(library: native.lib, label: str) -> list[Token]:
    """The cards that are in, with this label where one is given. What is blank or unknown is no card."""
    found = []
    for slot in library.get_slots(token_present=True):
        with suppress(pkcs11.TokenNotPresent, pkcs11.TokenNotRecognised):
            token = slot.get_token()
            if token.flags & TokenFlag.TOKEN_INITIALIZED and label in ("", token.label):
                found.append(token)
    return found


def certificates(token: Token) -> list[Stored]:
    """What anybody can read of a card, without its PIN."""
    session = token.open()
    try:
        wanted = {Attribute.CLASS: ObjectClass.CERTIFICATE}
        found = [(one[Attribute.VALUE], one[Attribute.ID]) for one in session.get_objects(wanted)]
    finally:
        session.close()
    return [Stored(one, key) for der, key in found if (one := parsed(der)) is not None]


def sign(token: Token, stored: Stored, pin: str, challenge: bytes) -> bytes:
    """The challenge signed by the key of the certificate, and the card logged out of.

    Raises ``Refused`` where there is no such key, and ``PKCS11Error`` where the card does not take the PIN, or breaks.
    """
    elliptic = is_elliptic(stored.certificate)
    kind, mechanism = (KeyType.EC, Mechanism.ECDSA) if elliptic else (KeyType.RSA, Mechanism.RSA_PKCS)
    wanted = {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.KEY_TYPE: kind, Attribute.ID: stored.key}
    session = token.open(user_pin=pin)
    try:
        key = next((one for one in list(session.get_objects(wanted)) if isinstance(one, SignMixin)), None)
        if key is None:
            raise Refused(RULE, "card-signature")
        return key.sign(to_sign(stored.certificate, challenge), mechanism=mechanism)
    finally:
        session.close()


def is_locked(token: Token) -> bool:
    """Whether the card takes no PIN any more."""
    return bool(token.flags & TokenFlag.USER_PIN_LOCKED)


def why(error: PKCS11Error | Refused, token: Token, now_in: Sequence[Token]) -> Refused | Unavailable:
    """What it means that a card did not sign. ``now_in`` are the cards that are in after that."""
    still = next((one for one in now_in if one.serial == token.serial), None)
    if still is None:
        return Refused(RULE, "card-gone")
    if isinstance(error, Refused):
        return error
    if isinstance(error, pkcs11.PinLocked) or is_locked(still):
        return Refused(RULE, "card-locked")
    if isinstance(error, pkcs11.PinIncorrect | pkcs11.PinInvalid | pkcs11.PinLenRange):
        last = still.flags & TokenFlag.USER_PIN_FINAL_TRY
        return Refused(RULE, "card-pin-last" if last else "card-pin-wrong")
    return broken(error)


def broken(error: PKCS11Error) -> Unavailable:
    """What it means where a reader or its library says this, and no card is to blame."""
    return Unavailable(CARD, f"the card reader answers with {type(error).__name__}")
