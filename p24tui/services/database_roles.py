"""The database's roles as whoever owns it sets them up and looks after them (NA-1, LO-2)."""

import re

from p24tui.errors import BadInput
from p24tui.routine.rule import rule
from p24tui.store import database_roles as store
from p24tui.store.database_roles import Difference, PersonRole
from p24tui.store.engine import Tx
from p24tui.system import System

_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,15}", re.ASCII)


def of_people(system: System) -> list[PersonRole]:
    """The role of everybody. Raises ``BadInput`` where the database has no roles."""
    prefix = _prefix(system)
    with system.store.reading() as tx:
        return store.of_people(tx, prefix)


@rule("NA-1", "LO-2")
def apply(system: System) -> list[PersonRole]:
    """Make roles, privileges and policies what they should be. Raises ``BadInput`` where that is not one's to do."""
    prefix = _prefix(system)
    with system.store.writing() as tx:
        _owner_only(tx)
        store.apply(tx, prefix)
        return store.of_people(tx, prefix)


@rule("NA-1", "LO-2")
def check(system: System) -> list[Difference]:
    """Where the database is not as ``apply`` would make it. Raises ``BadInput`` where that is not one's to know."""
    prefix = _prefix(system)
    with system.store.reading() as tx:
        _owner_only(tx)
    return store.differences(system.store, prefix)


def _owner_only(tx: Tx) -> None:
    if not store.may_apply(tx):
        raise BadInput("database-not-owner")


def _prefix(system: System) -> str:
    if system.store.path is not None:
        raise BadInput("database-no-roles")
    prefix = system.settings.database_roles
    if not _PREFIX.fullmatch(prefix):
        raise BadInput("database-roles-prefix", value=prefix)
    return prefix
