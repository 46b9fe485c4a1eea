"""Closings that somebody has signed, and what has come in since."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from msgspec.structs import asdict
from sqlalchemy import Row, insert, literal, select, tuple_

from p24tui.store.duty_values import Closing, LeftOpen
from p24tui.store.engine import Tx
from p24tui.store.tables import cases, changes, closings, events


def add(tx: Tx, closing: Closing) -> None:
    """A closing has been signed."""
    values = asdict(closing) | {"remaining": [asdict(one) for one in closing.remaining]}
    values["xid"], values["seq"] = values.pop("position")
    tx.connection.execute(insert(closings).values(values))


def latest(tx: Tx, unit_id: str, day: date) -> Closing | None:
    """The last that was signed of a unit's day."""
    table = closings.c
    query = select(closings).where(table.unit_id == unit_id, table.local_date == day)
    row = tx.connection.execute(query.order_by(table.signed_at.desc()).limit(1)).first()
    return None if row is None else _closing(row)


def of_days(tx: Tx, unit_ids: Collection[str], first: date, last: date) -> list[Closing]:
    """What was signed of these units' days, from the first to the last, by when it was."""
    table = closings.c
    query = select(closings).where(table.unit_id.in_(unit_ids), table.local_date >= first, table.local_date <= last)
    return [_closing(row) for row in tx.connection.execute(query.order_by(table.signed_at))]


def _closing(row: Row[Any]) -> Closing:
    values = dict(row._mapping)
    values["remaining"] = tuple(LeftOpen(**one) for one in values["remaining"])
    values["position"] = values.pop("xid"), values.pop("seq")
    return Closing(**values)


def has_come_since(tx: Tx, closing: Closing, kinds: Collection[str], before: datetime) -> bool:
    """Whether an event of these kinds has been committed at the unit since it was signed, that happened ``before``."""
    signed = tuple_(literal(closing.position[0]), literal(closing.position[1]))
    query = (
        select(changes.c.seq)
        .join(events, events.c.seq == changes.c.event_seq)
        .where(
            changes.c.unit_id == closing.unit_id,
            tuple_(changes.c.xid, changes.c.seq) > signed,
            events.c.kind.in_(kinds),
            events.c.at < before,
        )
        .limit(1)
    )
    return tx.connection.execute(query).first() is not None


def was_in_use(tx: Tx, unit_id: str, before: datetime) -> bool:
    """Whether anything had come in at the unit by then."""
    query = select(cases.c.id).where(cases.c.unit_id == unit_id, cases.c.received_at < before)
    return tx.connection.execute(query.order_by(cases.c.received_at).limit(1)).first() is not None
