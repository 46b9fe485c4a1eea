"""The rounds: everybody is at work, something strikes, everybody goes on, and all that was acknowledged is looked at.

Some rounds share a database, which then makes way for a new one: what is looked at stays small, and each round all of
it is.
"""

import json
import random
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy.engine import make_url

from p24tui import bootstrap
from p24tui.clock import PacedClock, SystemClock
from p24tui.gateways.system_user import system_user
from p24tui.routine.shift import ShiftKind
from p24tui.services import intake, shift
from p24tui.settings import Settings
from p24tui.system import System
from tests.faults.processes import environment
from tests.faults.storm import strikes
from tests.faults.storm.acknowledged import Acknowledged, Reader, What
from tests.faults.storm.checking import Evidence, Fault, Finding, Sent, check
from tests.faults.storm.crew import PORTALS, Crew
from tests.faults.storm.disk import Disk
from tests.faults.storm.evidence import snapshot, unchained
from tests.faults.storm.orders import SOURCE, Orders
from tests.faults.storm.patients import RESERVE_NUMBERS, persons
from tests.faults.storm.server import KillableServer
from tests.faults.storm.state import Totals
from tests.faults.storm.strikes import NotTriedError, Scene
from tests.faults.storm.wire import Wire
from tests.gateways.outgoing.elks_server import PASSWORD, USER, ElksServer, elks_server
from tests.postgres import _free_port
from tests.world import MONDAY_NINE, PEOPLE, UNIT, make_world

ROUNDS_A_DATABASE = 25
DISK = 192
"""Megabytes."""

GOES_ON_WITHIN = 120.0
"""Seconds after a storm within which everybody has got something done again."""

STRUCK_FOR = (0.2, 0.7)
BETWEEN = (0.0, 0.25)
SECRET = "a secret for the addresses of reports"
PROTECTED_SOON = 0.5
"""How many of the rounds somebody comes to be protected in."""


@dataclass
class Ground:
    """What lasts as long as the program: the disk, the server, and the database that is copied for each siege."""

    folder: Path
    disk: Disk
    server: KillableServer | None
    template: Path
    _count: int = 0

    def fresh(self) -> tuple[Path, str]:
        """A new home, and the address of its database; empty: it lies there."""
        self._count += 1
        home = self.disk.folder / f"home{self._count}"
        shutil.copytree(self.template, home)
        if self.server is None:
            return home, ""
        name = f"storm{self._count}"
        self.server.execute(f"CREATE DATABASE {name} TEMPLATE storm0 STRATEGY file_copy")
        return home, self.server.url(name)

    def clear(self, home: Path, database: str) -> None:
        """Take it away."""
        shutil.rmtree(home)
        if self.server is not None:
            self.server.execute(f"DROP DATABASE {make_url(database).database} WITH (FORCE)")


@contextmanager
def ground(folder: Path, database: str, *, mounted: bool) -> Iterator[Ground]:
    """The ground for as long as the block lasts; on ``mounted`` disks where something can be mounted."""
    disk = Disk(folder / "disk", DISK * (3 if database == "postgresql" else 1), mounted=mounted)
    server = None
    if database == "postgresql":
        server = KillableServer(disk.folder, folder / "server")
        server.start()
        server.execute("CREATE DATABASE storm0 TEMPLATE template0")
    template = folder / "template"
    template.mkdir()
    try:
        with make_world(template, server.url("storm0") if server else "") as world:
            world.rostered()
            world.is_system_user("maria", system_user())
            shift.start(world.system, world.actor("maria"), ShiftKind.CHAT)
        yield Ground(folder, disk, server, template)
    finally:
        if server is not None:
            server.kill()


@dataclass
class Siege:
    """One database, and everybody at work in it."""

    scene: Scene
    crew: Crew
    system: System
    gateway: ElksServer
    register: "Register"
    totals: Totals
    chance: random.Random
    _reader: Reader = field(init=False)
    _acknowledged: list[Acknowledged] = field(default_factory=list)
    _known: set[Finding] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._reader = Reader(self.crew.orders.acknowledged)

    def begin(self) -> None:
        """Let everybody come to work."""
        self.crew.keep()
        self._all_go_on()

    def round(self, number: int) -> None:
        """Strike, let everybody go on, and look."""
        began = time.monotonic()
        self.crew.chance.seed(f"{self.totals.seed}:{number}")
        self._storm()
        found = self._all_go_on()
        found += self._look()
        fresh = [one for one in found if one not in self._known]
        self._known.update(fresh)
        self.totals.add(fresh)
        self.totals.rounds += 1
        self.totals.seconds += time.monotonic() - began

    def end(self) -> None:
        """Look at the console once more, and send everybody home."""
        console = self.crew.members.get("console")
        if console is not None and console.screen is not None:
            console.screen.pressing.clear()
            found = _unwell(console.screen.shown)
            self.totals.add(found)
        self.crew.end()

    def _storm(self) -> None:
        chance = self.crew.chance
        self.crew.brace()
        with ExitStack() as until:
            for name in strikes.choose(chance, on_postgresql=self.scene.server is not None):
                time.sleep(chance.uniform(*BETWEEN))
                if chance.random() < PROTECTED_SOON:
                    self.register.protect_one(chance)
                try:
                    until.enter_context(strikes.strike(name)(self.scene))
                except NotTriedError:
                    self.totals.not_tried[name] += 1
                else:
                    self.totals.strikes[name] += 1
            time.sleep(chance.uniform(*STRUCK_FOR))
        self.crew.stormy = False

    def _all_go_on(self) -> list[Finding]:
        """Whoever is not there any longer comes back, and everybody gets something done."""
        began = time.monotonic()
        if self.scene.server is not None:
            self.scene.server.start()
        before = self._reader.sizes()
        waiting = ["everybody"]
        while waiting and time.monotonic() - began < GOES_ON_WITHIN:
            if self.scene.server is not None and not self.scene.server.runs:
                self.scene.server.start()
            self.crew.keep()
            time.sleep(0.03)
            now = self._reader.sizes()
            members = [one for one in self.crew.members.values() if one.post.acknowledges]
            waiting = [one.post.name for one in members if now.get(one.log, 0) <= before.get(one.log, 0)]
        took = time.monotonic() - began
        self.totals.slowest = max(self.totals.slowest, took)
        found = [Finding(Fault.FELL, "process", said) for said in self.crew.fell]
        self.crew.fell.clear()
        return found + [Finding(Fault.STUCK, one, f"nothing done within {took:.0f} s") for one in waiting]

    def _look(self) -> list[Finding]:
        new = list(self._reader.new())
        self._acknowledged += new
        self.totals.acknowledged.update(one.what.value for one in new)
        sent = [Sent(one.whendelivered.rpartition("/")[2], one.at) for one in list(self.gateway.accepted)]
        try:
            seen, chains = snapshot(self.system), unchained(self.system)
        finally:
            self.system.store.close()  # nobody who looks keeps a disk from being made read-only
        evidence = Evidence(self._acknowledged, seen, sent, dict(self.register.protected_since))
        self.totals.sms += len(sent) - self._sent_before
        self._sent_before = len(sent)
        return check(evidence) + chains

    _sent_before: int = 0


def _unwell(shown: Callable[[], str]) -> list[Finding]:
    """Whether the console does not show its list, or still says that the database is gone; it may take a moment."""
    ends = time.monotonic() + 30
    while True:
        screen = shown()
        if "Testperson" in screen and "SVARAR INTE" not in screen:
            return []
        if time.monotonic() > ends:
            return [Finding(Fault.STUCK, "console", screen)]


class Register:
    """The person-data service's file; now and then somebody in it comes to be protected."""

    def __init__(self, path: Path, clock: PacedClock) -> None:
        self._path = path
        self._clock = clock
        self._persons = persons(PORTALS)
        self.protected_since: dict[str, datetime] = {
            one["number"]: MONDAY_NINE for one in self._persons if one["protection"] != "none"
        }
        self._write()

    def protect_one(self, chance: random.Random) -> None:
        """One of the first persons, who have long had cases, is protected from now on."""
        free = [one for one in self._persons if one["protection"] == "none"]
        one = chance.choice(free[: len(free) // 4])
        one["protection"] = "sekretessmarkering"
        self._write()
        self.protected_since[one["number"]] = self._clock.now()

    def _write(self) -> None:
        beside = self._path.with_name("persons.new")
        beside.write_text(json.dumps(self._persons), encoding="utf-8")
        beside.replace(self._path)


@contextmanager
def siege(on: Ground, totals: Totals) -> Iterator[Siege]:
    """A new database and everybody at work in it, for as long as the block lasts; nobody stays behind."""
    with ExitStack() as until:
        home, database = on.fresh()
        until.callback(on.clear, home, database)
        begun = SystemClock().now()
        clock = PacedClock(MONDAY_NINE, 1.0, begun)
        safe = on.folder / f"safe{home.name}"
        for name in ("acknowledged", "output"):
            (safe / name).mkdir(parents=True)
        until.callback(shutil.rmtree, safe)
        gateway = until.enter_context(elks_server(clock))
        system = until.enter_context(bootstrap.running(Settings(home=home, database=database, unit=UNIT), clock=clock))
        intake_port, mllp_port = _free_port(), _free_port()
        to_intake = Wire(intake_port)
        server = on.server
        to_server = Wire(server.port) if server is not None else None
        through = server.url(make_url(database).database or "", to_server.port) if server and to_server else ""
        register = Register(safe / "persons.json", clock)
        orders = Orders(
            environment={
                **environment(home, through),
                "P24TUI_UNIT": UNIT,
                "P24TUI_STAFF": PEOPLE["maria"][0],
                "P24TUI_LOGIN": "system-user",
                "P24TUI_SMS": f"46elks+http://{USER}:{PASSWORD}@{gateway.address.removeprefix('http://')}",
                "P24TUI_PERSON_DATA": str(safe / "persons.json"),
                "P24TUI_RESERVE_NUMBER": RESERVE_NUMBERS,
                "P24TUI_INTAKE_PORT": str(intake_port),
                "P24TUI_MLLP_PORT": str(mllp_port),
                "P24TUI_REPORT_ADDRESS": f"http://127.0.0.1:{intake_port}",
                "P24TUI_REPORT_SECRET": SECRET,
            },
            database=through,
            home=home,
            acknowledged=safe / "acknowledged",
            output=safe / "output",
            intake=f"http://127.0.0.1:{to_intake.port}",
            token=intake.make_token(system, SOURCE),
            mllp=mllp_port,
            begun=begun,
            seed=f"{totals.seed}:{totals.rounds}",
        )
        chance = random.Random(orders.seed)
        crew = Crew(orders, chance)
        until.callback(crew.end)
        scene = Scene(crew, on.disk, to_intake, chance, database, home, system.store.key or "", server, to_server)
        system.store.close()
        yield Siege(scene, crew, system, gateway, register, totals, chance)


__all__ = ["ROUNDS_A_DATABASE", "Siege", "What", "ground", "siege"]
