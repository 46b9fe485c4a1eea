"""The visits of a day, and one visit: logged before anybody sees them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from msgspec.structs import replace

from p24tui.clock import local_date
from p24tui.errors import BadInput
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor
from p24tui.routine.attendance import is_absent
from p24tui.routine.case import Case
from p24tui.routine.hours import instant_of
from p24tui.routine.identity import age_on
from p24tui.routine.link import Participant
from p24tui.routine.patient import Patient, shown
from p24tui.routine.protection import is_protected
from p24tui.routine.proxy import reached_at
from p24tui.routine.rule import rule
from p24tui.routine.visit import Visit, VisitCall
from p24tui.routine.visit_step import next_step, who_waits
from p24tui.services import links
from p24tui.services.access import right
from p24tui.services.limits import limit
from p24tui.services.visit_views import InvitedLine, TaskLine, VisitDay, VisitLine
from p24tui.store import cases, outbox, participants, people, read_log, visits
from p24tui.store.engine import Tx
from p24tui.store.values import OutgoingRow
from p24tui.store.visit_values import BookingTask
from p24tui.system import System

PROTECTED = "protected"
"""The problem of a booking whose patient is protected."""


@rule("LO-1", "PR-1")
@right("visit.read")
def of_day(
    system: System,
    actor: Actor,
    unit_ids: Collection[str],
    day: date,
    *,
    view: str = "",
    shown_patients: Collection[str] = (),
) -> VisitDay:
    """The visits of a local day by time, today those still open from before it first, and what must be seen to.

    That they were shown is committed before they are returned. ``view`` is the id of one that is read anew: then only
    patients that it has not shown before are logged.
    """
    now = system.clock.now()
    since, until = instant_of(day, time()), instant_of(day + timedelta(days=1), time())
    with system.store.writing() as tx:
        found, to_see = (
            visits.between(tx, unit_ids, since, until, left=day == local_date(now)),
            visits.tasks(tx, unit_ids),
        )
        kind, view = ("arrivals", view) if view else ("visits", fresh_id())
        for unit_id in unit_ids:
            fresh = {one.patient_id for one in found if one.unit_id == unit_id} | _registered(tx, to_see, unit_id)
            fresh -= set(shown_patients)
            if fresh or (kind == "visits" and unit_id == actor.unit_id):
                read_log.log_reading(tx, replace(actor, unit_id=unit_id), now, kind, patients=fresh, view=view)
        lines = _Lines(tx, system, now).of(found)
        return VisitDay(view, day, lines, _task_lines(tx, to_see), _invited(tx, actor, now))


@rule("LO-1", "PR-1")
@right("visit.read")
def one(system: System, actor: Actor, visit_id: str) -> VisitLine:
    """One visit of the actor's unit. That it was read is committed before it is returned. Raises ``BadInput``."""
    now = system.clock.now()
    with system.store.writing() as tx:
        found = visits.one(tx, visit_id)
        if found is None or found.unit_id != actor.unit_id:
            raise BadInput("no-visit")
        read_log.log_reading(tx, actor, now, "visit", case_id=found.case_id, patient_id=found.patient_id)
        return _Lines(tx, system, now).of([found])[0]


@rule("LO-1", "VI-1", "PR-1")
@right("visit.read")
def tasks(system: System, actor: Actor, unit_ids: Collection[str]) -> tuple[TaskLine, ...]:
    """The bookings of these units that somebody must see to, oldest first.

    That they were shown, with those of their patients who are registered, is committed before they are returned.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        found = visits.tasks(tx, unit_ids)
        for unit_id in unit_ids:
            patients = _registered(tx, found, unit_id)
            if patients or unit_id == actor.unit_id:
                read_log.log_reading(tx, replace(actor, unit_id=unit_id), now, "bookings", patients=patients)
        return _task_lines(tx, found)


@dataclass(slots=True)
class _Lines:
    """Making lines of visits, with all that belongs to them read at once."""

    tx: Tx
    system: System
    now: datetime

    def of(self, found: Collection[Visit]) -> tuple[VisitLine, ...]:
        """The line of each."""
        ids = [one.id for one in found]
        patients = people.patients_by_id(self.tx, {one.patient_id for one in found})
        their_cases = {
            row.case.id: row.case for row in cases.some(self.tx, {one.case_id for one in found if one.case_id})
        }
        names = people.names_of(self.tx, {one.holder_id for one in found if one.holder_id})
        there = participants.of_visits(self.tx, ids)
        calls, sent = visits.calls(self.tx, ids), outbox.of_visits(self.tx, ids)
        return tuple(
            self._line(
                one,
                patients[one.patient_id],
                their_cases.get(one.case_id or ""),
                names.get(one.holder_id or "", ""),
                there.get(one.id, []),
                calls.get(one.id, []),
                sent.get(one.id, []),
            )
            for one in found
        )

    def _line(
        self,
        visit: Visit,
        patient: Patient,
        case: Case | None,
        holder: str,
        there: Collection[Participant],
        calls: Collection[VisitCall],
        sent: Collection[OutgoingRow],
    ) -> VisitLine:
        settings = self.system.settings
        opens_at = visit.starts_at - timedelta(minutes=settings.link_opens_before)
        absent_after = timedelta(minutes=limit("visit_absent_after", self.now))
        absent = is_absent(visit, there, self.now, absent_after, is_watched=bool(settings.join_address))
        step = next_step(visit, case, tuple(calls), self.now, opens_at, absent=absent)
        hidden = is_protected(patient.protection)
        day = local_date(visit.starts_at)
        return VisitLine(
            visit=_of_protected(visit) if hidden else visit,
            patient=shown(patient, local_date(self.now)),
            age=None if hidden or patient.born is None else age_on(patient.born, day),
            holder=holder,
            number="" if hidden else reached_at(visit, patient.mobile),
            case=replace(case, matter="") if case is not None and hidden else case,
            participants=() if hidden else tuple(there),
            waiting=() if hidden else who_waits(visit, there, case),
            calls=tuple(replace(call, number="") for call in calls) if hidden else tuple(calls),
            sent=() if hidden else tuple(sent),
            step=step,
            opens_at=opens_at,
            is_absent=absent,
        )


def _of_protected(visit: Visit) -> Visit:
    return replace(visit, proxy_name="", proxy_number="", mobile="", reason="")


def _registered(tx: Tx, found: Collection[BookingTask], unit_id: str) -> set[str]:
    """The ids of the patients of a unit's tasks, of those who are registered."""
    return set(people.by_number(tx, [_number(one) for one in found if one.unit_id == unit_id]).values())


def _task_lines(tx: Tx, found: Collection[BookingTask]) -> tuple[TaskLine, ...]:
    """The tasks as they may be shown: of who is protected by now nothing but that."""
    ids = people.by_number(tx, [_number(one) for one in found])
    known = people.patients_by_id(tx, set(ids.values()))
    return tuple(_task_line(one, known.get(ids.get(_number(one), ""))) for one in found)


def _task_line(task: BookingTask, patient: Patient | None) -> TaskLine:
    hidden = task.problem == PROTECTED or (patient is not None and is_protected(patient.protection))
    said: Mapping[str, Any] = {} if hidden else task.booking
    starts_at = task.booking.get("starts_at")
    return TaskLine(
        id=task.id,
        unit_id=task.unit_id,
        problem=PROTECTED if hidden else task.problem,
        number=_number(task) if said else "",
        name=said.get("name", ""),
        starts_at=datetime.fromisoformat(starts_at) if starts_at else None,
        received_at=task.received_at,
        version=task.version,
    )


def _number(task: BookingTask) -> str:
    """The identity number of whom a booking is for, or empty."""
    return str((task.booking.get("number") or {}).get("value", ""))


def _invited(tx: Tx, actor: Actor, now: datetime) -> tuple[InvitedLine, ...]:
    if actor.staff_id is None:
        return ()
    found = participants.invitations(tx, actor.staff_id, now)
    names = {unit.id: unit.name for unit in people.all_units(tx)} if found else {}
    rows = {row.case.id: row.case for row in cases.some(tx, {visit.case_id for _one, visit in found if visit.case_id})}
    return tuple(
        InvitedLine(
            one,
            names[visit.unit_id],
            visit.starts_at,
            visit.ends_at,
            visit.case_id,
            on_video=visit.case_id in rows and links.is_on(rows[visit.case_id]),
        )
        for one, visit in found
    )
