"""A database filled with open cases of fictional patients, each of whom one recognises on the screen."""

import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

from msgspec import structs
from msgspec.structs import replace
from sqlalchemy import Connection, Table, insert

from p24tui.clock import SystemClock, day_began, local_date
from p24tui.gateways.system_user import system_user
from p24tui.routine.case import Case, CaseState, ContactKind, SuicideRisk
from p24tui.routine.opening import Opening
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection
from p24tui.routine.shift import ShiftKind
from p24tui.services import roster, shift, units
from p24tui.store import cases, events, tables
from p24tui.store.values import Author, CaseRow
from tests.world import PEOPLE, UNIT, World, make_world

PATIENT = "Testperson"
MESSAGE = "Meddelande"
STAFF = PEOPLE["maria"][0]

MATTERS = ("Hosta", "Huvudvärk", "Utslag på armen", "Förnya recept", "Ont i halsen", "Yrsel", "Ryggont", "Blodtryck")
SURNAMES = ("Lind", "Berg", "Holm", "Nyström", "Karimi", "Sjö", "Ek", "Dahl")
STATES = {
    CaseState.NEW: 35,
    CaseState.ONGOING: 20,
    CaseState.WAITING: 25,
    CaseState.ANSWERED: 10,
    CaseState.HELD: 7,
    CaseState.DUE: 3,
}
PRIORITIES: dict[int | None, int] = {1: 3, 2: 10, 3: 40, 4: 25, 5: 12, None: 10}
SILENT = (CaseState.WAITING, CaseState.HELD)
"""States in which the patient waits for nothing from us."""

_BATCH = 5000


def case_id(number: int) -> str:
    """The id of a case of ours."""
    return f"fill{number:022d}"


def make_row(number: int, now: datetime) -> CaseRow:
    """A case and its patient; the same number gives the same, as long ago."""
    chance = random.Random(number)
    born = date(1930, 1, 1) + timedelta(days=number * 37 % 28_000)
    patient = Patient(
        f"pers{number:022d}",
        f"{born:%Y%m}{born.day + 60}{number % 10_000:04d}",
        f"{PATIENT} {number:05d} {SURNAMES[number % len(SURNAMES)]}",
        born,
        Protection.NONE,
    )
    return CaseRow(_make_case(number, patient.id, chance, now), patient, "")


def _make_case(number: int, patient_id: str, chance: random.Random, now: datetime) -> Case:
    state = chance.choices(list(STATES), list(STATES.values()))[0]
    priority = chance.choices(list(PRIORITIES), list(PRIORITIES.values()))[0]
    received = now - timedelta(minutes=1 + min(60_000.0, chance.expovariate(1 / 3000)))
    new = state is CaseState.NEW
    waits_since = received if new else received + (now - received) * chance.random()
    at_risk = new and priority is not None and priority <= 2 and chance.random() < 0.05
    return Case(
        id=case_id(number),
        unit_id=UNIT,
        patient_id=patient_id,
        kind=ContactKind.TRIAGED if priority is not None or chance.random() < 0.02 else ContactKind.MESSAGE,
        matter=chance.choice(MATTERS),
        received_at=received,
        state=state,
        priority=priority,
        suicide=SuicideRisk.AWAITING if at_risk else SuicideRisk.NONE,
        owner_id=None if new or state in SILENT else chance.choice(list(PEOPLE.values())[:3])[0],
        waiting_since=None if state in SILENT else waits_since,
        unread=1 if (new or state is CaseState.ANSWERED) and chance.random() < 0.25 else 0,
        answered_at=None if new else received + (now - received) / 2,
        held_until=(now + timedelta(days=chance.randint(2, 30))).date() if state is CaseState.HELD else None,
        held_reason="Väntar på provsvar" if state is CaseState.HELD else "",
        held_by=STAFF if state is CaseState.HELD else None,
    )


@dataclass(frozen=True, slots=True)
class Filled:
    """A world with so many open cases in it."""

    world: World
    home: Path
    database: str
    count: int

    def begin_shift(self) -> None:
        """Let the person be on shift, so that the console does not ask."""
        actor = self.world.actor("maria", "console:bench")
        shift.start(self.world.system, actor, ShiftKind.CHAT)

    @property
    def command(self) -> list[str]:
        """How the console is started on it."""
        return [sys.executable, "-m", "p24tui", "--unit", UNIT]

    @property
    def environment(self) -> dict[str, str]:
        """The settings for that."""
        return {"P24TUI_HOME": str(self.home), "P24TUI_DATABASE": self.database, "P24TUI_LOGIN": "system-user"}


@contextmanager
def filled(home: Path, database: str = "", count: int = 10_000) -> Iterator[Filled]:
    """A filled database on the machine's own time: the encrypted file in ``home``, or PostgreSQL."""
    now = SystemClock().now()
    with make_world(home, database) as world:
        with world.system.store.writing() as tx:
            for start in range(0, count, _BATCH):
                _insert(tx.connection, [make_row(one, now) for one in range(start, min(start + _BATCH, count))])
        world.is_system_user("maria", system_user())
        world.system.clock = SystemClock()
        _open_all_day(world, now)
        world.clock.instant = now
        yield Filled(world, home, database, count)


def _open_all_day(world: World, now: datetime) -> None:
    """Alarms depend on whether the unit is open; what is measured must not depend on when."""
    today = local_date(now)
    always = (Opening(time(0), time(23, 59)),)
    unit = units.find_unit(world.system, UNIT)
    hours = replace(unit.hours, shortened=tuple((today + timedelta(days=day), always) for day in range(2)))
    units.put_unit(world.system, world.source, replace(unit, hours=hours))
    midnight = day_began(now)
    for day in range(2):  # somebody is responsible for the inflow: nothing calls that is not measured
        starts = midnight + timedelta(days=day)
        roster.add(world.system, world.actor("johan"), PEOPLE["johan"][0], starts, starts + timedelta(hours=24))


def _insert(connection: Connection, rows: list[CaseRow]) -> None:
    values: list[tuple[Table, list[dict[str, Any]]]] = [
        (tables.patients, [_patient_values(row) for row in rows]),
        (tables.cases, [_case_values(row.case) for row in rows]),
        (tables.messages, [_message_values(number, row) for row in rows for number in (int(row.case.id[4:]),)]),
    ]
    for table, some in values:
        connection.execute(insert(table), some)


def _patient_values(row: CaseRow) -> dict[str, Any]:
    return {
        **structs.asdict(row.patient),
        "number_kind": "samordningsnummer",
        "protection_flagged": Protection.NONE,
        "protection_checked_at": row.case.received_at,
    }


def _case_values(case: Case) -> dict[str, Any]:
    contact = {"source": "bench", "source_id": case.id, "e_id": "bankid", "e_id_at": case.received_at, "way_in": "1177"}
    return {**structs.asdict(case), **contact}


def _message_values(number: int, row: CaseRow) -> dict[str, Any]:
    at = row.case.received_at
    return {
        "id": f"mess{number:022d}",
        "case_id": row.case.id,
        "author": Author.PATIENT,
        "author_id": None,
        "author_name": row.patient.name,
        "text": f"{MESSAGE} {number:05d}\nHej, det gäller {row.case.matter.lower()}. Vad ska jag göra?",
        "sent_at": at,
        "stored_at": at,
    }


def change_matter(world: World, number: int, matter: str) -> float:
    """Change what a case is about; ``perf_counter`` right before the change was committed."""
    now = SystemClock().now()
    with world.system.store.writing() as tx:
        row = cases.one(tx, case_id(number), lock=True)
        assert row is not None
        cases.save(tx, replace(row.case, matter=matter))
        events.append(tx, world.source, now, "case.changed", row.case.id)
        return perf_counter()
