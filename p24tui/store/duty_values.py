"""What the store takes and hands out of duties: shifts, closings, who is responsible, handovers."""

from datetime import date, datetime

from msgspec import Struct

from p24tui.routine.actor import Profession
from p24tui.routine.handover import ConsentState, Offer, OfferState, Target
from p24tui.routine.shift import ShiftKind
from p24tui.store.values import Position


class Responsible(Struct, frozen=True):
    """Who is responsible for the inflow of a unit (CH-2), since when and until when (UTC)."""

    staff_id: str
    name: str
    profession: Profession
    since: datetime
    until: datetime | None = None


class LeftOpen(Struct, frozen=True):
    """A case that was left open when a closing was signed, and who had it."""

    case_id: str
    owner_id: str
    owner: str


class Closing(Struct, frozen=True):
    """A unit's day that somebody has signed as gone through (CH-7). ``signed_at`` is UTC.

    ``position`` is the place in the change log up to which everything had been seen.
    """

    id: str
    unit_id: str
    local_date: date
    signed_at: datetime
    staff_id: str
    staff_name: str
    remaining: tuple[LeftOpen, ...] = ()
    position: Position = (0, 0)


class Shift(Struct, frozen=True):
    """Somebody's shift at a unit, its columns in their order. Instants are UTC.

    ``place`` is the console that began it or went on with it last; ``seen_at`` is when one was last heard. It is over
    at ``ended_at``; one that was ``lost_at`` some time was not ended by its person.
    """

    id: str
    staff_id: str
    unit_id: str
    profession: Profession
    kind: ShiftKind
    place: str
    started_at: datetime
    seen_at: datetime
    ended_at: datetime | None = None
    lost_at: datetime | None = None


class OnShift(Struct, frozen=True):
    """Somebody who works now."""

    shift: Shift
    name: str


class HandoverRow(Struct, frozen=True, kw_only=True):
    """A case that was offered to somebody, the columns in their order. Instants are UTC.

    ``to_profession`` is the person's where it is to one, ``to_staff``. ``ground`` is the rule by which it goes without
    consent. ``reason`` says why it was declined, or by which deed it was withdrawn.
    """

    id: str
    case_id: str
    unit_id: str
    from_staff: str
    from_name: str
    from_profession: str
    to_unit: str
    to_profession: Profession
    to_staff: str | None = None
    to_name: str = ""
    message: str
    consent: ConsentState
    consent_how: str = ""
    consent_at: datetime | None = None
    ground: str = ""
    rule: str
    state: OfferState = OfferState.OFFERED
    offered_at: datetime
    called_at: datetime | None = None
    level: int = 0
    answered_by: str | None = None
    answered_by_name: str = ""
    answered_at: datetime | None = None
    reason: str = ""

    @property
    def target(self) -> Target:
        """To whom it is."""
        return Target(self.to_unit, self.to_profession, self.to_staff, self.to_name)

    @property
    def offer(self) -> Offer:
        """As it calls."""
        return Offer(self.offered_at, self.called_at, self.level)
