"""Booked video visits."""

from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime
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


def between(tx: Tx, unit_ids: Collection[str], start: datetime, end: datetime) -> list[Visit]:
    """The units' visits that begin at ``start`` or later and before ``end``, by time."""
    query = (
        select(visits)
        .where(visits.c.unit_id.in_(unit_ids), visits.c.starts_at >= start, visits.c.starts_at < end)
        .order_by(visits.c.starts_at, visits.c.id)
    )
    return [visit_from(tuple(row)) for row in tx.connection.execute(query)]


def to_come(tx: Tx, patient_id: str, now: datetime) -> list[Visit]:
    """A patient's booked visits that have not begun."""
    query = select(visits).where(
        visits.c.patient_id == patient_id, visits.c.starts_at > now, visits.c.state == VisitState.BOOKED
    )
    return [visit_from(tuple(row)) for row in tx.connection.execute(query.order_by(visits.c.starts_at))]


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
