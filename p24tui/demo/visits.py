"""The demo unit's video visits of the day: booked the day before, and held by colleagues where no person does it."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from msgspec import Struct

from p24tui.clock import STOCKHOLM
from p24tui.demo.content import Content, VisitOfDay
from p24tui.demo.notes import write_note
from p24tui.errors import Refused, Stale
from p24tui.gateways.booking import VIDEO, SentBooking
from p24tui.gateways.e_id import LoggedIn
from p24tui.ids import stable_id
from p24tui.routine import link
from p24tui.routine.actor import Actor
from p24tui.routine.identity import IdentityNumber, NumberKind
from p24tui.routine.link import Role
from p24tui.routine.visit import CallOutcome, Summons, Visit, VisitState
from p24tui.services import ending, guardians, invitations, links, patients, staff, visit_day, visits
from p24tui.services.intake.bookings import take_booking
from p24tui.services.invitations import Guest
from p24tui.services.visits import Wanted
from p24tui.store import cases, outbox
from p24tui.store import visits as stored
from p24tui.system import System

JOIN = "https://besok.example"
INTERPRETERS = "tolk@tolk.example"
RINGS_AFTER = timedelta(minutes=6)
"""How long a colleague waits before telephoning a patient who has not come."""


class VisitDeed(StrEnum):
    """What can be due of a visit."""

    BOOKED = "booked"
    COMES = "comes"
    HELD = "held"
    RINGS = "rings"
    OVER = "over"


class DemoVideo(Struct, frozen=True):
    """Rooms that are nowhere: the demo reaches nobody."""

    def room(self, visit_id: str) -> str:
        return visit_id

    def address(self, room: str, name: str, *, moderator: bool, not_before: datetime, expires: datetime) -> str:
        return f"https://video.example/{room}"


class Visits:
    """Each visit by its number in the content; what is due of it, and doing that."""

    def __init__(self, system: System, content: Content, place: str, day: date, before: date) -> None:
        self._system = system
        self._visits = content.visits
        self._actors = {
            one.key: staff.acting(system, one.hsa_id, content.unit_id, f"{place}:visits") for one in content.staff
        }
        self._day, self._before = day, before

    def due(self) -> list[tuple[datetime, VisitDeed, int]]:
        """All that is to happen, with when (UTC)."""
        found: list[tuple[datetime, VisitDeed, int]] = []
        for number, one in enumerate(self._visits):
            at = self._at(one)
            found.append((datetime.combine(self._before, time(9), STOCKHOLM), VisitDeed.BOOKED, number))
            if one.comes is not None:
                found.append((at + timedelta(minutes=one.comes), VisitDeed.COMES, number))
                found.append((at, VisitDeed.HELD, number))
                found.append((at + timedelta(minutes=one.lasts), VisitDeed.OVER, number))
            else:
                found.append((at + RINGS_AFTER, VisitDeed.RINGS, number))
        return [(at.astimezone(UTC), deed, number) for at, deed, number in found]

    def carry_out(self, deed: VisitDeed, number: int, *, by_itself: bool) -> None:
        """Let it happen; ``by_itself`` says that whoever holds the visit is no person at a console."""
        one = self._visits[number]
        if deed is VisitDeed.BOOKED:
            self._book(one, number)
            return
        with self._system.store.reading() as tx:
            visit = stored.one(tx, _id(number))
        if visit is None:
            return
        if deed is VisitDeed.COMES:
            self._come(one, visit)
        elif by_itself:
            try:
                self._hold(deed, one, visit, self._actors[one.holder])
            except (Refused, Stale):
                return  # somebody at a console has done otherwise

    def holder(self, number: int) -> str | None:
        """Who is to hold a visit (HSA-id)."""
        return self._actors[self._visits[number].holder].staff_id

    def _book(self, one: VisitOfDay, number: int) -> None:
        maria, at = self._actors[one.holder], self._at(one).astimezone(UTC)
        if not one.is_registered:
            self._book_in_vas(one, number, maria.unit_id, at)
            return
        made = patients.register(self._system, maria, one.number, one.mobile)
        if one.proxy:
            guardians.put_mobile(self._system, maria, made.patient_id, one.proxy, one.proxy_mobile)
        summons = Summons.CHILD_SAVED if one.proxy else Summons.ADULT_SAVED
        ends = at + timedelta(minutes=one.lasts)
        wanted = Wanted(
            patient_id=made.patient_id,
            starts_at=at,
            ends_at=ends,
            holder_id=maria.staff_id,
            summons=summons,
            reason=one.reason,
        )
        visits.book(self._system, maria, wanted, _id(number))
        if one.interpreter:
            guest = Guest(role=Role.INTERPRETER, address=INTERPRETERS)
            invitations.invite(self._system, maria, _id(number), guest)

    def _book_in_vas(self, one: VisitOfDay, number: int, unit_id: str, at: datetime) -> None:
        """A booking for somebody who is not here: what staff have to see to (VI-1)."""
        now = self._system.clock.now()
        sent = SentBooking(
            booking_id=_id(number),
            said_at=now,
            cancelled=False,
            unit_id=unit_id,
            number=IdentityNumber(one.number, NumberKind.PERSONNUMMER),
            name=one.name,
            starts_at=at,
            contact_type=VIDEO,
        )
        with self._system.store.writing() as tx:
            take_booking(tx, self._system, "vas", sent, now)

    def _come(self, one: VisitOfDay, visit: Visit) -> None:
        """The patient, or the proxy, uses the link of the latest SMS."""
        with self._system.store.reading() as tx:
            rows = [row for row in outbox.of_visits(tx, [visit.id]).get(visit.id, []) if link.PATH in row.text]
        if rows:
            token = rows[-1].text.split(link.PATH)[1].split()[0]
            links.use(self._system, token, LoggedIn(one.proxy or one.number, "bankid", self._system.clock.now()))

    def _hold(self, deed: VisitDeed, one: VisitOfDay, visit: Visit, actor: Actor) -> None:
        if deed is VisitDeed.HELD and visit.state is VisitState.BOOKED:
            taken, case = visit_day.take_in(self._system, actor, visit.id, visit.version)
            visit_day.start(self._system, actor, taken.id, taken.version)
            visit_day.start_video(self._system, actor, case.id)
            self._come(one, taken)
        elif deed is VisitDeed.RINGS and visit.state is VisitState.BOOKED:
            visit_day.record_call(self._system, actor, visit.id, CallOutcome.NO_ANSWER)
            visit_day.end_absent(self._system, actor, visit.id, visit.version)
        elif deed is VisitDeed.OVER and visit.case_id is not None and visit.state is VisitState.STARTED:
            _case, unknown = visit_day.end_video(self._system, actor, visit.case_id)
            if unknown:
                visit_day.say_whether_came(self._system, actor, visit.case_id, came=True)
            self._end(actor, visit.case_id)

    def _end(self, actor: Actor, case_id: str) -> None:
        with self._system.store.reading() as tx:
            row = cases.one(tx, case_id)
        assert row is not None  # no case is ever taken away
        write_note(self._system, actor, case_id)
        asked = ending.request_end(self._system, actor, case_id, row.case.version)
        ending.confirm_end(self._system, actor, case_id, asked.version)

    def _at(self, one: VisitOfDay) -> datetime:
        return datetime.combine(self._day, one.at, STOCKHOLM)


def _id(number: int) -> str:
    return stable_id("demo", "visit", str(number))
