"""What a day has brought to units, and how their open cases stand: numbers, and what has ended."""

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct
from sqlalchemy import func, select

from p24tui.routine.case import CaseState, ContactKind, SuicideRisk
from p24tui.store.engine import Tx
from p24tui.store.tables import IS_OPEN, cases, events, staff


class Alike(Struct, frozen=True):
    """How many open cases stand alike, how many of them hold something unread, and the longest wait's beginning."""

    state: CaseState
    kind: ContactKind
    priority: int | None
    suicide: SuicideRisk
    cases: int
    unread: int
    since: datetime | None


def received_since(tx: Tx, unit_ids: Collection[str], since: datetime) -> list[datetime]:
    """When the units' cases that came in at ``since`` or later came, ended ones too, in no order."""
    query = select(cases.c.received_at).where(cases.c.unit_id.in_(unit_ids), cases.c.received_at >= since)
    return list(tx.connection.scalars(query))


def alike(tx: Tx, unit_ids: Collection[str]) -> list[Alike]:
    """The units' open cases, counted by state, kind, priority and suicide risk."""
    table = cases.c
    sort = (table.state, table.kind, table.priority, table.suicide)
    unread = func.count().filter((table.unread > 0) | (table.unread_free_text > 0))
    query = (
        select(*sort, func.count(), unread, func.min(table.waiting_since))
        .where(table.unit_id.in_(unit_ids), IS_OPEN)
        .group_by(*sort)
    )
    return [
        Alike(CaseState(state), ContactKind(kind), priority, SuicideRisk(suicide), *numbers)
        for state, kind, priority, suicide, *numbers in tx.connection.execute(query)
    ]


def by_owner(tx: Tx, unit_ids: Collection[str]) -> list[tuple[str, int, datetime | None]]:
    """Who has how many of the units' open cases, and since when the longest of their waits; most cases first.

    Those that nobody has stand under an empty name.
    """
    many = func.count()
    query = (
        select(func.coalesce(staff.c.name, ""), many, func.min(cases.c.waiting_since))
        .select_from(cases.outerjoin(staff, cases.c.owner_id == staff.c.id))
        .where(cases.c.unit_id.in_(unit_ids), IS_OPEN)
        .group_by(cases.c.owner_id, staff.c.name)
        .order_by(many.desc(), func.coalesce(staff.c.name, ""))
    )
    return [(name, count, since) for name, count, since in tx.connection.execute(query)]


def ended_since(tx: Tx, unit_ids: Collection[str], since: datetime) -> dict[str, str]:
    """Ids of the units' cases that ended at ``since`` or later and are ended still, with who ended each."""
    ends = (events.c.case_id == cases.c.id) & (events.c.kind == "case.ended")
    query = (
        select(cases.c.id, events.c.actor)
        .select_from(cases.outerjoin(events, ends))
        .where(cases.c.unit_id.in_(unit_ids), ~IS_OPEN, cases.c.ended_at >= since)
        .order_by(events.c.seq)
    )
    # a case that has ended more than once comes more than once, its last end last
    return {case_id: actor or "" for case_id, actor in tx.connection.execute(query)}
