"""The roster of who is responsible for a unit's inflow, and who has taken that by hand."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from p24tui.routine.actor import Profession
from p24tui.routine.roster import RosterEntry
from p24tui.store.engine import Tx
from p24tui.store.tables import roster, staff, staff_units


def between(tx: Tx, unit_ids: Collection[str], start: datetime, end: datetime) -> list[RosterEntry]:
    """The units' entries that have some of their time from ``start`` up to ``end``, by when they begin."""
    table = roster.c
    return _read(tx, table.unit_id.in_(unit_ids) & (table.starts_at < end) & (table.ends_at > start))


def one(tx: Tx, entry_id: str) -> RosterEntry | None:
    """One entry."""
    found = _read(tx, roster.c.id == entry_id)
    return found[0] if found else None


def beginning_with(tx: Tx, unit_id: str, typed: str) -> list[RosterEntry]:
    """The unit's entries whose ids begin so."""
    return _read(tx, (roster.c.unit_id == unit_id) & roster.c.id.startswith(typed, autoescape=True))


def of_calendar(tx: Tx, unit_id: str, calendar_ids: Collection[str], entry_ids: Collection[str]) -> list[RosterEntry]:
    """The unit's entries that came from a calendar under one of these ids, or that have one of ours."""
    table = roster.c
    return _read(tx, (table.unit_id == unit_id) & (table.calendar_id.in_(calendar_ids) | table.id.in_(entry_ids)))


def put(tx: Tx, entries: Iterable[RosterEntry], by: str, at: datetime) -> None:
    """Add these entries, or change those with their ids."""
    for entry in entries:
        values = {
            "id": entry.id,
            "unit_id": entry.unit_id,
            "staff_id": entry.staff_id,
            "starts_at": entry.starts_at,
            "ends_at": entry.ends_at,
            "calendar_id": entry.calendar_id,
            "changed_by": by,
            "changed_at": at,
        }
        if tx.connection.execute(update(roster).where(roster.c.id == entry.id).values(values)).rowcount == 0:
            tx.connection.execute(insert(roster).values(values))


def drop(tx: Tx, entry_ids: Collection[str]) -> None:
    """Forget these entries."""
    if entry_ids:
        tx.connection.execute(delete(roster).where(roster.c.id.in_(entry_ids)))


def _read(tx: Tx, where: ColumnElement[bool]) -> list[RosterEntry]:
    table = roster.c
    works_there = select(staff_units.c.staff_id).where(
        staff_units.c.staff_id == table.staff_id, staff_units.c.unit_id == table.unit_id
    )
    query = (
        select(
            table.id,
            table.unit_id,
            table.staff_id,
            table.starts_at,
            table.ends_at,
            staff.c.name,
            staff.c.profession,
            staff.c.active & works_there.exists(),
            table.calendar_id,
        )
        .join(staff, staff.c.id == table.staff_id)
        .where(where)
        .order_by(table.starts_at, table.ends_at, table.id)
    )
    found = []
    rows = tx.connection.execute(query)
    for id, unit_id, staff_id, starts_at, ends_at, name, profession, available, calendar_id in rows:
        role = Profession(profession)
        entry = RosterEntry(id, unit_id, staff_id, starts_at, ends_at, name, role, bool(available), calendar_id)
        found.append(entry)
    return found
