"""People under database roles of their own: the same world, in which whoever acts is whoever is logged in.

A service is called with an actor, and the connection that it then opens is that actor's: a person's own role, the
intake's for what comes in, the worker's for what the clock does. What a test itself does to the tables is the owner's.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text

from p24tui.routine.actor import Actor
from p24tui.store import roles
from p24tui.store.connect import POSTGRESQL, role_of
from p24tui.store.engine import Store, Tx
from p24tui.store.row_security import Groups
from p24tui.system import System
from tests.world import World

PREFIX = "p24"
GROUPS = Groups.of(PREFIX)


def apply_roles(world: World) -> None:
    """Put the roles in force in the world's database."""
    with world.system.store.writing() as tx:
        roles.apply(tx, PREFIX)


@contextmanager
def everybody_as_themselves(world: World) -> Iterator[World]:
    """The world with its roles in force; every deed of a service runs under the role of whoever does it."""
    apply_roles(world)
    owner = world.system.store
    store = PersonalStore(owner)
    world.system.open_store = lambda: store
    world.system._store = None
    try:
        yield world
    finally:
        store.dispose()


class PersonalStore(Store):
    """Stands for the stores of everybody who is logged in, each in a process of their own."""

    def __init__(self, owner: Store) -> None:
        super().__init__(owner.engine, None, None)
        self._owner = owner
        self._engines: dict[str, Store] = {}

    def reading(self) -> Any:
        return super().reading() if (one := self._mine()) is None else one.reading()

    def writing(self) -> Any:
        return super().writing() if (one := self._mine()) is None else one.writing()

    def single_writes(self) -> Any:
        return super().single_writes() if (one := self._mine()) is None else one.single_writes()

    def dispose(self) -> None:
        for one in self._engines.values():
            one.close()

    def _mine(self) -> Store | None:
        role = _role_in(sys._getframe(2))
        if role is None:
            return None
        if role not in self._engines:
            self._engines[role] = _as_role(self._owner, role)
            self._engines[role]._listeners = self._listeners
        return self._engines[role]


def _as_role(owner: Store, role: str) -> Store:
    engine = create_engine(owner.engine.url, connect_args=POSTGRESQL, pool_size=1)

    @event.listens_for(engine, "connect")
    def become(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'SET SESSION AUTHORIZATION "{role}"')
        connection.commit()

    return Store(engine, None, None, personal=role not in GROUPS)


def _role_in(frame: FrameType | None) -> str | None:
    """Who acts: the nearest actor among the callers' arguments, as long as a service or a job is at work."""
    at_work, actor = False, None
    while frame is not None:
        code = frame.f_code.co_filename
        if code.endswith("tests/world.py") and not at_work:
            return None
        at_work = at_work or "/p24tui/services/" in code or "/p24tui/jobs/" in code
        actor = actor or next((one for one in map(_actor_of, frame.f_locals.values()) if one is not None), None)
        frame = frame.f_back
    if not at_work:
        return None
    if actor is None:
        return GROUPS.worker
    if actor.staff_id is not None:
        return role_of(PREFIX, actor.staff_id)
    entrance = actor.place.partition(":")[0]
    return {"cli": None, "intake": GROUPS.intake}.get(entrance, GROUPS.worker)


def _actor_of(value: object) -> Actor | None:
    found = value if isinstance(value, Actor) else getattr(value, "actor", None) if _is_ours(value) else None
    return found if isinstance(found, Actor) else None


def _is_ours(value: object) -> bool:
    return type(value).__module__.startswith("p24tui.services")
