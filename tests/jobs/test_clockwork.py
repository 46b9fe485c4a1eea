"""The ticks: they do their work, survive their own failures, and leave a record."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from threading import Event, Thread

import pytest
import time_machine

from p24tui.clock import SystemClock
from p24tui.errors import Unavailable
from p24tui.gateways.outgoing.model import Fate, Report
from p24tui.jobs import clockwork as clockwork_module
from p24tui.jobs.clockwork import Clockwork, Tick
from p24tui.routine.case import CaseState
from p24tui.routine.outgoing import Channel, OutgoingState
from p24tui.services import chat, presence, reminders, ticks
from p24tui.store.ticks import TickRecord
from p24tui.store.values import Doing, OutgoingRow
from p24tui.system import System
from tests.outgoing import ScriptedGateway, stored, waited_for, with_gateway
from tests.world import World

PLACE = "console:test"


def record(world: World, name: str) -> TickRecord:
    return next(one for one in ticks.every(world.system) if one.name == name)


def wait_for(condition: Callable[[], bool], within: float = 10) -> None:
    end = time.monotonic() + within
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


def test_a_database_that_is_locked_when_it_starts_ends_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(_system: System) -> None:
        raise Unavailable("database", "locked")

    monkeypatch.setattr(ticks, "forget_old", locked)
    clockwork = Clockwork(world.system, PLACE)
    clockwork.start()
    try:
        wait_for(lambda: any(one.name == "presence" for one in ticks.every(world.system)))
    finally:
        clockwork.stop()


def test_the_scheduler_does_not_fill_the_log_with_every_run(sqlcipher_world: World) -> None:
    logging.getLogger("apscheduler").setLevel(logging.NOTSET)
    Clockwork(sqlcipher_world.system, PLACE)
    assert not logging.getLogger("apscheduler.executors.default").isEnabledFor(logging.INFO)


def test_a_tick_that_runs_twice_does_its_work_once(world: World) -> None:
    case = world.case()
    presence.be_present(world.system, world.actor("johan"), case.id, Doing.VIEWING)
    world.clock.advance(presence.LASTS)
    clockwork = Clockwork(world.system, PLACE)
    (tick,) = [one for one in clockwork.ticks if one.name == "presence"]
    clockwork.run(tick)
    assert record(world, "presence").done == 1
    assert tick.run(world.system) == 0


def test_a_run_of_every_half_minute_that_had_nothing_to_do_is_recorded_once_a_minute(world: World) -> None:
    clockwork = Clockwork(world.system, PLACE)
    (tick,) = [one for one in clockwork.ticks if one.name == "held-cases"]
    clockwork.run(tick)
    first = record(world, "held-cases").started_at
    world.clock.advance(timedelta(seconds=tick.every))
    clockwork.run(tick)
    assert record(world, "held-cases").started_at == first


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
    assert tick.run(world.system) == 0


def test_the_records_of_long_ended_processes_go(world: World) -> None:
    clockwork = Clockwork(world.system, PLACE)
    clockwork.run(clockwork.ticks[0])
    world.clock.advance(ticks.KEPT + timedelta(minutes=1))
    ticks.forget_old(world.system)
    assert ticks.every(world.system) == []


@contextmanager
def at_work(world: World, place: str = PLACE) -> Iterator[Clockwork]:
    """A clockwork that has been started, for as long as the block lasts."""
    one = Clockwork(world.system, place)
    one.start()
    try:
        yield one
    finally:
        one.stop()


@pytest.mark.hazard("H3")
@pytest.mark.parametrize("by", [timedelta(hours=-1), timedelta(hours=1)], ids=["back", "forward"])
def test_when_the_machines_clock_is_set_the_ticks_go_on(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch, by: timedelta
) -> None:
    """APScheduler alone would stand still for an hour where it is set back."""
    monkeypatch.setattr(clockwork_module, "WATCHED_EVERY", 0.1)
    runs: list[float] = []

    def count(_system: System) -> int:
        runs.append(time.monotonic())
        return 1

    monkeypatch.setattr(Clockwork, "ticks", (Tick("counting", 1, count),))
    with at_work(sqlcipher_world):
        wait_for(lambda: len(runs) >= 1)
        with time_machine.travel(SystemClock().now() + by, tick=True):
            before, changed_at = len(runs), time.monotonic()
            wait_for(lambda: len(runs) > before + 2, within=6)
            assert runs[before] - changed_at < 2.5
        before = len(runs)  # and it is set right again
        wait_for(lambda: len(runs) > before + 1, within=6)


def test_what_fails_or_is_missed_is_named_until_it_has_gone_well(world: World) -> None:
    def fail(_system: System) -> int:
        raise ZeroDivisionError

    clockwork = Clockwork(world.system, PLACE)
    clockwork.run(Tick("outbox", 5, fail))
    ticks.missed(world.system, "presence", "worker:test")
    clockwork.run(Tick("held-cases", 5, lambda _system: 1))
    assert ticks.troubled(world.system) == ("outbox", "presence")
    world.clock.advance(timedelta(seconds=5))
    clockwork.run(Tick("outbox", 5, lambda _system: 1))
    assert ticks.troubled(world.system) == ("presence",)
    clockwork.run(Tick("presence", 5, lambda _system: 1))
    assert ticks.troubled(world.system) == ()


def test_what_one_place_missed_is_forgotten_when_another_has_done_it(world: World) -> None:
    ticks.missed(world.system, "outbox", "worker:gone")
    world.clock.advance(timedelta(seconds=5))
    Clockwork(world.system, PLACE).run(Tick("outbox", 5, lambda _system: 1))
    assert ticks.troubled(world.system) == ()


@pytest.mark.parametrize(("most", "missed"), [(60.0, False), (0.5, True)])
def test_a_run_that_takes_long_is_missed_only_where_it_takes_too_long(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch, most: float, missed: bool
) -> None:
    monkeypatch.setattr(clockwork_module, "TAKES_AT_MOST", most)
    done = Event()
    monkeypatch.setattr(Clockwork, "ticks", (Tick("outbox", 1, lambda _system: int(done.wait(10))),))
    try:
        with at_work(sqlcipher_world):
            if missed:
                wait_for(lambda: ticks.troubled(sqlcipher_world.system) == ("outbox",))
            else:
                time.sleep(2.5)
                assert ticks.troubled(sqlcipher_world.system) == ()
            done.set()
    finally:
        done.set()


def test_a_job_that_waits_its_turn_behind_a_long_one_is_not_missed(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, ran = Event(), Event()

    def count(_system: System) -> int:
        ran.set()
        return 1

    long = Tick("outbox", 60, lambda _system: int(done.wait(10)))
    waiting = Tick("uncertain", 1, count)
    monkeypatch.setattr(Clockwork, "ticks", (long, waiting))
    try:
        with at_work(sqlcipher_world):
            time.sleep(2.5)
            assert ticks.troubled(sqlcipher_world.system) == ()
            done.set()
            assert ran.wait(10)
    finally:
        done.set()


@dataclass
class Telling(ScriptedGateway):
    """A gateway that tells of what it was handed by itself, in a thread of its own."""

    heard: list[Callable[[Report], None]] = field(default_factory=list)

    def listen(self, heard: Callable[[Report], None]) -> None:
        self.heard.append(heard)

    def tell(self, report: Report) -> None:
        telling = Thread(target=self.heard[0], args=(report,))
        telling.start()
        telling.join(10)


def waiting_reminder(world: World) -> OutgoingRow:
    """A reminder that is due."""
    return reminders.remind(world.system, world.actor("maria"), waited_for(world).id)


@pytest.mark.rule("SE-2")
def test_a_due_reminder_is_sent_and_what_the_gateway_tells_reaches_its_row(world: World) -> None:
    with_gateway(world)
    gateway = Telling()
    world.system.gateways = {Channel.SMS: gateway}
    row = waiting_reminder(world)
    with at_work(world):
        wait_for(lambda: stored(world, row.id).state is OutgoingState.ACCEPTED)
        gateway.tell(Report(Fate.TAKEN, gateway_id="of nobody"))
        gateway.tell(Report(Fate.DELIVERED, gateway_id=f"gw-{row.id}"))
        assert stored(world, row.id).state is OutgoingState.DELIVERED


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H13")
def test_two_at_once_send_everything_once(world: World) -> None:
    gateway = with_gateway(world)
    rows = [waiting_reminder(world).id for _one in range(10)]
    with at_work(world), at_work(world, "worker:test"):
        wait_for(lambda: all(stored(world, id).state is OutgoingState.ACCEPTED for id in rows))
    assert sorted(one.id for one in gateway.handed) == sorted(rows)


@pytest.mark.rule("SE-2")
@pytest.mark.hazard("H3", "H13")
def test_what_was_planned_while_the_machine_slept_goes_once_when_it_wakes(world: World) -> None:
    gateway = with_gateway(world)
    world.clock.advance(timedelta(hours=10))
    row = waiting_reminder(world)
    with at_work(world):
        wait_for(lambda: any(one.name == "outbox" and one.finished_at for one in ticks.every(world.system)))
        assert gateway.handed == []
    world.clock.advance(timedelta(hours=15))  # two hours after the unit has opened
    with at_work(world):
        wait_for(lambda: stored(world, row.id).state is OutgoingState.ACCEPTED)
    assert len(gateway.handed) == 1
