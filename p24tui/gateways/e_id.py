"""The patient's e-ID: BankID or Freja eID Plus, by way of somebody who asks for it (NA-2).

Logging in takes two steps. ``begin`` gives the address that the patient's browser is sent to, and what only we may know
until it comes back; ``finish`` gives who it is, from what it comes back with.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from msgspec import Struct

from p24tui.errors import Unavailable
from p24tui.gateways.openid_begun import Begun

__all__ = ["BANKID", "FREJA", "NOT_SET_UP", "PART", "Begun", "EId", "LoggedIn", "NoEId"]

PART = "e-id"
NOT_SET_UP = "no provider of e-ID is set up"

BANKID = "bankid"
FREJA = "freja"


class LoggedIn(Struct, frozen=True):
    """Somebody who has logged in. ``number`` has 12 digits; ``e_id`` is ``bankid`` or ``freja``; ``at`` is UTC."""

    number: str
    e_id: str
    at: datetime


class EId(Protocol):
    """Something at which a patient can log in with an e-ID."""

    def begin(self, return_to: str, lang: str = "sv") -> Begun:
        """Begin a login that comes back to ``return_to``, an address that the provider knows as ours.

        Raises ``Unavailable`` where nobody can log in now.
        """
        ...

    def finish(self, begun: Begun, answer: Mapping[str, str], return_to: str) -> LoggedIn:
        """Who has logged in, by the ``answer`` (a query) that their browser came back to ``return_to`` with.

        Raises ``Refused`` (NA-2) where they broke it off, where what we are told does not hold, or where they did not
        log in with one of the two; ``Unavailable`` where that cannot be learnt now.
        """
        ...


class NoEId:
    """No provider is set up: nobody can log in."""

    def begin(self, return_to: str, lang: str = "sv") -> Begun:
        raise Unavailable(PART, NOT_SET_UP)

    def finish(self, begun: Begun, answer: Mapping[str, str], return_to: str) -> LoggedIn:
        raise Unavailable(PART, NOT_SET_UP)
