"""One trial: reminders, claimants that are killed, a bad gateway, and at the end the reports and the check."""

import random
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from p24tui import bootstrap
from p24tui.clock import PacedClock
from p24tui.gateways.outgoing.elks import Elks
from p24tui.gateways.outgoing.model import Fate, Report
from p24tui.intake.beside import serving
from p24tui.services import delivery, sending
from p24tui.settings import Settings
from p24tui.system import System
from tests.faults.checking import Evidence, Finding, check, late_answers
from tests.faults.claimant import SECRET, Orders
from tests.faults.gateway import ACCEPTS, HANGS, BadGateway, bad_gateway, id_in
from tests.faults.patients import add_reminders, all_events, all_rows, cancel_one, waiting
from tests.faults.processes import Claimants, environment
from tests.gateways.outgoing.elks_server import Taken
from tests.world import MONDAY_NINE, PEOPLE, UNIT, make_world

REAL_LEASE = sending.LEASE.total_seconds()
FREE_WITHIN = 60.0
"""Seconds within which what a dead claimant had is free again."""

LOOKED_EVERY = 0.2
TOLD_EVERY = 15.0
REPORTED_EARLY = 0.05
REPORTS = 4
"""How many reports there are in the end on each SMS: two, each twice."""

NOT_DELIVERED = 0.05
"""Of all SMS, those that the telephone never gets though the gateway had them."""

CANCELLED = 0.1
"""How often, at a look at the outbox, staff cancel a reminder."""


@dataclass(frozen=True)
class Plan:
    """What is to be provoked. Times are in seconds; ``by_http`` says how many SMS are reported over HTTP at the end."""

    kills: int
    time_outs: int
    claimants: int = 4
    seed: int = 1
    at_most: float = 1500.0
    timeout: float = 0.3
    lease: float = 2.0
    at_once: int = 300
    by_http: int = 250
    lingers: float = 0.03
    real_lease: bool = True
    looks_up: bool = True


@dataclass
class Outcome:
    """What came of it. ``freed`` is how long a dead claimant's rows were held by its real lease."""

    reached: bool = False
    interrupted: bool = False
    broken_off: bool = False
    seconds: float = 0.0
    freed: float | None = None
    killed: dict[str, int] = field(default_factory=dict)
    time_outs: int = 0
    asked: int = 0
    taken: int = 0
    reported: int = 0
    states: dict[str, int] = field(default_factory=dict)
    late: int = 0
    troubled: int = 0
    fell: list[str] = field(default_factory=list)
    found: list[Finding] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether all was reached, and nothing was found."""
        in_time = self.freed is None or self.freed <= FREE_WITHIN
        heard = self.reported == REPORTS * self.taken
        return self.reached and in_time and heard and not self.found and not self.fell


class Trial:
    """Use it by ``trial``. ``run`` does all of it; after ``KeyboardInterrupt`` ``judge`` says how it stands."""

    def __init__(self, plan: Plan, system: System, gateway: BadGateway, claimants: Claimants) -> None:
        self.plan = plan
        self.outcome = Outcome()
        self._system = system
        self._gateway = gateway
        self._claimants = claimants
        self._random = random.Random(f"trial:{plan.seed}")
        self._wanted: list[str] = []
        self._began = time.monotonic()
        self._looked = 0.0
        self._reported = 0
        self._early = ThreadPoolExecutor(1)
        self.tell: Callable[[str], None] = lambda _progress: None
        self._tells_at = TOLD_EVERY

    def run(self) -> Outcome:
        """Provoke, let it come to rest, report, check."""
        try:
            if self.plan.real_lease:
                self.outcome.freed = self._real_lease()
            while not self._enough() and self._has_time():
                self._step()
            self._come_to_rest()
        except KeyboardInterrupt:
            self.outcome.interrupted = True
        return self.judge()

    def judge(self) -> Outcome:
        """Stop everything, report what has been taken, and look at what there is."""
        self._claimants.stop()
        self._early.shutdown()
        outcome = self.outcome
        outcome.broken_off = outcome.interrupted or (waiting(self._system) > 0 and not self._enough())
        self._report_all()
        outcome.reached = self._enough() and not outcome.broken_off
        outcome.killed, outcome.time_outs = dict(self._claimants.killed), self._claimants.time_outs
        outcome.fell, outcome.troubled = self._claimants.fell, self._claimants.troubled
        evidence = self._evidence()
        outcome.found, outcome.late = check(evidence), late_answers(evidence.events)
        outcome.asked = sum(map(len, self._gateway.asked.values()))
        outcome.taken = len(evidence.taken)
        for row in evidence.rows.values():
            outcome.states[row.state.value] = outcome.states.get(row.state.value, 0) + 1
        outcome.seconds = time.monotonic() - self._began
        return outcome

    def _step(self) -> None:
        self._claimants.keep(self.plan.claimants, self.plan.lease)
        self._look()
        if sum(self._claimants.killed.values()) < self.plan.kills:
            if not self._claimants.kill_one(self._random):
                time.sleep(0.02)
        else:
            time.sleep(0.05)

    def _look(self) -> None:
        """Now and then: more reminders, some of them cancelled, some reported before their claimant knows of it."""
        if time.monotonic() - self._looked < LOOKED_EVERY:
            return
        self._looked = time.monotonic()
        self._tell()
        if not self._enough() and waiting(self._system) < self.plan.at_once:
            self._add(self.plan.at_once // 2)
        if self._random.random() < CANCELLED:
            cancel_one(self._system, self._random)
        taken = self._gateway.taken
        for one in taken[self._reported :]:
            if self._random.random() < REPORTED_EARLY:
                self._early.submit(self._gateway.server.report, one, self._fate(one))
        self._reported = len(taken)

    def _tell(self) -> None:
        passed = time.monotonic() - self._began
        if passed >= self._tells_at:
            self._tells_at = passed + TOLD_EVERY
            killed, time_outs = sum(self._claimants.killed.values()), self._claimants.time_outs
            self.tell(f"{passed:5.0f} s: {killed} killed, {time_outs} time-outs, {len(self._gateway.taken)} taken")

    def _add(self, count: int) -> None:
        self._wanted += add_reminders(self._system, len(self._wanted), count)

    def _come_to_rest(self) -> None:
        while waiting(self._system) and self._has_time():
            self._claimants.keep(self.plan.claimants, self.plan.lease)
            self._look()
            time.sleep(0.05)

    def _real_lease(self) -> float:
        """Kill a claimant that has rows by the real lease; seconds until another has sent them all."""
        self._add(30)
        self._gateway.only = HANGS
        first = self._claimants.start(REAL_LEASE)
        while self._claimants.wait_for(self._claimants.is_held, 1.0) is None and self._has_time():
            pass
        self._claimants.kill(first)
        died = time.monotonic()
        self._gateway.only = ACCEPTS
        self._claimants.start(REAL_LEASE)
        while waiting(self._system) and time.monotonic() - died < 2 * FREE_WITHIN:
            time.sleep(0.05)
        took = time.monotonic() - died
        self._gateway.only = None
        self._claimants.stop()
        return took

    def _enough(self) -> bool:
        killed, time_outs = sum(self._claimants.killed.values()), self._claimants.time_outs
        return killed >= self.plan.kills and time_outs >= self.plan.time_outs

    def _has_time(self) -> bool:
        return time.monotonic() - self._began < self.plan.at_most

    def _fate(self, taken: Taken) -> str:
        """What has become of an SMS in the end; the same whenever it is asked."""
        return "failed" if random.Random(f"{self.plan.seed}:{taken.id}").random() < NOT_DELIVERED else "delivered"

    def _report_all(self) -> None:
        """Everything that was taken is reported twice, in any order: some over HTTP, the others past it."""
        taken = self._gateway.taken
        reports = [(one, status) for one in taken for status in ("sent", self._fate(one)) * (REPORTS // 2)]
        self._random.shuffle(reports)
        over_http = {one.id for one in self._random.sample(taken, min(self.plan.by_http, len(taken)))}
        with ThreadPoolExecutor(2) as pool:
            answers = list(
                pool.map(
                    lambda one: self._gateway.server.report(*one), (one for one in reports if one[0].id in over_http)
                )
            )
        self.outcome.reported = sum(answer == [204] for answer in answers)
        for one, status in reports:
            if one.id not in over_http:
                fate = {"sent": Fate.TAKEN, "failed": Fate.FAILED, "delivered": Fate.DELIVERED}[status]
                report = Report(fate, id=id_in(one.whendelivered), gateway_id=one.id)
                self.outcome.reported += delivery.hear(self._system, Elks.name, report)

    def _evidence(self) -> Evidence:
        return Evidence(
            wanted=self._wanted,
            rows=all_rows(self._system),
            events=all_events(self._system),
            taken=[id_in(one.whendelivered) for one in self._gateway.taken],
            not_now={id: [one.not_now for one in asked] for id, asked in self._gateway.asked.items()},
            broken_off=self.outcome.broken_off,
        )


@contextmanager
def trial(plan: Plan, database: str) -> Iterator[Trial]:
    """A trial on an empty database (empty: one of its own, encrypted); all that it started ends with the block."""
    with ExitStack() as until:
        home = Path(until.enter_context(tempfile.TemporaryDirectory(prefix="p24-faults-")))
        with make_world(home, database):
            pass
        clock = PacedClock(MONDAY_NINE)
        settings = Settings(home=home, database=database, unit=UNIT, staff=PEOPLE["maria"][0], report_secret=SECRET)
        system = until.enter_context(bootstrap.running(settings, clock=clock))
        gateway = until.enter_context(bad_gateway(clock, plan.seed))
        reports = until.enter_context(serving(system))
        orders = Orders(
            place="",
            environment=environment(home, database),
            server=gateway.server.address,
            reports=reports,
            begun=clock.begun,
            timeout=plan.timeout,
            lease=plan.lease,
            lingers=plan.lingers,
            looks_up=plan.looks_up,
            seed=str(plan.seed),
            errors=home / "errors",
        )
        claimants = Claimants(orders, gateway)
        until.callback(claimants.stop)
        yield Trial(plan, system, gateway, claimants)
