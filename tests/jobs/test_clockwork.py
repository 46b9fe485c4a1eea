"""The ticks: they do their work, survive their own failures, and leave a record."""

import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from p24tui.jobs.clockwork import Clockwork, Tick
from p24tui.routine.case import CaseState
from p24tui.services import chat, presence, ticks
from p24tui.store.ticks import TickRecord
from p24tui.store.values import Doing
from p24tui.system import System
from tests.world import World

PLACE = "console:test"


def record(world: World, name: str) -> TickRecord:
    return next(one for one in ticks.every(world.system) if one.name == name)


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


@pytest.mark.rule("SE-4")
@pytest.mark.hazard("H3")
def test_the_clockwork_takes_up_held_cases_at_once_when_it_starts(world: World) -> None:
    maria = world.actor("maria")
    case = world.case(unread=0)
    version = chat.claim(world.system, maria, case.id, case.version).version
    chat.hold(world.system, maria, case.id, version, date(2026, 11, 24), "tid i morgon")
    world.clock.advance(timedelta(days=3))  # the machine slept over the day
    clockwork = Clockwork(world.system, PLACE)
    clockwork.start()
    try:
        wait_for(lambda: world.row(case.id).case.state is CaseState.DUE)
        wait_for(lambda: len(ticks.every(world.system)) == len(clockwork.ticks))
    finally:
        clockwork.stop()
    assert record(world, "held-cases").done == 1
    assert world.event_kinds(case.id).count("case.due") == 1


def test_a_tick_that_runs_twice_does_its_work_once(world: World) -> None:
    case = world.case()
    presence.be_present(world.system, world.actor("johan"), case.id, Doing.VIEWING)
    world.clock.advance(presence.LASTS)
    clockwork = Clockwork(world.system, PLACE)
    (tick,) = [one for one in clockwork.ticks if one.name == "presence"]
    clockwork.run(tick)
    assert record(world, "presence").done == 1
    clockwork.run(tick)
    assert record(world, "presence").done == 0


def test_a_tick_that_fails_is_recorded_and_spreads_no_further(world: World) -> None:
    def fail(system: System) -> int:
        raise RuntimeError("19610118-2803 must not stand in the record")

    clockwork = Clockwork(world.system, PLACE)
    clockwork.run(Tick("broken", 15, fail))
    failed = record(world, "broken")
    assert (failed.failed_at, failed.problem) == (world.clock.now(), "RuntimeError")


def test_a_missed_tick_is_recorded(world: World) -> None:
    ticks.missed(world.system, "presence", PLACE)
    assert record(world, "presence").missed_at == world.clock.now()


@pytest.mark.rule("CH-1")
def test_units_that_open_or_close_are_announced_once(world: World) -> None:
    clockwork = Clockwork(world.system, PLACE)
    (tick,) = [one for one in clockwork.ticks if one.name == "opening-hours"]
    world.clock.advance(timedelta(hours=8))  # from nine to five
    clockwork.run(tick)
    assert record(world, "opening-hours").done == 1
    clockwork.run(tick)
    assert record(world, "opening-hours").done == 0


def test_the_records_of_long_ended_processes_go(world: World) -> None:
    clockwork = Clockwork(world.system, PLACE)
    clockwork.run(clockwork.ticks[0])
    world.clock.advance(ticks.KEPT + timedelta(minutes=1))
    ticks.forget_old(world.system)
    assert ticks.every(world.system) == []
