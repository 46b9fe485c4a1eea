"""The booked video visit, as far as its reminders need it: when, whose, where, and whether it still stands."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from p24tui.routine.decision import Refusal
from p24tui.routine.patient import Patient
from p24tui.routine.protection import is_protected
from p24tui.routine.rule import rule


class VisitState(StrEnum):
    """Whether a visit stands."""

    BOOKED = "booked"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Visit:
    """A booked video visit. ``starts_at`` is UTC; ``version`` rises with every write."""

    id: str
    unit_id: str
    patient_id: str
    starts_at: datetime
    state: VisitState = VisitState.BOOKED
    version: int = 1


@rule("VI-1", "PR-1")
def may_book(patient: Patient) -> Refusal | None:
    """Whether a video visit may be booked: the patient can be reached by SMS, and is not protected."""
    if is_protected(patient.protection):
        return Refusal("PR-1", "protected")
    if not patient.mobile:
        return Refusal("VI-1", "no-mobile")
    return None


def move(visit: Visit, starts_at: datetime) -> Visit | Refusal:
    """The visit at another time."""
    if visit.state is VisitState.CANCELLED:
        return Refusal("VI-1", "visit-cancelled")
    return replace(visit, starts_at=starts_at)


def cancel(visit: Visit) -> Visit | Refusal:
    """The visit that does not take place."""
    if visit.state is VisitState.CANCELLED:
        return Refusal("VI-1", "visit-cancelled")
    return replace(visit, state=VisitState.CANCELLED)
