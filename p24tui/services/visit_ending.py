"""What the ending of a case does to the visit that it is the chat of, and what the visit asks for before (VI-13)."""

from datetime import datetime

from p24tui.routine import visit as visit_rules
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, CaseState
from p24tui.routine.decision import Refusal
from p24tui.routine.rule import rule
from p24tui.routine.visit import OPEN, Visit
from p24tui.services.outbox import about_visit, cancel_planned
from p24tui.store import events, visits
from p24tui.store.engine import Tx


@rule("VI-13")
def lacks(tx: Tx, case_id: str) -> Refusal | None:
    """What the visit of a case still asks for before it ends: a call to a patient who has not come."""
    visit = visits.of_case(tx, case_id)
    return None if visit is None else visit_rules.may_end(visit, visits.calls(tx, [visit.id]).get(visit.id, []))


@rule("VI-13", "VI-14")
def end_with(tx: Tx, actor: Actor, before: Case, after: Case, now: datetime) -> None:
    """The visit ends with its case, by whatever deed the case ends."""
    if before.state is CaseState.ENDED or after.state is not CaseState.ENDED:
        return
    visit = visits.of_case(tx, after.id, lock=True)
    if visit is not None and visit.state in OPEN:
        calls = visits.calls(tx, [visit.id]).get(visit.id, [])
        is_left = after.wrong_patient_at is not None
        close(tx, actor, visit, visit_rules.ended(visit, calls, now, is_left=is_left), now)


def close(tx: Tx, actor: Actor, before: Visit, after: Visit, now: datetime) -> Visit:
    """Write the visit that is over, and let no reminder of it go."""
    saved = visits.save(tx, after)
    kind = f"visit.{saved.state.value}"
    events.append(tx, actor, now, kind, saved.case_id, unit_id=saved.unit_id, visit=saved.id, rule="VI-14")
    cancel_planned(tx, actor, now, "visit-over", about_visit(before))
    return saved
