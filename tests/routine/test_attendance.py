"""A patient who does not come is telephoned, by whoever holds the visit, before it ends without them (VI-13)."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from p24tui.routine import attendance
from p24tui.routine.decision import Refusal
from p24tui.routine.link import Participant, Role
from p24tui.routine.visit import CallOutcome, Visit, VisitKind, VisitState
from tests.routine.cases import NOW, actor
from tests.routine.visits import HOLDER, OTHER, STARTS, call, participant, visit

S, K = VisitState, VisitKind
MINUTE = timedelta(minutes=1)
LATE = 5 * MINUTE
INVITED = (participant(),)
WAITS = (participant(arrived_at=STARTS),)
IN = (participant(arrived_at=STARTS, entered_at=STARTS),)
GUEST_IN = (participant(), participant(Role.GUEST, arrived_at=STARTS, entered_at=STARTS))
ON = visit(state=S.STARTED, video_at=STARTS)
"""Staff have started the video, which says nothing of who came to it."""


@pytest.mark.rule("VI-13")
@pytest.mark.parametrize(
    ("one", "there", "come"),
    [
        (ON, INVITED, None),
        (ON, WAITS, None),
        (ON, GUEST_IN, None),
        (ON, IN, True),
        (ON, (participant(), participant(Role.PROXY, entered_at=STARTS)), True),
        (replace(ON, came=False), IN, False),
        (replace(ON, came=True), INVITED, True),
        (visit(kind=K.RELATIVE), INVITED, True),
    ],
)
def test_that_the_video_was_on_does_not_say_that_the_patient_came(
    one: Visit, there: tuple[Participant, ...], come: bool | None
) -> None:
    assert attendance.has_come(one, there) is come


@pytest.mark.rule("VI-13")
@pytest.mark.parametrize(
    ("one", "somebody", "known"),
    [
        (visit(), *INVITED, False),
        (visit(), *WAITS, False),
        (visit(), *IN, True),
        (replace(ON, came=True), *INVITED, True),
        (replace(ON, came=False), *IN, False),
        (replace(ON, came=True), participant(Role.PROXY), True),
        (replace(ON, came=True), participant(Role.GUEST), False),
        (replace(ON, came=False), participant(Role.GUEST, entered_at=STARTS), True),
    ],
)
def test_of_whom_it_is_known_that_they_came(one: Visit, somebody: Participant, known: bool) -> None:
    assert attendance.is_known_to_have_come(one, somebody) is known


@pytest.mark.rule("VI-13")
@pytest.mark.parametrize(
    ("one", "there", "is_watched", "absent"),
    [
        (visit(), INVITED, True, True),
        (visit(), WAITS, True, False),
        (visit(), GUEST_IN, True, True),
        (visit(), (participant(), participant(Role.PROXY, arrived_at=STARTS)), True, False),
        (ON, INVITED, True, True),
        (ON, IN, True, False),
        (visit(), INVITED, False, True),
        (ON, INVITED, False, False),  # nobody can see who comes: whoever holds it is asked
        (replace(ON, came=False), INVITED, False, True),
        (replace(ON, came=True), INVITED, True, False),
        (visit(kind=K.RELATIVE), INVITED, True, False),
        (visit(state=S.CANCELLED), INVITED, True, False),
    ],
)
def test_who_is_absent(one: Visit, there: tuple[Participant, ...], is_watched: bool, absent: bool) -> None:
    late = STARTS + LATE
    assert attendance.is_absent(one, there, late, LATE, is_watched=is_watched) is absent
    assert not attendance.is_absent(one, there, late - MINUTE, LATE, is_watched=is_watched)


@pytest.mark.rule("VI-13")
@pytest.mark.parametrize(
    ("one", "who", "at", "refusal"),
    [
        (visit(), HOLDER, STARTS, None),
        (visit(holder_id=None), OTHER, STARTS + MINUTE, None),
        (visit(state=S.STARTED), HOLDER, STARTS, None),
        (visit(), OTHER, STARTS, Refusal("VI-13", "not-holder")),
        (visit(), HOLDER, STARTS - MINUTE, Refusal("VI-13", "call-when")),
        (visit(), HOLDER, STARTS + 11 * MINUTE, Refusal("VI-13", "call-when")),
        (visit(), HOLDER, STARTS + 10 * MINUTE, None),
        (visit(state=S.ENDED), HOLDER, STARTS, Refusal("VI-13", "visit-not-open")),
        (visit(state=S.CANCELLED), HOLDER, STARTS, Refusal("VI-13", "visit-not-open")),
    ],
)
def test_an_absent_patient_is_telephoned_by_who_holds_the_visit(
    one: Visit, who: str, at: datetime, refusal: Refusal | None
) -> None:
    assert attendance.may_call(one, actor(staff_id=who), at, STARTS + 10 * MINUTE) == refusal


@pytest.mark.rule("VI-13")
def test_a_call_at_an_earlier_time_of_the_visit_says_nothing_of_it() -> None:
    earlier, at, later = (replace(call(), at=STARTS + minutes * MINUTE) for minutes in (-1, 0, 1))
    assert attendance.made_since(visit(), (earlier, at, later)) == (at, later)
    assert attendance.may_end(visit(), INVITED, (earlier,)) == Refusal("VI-13", "call-first")


@pytest.mark.rule("VI-13", "VI-14")
@pytest.mark.parametrize("outcome", CallOutcome)
def test_without_the_patient_it_ends_only_after_a_call(outcome: CallOutcome) -> None:
    calls = (call(outcome),)
    for one in (visit(), visit(state=S.TAKEN_IN), ON, replace(ON, came=False)):
        assert attendance.may_end(one, INVITED, calls) is None
        held = outcome is CallOutcome.BY_TELEPHONE
        after = attendance.ended(one, INVITED, calls, NOW)
        assert (after.state, after.ended_at) == (S.ENDED if held else S.ABSENT, NOW)


@pytest.mark.rule("VI-13", "VI-14")
@pytest.mark.parametrize(
    ("one", "there", "refusal"),
    [
        (visit(), INVITED, Refusal("VI-13", "call-first")),
        (visit(state=S.STARTED), WAITS, Refusal("VI-13", "call-first")),
        (ON, INVITED, Refusal("VI-13", "came-or-call")),
        (replace(ON, came=False), INVITED, Refusal("VI-13", "call-first")),
        (replace(ON, came=True), INVITED, None),
        (ON, IN, None),
        (visit(kind=K.RELATIVE, state=S.STARTED), (), None),
        (visit(state=S.CANCELLED), INVITED, None),
    ],
)
def test_what_is_asked_before_it_ends(one: Visit, there: tuple[Participant, ...], refusal: Refusal | None) -> None:
    assert attendance.may_end(one, there, ()) == refusal


def test_once_over_it_says_whether_it_was_held() -> None:
    assert attendance.ended(ON, IN, (), NOW).state is S.ENDED
    assert attendance.ended(visit(kind=K.RELATIVE), (), (), NOW).state is S.ENDED
    assert attendance.ended(visit(), INVITED, (), NOW, is_left=True).state is S.ENDED
    assert attendance.ended(visit(), INVITED, (), NOW).state is S.ABSENT
    assert attendance.ended(visit(state=S.CANCELLED), INVITED, (), NOW) == visit(state=S.CANCELLED)


@pytest.mark.rule("VI-13")
def test_what_nobody_has_taken_in_ends_as_absent_by_itself() -> None:
    absent = attendance.end_absent(visit(), actor(), INVITED, (call(),), NOW)
    assert isinstance(absent, Visit)
    assert (absent.state, absent.ended_at) == (S.ABSENT, NOW)

    def refused(one: Visit, who: str = HOLDER, *, called: bool = True) -> object:
        return attendance.end_absent(one, actor(staff_id=who), INVITED, (call(),) if called else (), NOW)

    assert refused(visit(), called=False) == Refusal("VI-13", "call-first")
    assert refused(visit(), OTHER) == Refusal("VI-13", "not-holder")
    assert isinstance(refused(visit(holder_id=None), OTHER), Visit)
    assert refused(visit(state=S.TAKEN_IN)) == Refusal("VI-13", "end-in-case")
    assert refused(visit(state=S.ENDED)) == Refusal("VI-13", "visit-not-open")
