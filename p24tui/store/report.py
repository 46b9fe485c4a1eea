"""What a report counts: rows of a stretch of time, found by index and counted by the database where it can.

Every function takes instants in UTC, from ``begins`` up to and not with ``ends``.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, func, select

from p24tui.routine.case import ContactKind, SuicideRisk
from p24tui.routine.outgoing import OutgoingState
from p24tui.routine.risk_path import ASSESSED
from p24tui.store.engine import Tx
from p24tui.store.tables import IS_COUNTED, cases, events, outbox, roster, staff

ANSWERED = "message.sent"
_AT_ONCE = 1000
"""Ids in one query: both databases limit how many there may be."""


class Received(Struct, frozen=True):
    """A case that came in. ``suspected`` says that suicide risk has been suspected; ``answered`` that staff wrote."""

    id: str
    unit_id: str
    at: datetime
    kind: ContactKind
    priority: int | None
    suspected: bool
    answered: bool


class Written(Struct, frozen=True):
    """What one member of staff has written to the patient in one case: when first, and how many messages."""

    case_id: str
    staff_id: str
    first_at: datetime
    messages: int


class OnDuty(Struct, frozen=True):
    """An entry of the roster."""

    unit_id: str
    starts_at: datetime
    ends_at: datetime


def received(tx: Tx, unit_ids: Collection[str], begins: datetime, ends: datetime) -> list[Received]:
    """The units' cases that came in, ended ones too, in no order."""
    table = cases.c
    query = select(
        table.id,
        table.unit_id,
        table.received_at,
        table.kind,
        table.priority,
        (table.suicide != SuicideRisk.NONE) | table.risk.in_(ASSESSED),
        table.answered_at.is_not(None),
    ).where(table.unit_id.in_(unit_ids), table.received_at >= begins, table.received_at < ends)
    kinds = {kind.value: kind for kind in ContactKind}
    return [
        Received(id, unit_id, at, kinds[kind], *rest)
        for id, unit_id, at, kind, *rest in tx.connection.execute(query).all()
    ]


def received_at(tx: Tx, unit_ids: Collection[str], begins: datetime, ends: datetime) -> list[datetime]:
    """When the units' cases came in that did, in no order."""
    at = cases.c.received_at
    query = select(at).where(cases.c.unit_id.in_(unit_ids), at >= begins, at < ends)
    return list(tx.connection.scalars(query))


def written(tx: Tx, unit_ids: Collection[str], begins: datetime, ends: datetime) -> list[Written]:
    """What staff wrote to the units' patients, by case and person."""
    table = events.c
    query = (
        select(table.case_id, func.coalesce(table.staff_id, ""), func.min(table.at), func.count())
        .where(_happened(unit_ids, ANSWERED, begins, ends))
        .group_by(table.case_id, table.staff_id)
    )
    return [Written(*row) for row in tx.connection.execute(query).all()]


def first_answers(tx: Tx, case_ids: Iterable[str]) -> dict[str, datetime]:
    """When staff first wrote to the patient in these cases, whenever that was."""
    found: dict[str, datetime] = {}
    for some in _some(case_ids):
        query = (
            select(events.c.case_id, func.min(events.c.at))
            .where(events.c.case_id.in_(some), events.c.kind == ANSWERED)
            .group_by(events.c.case_id)
        )
        found |= {str(case_id): at for case_id, at in tx.connection.execute(query).all()}
    return found


def count(tx: Tx, unit_ids: Collection[str], kind: str, begins: datetime, ends: datetime) -> int:
    """How many events of this kind there were."""
    query = select(func.count()).select_from(events).where(_happened(unit_ids, kind, begins, ends))
    return tx.connection.execute(query).scalar_one()


def undone(tx: Tx, unit_ids: Collection[str], deed: str, begins: datetime, ends: datetime) -> int:
    """How many deeds of this kind were undone."""
    of_deed = events.c.details["deed"].as_string() == deed
    happened = _happened(unit_ids, "deed.undone", begins, ends)
    return tx.connection.execute(select(func.count()).select_from(events).where(happened, of_deed)).scalar_one()


def troubled(tx: Tx, unit_ids: Collection[str], begins: datetime, ends: datetime) -> Counter[OutgoingState]:
    """How what failed or was uncertain within this time stands now."""
    sms = events.c.details["sms"].as_string()
    ids: set[str] = set()
    for kind in ("sms.failed", "sms.uncertain"):
        ids.update(tx.connection.scalars(select(sms).where(_happened(unit_ids, kind, begins, ends))))
    found: Counter[OutgoingState] = Counter()
    for some in _some(ids):
        states = tx.connection.scalars(select(outbox.c.state).where(outbox.c.id.in_(some)))
        found.update(map(OutgoingState, states))
    return found


def on_duty(tx: Tx, unit_ids: Collection[str], begins: datetime, ends: datetime) -> list[OnDuty]:
    """The entries of the roster that touch this time."""
    table = roster.c
    query = select(table.unit_id, table.starts_at, table.ends_at).where(
        table.unit_id.in_(unit_ids), table.starts_at < ends, table.ends_at > begins
    )
    return [OnDuty(*row) for row in tx.connection.execute(query.order_by(table.starts_at))]


def names(tx: Tx, staff_ids: Collection[str]) -> dict[str, str]:
    """What these members of staff are called."""
    query = select(staff.c.id, staff.c.name).where(staff.c.id.in_(staff_ids))
    return {str(id): name for id, name in tx.connection.execute(query).all()}


def _happened(unit_ids: Collection[str], kind: str, begins: datetime, ends: datetime) -> ColumnElement[bool]:
    table = events.c
    return and_(IS_COUNTED, table.unit_id.in_(unit_ids), table.kind == kind, table.at >= begins, table.at < ends)


def _some(ids: Iterable[str]) -> Iterator[list[str]]:
    left = iter(ids)
    while some := list(islice(left, _AT_ONCE)):
        yield some
