"""How staff prove who they are to something outside: a card in a reader, or the region's IdP in the browser (NA-1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from p24tui.errors import Unavailable
from p24tui.routine.login import Proven

CARD = "card"
IDP = "staff-idp"


class Card(Protocol):
    """The reader of SITHS cards."""

    def read(self, pin: str) -> Proven:
        """Whose card it is, proven by what only the card can sign, with its PIN.

        Raises ``Refused`` (NA-1) for a wrong PIN (``left`` is how many tries are left, where that is known), and for a
        card that is locked, expired, revoked or of no issuer that is trusted; ``Unavailable`` (``card``) where there
        is no reader or no card.
        """
        ...

    def is_present(self) -> bool:
        """Whether a card is in the reader. Cheap: it is asked every other second, in a thread."""
        ...


@dataclass(frozen=True, slots=True)
class BrowserLogin:
    """A login in the browser that has begun. ``address`` is where the browser goes; the rest nobody else may know."""

    address: str
    state: str
    nonce: str
    verifier: str


class StaffIdp(Protocol):
    """The provider at which staff log in by the browser."""

    def begin(self, return_to: str) -> BrowserLogin:
        """Begin a login that comes back to ``return_to``. Raises ``Unavailable`` where nobody can log in now."""
        ...

    def finish(self, begun: BrowserLogin, answer: Mapping[str, str], return_to: str) -> Proven:
        """Who has logged in, by the ``answer`` (a query) that the browser came back to ``return_to`` with.

        Raises ``Refused`` (NA-1) where they broke it off or what we are told does not hold; ``Unavailable`` where that
        cannot be learnt now.
        """
        ...


class NoCard:
    """No reader is set up: nobody can log in by card."""

    def read(self, pin: str) -> Proven:
        raise Unavailable(CARD, "no reader of cards is set up")

    def is_present(self) -> bool:
        return False


class NoStaffIdp:
    """No provider is set up: nobody can log in by the browser."""

    def begin(self, return_to: str) -> BrowserLogin:
        raise Unavailable(IDP, "no provider is set up")

    def finish(self, begun: BrowserLogin, answer: Mapping[str, str], return_to: str) -> Proven:
        raise Unavailable(IDP, "no provider is set up")
