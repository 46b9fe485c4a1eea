"""Whether a patient has come to their video visit, and what is asked before it ends without them (VI-13)."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from p24tui.routine.actor import Actor
from p24tui.routine.decision import Refusal
from p24tui.routine.link import WITH_E_ID, Participant
from p24tui.routine.rule import rule
from p24tui.routine.visit import OPEN, CallOutcome, Visit, VisitCall, VisitKind, VisitState


@rule("VI-13")
def has_come(visit: Visit, there: Collection[Participant]) -> bool | None:
    """Whether whoever the visit is with has come: as its holder says, else by their link; none where nobody knows.

    That the video was on says nothing of it: staff may have waited there alone.
    """
    if visit.kind is VisitKind.RELATIVE:
        return True
    if visit.came is not None:
        return visit.came
    return True if any(one.entered_at for one in there if one.role in WITH_E_ID) else None


@rule("VI-13")
def is_known_to_have_come(visit: Visit, one: Participant) -> bool:
    """Whether it is known that somebody came: of the patient or the proxy as the holder says, else by their link."""
    if one.role in WITH_E_ID and visit.came is not None:
        return visit.came
    return one.entered_at is not None


@rule("VI-13")
def is_absent(
    visit: Visit, there: Collection[Participant], now: datetime, absent_after: timedelta, *, is_watched: bool
) -> bool:
    """Whether the patient, or the proxy, was to have come ``absent_after`` ago and has not been seen.

    Where nobody can see who comes (not ``is_watched``) that is so until the video is on, and then as the holder says.
    """
    if visit.state not in OPEN or visit.kind is VisitKind.RELATIVE or now < visit.starts_at + absent_after:
        return False
    if visit.came is not None:
        return not visit.came
    if not is_watched:
        return visit.video_at is None
    return not any(one.arrived_at for one in there if one.role in WITH_E_ID)


@rule("VI-13")
def may_call(visit: Visit, actor: Actor, at: datetime, now: datetime) -> Refusal | None:
    """Whether a call to an absent patient is this person's to record: whoever holds the visit makes it, once it is due.

    A visit that nobody is to hold is held by whoever calls.
    """
    if visit.state not in OPEN:
        return Refusal("VI-13", "visit-not-open")
    if visit.holder_id not in (None, actor.staff_id):
        return Refusal("VI-13", "not-holder")
    if at > now or at < visit.starts_at:
        return Refusal("VI-13", "call-when")
    return None


@rule("VI-13")
def made_since(visit: Visit, calls: Sequence[VisitCall]) -> tuple[VisitCall, ...]:
    """The calls about the visit at its time: those at an earlier one say nothing of it."""
    return tuple(call for call in calls if call.at >= visit.starts_at)


@rule("VI-13", "VI-14")
def may_end(visit: Visit, there: Collection[Participant], calls: Sequence[VisitCall]) -> Refusal | None:
    """Whether a visit may end: whoever it is with has come, or its holder has telephoned them."""
    if visit.state not in OPEN or has_come(visit, there) or made_since(visit, calls):
        return None
    unsaid = visit.video_at is not None and visit.came is None
    return Refusal("VI-13", "came-or-call" if unsaid else "call-first")


@rule("VI-13")
def ended(
    visit: Visit, there: Collection[Participant], calls: Sequence[VisitCall], now: datetime, *, is_left: bool = False
) -> Visit:
    """The visit as it stands once it is over: held by video or telephone, or the patient was absent.

    Of who ``is_left``, because they are not handled here, nobody says that they were absent.
    """
    if visit.state not in OPEN:
        return visit
    reached = any(call.outcome is CallOutcome.BY_TELEPHONE for call in made_since(visit, calls))
    held = is_left or reached or has_come(visit, there)
    return replace(visit, state=VisitState.ENDED if held else VisitState.ABSENT, ended_at=now)


@rule("VI-13")
def end_absent(
    visit: Visit, actor: Actor, there: Collection[Participant], calls: Sequence[VisitCall], now: datetime
) -> Visit | Refusal:
    """End a visit that nobody has taken in, whose patient did not come and has been telephoned."""
    if visit.state is not VisitState.BOOKED:
        return Refusal("VI-13", "end-in-case" if visit.state in OPEN else "visit-not-open")
    if visit.holder_id not in (None, actor.staff_id):
        return Refusal("VI-13", "not-holder")
    return may_end(visit, there, calls) or ended(visit, there, calls, now)
