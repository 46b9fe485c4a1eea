"""The SITHS card of a member of staff, through the PKCS #11 library of its reader (NA-1).

What costs time to import is imported when a card is first looked for.
"""

import secrets
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from p24tui.clock import Clock
from p24tui.errors import BadInput, Refused, Unavailable
from p24tui.routine.login import Means, Proven
from p24tui.routine.rule import rule
from p24tui.settings import Settings
from p24tui.text import clean_line

if TYPE_CHECKING:
    from pkcs11 import Token
    from pkcs11._pkcs11 import lib

    from p24tui.gateways.card_certificate import Holder, Trust
    from p24tui.gateways.card_token import Stored

RULE = "NA-1"

PURPOSE = b"p24tui: login of staff by card\n"
"""What a challenge begins with, so that what is signed here can stand for nothing else."""

CHALLENGE_BYTES = 32

_ONE_AT_A_TIME = Lock()
"""For the whole process, which has one login to a card, and starts the library of the reader once for all."""


class Reading(Struct, frozen=True):
    """What there is to log in with, for whoever sets a workstation up.

    ``cards`` are the labels of those that are in, ``too_old`` the issuers whose revocation list is.
    """

    readers: int
    cards: tuple[str, ...]
    roots: int
    lists: int
    too_old: tuple[str, ...]
    revocation_required: bool


class Pkcs11Card:
    """The card in a reader whose library that is; with a ``label``, only the card or the slot that has it.

    It may be used by several threads: one at a time gets to the card. The PIN is handed to the card and kept nowhere.
    """

    def __init__(
        self,
        library: Path,
        *,
        roots: Path,
        intermediates: Path | None = None,
        revocation: Path | None = None,
        revocation_required: bool = True,
        label: str = "",
        clock: Clock,
    ) -> None:
        self._path = library
        self._roots = roots
        self._intermediates = intermediates
        self._revocation = revocation
        self._revocation_required = revocation_required
        self._label = label
        self._clock = clock
        self._read: bytes | None = None

    @rule("NA-1")
    def read(self, pin: str) -> Proven:
        from p24tui.gateways.card_certificate import check_signature

        if not (pin.isascii() and pin.isprintable() and pin):  # no card has such a PIN
            raise Refused(RULE, "card-pin-wrong")
        with _ONE_AT_A_TIME:
            library, token, stored, holder = self._found()
            challenge = PURPOSE + secrets.token_bytes(CHALLENGE_BYTES)
            signature = self._signed(library, token, stored, pin, challenge)
            check_signature(stored.certificate, challenge, signature)
            self._read = token.serial
        return Proven(holder.staff_id, holder.name, Means.CARD, self._clock.now())

    def is_present(self) -> bool:
        with _ONE_AT_A_TIME:
            serials = self._serials()
            if self._read is None:
                return bool(serials)
            if self._read not in serials:
                self._read = None
                return False
            return True

    def holder(self) -> "Holder":
        """Whom the card says it is for, which proves nothing yet: it needs no PIN. Raises as ``read`` does."""
        with _ONE_AT_A_TIME:
            return self._found()[-1]

    def look(self) -> Reading:
        """What is there to log in with. Raises ``Unavailable`` or ``BadInput`` where that cannot be used."""
        from pkcs11 import PKCS11Error

        from p24tui.gateways import card_token
        from p24tui.gateways.card_revocation import too_old

        trust = self._trust()
        with _ONE_AT_A_TIME:
            library = card_token.load(self._path)
            try:
                readers = card_token.readers(library)
                cards = tuple(clean_line(one.label) for one in card_token.cards(library, self._label))
            except PKCS11Error as error:
                card_token.start_anew(library)
                raise card_token.broken(error) from None
        old = too_old(trust.revocation_lists, self._clock.now())
        return Reading(readers, cards, len(trust.roots), len(trust.revocation_lists), old, trust.revocation_required)

    def _serials(self) -> list[bytes]:
        """Of the cards that are in; none where nobody can tell, as when the reader itself has been pulled out."""
        from pkcs11 import PKCS11Error

        from p24tui.gateways import card_token

        try:
            library = card_token.load(self._path)
        except Unavailable:
            return []
        try:
            return [one.serial for one in card_token.cards(library, self._label)]
        except PKCS11Error:
            card_token.start_anew(library)
            return []

    def _trust(self) -> "Trust":
        from p24tui.gateways.card_trust import read_trust

        return read_trust(
            self._roots, self._intermediates, self._revocation, revocation_required=self._revocation_required
        )

    def _found(self) -> "tuple[lib, Token, Stored, Holder]":
        """The card to log in with, and whom its certificate is for, once that holds: before any PIN is given away."""
        from p24tui.gateways import card_token
        from p24tui.gateways.card_certificate import check

        trust = self._trust()
        library = card_token.load(self._path)
        token, stored, others = self._for_login(library)
        if card_token.is_locked(token):
            raise Refused(RULE, "card-locked")
        holder = check(stored.certificate, [one.certificate for one in others], trust, self._clock.now())
        return library, token, stored, holder

    def _for_login(self, library: "lib") -> "tuple[Token, Stored, list[Stored]]":
        """The one card with a certificate for login, that certificate, and all that the card has."""
        from pkcs11 import PKCS11Error

        from p24tui.gateways import card_token
        from p24tui.gateways.card_certificate import choose, is_for_login

        try:
            inside = card_token.cards(library, self._label)
        except PKCS11Error as error:
            card_token.start_anew(library)
            raise card_token.broken(error) from None
        if not inside:
            raise Refused(RULE, "card-missing")
        read: list[tuple[Token, list[Stored]]] = []
        for token in inside:
            with suppress(PKCS11Error):  # what cannot be read must not stand in the way of another card
                read.append((token, card_token.certificates(token)))
        if not read:
            card_token.start_anew(library)
            raise Refused(RULE, "card-gone")
        # A card with a PIN for signatures of its own shows as two, and only one of them is for login.
        able = [(token, all_of) for token, all_of in read if any(is_for_login(one.certificate) for one in all_of)]
        if len(able) > 1:
            raise Refused(RULE, "card-several")
        token, all_of = able[0] if able else read[0]
        chosen = choose([one.certificate for one in all_of], self._clock.now())
        return token, next(one for one in all_of if one.certificate == chosen), all_of

    def _signed(self, library: "lib", token: "Token", stored: "Stored", pin: str, challenge: bytes) -> bytes:
        from pkcs11 import PKCS11Error

        from p24tui.gateways import card_token

        try:
            return card_token.sign(token, stored, pin, challenge)
        except (PKCS11Error, Refused) as error:
            card_token.start_anew(library)
            try:
                now_in = card_token.cards(library, "")
            except PKCS11Error:
                now_in = []
            raise card_token.why(error, token, now_in) from None


def from_settings(settings: Settings, clock: Clock) -> Pkcs11Card:
    """The card that the settings name. Its library is not loaded yet.

    Raises ``BadInput`` where they cannot be used, naming the setting.
    """
    trusted = _trusted(settings)
    return Pkcs11Card(
        _file("card_library", settings.card_library),
        roots=trusted.roots,
        intermediates=trusted.intermediates,
        revocation=trusted.revocation,
        revocation_required=settings.card_revocation_required,
        label=settings.card_slot,
        clock=clock,
    )


def certificate_check(settings: Settings, clock: Clock) -> Callable[[bytes], Proven]:
    """What looks at the certificate (PEM) of a card that a proxy has seen proven; no reader is needed here.

    It raises ``Refused`` where the certificate does not hold. Raises ``BadInput`` where the settings cannot be used.
    """
    trusted = _trusted(settings)

    def check(pem: bytes) -> Proven:
        from p24tui.gateways import card_certificate
        from p24tui.gateways.card_trust import read_trust

        trust = read_trust(
            trusted.roots,
            trusted.intermediates,
            trusted.revocation,
            revocation_required=settings.card_revocation_required,
        )
        now = clock.now()
        shown, *others = card_certificate.parsed_pem(pem)
        holder = card_certificate.check(card_certificate.choose([shown], now), others, trust, now)
        return Proven(holder.staff_id, holder.name, Means.CARD, now)

    return check


def look_at_trust(settings: Settings, clock: Clock) -> Reading:
    """What the cards that a proxy has seen are looked at by. Raises ``BadInput`` where the settings cannot be used."""
    from p24tui.gateways.card_revocation import too_old
    from p24tui.gateways.card_trust import read_trust

    trusted, required = _trusted(settings), settings.card_revocation_required
    trust = read_trust(trusted.roots, trusted.intermediates, trusted.revocation, revocation_required=required)
    old = too_old(trust.revocation_lists, clock.now())
    return Reading(0, (), len(trust.roots), len(trust.revocation_lists), old, required)


class _Trusted(NamedTuple):
    """Where it stands whom cards are believed from."""

    roots: Path
    intermediates: Path | None
    revocation: Path | None


def _trusted(settings: Settings) -> _Trusted:
    if not settings.card_roots:
        raise BadInput("roots-of-cards")
    if settings.card_revocation_required and not settings.card_revocation:
        raise BadInput("revocation-of-cards")
    return _Trusted(
        _file("card_roots", settings.card_roots),
        _file("card_intermediates", settings.card_intermediates) if settings.card_intermediates else None,
        Path(settings.card_revocation).expanduser() if settings.card_revocation else None,
    )


def _file(setting: str, path: str) -> Path:
    """A whole path, so that nothing is looked for by its name: what is loaded gets to know the PIN."""
    found = Path(path).expanduser()
    if not found.is_absolute():
        raise BadInput("settings-value", problem=f"{setting}: a whole path is needed")
    if not found.is_file():
        raise BadInput("settings-value", problem=f"{setting}: there is no such file")
    return found
