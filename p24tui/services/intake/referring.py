"""Referring a patient whose contact comes in while the unit is closed, as the last thing that is done with it.

What came with it has been written by then: a protection, a priority, a suicide risk.
"""

from p24tui.clock import local
from p24tui.routine.hours import is_open
from p24tui.routine.protection import is_protected
from p24tui.services import after_hours
from p24tui.services.intake.taking import Taking
from p24tui.store import cases
from p24tui.store.values import CaseRow, Unit


def refer(taking: Taking, unit: Unit, case_id: str) -> None:
    """Answer the contact at once where the unit is closed (CH-8)."""
    if not is_open(unit.hours, taking.now):
        after_hours.answer(taking.tx, taking.actor(unit.id), unit, _row(taking, case_id), taking.now)


def say_closed(taking: Taking, unit: Unit, case_id: str) -> None:
    """Say to the source, in short, what its patient has been told."""
    if is_open(unit.hours, taking.now):
        return
    row = _row(taking, case_id)
    referral = after_hours.referral_of(taking.tx, unit, row, taking.now)
    if is_protected(row.patient.protection):
        taking.note("serviceProvider", "the unit is closed; the patient has been answered automatically")
    elif referral is not None:
        numbers = " and ".join(referral.refers_to.named)
        opens = local(referral.read_at).isoformat(timespec="minutes") if referral.read_at else "no known time"
        said = f"the unit is closed: the patient is referred to {numbers}, and this is read from {opens} on"
        taking.note("serviceProvider", said)


def _row(taking: Taking, case_id: str) -> CaseRow:
    row = cases.one(taking.tx, case_id)
    assert row is not None  # it was written, or found, in this transaction
    return row
