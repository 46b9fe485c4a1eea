"""By what staff prove who they are (NA-1)."""

from collections.abc import Mapping
from typing import Protocol

from p24tui.errors import Unavailable
from p24tui.gateways.openid_begun import Begun
from p24tui.routine.login import Proven

CARD = "card"
IDP = "staff-idp"


class Card(Protocol):
    """A reader with a smart card. Its calls may block: they are made from a thread, never from the screen's."""

    def read(self, pin: str) -> Proven:
        """Whose card it is, proven by what only the card can sign.

        Raises ``Refused`` (NA-1) where it does not prove that, and ``Unavailable`` where no card can be read now.
        """
        ...

    def is_present(self) -> bool:
        """Whether the card that was read last is still there; once it has been gone, whether any card is."""
        ...


class StaffIdp(Protocol):
    """The provider at which staff log in by the browser."""

    def begin(self, return_to: str) -> Begun:
        """Begin a login that comes back to ``return_to``. Raises ``Unavailable`` where nobody can log in now."""
        ...

    def finish(self, begun: Begun, answer: Mapping[str, str], return_to: str) -> Proven:
        """Who has logged in, by the ``answer`` (a query) that the browser came back to ``return_to`` with.

        Raises ``Refused`` (NA-1) where they broke it off or what we are told does not hold; ``Unavailable`` where that
        cannot be learnt now.
        """
        ...


class NoCard:
    """No card reader is set up."""

    def read(self, pin: str) -> Proven:
        raise Unavailable(CARD, "no card reader is set up")

    def is_present(self) -> bool:
        return False


class NoStaffIdp:
    """No provider is set up: nobody can log in by the browser."""

    def begin(self, return_to: str) -> Begun:
        raise Unavailable(IDP, "no provider is set up")

    def finish(self, begun: Begun, answer: Mapping[str, str], return_to: str) -> Proven:
        raise Unavailable(IDP, "no provider is set up")
