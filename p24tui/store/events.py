"""What happened: the history of a case, and in the same transaction the change that tells the consoles."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, literal_column, select

from p24tui.routine.actor import Actor
from p24tui.store.engine import Tx
from p24tui.store.log_chain import chained
from p24tui.store.tables import changes, events
from p24tui.store.values import Event

_APPEND = insert(events).returning(events.c.seq)
_XID: ColumnElement[int] = literal_column("(pg_current_xact_id()::text::bigint)")


def append(
    tx: Tx,
    actor: Actor,
    at: datetime,
    kind: str,
    case_id: str | None = None,
    *,
    unit_id: str | None = None,
    message_id: str | None = None,
    rule: str = "",
    **details: Any,
) -> None:
    """Record who did what, when, from where and by which rule; the consoles hear of it after the commit."""
    values: dict[str, Any] = {
        "at": at,
        "kind": kind,
        "case_id": case_id,
        "unit_id": unit_id or actor.unit_id,
        "staff_id": actor.staff_id,
        "actor": actor.name,
        "profession": actor.profession or "",
        "place": actor.place,
        "rule": rule,
        "details": details,
    }
    if not tx.on_postgresql:  # where a trigger does it
        values = chained(tx.connection.exec_driver_sql, "events", values)
    seq = tx.connection.execute(_APPEND, values).scalar_one()
    announce(tx, at, unit_id or actor.unit_id, case_id, message_id=message_id, event_seq=seq)


def announce(
    tx: Tx,
    at: datetime,
    unit_id: str,
    case_id: str | None,
    *,
    message_id: str | None = None,
    event_seq: int | None = None,
) -> None:
    """Tell the consoles that something they may show has changed; by itself it is no part of the history."""
    values = {
        "xid": _XID if tx.on_postgresql else 0,
        "at": at,
        "unit_id": unit_id,
        "case_id": case_id,
        "message_id": message_id,
        "event_seq": event_seq,
    }
    tx.connection.execute(insert(changes).values(values))
    tx.changed.add((unit_id, case_id or ""))


def of_case(tx: Tx, case_id: str, limit: int | None = None) -> list[Event]:
    """The history of a case, oldest first; with ``limit`` only so much of its end."""
    query = _history(case_id).order_by(events.c.seq.desc()).limit(limit)
    return [Event(*row) for row in reversed(tx.connection.execute(query).all())]


def last_of(tx: Tx, case_id: str, kinds: Collection[str]) -> Event | None:
    """The last event of a case that is of one of these kinds."""
    query = _history(case_id).where(events.c.kind.in_(kinds)).order_by(events.c.seq.desc()).limit(1)
    row = tx.connection.execute(query).first()
    return None if row is None else Event(*row)


def last_of_unit(tx: Tx, unit_id: str, kinds: Collection[str]) -> Event | None:
    """The last event of a unit itself, and of none of its cases, that is of one of these kinds."""
    query = _history(None).where(events.c.unit_id == unit_id, events.c.kind.in_(kinds))
    row = tx.connection.execute(query.order_by(events.c.seq.desc()).limit(1)).first()
    return None if row is None else Event(*row)


def _history(case_id: str | None) -> Select[Any]:
    """Of a case, or of none."""
    table = events.c
    columns = (table.at, table.kind, table.actor, table.profession, table.place, table.rule, table.details)
    return select(*columns, table.staff_id).where(table.case_id == case_id)
