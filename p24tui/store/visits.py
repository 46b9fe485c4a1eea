"""Booked video visits."""

from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import insert, select, update

from p24tui.errors import Stale
from p24tui.routine.visit import Visit, VisitState
from p24tui.store.engine import Tx
from p24tui.store.tables import visits


def add(tx: Tx, visit: Visit) -> None:
    """A new visit."""
    tx.connection.execute(insert(visits).values(**asdict(visit)))


def one(tx: Tx, visit_id: str, *, lock: bool = False) -> Visit | None:
    """One visit. ``lock`` keeps other writers from it until the transaction ends."""
    query = select(visits).where(visits.c.id == visit_id)
    row = tx.connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else visit_from(tuple(row))


def save(tx: Tx, visit: Visit) -> Visit:
    """Write the visit back; what comes back has the next version. Raises ``Stale`` where somebody came before."""
    same = (visits.c.id == visit.id) & (visits.c.version == visit.version)
    after = replace(visit, version=visit.version + 1)
    if tx.connection.execute(update(visits).where(same).values(**asdict(after))).rowcount != 1:
        raise Stale()
    return after


def visit_from(values: tuple[Any, ...]) -> Visit:
    """The visit that these columns are."""
    id, unit_id, patient_id, starts_at, state, version = values
    return Visit(id, unit_id, patient_id, starts_at, VisitState(state), version)
