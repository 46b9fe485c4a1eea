"""Closings that somebody has signed, and what has come in since."""

from dataclasses import asdict
from datetime import date, datetime

from sqlalchemy import func, insert, select

from p24tui.routine.case import CaseState
from p24tui.store.engine import Tx
from p24tui.store.tables import cases, closings, events, messages
from p24tui.store.values import Author, Closing, LeftOpen


def add(tx: Tx, closing: Closing) -> None:
    """A closing has been signed."""
    tx.connection.execute(insert(closings).values(asdict(closing)))


def latest(tx: Tx, unit_id: str, day: date) -> Closing | None:
    """The last that was signed of a unit's day."""
    table = closings.c
    query = select(closings).where(table.unit_id == unit_id, table.local_date == day)
    row = tx.connection.execute(query.order_by(table.signed_at.desc()).limit(1)).first()
    if row is None:
        return None
    values = dict(row._mapping)
    values["remaining"] = tuple(LeftOpen(**one) for one in values["remaining"])
    return Closing(**values)


def last_came(tx: Tx, unit_id: str, after: datetime, before: datetime) -> datetime | None:
    """When the last open case, or the last word that is unread, came to the unit between two instants; none did."""
    open_here = (cases.c.unit_id == unit_id) & (cases.c.state != CaseState.ENDED)
    came = select(func.max(cases.c.received_at)).where(
        open_here, cases.c.received_at > after, cases.c.received_at < before
    )
    of_patients = (messages.c.stored_at > after) & (messages.c.stored_at < before)
    wrote = (
        select(func.max(messages.c.stored_at))
        .join(cases, cases.c.id == messages.c.case_id)
        .where(open_here, cases.c.unread > 0, messages.c.author == Author.PATIENT, of_patients)
    )
    found = [tx.connection.execute(query).scalar_one_or_none() for query in (came, wrote)]
    return max((one for one in found if one is not None), default=None)


def was_in_use(tx: Tx, unit_id: str, before: datetime) -> bool:
    """Whether anything had come in at the unit by then."""
    query = select(cases.c.id).where(cases.c.unit_id == unit_id, cases.c.received_at < before).limit(1)
    return tx.connection.execute(query).first() is not None


def is_noted(tx: Tx, unit_id: str, kind: str, since: datetime) -> bool:
    """Whether an event of this kind has been recorded of the unit since."""
    table = events.c
    query = select(table.seq).where(table.kind == kind, table.unit_id == unit_id, table.at >= since).limit(1)
    return tx.connection.execute(query).first() is not None
