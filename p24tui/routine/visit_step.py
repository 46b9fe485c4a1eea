"""What a visit asks of its holder next, so that nobody has to remember the order (VI-13, VI-14)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum

from p24tui.routine.case import Case, CaseState, Video
from p24tui.routine.link import WITH_E_ID, Participant
from p24tui.routine.rule import rule
from p24tui.routine.visit import OPEN, Visit, VisitCall, VisitKind, VisitState


class Step(StrEnum):
    """What is to be done next."""

    WAIT = "wait"
    TAKE_IN = "take-in"
    START = "start"
    START_VIDEO = "start-video"
    TELEPHONE = "telephone"
    END_VIDEO = "end-video"
    END_VISIT = "end-visit"
    END_ABSENT = "end-absent"
    NONE = "none"


@rule("VI-13", "VI-14")
def next_step(
    visit: Visit,
    case: Case | None,
    there: Collection[Participant],
    calls: Collection[VisitCall],
    now: datetime,
    *,
    opens_before: timedelta,
    absent_after: timedelta,
) -> Step:
    """The next step of a visit: on video first its end, then the visit's (H11); an absent patient is telephoned.

    A patient is absent who has not used their link ``absent_after`` the visit was to begin.
    """
    if visit.state not in OPEN:
        half = case is not None and case.state is not CaseState.ENDED and case.video is Video.OVER
        return Step.END_VISIT if half else Step.NONE
    if case is not None and case.video is not Video.NONE:
        return Step.END_VIDEO if case.video is Video.ON else Step.END_VISIT
    if is_absent(visit, there, now, absent_after):
        if not calls:
            return Step.TELEPHONE
        return Step.END_ABSENT if visit.state is VisitState.BOOKED else Step.END_VISIT
    if visit.state is VisitState.STARTED:
        return Step.START_VIDEO
    if visit.state is VisitState.TAKEN_IN:
        return Step.START
    return Step.TAKE_IN if now >= visit.starts_at - opens_before else Step.WAIT


@rule("VI-13")
def is_absent(visit: Visit, there: Collection[Participant], now: datetime, absent_after: timedelta) -> bool:
    """Whether the patient, or the proxy, was to have come and has not been seen."""
    if visit.state not in OPEN or visit.kind is VisitKind.RELATIVE or now < visit.starts_at + absent_after:
        return False
    return visit.video_at is None and not any(one.arrived_at for one in there if one.role in WITH_E_ID)


def who_waits(visit: Visit, there: Collection[Participant], case: Case | None) -> tuple[Participant, ...]:
    """Those who have used their link and wait for the video to be started, the longest waiting first."""
    if visit.state not in OPEN or (case is not None and case.video is Video.ON):
        return ()
    waiting = [one for one in there if one.arrived_at is not None and one.revoked_at is None]
    return tuple(sorted(waiting, key=lambda one: one.arrived_at or one.invited_at))
