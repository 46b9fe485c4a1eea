"""What is to go out: put there in the transaction of the deed that wants it, and what staff decide about it."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from p24tui.clock import local_date
from p24tui.errors import BadInput, Refused
from p24tui.gateways.outgoing.model import Invitation, Outgoing
from p24tui.ids import fresh_id, stable_id
from p24tui.routine import reminder
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState
from p24tui.routine.link import SPENT, spent
from p24tui.routine.outgoing import TO_DECIDE, Channel, OutgoingState, Planned, Purpose
from p24tui.routine.patient import ShownPatient, shown
from p24tui.routine.rule import rule
from p24tui.routine.visit import Visit
from p24tui.services.access import right
from p24tui.services.known import case_of_unit
from p24tui.services.views import OutboxStanding, OutgoingLine, OutgoingView
from p24tui.store import cases, events, outbox, people, read_log
from p24tui.store.engine import Tx
from p24tui.store.outbox import Count
from p24tui.store.values import OutgoingRow
from p24tui.system import System
from p24tui.words.times import moment

SHOWN = 200
"""Rows of each sort that a list shows."""

OVERDUE_AFTER = timedelta(minutes=2)
"""How long something may be due before it is said that nothing goes out."""


def make_row(
    unit_id: str,
    patient_id: str,
    about: str,
    planned: Planned,
    now: datetime,
    *,
    text: str,
    recipient: str,
    by: Actor,
    case_id: str | None = None,
    person_number: str = "",
    visit_id: str | None = None,
    visit_at: datetime | None = None,
) -> OutgoingRow:
    """An SMS that is to go, from what was planned."""
    return OutgoingRow(
        id=stable_id("outbox", about, planned.purpose, local_date(planned.due_at).isoformat()),
        unit_id=unit_id,
        patient_id=patient_id,
        case_id=case_id,
        visit_id=visit_id,
        about=about,
        purpose=planned.purpose,
        local_date=local_date(planned.due_at),
        visit_at=visit_at,
        channel=Channel.SMS,
        recipient=recipient,
        person_number=person_number,
        text=text,
        due_at=planned.due_at,
        expires_at=planned.expires_at,
        try_at=planned.due_at,
        queued_at=now,
        queued_by=by.staff_id,
        queued_by_name=by.name,
        changed_at=now,
    )


@rule("SE-2", "NA-3")
def queue(tx: Tx, actor: Actor, row: OutgoingRow) -> tuple[OutgoingRow, bool]:
    """Put it into the outbox, where there is none like it; the row that stands there, and whether it is this one.

    One that was cancelled or has failed has not gone, and takes this one's place.
    """
    if outbox.add(tx, row):
        tell(tx, actor, row, row.changed_at, "sms.queued")
        return row, True
    there = outbox.like(tx, row.about, row.purpose, row.local_date)
    assert there is not None
    if not there.is_free:
        return there, False
    again = replace(row, id=there.id, fence=there.fence + 1)
    _write(tx, again, there)
    tell(tx, actor, again, again.changed_at, "sms.queued")
    return again, True


@rule("SE-2")
def cancel_moot(tx: Tx, actor: Actor, before: Case, after: Case, now: datetime) -> None:
    """What is queued to remind the patient is cancelled by the deed that makes it pointless: an answer, an ending."""
    if not reminder.is_waited_for(before) or reminder.is_waited_for(after):
        return
    problem = "ended" if after.state is CaseState.ENDED else "answered"
    cancel_planned(tx, actor, now, problem, about_case(after.id))


def cancel_planned(tx: Tx, actor: Actor, now: datetime, problem: str, about: str) -> bool:
    """Cancel what has not gone about a case, or a visit at its time; the history says why. Whether there was any."""
    cancelled = outbox.cancel_queued(tx, now, problem, about=about)
    for row in cancelled:
        tell(tx, actor, row, now, "sms.cancelled", problem=problem)
    return bool(cancelled)


def cancel_reminders(tx: Tx, actor: Actor, now: datetime, problem: str, visit: Visit) -> None:
    """Cancel each reminder of a visit that has not gone, at whatever time the visit was to be."""
    rows = outbox.of_visit(tx, visit.id)
    planned = {row.about for row in rows if row.purpose.of_visit and row.state is OutgoingState.QUEUED}
    for about in sorted(planned):
        cancel_planned(tx, actor, now, problem, about)


@rule("SE-2")
@right("sms.settle")
def cancel(system: System, actor: Actor, id: str) -> OutgoingRow:
    """Let something not go. Raises ``Refused`` where it has gone already, or is just going.

    What was to go once more, after nobody knew whether it had, is as uncertain as before, and decided.
    """
    with system.store.writing() as tx:
        row = _of_unit(tx, actor, id)
        if row.state is not OutgoingState.QUEUED:
            raise Refused("SE-2", "sms-gone")
        state = OutgoingState.UNCERTAIN if row.may_have_gone else OutgoingState.CANCELLED
        return _settle(tx, actor, row, system.clock.now(), state, "sms.cancelled", problem="by-hand")


@rule("SE-2")
@right("sms.settle")
def send_again(system: System, actor: Actor, id: str) -> OutgoingRow:
    """Let something that failed, or of which nobody knows, go once more: a person decides that it does.

    Raises ``Refused`` where there is nothing to decide, or it is of no use any longer.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        _lock_case(tx, id)
        row = _to_decide(tx, actor, id)
        if now >= row.expires_at:
            raise Refused("SE-2", "sms-too-late")
        if SPENT in row.text:  # it was taken before it failed, and a link is kept for as long as it has not gone
            raise Refused("SE-2", "sms-link-spent")
        not_twice(tx, row.about, row.purpose, local_date(now), now, besides=row.id)
        again = replace(
            row,
            state=OutgoingState.QUEUED,
            problem="",
            fence=row.fence + 1,
            lease_until=None,
            due_at=now,
            try_at=now,
            sent_at=None,
            may_have_gone=row.may_have_gone or row.state is OutgoingState.UNCERTAIN,
            gateway_id="",
            settled_by="",
            settled_at=None,
            changed_at=now,
        )
        _write(tx, again, row)
        tell(tx, actor, again, again.changed_at, "sms.again")
        return again


@rule("SE-2")
@right("sms.settle")
def settle(system: System, actor: Actor, id: str) -> OutgoingRow:
    """Somebody has seen that it failed, or that nobody knows, and lets it be: it calls for nobody any longer.

    Raises ``Refused`` where there is nothing to decide.
    """
    with system.store.writing() as tx:
        row = _to_decide(tx, actor, id)
        return _settle(tx, actor, row, system.clock.now(), row.state, "sms.settled", problem=row.problem)


@rule("SE-2", "NA-3")
def not_twice(tx: Tx, what: str, purpose: Purpose, day: date, now: datetime, besides: str = "") -> None:
    """Raises ``Refused`` where one of the same is on its way, or went, or may have gone, on that day (H13).

    ``besides`` is a row that does not count. The case is locked, so that nobody else asks at the same time.
    """
    for one in outbox.about(tx, what, purpose):
        if one.id == besides or one.is_free:
            continue
        goes = one.state in (OutgoingState.QUEUED, OutgoingState.SENDING)
        if not goes and day not in (one.local_date, local_date(one.at)):
            continue
        late = "reminder-late" if one.due_at < now - OVERDUE_AFTER else "reminder-planned"
        raise Refused("SE-2", late if goes else "reminded", at=moment(one.at, now))


def about_visit(visit: Visit) -> str:
    """What the reminders of a visit are about: the visit at its time, so that another time has its own."""
    return f"visit:{visit.id}@{visit.starts_at.isoformat(timespec='minutes')}"


def about_anew(tx: Tx, visit: Visit, purpose: Purpose) -> str:
    """The same for what tells of a change, of which each goes: a visit may come back to a time that it had before."""
    gone = {row.about for row in outbox.of_visit(tx, visit.id) if row.purpose is purpose and not row.is_free}
    about = about_visit(visit)
    return next(one for one in (about, *(f"{about}#{count}" for count in range(1, len(gone) + 1))) if one not in gone)


def about_case(case_id: str) -> str:
    """What the reminders of a case are about."""
    return f"case:{case_id}"


def standing(system: System, unit_ids: Collection[str]) -> OutboxStanding:
    """How the units' outbox stands now, in numbers alone."""
    now = system.clock.now()
    with system.store.reading() as tx:
        counts = outbox.counts(tx, unit_ids, now - OVERDUE_AFTER)
    waiting = [one for one in counts if one.state not in TO_DECIDE]
    overdue = [one for one in waiting if one.overdue]
    return OutboxStanding(
        uncertain=sum(one.rows for one in counts if one.state is OutgoingState.UNCERTAIN),
        failed=sum(one.rows for one in counts if one.state is OutgoingState.FAILED),
        planned=sum(one.rows for one in waiting),
        overdue=sum(one.overdue for one in overdue),
        problem="" if not overdue else _in_the_way(system, overdue),
    )


def _in_the_way(system: System, overdue: Collection[Count]) -> str:
    if Channel.SMS not in system.gateways:
        return "no-gateway"
    return next((one.problem for one in overdue if one.problem), "")


@rule("LO-1", "PR-1")
@right("sms.read")
def to_see(
    system: System, actor: Actor, unit_ids: Collection[str], *, view: str = "", shown_patients: Collection[str] = ()
) -> OutgoingView:
    """What somebody must decide about, then what is planned. That it was shown is committed before it is returned.

    ``view`` is the id of one that is read anew: then only patients that it has not shown before are logged.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        rows = outbox.to_see(tx, unit_ids, SHOWN)
        kind, view = ("arrivals", view) if view else ("list", fresh_id())
        for unit_id in unit_ids:
            patients = {row.patient_id for row in rows if row.unit_id == unit_id} - set(shown_patients)
            if patients or (kind == "list" and unit_id == actor.unit_id):
                read_log.log_reading(tx, replace(actor, unit_id=unit_id), now, kind, patients=patients, view=view)
        return OutgoingView(view, _lines(tx, rows, now))


@rule("LO-1", "PR-1")
@right("sms.read")
def of_case(system: System, actor: Actor, case_id: str, *, view: str = "") -> OutgoingView:
    """All that goes out, and has gone, to the patient of a case from its unit; logged as ``to_see`` is."""
    now = system.clock.now()
    with system.store.writing() as tx:
        row = case_of_unit(tx, actor, case_id)
        if not view:
            read_log.log_reading(tx, actor, now, "case", case_id=case_id, patient_id=row.patient.id)
        found = outbox.of_patient(tx, row.patient.id, row.case.unit_id, SHOWN)
        return OutgoingView(view or fresh_id(), _lines(tx, found[::-1], now))


def _lines(tx: Tx, rows: Collection[OutgoingRow], now: datetime) -> tuple[OutgoingLine, ...]:
    """The rows with nothing in them that may not be shown."""
    patients = people.patients_by_id(tx, {row.patient_id for row in rows})
    return tuple(_line(row, shown(patients[row.patient_id], local_date(now))) for row in rows)


def _line(row: OutgoingRow, patient: ShownPatient) -> OutgoingLine:
    if patient.protected:
        row = replace(row, recipient="", text="", subject="", visit_at=None, queued_by_name="", about="")
    return OutgoingLine(row, patient)


def _lock_case(tx: Tx, id: str) -> None:
    row = outbox.one(tx, id)
    if row is not None and row.case_id is not None:
        cases.one(tx, row.case_id, lock=True)


def _of_unit(tx: Tx, actor: Actor, id: str) -> OutgoingRow:
    row = outbox.one(tx, id, lock=True)
    if row is None or row.unit_id != actor.unit_id:
        raise BadInput("no-sms")
    return row


def _to_decide(tx: Tx, actor: Actor, id: str) -> OutgoingRow:
    row = _of_unit(tx, actor, id)
    if not row.is_undecided:
        raise Refused("SE-2", "sms-decided")
    return row


def _settle(
    tx: Tx, actor: Actor, row: OutgoingRow, now: datetime, state: OutgoingState, kind: str, *, problem: str
) -> OutgoingRow:
    after = replace(
        row,
        state=state,
        problem=problem,
        text=spent(row.text),  # it never goes again
        fence=row.fence + 1,  # a sender that wakes late writes nothing any more
        settled_by=actor.name,
        settled_at=now,
        changed_at=now,
    )
    _write(tx, after, row)
    tell(tx, actor, after, after.changed_at, kind)
    return after


def _write(tx: Tx, after: OutgoingRow, before: OutgoingRow) -> None:
    """Write what is other than before; the row is locked."""
    changed = {
        name: getattr(after, name)
        for name in OutgoingRow.__struct_fields__
        if getattr(after, name) != getattr(before, name)
    }
    outbox.change(tx, before.id, before.fence, (before.state,), **changed)


def tell(tx: Tx, actor: Actor, row: OutgoingRow, at: datetime, kind: str, **details: str) -> None:
    """Append to the history, of the case where it is about one, what became of a row."""
    events.append(
        tx,
        actor,
        at,
        kind,
        row.case_id,
        unit_id=row.unit_id,
        rule=rule_of(row),
        sms=row.id,
        purpose=row.purpose.value,
        **details,
    )


def rule_of(row: OutgoingRow) -> str:
    """The rule by which it goes."""
    return "NA-3" if row.purpose.of_visit else "SE-2" if row.purpose is Purpose.ANSWER else ""


def nobody(unit_id: str, place: str = "") -> Actor:
    """Who acts where no person does."""
    return Actor(None, "p24tui", None, unit_id, place or "tick:outbox")


def letter(row: OutgoingRow) -> Outgoing:
    """What a gateway is handed of a row."""
    invitation = None
    if row.invitation is not None:
        starts, ends = (datetime.fromisoformat(row.invitation[name]) for name in ("starts_at", "ends_at"))
        said = row.invitation
        invitation = Invitation(said["uid"], said["sequence"], starts, ends, said["cancelled"])
    return Outgoing(row.id, row.recipient, row.text, row.subject, invitation)
