"""A visit's reminders: planned with the booking, re-planned when it moves, gone when it is cancelled."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from p24tui.errors import BadInput, Refused
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.protection import Protection
from p24tui.routine.visit import Summons, Visit
from p24tui.services import reminders, visits
from p24tui.store import people
from tests import visiting
from tests.outgoing import MOBILE, persons, rows_of, send, states, with_gateway
from tests.world import UNIT, World


def booked(world: World, ahead: timedelta, mobile: str = MOBILE) -> Visit:
    patient = world.patient(mobile=mobile)
    return visiting.book(world, patient.id, world.clock.now() + ahead)


def at(world: World, instant: datetime) -> int:
    """Let it be that late, and send what is due; how many went."""
    world.clock.instant = instant
    return send(world)


@pytest.mark.rule("NA-3", "VI-1")
def test_a_visit_gets_its_three_reminders_each_once(world: World) -> None:
    gateway = with_gateway(world)
    visit = booked(world, timedelta(days=1, hours=1))  # ten o'clock on Tuesday
    went = []
    while world.clock.now() < visit.starts_at:
        if send(world):
            went.append(f"{world.clock.now():%d %H.%M}")
        world.clock.advance(timedelta(minutes=5))
    assert went == ["23 08.00", "24 07.00", "24 08.45"]  # UTC: an hour later in Sweden
    assert [one.text.split(" hos ")[0] for one in gateway.handed] == [
        "Du har ett bokat videobesök",
        "I dag har du ett videobesök",
        "Ditt videobesök",
    ]
    assert states(world, visit.patient_id) == [
        ("visit-booked", OutgoingState.ACCEPTED),
        ("visit-today", OutgoingState.ACCEPTED),
        ("visit-soon", OutgoingState.ACCEPTED),
    ]


@pytest.mark.rule("NA-3")
def test_one_an_hour_ahead_gets_those_that_still_make_sense(world: World) -> None:
    with_gateway(world)
    visit = booked(world, timedelta(hours=1))
    assert at(world, world.clock.now()) == 1
    assert at(world, visit.starts_at - timedelta(minutes=15)) == 1
    assert [purpose for purpose, _state in states(world, visit.patient_id)] == ["visit-booked", "visit-soon"]


@pytest.mark.rule("NA-3")
def test_moving_it_plans_anew_and_tells_the_patient_who_has_been_told(world: World) -> None:
    gateway = with_gateway(world)
    visit = booked(world, timedelta(days=1, hours=1))
    send(world)
    moved = visits.move(world.system, world.actor("maria"), visit.id, visit.starts_at + timedelta(days=1))
    waiting = [row for row in rows_of(world, visit.patient_id) if row.state is OutgoingState.QUEUED]
    assert [row.purpose.value for row in waiting] == ["visit-moved", "visit-today", "visit-soon"]
    assert {row.visit_at for row in waiting} == {moved.starts_at}
    dropped = [row.problem for row in rows_of(world, visit.patient_id) if row.state is OutgoingState.CANCELLED]
    assert dropped == ["visit-moved", "visit-moved"]
    send(world)
    assert gateway.handed[-1].text.startswith("Ditt videobesök hos Vårdcentralen Åsen har fått en ny tid")


@pytest.mark.rule("NA-3")
@pytest.mark.hazard("H13")
def test_moved_there_and_back_it_is_reminded_of_once(world: World) -> None:
    gateway = with_gateway(world)
    maria, visit = world.actor("maria"), booked(world, timedelta(hours=4))
    send(world)
    for hours in (5, 4, 5, 4):
        visits.move(world.system, maria, visit.id, world.clock.now() + timedelta(hours=hours))
    send(world)
    assert at(world, visit.starts_at - timedelta(minutes=15)) == 1
    assert at(world, visit.starts_at + timedelta(hours=1)) == 0
    texts = [one.text.partition(":")[0] for one in gateway.handed]
    assert len(texts) == len(set(texts)) == 3


@pytest.mark.rule("NA-3")
@pytest.mark.hazard("H13")
def test_each_move_tells_the_patient_also_back_to_a_time_that_was_told_of_before(world: World) -> None:
    gateway, maria = with_gateway(world), world.actor("maria")
    visit = booked(world, timedelta(days=1))
    send(world)
    for hours in (1, 0, 1, 0, 1):
        visits.move(world.system, maria, visit.id, visit.starts_at + timedelta(hours=hours))
        assert send(world) == 1
    assert len(gateway.handed) == 6
    visits.move(world.system, maria, visit.id, visit.starts_at)  # and what has not gone is taken back, whichever it is
    visits.cancel(world.system, maria, visit.id)
    assert at(world, visit.starts_at - timedelta(minutes=15)) == 0
    assert {row.state for row in rows_of(world, visit.patient_id)} == {OutgoingState.ACCEPTED, OutgoingState.CANCELLED}


@pytest.mark.rule("VI-7", "PR-1")
@pytest.mark.hazard("H1", "H14")
def test_a_proxy_who_may_be_it_no_longer_is_not_kept_and_nobody_takes_their_place_unseen(world: World) -> None:
    with_gateway(world)
    maria, when = world.actor("maria"), world.clock.now() + timedelta(days=1)
    gone, protected = (
        visiting.book(world, visiting.child(world).id, when, summons=Summons.CHILD_SAVED) for _one in range(2)
    )
    with world.system.store.writing() as tx:
        people.drop_guardian(tx, gone.patient_id, [visiting.MOTHER.number])
    with pytest.raises(Refused, match="VI-7: not-guardian"):
        visits.move(world.system, maria, gone.id, when + timedelta(hours=1))
    persons(world).protected[visiting.MOTHER.number] = Protection.MARKED
    with pytest.raises(Refused, match="PR-1: guardian-protected"):
        visits.move(world.system, maria, protected.id, when + timedelta(hours=1))
    assert visiting.stored_visit(world, gone.id).starts_at == when


@pytest.mark.rule("VI-1")
def test_two_presses_at_the_same_time_are_one_visit(world: World) -> None:
    with_gateway(world)
    patient, when = world.patient(mobile=MOBILE), world.clock.now() + timedelta(hours=1)
    gate = threading.Barrier(2)

    def press(_one: int) -> Visit:
        gate.wait(10)
        return visiting.book(world, patient.id, when, "v1")

    with ThreadPoolExecutor(2) as both:
        first, second = both.map(press, range(2))
    assert first == second
    assert len(rows_of(world, patient.id)) == 2


@pytest.mark.rule("NA-3")
def test_cancelling_it_cancels_what_was_planned(world: World) -> None:
    gateway, maria = with_gateway(world), world.actor("maria")
    visit = booked(world, timedelta(days=1))
    visits.cancel(world.system, maria, visit.id)
    assert {state for _purpose, state in states(world, visit.patient_id)} == {OutgoingState.CANCELLED}
    assert at(world, visit.starts_at - timedelta(minutes=15)) == 0
    assert gateway.handed == []
    with pytest.raises(Refused, match="visit-cancelled"):
        visits.cancel(world.system, maria, visit.id)
    with pytest.raises(Refused, match="visit-cancelled"):
        visits.move(world.system, maria, visit.id, visit.starts_at + timedelta(days=1))


@pytest.mark.rule("VI-1", "PR-1", "PR-2")
@pytest.mark.hazard("H1", "H2")
def test_nobody_is_booked_who_cannot_or_must_not_be_reached_by_sms(world: World) -> None:
    with_gateway(world)
    with pytest.raises(Refused, match="VI-1: no-mobile"):
        booked(world, timedelta(days=1), mobile="")
    patient = world.patient(mobile=MOBILE)
    persons(world).protected[patient.number] = Protection.MARKED
    with pytest.raises(Refused, match="PR-1: protected"):
        visiting.book(world, patient.id, world.clock.now() + timedelta(days=1))
    assert rows_of(world, patient.id) == []


@pytest.mark.rule("PR-2")
@pytest.mark.hazard("H1")
def test_a_flag_that_comes_later_cancels_all_that_is_planned(world: World) -> None:
    gateway = with_gateway(world)
    visit = booked(world, timedelta(days=1))
    number = rows_of(world, visit.patient_id)[0]
    assert number.state is OutgoingState.QUEUED
    with world.system.store.reading() as tx:
        record = people.patient(tx, id=visit.patient_id)
    assert record is not None
    persons(world).protected[record.patient.number] = Protection.POPULATION
    send(world)  # the first look at the moment of sending learns it
    assert {(row.state, row.problem) for row in rows_of(world, visit.patient_id)} == {
        (OutgoingState.CANCELLED, "protected")
    }
    assert gateway.handed == []


def test_the_same_booking_twice_is_one_visit(world: World) -> None:
    with_gateway(world)
    patient, when = world.patient(mobile=MOBILE), world.clock.now() + timedelta(days=1)
    first = visiting.book(world, patient.id, when, "v1")
    assert visiting.book(world, patient.id, when, "v1") == first
    assert len(rows_of(world, patient.id)) == 3


def test_what_is_wrong_with_a_booking_is_said(world: World) -> None:
    with_gateway(world)
    maria, now = world.actor("maria"), world.clock.now()
    with pytest.raises(BadInput, match="visit-past"):
        visiting.book(world, world.patient(mobile=MOBILE).id, now)
    with pytest.raises(BadInput, match="no-patient"):
        visiting.book(world, "nobody", now + timedelta(days=1))
    with pytest.raises(BadInput, match="no-visit"):
        visits.cancel(world.system, maria, "none")


@pytest.mark.rule("NA-3")
def test_the_units_own_time_before_a_visit_counts(world: World) -> None:
    with_gateway(world)
    reminders.put_times(world.system, world.actor("maria"), UNIT, 45, None)
    visit = booked(world, timedelta(hours=3))
    assert rows_of(world, visit.patient_id)[-1].due_at == visit.starts_at - timedelta(minutes=45)
