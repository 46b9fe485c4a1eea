"""Statements about one booking in any order, however often, and two at once: they come to the same."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from random import Random
from threading import Event
from typing import Any

import pytest
from msgspec.structs import replace

from p24tui.gateways.booking import SentBooking
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection
from p24tui.routine.visit import Visit, VisitState
from p24tui.services import booking_tasks, patients, protections, visit_list
from p24tui.services.intake import bookings, take_hl7
from p24tui.services.intake.outcome import Verdict
from p24tui.store import people
from p24tui.store import visits as stored
from tests import samples
from tests.outgoing import MOBILE, with_gateway
from tests.services.test_booking_news import give_mobile
from tests.services.test_bookings import HOUR, MINUTE, TOMORROW, TUESDAY, booking, day, problems, take, tasks
from tests.siu import siu
from tests.world import BERGA, MONDAY_NINE, PEOPLE, UNIT, World

LATER = MONDAY_NINE + 10 * MINUTE


def open_visits(world: World) -> list[Visit]:
    """The booked visits of tomorrow, at both units."""
    lines = visit_list.of_day(world.system, world.actor("maria"), [UNIT, BERGA], TUESDAY).lines
    return [line.visit for line in lines if line.visit.state is VisitState.BOOKED]


@pytest.mark.rule("VI-2")
@pytest.mark.hazard("H13")
def test_a_cancellation_that_says_nothing_else_holds_for_what_comes_after_it(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    nothing = {"contact_type": "", "unit_id": "", "starts_at": None, "ends_at": None}
    assert take(world, booking(None, cancelled=True, said_at=LATER, **nothing)) is Verdict.NOTED
    assert take(world, booking(patient)) is Verdict.DUPLICATE
    assert day(world) == ()


@pytest.mark.rule("VI-2")
@pytest.mark.hazard("H13")
def test_a_cancellation_by_hl7_without_a_type_holds_for_what_comes_after_it(world: World) -> None:
    with_gateway(world)
    patients.register(world.system, world.actor("maria"), samples.MARIA[0], MOBILE, name="Maria Ljungberg")
    cancelled = siu("S15", "K2", said="20261123085900", f8="")
    said = [cancelled, siu("S12", "K1", said="20261123085500", at="20261124090000")]
    assert [take_hl7(world.system, "vas", one).code.value for one in said] == ["AA", "AA"]
    assert day(world) == ()


@pytest.mark.rule("VI-2")
@pytest.mark.hazard("H13")
def test_what_was_said_between_two_cancellations_and_comes_last_is_old(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile=MOBILE)
    take(world, booking(patient))
    take(world, booking(patient, cancelled=True, said_at=LATER))
    take(world, booking(patient, cancelled=True, said_at=LATER + 2 * MINUTE))
    assert take(world, booking(patient, said_at=LATER + MINUTE)) is Verdict.DUPLICATE
    assert open_visits(world) == []


@pytest.mark.rule("VI-2", "VI-4")
@pytest.mark.hazard("H13")
@pytest.mark.parametrize("mobile", [MOBILE, ""])
def test_what_is_no_video_visit_any_longer_stays_so_when_older_news_comes(world: World, mobile: str) -> None:
    with_gateway(world)
    patient = world.patient(mobile=mobile)
    take(world, booking(patient))
    take(world, booking(patient, contact_type="BESÖK", said_at=LATER))
    assert take(world, booking(patient, said_at=LATER - MINUTE, holder_id=PEOPLE["sara"][0])) is Verdict.DUPLICATE
    assert (open_visits(world), tasks(world)) == ([], ())
    other = booking(patient, booking_id="B2", contact_type="BESÖK", said_at=LATER)
    assert take(world, other) is Verdict.NOTED
    assert take(world, booking(patient, booking_id="B2")) is Verdict.DUPLICATE
    assert (open_visits(world), tasks(world)) == ([], ())


@pytest.mark.rule("VI-4")
def test_of_what_is_set_aside_nobody_is_remembered(world: World) -> None:
    patient = world.patient(mobile=MOBILE)
    relatives = booking(patient, reason="ASAM", proxy_number=patient.number, holder_id=PEOPLE["sara"][0])
    take(world, relatives)
    with world.system.store.reading() as tx:
        said = stored.statement(tx, "vas", "B1")
    assert said is not None
    assert (said.number, said.proxy_number, said.holder_id) == ("", "", "")


@pytest.mark.rule("VI-1")
def test_what_is_sent_again_is_booked_once_it_can_be(world: World) -> None:
    with_gateway(world)
    patient = world.patient(mobile="")
    take(world, booking(patient))
    before = tasks(world)
    assert take(world, booking(patient)) is Verdict.DUPLICATE
    assert tasks(world) == before
    give_mobile(world, patient, MOBILE)
    assert take(world, booking(patient)) is Verdict.CREATED
    assert (len(open_visits(world)), tasks(world)) == (1, ())


CANCELLED: dict[str, Any] = {"cancelled": True, "starts_at": None, "ends_at": None}
WHAT: dict[str, dict[str, Any]] = {
    "booked": {},
    "cancelled": CANCELLED,
    "cancelled, and no more": CANCELLED | {"contact_type": "", "unit_id": ""},
    "no video visit": {"contact_type": "BESÖK"},
    "a relative's": {"reason": "ASAM"},
    "a group": {"patients": 2, "number": None},
    "at the other unit": {"unit_id": BERGA},
    "past": {"starts_at": MONDAY_NINE - HOUR, "ends_at": None},
}


def a_history(random: Random, patient: Patient) -> list[SentBooking]:
    """What VAS says of a booking, a minute apart."""
    said = []
    for turn in range(random.randint(2, 5)):
        what = random.choice([*WHAT, "moved"])
        moved = {"starts_at": TOMORROW + (turn + 1) * HOUR, "ends_at": None}
        said.append(booking(patient, **(WHAT.get(what, moved) | {"said_at": MONDAY_NINE + turn * MINUTE})))
    return said


@pytest.mark.rule("VI-2", "NA-3")
@pytest.mark.hazard("H13")
def test_whatever_is_said_of_a_booking_the_order_in_which_it_comes_means_nothing(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    with_gateway(world)
    world.second_unit("maria")
    world.clock.advance(3 * HOUR)
    random = Random(8)
    for number in range(60):
        history = a_history(random, world.patient(mobile=MOBILE))
        ends = set()
        for turn in range(4):
            order = history if turn == 0 else random.choices(history, k=3) + random.sample(history, len(history))
            id = f"B{number}-{turn}"
            for one in order:
                take(world, replace(one, booking_id=id))
            there = [(one.unit_id, one.starts_at) for one in open_visits(world) if one.booking_id == id]
            with world.system.store.writing() as tx:
                task = stored.task_of(tx, "vas", id)
            ends.add((tuple(there), task.problem if task and task.settled_at is None else ""))
        assert len(ends) == 1, history


def both(*deeds: Callable[[], object]) -> list[Future[object]]:
    """What came of two deeds at once."""
    with ThreadPoolExecutor(2) as pool:
        return [pool.submit(deed) for deed in deeds]


def on_postgresql(world: World) -> None:
    if not world.system.settings.database:
        pytest.skip("SQLite's writers are alone")


@pytest.mark.rule("PR-1")
@pytest.mark.hazard("H2")
def test_protection_that_is_learnt_twice_at_once_waits_for_nobody_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_postgresql(world)
    with_gateway(world)
    case = world.case(mobile=MOBILE)
    with world.system.store.reading() as tx:
        record = people.patient(tx, id=case.patient_id)
    assert record is not None
    take(world, booking(record.patient))
    marked = replace(record, patient=replace(record.patient, protection=Protection.MARKED))
    feed_is_there, other_is_there = Event(), Event()
    put_patient, of_patient = protections.put_patient, stored.of_patient

    def slow_feed(*args: Any) -> None:
        feed_is_there.set()
        other_is_there.wait(5)
        put_patient(*args)

    def slow_other(*args: Any, **kwargs: Any) -> list[Visit]:
        other_is_there.set()
        feed_is_there.wait(5)
        return of_patient(*args, **kwargs)

    def protect() -> None:
        with world.system.store.writing() as tx:
            protections.put_patient(tx, world.system, world.actor("johan"), marked)

    monkeypatch.setattr("p24tui.services.intake.bookings.put_patient", slow_feed)
    monkeypatch.setattr(stored, "of_patient", slow_other)
    news = booking(record.patient, said_at=LATER)
    done = both(lambda: take(world, news, looked_up=Protection.MARKED), protect)
    assert [one.exception() for one in done] == [None, None]


@pytest.mark.rule("VI-1", "VI-2")
@pytest.mark.hazard("H13")
def test_a_task_that_is_tried_again_while_its_booking_is_sent_again_is_one_visit(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_postgresql(world)
    with_gateway(world)
    patient = world.patient(mobile="")
    take(world, booking(patient))
    give_mobile(world, patient, MOBILE)
    (task,) = tasks(world)
    is_booked, book_again = Event(), bookings.book_again

    def slow(*args: Any) -> Visit | None:
        booked = book_again(*args)
        is_booked.set()
        Event().wait(0.5)
        return booked

    def feed() -> Verdict:
        is_booked.wait(5)
        return take(world, booking(patient, said_at=LATER))

    monkeypatch.setattr(booking_tasks, "book_again", slow)
    done = both(lambda: booking_tasks.try_again(world.system, world.actor("maria"), task.id), feed)
    assert [one.exception() for one in done] == [None, None]
    assert len(open_visits(world)) == 1
    assert problems(world) == []
