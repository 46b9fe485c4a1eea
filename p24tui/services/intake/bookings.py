"""Bookings from VAS: each becomes a visit, follows what is said of it later, or is a task for staff (VI-1, VI-2)."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from p24tui.errors import BadInput, Refused
from p24tui.gateways.booking import SentBooking
from p24tui.ids import stable_id
from p24tui.routine.actor import Actor
from p24tui.routine.protection import Protection, is_protected
from p24tui.routine.rule import rule
from p24tui.routine.visit import Visit, VisitState
from p24tui.services import visits
from p24tui.services.intake.outcome import Verdict
from p24tui.services.intake.sources import source_actor
from p24tui.services.known import known_unit
from p24tui.services.protections import put_patient, with_protection
from p24tui.services.visits import Told, Wanted
from p24tui.store import events, people
from p24tui.store import visits as stored
from p24tui.store.engine import Tx
from p24tui.store.values import PatientRecord
from p24tui.store.visit_values import BookingTask
from p24tui.system import System

CANCELLED = "cancelled"
"""The problem of a booking that was cancelled before it came: nobody need see to it, and a late booking is late."""


@rule("VI-1", "VI-2", "VI-4", "VI-5", "NA-3", "PR-1")
def take_booking(
    tx: Tx, system: System, source: str, sent: SentBooking, now: datetime, *, looked_up: Protection | None = None
) -> tuple[Verdict, str]:
    """Take what a booking system says of one booking; what became of it, and the id of its visit or task.

    Of two statements the later one counts, in whatever order they come. What cannot be booked becomes a task for
    staff and is never lost. ``looked_up`` is what the person-data service has just said of the patient. Raises
    ``BadInput`` where the unit is not known here.
    """
    known = stored.booked_as(tx, source, sent.booking_id) or stored.task_of(tx, source, sent.booking_id)
    if known is not None and not sent.unit_id:  # a cancellation need not say where it was
        sent = replace(sent, unit_id=known.unit_id)
    if sent.is_video and known is None:  # where the others are is not ours to know
        known_unit(tx, sent.unit_id)
    return _Taking(tx, system, source_actor(source, sent.unit_id), source, sent, now, looked_up).take()


def book_again(tx: Tx, system: System, actor: Actor, task: BookingTask, now: datetime) -> Visit | None:
    """Try a task again once what it lacked may be there; none where it still cannot be booked."""
    sent = msgspec.convert(task.booking, SentBooking)
    taking = _Taking(tx, system, replace(actor, unit_id=task.unit_id), task.source, sent, now, None)
    verdict, id = taking.book()
    return stored.one(tx, id) if verdict is Verdict.CREATED else None


@dataclass(frozen=True, slots=True)
class _Taking:
    """One statement about one booking, in a transaction."""

    tx: Tx
    system: System
    actor: Actor
    source: str
    sent: SentBooking
    now: datetime
    looked_up: Protection | None

    def take(self) -> tuple[Verdict, str]:
        visit = stored.booked_as(self.tx, self.source, self.sent.booking_id)
        task = stored.task_of(self.tx, self.source, self.sent.booking_id)
        if self._is_old(visit.said_at if visit else None) or (task is not None and self._is_old(task.said_at)):
            return Verdict.DUPLICATE, visit.id if visit else task.id if task else ""
        if task is not None and task.booking == _kept(self.sent):
            return Verdict.DUPLICATE, task.id
        if not self.sent.is_video:
            return self._set_aside(visit, task)
        if visit is not None and visit.state is not VisitState.CANCELLED:
            return self._follow(visit)
        if self.sent.cancelled:
            return self._cancel_unknown(visit, task)
        return self.book()

    def _is_old(self, said_at: datetime | None) -> bool:
        """Whether something later has been said of it."""
        return said_at is not None and self.sent.said_at is not None and self.sent.said_at < said_at

    def _set_aside(self, visit: Visit | None, task: BookingTask | None) -> tuple[Verdict, str]:
        """What is no video visit, or a relative's, is acknowledged and never carried over; what it was before ends."""
        if visit is not None and visit.state is VisitState.BOOKED:
            self._cancel(visit)
            return Verdict.UPDATED, visit.id
        if task is not None and task.settled_at is None:
            stored.put_task(self.tx, replace(task, settled_at=self.now, settled_by=self.source))
            return Verdict.UPDATED, task.id
        return Verdict.NOTED, ""

    def book(self) -> tuple[Verdict, str]:
        """A visit, or a task that says why not."""
        problem, record = self._problem()
        if problem:
            return self._make_task(problem)
        assert record is not None  # there is no problem
        assert self.sent.starts_at is not None  # it is not cancelled
        told = Told(source=self.source, booking_id=self.sent.booking_id, said_at=self.sent.said_at)
        wanted = Wanted(
            patient_id=record.patient.id,
            starts_at=self.sent.starts_at,
            ends_at=self.sent.ends_at,
            holder_id=self._holder(),
            proxy_number=self.sent.proxy_number,
        )
        before = stored.booked_as(self.tx, self.source, self.sent.booking_id)
        if before is not None:  # it was cancelled, and is booked again: the old one keeps its history under its own id
            stored.save(self.tx, replace(before, booking_id=None))
        try:
            booked = visits.booked_in(self.tx, self.system, self.actor, wanted, self.now, self._visit_id(before), told)
        except (Refused, BadInput) as error:
            return self._make_task(error.reason)
        self._drop_task()
        return Verdict.CREATED, booked.id

    def _visit_id(self, before: Visit | None) -> str:
        again = () if before is None else (str(before.version),)
        return stable_id("visit", self.source, self.sent.booking_id, *again)

    def _problem(self) -> tuple[str, PatientRecord | None]:
        """Why it cannot be booked, as a key, and the patient where there is one."""
        if self.sent.patients > 1:
            return "group-visit", None
        if self.sent.number is None:
            return "no-number", None
        record = people.patient(self.tx, number=self.sent.number.value)
        if record is None:
            return "protected" if self.looked_up is not None and is_protected(self.looked_up) else "no-patient", None
        record = self._protected(record)
        return "protected" if is_protected(record.patient.protection) else "", record

    def _protected(self, record: PatientRecord) -> PatientRecord:
        after = with_protection(record, record.flagged, self.looked_up, self.now)
        if after != record:
            put_patient(self.tx, self.system, self.actor, after)
        return after

    def _holder(self) -> str | None:
        """Who is to hold it, where that is somebody of the unit."""
        found = people.staff_member(self.tx, self.sent.holder_id) if self.sent.holder_id else None
        works = found is not None and found[0].active and self.sent.unit_id in found[1]
        return self.sent.holder_id if works else None

    def _follow(self, visit: Visit) -> tuple[Verdict, str]:
        """A booking that is known: its time, its holder, or that it does not take place."""
        if visit.state is not VisitState.BOOKED:
            return self._late(visit)
        if self.sent.cancelled:
            self._cancel(visit)
            return Verdict.UPDATED, visit.id
        record = people.patient(self.tx, id=visit.patient_id)
        assert record is not None  # a visit is a patient's
        if self.sent.number is not None and self.sent.number.value != record.patient.number:
            self._cancel(visit)
            return self._make_task("other-patient")
        if self.sent.unit_id != visit.unit_id:
            return self._change_unit(visit)
        self._protected(record)
        return self._move(visit)

    def _change_unit(self, visit: Visit) -> tuple[Verdict, str]:
        """It is held elsewhere now: not here any longer, and at the other unit where that is one of ours."""
        self._cancel(visit)
        if people.unit(self.tx, self.sent.unit_id) is None:
            return Verdict.UPDATED, visit.id
        return self.book()

    def _move(self, visit: Visit) -> tuple[Verdict, str]:
        before = visits.of_unit(self.tx, replace(self.actor, unit_id=visit.unit_id), visit.id)
        if before.state is not VisitState.BOOKED:  # the patient is protected, as was just learnt
            return Verdict.UPDATED, visit.id
        assert self.sent.starts_at is not None
        after = before
        if (self.sent.starts_at, self.sent.ends_at or before.ends_at) != (before.starts_at, before.ends_at):
            try:
                after = visits.moved_in(
                    self.tx, self.system, self.actor, before, self.sent.starts_at, self.sent.ends_at, self.now
                )
            except (Refused, BadInput) as error:
                self._cancel(before)
                return self._make_task(error.reason)
        changed = replace(
            after, holder_id=self._holder() or after.holder_id, said_at=self.sent.said_at or after.said_at
        )
        if changed == before:
            return Verdict.DUPLICATE, visit.id
        stored.save(self.tx, changed)
        events.announce(self.tx, self.now, visit.unit_id, visit.case_id)
        moved = (changed.starts_at, changed.ends_at, changed.holder_id)
        same = moved == (before.starts_at, before.ends_at, before.holder_id)
        return Verdict.DUPLICATE if same else Verdict.UPDATED, visit.id

    def _late(self, visit: Visit) -> tuple[Verdict, str]:
        """The visit has been taken in here, so that it is as it was, and somebody must know what VAS says."""
        stands = not self.sent.cancelled and self.sent.starts_at == visit.starts_at
        if stands or visit.state in (VisitState.ENDED, VisitState.ABSENT):
            return Verdict.DUPLICATE, visit.id
        return self._make_task("cancelled-late" if self.sent.cancelled else "moved-late")

    def _cancel(self, visit: Visit) -> None:
        before = stored.one(self.tx, visit.id, lock=True)
        assert before is not None
        after = visits.cancelled_in(self.tx, self.system, self.actor, before, self.now)
        if self.sent.said_at is not None:
            stored.save(self.tx, replace(after, said_at=self.sent.said_at))

    def _cancel_unknown(self, visit: Visit | None, task: BookingTask | None) -> tuple[Verdict, str]:
        """It never became a visit, or is cancelled already: that is remembered, for what comes late."""
        if visit is not None:
            return Verdict.DUPLICATE, visit.id
        told = BookingTask(
            id=task.id if task else self._task_id(),
            unit_id=self.sent.unit_id,
            source=self.source,
            booking_id=self.sent.booking_id,
            said_at=self.sent.said_at,
            problem=CANCELLED,
            booking=_kept(self.sent),
            received_at=self.now,
            settled_at=self.now,
            settled_by=self.source,
            version=task.version + 1 if task else 1,
        )
        stored.put_task(self.tx, told)
        self._tell("booking.cancelled", told)
        return Verdict.UPDATED if task else Verdict.CREATED, told.id

    def _make_task(self, problem: str) -> tuple[Verdict, str]:
        before = stored.task_of(self.tx, self.source, self.sent.booking_id)
        task = BookingTask(
            id=before.id if before else self._task_id(),
            unit_id=self.sent.unit_id,
            source=self.source,
            booking_id=self.sent.booking_id,
            said_at=self.sent.said_at,
            problem=problem,
            booking=_kept(self.sent),
            received_at=self.now,
            version=before.version + 1 if before else 1,
        )
        stored.put_task(self.tx, task)
        self._tell("booking.task", task)
        return Verdict.UPDATED if before else Verdict.CREATED, task.id

    def _tell(self, kind: str, task: BookingTask) -> None:
        said = {"task": task.id, "problem": task.problem, "rule": "VI-1"}
        events.append(self.tx, self.actor, self.now, kind, unit_id=task.unit_id, **said)

    def _task_id(self) -> str:
        return stable_id("booking", self.source, self.sent.booking_id)

    def _drop_task(self) -> None:
        task = stored.task_of(self.tx, self.source, self.sent.booking_id)
        if task is not None:
            stored.drop_task(self.tx, task.id)


def _kept(sent: SentBooking) -> dict[str, Any]:
    """A booking as it is kept with its task."""
    kept: dict[str, Any] = msgspec.to_builtins(asdict(sent) | {"number": sent.number and asdict(sent.number)})
    return kept
