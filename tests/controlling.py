"""Log control in tests: who controls, and readings that stand out or do not."""

from datetime import timedelta
from typing import Any

from msgspec.structs import replace
from sqlalchemy import insert, select, update

from p24tui.routine.actor import Actor
from p24tui.routine.case import Case
from p24tui.routine.role import Role
from p24tui.services import cases, chat, queue
from p24tui.store import read_log, tables
from p24tui.store.tables import staff_roles
from tests.world import PEOPLE, UNIT, World

NUMBERS = ("195009072553", "194809132386", "195104172555")
"""Official test numbers, which are nobody's."""


def make_controller(world: World, who: str = "eva", unit_id: str = UNIT) -> Actor:
    """One of the people holds the role of log controller, and acts in it."""
    with world.system.store.writing() as tx:
        values = {"staff_id": PEOPLE[who][0], "unit_id": unit_id, "role": Role.LOG_CONTROLLER}
        tx.connection.execute(insert(staff_roles).values(values))
    return replace(world.actor(who), unit_id=unit_id, role=Role.LOG_CONTROLLER)


def number_of(world: World, case: Case, number: str = NUMBERS[0]) -> str:
    """The case's patient has this identity number from now on."""
    table = tables.patients
    with world.system.store.writing() as tx:
        tx.connection.execute(update(table).where(table.c.id == case.patient_id).values(number=number))
    return number


def log_rows(world: World, kind: str) -> list[Any]:
    """The rows of the read log of a kind, in order."""
    table = tables.read_log.c
    with world.system.store.reading() as tx:
        query = select(tables.read_log).where(table.kind == kind).order_by(table.seq)
        return list(tx.connection.execute(query))


def read(world: World, who: str, case: Case, *, why: str = "care", kind: str = "case") -> None:
    """Somebody has opened a case, which the log knows and nothing else does."""
    with world.system.store.writing() as tx:
        actor, now = world.actor(who), world.clock.now()
        read_log.log_reading(tx, actor, now, kind, case_id=case.id, patient_id=case.patient_id, why=why)


def a_day_of_reading(world: World) -> dict[str, Case]:
    """What people have read on a Monday, a minute apart: of some of it one asks why."""
    patients = {
        "care": "Karin Öberg",
        "colleague": "Sara Holm",
        "surname": "Erik Lind",
        "stranger": "Ali Noor",
        "glass": "Nils Björk",
    }
    found = {key: world.case(name=name) for key, name in patients.items()}
    queue.open_list(world.system, world.actor("johan"))
    for key, case in found.items():
        world.clock.advance(timedelta(minutes=1))
        if key == "care":
            chat.claim(world.system, world.actor("maria"), case.id, case.version)
            cases.open_case(world.system, world.actor("maria"), case.id)
        else:
            read(world, "maria", case, why="break-glass:7" if key == "glass" else "care")
    return found
