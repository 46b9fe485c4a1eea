"""What must not wait for somebody to look: which cases call for attention, who hears it first, and how often."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from p24tui.routine.case import Case, CaseState, SuicideRisk
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


@dataclass(frozen=True, slots=True)
class Alert:
    """One case that calls. ``since`` tells one cause from the next: what comes after an acknowledgement calls anew.

    ``everywhere`` is heard on every console at once: whoever was to hear it first may be the one who is lost.
    """

    case_id: str
    unit_id: str
    reason: Reason
    since: datetime
    everywhere: bool = False


@dataclass(frozen=True, slots=True)
class AlertPace:
    """How the alarm sounds. Nothing rings sooner than ``apart`` after the last ring, however much comes in."""

    repeats: timedelta
    apart: timedelta
    escalates: timedelta


@rule("CH-3", "CH-11", "CH-13", "GA-1", "SH-1", "SU-2")
def alert(case: Case, unread_before: datetime | None, near_since: datetime | None = None) -> Alert | None:
    """Why the case calls for attention now, the gravest reason alone; none where it does not.

    Suicide risk calls while nobody has taken it on, and where whoever had taken it on is lost; priority 1 while nobody
    has the case; a case that came back from somebody who was lost, until somebody has it; a handover that nobody has
    taken, anew each time that it has called (with suicide risk too, whoever has seen that before); a deadline of the
    care guarantee that has been near since ``near_since``; and an unread message once the patient has waited since
    ``unread_before``, which is none while the unit is closed. Both are UTC.
    """
    if case.state is CaseState.ENDED:
        return None
    reason, since = _gravest(case, unread_before, near_since)
    if reason is None or since is None:
        return None
    everywhere = case.owner_lost_at is not None or case.handed_level >= TO_ALL
    return Alert(case.id, case.unit_id, reason, since, everywhere=everywhere)


def _gravest(
    case: Case, unread_before: datetime | None, near_since: datetime | None
) -> tuple[Reason | None, datetime | None]:
    if case.suicide is SuicideRisk.AWAITING:
        return Reason.SUICIDE, case.handed_called_at or case.owner_lost_at or case.received_at
    if case.owner_lost_at is not None:
        return Reason.LOST if case.suicide is SuicideRisk.NONE else Reason.SUICIDE, case.owner_lost_at
    if case.priority == 1 and case.state is CaseState.NEW and case.owner_id is None:
        return Reason.PRIORITY, case.received_at
    if case.handed_called_at is not None:
        return Reason.HANDOVER, case.handed_called_at
    if near_since is not None:
        return Reason.GUARANTEE, near_since
    waits = case.waiting_since
    if case.unread and waits is not None and unread_before is not None and waits <= unread_before:
        return Reason.UNREAD, waits
    return None, None


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
