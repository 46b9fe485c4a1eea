"""Every situation that a visit and its chat can come to together, found by taking every step from every situation."""

from collections import deque
from dataclasses import dataclass, replace

import pytest
from msgspec import structs

from p24tui.routine import attendance, chat, ending, holding, wrong_patient
from p24tui.routine import visit as rules
from p24tui.routine.case import Case, CaseState, Video
from p24tui.routine.closing_down import closed_down
from p24tui.routine.protection import Protection
from p24tui.routine.visit import OPEN, CallOutcome, Visit, VisitCall, VisitState
from tests.routine.cases import NOW, PACE, UNSAID, actor, case
from tests.routine.visits import HOLDER, STARTS, call, visit

ME, TOMORROW, NONE = actor(), NOW.date().replace(day=24), Protection.NONE


@dataclass(frozen=True)
class At:
    """A visit, its chat once there is one, and the calls."""

    visit: Visit
    case: Case | None = None
    calls: tuple[VisitCall, ...] = ()
    is_left: bool = False
    """Whether it is not handled here any longer: the patient is protected, or somebody else was meant."""


def after_case(at: At, found: object) -> At | None:
    """The situation with the case as a rule has made it; where that ends it, so it does the visit."""
    if not isinstance(found, Case):
        return None
    ends = found.state is CaseState.ENDED and at.visit.state in OPEN
    left = found.wrong_patient_at is not None
    over = attendance.ended(at.visit, (), at.calls, NOW, is_left=left) if ends else at.visit
    return replace(at, case=found, visit=over, is_left=left)


def confirmed(at: At, one: Case) -> At | None:
    if attendance.may_end(at.visit, (), at.calls):
        return None
    return after_case(at, ending.confirm_end(one, ME, NONE, UNSAID, PACE, NOW, 1))


def on_video(at: At, one: Case) -> At | None:
    if at.visit.state is VisitState.TAKEN_IN:
        return None
    found = after_case(at, rules.start_video(one, ME, NONE))
    return found and replace(found, visit=rules.on_video(at.visit, ME, NOW))


def said(at: At, *, came: bool) -> At | None:
    """Whoever holds it says whether the patient came, once the video is off again."""
    found = rules.attended(at.visit, came=came)
    asked = at.case is not None and at.case.video is Video.OVER
    return replace(at, visit=found) if isinstance(found, Visit) and asked else None


def steps(at: At) -> dict[str, At | None]:
    """Where each step leads; none where it is refused."""
    if at.is_left:
        return {}
    taken = rules.take_in(at.visit, ME, NONE, "c", NOW)
    moved, cancelled = rules.move(at.visit, STARTS, STARTS), rules.cancel(at.visit, NOW)
    absent = attendance.end_absent(at.visit, ME, (), at.calls, NOW)
    may_call = attendance.may_call(at.visit, ME, STARTS, STARTS) is None and not at.calls
    fresh = case(owner_id=HOLDER, state=CaseState.ONGOING, waiting_since=None)
    found: dict[str, At | None] = {
        "take in": replace(at, visit=taken, case=fresh) if isinstance(taken, Visit) else None,
        "move": replace(at, visit=moved) if isinstance(moved, Visit) else None,
        "cancel": replace(at, visit=cancelled) if isinstance(cancelled, Visit) else None,
        "end absent": replace(at, visit=absent) if isinstance(absent, Visit) else None,
        "no answer": replace(at, calls=(call(),)) if may_call else None,
        "by telephone": replace(at, calls=(call(CallOutcome.BY_TELEPHONE),)) if may_call else None,
    }
    if at.case is not None:
        one = at.case
        begun = rules.start(at.visit, one, ME, NONE, NOW)
        found |= {
            "start": replace(at, visit=begun) if isinstance(begun, Visit) else None,
            "start video": on_video(at, one),
            "end video": after_case(at, rules.end_video(one, ME)),
            "came": said(at, came=True),
            "did not come": said(at, came=False),
            "claim": after_case(at, chat.claim(one, ME, NONE)),
            "release": after_case(at, chat.release(one, ME)),
            "hold": after_case(at, holding.hold(one, ME, TOMORROW, "x", NOW.date())),
            "patient writes": after_case(at, structs.replace(chat.receive(one, NOW), unread=0)),
            "answer": after_case(at, chat.answer(one, ME, NONE, NOW)),
            "request end": after_case(at, ending.request_end(one, ME, NONE, UNSAID, PACE)),
            "confirm end": confirmed(at, one),
            "wrong patient": after_case(at, wrong_patient.mark(one, ME, NONE, UNSAID, PACE, NOW, by_proxy=False)),
            "protected": replace(at, case=closed_down(one, NOW), visit=rules.dropped(at.visit, NOW), is_left=True),
        }
    return found


def situations() -> dict[At, str]:
    """Every situation that there is a way to, with the step that first led there."""
    first = At(visit())
    found, waiting = {first: ""}, deque([first])
    while waiting:
        at = waiting.popleft()
        for name, after in steps(at).items():
            if after is not None and after not in found:
                found[after] = name
                waiting.append(after)
    return found


ALL = situations()


def test_there_are_many_and_every_step_leads_somewhere() -> None:
    assert len(ALL) > 100
    led = {name for at in ALL for name, after in steps(at).items() if after is not None}
    assert led == set(steps(At(visit(), case())))


@pytest.mark.rule("VI-14")
@pytest.mark.hazard("H11")
def test_nothing_ends_or_rests_while_its_video_is_on() -> None:
    on = [at for at in ALL if at.case is not None and at.case.video is Video.ON]
    assert on
    for at in on:
        assert at.case is not None
        assert at.case.state not in (CaseState.ENDED, CaseState.HELD)
        assert at.visit.state is VisitState.STARTED


@pytest.mark.rule("VI-14")
@pytest.mark.hazard("H11")
def test_what_is_half_ended_is_always_told_and_can_be_ended_or_go_on() -> None:
    half = [at for at in ALL if at.case and at.case.video is Video.OVER and at.case.state is not CaseState.ENDED]
    assert half
    for at in half:
        assert at.case is not None
        assert rules.is_half_ended(at.case)
    owned = [at for at in half if at.case and at.case.owner_id == HOLDER and not at.is_left]
    assert owned
    for at in owned:
        led = steps(at)
        assert led["start video"] is not None
        assert led["request end"] is not None
        assert at.calls or at.visit.came is True or led["came"] is not None


@pytest.mark.rule("VI-13", "VI-14")
def test_no_visit_is_over_as_absent_or_held_without_a_call_or_video() -> None:
    over = [at for at in ALL if at.visit.state in (VisitState.ENDED, VisitState.ABSENT) and not at.is_left]
    assert over
    for at in over:
        came = at.visit.came is True
        assert at.calls or came, (at, ALL[at])
        reached = any(one.outcome is CallOutcome.BY_TELEPHONE for one in at.calls)
        assert (at.visit.state is VisitState.ENDED) is (came or reached)


@pytest.mark.rule("VI-14")
def test_no_case_ends_and_leaves_its_visit_open() -> None:
    for at in ALL:
        if at.case is not None and at.case.state is CaseState.ENDED:
            assert at.visit.state not in OPEN
