"""People under database roles of their own: the same world, in which whoever acts is whoever is logged in.

A service is called with an actor, and the connection that it then opens is that actor's: a person's own role, the
intake's for what comes in, the worker's for what the clock does. What a test itself does to the tables is the owner's.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, text

from p24tui.routine.actor import Actor
from p24tui.routine.patient import Patient
from p24tui.routine.protection import Protection
from p24tui.store import database_roles
from p24tui.store.connect import POSTGRESQL, role_of
from p24tui.store.engine import Store
from p24tui.store.row_security import Groups
from tests.postgres import Server
from tests.world import PEOPLE, World, make_world_again

PREFIX = "p24"
GROUPS = Groups.of(PREFIX)

# Services by the file, or the file and the function, that whoever asks for them calls.
INTAKES = ("intake/", "patient_side.py", "links.py:use")
OWNERS = (
    "intake/quarantine.py",
    "intake/sources.py",
    "staff.py:put_staff",
    "staff.py:give_role",
    "setup.py",
    "units.py:put_unit",
)
CLOCKS = {
    "closing.py:look_for_unsigned",
    "delivery.py:hear",
    "delivery.py:look_up",
    "delivery.py:strand",
    "handover.py:call",
    "holding.py:wake_due",
    "images.py:sweep",
    "presence.py:expire",
    "sending.py:send_due",
    "shift.py:give_up_lost",
    "suicide.py:call_due",
    "ticks.py:forget_old",
    "ticks.py:run",
    "units.py:announce_opening",
}


def apply_roles(store: Store) -> None:
    """Put the roles in force in a database, as its owner."""
    with store.writing() as tx:
        database_roles.apply(tx, PREFIX)


@contextmanager
def everybody_as_themselves(world: World) -> Iterator[World]:
    """The world of a database with its roles in force; every deed of a service runs under the role of who does it."""
    store = PersonalStore(world.system.store)
    world.system.open_store = lambda: store
    world.system._store = None
    try:
        yield PeoplesWorld(world.system, world.clock)
    finally:
        store.dispose()


@pytest.fixture(scope="session")
def roles_template(postgres_server: Server, peopled_template: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with the unit, its people and their roles, to be copied."""
    name = "p24_roles"
    with make_world_again(tmp_path_factory.mktemp("roles"), postgres_server.create(name, peopled_template)) as one:
        apply_roles(one.system.store)
    return name


class PeoplesWorld(World):
    """A world whose patients everybody has looked up by their number, as one does before a visit is booked."""

    def patient(
        self, name: str = "Maria Ljungberg", protection: Protection = Protection.NONE, mobile: str = ""
    ) -> Patient:
        patient = super().patient(name, protection, mobile)
        with self.system.store.writing() as tx:
            met = text("INSERT INTO patient_meetings SELECT :patient, id, now() FROM staff")
            tx.connection.execute(met, {"patient": patient.id})
        return patient


class PersonalStore(Store):
    """Stands for the stores of everybody who is logged in, each in a process of their own."""

    def __init__(self, owner: Store) -> None:
        super().__init__(owner.engine, None, None)
        self._owner = owner
        self._stores: dict[str, Store] = {}
        self._opening = Lock()

    def reading(self) -> Any:
        return super().reading() if (one := self._mine()) is None else one.reading()

    def writing(self) -> Any:
        return super().writing() if (one := self._mine()) is None else one.writing()

    def single_writes(self) -> Any:
        return super().single_writes() if (one := self._mine()) is None else one.single_writes()

    def dispose(self) -> None:
        for one in self._stores.values():
            one.close()

    def _mine(self) -> Store | None:
        role = _role_in(sys._getframe(2))
        if role is None:
            return None
        with self._opening:
            if role not in self._stores:
                self._stores[role] = self._opened(role)
            return self._stores[role]

    def _opened(self, role: str) -> Store:
        with self._owner.writing() as tx:
            if role not in GROUPS and not tx.connection.scalar(text(KNOWN), {"role": role}):
                database_roles.admit(tx, PREFIX)  # somebody has come since
        store = Store(engine_as(self._owner, role), None, None, personal=role not in GROUPS)
        store._listeners = self._listeners
        return store


KNOWN = "SELECT 1 FROM database_roles WHERE role = :role"


def engine_as(owner: Store, role: str) -> Engine:
    """Connections on which ``session_user`` is this role, as where it had logged in."""
    engine = create_engine(owner.engine.url, connect_args=POSTGRESQL)

    @event.listens_for(engine, "connect")
    def become(connection: Any, _record: object) -> None:
        connection.execute(f'SET SESSION AUTHORIZATION "{role}"')
        connection.commit()

    return engine


def _role_in(frame: FrameType | None) -> str | None:
    """Whose connection a service asks for; none for the owner's, as of what the test itself does to the tables."""
    service, actor = "", None
    while frame is not None:
        code = frame.f_code
        if "/p24tui/services/" in code.co_filename and not code.co_filename.endswith("/access.py"):
            service = f"{code.co_filename.rpartition('/p24tui/services/')[2]}:{code.co_name}"
        elif code.co_filename.endswith("tests/world.py") and not service:
            return None
        actor = actor or next((one for one in map(_actor_of, frame.f_locals.values()) if one is not None), None)
        frame = frame.f_back
    if not service or service.startswith(OWNERS):
        return None
    if service in CLOCKS:
        return GROUPS.worker
    if service.startswith(INTAKES):
        return GROUPS.intake
    if actor is None:
        return role_of(PREFIX, PEOPLE["maria"][0])
    if actor.staff_id is not None:
        return role_of(PREFIX, actor.staff_id)
    entrance = actor.place.partition(":")[0]
    return {"cli": None, "intake": GROUPS.intake}.get(entrance, GROUPS.worker)


def _actor_of(value: object) -> Actor | None:
    found = value if isinstance(value, Actor) else getattr(value, "actor", None) if _is_ours(value) else None
    return found if isinstance(found, Actor) else None


def _is_ours(value: object) -> bool:
    return type(value).__module__.startswith("p24tui.services")


@pytest.fixture(name="world")
def world_of_people(postgres_server: Server, roles_template: str, tmp_path: Path) -> Iterator[World]:
    """The world in which everybody acts under a role of their own, where a module asks for it by importing this."""
    with (
        postgres_server.fresh(roles_template) as url,
        make_world_again(tmp_path, url) as one,
        everybody_as_themselves(one) as held,
    ):
        yield held
