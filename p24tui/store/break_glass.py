"""Who has read beyond the units where they work, why, and what somebody else found."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import ARRAY, Row, Text, cast, func, insert, select, update

from p24tui.routine.actor import Actor
from p24tui.routine.break_glass import BreakGlass, Ground, Outcome
from p24tui.store.columns import Instant
from p24tui.store.engine import Tx
from p24tui.store.tables import break_glass


def add(tx: Tx, one: BreakGlass) -> None:
    """Keep a new one."""
    tx.connection.execute(insert(break_glass).values(**{**asdict(one), "units": list(one.units)}))


def begin(tx: Tx, actor: Actor, id: str, number: str, ground: Ground, words: str, minutes: int) -> list[str] | None:
    """Begin one under a person's own role, by the database's clock; the database logs it and tells the cases' history.

    The units that may be read; none of them where the patient is protected, ``None`` where they have nothing elsewhere.
    """
    asked = func.p24_break_glass(id, number, ground.value, words, minutes, actor.unit_id, actor.place)
    units: list[str] | None = tx.connection.scalar(select(asked))
    return units


def clock(tx: Tx) -> datetime:
    """What the database's own clock says, which is what a break-glass under a person's own role goes by."""
    return tx.connection.scalars(select(cast(func.statement_timestamp(), Instant()))).one()


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


def unreviewed_before(tx: Tx, unit_ids: Collection[str], before: datetime) -> int:
    """How many of these units' that began before then nobody has reviewed, whoever asks."""
    if tx.personal:
        of_units = cast(list(unit_ids), ARRAY(Text))
        found: int = tx.connection.scalars(select(func.p24_unreviewed(of_units, before))).one()
        return found
    return sum(one.begun_at < before and not set(one.units).isdisjoint(unit_ids) for one in unreviewed(tx))


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
