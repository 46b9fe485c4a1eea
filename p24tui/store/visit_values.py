"""What the store takes and hands out of video visits: plain values."""

from datetime import datetime
from typing import Any

from msgspec import Struct


class BookingTask(Struct, frozen=True):
    """A booking that has not become a visit, or no longer fits it, for staff to see to. Instants are UTC.

    ``problem`` is a key: why. ``booking`` is what was sent. ``version`` rises as the booking system speaks of it again.
    """

    id: str
    unit_id: str
    source: str
    booking_id: str
    said_at: datetime | None
    problem: str
    booking: dict[str, Any]
    received_at: datetime
    settled_at: datetime | None = None
    settled_by: str = ""
    version: int = 1


class BookingStatement(Struct, frozen=True, kw_only=True):
    """The latest that a booking system has said of one booking. Instants are UTC.

    ``says`` is what it makes of the booking. ``unit_id`` need not be a unit here; what is empty was never said.
    """

    source: str
    booking_id: str
    said_at: datetime
    says: str
    unit_id: str
    number: str = ""
    proxy_number: str = ""
    holder_id: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
