"""Booked video visits and their reminders, which one planner keeps in step: booking, moving, cancelling."""

from datetime import datetime

from p24tui.errors import BadInput
from p24tui.ids import fresh_id
from p24tui.routine import reminder, visit
from p24tui.routine.actor import Actor
from p24tui.routine.outgoing import HAS_GONE
from p24tui.routine.patient import Patient
from p24tui.routine.rule import rule
from p24tui.routine.visit import Visit
from p24tui.services import outbox as services_outbox
from p24tui.services import protections, sms_text
from p24tui.services.change import allowed, permitted
from p24tui.services.known import known_unit
from p24tui.services.reminders import times_of
from p24tui.store import events, outbox, people, visits
from p24tui.store.engine import Tx
from p24tui.system import System


@rule("NA-3", "VI-1", "PR-1")
def book(system: System, actor: Actor, patient_id: str, starts_at: datetime, visit_id: str = "") -> Visit:
    """Book a video visit at the actor's unit, with its reminders in the same transaction.

    ``visit_id`` makes a second press book nothing more. Raises ``Refused`` where the patient is protected or cannot be
    reached by SMS, ``BadInput`` where there is no such patient or the time has passed.
    """
    now = system.clock.now()
    if starts_at <= now:
        raise BadInput("visit-past")
    protections.look_up(system, actor, patient_id)
    with system.store.writing() as tx:
        if visit_id and visits.one(tx, visit_id) is not None:
            return _visit(tx, actor, visit_id)
        patient = _patient(tx, patient_id)
        permitted(visit.may_book(patient))
        booked = Visit(visit_id or fresh_id(), actor.unit_id, patient_id, starts_at)
        visits.add(tx, booked)
        events.append(tx, actor, now, "visit.booked", visit=booked.id)
        _plan(tx, system, actor, booked, patient)
        return booked


@rule("NA-3")
def move(system: System, actor: Actor, visit_id: str, starts_at: datetime) -> Visit:
    """Move a visit: what was planned for its old time is cancelled, and what still makes sense is planned anew.

    Raises ``Refused`` where it is cancelled, ``BadInput`` where there is none, or the time has passed.
    """
    now = system.clock.now()
    if starts_at <= now:
        raise BadInput("visit-past")
    with system.store.writing() as tx:
        before = _visit(tx, actor, visit_id)
        if before.starts_at == starts_at:
            return before
        after = visits.save(tx, allowed(visit.move(before, starts_at)))
        events.append(tx, actor, now, "visit.moved", unit_id=after.unit_id, visit=after.id)
        services_outbox.cancel_planned(tx, actor, now, "visit-moved", about_visit(before))
        _plan(tx, system, actor, after, _patient(tx, after.patient_id))
        return after


@rule("NA-3")
def cancel(system: System, actor: Actor, visit_id: str) -> Visit:
    """Cancel a visit, and what was planned for it. Raises ``Refused`` where it is cancelled already."""
    now = system.clock.now()
    with system.store.writing() as tx:
        after = visits.save(tx, allowed(visit.cancel(_visit(tx, actor, visit_id))))
        events.append(tx, actor, now, "visit.cancelled", unit_id=after.unit_id, visit=after.id)
        services_outbox.cancel_planned(tx, actor, now, "visit-cancelled", about_visit(after))
        return after


def about_visit(one: Visit) -> str:
    """What the reminders of a visit are about: the visit at its time, so that another time has its own."""
    return f"visit:{one.id}@{one.starts_at.isoformat(timespec='minutes')}"


def _plan(tx: Tx, system: System, actor: Actor, one: Visit, patient: Patient) -> None:
    now, unit = system.clock.now(), known_unit(tx, one.unit_id)
    told = any(row.state in HAS_GONE for row in outbox.of_visit(tx, one.id))
    planned = reminder.visit_reminders(one.starts_at, now, unit.hours, times_of(tx, unit.id, now), moved=told)
    for each in planned:
        row = services_outbox.make_row(
            unit.id,
            one.patient_id,
            about_visit(one),
            each,
            now,
            text=sms_text.text_for(tx, system, unit, each.purpose),
            recipient=patient.mobile,
            by=actor,
            visit_id=one.id,
            visit_at=one.starts_at,
        )
        services_outbox.queue(tx, actor, row)


def _visit(tx: Tx, actor: Actor, visit_id: str) -> Visit:
    found = visits.one(tx, visit_id, lock=True)
    if found is None or found.unit_id != actor.unit_id:
        raise BadInput("no-visit")
    return found


def _patient(tx: Tx, patient_id: str) -> Patient:
    record = people.patient(tx, id=patient_id)
    if record is None:
        raise BadInput("no-patient")
    return record.patient
