"""The order of the patient list: what to look at first. It is no assessment (CH-4)."""

from datetime import UTC, datetime

from p24tui.routine.case import Case, CaseState, ContactKind, SuicideRisk
from p24tui.routine.rule import rule

OrderKey = tuple[bool, int, datetime, str]

NOBODY_WAITS = datetime.max.replace(tzinfo=UTC)

MESSAGE_AFTER_PRIORITY = 3
"""Where a message without triage stands unless the unit says otherwise: after priority 3, before 4."""


def triage_failed(case: Case) -> bool:
    """Whether a case was to be triaged and came without a priority (CH-10)."""
    return case.kind is ContactKind.TRIAGED and case.priority is None


@rule("CH-3", "CH-10", "CH-13", "SU-2")
def order_key(case: Case, message_after: int = MESSAGE_AFTER_PRIORITY) -> OrderKey:
    """The one total order of the list; smaller comes first.

    Suicide risk that awaits a psychologist or doctor, then a triage that failed, then priority 1 to 5 with the message
    without triage right after priority ``message_after``, then the longest wait, then the id. Where the patient waits
    for nothing the case comes after those that wait; what has ended comes after all that has not. Arrivals in any
    order give the same list (H6). Waits grow together, so the key needs no clock and never goes stale in a list.
    """
    return (case.state is CaseState.ENDED, _rank(case, message_after), case.waiting_since or NOBODY_WAITS, case.id)


def _rank(case: Case, message_after: int) -> int:
    if case.suicide is SuicideRisk.AWAITING:
        return 0
    if triage_failed(case):
        return 1
    if case.priority is None:
        return 2 * message_after + 1
    return 2 * case.priority
