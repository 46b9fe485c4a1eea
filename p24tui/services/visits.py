"""Booked video visits and their reminders, which one planner keeps in step: booking, moving, cancelling."""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from p24tui.clock import local_date
from p24tui.errors import BadInput, Stale
from p24tui.ids import fresh_id
from p24tui.routine import proxy, reminder, visit
from p24tui.routine.actor import Actor
from p24tui.routine.decision import Refusal
from p24tui.routine.outgoing import HAS_GONE, Purpose
from p24tui.routine.patient import Patient
from p24tui.routine.rule import rule
from p24tui.routine.visit import Summons, Visit, VisitKind
from p24tui.services import guardians, invitations, links, protections, sms_text
from p24tui.services import outbox as services_outbox
from p24tui.services.access import right
from p24tui.services.change import allowed, permitted
from p24tui.services.known import known_unit
from p24tui.services.limits import limit, limit_on
from p24tui.services.reminders import times_of
from p24tui.store import events, outbox, people, visits
from p24tui.store.engine import Tx
from p24tui.system import System
from p24tui.text import clean_line

LONGEST_REASON = 200
LONGEST = timedelta(hours=8)
"""How long a visit may last."""

welcome, joins_as = links.welcome, links.joins_as
"""Who joins a visit is decided where their links are, for inviting asks it too."""


class Wanted(Struct, frozen=True, kw_only=True):
    """What is to be booked. Instants are UTC; without ``ends_at`` it lasts as long as visits do.

    ``proxy_number`` is the guardian that was chosen, empty for whoever is preselected (VI-7). A ``relative`` is talked
    with alone (VI-4).
    """

    patient_id: str
    starts_at: datetime
    ends_at: datetime | None = None
    holder_id: str | None = None
    proxy_number: str = ""
    relative: bool = False
    summons: Summons | None = None
    reason: str = ""


class Told(Struct, frozen=True, kw_only=True):
    """Which booking of which system it is, and when that system said so."""

    source: str
    booking_id: str
    said_at: datetime | None


@rule("NA-3", "VI-1", "VI-2", "VI-3", "VI-4", "PR-1")
@right("visit.book")
def book(system: System, actor: Actor, wanted: Wanted, visit_id: str = "") -> Visit:
    """Book a video visit at the actor's unit by hand, with its reminders in the same transaction.

    ``visit_id`` makes a second press book nothing more. Raises ``Refused`` where a rule forbids it, ``BadInput`` where
    there is no such patient or holder, or the time cannot be used.
    """
    now = system.clock.now()
    look_up(system, actor, wanted.patient_id)
    with system.store.writing() as tx:
        if visit_id and (there := _pressed_before(tx, actor, wanted, visit_id)) is not None:
            return there
        kind = VisitKind.RELATIVE if wanted.relative else VisitKind.PATIENT
        permitted(visit.may_book_by_hand(kind, allowed=system.settings.booking_by_hand))
        return booked_in(tx, system, actor, wanted, now, visit_id)


def booked_in(
    tx: Tx, system: System, actor: Actor, wanted: Wanted, now: datetime, visit_id: str = "", told: Told | None = None
) -> Visit:
    """The same within a transaction that does more; ``told`` by a booking system, where the summons is chosen there."""
    patient = _patient(tx, wanted.patient_id)
    starts_at, ends_at = span(wanted.starts_at, wanted.ends_at, now)
    made = Visit(
        id=visit_id or fresh_id(),
        unit_id=actor.unit_id,
        patient_id=patient.id,
        starts_at=starts_at,
        ends_at=ends_at,
        holder_id=_holder(tx, actor.unit_id, wanted.holder_id),
        kind=VisitKind.RELATIVE if wanted.relative else VisitKind.PATIENT,
        reason=clean_line(wanted.reason, LONGEST_REASON),
        source=told.source if told else "",
        booking_id=told.booking_id if told else None,
        said_at=told.said_at if told else None,
    )
    booked = allowed(with_whom(tx, made, patient, wanted.proxy_number))
    if told is None:
        permitted(visit.may_summon(booked.kind, wanted.summons))
        by = actor.name if wanted.summons else ""
        booked = replace(booked, summons=wanted.summons, summons_by=by, summons_at=now if by else None)
    visits.add(tx, booked)
    events.append(tx, actor, now, "visit.booked", visit=booked.id, with_whom=booked.kind.value, rule="VI-1")
    welcome(tx, actor, booked, now)
    plan(tx, system, actor, booked)
    return booked


@rule("VI-6", "VI-7", "VI-9", "VI-1", "PR-1")
def with_whom(tx: Tx, one: Visit, patient: Patient, proxy_number: str = "") -> Visit | Refusal:
    """The visit with whom it is, by the age on its day: a child has one proxy, who is reached instead of the child.

    One that has its proxy already, and still needs one, keeps that: a later change of primary guardian touches only
    bookings made after it. Where that one may be proxy no longer it is refused: nobody takes their place unseen.
    """
    if one.kind is VisitKind.RELATIVE:
        return visit.may_book(patient, "none is needed") or one
    day = local_date(one.starts_at)
    child = proxy.needs_proxy(patient.born, day, limit_on("proxy_below_age", day))
    if isinstance(child, Refusal):
        return child
    if not child:
        grown = replace(one, kind=VisitKind.PATIENT, proxy_number="", proxy_name="", mobile="")
        return visit.may_book(patient, patient.mobile) or grown
    theirs = people.guardians_of(tx, patient.id)
    if one.kind is VisitKind.CHILD and not proxy_number:
        return proxy.may_stay(theirs, one.proxy_number) or visit.may_book(patient, one.mobile) or one
    if refusal := visit.may_book(patient, "the proxy's is looked at below"):
        return refusal
    chosen = proxy.choose_proxy(theirs, proxy_number)
    if isinstance(chosen, Refusal):
        return chosen
    return replace(one, kind=VisitKind.CHILD, proxy_number=chosen.number, proxy_name=chosen.name, mobile=chosen.mobile)


@rule("NA-3", "VI-9")
@right("visit.book")
def move(system: System, actor: Actor, visit_id: str, starts_at: datetime, ends_at: datetime | None = None) -> Visit:
    """Move a visit: what was planned for its old time is cancelled, and what still makes sense is planned anew.

    Whether it is a child's is asked again for the new day. Raises ``Refused`` where it may not be moved, ``BadInput``
    where there is none, or the time cannot be used.
    """
    now = system.clock.now()
    with system.store.reading() as tx:
        before = of_unit(tx, actor, visit_id)
    look_up(system, actor, before.patient_id)
    with system.store.writing() as tx:
        return moved_in(tx, system, actor, of_unit(tx, actor, visit_id), starts_at, ends_at, now)


def moved_in(
    tx: Tx, system: System, actor: Actor, before: Visit, starts_at: datetime, ends_at: datetime | None, now: datetime
) -> Visit:
    """The same within a transaction that does more; ``before`` is locked."""
    lasts = before.ends_at - before.starts_at
    starts_at, ends_at = span(starts_at, ends_at or starts_at + lasts, now, stays=starts_at == before.starts_at)
    if (before.starts_at, before.ends_at) == (starts_at, ends_at):
        return before
    after = allowed(visit.move(before, starts_at, ends_at))
    after = allowed(with_whom(tx, after, _patient(tx, after.patient_id)))
    if visit.may_summon(after.kind, after.summons) is not None:
        after = replace(after, summons=None, summons_by="", summons_at=None)
    after = visits.save(tx, after)
    events.append(tx, actor, now, "visit.moved", unit_id=after.unit_id, visit=after.id)
    if after.starts_at != before.starts_at:
        services_outbox.cancel_reminders(tx, actor, now, "visit-moved", before)
        welcome(tx, actor, after, now)
        plan(tx, system, actor, after)
    invitations.renew(tx, system, actor, after, now)
    return after


@rule("NA-3")
@right("visit.book")
def cancel(system: System, actor: Actor, visit_id: str) -> Visit:
    """Cancel a visit, what was planned for it, and every link. Raises ``Refused`` where it has begun, or is over."""
    now = system.clock.now()
    with system.store.writing() as tx:
        return cancelled_in(tx, system, actor, of_unit(tx, actor, visit_id), now)


def cancelled_in(tx: Tx, system: System, actor: Actor, before: Visit, now: datetime) -> Visit:
    """The same within a transaction that does more; ``before`` is locked."""
    after = visits.save(tx, allowed(visit.cancel(before, now)))
    events.append(tx, actor, now, "visit.cancelled", unit_id=after.unit_id, visit=after.id)
    services_outbox.cancel_reminders(tx, actor, now, "visit-cancelled", after)
    invitations.call_off(tx, system, actor, after, now)
    return after


@rule("VI-3")
@right("visit.book")
def confirm_summons(system: System, actor: Actor, visit_id: str, summons: Summons) -> Visit:
    """Somebody confirms which summons was chosen in VAS, and how it goes. Raises ``Refused`` for the wrong one."""
    now = system.clock.now()
    with system.store.writing() as tx:
        after = visits.save(tx, allowed(visit.summoned(of_unit(tx, actor, visit_id), summons, actor, now)))
        said = {"visit": after.id, "summons": summons.value}
        events.append(tx, actor, now, "visit.summons", unit_id=after.unit_id, rule="VI-3", **said)
        return after


def span(
    starts_at: datetime, ends_at: datetime | None, now: datetime, *, stays: bool = False
) -> tuple[datetime, datetime]:
    """When a visit is, with its usual length where none is said. Raises ``BadInput`` where that cannot be.

    One that ``stays`` at its beginning may have begun.
    """
    if starts_at <= now and not stays:
        raise BadInput("visit-past")
    ends_at = ends_at or usual_end(starts_at)
    if not timedelta(0) < ends_at - starts_at <= LONGEST:
        raise BadInput("visit-length", most=LONGEST // timedelta(hours=1))
    return starts_at, ends_at


def usual_end(starts_at: datetime) -> datetime:
    """When a visit ends that begins then, where nothing else is said."""
    return starts_at + timedelta(minutes=limit("visit_lasts", starts_at))


@right("patient.read")
def look_up(system: System, actor: Actor, patient_id: str) -> None:
    """Ask about the patient, and about a child's guardians, before something is done that depends on it."""
    protections.look_up(system, actor, patient_id)
    guardians.look_up(system, patient_id)


def plan(tx: Tx, system: System, actor: Actor, one: Visit) -> None:
    """Put the visit's reminders into the outbox, each with a link of its own."""
    if not one.has_reminders:
        return
    now, unit = system.clock.now(), known_unit(tx, one.unit_id)
    told = any(row.state in HAS_GONE for row in outbox.of_visit(tx, one.id))
    for each in reminder.visit_reminders(one.starts_at, now, unit.hours, times_of(tx, unit.id, now), moved=told):
        row = services_outbox.make_row(
            unit.id,
            one.patient_id,
            _about(tx, one, each.purpose),
            each,
            now,
            text=sms_text.text_for(tx, system, unit, each.purpose, link=links.make(tx, system, joins_as(one))),
            recipient=proxy.reached_at(one, _patient(tx, one.patient_id).mobile),
            by=actor,
            person_number=one.proxy_number,
            visit_id=one.id,
            visit_at=one.starts_at,
        )
        services_outbox.queue(tx, actor, row)


def _about(tx: Tx, one: Visit, purpose: Purpose) -> str:
    moved = purpose is Purpose.VISIT_MOVED
    return services_outbox.about_anew(tx, one, purpose) if moved else services_outbox.about_visit(one)


def of_unit(tx: Tx, actor: Actor, visit_id: str) -> Visit:
    """A visit of the actor's unit, kept from other writers, and its case before it. Raises ``BadInput``."""
    found = links.locked_with_case(tx, visit_id)
    if found is None or found.unit_id != actor.unit_id:
        raise BadInput("no-visit")
    return found


def same(one: Visit, version: int) -> None:
    """Raises ``Stale`` where somebody has changed the visit since it had this version."""
    if one.version != version:
        raise Stale()


def _pressed_before(tx: Tx, actor: Actor, wanted: Wanted, visit_id: str) -> Visit | None:
    """The visit that an earlier press has booked; a press at the same time is waited for."""
    people.patient(tx, id=wanted.patient_id, lock=True)
    there = visits.one(tx, visit_id)
    if there is not None and there.unit_id != actor.unit_id:
        raise BadInput("no-visit")
    return there


def _holder(tx: Tx, unit_id: str, staff_id: str | None) -> str | None:
    if not staff_id:
        return None
    found = people.staff_member(tx, staff_id)
    if found is None or not found[0].active or unit_id not in found[1]:
        raise BadInput("no-holder")
    return staff_id


def _patient(tx: Tx, patient_id: str) -> Patient:
    record = people.patient(tx, id=patient_id)
    if record is None:
        raise BadInput("no-patient")
    return record.patient
