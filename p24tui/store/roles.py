"""The offices that staff hold at units, besides their profession."""

from collections.abc import Collection

from sqlalchemy import delete, insert, select

from p24tui.routine.role import Role
from p24tui.store.engine import Tx
from p24tui.store.tables import staff, staff_roles


def of_person(tx: Tx, staff_id: str) -> dict[str, frozenset[Role]]:
    """This person's offices by unit."""
    found: dict[str, frozenset[Role]] = {}
    query = select(staff_roles.c.unit_id, staff_roles.c.role).where(staff_roles.c.staff_id == staff_id)
    for unit_id, role in tx.connection.execute(query):
        found[unit_id] = found.get(unit_id, frozenset()) | {Role(role)}
    return found


def held_at(tx: Tx) -> dict[str, frozenset[Role]]:
    """The offices that active staff hold, by unit."""
    found: dict[str, frozenset[Role]] = {}
    query = select(staff_roles.c.unit_id, staff_roles.c.role).join(staff, staff.c.id == staff_roles.c.staff_id)
    for unit_id, role in tx.connection.execute(query.where(staff.c.active)):
        found[unit_id] = found.get(unit_id, frozenset()) | {Role(role)}
    return found


def give(tx: Tx, staff_id: str, unit_id: str, role: Role) -> None:
    """Give an office that they do not hold."""
    tx.connection.execute(insert(staff_roles).values(staff_id=staff_id, unit_id=unit_id, role=role))


def take(tx: Tx, staff_id: str, unit_id: str, role: Role) -> None:
    """Take an office from them."""
    table = staff_roles.c
    same = (table.staff_id == staff_id) & (table.unit_id == unit_id) & (table.role == role)
    tx.connection.execute(delete(staff_roles).where(same))


def leave_units(tx: Tx, staff_id: str, besides: Collection[str]) -> None:
    """Take every office at a unit that they no longer work for; ``besides`` are those they do."""
    gone = (staff_roles.c.staff_id == staff_id) & staff_roles.c.unit_id.not_in(besides)
    tx.connection.execute(delete(staff_roles).where(gone))
