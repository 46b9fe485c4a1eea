"""Ending a case in two steps."""

from p24tui.ids import fresh_id
from p24tui.routine import ending
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.chat import is_left
from p24tui.routine.decision import Refusal
from p24tui.routine.protection import is_protected
from p24tui.services import note_debts, suicide, visit_ending
from p24tui.services.access import right
from p24tui.services.change import Decide, change, change_in, locked, taking_on
from p24tui.services.known import known_unit
from p24tui.services.limits import limit
from p24tui.services.phrases import phrase
from p24tui.store import messages
from p24tui.store.engine import Tx
from p24tui.store.values import Author, CaseRow, Message
from p24tui.system import System
from p24tui.text import clean_line


@right("case.end")
def request_end(system: System, actor: Actor, case_id: str, version: int, *, takes_on: bool = False) -> Case:
    """The first step; nothing has ended yet. ``takes_on`` lets what nobody has be taken on for it.

    Raises ``Refused`` where the case may not end, or ``Stale``.
    """
    with system.store.writing() as tx:
        decide = _may_end(tx, system, actor, case_id)
        decided = taking_on(actor, decide) if takes_on else decide
        return change_in(tx, system, actor, case_id, "ending.requested", decided, version=version, rule="CH-12")


def _may_end(tx: Tx, system: System, actor: Actor, case_id: str) -> Decide:
    """The first step, as the case, the course of its suicide risk and the record allow it."""
    course, pace = suicide.course_in(tx, case_id), suicide.pace(system.clock.now())
    visit_lacks = visit_ending.lacks(tx, case_id)

    def decide(row: CaseRow) -> Case | Refusal:
        decided = ending.request_end(row.case, actor, row.patient.protection, course, pace)
        if isinstance(decided, Refusal) or is_left(row.case, row.patient.protection):
            return decided
        return visit_lacks or note_debts.lacks(tx, row.case, actor, row.patient.protection) or decided

    return decide


@right("case.end")
def confirm_end(system: System, actor: Actor, case_id: str, version: int) -> Case:
    """The second step: the case has ended, with a day added where the patient has not answered (CH-6).

    Whoever is not handled here is told where to turn instead (PR-3, AP-2). Raises ``Refused`` or ``Stale``.
    """
    with system.store.writing() as tx:
        row, now = locked(tx, case_id), system.clock.now()
        text = _farewell(tx, row)
        farewell = fresh_id() if text else None
        case = _confirm(tx, system, actor, case_id, version, farewell)
        if farewell:
            messages.add(tx, Message(farewell, case_id, Author.SYSTEM, None, "", text, now, now))
        return case


def _farewell(tx: Tx, row: CaseRow) -> str:
    """What the program itself says to whoever is not handled here; empty for everybody else."""
    if is_protected(row.patient.protection):
        return phrase("protected")
    if row.case.wrong_patient_at is None:
        return ""
    unit = known_unit(tx, row.case.unit_id)
    return phrase("log-in-yourself", patient=clean_line(row.patient.name), unit=clean_line(unit.name))


def end_in(tx: Tx, system: System, actor: Actor, case_id: str, version: int | None, farewell: str) -> Case:
    """Both steps within a transaction that does more, for who has been asked; the patient gets ``farewell``."""
    now, id = system.clock.now(), fresh_id()
    requested = change_in(
        tx,
        system,
        actor,
        case_id,
        "ending.requested",
        taking_on(actor, _may_end(tx, system, actor, case_id)),
        version=version,
        rule="CH-12",
    )
    case = _confirm(tx, system, actor, case_id, requested.version, id)
    messages.add(tx, Message(id, case_id, Author.STAFF, actor.staff_id, actor.name, farewell, now, now))
    return case


def _confirm(tx: Tx, system: System, actor: Actor, case_id: str, version: int, message_id: str | None) -> Case:
    now = system.clock.now()
    days = limit("added_days", now)
    course, pace = suicide.course_in(tx, case_id), suicide.pace(now)

    def decide(row: CaseRow) -> Case | Refusal:
        ended = ending.confirm_end(row.case, actor, row.patient.protection, course, pace, now, days)
        if isinstance(ended, Refusal):
            return ended
        # What the record asks may have changed between the steps: somebody assessed, or protection was lifted.
        return note_debts.lacks(tx, row.case, actor, row.patient.protection) or ended

    return change_in(
        tx,
        system,
        actor,
        case_id,
        "case.ended",
        decide,
        version=version,
        rule="CH-12",
        message_id=message_id,
    )


@right("case.end")
def keep_open(system: System, actor: Actor, case_id: str) -> Case:
    """Take back the first step. Raises ``Refused`` where the actor has not taken it."""
    return change(
        system, actor, case_id, "ending.withdrawn", lambda row: ending.keep_open(row.case, actor), rule="CH-12"
    )
