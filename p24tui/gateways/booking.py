"""A booking as a booking system tells it, in our own words, before anything of it is looked up or stored (VI-2)."""

from datetime import datetime

from msgspec import Struct

from p24tui.routine.identity import IdentityNumber

VIDEO = "DIVL"
"""The contact type of a video visit (VI-2)."""

RELATIVE = "ASAM"
"""The reason of a talk with a relative, which is never carried over (VI-4)."""


class SentBooking(Struct, frozen=True, kw_only=True):
    """What was said of one booking. Instants are UTC; text in it is cleaned.

    ``booking_id`` is the booking system's own and stays the same when the time moves or is cancelled. ``said_at`` is
    when the system said this: of two statements the later one counts, in whatever order they come. ``number`` is the
    patient's identity number, and ``patients`` how many patients it is for: more than one is a group (VI-5).
    ``contact_type`` (``DIVL``) and ``reason`` (``ASAM``) are the codes as they came, in capitals. ``holder_id`` and
    ``proxy_number`` are empty where they are not said. ``starts_at`` is none only where it is ``cancelled``.
    """

    booking_id: str
    said_at: datetime | None
    cancelled: bool
    unit_id: str
    number: IdentityNumber | None
    name: str = ""
    mobile: str = ""
    patients: int = 1
    starts_at: datetime | None
    ends_at: datetime | None = None
    contact_type: str
    reason: str = ""
    holder_id: str = ""
    proxy_number: str = ""

    @property
    def is_video(self) -> bool:
        """Whether it is a video visit that is carried over: a talk with a relative never is (VI-4)."""
        return self.contact_type == VIDEO and self.reason != RELATIVE
