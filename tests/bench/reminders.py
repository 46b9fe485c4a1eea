"""How fast due reminders are claimed, handed over and recorded, beside what others do on the same database."""

import asyncio
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from msgspec import structs
from sqlalchemy import func, insert, select

from p24tui.routine.outgoing import OutgoingState, Planned, Purpose
from p24tui.services import outbox as services_outbox
from p24tui.store import tables
from p24tui.store.connect import connect_sqlcipher
from p24tui.store.values import OutgoingRow
from tests import postgres
from tests.bench.measuring import Bench, Result
from tests.bench.procrastinate_worker import make_app
from tests.outgoing import MOBILE
from tests.world import UNIT, World, make_world, make_world_again

CLAIMANTS = 4
GOAL = 1 / 3
"""Procrastinate's rate to ours: a third or less."""

_COMMITS = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
_COUNTED_WITHIN = 1.5
"""Seconds within which the server counts what its backends have done."""


@dataclass(frozen=True, slots=True)
class Run:
    """How many jobs were done in how many seconds, with how many commits (0: not counted)."""

    jobs: int
    seconds: float
    commits: int = 0

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return self.jobs / self.seconds


def reminders(bench: Bench) -> Iterator[Result]:
    """10,000 due at once: four claimants on PostgreSQL beside procrastinate, one on SQLCipher beside bare commits."""
    count = bench.times(10_000, 2_000)
    with postgres.running() as server:
        with server.fresh() as theirs:
            others = _procrastinate(theirs, count)
        with server.fresh() as database:
            ours = _ours(database, count, CLAIMANTS)
    numbers = {
        "procrastinate_per_second": others.rate,
        "commits_per_job": ours.commits / ours.jobs,
        "procrastinate_commits_per_job": others.commits / others.jobs,
    }
    for who, run in ((f"{CLAIMANTS} claimants", ours), (f"{CLAIMANTS} procrastinate workers", others)):
        print(f"PostgreSQL, {who}: {run.rate:.0f} a second, {run.commits / run.jobs:.2f} commits each", flush=True)
    what = f"reminders by {CLAIMANTS} on PostgreSQL (ratio: procrastinate's rate to theirs)"
    yield Result("remind", what, "/s", ours.rate, count, others.rate / ours.rate, GOAL, numbers)
    alone, bare = _ours("", count, 1), _bare_commits(count // 2)
    what = "reminders by 1 on SQLCipher (ratio: to its bare commits)"
    yield Result("remind", what, "/s", alone.rate, count, alone.rate / bare.rate, numbers={"bare": bare.rate})


def fill(world: World, count: int) -> None:
    """So many patients who do not answer, each with a reminder that is due."""
    now = world.clock.now()
    with world.system.store.writing() as tx:
        tx.connection.execute(insert(tables.patients), [_patient(number, now) for number in range(count)])
        tx.connection.execute(insert(tables.cases), [_case(number, now) for number in range(count)])
        tx.connection.execute(insert(tables.outbox), [structs.asdict(_reminder(world, n, now)) for n in range(count)])


def count_by_state(world: World) -> dict[OutgoingState, int]:
    """How many reminders stand in each state."""
    query = select(tables.outbox.c.state, func.count()).group_by(tables.outbox.c.state)
    with world.system.store.reading() as tx:
        return {OutgoingState(state): count for state, count in tx.connection.execute(query)}


def _patient(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": f"pers{number:022d}",
        "number": f"1961{1 + number // 10_000 % 12:02d}78{number % 10_000:04d}",
        "number_kind": "samordningsnummer",
        "name": f"Testperson {number:05d}",
        "born": None,
        "mobile": MOBILE,
        "protection": "none",
        "protection_flagged": "none",
        "protection_checked_at": now,
    }


def _case(number: int, now: datetime) -> dict[str, Any]:
    return {
        "id": f"case{number:022d}",
        "unit_id": UNIT,
        "patient_id": f"pers{number:022d}",
        "kind": "triaged",
        "matter": "Hosta",
        "priority": 3,
        "has_form": False,
        "suicide": "none",
        "state": "waiting",
        "received_at": now,
        "answered_at": now,
        "unread": 0,
        "unread_free_text": 0,
        "held_reason": "",
        "version": 1,
        "source": "bench",
        "source_id": f"case{number:022d}",
        "e_id": "",
        "way_in": "",
    }


def _reminder(world: World, number: int, now: datetime) -> OutgoingRow:
    case_id = f"case{number:022d}"
    return services_outbox.make_row(
        UNIT,
        f"pers{number:022d}",
        services_outbox.about_case(case_id),
        Planned(Purpose.ANSWER, now, now + timedelta(hours=8)),
        now,
        text="Vårdcentralen Åsen väntar på ditt svar: https://mitt.regionhalland.se/vard",
        recipient=MOBILE,
        by=world.actor("maria"),
        case_id=case_id,
    )


def _ours(database: str, count: int, claimants: int) -> Run:
    with tempfile.TemporaryDirectory(prefix="p24-bench-") as folder:
        home = Path(folder)
        with make_world(home, database) as world:
            fill(world, count)
        command = [sys.executable, "-m", "tests.bench.claimant"]
        environment = {**os.environ, "P24TUI_HOME": folder, "P24TUI_DATABASE": database}
        run = _race(command, environment, claimants, database)
        with make_world_again(home, database) as world:
            stand = count_by_state(world)
    if run.jobs != count or stand != {OutgoingState.ACCEPTED: count}:
        raise RuntimeError(f"{run.jobs} of {count} were handed over; they stand {stand}")
    return run


def _procrastinate(database: str, count: int) -> Run:
    url = database.replace("+psycopg", "")

    async def prepare() -> None:
        app = make_app(url)
        async with app.open_async():
            await app.schema_manager.apply_schema_async()
            jobs: list[dict[str, Any]] = [{"number": MOBILE, "text": "x"} for _ in range(count)]
            await app.tasks["remind"].batch_defer_async(*jobs)

    logging.disable(logging.WARNING)
    asyncio.run(prepare())
    logging.disable(logging.NOTSET)
    run = _race([sys.executable, "-m", "tests.bench.procrastinate_worker", url], dict(os.environ), CLAIMANTS, database)
    if run.jobs != count:
        raise RuntimeError(f"procrastinate did {run.jobs} of {count} jobs")
    return run


def _bare_commits(count: int) -> Run:
    """The least that is as durable: one small row, one commit, in the same encrypted file's way."""
    with tempfile.TemporaryDirectory(prefix="p24-bench-") as folder:
        connection = connect_sqlcipher(Path(folder) / "bare.db", "ab" * 32)
        connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, text TEXT)")
        began = time.monotonic()
        for number in range(count):
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO bare VALUES (?, 'x')", (number,))
            connection.execute("COMMIT")
        return Run(count, time.monotonic() - began)


def _race(command: Sequence[str], environment: dict[str, str], processes: int, database: str) -> Run:
    """Let so many begin together; from the first beginning to the last end."""
    with ExitStack() as until:
        started = [
            until.enter_context(
                subprocess.Popen(
                    command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
                )
            )
            for _ in range(processes)
        ]
        for one in started:
            if _line(one) != "ready":
                raise RuntimeError(f"{command[-1]} did not start")
        before = _commits(database)
        for one in started:
            assert one.stdin is not None
            one.stdin.write("go\n")
        told = [[float(word) for word in _line(one).split()] for one in started]
    jobs, began, ended = zip(*told, strict=True)
    return Run(int(sum(jobs)), max(ended) - min(began), _commits(database) - before)


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _commits(database: str) -> int:
    if not database:
        return 0
    time.sleep(_COUNTED_WITHIN)
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as connection:
        row = connection.execute(_COMMITS).fetchone()
    return int(row[0]) if row else 0
