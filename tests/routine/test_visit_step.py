"""What a visit asks for next."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from p24tui.routine.case import CaseState, Video
from p24tui.routine.link import Role
from p24tui.routine.visit import CallOutcome, VisitCall, VisitState
from p24tui.routine.visit_step import Step, next_step, who_waits
from tests.routine.cases import case
from tests.routine.visits import STARTS, call, participant, visit

S = VisitState
MINUTE = timedelta(minutes=1)
HERE = participant(arrived_at=STARTS - 2 * MINUTE)
OPENS = STARTS - 30 * MINUTE


def asks(
    at: datetime,
    *,
    absent: bool = False,
    calls: tuple[VisitCall, ...] = (),
    video: Video | None = None,
    chat: CaseState = CaseState.ONGOING,
    **facts: Any,
) -> Step:
    one = None if video is None else case(video=video, state=chat)
    return next_step(visit(**facts), one, calls, at, OPENS, absent=absent)


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
    late = STARTS + 5 * MINUTE
    assert asks(late, absent=True) is Step.TELEPHONE
    assert asks(late, absent=True, calls=(call(),)) is Step.END_ABSENT
    assert asks(late, absent=True, state=S.STARTED, video=Video.NONE) is Step.TELEPHONE
    assert asks(late, absent=True, state=S.STARTED, video=Video.NONE, calls=(call(),)) is Step.END_VISIT
    assert asks(late, absent=True, state=S.STARTED, video=Video.ON) is Step.TELEPHONE
    assert asks(late, absent=True, state=S.STARTED, video=Video.ON, calls=(call(),)) is Step.END_VIDEO
    assert asks(late, absent=True, state=S.STARTED, video=Video.OVER) is Step.TELEPHONE
    assert asks(late) is Step.TAKE_IN


@pytest.mark.rule("VI-13")
def test_who_answers_and_joins_is_waited_for() -> None:
    joins = (call(), call(CallOutcome.JOINS))
    assert asks(STARTS, absent=True, calls=joins) is Step.TAKE_IN
    assert asks(STARTS, absent=True, state=S.STARTED, video=Video.NONE, calls=joins) is Step.START_VIDEO
    earlier = tuple(replace(one, at=STARTS - MINUTE) for one in joins)
    assert asks(STARTS, absent=True, calls=earlier) is Step.TELEPHONE


def test_who_waits_stands_in_the_order_in_which_they_came() -> None:
    guest = participant(Role.GUEST, arrived_at=STARTS - 5 * MINUTE)
    gone = participant(Role.INTERPRETER, arrived_at=STARTS, revoked_at=STARTS)
    assert who_waits(visit(), (HERE, guest, gone, participant(Role.COLLEAGUE)), None) == (guest, HERE)
    assert who_waits(visit(), (HERE, guest), case(video=Video.OVER)) == (guest, HERE)
    assert who_waits(visit(), (HERE,), case(video=Video.ON)) == ()
    assert who_waits(visit(state=S.ENDED), (HERE,), None) == ()


def test_who_has_been_in_the_video_waits_only_once_they_have_come_back() -> None:
    was_in, back = (participant(arrived_at=STARTS + past, entered_at=STARTS) for past in (timedelta(), MINUTE))
    assert who_waits(visit(), (was_in,), case(video=Video.OVER)) == ()
    assert who_waits(visit(), (back,), case(video=Video.OVER)) == (back,)
