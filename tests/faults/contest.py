"""A contest: processes that all want the same cases at the same moment.

Who has a case by its history is held against its row, and against what each of them was told.
"""

import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from sqlalchemy import select

from p24tui.ids import fresh_id
from p24tui.routine.actor import Profession
from p24tui.routine.case import Case, ContactKind
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection
from p24tui.services import staff
from p24tui.store import cases, events, people, tables
from p24tui.store.values import Contact, PatientRecord
from tests.faults.contender import PATIENCE, Deed, Told, contend, contender
from tests.faults.processes import PROCESSES
from tests.world import UNIT, World, make_world

BATCH = 50
STOPS_WITHIN = 10.0


@dataclass(frozen=True)
class Plan:
    """How many contested claims are wanted, by how many processes."""

    claims: int
    processes: int = 8
    seed: int = 1
    at_most: float = 3600.0


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of a case's history."""

    kind: str
    staff_id: str | None


@dataclass
class Outcome:
    """What came of it."""

    interrupted: bool = False
    contested: int = 0
    seconds: float = 0.0
    told: list[Told] = field(default_factory=list)
    fell: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)


def judge(
    told: Sequence[Told], history: Mapping[str, Sequence[Happened]], owners: Mapping[str, str | None]
) -> list[str]:
    """Everything that must not be: two owners, a deed without its event or done twice, a row that says otherwise."""
    found: list[str] = []
    by_case: defaultdict[str, list[Told]] = defaultdict(list)
    for one in told:
        if one.version is not None:
            by_case[one.case_id].append(one)
    for case_id, owner in owners.items():
        found += (f"{case_id}: {fault}" for fault in _of_one(by_case[case_id], history.get(case_id, ()), owner))
    return found


def _of_one(told: Sequence[Told], history: Sequence[Happened], owner: str | None) -> Iterator[str]:
    has: str | None = None
    for one in history:
        if one.kind == Deed.CLAIM:
            if has not in (None, one.staff_id):
                yield f"two owners: {one.staff_id} claimed it, and {has} had it"
            has = one.staff_id
        elif one.kind in (Deed.RELEASE, Deed.ANSWER):
            if has != one.staff_id:
                yield f"{one.kind} by {one.staff_id}, and {has} had it"
            has = None if one.kind == Deed.RELEASE else has
    if has != owner:
        yield f"the row says {owner}, and the history {has}"
    versions = Counter(one.version for one in told)
    if twice := [version for version, many in versions.items() if many > 1]:
        yield f"two were told that they had made version {twice}"
    acknowledged: Counter[tuple[str, str | None]] = Counter((one.deed.value, one.staff_id) for one in told)
    happened = Counter((one.kind, one.staff_id) for one in history if one.kind in list(Deed))
    if acknowledged != happened:
        yield f"acknowledged {dict(acknowledged - happened)} without an event, happened {dict(happened - acknowledged)}"


def contested(told: Sequence[Told]) -> int:
    """How many tries to claim a case met another's try to claim the same one."""
    tries: defaultdict[str, list[Told]] = defaultdict(list)
    for one in told:
        if one.deed is Deed.CLAIM:
            tries[one.case_id].append(one)
    return sum(any(_meet(one, other) for other in of_one) for of_one in tries.values() for one in of_one)


def _meet(one: Told, other: Told) -> bool:
    return one.staff_id != other.staff_id and one.began < other.ended and other.began < one.ended


class Contest:
    """Use it by ``contest``."""

    def __init__(self, plan: Plan, world: World, home: Path, database: str) -> None:
        self.plan = plan
        self.outcome = Outcome()
        self.tell: Callable[[str], None] = lambda _progress: None
        self._world = world
        self._running: list[tuple[BaseProcess, Connection]] = []
        self._case_ids: list[str] = []
        self._gate = PROCESSES.Barrier(plan.processes)  # kept: with the last who knows it here its semaphore goes
        for number in range(plan.processes):
            ours, theirs = PROCESSES.Pipe()
            given = (home, database, number, plan.seed, self._gate, theirs)
            process = PROCESSES.Process(target=contend, args=given, daemon=True)
            process.start()
            theirs.close()
            self._running.append((process, ours))

    def run(self) -> Outcome:
        """Let them contend until enough has been contested, and judge."""
        began = time.monotonic()
        try:
            while self.outcome.contested < self.plan.claims and time.monotonic() - began < self.plan.at_most:
                if not self._contend_for(self._new_cases()):
                    break
                self.tell(f"{time.monotonic() - began:5.0f} s: {self.outcome.contested} contested claims")
        except KeyboardInterrupt:
            self.outcome.interrupted = True
        self.outcome.seconds = time.monotonic() - began
        self.stop()
        self.outcome.found = judge(self.outcome.told, self._history(), self._owners())
        return self.outcome

    def stop(self) -> None:
        """End all processes: those that wait by themselves, the others by their ids."""
        for process, connection in self._running:
            with suppress(OSError):
                connection.send(None)
            process.join(STOPS_WITHIN if not self.outcome.interrupted else 0.1)
            if process.is_alive():
                process.kill()
                process.join()
            connection.close()
        self._running.clear()

    def _new_cases(self) -> list[tuple[str, int]]:
        now, made = self._world.clock.now(), []
        with self._world.system.store.writing() as tx:
            for _number in range(BATCH):
                patient = Patient(fresh_id(), fresh_id()[:12], "Testperson", date(1961, 1, 18), Protection.NONE)
                people.put_patient(tx, PatientRecord(patient, "test", Protection.NONE, None), now)
                case = Case(fresh_id(), UNIT, patient.id, ContactKind.TRIAGED, "Hosta", now, priority=3)
                cases.add(tx, case, Contact("test", case.id, "bankid", now, "1177"))
                events.append(tx, self._world.source, now, "case.received", case.id)
                made.append((case.id, case.version))
        return made

    def _contend_for(self, made: list[tuple[str, int]]) -> bool:
        """Whether all came back with what they were told."""
        for _process, connection in self._running:
            connection.send(made)
        heard: list[Told] = []
        missing = [connection for _process, connection in self._running]
        while missing:
            ready = wait(missing, timeout=PATIENCE)
            if not ready:
                self.outcome.fell.append("a process says nothing")
                return False
            for connection in [one for one in missing if one in ready]:
                try:
                    heard += connection.recv()
                except (EOFError, OSError):
                    self.outcome.fell.append("a process has ended by itself")
                    return False
                missing.remove(connection)
        self.outcome.told += heard
        self._case_ids += [case_id for case_id, _version in made]
        self.outcome.contested += contested(heard)
        return True

    def _history(self) -> dict[str, list[Happened]]:
        table, history = tables.events.c, defaultdict(list)
        with self._world.system.store.reading() as tx:
            for case_id, kind, staff_id in tx.connection.execute(
                select(table.case_id, table.kind, table.staff_id).order_by(table.seq)
            ):
                history[case_id].append(Happened(kind, staff_id))
        return history

    def _owners(self) -> dict[str, str | None]:
        owners: dict[str, str | None] = {}
        ids = iter(self._case_ids)
        with self._world.system.store.reading() as tx:
            while part := list(islice(ids, 500)):
                owners |= {row.case.id: row.case.owner_id for row in cases.some(tx, part)}
        return owners


@contextmanager
def contest(plan: Plan, database: str) -> Iterator[Contest]:
    """A contest on an empty database (empty: one of its own, encrypted); all that it started ends with the block."""
    with ExitStack() as until:
        home = Path(until.enter_context(tempfile.TemporaryDirectory(prefix="p24-claims-")))
        world = until.enter_context(make_world(home, database))
        for number in range(plan.processes):
            who = contender(number)
            one = staff.make_staff(who.staff_id or "", who.name, Profession.NURSE)
            staff.put_staff(world.system, world.source, one, (UNIT,))
        one_contest = Contest(plan, world, home, database)
        until.callback(one_contest.stop)
        yield one_contest
