"""The order of the patient list: what to look at first. It is no assessment (CH-4)."""

from datetime import UTC, datetime

from p24tui.routine.case import Case, CaseState, ContactKind, RiskLevel, SuicideRisk
from p24tui.routine.rule import rule

OrderKey = tuple[bool, int, bool, datetime, str]

NOBODY_WAITS = datetime.max.replace(tzinfo=UTC)

MESSAGE_AFTER_PRIORITY = 3
"""Where a message without triage stands unless the unit says otherwise: after priority 3, before 4."""


def triage_failed(case: Case) -> bool:
    """Whether a case was to be triaged and came without a priority (CH-10)."""
    return case.kind is ContactKind.TRIAGED and case.priority is None


@rule("SH-1", "SU-2")
def risk_awaits(case: Case) -> bool:
    """Whether suicide risk waits for a psychologist or doctor: nobody has taken it on, or whoever had is lost."""
    lost = case.suicide is not SuicideRisk.NONE and case.owner_lost_at is not None
    return lost or case.suicide is SuicideRisk.AWAITING


@rule("CH-3", "CH-10", "CH-13", "GA-1", "SE-4", "SU-2", "SU-7")
def order_key(case: Case, message_after: int = MESSAGE_AFTER_PRIORITY, *, near: bool = False) -> OrderKey:
    """The one total order of the list; smaller comes first.

    Suicide risk that awaits a psychologist or doctor, then what has been assessed as high and as moderate risk (SU-7),
    then a triage that failed, then priority 1, then those who were promised a time this day, then priority 2 to 5 with
    the message without triage right after priority ``message_after``. Among equals come those whose deadline of the
    care guarantee is ``near``, then the longest wait, then the id. Where the patient waits for nothing the case comes
    after those that wait; what has ended comes after all that has not. Arrivals in any order give the same list (H6).
    Waits grow together, so without a deadline that draws near the key never goes stale in a list.
    """
    ended = case.state is CaseState.ENDED
    return (ended, _rank(case, message_after), not near, case.waiting_since or NOBODY_WAITS, case.id)


def _rank(case: Case, message_after: int) -> int:
    if risk_awaits(case):
        return 0
    if case.suicide is not SuicideRisk.NONE and case.risk in _BY_RISK:
        return _BY_RISK[case.risk]
    if triage_failed(case):
        return 3
    if is_first_task(case) and case.priority != 1:
        return 9
    if case.priority is None:
        return 4 * message_after + 6
    return 4 * case.priority + 4


_BY_RISK = {RiskLevel.HIGH: 1, RiskLevel.MODERATE: 2}


@rule("SE-4")
def is_first_task(case: Case) -> bool:
    """Whether the patient was promised a time for this day, and has not been answered since."""
    return case.no_times and case.state not in (CaseState.HELD, CaseState.ENDED)
