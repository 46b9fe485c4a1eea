"""Who has which case open, and what they do there; for as long as their console says so."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from p24tui.routine.actor import Actor
from p24tui.store.engine import Tx
from p24tui.store.tables import cases, presence, staff
from p24tui.store.values import Doing, Present


def be_present(tx: Tx, actor: Actor, case_id: str, doing: Doing, expires_at: datetime) -> bool:
    """Note that the actor's console is in the case until ``expires_at``; whether others see anything new by it."""
    here = (presence.c.case_id == case_id) & (presence.c.place == actor.place)
    before = tx.connection.execute(select(presence.c.doing).where(here)).scalar_one_or_none()
    values = {"staff_id": actor.staff_id, "doing": doing, "expires_at": expires_at}
    if before is None:
        tx.connection.execute(insert(presence).values(case_id=case_id, place=actor.place, **values))
    else:
        tx.connection.execute(update(presence).where(here).values(values))
    return before != doing


def leave(tx: Tx, place: str, case_id: str | None = None) -> list[tuple[str, str]]:
    """Take a console out of one case or of all; the cases it was in, each with its unit."""
    there = presence.c.place == place
    if case_id is not None:
        there &= presence.c.case_id == case_id
    return _remove(tx, there)


def expire(tx: Tx, now: datetime) -> list[tuple[str, str]]:
    """Take out those whose presence ended before ``now``; the cases they were in, each with its unit."""
    return _remove(tx, presence.c.expires_at <= now)


def any_expired(tx: Tx, now: datetime) -> bool:
    """Whether anyone's presence ended before ``now``."""
    return (
        tx.connection.execute(select(presence.c.case_id).where(presence.c.expires_at <= now).limit(1)).first()
        is not None
    )


def present_in(tx: Tx, case_ids: Collection[str], now: datetime) -> list[Present]:
    """Who is in these cases."""
    return _present(tx, presence.c.case_id.in_(case_ids), now)


def present_at(tx: Tx, unit_ids: Collection[str], now: datetime) -> list[Present]:
    """Who is in any case of these units."""
    of_units = select(cases.c.id).where(cases.c.unit_id.in_(unit_ids), cases.c.id == presence.c.case_id)
    return _present(tx, of_units.exists(), now)


def _present(tx: Tx, where: ColumnElement[bool], now: datetime) -> list[Present]:
    table = presence.c
    query = (
        select(table.case_id, table.staff_id, staff.c.name, table.doing, table.place)
        .join(staff, staff.c.id == table.staff_id)
        .where(where, table.expires_at > now)
        .order_by(table.case_id, staff.c.name)
    )
    return [
        Present(case_id, staff_id, name, Doing(doing), place)
        for case_id, staff_id, name, doing, place in tx.connection.execute(query)
    ]


def _remove(tx: Tx, which: ColumnElement[bool]) -> list[tuple[str, str]]:
    query = select(presence.c.case_id, cases.c.unit_id).join(cases, cases.c.id == presence.c.case_id).where(which)
    gone = [(case_id, unit_id) for case_id, unit_id in tx.connection.execute(query)]
    if gone:
        tx.connection.execute(delete(presence).where(which))
    return gone
