"""The chains are sealed each minute, and every seal is anchored outside the database."""

import socket
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from p24tui.errors import BadInput, Unavailable
from p24tui.explain import explain
from p24tui.gateways import seal_file
from p24tui.jobs.clockwork import Clockwork
from p24tui.services import log_seals, ticks
from p24tui.services.log_verify import Found, Tally, What, verify
from p24tui.store import log_seals as stored
from p24tui.store.log_seals import Seal
from tests.world import World, make_world_again

MINUTE = timedelta(minutes=1)


def seals(world: World) -> list[Seal]:
    with world.system.store.reading() as tx:
        return stored.after(tx, 0, 100)


def lines(world: World) -> list[str]:
    return list(seal_file.lines(log_seals.path(world.system.settings)))


def found(world: World) -> list[Found]:
    return list(verify(world.system, Tally()))


def a_minute_later(world: World) -> None:
    """Something has happened meanwhile."""
    world.clock.advance(MINUTE)
    world.case()


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_what_has_moved_is_sealed_and_anchored(world: World) -> None:
    assert log_seals.keep(world.system) == 2  # one sealed, one anchored
    a_minute_later(world)
    log_seals.keep(world.system)
    first, second = seals(world)
    assert second.previous == first.hash
    assert {(head.log, head.position > 0) for head in second.sealed()} == {("events", True)}
    assert lines(world) == [first.line, second.line]
    path = log_seals.path(world.system.settings)
    assert path == world.system.settings.home / "log-seals"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    tally = Tally()
    assert list(verify(world.system, tally)) == []
    assert (tally.seals, tally.anchored, tally.unanchored) == (2, 2, 0)


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_nothing_is_sealed_anew_and_no_two_seals_are_close(world: World) -> None:
    log_seals.keep(world.system)
    world.clock.advance(MINUTE)
    assert log_seals.keep(world.system) == 0
    a_minute_later(world)
    log_seals.keep(world.system)
    world.case()
    world.clock.advance(timedelta(seconds=5))
    assert log_seals.keep(world.system) == 0
    world.clock.advance(-timedelta(days=400))  # a clock that stood wrong does not keep the next from sealing
    assert log_seals.keep(world.system) == 2


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_of_several_processes_at_once_one_seals_and_each_machine_anchors(world: World, tmp_path: Path) -> None:
    with ExitStack() as stack:
        others = [
            stack.enter_context(make_world_again(tmp_path, world.system.settings.database)) for _number in range(3)
        ]
        with ThreadPoolExecutor(4) as pool:
            for _round in range(3):
                a_minute_later(world)
                for other in others:
                    other.clock.instant = world.clock.now()
                list(pool.map(lambda one: log_seals.keep(one.system), [world, *others]))
        elsewhere = others[0]
        elsewhere.system.settings = replace(elsewhere.system.settings, seal_file=str(tmp_path / "other" / "machine"))
        log_seals.keep(elsewhere.system)
        assert lines(elsewhere) == [seals(world)[-1].line]  # whose hash holds all before it
        assert found(elsewhere) == []
    assert [seal.seq for seal in seals(world)] == [1, 2, 3]
    assert lines(world) == [seal.line for seal in seals(world)]
    assert found(world) == []


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_an_anchor_that_cannot_be_written_is_said_and_made_good(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    log_seals.keep(world.system)
    path = log_seals.path(world.system.settings)
    path.rename(path.with_name("aside"))
    path.mkdir()
    for _number in range(2):
        a_minute_later(world)
        with pytest.raises(Unavailable) as error:
            ticks.run(world.system, "log-seals", "here", log_seals.keep)
        assert "sigill" in explain(error.value)
    assert ticks.troubled(world.system) == ("log-seals",)
    path.rmdir()
    path.with_name("aside").rename(path)
    world.clock.advance(MINUTE)
    ticks.run(world.system, "log-seals", "here", log_seals.keep)
    assert ticks.troubled(world.system) == ()
    assert lines(world) == [seal.line for seal in seals(world)]
    assert len(seals(world)) == 3


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize("kept", [1, 30])
def test_what_a_crash_left_unfinished_is_written_anew(sqlcipher_world: World, kept: int) -> None:
    world = sqlcipher_world
    for _number in range(2):
        a_minute_later(world)
        log_seals.keep(world.system)
    path = log_seals.path(world.system.settings)
    first, second = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + second[:kept])
    assert log_seals.keep(world.system) == 1
    assert path.read_bytes() == first + second


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize("end", ["1 2026-11-23T08:00:00.000000Z 00", "99 x y", "", "\x1b[2J"])
def test_an_anchor_that_says_something_else_is_said_within_a_minute(sqlcipher_world: World, end: str) -> None:
    world = sqlcipher_world
    log_seals.keep(world.system)
    with log_seals.path(world.system.settings).open("a") as file:
        file.write(f"{end or ' '}\n")
    a_minute_later(world)
    with pytest.raises(BadInput, match="seal-differs") as error:
        log_seals.keep(world.system)
    assert "p24tui log verify" in explain(error.value)
    assert "\x1b" not in explain(error.value)
    assert {one.what for one in found(world)} <= {What.ANCHOR, What.SEALS_MISSING}
    assert found(world)


@pytest.fixture
def syslog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """What listens where the machine's syslog would."""
    monkeypatch.setattr(seal_file, "SYSLOG", str(tmp_path / "log"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.settimeout(30)
        yield listener


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_syslog_is_told_before_the_file_and_what_it_missed_later(sqlcipher_world: World, syslog: socket.socket) -> None:
    world = sqlcipher_world
    world.system.settings = replace(world.system.settings, seal_syslog=True)
    with pytest.raises(Unavailable, match="syslog"):
        log_seals.keep(world.system)
    assert lines(world) == []
    syslog.bind(seal_file.SYSLOG)
    a_minute_later(world)
    log_seals.keep(world.system)
    told = syslog.recv(4096).decode().rstrip("\0")
    assert told.endswith(f"p24tui: log seal {seals(world)[-1].line}")
    assert lines(world) == [seals(world)[-1].line]


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_the_clockwork_seals(sqlcipher_world: World) -> None:
    (tick,) = [tick for tick in Clockwork(sqlcipher_world.system, "here").ticks if tick.name == "log-seals"]
    assert (tick.every, tick.run(sqlcipher_world.system)) == (60, 2)
