"""Under fire: people at work are killed and stopped, two processes look for the lost, and no case is left behind."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import pytest
import sqlcipher3.dbapi2 as sqlcipher

from p24tui.clock import SystemClock
from p24tui.routine.alert import Reason
from p24tui.routine.case import CaseState, SuicideRisk
from p24tui.services import cases
from p24tui.store.connect import connect_sqlcipher
from tests.faults.on_shift import GRACE, Place, draft_of, look_for_the_lost, work
from tests.faults.processes import PROCESSES
from tests.routine.cases import alert
from tests.world import PEOPLE, World, make_world

WITHIN = 30.0
"""Seconds within which what is waited for happens, on a machine that is busy with other tests."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.rule("SH-1"),
    pytest.mark.hazard("H12"),
    pytest.mark.skipif(os.name != "posix", reason="a process is stopped and continued by POSIX signals"),
]


@dataclass
class Trial:
    """The world that the processes meet in; each that was started, with the connection by which it tells."""

    world: World
    at: Place
    running: list[tuple[BaseProcess, Connection]] = field(default_factory=list)

    def start(self, run: Callable[..., None], *given: Any) -> tuple[BaseProcess, Connection]:
        ours, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(target=run, args=(self.at, *given, theirs), daemon=True)
        process.start()
        theirs.close()
        self.running.append((process, ours))
        return process, ours

    def case(self, **facts: Any) -> str:
        self.world.clock.instant = SystemClock().now()
        return self.world.case(**{"unread": 0, **facts}).id

    @property
    def is_written_to_by_nobody(self) -> bool:
        """Whether nobody holds the embedded database in the middle of a write."""
        store = self.world.system.store
        if store.path is None or store.key is None:
            return True
        connection = connect_sqlcipher(store.path, store.key)
        try:
            connection.execute("PRAGMA busy_timeout = 300")
            connection.execute("BEGIN IMMEDIATE")
        except sqlcipher.OperationalError:
            return False
        finally:
            connection.close()
        return True

    def owners(self, case_ids: tuple[str, ...]) -> list[str]:
        return [self.world.row(one).owner for one in case_ids]


@contextmanager
def trial(home: Path, database: str) -> Iterator[Trial]:
    with make_world(home, database) as world:
        one = Trial(world, Place(home, database))
        try:
            yield one
        finally:
            for process, connection in one.running:
                process.kill()
                process.join()
                connection.close()


def heard(connection: Connection) -> Any:
    assert connection.poll(WITHIN), "it says nothing"
    return connection.recv()


def wait_for(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + WITHIN
    while not condition():
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.1)


def signalled(process: BaseProcess, number: signal.Signals) -> None:
    assert process.pid is not None
    os.kill(process.pid, number)


def stopped(one: Trial, process: BaseProcess) -> None:
    """Stop the process, not in the middle of a write: nobody can take the embedded database from one that holds it.

    PostgreSQL ends such a transaction by itself.
    """
    signalled(process, signal.SIGSTOP)
    while not one.is_written_to_by_nobody:
        signalled(process, signal.SIGCONT)
        time.sleep(0.05)
        signalled(process, signal.SIGSTOP)


@pytest.mark.rule("SU-2")
@pytest.mark.hazard("H7")
@pytest.mark.parametrize("seed", [1, 2])
def test_the_cases_of_whoever_is_killed_or_stopped_go_back_once_and_suicide_risk_calls(
    tmp_path: Path, database_url: str, seed: int
) -> None:
    chance = random.Random(seed)
    with trial(tmp_path, database_url) as one:
        saras, johans, amirs = (tuple(one.case() for _ in range(3)) for _ in range(3))
        at_risk = one.case(suicide=SuicideRisk.AWAITING)
        ticks = [one.start(look_for_the_lost) for _ in range(2)]
        sara, sara_says = one.start(work, "sara", (*saras, at_risk))
        johan, johan_says = one.start(work, "johan", johans)
        _amir, amir_says = one.start(work, "amir", amirs)
        for says in (*(connection for _tick, connection in ticks), sara_says, johan_says, amir_says):
            assert heard(says) in ("ready", 0)

        time.sleep(GRACE.total_seconds() + chance.uniform(0, 0.5))
        everything = (*saras, at_risk, *johans, *amirs)
        assert "" not in one.owners(everything)  # nobody is lost who says that they are there

        signalled(sara, signal.SIGKILL)
        time.sleep(chance.uniform(0, 0.3))
        stopped(one, johan)
        wait_for(lambda: one.owners((*saras, *johans)) == [""] * 6)
        signalled(johan, signal.SIGCONT)
        assert heard(johan_says) == "lost"
        wait_for(lambda: one.world.row(at_risk).case.owner_lost_at is not None)

        for _tick, connection in ticks:
            connection.send("stop")
        assert sum(heard(connection) for _tick, connection in ticks) == 2
        assert not amir_says.poll(0)
        _check(one, "sara", saras)
        _check(one, "johan", johans)
        assert one.owners(amirs) == [PEOPLE["amir"][1]] * 3
        row = one.world.row(at_risk)
        called = alert(row.case, None)
        assert row.owner == PEOPLE["sara"][1]
        assert called is not None
        assert (called.reason, called.everywhere) == (Reason.SUICIDE, True)
        assert one.world.event_kinds(at_risk).count("case.owner-lost") == 1
        assert "case.returned" not in one.world.event_kinds(at_risk)


def _check(one: Trial, who: str, case_ids: tuple[str, ...]) -> None:
    """Each is back in the queue and calls, its event is there once, and so is what had been begun in it."""
    for case_id in case_ids:
        case = one.world.row(case_id).case
        assert (case.state, case.owner_id) == (CaseState.NEW, None)
        called = alert(case, None)
        assert called is not None
        assert called.reason is Reason.LOST
        assert one.world.event_kinds(case_id).count("case.returned") == 1
        (draft,) = cases.open_case(one.world.system, one.world.actor("maria"), case_id).left_drafts
        assert (draft.name, draft.text) == (PEOPLE[who][1], draft_of(who, case_id))
        assert "message.sent" not in one.world.event_kinds(case_id)
