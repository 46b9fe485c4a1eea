"""What the store takes and hands out of video visits: plain values."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class BookingTask:
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
