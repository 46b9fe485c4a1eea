"""Shifts: who works where since when, when their console was last heard, and what they would leave behind.

A shift is open until it has ended. One that is lost stays open for as long as its person's cases are being given up,
so that this goes on wherever a process has died over it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec.structs import asdict, replace
from sqlalchemy import ColumnElement, Select, insert, or_, select, union, update

from p24tui.routine.actor import Profession
from p24tui.routine.shift import ShiftKind
from p24tui.store.duty_values import OnShift, Shift
from p24tui.store.engine import Tx
from p24tui.store.tables import IS_OPEN, cases, drafts, note_drafts, shifts, staff

_OPEN = shifts.c.ended_at.is_(None)
_LIVES = _OPEN & shifts.c.lost_at.is_(None)


def add(tx: Tx, shift: Shift) -> None:
    """A new shift."""
    tx.connection.execute(insert(shifts).values(**asdict(shift)))


def one(tx: Tx, shift_id: str) -> Shift | None:
    """One shift."""
    return _first(tx, shifts.c.id == shift_id)


def save(tx: Tx, shift: Shift) -> None:
    """Write the shift back."""
    tx.connection.execute(update(shifts).where(shifts.c.id == shift.id).values(**asdict(shift)))


def alive_of(tx: Tx, staff_id: str, *, lock: bool = False) -> list[Shift]:
    """A person's shifts, at whatever unit, that have neither ended nor been lost. ``lock`` keeps other writers away."""
    query = select(shifts).where(shifts.c.staff_id == staff_id, _LIVES).order_by(shifts.c.started_at)
    if lock and tx.on_postgresql:
        query = query.with_for_update()
    return [_shift(row) for row in tx.connection.execute(query)]


def keep_person(tx: Tx, staff_id: str) -> None:
    """Until the transaction ends nobody can give this person a case or begin a text for them.

    In SQLite nobody writes beside it anyhow; in PostgreSQL what refers to a member of staff waits for their row.
    """
    tx.connection.execute(select(staff.c.id).where(staff.c.id == staff_id).with_for_update())


def seen(tx: Tx, staff_id: str, unit_id: str, at: datetime) -> Shift | None:
    """Note that a console of this person is there: their shift at the unit, none where none is alive."""
    mine = (shifts.c.staff_id == staff_id) & (shifts.c.unit_id == unit_id) & _LIVES
    row = tx.connection.execute(update(shifts).where(mine).values(seen_at=at).returning(*shifts.c)).first()
    return None if row is None else _shift(row)


def not_seen_since(tx: Tx, since: datetime) -> list[Shift]:
    """Open shifts whose console has not been heard after ``since``, and those that are being given up."""
    query = select(shifts).where(_OPEN, or_(shifts.c.seen_at <= since, shifts.c.lost_at.is_not(None)))
    return [_shift(row) for row in tx.connection.execute(query.order_by(shifts.c.seen_at, shifts.c.id))]


def lose(tx: Tx, shift_id: str, since: datetime, at: datetime) -> bool:
    """Mark the shift as lost unless its console has been heard after ``since``; whether this was what marked it."""
    late = (shifts.c.id == shift_id) & _LIVES & (shifts.c.seen_at <= since)
    return tx.connection.execute(update(shifts).where(late).values(lost_at=at)).rowcount == 1


def being_given_up(tx: Tx, shift_id: str) -> bool:
    """Whether the shift is lost and not yet done with; it stays so until the transaction ends."""
    query = select(shifts.c.id).where(shifts.c.id == shift_id, _OPEN, shifts.c.lost_at.is_not(None))
    return tx.connection.execute(query.with_for_update() if tx.on_postgresql else query).first() is not None


def given_up(tx: Tx, staff_id: str, at: datetime, shift_id: str = "") -> None:
    """Be done with this lost shift of the person's, or with all of them."""
    done = (shifts.c.staff_id == staff_id) & _OPEN & shifts.c.lost_at.is_not(None)
    if shift_id:
        done &= shifts.c.id == shift_id
    tx.connection.execute(update(shifts).where(done).values(ended_at=at))


def on_shift(tx: Tx, unit_ids: Collection[str], seen_after: datetime) -> list[OnShift]:
    """Who works at these units, and has been heard after ``seen_after``; by unit and name."""
    query = (
        select(shifts, staff.c.name)
        .join(staff, staff.c.id == shifts.c.staff_id)
        .where(shifts.c.unit_id.in_(unit_ids), _LIVES, shifts.c.seen_at > seen_after, staff.c.active)
        .order_by(shifts.c.unit_id, staff.c.name)
    )
    return [OnShift(_shift(row[:-1]), row[-1]) for row in tx.connection.execute(query)]


def case_ids_of(tx: Tx, staff_id: str) -> list[str]:
    """Ids of the open cases that this person has, at whatever unit."""
    query = _open_cases(cases.c.owner_id == staff_id).order_by(cases.c.id)
    return list(tx.connection.scalars(query))


def case_ids_asked_by(tx: Tx, staff_id: str) -> list[str]:
    """Ids of the open cases that this person asks a colleague for."""
    return list(tx.connection.scalars(_open_cases(cases.c.asked_by == staff_id).order_by(cases.c.id)))


def begun_by(tx: Tx, staff_id: str) -> dict[str, tuple[bool, bool]]:
    """Open cases that this person has or has begun to write in: whether to the patient, and whether to colleagues."""
    to_patient, to_colleagues = (
        select(table.c.case_id).where(table.c.staff_id == staff_id) for table in (drafts, note_drafts)
    )
    theirs = union(_open_cases(cases.c.owner_id == staff_id), to_patient, to_colleagues)
    query = select(cases.c.id, cases.c.id.in_(to_patient), cases.c.id.in_(to_colleagues)).where(
        IS_OPEN, cases.c.id.in_(theirs)
    )
    return {id: (bool(message), bool(note)) for id, message, note in tx.connection.execute(query)}


def _open_cases(which: ColumnElement[bool]) -> Select[tuple[str]]:
    return select(cases.c.id).where(which, IS_OPEN)


def _first(tx: Tx, which: ColumnElement[bool]) -> Shift | None:
    row = tx.connection.execute(select(shifts).where(which)).first()
    return None if row is None else _shift(row)


def _shift(row: Any) -> Shift:
    found = Shift(*row)
    return replace(found, profession=Profession(found.profession), kind=ShiftKind(found.kind))
