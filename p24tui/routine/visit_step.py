"""What a visit asks of its holder next, so that nobody has to remember the order (VI-13, VI-14)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum

from p24tui.routine.attendance import made_since
from p24tui.routine.case import Case, CaseState, Video
from p24tui.routine.link import Participant
from p24tui.routine.rule import rule
from p24tui.routine.visit import OPEN, CallOutcome, Visit, VisitCall, VisitState


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
    visit: Visit, case: Case | None, calls: Sequence[VisitCall], now: datetime, opens_at: datetime, *, absent: bool
) -> Step:
    """The next step of a visit: an ``absent`` patient is telephoned, a video ended before the visit is (H11).

    ``opens_at`` is from when its links lead in.
    """
    if visit.state not in OPEN:
        half = case is not None and case.state is not CaseState.ENDED and case.video is Video.OVER
        return Step.END_VISIT if half else Step.NONE
    made = made_since(visit, calls)
    if absent and not made:
        return Step.TELEPHONE
    if case is not None and case.video is not Video.NONE:
        return Step.END_VIDEO if case.video is Video.ON else Step.END_VISIT
    if absent and made[-1].outcome is not CallOutcome.JOINS:
        return Step.END_ABSENT if visit.state is VisitState.BOOKED else Step.END_VISIT
    if visit.state is VisitState.STARTED:
        return Step.START_VIDEO
    if visit.state is VisitState.TAKEN_IN:
        return Step.START
    return Step.TAKE_IN if now >= opens_at else Step.WAIT


def who_waits(visit: Visit, there: Collection[Participant], case: Case | None) -> tuple[Participant, ...]:
    """Those who have used their link and wait for the video to be started, the longest waiting first."""
    if visit.state not in OPEN or (case is not None and case.video is Video.ON):
        return ()
    waiting = [one for one in there if one.waits and one.revoked_at is None]
    return tuple(sorted(waiting, key=lambda one: one.arrived_at or one.invited_at))
