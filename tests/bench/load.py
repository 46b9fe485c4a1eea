"""Changes in a filled database, so many a second, until standard input ends.

    python -m tests.bench.load CASES RATE

Which database says the environment, as for the console. At the end it prints how many changes it has made in how
many seconds.
"""

import random
import sys
import threading
import time

from msgspec.structs import replace
from sqlalchemy import text

from p24tui import bootstrap, settings
from p24tui.clock import SetClock, SystemClock
from p24tui.store import cases, events
from tests.bench.filled import PATIENT, case_id
from tests.world import World

_NEW_EVERY = 20
_PRIORITY_EVERY = 4


def main(count: int, rate: float) -> None:
    """Change until told to stop. The names of new patients follow on those that there are."""
    ended = threading.Event()
    threading.Thread(target=_await_end, args=(ended,), daemon=True).start()
    chance = random.Random(7)
    with bootstrap.running(settings.load()) as system:
        world = World(system, SetClock(SystemClock().now()))
        with system.store.reading() as tx:  # another load may have been here, whose ids are taken
            made = tx.connection.scalar(text("SELECT count(*) FROM cases WHERE id LIKE 'case%'"))
            world.count = 2 * (made or 0)
        change(world, 0, chance, count)
        print("ready", flush=True)
        started = time.perf_counter()
        made = 0
        while not ended.is_set():
            made += 1
            change(world, made, chance, count)
            ended.wait(max(0.0, started + made / rate - time.perf_counter()))
        print(made, time.perf_counter() - started, flush=True)


def _await_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


def change(world: World, made: int, chance: random.Random, count: int) -> None:
    """The next change: mostly a patient writes, now and then a case gets another priority, or a new one comes."""
    world.clock.instant = SystemClock().now()
    if made % _NEW_EVERY == 0:
        world.case(name=f"{PATIENT} {count + made:05d} Ny", priority=chance.randint(1, 5))
    elif made % _PRIORITY_EVERY == 0:
        _give_priority(world, case_id(chance.randrange(count)), chance.randint(1, 5))
    else:
        world.writes(case_id(chance.randrange(count)))


def _give_priority(world: World, id: str, priority: int) -> None:
    """The case goes to another place in the list."""
    with world.system.store.writing() as tx:
        row = cases.one(tx, id, lock=True)
        assert row is not None
        cases.save(tx, replace(row.case, priority=priority))
        events.append(tx, world.source, world.clock.now(), "case.changed", id)


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
