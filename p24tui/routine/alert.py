"""What must not wait for somebody to look: which cases call for attention, who hears it first, and how often."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from p24tui.routine.case import Case, CaseState, SuicideRisk
from p24tui.routine.queue import risk_awaits
from p24tui.routine.rule import rule


class Reason(StrEnum):
    """Why a case calls, the gravest first."""

    SUICIDE = "suicide"
    PRIORITY = "priority"
    LOST = "lost"
    HANDOVER = "handover"
    GUARANTEE = "guarantee"
    UNREAD = "unread"


TO_ALL = 2
"""From this level on a handover that nobody has taken calls for everybody."""


class Alert(Struct, frozen=True):
    """One case that calls. ``since`` tells one cause from the next: what comes after an acknowledgement calls anew.

    ``everywhere`` is heard on every console at once: whoever was to hear it first may be the one who is lost.
    """

    case_id: str
    unit_id: str
    reason: Reason
    since: datetime
    everywhere: bool = False


class AlertPace(Struct, frozen=True):
    """How the alarm sounds. Nothing rings sooner than ``apart`` after the last ring, however much comes in."""

    repeats: timedelta
    apart: timedelta
    escalates: timedelta


@rule("CH-3", "CH-11", "CH-13", "GA-1", "SH-1", "SU-2")
def alerts(case: Case, unread_before: datetime | None, near_since: datetime | None = None) -> tuple[Alert, ...]:
    """Why the case calls for attention now, the gravest reason first: what is not seen of them still calls.

    Suicide risk calls while nobody has taken it on, and where whoever had taken it on is lost; priority 1 while nobody
    has the case; a case that came back from somebody who was lost, until somebody has it; a handover that nobody has
    taken, anew each time that it has called; a deadline of the care guarantee that has been near since ``near_since``;
    and an unread message once the patient has waited since ``unread_before``, which is none while the unit is closed.
    Both are UTC.
    """
    if case.state is CaseState.ENDED:
        return ()
    everywhere = case.owner_lost_at is not None or case.handed_level >= TO_ALL
    return tuple(
        Alert(case.id, case.unit_id, reason, since, everywhere=everywhere)
        for reason, since in _reasons(case, unread_before, near_since)
        if since is not None
    )


def _reasons(
    case: Case, unread_before: datetime | None, near_since: datetime | None
) -> tuple[tuple[Reason, datetime | None], ...]:
    """Why it may call, the gravest first, and since when it does."""
    waits = case.waiting_since
    lies_unread = case.unread and waits is not None and unread_before is not None and waits <= unread_before
    at_risk = risk_awaits(case)
    new_1 = case.priority == 1 and case.state is CaseState.NEW and case.owner_id is None
    return (
        (Reason.SUICIDE, _risk_calls_since(case) if at_risk else None),
        (Reason.PRIORITY, case.received_at if new_1 else None),
        (Reason.LOST, case.owner_lost_at if case.suicide is SuicideRisk.NONE else None),
        (Reason.HANDOVER, case.handed_called_at if not at_risk else None),
        (Reason.GUARANTEE, near_since),
        (Reason.UNREAD, waits if lies_unread else None),
    )


def _risk_calls_since(case: Case) -> datetime:
    """The last that happened to the risk: who has seen it as it was before has not seen that."""
    return max(filter(None, (case.received_at, case.risk_since, case.owner_lost_at, case.handed_called_at)))


@rule("SU-2", "SU-9")
def calling_anew(before: Case, after: Case, now: datetime) -> Case:
    """The case with suicide risk that calls anew, whoever has seen it before, where it is another cause now (H7, H9).

    It has come to wait, or nobody has it any longer, or an offer has fallen, or the patient has written.
    """
    if after.suicide is SuicideRisk.NONE or after.state is CaseState.ENDED:
        return after
    anew = (
        before.suicide is not after.suicide
        or before.state is CaseState.ENDED
        or (before.owner_id is not None and after.owner_id is None)
        or (before.handed_at is not None and after.handed_at is None)
        or after.unread > before.unread
    )
    return replace(after, risk_since=now) if anew else after


@rule("CH-2")
def is_heard(first_seen: datetime, now: datetime, *, me: str | None, responsible: str | None, pace: AlertPace) -> bool:
    """Whether this person's console sounds: the responsible person's at once, the others' when nobody has answered.

    Where nobody is responsible every console sounds at once (H5).
    """
    return responsible is None or me == responsible or now - first_seen >= pace.escalates


def rings(last_ring: datetime | None, heard: int, news: bool, now: datetime, pace: AlertPace) -> bool:
    """Whether it is time to sound: at once for news, again and again until somebody has seen it, never in a flood."""
    if not heard:
        return False
    if last_ring is None:
        return True
    return now - last_ring >= (pace.apart if news else pace.repeats)
