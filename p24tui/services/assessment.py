"""Saying how urgent a case is and what is sought, beside the priority that came with it (CH-4)."""

from datetime import date

from p24tui.routine import assessment
from p24tui.routine.actor import Actor
from p24tui.routine.case import Case, Need, Urgency
from p24tui.services.access import right
from p24tui.services.change import change
from p24tui.system import System


@right("case.assess")
def assess(
    system: System,
    actor: Actor,
    case_id: str,
    version: int,
    urgency: Urgency,
    need: Need,
    *,
    need_since: date | None = None,
    is_assessed: bool = False,
) -> Case:
    """Note a clinician's word on a case. Raises ``Refused`` where it may not be said, or ``Stale``."""
    now = system.clock.now()
    return change(
        system,
        actor,
        case_id,
        "case.assessed",
        lambda row: assessment.assess(
            row.case,
            actor,
            row.patient.protection,
            urgency,
            need,
            now,
            need_since=need_since,
            is_assessed=is_assessed,
        ),
        version=version,
        rule="CH-4",
        urgency=urgency.value,
        need=need.value,
        is_assessed=is_assessed,
    )
