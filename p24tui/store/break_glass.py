"""Who has read beyond the units where they work, why, and what somebody else found."""

from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, insert, select, update

from p24tui.routine.break_glass import BreakGlass, Ground, Outcome
from p24tui.store.engine import Tx
from p24tui.store.tables import break_glass


def add(tx: Tx, one: BreakGlass) -> None:
    """Keep a new one."""
    tx.connection.execute(insert(break_glass).values(**{**asdict(one), "units": list(one.units)}))


def find(tx: Tx, id: str, *, lock: bool = False) -> BreakGlass | None:
    """One of them. ``lock`` keeps other writers from it."""
    query = select(break_glass).where(break_glass.c.id == id)
    if lock and tx.on_postgresql:
        query = query.with_for_update()
    row = tx.connection.execute(query).first()
    return None if row is None else _from(row)


def unreviewed(tx: Tx) -> list[BreakGlass]:
    """Those that nobody has reviewed, the oldest first."""
    query = select(break_glass).where(break_glass.c.reviewed_at.is_(None))
    rows = tx.connection.execute(query.order_by(break_glass.c.begun_at, break_glass.c.id))
    return [_from(row) for row in rows]


def save_review(tx: Tx, one: BreakGlass) -> None:
    """Keep what was found."""
    found = {
        "reviewed_by": one.reviewed_by,
        "reviewed_by_name": one.reviewed_by_name,
        "reviewed_at": one.reviewed_at,
        "outcome": one.outcome,
        "review_words": one.review_words,
    }
    tx.connection.execute(update(break_glass).where(break_glass.c.id == one.id).values(found))


def _from(row: Row[Any]) -> BreakGlass:
    values = dict(row._mapping)
    values["units"] = tuple(values["units"])
    values["ground"] = Ground(values["ground"])
    values["outcome"] = Outcome(values["outcome"]) if values["outcome"] else None
    return BreakGlass(**values)
