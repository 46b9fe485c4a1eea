"""Bookings from VAS: each becomes a visit, follows what is said of it later, or is a task for staff (VI-1, VI-2)."""

from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from p24tui.errors import BadInput, Refused
from p24tui.gateways.booking import SentBooking
from p24tui.ids import stable_id
from p24tui.routine.actor import Actor
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.rule import rule
from p24tui.routine.visit import OPEN, Visit, VisitKind, VisitState
from p24tui.services import links, visits
from p24tui.services import outbox as services_outbox
from p24tui.services.change import allowed
from p24tui.services.intake.booking_statements import News, Odds, Says, at_odds, heard, says
from p24tui.services.intake.outcome import Verdict
from p24tui.services.intake.sources import source_actor
from p24tui.services.known import known_unit
from p24tui.services.protections import put_patient, with_protection
from p24tui.services.visits import Told, Wanted
from p24tui.store import events, intake, people
from p24tui.store import visits as stored
from p24tui.store.engine import Tx
from p24tui.store.values import PatientRecord
from p24tui.store.visit_values import BookingTask
from p24tui.system import System

GRAVE = frozenset({Odds.CANCELLED, Odds.NOT_VIDEO, Odds.UNIT, Odds.GROUP, Odds.PATIENT})
"""By what a visit does not take place as it is."""


@rule("VI-1", "VI-2", "VI-4", "VI-5", "VI-7", "NA-3", "PR-1")
def take_booking(
    tx: Tx, system: System, source: str, sent: SentBooking, now: datetime, *, looked_up: Protection | None = None
) -> tuple[Verdict, str]:
    """Take what a booking system says of one booking; what became of it, and the id of its visit or task.

    Of two statements the later one counts, in whatever order they come, and what it leaves as it was said before is
    left as it is here. What cannot be booked becomes a task for staff and is never lost. ``looked_up`` is what the
    person-data service has just said of the patient. Raises ``BadInput`` where the unit is not known here.
    """
    news = heard(tx, source, sent, now)
    if news is not None:
        said = news.now
        sent = replace(sent, said_at=said.said_at, unit_id=said.unit_id, holder_id=said.holder_id)
        sent = replace(sent, proxy_number=said.proxy_number)
    return _Taking(tx, system, source_actor(source, sent.unit_id), source, sent, now, looked_up).take(news)


def book_again(tx: Tx, system: System, actor: Actor, task: BookingTask, now: datetime) -> Visit | None:
    """Try a task again once what it lacked may be there; none where it still cannot be booked.

    Nor can what is cancelled, or has a visit that stands. ``task`` is locked.
    """
    sent = replace(msgspec.convert(task.booking, SentBooking), said_at=task.said_at)
    taking = _Taking(tx, system, replace(actor, unit_id=task.unit_id), task.source, sent, now, None)
    visit = taking.visit()
    if says(sent) is not Says.HOLDS or (visit is not None and visit.state in OPEN):
        return None
    verdict, id = taking.book()
    return stored.one(tx, id) if verdict is Verdict.CREATED else None


class _Taking(Struct, frozen=True):
    """One statement about one booking, in a transaction. Locks: statement, task, case, visit, patient."""

    tx: Tx
    system: System
    actor: Actor
    source: str
    sent: SentBooking
    now: datetime
    looked_up: Protection | None

    def take(self, news: News | None) -> tuple[Verdict, str]:
        """What becomes of the statement; of one that is no news, nothing."""
        task = self._task()
        self._learn(protected=True)
        visit = self.visit()
        self._learn(protected=False)
        if news is None:
            return Verdict.DUPLICATE, visit.id if visit else task.id if task else ""
        if visit is not None and visit.state in OPEN:
            return self._follow(visit, task, news)
        if says(self.sent) in (Says.CANCELLED, Says.SET_ASIDE):
            return self._leave(visit, task)
        if visit is None and task is None:
            known_unit(self.tx, self.sent.unit_id)
        elif not self._is_here():
            return self._leave(visit, task)
        elif not self._is_to_be_booked(visit, task, news):
            return Verdict.DUPLICATE, visit.id if visit else task.id if task else ""
        return self.book()

    def visit(self) -> Visit | None:
        """The visit that the booking has become, its case locked before it."""
        found = stored.booked_as(self.tx, self.source, self.sent.booking_id)
        return links.locked_with_case(self.tx, found.id) if found is not None else None

    def _learn(self, *, protected: bool) -> None:
        """Keep what the person-data service has said. That somebody is protected locks all their cases and visits."""
        if self.looked_up is None or self.sent.number is None:
            return
        before = people.patient(self.tx, number=self.sent.number.value)
        if before is None:
            return
        after = with_protection(before, before.flagged, self.looked_up, self.now)
        if after != before and is_protected(after.patient.protection) is protected:
            put_patient(self.tx, self.system, self.actor, after)

    def _is_here(self) -> bool:
        return people.unit(self.tx, self.sent.unit_id) is not None

    def _is_to_be_booked(self, visit: Visit | None, task: BookingTask | None, news: News) -> bool:
        """Whether a booking that is known, and has no visit that stands, is to be one: not what was seen to by hand."""
        is_over = visit is not None and visit.state is not VisitState.CANCELLED
        if visit is not None and is_over and not self._is_after(visit.ended_at or visit.starts_at):
            return False
        if task is not None and _is_open(task):
            return True
        return news.is_for_another or (visit is not None and task is None and self._is_protected(visit))

    def _is_after(self, instant: datetime) -> bool:
        return self.sent.starts_at is not None and self.sent.starts_at > instant

    def _is_protected(self, visit: Visit) -> bool:
        return is_protected(self._patient_of(visit).patient.protection)

    def _patient_of(self, visit: Visit) -> PatientRecord:
        record = people.patient(self.tx, id=visit.patient_id)
        assert record is not None  # a visit is a patient's
        return record

    def book(self) -> tuple[Verdict, str]:
        """A visit, or a task that says why not, and then nothing else is written."""
        problem, record = self._problem()
        if record is None:
            return self._make_task(problem)
        try:
            with intake.attempt(self.tx):
                booked = self._booked(record)
        except (Refused, BadInput) as error:
            return self._make_task(error.reason)
        if (task := self._task()) is not None:
            stored.drop_task(self.tx, task.id)
        return Verdict.CREATED, booked.id

    def _problem(self) -> tuple[str, PatientRecord | None]:
        """Why it cannot be booked, as a key, or the patient where it may be."""
        if self.sent.patients > 1:
            return "group-visit", None
        if self.sent.number is None:
            return "no-number", None
        record = people.patient(self.tx, number=self.sent.number.value)
        protection = self.looked_up if record is None else record.patient.protection
        if protection is not None and is_protected(protection):
            return "protected", None
        return "" if record else "no-patient", record

    def _booked(self, record: PatientRecord) -> Visit:
        assert self.sent.starts_at is not None  # it is not cancelled
        wanted = Wanted(
            patient_id=record.patient.id,
            starts_at=self.sent.starts_at,
            ends_at=self.sent.ends_at,
            holder_id=self._holder(),
            proxy_number=self.sent.proxy_number,
        )
        told = Told(source=self.source, booking_id=self.sent.booking_id, said_at=self.sent.said_at)
        before = self.visit()
        if before is not None:  # it is booked again: the old one keeps its history under its own id
            stored.save(self.tx, replace(before, booking_id=None))
        id = stable_id("visit", self.source, self.sent.booking_id, *([before.id] if before else []))
        return visits.booked_in(self.tx, self.system, self.actor, wanted, self.now, id, told)

    def _holder(self) -> str | None:
        """Who is to hold it, where that is somebody of the unit."""
        found = people.staff_member(self.tx, self.sent.holder_id) if self.sent.holder_id else None
        works = found is not None and found[0].active and self.sent.unit_id in found[1]
        return self.sent.holder_id if works else None

    def _follow(self, visit: Visit, task: BookingTask | None, news: News) -> tuple[Verdict, str]:
        """News of a visit that stands. What has been taken in, or whose time has come, is not taken from who waits."""
        number = self._patient_of(visit).patient.number
        fresh = news.fresh(visit, number)
        grave = next((one for one in fresh if one in GRAVE), None)
        if visit.state is VisitState.BOOKED and grave is None:
            return self._change(visit, task, news, fresh)
        if visit.state is VisitState.BOOKED and grave is not None and visit.starts_at > self.now:
            return self._give_up(visit, task, grave)
        if fresh:
            return self._late(visit, fresh[0])
        if not at_odds(visit, number, news.now) and self._settle(task):
            return Verdict.UPDATED, visit.id
        return Verdict.DUPLICATE, visit.id

    def _change(self, visit: Visit, task: BookingTask | None, news: News, fresh: list[Odds]) -> tuple[Verdict, str]:
        """Another time, proxy or holder of a booked visit; all of it, or the visit is given up with a task."""
        try:
            with intake.attempt(self.tx):
                after = self._changed(visit, news, fresh)
        except (Refused, BadInput) as error:
            if visit.starts_at <= self.now:
                return self._late(visit, fresh[0] if fresh else Odds.TIME)
            self._cancel(visit)
            return self._make_task(error.reason)
        agrees = not at_odds(after, self._patient_of(after).patient.number, news.now)
        settled = (agrees or news.is_taken_back) and self._settle(task)
        return Verdict.UPDATED if settled or after != visit else Verdict.DUPLICATE, visit.id

    def _changed(self, visit: Visit, news: News, fresh: list[Odds]) -> Visit:
        after = self._with_proxy(visit) if Odds.PROXY in fresh else visit
        if Odds.TIME in fresh:
            assert self.sent.starts_at is not None  # it holds
            after = self._moved(after, self.sent.starts_at, self.sent.ends_at)
        elif news.length is not None:
            after = self._moved(after, after.starts_at, after.starts_at + news.length)
        if after.kind is not visit.kind:  # the day decides whether it is a child's
            after = self._with_proxy(after)
        holder_id = self._holder() if news.holder_id else None
        if after == visit and holder_id in (None, visit.holder_id):
            return visit
        after = replace(after, holder_id=holder_id or after.holder_id, said_at=self.sent.said_at)
        events.announce(self.tx, self.now, visit.unit_id, visit.case_id)
        return stored.save(self.tx, after)

    def _moved(self, visit: Visit, starts_at: datetime, ends_at: datetime | None) -> Visit:
        return visits.moved_in(self.tx, self.system, self.actor, visit, starts_at, ends_at, self.now)

    def _with_proxy(self, visit: Visit) -> Visit:
        """The visit of a child with the proxy that is said: whoever had that part before has no link any more (H14)."""
        if visit.kind is not VisitKind.CHILD or self.sent.proxy_number in ("", visit.proxy_number):
            return visit
        patient = self._patient_of(visit).patient
        after = stored.save(self.tx, allowed(visits.with_whom(self.tx, visit, patient, self.sent.proxy_number)))
        said = {"visit": after.id, "rule": "VI-7"}
        events.append(self.tx, self.actor, self.now, "visit.proxy", unit_id=after.unit_id, **said)
        services_outbox.cancel_reminders(self.tx, self.actor, self.now, "proxy-changed", visit)
        visits.welcome(self.tx, self.actor, after, self.now)
        visits.plan(self.tx, self.system, self.actor, after)
        return after

    def _give_up(self, visit: Visit, task: BookingTask | None, why: Odds) -> tuple[Verdict, str]:
        """The visit does not take place as it is, and its time has not come."""
        self._cancel(visit)
        if why is Odds.GROUP:
            return self._make_task("group-visit", visit.unit_id)
        if why is Odds.PATIENT:
            return self._make_task("other-patient", visit.unit_id)
        if why is Odds.UNIT and self._is_here():
            return self.book()
        self._settle(task)
        return Verdict.UPDATED, visit.id

    def _late(self, visit: Visit, why: Odds) -> tuple[Verdict, str]:
        """The visit is as it was, and somebody must know what VAS says."""
        if why is Odds.CANCELLED and visit.state is VisitState.BOOKED:
            return self._make_task("cancelled-begun", visit.unit_id)
        return self._make_task(f"{why}-late", visit.unit_id)

    def _cancel(self, visit: Visit) -> None:
        after = visits.cancelled_in(self.tx, self.system, self.actor, visit, self.now)
        stored.save(self.tx, replace(after, said_at=self.sent.said_at))

    def _leave(self, visit: Visit | None, task: BookingTask | None) -> tuple[Verdict, str]:
        """There is no visit here, and is to be none: nobody need see to it any longer."""
        if task is not None and self._settle(task):
            return Verdict.UPDATED, task.id
        known = visit or task
        if known is None or says(self.sent) is Says.SET_ASIDE:
            return Verdict.NOTED, ""
        return Verdict.DUPLICATE, known.id

    def _make_task(self, problem: str, unit_id: str = "") -> tuple[Verdict, str]:
        before, kept = self._task(), _kept(self.sent)
        if before is not None and _is_open(before) and (before.problem, before.booking) == (problem, kept):
            return Verdict.DUPLICATE, before.id
        task = BookingTask(
            id=before.id if before else stable_id("booking", self.source, self.sent.booking_id),
            unit_id=unit_id or self.sent.unit_id,
            source=self.source,
            booking_id=self.sent.booking_id,
            said_at=self.sent.said_at,
            problem=problem,
            booking=kept,
            received_at=self.now,
            version=before.version + 1 if before else 1,
        )
        stored.put_task(self.tx, task)
        self._tell("booking.task", task)
        return Verdict.UPDATED if before else Verdict.CREATED, task.id

    def _settle(self, task: BookingTask | None) -> bool:
        """What VAS says now leaves nothing to see to; whether there was anything."""
        if task is None or not _is_open(task):
            return False
        stored.put_task(self.tx, replace(task, settled_at=self.now, settled_by=self.source))
        self._tell("booking.cancelled" if self.sent.cancelled else "booking.settled", task)
        return True

    def _tell(self, kind: str, task: BookingTask) -> None:
        said = {"task": task.id, "problem": task.problem, "rule": "VI-1"}
        events.append(self.tx, self.actor, self.now, kind, unit_id=task.unit_id, **said)

    def _task(self) -> BookingTask | None:
        return stored.task_of(self.tx, self.source, self.sent.booking_id)


def _is_open(task: BookingTask) -> bool:
    return task.settled_at is None


def _kept(sent: SentBooking) -> dict[str, Any]:
    """A booking as it is kept with its task. When it was said stands beside it."""
    kept: dict[str, Any] = msgspec.to_builtins(replace(sent, said_at=None))
    return kept
