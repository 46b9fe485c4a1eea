"""Running a tick on record: when it started and ended, what it did, how it failed, and when it was missed."""

import contextlib
from collections.abc import Callable
from datetime import datetime, timedelta

from p24tui.errors import P24Error
from p24tui.store import ticks
from p24tui.store.ticks import TickRecord
from p24tui.system import System

KEPT = timedelta(days=7)
"""How long the record of a process that has ended is kept."""


def run(system: System, name: str, place: str, tick: Callable[[System], int], *, quietly: bool = False) -> bool:
    """Run a tick; whether that was recorded: ``quietly`` records no run that had nothing to do.

    A failure is recorded where that is possible, and raised again.
    """
    started = system.clock.now()
    try:
        done = tick(system)
    except Exception as error:
        with contextlib.suppress(P24Error), system.store.writing() as tx:
            problem = f"{type(error).__name__}: {error}" if isinstance(error, P24Error) else type(error).__name__
            ticks.put(tx, name, place, started_at=started, failed_at=system.clock.now(), problem=problem)
        raise
    if quietly and not done:
        return False
    with system.store.writing() as tx:
        ticks.put(tx, name, place, started_at=started, finished_at=system.clock.now(), done=done)
    return True


def missed(system: System, name: str, place: str) -> None:
    """Record that a tick did not run when it should have."""
    with contextlib.suppress(P24Error), system.store.writing() as tx:
        ticks.put(tx, name, place, missed_at=system.clock.now())


def forget_old(system: System) -> None:
    """Drop the records of processes that have long ended."""
    with system.store.writing() as tx:
        ticks.forget_before(tx, system.clock.now() - KEPT)


def every(system: System) -> list[TickRecord]:
    """How every job of every process fares."""
    with system.store.reading() as tx:
        return ticks.every(tx)


def newest(system: System) -> list[TickRecord]:
    """How every job fares by its latest run anywhere: what a process that has ended met does not count any longer."""
    latest: dict[str, TickRecord] = {}
    for one in every(system):
        known = latest.get(one.name)
        if known is None or _latest(one) > _latest(known):
            latest[one.name] = one
    return list(latest.values())


def troubled(system: System) -> tuple[str, ...]:
    """The names of the jobs whose latest run failed or was missed."""
    return tuple(sorted(one.name for one in newest(system) if fails(one) or is_missed(one)))


def fails(one: TickRecord) -> bool:
    """Whether the last run that ended failed."""
    return one.failed_at is not None and (one.finished_at is None or one.failed_at > one.finished_at)


def is_missed(one: TickRecord) -> bool:
    """Whether a run was missed, and none has ended well since."""
    return one.missed_at is not None and (one.finished_at is None or one.missed_at > one.finished_at)


def _latest(one: TickRecord) -> datetime:
    return max(filter(None, (one.started_at, one.finished_at, one.missed_at, one.failed_at)))
