"""One protocol for every way out, and the plain values that pass over it.

Exactly once to a telephone does not exist. So a gateway tells three things apart that must never be confused: what was
surely taken, what was surely not taken, and what nobody knows (H13).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

ANSWERS_WITHIN = 15.0
"""Seconds within which a gateway answers; well within a claimant's lease."""

RETRY_AFTER = timedelta(minutes=1)
"""How long to wait before something that was surely not taken is tried again, unless the gateway says otherwise."""


class Problem(StrEnum):
    """What went wrong, as a key; screens turn it into a sentence."""

    CREDITS = "credits"
    """The account is empty."""
    BUSY = "busy"
    """The gateway asks to be left alone for a while."""
    UNREACHABLE = "unreachable"
    """There was no connection, so nothing was handed over."""
    LOGIN = "login"
    """The gateway does not know us."""
    ADDRESS = "address"
    """The number or address is none that the gateway can reach."""
    REFUSED = "refused"
    """The gateway said no for another reason."""
    SILENCE = "silence"
    """No answer came in time."""
    CUT_OFF = "cut-off"
    """The answer broke off, or could not be understood."""
    FAULT = "fault"
    """The gateway said that it has a fault, which does not say what became of the message."""
    NOT_DELIVERED = "not-delivered"
    """It was taken, and did not reach the telephone or mailbox."""


class Invitation(Struct, frozen=True):
    """A calendar invitation (RFC 5546), times in UTC. ``uid`` stays and ``sequence`` rises as the meeting changes."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    cancelled: bool = False


class Outgoing(Struct, frozen=True):
    """One SMS or e-mail to hand over.

    ``id`` is our own and names this attempt's row for good. ``to`` is a number in E.164, or an e-mail address.
    """

    id: str
    to: str
    text: str
    subject: str = ""
    invitation: Invitation | None = None


class Accepted(Struct, frozen=True):
    """Surely taken. ``id`` is the gateway's own, or empty; ``parts`` is how many SMS it became."""

    id: str = ""
    parts: int = 1


class Rejected(Struct, frozen=True):
    """Surely not taken, and sending the same again would not help."""

    problem: Problem


class NotNow(Struct, frozen=True):
    """Surely not taken; it can be tried again ``after`` a while."""

    problem: Problem
    after: timedelta = RETRY_AFTER


class Uncertain(Struct, frozen=True):
    """Nobody knows whether it was taken: never sent again by itself."""

    problem: Problem


Answer = Accepted | Rejected | NotNow | Uncertain


class Fate(StrEnum):
    """What has become of something that was handed over."""

    TAKEN = "taken"
    DELIVERED = "delivered"
    FAILED = "failed"


class Report(Struct, frozen=True):
    """What a gateway tells later. It names the message by our ``id``, by the gateway's own ``gateway_id``, or both."""

    fate: Fate
    id: str = ""
    gateway_id: str = ""


class Gateway(Protocol):
    """A way out. Its methods are called from several threads, never from the one that paints."""

    name: str
    """Kept with what went by it, such as ``46elks``."""
    leaves_machine: bool
    """Whether anything leaves the machine; where it does not, the screen says so."""

    def send(self, outgoing: Outgoing) -> Answer:
        """Hand it over, within ``ANSWERS_WITHIN`` seconds. Never raises: what is not known is ``Uncertain``."""
        ...

    def look_up(self, outgoing: Outgoing, gateway_id: str, since: datetime) -> Report | None:
        """What has become of something handed over at ``since`` (UTC) or later; none where that cannot be learnt.

        ``gateway_id`` is empty where no answer came. Never raises.
        """
        ...

    def listen(self, heard: Callable[[Report], None]) -> None:
        """Tell ``heard`` of reports that come by themselves, in a thread, until ``close``. Some gateways have none."""
        ...

    def check(self) -> str:
        """Ask whether the gateway can be used, without sending to anyone; what it said of itself, in a few words.

        Raises ``Unavailable`` with ``detail`` a ``Problem`` where it cannot.
        """
        ...

    def close(self) -> None:
        """Let go of connections and threads."""
        ...
