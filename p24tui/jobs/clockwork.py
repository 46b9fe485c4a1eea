"""APScheduler and nothing else: it wakes the services that act by the clock, and keeps the record of how they fare.

Each tick is idempotent and may be late, lost or doubled without harm: what is due stands in our tables.
"""

import logging
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from apscheduler.events import EVENT_JOB_MAX_INSTANCES, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from msgspec import Struct

from p24tui.clock import SystemClock
from p24tui.errors import P24Error
from p24tui.gateways.outgoing.model import Report
from p24tui.services import (
    closing,
    delivery,
    handover,
    holding,
    images,
    log_seals,
    presence,
    sending,
    shift,
    suicide,
    ticks,
    units,
)
from p24tui.system import System

WATCHED_EVERY = 2.0
"""Seconds between looks at whether the machine's clock has been set, or the machine has slept."""

STEPPED_BY = timedelta(seconds=2)
"""How far the clock may run from the time that has passed before every tick is run at once."""

RECORDED_EVERY = 60.0
"""Seconds between two records of a job that runs often and has nothing to do."""

OFTEN = 60
"""Seconds below which a job runs often."""

TAKES_AT_MOST = 60.0
"""Seconds that a run may take before those that should have begun meanwhile count as missed."""

_log = logging.getLogger(__name__)


class Tick(Struct, frozen=True):
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
        self._shifts = shift.Watch()
        self._sender = sending.Sender(system, place)
        self._began: dict[str, float] = {}
        self._recorded: dict[str, float] = {}
        self._stopped = threading.Event()
        self._watch = threading.Thread(target=self._watch_clock, name="clock-watch", daemon=True)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max_workers=1)},
            job_defaults={"coalesce": True, "misfire_grace_time": None, "max_instances": 1},
        )
        logging.getLogger("apscheduler").setLevel(logging.WARNING)  # else it tells of every run: megabytes a day
        self._scheduler.add_listener(self._missed, EVENT_JOB_MISSED | EVENT_JOB_MAX_INSTANCES)

    @property
    def ticks(self) -> tuple[Tick, ...]:
        """Every job there is."""
        return (
            Tick("presence", 15, presence.expire),
            Tick("held-cases", 30, holding.wake_due),
            Tick("handovers", 15, handover.call),
            Tick("opening-hours", 15, self._announce_opening),
            Tick("shifts", 15, self._shifts.give_up_lost),
            Tick("outbox", 5, lambda _system: self._sender.send_due()),
            Tick("uncertain", 10, delivery.look_up),
            Tick("closing", 30, closing.look_for_unsigned),
            Tick("suicide-risk", 15, suicide.call_due),
            Tick("temporary-storage", 15, images.sweep),
            Tick("log-seals", 60, log_seals.keep),
        )

    def start(self) -> None:
        """Run every tick once now, and then by its interval; hear what gateways report."""
        with suppress(P24Error):  # a console that stands there does not end for that; what is old goes another time
            ticks.forget_old(self._system)
        self._began = dict.fromkeys((tick.name for tick in self.ticks), time.monotonic())
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
        self._watch.start()
        for gateway in self._system.gateways.values():
            gateway.listen(partial(self._hear, gateway.name))

    def stop(self) -> None:
        """Let the tick that runs finish, and run no more."""
        self._stopped.set()
        self._sender.stopping.set()
        self._scheduler.shutdown(wait=True)
        self._watch.join(timeout=WATCHED_EVERY)

    def run(self, tick: Tick) -> None:
        """Run one tick and record how it went; a failure is recorded, logged and never spreads."""
        began = self._began[tick.name] = time.monotonic()
        since_record = began - self._recorded.pop(tick.name, float("-inf"))
        quietly = tick.every < OFTEN and since_record < RECORDED_EVERY
        try:
            recorded = ticks.run(self._system, tick.name, self._place, tick.run, quietly=quietly)
            self._recorded[tick.name] = began if recorded else began - since_record  # none after a failure
        except P24Error as error:
            _log.warning("tick %s failed: %s", tick.name, error)
        except Exception as error:  # noqa: BLE001 - one tick's bug must not stop the others
            place = traceback.extract_tb(error.__traceback__)[-1]  # its text may hold numbers and words of patients
            _log.error("tick %s failed: %s in %s:%s", tick.name, type(error).__name__, place.name, place.lineno)

    def _announce_opening(self, system: System) -> int:
        now = system.clock.now()
        turned = units.announce_opening(system, self._hours_since)
        self._hours_since = now
        return turned

    def _hear(self, gateway: str, report: Report) -> None:
        """Called in the gateway's thread, which tells again what it could not tell."""
        if not delivery.hear(self._system, gateway, report):
            _log.warning("a report by %s is about none of ours", gateway)

    def _missed(self, event: JobExecutionEvent) -> None:
        """A run that is still at work makes the next one wait, which is no harm as long as it ends."""
        if time.monotonic() - self._began[event.job_id] > TAKES_AT_MOST:
            ticks.missed(self._system, event.job_id, self._place)

    def _watch_clock(self) -> None:
        """APScheduler goes by the clock on the wall: set back by an hour it would stand still for an hour."""
        wall, passed = SystemClock().now(), time.monotonic()
        while not self._stopped.wait(WATCHED_EVERY):
            now, mono = SystemClock().now(), time.monotonic()
            if abs((now - wall) - timedelta(seconds=mono - passed)) > STEPPED_BY:
                _log.warning("the clock has been set, or the machine has slept: every tick runs now")
                self._run_all(now)
            wall, passed = now, mono

    def _run_all(self, now: datetime) -> None:
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=now)
