"""Video visits for the tests of the rules."""

from datetime import timedelta
from typing import Any

from p24tui.routine.link import Participant, Role
from p24tui.routine.visit import CallOutcome, Visit, VisitCall
from tests.routine.cases import NOW, UNIT

HOLDER = "SE2321000016-ML01"
OTHER = "SE2321000016-JB02"
STARTS = NOW + timedelta(hours=1)
LASTS = timedelta(minutes=30)


def visit(**facts: Any) -> Visit:
    """A visit in an hour, which Maria is to hold."""
    given = {"id": "v", "starts_at": STARTS, "holder_id": HOLDER, **facts}
    return Visit(unit_id=UNIT, patient_id="p", ends_at=given["starts_at"] + LASTS, **given)


def participant(role: Role = Role.PATIENT, **facts: Any) -> Participant:
    """Somebody who was invited when the visit was booked."""
    return Participant(**{"id": role.value, "visit_id": "v", "role": role, "invited_at": NOW, **facts})


def call(outcome: CallOutcome = CallOutcome.NO_ANSWER, staff_id: str = HOLDER) -> VisitCall:
    """A call to an absent patient."""
    return VisitCall(STARTS + timedelta(minutes=6), staff_id, "Maria Lind", "+46701740605", outcome)
