"""How a visit follows the case that is its chat: who holds it, at which unit, and its end (VI-13, VI-14)."""

from datetime import datetime

from msgspec.structs import replace

from p24tui.routine import attendance
from p24tui.routine import visit as visit_rules
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState, ContactKind, Video
from p24tui.routine.decision import Refusal
from p24tui.routine.rule import rule
from p24tui.routine.visit import OPEN, Visit
from p24tui.services.outbox import cancel_reminders
from p24tui.store import events, participants, visits
from p24tui.store.engine import Tx


@rule("VI-13")
def lacks(tx: Tx, case_id: str) -> Refusal | None:
    """What the visit of a case still asks for before it ends: a call to a patient who has not come."""
    visit = visits.of_case(tx, case_id)
    if visit is None:
        return None
    there = participants.of_visit(tx, visit.id)
    return attendance.may_end(visit, there, visits.calls_of(tx, visit.id))


@rule("VI-13", "VI-14", "SH-1")
def follow(tx: Tx, actor: Actor, before: Case, after: Case, now: datetime, *, undone: bool = False) -> None:
    """The visit is held by whoever has its case, at the unit where that is, and ends with it by whatever deed.

    Where the ending is ``undone`` it lives again; a word from the patient opens the chat alone.
    """
    if after.kind is not ContactKind.VIDEO and after.video is Video.NONE:
        return
    ends = before.state is not CaseState.ENDED and after.state is CaseState.ENDED
    resumes = undone and before.state is CaseState.ENDED and after.state is not CaseState.ENDED
    goes = (before.owner_id, before.unit_id) != (after.owner_id, after.unit_id)
    visit = visits.of_case(tx, after.id, lock=True) if ends or resumes or goes else None
    if visit is None:
        return
    if ends and visit.state in OPEN:
        there = participants.of_visit(tx, visit.id)
        calls = visits.calls_of(tx, visit.id)
        is_left = after.wrong_patient_at is not None
        close(tx, actor, visit, attendance.ended(visit, there, calls, now, is_left=is_left), now)
    elif not ends:
        held = visit_rules.resumed(visit) if resumes else visit
        held = replace(held, unit_id=after.unit_id, holder_id=after.owner_id or held.holder_id)
        if held != visit:
            visits.save(tx, held)


def close(tx: Tx, actor: Actor, before: Visit, after: Visit, now: datetime) -> Visit:
    """Write the visit that is over, and let no reminder of it go."""
    saved = visits.save(tx, after)
    kind = f"visit.{saved.state.value}"
    events.append(tx, actor, now, kind, saved.case_id, unit_id=saved.unit_id, visit=saved.id, rule="VI-14")
    cancel_reminders(tx, actor, now, "visit-over", before)
    return saved
