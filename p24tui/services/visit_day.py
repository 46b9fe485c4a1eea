"""The day of a visit: taken in, begun, on video and off it again; a patient who does not come is telephoned."""

from datetime import datetime

from p24tui.errors import BadInput
from p24tui.gateways.fhir.model import Kind
from p24tui.ids import fresh_id, stable_id
from p24tui.routine import attendance, chat
from p24tui.routine import visit as visit_rules
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState, ContactKind
from p24tui.routine.decision import Refusal
from p24tui.routine.link import WITH_E_ID
from p24tui.routine.proxy import reached_at
from p24tui.routine.rule import rule
from p24tui.routine.visit import CallOutcome, Visit, VisitCall, VisitKind, VisitState
from p24tui.services import invitations, links, visit_ending, visits
from p24tui.services.access import right
from p24tui.services.change import allowed, change_in, locked, permitted
from p24tui.services.known import case_of_unit
from p24tui.services.outbox import cancel_reminders
from p24tui.store import cases, events, intake, participants, people
from p24tui.store import visits as stored
from p24tui.store.engine import Tx
from p24tui.store.intake import Became
from p24tui.store.values import CaseRow, Contact
from p24tui.system import System

MATTER = "Videobesök"


@rule("VI-14", "PR-1", "NA-2", "NA-4")
@right("visit.hold")
def take_in(system: System, actor: Actor, visit_id: str, version: int) -> tuple[Visit, Case]:
    """The first step on the day: the actor holds the visit, and has its case.

    Where the patient has a video contact of their own at the unit that nobody else has, it is that. Raises ``Refused``
    where the visit or the patient cannot be taken in, or ``Stale``.
    """
    now = system.clock.now()
    with system.store.reading() as tx:
        before = visits.of_unit(tx, actor, visit_id)
    visits.look_up(system, actor, before.patient_id)
    with system.store.writing() as tx:
        found = _own_contact(tx, before)
        visit = visits.of_unit(tx, actor, visit_id)
        visits.same(visit, version)
        record = people.patient(tx, id=visit.patient_id)
        assert record is not None  # a visit is a patient's
        permitted(chat.may_handle(actor, record.patient.protection))
        case_id = found or stable_id("visit", visit.id, "case")
        after = allowed(visit_rules.take_in(visit, actor, record.patient.protection, case_id, now))
        case = _claimed(tx, system, actor, case_id) if found else _made(tx, system, visit, actor, case_id, now)
        saved = stored.save(tx, after)
        events.append(tx, actor, now, "visit.taken-in", case_id, unit_id=saved.unit_id, visit=saved.id, rule="VI-14")
        return saved, case


@rule("VI-14")
@right("visit.hold")
def start(system: System, actor: Actor, visit_id: str, version: int) -> Visit:
    """The second step: the visit has begun. Raises ``Refused`` where the actor does not have its case, or ``Stale``."""
    now = system.clock.now()
    with system.store.writing() as tx:
        visit = visits.of_unit(tx, actor, visit_id)
        visits.same(visit, version)
        row = _row_of(tx, visit)
        begun = visit_rules.start(visit, row.case, actor, row.patient.protection, now)
        saved = stored.save(tx, allowed(begun, owner=row.owner))
        said = {"visit": saved.id, "rule": "VI-14"}
        events.append(tx, actor, now, "visit.started", saved.case_id, unit_id=saved.unit_id, **said)
        return saved


@rule("VI-14", "PR-1", "VI-1")
@right("visit.hold")
def start_video(system: System, actor: Actor, case_id: str, proxy_number: str = "") -> tuple[Case, str]:
    """The third step, and from any chat at any time: the video is on. The case, and the address for the actor.

    A chat that no visit is booked for becomes one now, and whoever joins is told by SMS: for a child its primary
    guardian, or the one with ``proxy_number``. A visit that was over lives again for the patient, and for none who was
    invited then. Raises ``Refused`` where it may not be, ``Unavailable`` where there is no video: nothing is written.
    """
    now = system.clock.now()
    with system.store.reading() as tx:
        patient_id = case_of_unit(tx, actor, case_id).patient.id
    visits.look_up(system, actor, patient_id)
    with system.store.writing() as tx:
        row = locked(tx, case_id)
        visit = stored.of_case(tx, case_id, lock=True) or _now(tx, system, actor, row, proxy_number, now)
        permitted(None if visit.state is not VisitState.TAKEN_IN else Refusal("VI-14", "start-first"))
        address = links.address_for(system, visit, actor.name, moderator=True)
        case = change_in(
            tx,
            system,
            actor,
            case_id,
            "video.started",
            lambda found: visit_rules.start_video(found.case, actor, found.patient.protection),
            rule="VI-14",
            visit=visit.id,
        )
        was_over = invitations.is_over(tx, system, visit, now)
        on = stored.save(tx, visit_rules.on_video(visit, actor, now))
        if was_over:
            invitations.begin_anew(tx, system, actor, on, now)
        return case, address


@right("visit.hold")
def address(system: System, actor: Actor, case_id: str) -> str:
    """The address for a member of staff into a video that is on. Raises ``Refused`` where it is not."""
    with system.store.writing() as tx:
        row = case_of_unit(tx, actor, case_id, lock=True)
        visit = stored.of_case(tx, case_id)
        if visit is None or not links.is_on(row.case):
            permitted(Refusal("VI-14", "video-off"))
        assert visit is not None
        permitted(chat.may_handle_case(row.case, actor, row.patient.protection))
        said = {"visit": visit.id, "rule": "VI-14"}
        events.append(tx, actor, system.clock.now(), "video.joined", case_id, unit_id=row.case.unit_id, **said)
        return links.address_for(system, visit, actor.name, moderator=row.case.owner_id == actor.staff_id)


@rule("VI-14")
@right("visit.hold")
def end_video(system: System, actor: Actor, case_id: str) -> tuple[Case, bool]:
    """The first step of ending: the video is off, and the visit lives on as a chat until it is ended too (H11).

    The second says that nobody knows whether the patient came, so that it is to be asked. Raises ``Refused`` where the
    actor does not have the case, or the video is not on.
    """
    with system.store.writing() as tx:
        case = change_in(
            tx,
            system,
            actor,
            case_id,
            "video.ended",
            lambda row: visit_rules.end_video(row.case, actor),
            rule="VI-14",
        )
        visit = stored.of_case(tx, case_id)
        return case, visit is not None and attendance.has_come(visit, participants.of_visit(tx, visit.id)) is None


@rule("VI-13")
@right("visit.hold")
def say_whether_came(system: System, actor: Actor, case_id: str, *, came: bool) -> Visit:
    """Whoever holds the visit says whether the patient came to the video. Raises ``Refused`` where it is not theirs."""
    now = system.clock.now()
    with system.store.writing() as tx:
        row = case_of_unit(tx, actor, case_id, lock=True)
        permitted(chat.owned_by(row.case, actor), owner=row.owner)
        visit = stored.of_case(tx, case_id, lock=True)
        if visit is None:
            raise BadInput("no-visit")
        saved = stored.save(tx, allowed(visit_rules.attended(visit, came=came)))
        said = {"visit": saved.id, "rule": "VI-13"}
        events.append(
            tx, actor, now, "visit.came" if came else "visit.not-came", case_id, unit_id=saved.unit_id, **said
        )
        if came:
            cancel_reminders(tx, actor, now, "visit-over", saved)
        return saved


@rule("VI-13")
@right("visit.hold")
def record_call(
    system: System, actor: Actor, visit_id: str, outcome: CallOutcome, at: datetime | None = None
) -> VisitCall:
    """Record that an absent patient was telephoned, at ``at`` (UTC) or now, and what came of it.

    Raises ``Refused`` where the visit is not the actor's to hold, has not begun, or is over.
    """
    now = system.clock.now()
    at = now if at is None else at
    with system.store.writing() as tx:
        visit = visits.of_unit(tx, actor, visit_id)
        record = people.patient(tx, id=visit.patient_id)
        assert record is not None  # a visit is a patient's
        assert actor.staff_id is not None
        permitted(chat.may_handle(actor, record.patient.protection))
        permitted(attendance.may_call(visit, actor, at, now))
        call = VisitCall(at, actor.staff_id, actor.name, reached_at(visit, record.patient.mobile), outcome)
        stored.add_call(tx, visit.id, call)
        said = {"visit": visit.id, "outcome": outcome.value, "called_at": at.isoformat(), "rule": "VI-13"}
        events.append(tx, actor, now, "visit.called", visit.case_id, unit_id=visit.unit_id, **said)
        return call


@rule("VI-13")
@right("visit.hold")
def end_absent(system: System, actor: Actor, visit_id: str, version: int) -> Visit:
    """End a visit that nobody has taken in: the patient did not come and has been telephoned.

    One that has been taken in ends with its case, in two steps. Raises ``Refused`` or ``Stale``.
    """
    now = system.clock.now()
    with system.store.writing() as tx:
        visit = visits.of_unit(tx, actor, visit_id)
        visits.same(visit, version)
        calls = stored.calls_of(tx, visit.id)
        after = allowed(attendance.end_absent(visit, actor, participants.of_visit(tx, visit.id), calls, now))
        return visit_ending.close(tx, actor, visit, after, now)


def _own_contact(tx: Tx, visit: Visit) -> str | None:
    """The patient's own video contact that is to be the visit's chat, locked; a relative's has none."""
    if visit.kind is VisitKind.RELATIVE:
        return None
    found = cases.open_video(tx, visit.patient_id, visit.unit_id)
    if found is None:
        return None
    cases.one(tx, found, lock=True)  # before the visit, as in every deed; somebody may have taken it meanwhile
    return cases.open_video(tx, visit.patient_id, visit.unit_id)


def _claimed(tx: Tx, system: System, actor: Actor, case_id: str) -> Case:
    return change_in(
        tx, system, actor, case_id, "case.claimed", lambda row: chat.claim(row.case, actor, row.patient.protection)
    )


def _made(tx: Tx, system: System, visit: Visit, actor: Actor, case_id: str, now: datetime) -> Case:
    """The chat of a visit: the actor has it, and nobody waits for an answer in it.

    Where there is a patient's side, it knows the chat by the case's own id, reads it and writes in it.
    """
    made = Case(
        id=case_id,
        unit_id=visit.unit_id,
        patient_id=visit.patient_id,
        kind=ContactKind.VIDEO,
        matter=visit.reason or MATTER,
        received_at=now,
        state=CaseState.ONGOING,
        owner_id=actor.staff_id,
        opened_at=now,
    )
    there = participants.of_visit(tx, visit.id)
    came = next((one for one in there if one.role in WITH_E_ID and one.e_id_at is not None), None)
    e_id, e_id_at, way_in = (came.e_id, came.e_id_at, links.WAY_IN) if came else ("", None, "")
    source, name = system.settings.patient_side or visit_rules.UNREAD_BY_PATIENTS, f"{Kind.CASE}/{case_id}"
    cases.add(tx, made, Contact(source, name, e_id, e_id_at, way_in))
    if system.settings.patient_side:
        intake.remember(tx, source, Kind.CASE, (name,), Became(case_id, "", now))
    return made


def _now(tx: Tx, system: System, actor: Actor, row: CaseRow, proxy_number: str, now: datetime) -> Visit:
    """A visit for a chat that goes on by video here and now, with a link for whoever joins."""
    starts_at, ends_at = now, visits.usual_end(now)
    made = Visit(
        id=fresh_id(),
        unit_id=row.case.unit_id,
        patient_id=row.patient.id,
        starts_at=starts_at,
        ends_at=ends_at,
        state=VisitState.STARTED,
        holder_id=actor.staff_id,
        case_id=row.case.id,
        reason=row.case.matter,
        taken_in_at=now,
        started_at=now,
    )
    visit = allowed(visits.with_whom(tx, made, row.patient, proxy_number))
    stored.add(tx, visit)
    visits.welcome(tx, actor, visit, now)
    invitations.call_in(tx, system, actor, visit, now)
    return visit


def _row_of(tx: Tx, visit: Visit) -> CaseRow:
    permitted(Refusal("VI-14", "take-in-first") if visit.case_id is None else None)
    assert visit.case_id is not None
    return locked(tx, visit.case_id)
