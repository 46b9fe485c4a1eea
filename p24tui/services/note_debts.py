"""Who owes a note on a case: it arises with the deed that is an assessment, in the same transaction (DO-3)."""

from datetime import datetime

from p24tui.routine import documentation
from p24tui.routine.actor import Actor
from p24tui.routine.attendance import has_come, made_since
from p24tui.routine.case import Case
from p24tui.routine.decision import Refusal
from p24tui.routine.documentation import Cause, Documented
from p24tui.routine.protection import Protection
from p24tui.routine.rule import rule
from p24tui.routine.visit import CallOutcome
from p24tui.services import triage
from p24tui.store import events, journal, participants, visits
from p24tui.store.engine import Tx
from p24tui.store.journal_values import DebtRow


def documented(tx: Tx, case_id: str) -> Documented:
    """How a case stands as far as the record goes."""
    settled = tuple(journal.settled_of(tx, case_id))
    taken = triage.receivers(tx, case_id)
    debts, told = tuple(journal.debts_of(tx, case_id)), journal.told(tx, case_id)
    return Documented(_content_at(tx, case_id), debts, settled, taken, told)


@rule("DO-1", "DO-3")
def lacks(tx: Tx, case: Case, actor: Actor, protection: Protection) -> Refusal | None:
    """What the record still asks of whoever would end the case."""
    return documentation.may_end(case, documented(tx, case.id), actor, protection)


@rule("DO-3")
def owe(tx: Tx, case: Case, staff_id: str | None, name: str, cause: Cause, now: datetime) -> None:
    """This person has assessed, and owes a note; one that they owe already stays as it is."""
    if staff_id is None:
        return
    before = documented(tx, case.id)
    if before.debt_of(staff_id) is None:
        debt = documentation.owed_by_assessing(before, staff_id, cause, now)
        journal.owe(tx, DebtRow(case.id, case.unit_id, staff_id, name, debt.scope, cause, now))


@rule("DO-3", "RE-2")
def owe_triage(tx: Tx, case: Case, staff_id: str, name: str, now: datetime) -> None:
    """A nurse's handover has been taken, which is triage: they owe a note, unless they have written theirs already."""
    if not documentation.has_noted(documented(tx, case.id), staff_id, journal.reopened_at(tx, case.id)):
        owe(tx, case, staff_id, name, Cause.TRIAGED, now)


@rule("DO-3", "AP-3")
def follow(tx: Tx, actor: Actor, before: Case, after: Case, now: datetime) -> None:
    """A medical assessment makes its author owe a note; on the wrong patient nothing is to be written any longer."""
    if after.assessed_at is not None and after.assessed_at != before.assessed_at:
        owe(tx, after, after.assessed_by, actor.name, Cause.ASSESSED, now)
    if after.wrong_patient_at is not None and before.wrong_patient_at is None and journal.debts_of(tx, after.id):
        journal.settle(tx, after.id, now)
        events.append(tx, actor, now, "journal.locked", after.id, unit_id=after.unit_id, rule="AP-3")


def _content_at(tx: Tx, case_id: str) -> datetime | None:
    """When there last was something to write down: what the patient told, a video or a call that was held (UTC)."""
    visit = visits.of_case(tx, case_id)
    held = [journal.video_at(tx, case_id)]
    if visit is not None:
        calls = made_since(visit, visits.calls_of(tx, visit.id))
        came = has_come(visit, participants.of_visit(tx, visit.id))
        held = [*(held if came else ()), *(one.at for one in calls if one.outcome is CallOutcome.BY_TELEPHONE)]
    return max(filter(None, [journal.told_at(tx, case_id), *held]), default=None)
