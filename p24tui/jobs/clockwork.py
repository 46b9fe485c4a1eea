"""APScheduler and nothing else: it wakes the services that act by the clock, and keeps the record of how they fare.

Each tick is idempotent and may be late, lost or doubled without harm: what is due stands in our tables.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from p24tui.clock import SystemClock
from p24tui.errors import P24Error
from p24tui.services import holding, presence, ticks, units
from p24tui.system import System

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tick:
    """A job: its name, how often it is woken (seconds), and the service that it runs, which says how much it did."""

    name: str
    every: int
    run: Callable[[System], int]


class Clockwork:
    """The scheduler of one process, with one worker thread. Its results go to tables and reach screens by the feed."""

    def __init__(self, system: System, place: str) -> None:
        self._system = system
        self._place = place
        self._hours_since = system.clock.now()
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max_workers=1)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        self._scheduler.add_listener(self._missed, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """Every job there is."""
        return (
            Tick("presence", 15, presence.expire),
            Tick("held-cases", 30, holding.wake_due),
            Tick("opening-hours", 15, self._announce_opening),
        )

    def start(self) -> None:
        """Run every tick once now, and then by its interval."""
        ticks.forget_old(self._system)
        for tick in self.ticks:
            self._scheduler.add_job(
                self.run,
                "interval",
                args=[tick],
                seconds=tick.every,
                id=tick.name,
                next_run_time=SystemClock().now(),
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Let the tick that runs finish, and run no more."""
        self._scheduler.shutdown(wait=True)

    def run(self, tick: Tick) -> None:
        """Run one tick and record how it went; a failure is recorded, logged and never spreads."""
        try:
            ticks.run(self._system, tick.name, self._place, tick.run)
        except P24Error as error:
            _log.warning("tick %s failed: %s", tick.name, error)
        except Exception:  # noqa: BLE001 - one tick's bug must not stop the others
            _log.exception("tick %s failed", tick.name)

    def _announce_opening(self, system: System) -> int:
        now = system.clock.now()
        turned = units.announce_opening(system, self._hours_since)
        self._hours_since = now
        return turned

    def _missed(self, event: JobExecutionEvent) -> None:
        ticks.missed(self._system, event.job_id, self._place)
