"""What a visit asks for next."""

from datetime import datetime, timedelta

import pytest

from p24tui.routine.case import CaseState, Video
from p24tui.routine.link import Role
from p24tui.routine.visit import VisitCall, VisitKind, VisitState
from p24tui.routine.visit_step import Step, is_absent, next_step, who_waits
from tests.routine.cases import case
from tests.routine.visits import STARTS, call, participant, visit

S = VisitState
MINUTE = timedelta(minutes=1)
BEFORE, LATE = 30 * MINUTE, 5 * MINUTE
HERE = participant(arrived_at=STARTS - 2 * MINUTE)


def asks(
    at: datetime, *, here: bool = True, calls: tuple[VisitCall, ...] = (), video: Video | None = None, **facts: object
) -> Step:
    one = None if video is None else case(video=video, state=facts.pop("chat", CaseState.ONGOING))
    there = (HERE,) if here else (participant(),)
    return next_step(visit(**facts), one, there, calls, at, opens_before=BEFORE, absent_after=LATE)


@pytest.mark.rule("VI-14")
def test_the_steps_of_a_day_in_their_order() -> None:
    assert asks(STARTS - 31 * MINUTE) is Step.WAIT
    assert asks(STARTS - 30 * MINUTE) is Step.TAKE_IN
    assert asks(STARTS, state=S.TAKEN_IN, video=Video.NONE) is Step.START
    assert asks(STARTS, state=S.STARTED, video=Video.NONE) is Step.START_VIDEO
    assert asks(STARTS, state=S.STARTED, video=Video.ON) is Step.END_VIDEO
    assert asks(STARTS, state=S.STARTED, video=Video.OVER) is Step.END_VISIT
    assert asks(STARTS, state=S.ENDED, video=Video.OVER, chat=CaseState.ENDED) is Step.NONE
    assert asks(STARTS, state=S.CANCELLED) is Step.NONE


@pytest.mark.rule("VI-14")
@pytest.mark.hazard("H11")
def test_a_visit_that_is_over_while_its_chat_lives_on_asks_for_its_end() -> None:
    assert asks(STARTS, state=S.ENDED, video=Video.OVER, chat=CaseState.ANSWERED) is Step.END_VISIT
    assert asks(STARTS, state=S.ENDED, video=Video.NONE, chat=CaseState.ANSWERED) is Step.NONE


@pytest.mark.rule("VI-13")
def test_who_does_not_come_is_telephoned_and_only_then_is_it_ended() -> None:
    late = STARTS + LATE
    assert asks(late - MINUTE, here=False) is Step.TAKE_IN
    assert asks(late, here=False) is Step.TELEPHONE
    assert asks(late, here=False, calls=(call(),)) is Step.END_ABSENT
    assert asks(late, here=False, state=S.STARTED, video=Video.NONE) is Step.TELEPHONE
    assert asks(late, here=False, state=S.STARTED, video=Video.NONE, calls=(call(),)) is Step.END_VISIT
    assert asks(late, here=True) is Step.TAKE_IN


@pytest.mark.rule("VI-13", "VI-4")
def test_a_relative_alone_is_no_absent_patient_and_a_guest_is_not_the_patient() -> None:
    late = STARTS + LATE
    assert not is_absent(visit(kind=VisitKind.RELATIVE), (), late, LATE)
    guest = participant(Role.GUEST, arrived_at=STARTS)
    assert is_absent(visit(), (participant(), guest), late, LATE)
    assert not is_absent(visit(), (participant(Role.PROXY, arrived_at=STARTS), guest), late, LATE)
    assert not is_absent(visit(), (participant(Role.PATIENT), participant(Role.PROXY, arrived_at=STARTS)), late, LATE)
    assert not is_absent(visit(state=S.CANCELLED), (participant(),), late, LATE)
    assert not is_absent(visit(state=S.STARTED, video_at=STARTS), (participant(),), late, LATE)


def test_who_waits_stands_in_the_order_in_which_they_came() -> None:
    guest = participant(Role.GUEST, arrived_at=STARTS - 5 * MINUTE)
    gone = participant(Role.INTERPRETER, arrived_at=STARTS, revoked_at=STARTS)
    assert who_waits(visit(), (HERE, guest, gone, participant(Role.COLLEAGUE)), None) == (guest, HERE)
    assert who_waits(visit(), (HERE, guest), case(video=Video.OVER)) == (guest, HERE)
    assert who_waits(visit(), (HERE,), case(video=Video.ON)) == ()
    assert who_waits(visit(state=S.ENDED), (HERE,), None) == ()
