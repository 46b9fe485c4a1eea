"""What VAS says of a visit that has been taken in, whose time has come, or that is over: it stays, and is a task."""

from typing import Any

import pytest
from msgspec.structs import replace

from p24tui.errors import Refused
from p24tui.routine.patient import Patient
from p24tui.routine.visit import CallOutcome, Visit, VisitState
from p24tui.services import booking_tasks, ending, visit_day
from p24tui.services.intake.outcome import Verdict
from tests.outgoing import rows_of, with_gateway
from tests.services.test_booking_news import NOWHERE, WEEK, a_booking
from tests.services.test_bookings import (
    HOUR,
    MINUTE,
    NEW,
    TOMORROW,
    TUESDAY,
    booking,
    day,
    number,
    problems,
    take,
    tasks,
)
from tests.visiting import FATHER, MOTHER, child, stored_visit, with_video
from tests.world import BERGA, PEOPLE, UNIT, World

NEXT_TUESDAY = TUESDAY + WEEK


def taken_in(world: World) -> tuple[Patient, Visit]:
    """The same, ten minutes before it begins, when Maria has taken it in."""
    with_video(world)
    patient, visit = a_booking(world)
    world.clock.instant = TOMORROW - 10 * MINUTE
    taken, _case = visit_day.take_in(world.system, world.actor("maria"), visit.id, visit.version)
    return patient, taken


def absent(world: World, visit: Visit) -> None:
    """Maria telephones who has not come, who gets a new time in VAS, and ends the visit."""
    world.clock.instant = TOMORROW + 10 * MINUTE
    visit_day.record_call(world.system, world.actor("maria"), visit.id, CallOutcome.NEW_TIME)
    now = stored_visit(world, visit.id)
    if now.case_id is None:
        visit_day.end_absent(world.system, world.actor("maria"), visit.id, now.version)
        return
    asked = ending.request_end(world.system, world.actor("maria"), now.case_id, world.row(now.case_id).case.version)
    ending.confirm_end(world.system, world.actor("maria"), now.case_id, asked.version)


@pytest.mark.rule("VI-2")
@pytest.mark.hazard("H14")
def test_another_end_of_a_visit_whose_time_has_come_lengthens_it_and_cancels_nothing(world: World) -> None:
    patient, visit = a_booking(world)
    world.clock.instant = TOMORROW + MINUTE
    take(world, booking(patient, ends_at=TOMORROW + 40 * MINUTE, said_at=world.clock.now()))
    after = stored_visit(world, visit.id)
    assert (after.state, after.ends_at) == (VisitState.BOOKED, TOMORROW + 40 * MINUTE)
    assert tasks(world) == ()


@pytest.mark.rule("VI-2", "VI-13")
def test_a_move_that_cannot_be_once_the_time_has_come_is_a_task_and_the_visit_stays(world: World) -> None:
    patient, visit = a_booking(world)
    world.clock.instant = TOMORROW + 5 * MINUTE
    take(world, booking(patient, starts_at=TOMORROW + 2 * MINUTE, ends_at=None, said_at=world.clock.now()))
    assert problems(world) == ["moved-late"]
    assert stored_visit(world, visit.id).state is VisitState.BOOKED
    assert stored_visit(world, visit.id).starts_at == TOMORROW


@pytest.mark.rule("VI-2", "NA-3")
def test_a_visit_that_nobody_has_taken_in_gets_the_new_time_that_vas_gives_it(world: World) -> None:
    patient, visit = a_booking(world)
    world.clock.instant = TOMORROW + 5 * MINUTE
    take(world, booking(patient, starts_at=TOMORROW + WEEK, ends_at=None, said_at=world.clock.now()))
    assert stored_visit(world, visit.id).starts_at == TOMORROW + WEEK
    assert tasks(world) == ()


@pytest.mark.rule("VI-2", "VI-13")
@pytest.mark.parametrize("in_a_case", [False, True])
def test_a_booking_that_moves_on_after_an_absence_is_a_new_visit(world: World, in_a_case: bool) -> None:
    patient, visit = taken_in(world) if in_a_case else a_booking(world)
    absent(world, visit)
    take(world, booking(patient, said_at=TOMORROW + MINUTE, holder_id=PEOPLE["sara"][0]))  # the time that has been
    assert [line.visit.state for line in day(world)] == [VisitState.ABSENT]
    later = booking(patient, starts_at=TOMORROW + WEEK, ends_at=None, said_at=world.clock.now())
    assert take(world, later) is Verdict.CREATED
    assert [line.visit.state for line in day(world, NEXT_TUESDAY)] == [VisitState.BOOKED]
    assert stored_visit(world, visit.id).state is VisitState.ABSENT
    assert tasks(world) == ()


@pytest.mark.rule("VI-2")
def test_what_vas_corrects_of_a_visit_that_has_been_is_nothing_to_see_to(world: World) -> None:
    patient, visit = a_booking(world)
    absent(world, visit)
    take(world, booking(patient, starts_at=TOMORROW + 2 * MINUTE, ends_at=None, said_at=world.clock.now()))
    take(world, booking(patient, cancelled=True, said_at=world.clock.now() + MINUTE))
    assert tasks(world) == ()
    assert [line.visit.state for line in day(world)] == [VisitState.ABSENT]


@pytest.mark.rule("VI-2", "VI-13")
@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"cancelled": True}, "cancelled-begun"),
        ({"contact_type": "BESÖK"}, "not-video-late"),
        ({"number": None, "patients": 3}, "group-late"),
        ({"unit_id": NOWHERE}, "unit-late"),
    ],
)
def test_a_visit_whose_time_has_come_stays_for_the_call_whatever_vas_says(
    world: World, facts: dict[str, Any], problem: str
) -> None:
    patient, visit = a_booking(world)
    world.clock.instant = TOMORROW + 6 * MINUTE
    take(world, booking(patient, **facts, said_at=world.clock.now()))
    assert problems(world) == [problem]
    absent(world, stored_visit(world, visit.id))
    assert stored_visit(world, visit.id).state is VisitState.ABSENT


@pytest.mark.rule("VI-1", "VI-4", "VI-5")
@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    ("facts", "problem"),
    [
        ({"number": number(NEW)}, "other-patient-late"),
        ({"contact_type": "BESÖK"}, "not-video-late"),
        ({"reason": "ASAM"}, "not-video-late"),
        ({"number": None, "patients": 2}, "group-late"),
        ({"unit_id": NOWHERE}, "unit-late"),
        ({"unit_id": BERGA}, "unit-late"),
        ({"contact_type": "", "cancelled": True, "starts_at": None, "ends_at": None}, "cancelled-late"),
    ],
)
def test_a_correction_of_a_visit_that_has_been_taken_in_is_a_task_at_its_unit(
    world: World, facts: dict[str, Any], problem: str
) -> None:
    world.second_unit("sara")
    patient, visit = taken_in(world)
    assert take(world, booking(patient, **facts, said_at=world.clock.now())) is Verdict.CREATED
    assert [(task.problem, task.unit_id) for task in tasks(world)] == [(problem, UNIT)]
    assert stored_visit(world, visit.id) == visit
    again = booking(patient, **facts, said_at=world.clock.now() + MINUTE)
    assert take(world, again) is Verdict.DUPLICATE
    booking_tasks.settle(world.system, world.actor("maria"), tasks(world)[0].id)
    assert take(world, replace(again, said_at=world.clock.now() + 2 * MINUTE)) is Verdict.DUPLICATE
    assert tasks(world) == ()


@pytest.mark.rule("VI-2")
@pytest.mark.parametrize(
    "facts", [{"cancelled": True}, {"contact_type": "BESÖK"}, {"starts_at": TOMORROW + HOUR, "ends_at": None}]
)
def test_what_vas_takes_back_is_nothing_to_see_to_any_longer(world: World, facts: dict[str, Any]) -> None:
    patient, visit = taken_in(world)
    take(world, booking(patient, **facts, said_at=world.clock.now()))
    assert len(tasks(world)) == 1
    assert take(world, booking(patient, said_at=world.clock.now() + MINUTE)) is Verdict.UPDATED
    assert tasks(world) == ()
    assert stored_visit(world, visit.id) == visit


@pytest.mark.rule("VI-2")
def test_a_cancellation_after_the_time_had_come_is_taken_back_too(world: World) -> None:
    patient, visit = a_booking(world)
    world.clock.instant = TOMORROW + MINUTE
    take(world, booking(patient, cancelled=True, said_at=world.clock.now()))
    take(world, booking(patient, said_at=world.clock.now() + MINUTE))
    assert tasks(world) == ()
    assert stored_visit(world, visit.id).state is VisitState.BOOKED


@pytest.mark.rule("VI-1")
@pytest.mark.parametrize("starts_at", [TOMORROW, None])
def test_trying_again_books_nothing_that_vas_has_cancelled(world: World, starts_at: object) -> None:
    patient, visit = taken_in(world)
    take(world, booking(patient, cancelled=True, starts_at=starts_at, ends_at=None, said_at=world.clock.now()))
    before = rows_of(world, patient.id)
    with pytest.raises(Refused, match="VI-1: task-cancelled-late"):
        booking_tasks.try_again(world.system, world.actor("maria"), tasks(world)[0].id)
    assert rows_of(world, patient.id) == before
    assert [line.visit.id for line in day(world)] == [visit.id]


@pytest.mark.rule("VI-1")
def test_trying_again_books_nothing_beside_a_visit_that_stands(world: World) -> None:
    patient, _visit = taken_in(world)
    take(world, booking(patient, starts_at=TOMORROW + HOUR, ends_at=None, said_at=world.clock.now()))
    with pytest.raises(Refused, match="VI-1: task-moved-late"):
        booking_tasks.try_again(world.system, world.actor("maria"), tasks(world)[0].id)
    assert len(day(world)) == 1


@pytest.mark.rule("VI-7")
@pytest.mark.hazard("H14")
def test_another_proxy_of_a_visit_that_has_been_taken_in_is_a_task(world: World) -> None:
    with_gateway(world)
    with_video(world)
    kid = child(world)
    take(world, booking(kid, proxy_number=MOTHER.number))
    visit = day(world)[0].visit
    world.clock.instant = TOMORROW - 10 * MINUTE
    visit_day.take_in(world.system, world.actor("maria"), visit.id, visit.version)
    take(world, booking(kid, proxy_number=FATHER.number, said_at=world.clock.now()))
    assert problems(world) == ["proxy-late"]
    assert stored_visit(world, visit.id).proxy_number == MOTHER.number
