"""Booked video visits, the calls to who did not come, and bookings that somebody must see to."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import asdict, replace
from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update

from p24tui.errors import Stale
from p24tui.routine.visit import OPEN, CallOutcome, Summons, Visit, VisitCall, VisitKind, VisitState
from p24tui.store.engine import Tx
from p24tui.store.tables import booking_statements, booking_tasks, visit_calls, visits
from p24tui.store.visit_values import BookingStatement, BookingTask

VISIT_FIELDS = Visit.__struct_fields__
_VISITS = select(*(visits.c[name] for name in VISIT_FIELDS))
_TASKS = select(*(booking_tasks.c[one] for one in BookingTask.__struct_fields__))
_STATEMENTS = select(*(booking_statements.c[one] for one in BookingStatement.__struct_fields__))


def add(tx: Tx, visit: Visit) -> None:
    """A new visit."""
    tx.connection.execute(insert(visits).values(**asdict(visit)))


def one(tx: Tx, visit_id: str, *, lock: bool = False) -> Visit | None:
    """One visit. ``lock`` keeps other writers from it until the transaction ends."""
    return _first(tx, visits.c.id == visit_id, lock=lock)


def booked_as(tx: Tx, source: str, booking_id: str) -> Visit | None:
    """The visit that a booking system calls so. Nobody is kept from it: its case is locked before it."""
    return _first(tx, (visits.c.source == source) & (visits.c.booking_id == booking_id), lock=False)


def of_case(tx: Tx, case_id: str, *, lock: bool = False) -> Visit | None:
    """The visit whose chat the case is, the latest. ``lock`` keeps other writers from it."""
    query = _VISITS.where(visits.c.case_id == case_id).order_by(visits.c.starts_at.desc(), visits.c.id).limit(1)
    row = tx.connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else visit_from(tuple(row))


def between(tx: Tx, unit_ids: Collection[str], since: datetime, until: datetime, *, left: bool) -> list[Visit]:
    """The visits of these units that begin in that time, by time; ``left`` adds those still open from before it."""
    table = visits.c
    there = (table.starts_at >= since) & (table.starts_at < until)
    before = (table.starts_at < since) & table.state.in_(OPEN)
    query = _VISITS.where(table.unit_id.in_(unit_ids), or_(there, before) if left else there).order_by(
        table.starts_at, table.id
    )
    return [visit_from(tuple(row)) for row in tx.connection.execute(query)]


def unheld(tx: Tx, unit_id: str, before: datetime, holder_id: str | None = None) -> int:
    """How many booked visits of the unit, or of one holder there, were to have begun and nobody has taken in."""
    table = visits.c
    which = (table.unit_id == unit_id) & (table.state == VisitState.BOOKED) & (table.starts_at <= before)
    if holder_id is not None:
        which &= table.holder_id == holder_id
    return tx.connection.execute(select(func.count()).select_from(visits).where(which)).scalar_one()


def of_patient(tx: Tx, patient_id: str, *, lock: bool = False) -> list[Visit]:
    """The patient's open visits, at whatever unit, by time."""
    query = _VISITS.where(visits.c.patient_id == patient_id, visits.c.state.in_(OPEN)).order_by(visits.c.starts_at)
    return [visit_from(tuple(row)) for row in tx.connection.execute(query.with_for_update() if lock else query)]


def save(tx: Tx, visit: Visit) -> Visit:
    """Write the visit back; what comes back has the next version. Raises ``Stale`` where somebody came before."""
    same = (visits.c.id == visit.id) & (visits.c.version == visit.version)
    after = replace(visit, version=visit.version + 1)
    if tx.connection.execute(update(visits).where(same).values(**asdict(after))).rowcount != 1:
        raise Stale()
    return after


def add_call(tx: Tx, visit_id: str, call: VisitCall) -> None:
    """One more call to the patient of a visit."""
    tx.connection.execute(insert(visit_calls).values(visit_id=visit_id, **asdict(call)))


def calls(tx: Tx, visit_ids: Collection[str]) -> dict[str, list[VisitCall]]:
    """The calls to the patients of these visits, oldest first."""
    table = visit_calls.c
    query = (
        select(table.visit_id, table.at, table.staff_id, table.name, table.number, table.outcome)
        .where(table.visit_id.in_(visit_ids))
        .order_by(table.seq)
    )
    found: dict[str, list[VisitCall]] = {}
    for visit_id, at, staff_id, name, number, outcome in tx.connection.execute(query):
        found.setdefault(visit_id, []).append(VisitCall(at, staff_id, name, number, CallOutcome(outcome)))
    return found


def statement(tx: Tx, source: str, booking_id: str) -> BookingStatement | None:
    """The latest that was said of a booking; kept from other writers."""
    table = booking_statements.c
    same = (table.source == source) & (table.booking_id == booking_id)
    row = tx.connection.execute(_STATEMENTS.where(same).with_for_update()).first()
    names = BookingStatement.__struct_fields__
    return None if row is None else BookingStatement(**dict(zip(names, row, strict=True)))


def put_statement(tx: Tx, said: BookingStatement) -> None:
    """Remember this as the latest that was said of its booking."""
    values, table = asdict(said), booking_statements.c
    same = (table.source == said.source) & (table.booking_id == said.booking_id)
    if tx.connection.execute(update(booking_statements).where(same).values(values)).rowcount == 0:
        tx.connection.execute(insert(booking_statements).values(values))


def calls_of(tx: Tx, visit_id: str) -> list[VisitCall]:
    """The same of one visit."""
    return calls(tx, [visit_id]).get(visit_id, [])


def put_task(tx: Tx, task: BookingTask) -> None:
    """Add the task, or change the one of that booking."""
    values = asdict(task)
    same = (booking_tasks.c.source == task.source) & (booking_tasks.c.booking_id == task.booking_id)
    if tx.connection.execute(update(booking_tasks).where(same).values(values)).rowcount == 0:
        tx.connection.execute(insert(booking_tasks).values(values))


def task(tx: Tx, task_id: str) -> BookingTask | None:
    """One task; kept from other writers."""
    return _task(tx, booking_tasks.c.id == task_id)


def task_of(tx: Tx, source: str, booking_id: str) -> BookingTask | None:
    """The task that a booking has become; kept from other writers."""
    return _task(tx, (booking_tasks.c.source == source) & (booking_tasks.c.booking_id == booking_id))


def tasks(tx: Tx, unit_ids: Collection[str]) -> list[BookingTask]:
    """What somebody of these units must see to, oldest first."""
    query = _TASKS.where(booking_tasks.c.unit_id.in_(unit_ids), booking_tasks.c.settled_at.is_(None))
    rows = tx.connection.execute(query.order_by(booking_tasks.c.received_at, booking_tasks.c.id))
    return [BookingTask(*row) for row in rows]


def drop_task(tx: Tx, task_id: str) -> None:
    """The task has become a visit."""
    tx.connection.execute(delete(booking_tasks).where(booking_tasks.c.id == task_id))


def _task(tx: Tx, which: ColumnElement[bool]) -> BookingTask | None:
    row = tx.connection.execute(_TASKS.where(which).with_for_update()).first()
    return None if row is None else BookingTask(*row)


def _first(tx: Tx, which: ColumnElement[bool], *, lock: bool) -> Visit | None:
    query = _VISITS.where(which)
    row = tx.connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else visit_from(tuple(row))


def visit_from(values: Sequence[Any]) -> Visit:
    """The visit that these columns are, which are those of ``VISIT_FIELDS``."""
    facts = dict(zip(VISIT_FIELDS, values, strict=True))
    facts["state"] = VisitState(facts["state"])
    facts["kind"] = VisitKind(facts["kind"])
    facts["summons"] = Summons(facts["summons"]) if facts["summons"] else None
    return Visit(**facts)
