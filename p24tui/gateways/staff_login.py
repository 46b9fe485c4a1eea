"""By what staff prove who they are (NA-1)."""

from typing import Protocol

from p24tui.errors import Unavailable
from p24tui.routine.login import Proven

CARD = "card"


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


class NoCard:
    """No card reader is set up."""

    def read(self, pin: str) -> Proven:
        raise Unavailable(CARD, "no card reader is set up")

    def is_present(self) -> bool:
        return False
