"""What goes out, from when it is queued until one knows what became of it: its states, and what leads from one to the
next.

Exactly once to a telephone does not exist. What is ``UNCERTAIN`` never goes out again by itself (H13): it is looked up,
or a report of it comes, or somebody decides.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Purpose(StrEnum):
    """Why something goes out. Of each there is one a day for a case, or for a visit at its time (H13)."""

    ANSWER = "answer"
    VISIT_BOOKED = "visit-booked"
    VISIT_MOVED = "visit-moved"
    VISIT_TODAY = "visit-today"
    VISIT_SOON = "visit-soon"
    VISIT_NOW = "visit-now"
    INVITATION = "invitation"

    @property
    def of_visit(self) -> bool:
        """Whether it is one of the reminders of a video visit (NA-3)."""
        return self.value.startswith("visit-")


class Channel(StrEnum):
    """By what something goes."""

    SMS = "sms"
    EMAIL = "email"


class OutgoingState(StrEnum):
    """Where something that goes out stands.

    ``SENDING`` is being handed over now, ``ACCEPTED`` has been taken by the gateway, ``FAILED`` has surely not arrived.
    """

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    CANCELLED = "cancelled"


HAS_GONE = frozenset({OutgoingState.SENDING, OutgoingState.ACCEPTED, OutgoingState.DELIVERED, OutgoingState.UNCERTAIN})
"""States in which the patient has it, or may have it."""

TO_DECIDE = frozenset({OutgoingState.FAILED, OutgoingState.UNCERTAIN})
"""States that somebody must see and decide about."""


class Planned(Struct, frozen=True):
    """Something to be sent: why, when it is due, and until when it is of any use. Instants are UTC."""

    purpose: Purpose
    due_at: datetime
    expires_at: datetime


class Sending(Struct, frozen=True):
    """What is known of something that is to go out, as the rules see it.

    ``visit_at`` is when its visit was to be. ``calls_off`` says that it tells who was invited that they need not come.
    """

    purpose: Purpose
    due_at: datetime
    expires_at: datetime
    visit_at: datetime | None = None
    calls_off: bool = False


def after_report(state: OutgoingState, *, delivered: bool, failed: bool, may_have_gone: bool = False) -> OutgoingState:
    """The state after a report, in whatever order reports come, and however often.

    That it was delivered is a fact, and final. That it failed counts only for what was handed over. That it was taken
    settles what nobody knew, also where it is on its way to go once more (``may_have_gone``).
    """
    if delivered:
        return OutgoingState.DELIVERED
    if failed:
        return OutgoingState.FAILED if state in HAS_GONE - {OutgoingState.DELIVERED} else state
    unknown = {OutgoingState.SENDING, OutgoingState.UNCERTAIN} | ({OutgoingState.QUEUED} if may_have_gone else set())
    return OutgoingState.ACCEPTED if state in unknown else state
