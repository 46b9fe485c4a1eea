"""What a booking system last said of each booking: by it neither order nor repetition means anything (VI-2)."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from p24tui.gateways.booking import SentBooking
from p24tui.routine.visit import Visit, VisitKind
from p24tui.store import visits
from p24tui.store.engine import Tx
from p24tui.store.visit_values import BookingStatement


class Says(StrEnum):
    """What a statement makes of its booking."""

    HOLDS = "holds"
    CANCELLED = "cancelled"
    SET_ASIDE = "set-aside"
    GROUP = "group"


class Odds(StrEnum):
    """In what a statement and a visit differ."""

    CANCELLED = "cancelled"
    NOT_VIDEO = "not-video"
    UNIT = "unit"
    GROUP = "group"
    PATIENT = "other-patient"
    TIME = "moved"
    PROXY = "proxy"


class News(Struct, frozen=True):
    """A statement that is the latest of its booking, and what was said before it."""

    before: BookingStatement | None
    now: BookingStatement

    @property
    def is_for_another(self) -> bool:
        """Whether the booking holds by it, or is for another time, unit or patient, and was not so before."""
        return self.before is None or _what_is_booked(self.before) != _what_is_booked(self.now)

    @property
    def is_taken_back(self) -> bool:
        """Whether what was said before, that it does not take place here, holds no longer."""
        return self.before is not None and self.before.says != Says.HOLDS and self.now.says == Says.HOLDS

    @property
    def length(self) -> timedelta | None:
        """How long the visit lasts by it, where that was not said before."""
        before = _length(self.before) if self.before is not None else None
        now = _length(self.now)
        return now if now != before else None

    @property
    def holder_id(self) -> str:
        """Who is to hold it by it, where that was not said before; else empty."""
        before = self.before.holder_id if self.before is not None else ""
        return self.now.holder_id if self.now.holder_id != before else ""

    def fresh(self, visit: Visit, number: str) -> list[Odds]:
        """In what it is at odds with the visit, the gravest first, and says something else than was said before.

        What was changed here by hand is at odds with what VAS says, and stays so while VAS says nothing else.
        """
        before = at_odds(visit, number, self.before) if self.before is not None else {}
        now = at_odds(visit, number, self.now)
        return [one for one in Odds if one in now and (one not in before or now[one] != before[one])]


def says(sent: SentBooking) -> Says:
    """What a statement makes of its booking. A cancellation need not say what sort of contact it was."""
    if sent.cancelled:
        return Says.CANCELLED
    if not sent.is_video:
        return Says.SET_ASIDE
    return Says.GROUP if sent.patients > 1 else Says.HOLDS


def heard(tx: Tx, source: str, sent: SentBooking, now: datetime) -> News | None:
    """The statement as news, which is remembered whatever becomes of it; none where something later has been said."""
    before = visits.statement(tx, source, sent.booking_id)
    said = BookingStatement(
        source=source,
        booking_id=sent.booking_id,
        said_at=sent.said_at or now,
        says=says(sent),
        unit_id=sent.unit_id,
        number=sent.number.value if sent.number else "",
        proxy_number=sent.proxy_number,
        holder_id=sent.holder_id,
        starts_at=sent.starts_at,
        ends_at=sent.ends_at,
    )
    if before is not None and said.said_at < before.said_at:
        return None
    said = _filled(said, before)
    visits.put_statement(tx, said)
    return News(before, said)


def at_odds(visit: Visit, number: str, said: BookingStatement) -> dict[Odds, object]:
    """In what a statement differs from a visit, whose patient has the number, and what it says of that."""
    if said.says == Says.CANCELLED:
        return {Odds.CANCELLED: None}
    if said.says == Says.SET_ASIDE:
        return {Odds.NOT_VIDEO: None}
    found: dict[Odds, object] = {}
    if said.unit_id != visit.unit_id:
        found[Odds.UNIT] = said.unit_id
    if said.says == Says.GROUP:
        found[Odds.GROUP] = None
    elif said.number not in ("", number):
        found[Odds.PATIENT] = said.number
    if said.starts_at != visit.starts_at:
        found[Odds.TIME] = said.starts_at
    if visit.kind is VisitKind.CHILD and said.proxy_number not in ("", visit.proxy_number):
        found[Odds.PROXY] = said.proxy_number
    return found


def _filled(said: BookingStatement, before: BookingStatement | None) -> BookingStatement:
    """What is not said now is as it was said before. Of what is set aside nobody is remembered (VI-4)."""
    if said.says == Says.SET_ASIDE:
        said = replace(said, number="", proxy_number="", holder_id="")
    if before is None:
        return said
    starts_at = said.starts_at or before.starts_at
    return replace(
        said,
        unit_id=said.unit_id or before.unit_id,
        number=said.number or before.number,
        proxy_number=said.proxy_number or before.proxy_number,
        holder_id=said.holder_id or before.holder_id,
        starts_at=starts_at,
        ends_at=said.ends_at or (before.ends_at if starts_at == before.starts_at else None),
    )


def _what_is_booked(said: BookingStatement) -> tuple[object, ...]:
    return said.says, said.unit_id, said.number, said.starts_at


def _length(said: BookingStatement) -> timedelta | None:
    return said.ends_at - said.starts_at if said.starts_at and said.ends_at else None
