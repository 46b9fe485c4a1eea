"""Bookings from VAS: each becomes a visit or a task, in whatever order and however often they come."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from msgspec.structs import replace

from p24tui.errors import BadInput, Refused
from p24tui.gateways.booking import SentBooking
from p24tui.routine.identity import IdentityNumber, NumberKind
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection
from p24tui.routine.visit import VisitKind, VisitState
from p24tui.services import booking_tasks, guardians, patients, visit_day, visit_list
from p24tui.services.intake.bookings import take_booking
from p24tui.services.intake.outcome import Verdict
from p24tui.services.visit_views import TaskLine, VisitLine
from tests.outgoing import MOBILE, persons, rows_of, states, with_gateway
from tests.visiting import FATHER, MOTHER, child, stored_visit, with_video
from tests.world import BERGA, MONDAY_NINE, PEOPLE, UNIT, World

TOMORROW = MONDAY_NINE + timedelta(days=1)
TUESDAY = TOMORROW.date()
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NEW = "196101182803"


def number(value: str) -> IdentityNumber:
    return IdentityNumber(value, NumberKind.PERSONNUMMER)


def booking(of: Patient | str | None, **facts: Any) -> SentBooking:
    """A booking for tomorrow at nine, as VAS says it now."""
    value = of.number if isinstance(of, Patient) else of
    given = {
        "booking_id": "B1",
        "said_at": MONDAY_NINE,
        "cancelled": False,
        "unit_id": UNIT,
        "number": number(value) if value else None,
        "name": "Maria Ljungberg",
        "starts_at": TOMORROW,
        "ends_at": TOMORROW + 20 * MINUTE,
        "contact_type": "DIVL",
    }
    return SentBooking(**{**given, **facts})


def take(world: World, sent: SentBooking, *, looked_up: Protection | None = None) -> Verdict:
    """Take what VAS says."""
    with world.system.store.writing() as tx:
        return take_booking(tx, world.system, "vas", sent, world.clock.now(), looked_up=looked_up)[0]


def day(world: World, on: date = TUESDAY) -> tuple[VisitLine, ...]:
    return visit_list.of_day(world.system, world.actor("maria"), [UNIT], on).lines


def tasks(world: World) -> tuple[TaskLine, ...]:
    return visit_list.of_day(world.system, world.actor("maria"), [UNIT], TUESDAY).tasks


def problems(world: World) -> list[str]:
    return [one.problem for one in tasks(world)]


@pytest.mark.rule("VI-2", "NA-3")
def test_a_booking_becomes_a_visit_with_its_reminders_and_its_holder(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    assert take(world, booking(patient, holder_id=PEOPLE["sara"][0])) is Verdict.CREATED
    (line,) = day(world)
    assert (line.visit.starts_at, line.visit.ends_at) == (TOMORROW, TOMORROW + 20 * MINUTE)
    assert (line.holder, line.patient.name, line.visit.kind) == ("Sara Holm", "Maria Ljungberg", VisitKind.PATIENT)
    assert [purpose for purpose, _state in states(world, patient.id)] == ["visit-booked", "visit-today", "visit-soon"]
    assert line.visit.summons is None  # chosen in VAS, and confirmed here by somebody (VI-3)


@pytest.mark.rule("VI-2")
def test_who_does_not_work_here_holds_nothing(world: World) -> None:
    with_gateway(world)
    take(world, booking(world.patient(mobile=MOBILE), holder_id="SE2321000016-NOBODY"))
    assert day(world)[0].visit.holder_id is None


@pytest.mark.rule("VI-4", "VI-2")
@pytest.mark.parametrize("facts", [{"reason": "ASAM"}, {"contact_type": "BESÖK"}, {"contact_type": ""}])
def test_a_relatives_talk_and_what_is_no_video_visit_is_acknowledged_and_set_aside(
    world: World, facts: dict[str, str]
) -> None:
    with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    assert take(world, booking(patient, **facts)) is Verdict.NOTED
    assert (day(world), tasks(world), rows_of(world, patient.id)) == ((), (), [])


@pytest.mark.rule("VI-4")
def test_a_visit_that_turns_into_a_relatives_talk_is_no_visit_here_any_more(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    take(world, booking(patient))
    take(world, booking(patient, reason="ASAM", said_at=MONDAY_NINE + MINUTE))
    assert day(world)[0].visit.state is VisitState.CANCELLED
    assert {row.state for row in rows_of(world, patient.id)} == {OutgoingState.CANCELLED}


@pytest.mark.rule("VI-1", "VI-5", "PR-1")
@pytest.mark.parametrize(
    ("facts", "looked_up", "problem"),
    [
        ({}, None, "no-patient"),
        ({"patients": 3}, None, "group-visit"),
        ({"number": None}, None, "no-number"),
        ({}, Protection.MARKED, "protected"),
    ],
)
def test_what_cannot_be_booked_is_a_task_for_staff_and_never_lost(
    world: World, facts: dict[str, Any], looked_up: Protection | None, problem: str
) -> None:
    with_gateway(world)
    assert take(world, booking(NEW, **facts), looked_up=looked_up) is Verdict.CREATED
    (task,) = tasks(world)
    assert (task.problem, task.starts_at) == (problem, TOMORROW)
    if problem == "protected":
        assert (task.name, task.number) == ("", "")
    assert take(world, booking(NEW, **facts), looked_up=looked_up) is Verdict.DUPLICATE
    assert len(tasks(world)) == 1


@pytest.mark.rule("VI-1")
def test_once_the_patient_is_registered_the_task_becomes_the_visit(world: World) -> None:
    with_gateway(world)
    take(world, booking(NEW))
    (task,) = tasks(world)
    maria = world.actor("maria")
    with pytest.raises(Refused, match="VI-1: task-no-patient"):
        booking_tasks.try_again(world.system, maria, task.id)
    patients.register(world.system, maria, NEW, MOBILE, name="Maria Ljungberg")
    assert booking_tasks.try_again(world.system, maria, task.id).starts_at == TOMORROW
    assert tasks(world) == ()
    assert len(day(world)) == 1
    with pytest.raises(BadInput, match="no-booking-task"):
        booking_tasks.try_again(world.system, maria, task.id)
    assert take(world, booking(NEW)) is Verdict.DUPLICATE


@pytest.mark.rule("VI-1")
def test_a_patient_without_a_mobile_is_a_task_until_there_is_one(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile="")
    take(world, booking(patient))
    assert problems(world) == ["no-mobile"]


@pytest.mark.rule("VI-5")
def test_a_group_visit_is_settled_by_somebody(world: World) -> None:
    take(world, booking(NEW, patients=2))
    settled = booking_tasks.settle(world.system, world.actor("johan"), tasks(world)[0].id)
    assert settled.settled_by == "Johan Berg"
    assert tasks(world) == ()
    assert take(world, booking(NEW, patients=2)) is Verdict.DUPLICATE
    assert tasks(world) == ()


@pytest.mark.rule("VI-7", "VI-6")
@pytest.mark.hazard("H14")
@pytest.mark.parametrize(("proxy_number", "name"), [("", "Maria Ljungberg"), (FATHER.number, "Albert Hammar")])
def test_a_childs_booking_has_the_primary_guardian_as_proxy_or_the_one_it_names(
    world: World, proxy_number: str, name: str
) -> None:
    with_gateway(world)
    take(world, booking(child(world), proxy_number=proxy_number))
    visit = day(world)[0].visit
    assert (visit.kind, visit.proxy_name) == (VisitKind.CHILD, name)


@pytest.mark.rule("VI-7", "PR-1")
@pytest.mark.hazard("H14")
@pytest.mark.parametrize(
    ("theirs", "wanted", "problem"),
    [
        ((), "", "no-guardian"),
        ((replace(MOTHER, mobile=""),), "", "proxy-no-mobile"),
        ((MOTHER,), FATHER.number, "not-guardian"),
        ((replace(MOTHER, protection=Protection.MARKED),), "", "guardian-protected"),
    ],
)
def test_a_child_without_a_proxy_who_can_join_is_a_task(
    world: World, theirs: tuple[Any, ...], wanted: str, problem: str
) -> None:
    with_gateway(world)
    take(world, booking(child(world, theirs), proxy_number=wanted))
    assert problems(world) == [problem]


@pytest.mark.rule("VI-7")
@pytest.mark.hazard("H14")
def test_a_change_of_primary_guardian_touches_only_what_is_booked_after_it(world: World) -> None:
    with_gateway(world)
    one = child(world)
    take(world, booking(one))
    kept = guardians.make_primary(world.system, world.actor("maria"), one.id, FATHER.number)
    assert kept == [day(world)[0].visit.id]
    take(world, booking(one, booking_id="B2", starts_at=TOMORROW + HOUR, ends_at=None))
    later = MONDAY_NINE + MINUTE
    take(world, booking(one, said_at=later, starts_at=TOMORROW + 2 * HOUR, ends_at=None))
    assert [line.visit.proxy_name for line in day(world)] == ["Albert Hammar", "Maria Ljungberg"]


@pytest.mark.rule("VI-9")
@pytest.mark.hazard("H14")
def test_who_turns_thirteen_before_the_new_time_has_no_proxy_then(world: World) -> None:
    with_gateway(world)
    one = child(world, born=date(2013, 11, 25))  # thirteen on Wednesday
    take(world, booking(one))
    assert day(world)[0].visit.kind is VisitKind.CHILD
    wednesday = TOMORROW + timedelta(days=1)
    take(world, booking(one, said_at=MONDAY_NINE + MINUTE, starts_at=wednesday, ends_at=None))
    assert problems(world) == ["no-mobile"]  # it is the young person who joins now
    assert day(world)[0].visit.state is VisitState.CANCELLED
    patients.register(world.system, world.actor("maria"), one.number, MOBILE, name=one.name)
    booking_tasks.try_again(world.system, world.actor("maria"), tasks(world)[0].id)
    visit = day(world, wednesday.date())[0].visit
    assert (visit.kind, visit.proxy_name, visit.proxy_number) == (VisitKind.PATIENT, "", "")


@pytest.mark.rule("VI-2", "NA-3")
@pytest.mark.hazard("H13")
def test_booked_moved_and_cancelled_in_any_order_come_to_the_same(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    for many, order in enumerate(permutations((0, 1, 2, 2))):
        id = f"B{many}"
        said = [
            booking(patient, booking_id=id),
            booking(patient, booking_id=id, said_at=MONDAY_NINE + MINUTE, starts_at=TOMORROW + HOUR, ends_at=None),
            booking(patient, booking_id=id, said_at=MONDAY_NINE + 2 * MINUTE, cancelled=True, starts_at=None),
        ]
        for which in order:
            take(world, said[which])
    assert {line.visit.state for line in day(world)} <= {VisitState.CANCELLED}
    assert tasks(world) == ()
    queued = [row for row in rows_of(world, patient.id) if row.state is OutgoingState.QUEUED]
    assert queued == []


@pytest.mark.rule("VI-2")
@pytest.mark.hazard("H13")
def test_the_same_said_a_hundred_times_is_one_visit_and_three_reminders(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    verdicts = [take(world, booking(patient)) for _ in range(100)]
    assert verdicts == [Verdict.CREATED, *[Verdict.DUPLICATE] * 99]
    assert len(day(world)) == 1
    assert len(rows_of(world, patient.id)) == 3


@pytest.mark.rule("VI-2")
def test_what_was_cancelled_and_is_booked_again_is_a_visit_again(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    take(world, booking(patient))
    take(world, booking(patient, said_at=MONDAY_NINE + MINUTE, cancelled=True))
    assert take(world, booking(patient, said_at=MONDAY_NINE + 2 * MINUTE)) is Verdict.CREATED
    assert sorted(line.visit.state.value for line in day(world)) == ["booked", "cancelled"]
    assert take(world, booking(patient, said_at=MONDAY_NINE + MINUTE, cancelled=True)) is Verdict.DUPLICATE


@pytest.mark.rule("VI-2")
@pytest.mark.parametrize(("cancelled", "problem"), [(True, "cancelled-late"), (False, "moved-late")])
def test_what_vas_says_of_a_visit_that_has_been_taken_in_is_a_task(world: World, cancelled: bool, problem: str) -> None:
    with_gateway(world)
    with_video(world)
    patient = world.patient(mobile=MOBILE)
    take(world, booking(patient))
    visit = day(world)[0].visit
    world.clock.instant = TOMORROW - 10 * MINUTE
    visit_day.take_in(world.system, world.actor("maria"), visit.id, visit.version)
    take(world, booking(patient, said_at=TOMORROW, cancelled=cancelled, starts_at=TOMORROW + HOUR, ends_at=None))
    assert problems(world) == [problem]
    assert stored_visit(world, visit.id).state is VisitState.TAKEN_IN
    assert stored_visit(world, visit.id).starts_at == TOMORROW


@pytest.mark.rule("VI-1")
def test_a_booking_that_changes_patient_cancels_the_visit_and_asks_staff(world: World) -> None:
    with_gateway(world)
    first, second = world.patient(mobile=MOBILE), world.patient(mobile="+46701740699")
    take(world, booking(first))
    take(world, booking(second, said_at=MONDAY_NINE + MINUTE))
    assert day(world)[0].visit.state is VisitState.CANCELLED
    assert problems(world) == ["other-patient"]


@pytest.mark.rule("VI-1")
def test_one_that_comes_when_its_time_has_passed_is_a_task(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    take(world, booking(patient, starts_at=MONDAY_NINE - HOUR, ends_at=None))
    assert problems(world) == ["visit-past"]


@pytest.mark.rule("PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_a_booking_for_somebody_whom_the_service_now_calls_protected_is_a_task_without_a_name(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    persons(world).protected[patient.number] = Protection.MARKED
    take(world, booking(patient), looked_up=Protection.MARKED)
    (task,) = tasks(world)
    assert (task.problem, task.name, task.number) == ("protected", "", "")
    assert (day(world), rows_of(world, patient.id)) == ((), [])


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H1", "H2")
def test_news_of_a_visit_whose_patient_is_now_protected_ends_it(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    take(world, booking(patient))
    moved = booking(patient, said_at=MONDAY_NINE + MINUTE, starts_at=TOMORROW + HOUR, ends_at=None)
    take(world, moved, looked_up=Protection.MARKED)
    (line,) = day(world)
    assert (line.visit.state, line.patient.name, line.number, line.participants) == (VisitState.CANCELLED, "", "", ())


@pytest.mark.rule("VI-2", "NA-3")
@pytest.mark.parametrize(("unit_id", "booked_there"), [(BERGA, True), ("SE2321000016-NOWHERE", False)])
def test_a_booking_that_goes_to_another_unit_is_a_visit_here_no_longer(
    world: World, unit_id: str, booked_there: bool
) -> None:
    with_gateway(world)
    world.second_unit("maria")
    patient = world.patient(mobile=MOBILE)
    take(world, booking(patient))
    take(world, booking(patient, said_at=MONDAY_NINE + MINUTE, unit_id=unit_id))
    assert [line.visit.state for line in day(world)] == [VisitState.CANCELLED]
    there = visit_list.of_day(world.system, world.actor("maria"), [BERGA], TUESDAY).lines
    assert len(there) == booked_there
    queued = [row for row in rows_of(world, patient.id) if row.state is OutgoingState.QUEUED]
    assert queued == []  # of this unit


@pytest.mark.rule("VI-2")
def test_a_cancellation_need_not_say_where_it_was(world: World) -> None:
    with_gateway(world)
    take(world, booking(world.patient(mobile=MOBILE)))
    take(world, booking(None, said_at=MONDAY_NINE + MINUTE, unit_id="", cancelled=True, starts_at=None))
    assert [line.visit.state for line in day(world)] == [VisitState.CANCELLED]


def test_a_unit_that_is_not_here_is_said(world: World) -> None:
    with pytest.raises(BadInput, match="no-unit"):
        take(world, booking(NEW, unit_id="SE2321000016-NOWHERE"))


def test_a_statement_without_a_time_of_its_own_counts_as_news(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    take(world, booking(patient, said_at=None))
    take(world, booking(patient, said_at=None, starts_at=TOMORROW + HOUR, ends_at=None))
    assert day(world)[0].visit.starts_at == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
