"""Cases: read one or many with what a list shows of them, insert, and write back with the version checked."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any

from msgspec.structs import asdict, replace
from sqlalchemy import Executable, Select, exists, insert, select, union_all, update

from p24tui.errors import Stale
from p24tui.routine.case import Case, CaseState, ContactKind
from p24tui.store.engine import Tx
from p24tui.store.tables import IS_OPEN, cases, events, patients, staff, visits
from p24tui.store.values import CASE_FIELDS, PATIENT_FIELDS, CaseRow, Contact, case_row

_CASE = tuple(cases.c[name] for name in CASE_FIELDS)
_PATIENT = tuple(patients.c[name] for name in PATIENT_FIELDS)
_BATCH = 500


def of_units(tx: Tx, unit_ids: Collection[str], *, ended_after: datetime | None = None) -> list[CaseRow]:
    """The units' open cases in no order, and where ``ended_after`` is given those that ended later than that."""
    of_them = _rows().where(cases.c.unit_id.in_(unit_ids))
    query: Executable = of_them.where(IS_OPEN)
    if ended_after is not None:  # by an index of its own each, and still in one look
        query = union_all(of_them.where(IS_OPEN), of_them.where(~IS_OPEN, cases.c.ended_at > ended_after))
    return [case_row(row) for row in tx.connection.execute(query).all()]  # a row at a time takes longer


def some(tx: Tx, case_ids: Collection[str]) -> list[CaseRow]:
    """These cases in no order; an id that does not exist is passed over."""
    found: list[CaseRow] = []
    for part in _parts(sorted(case_ids)):
        found += [case_row(row) for row in tx.connection.execute(_rows().where(cases.c.id.in_(part)))]
    return found


def one(tx: Tx, case_id: str, *, lock: bool = False) -> CaseRow | None:
    """One case. ``lock`` keeps other writers from it until the transaction ends.

    Who only writes what happened to it (which refers to the case) need not wait, so nobody can wait for each other.
    """
    query = _rows().where(cases.c.id == case_id)
    if lock and tx.on_postgresql:
        query = query.with_for_update(of=cases, key_share=True)
    row = tx.connection.execute(query).first()
    return None if row is None else case_row(row)


def contact(tx: Tx, case_id: str) -> Contact:
    """How the contact came about."""
    table = cases.c
    query = select(table.source, table.source_id, table.e_id, table.e_id_at, table.way_in).where(table.id == case_id)
    return Contact(*tx.connection.execute(query).one())


def of_patient(tx: Tx, patient_id: str) -> list[tuple[str, str]]:
    """The patient's cases, each with its unit."""
    query = select(cases.c.id, cases.c.unit_id).where(cases.c.patient_id == patient_id).order_by(cases.c.id)
    return [(case_id, unit_id) for case_id, unit_id in tx.connection.execute(query)]


def held_until(tx: Tx, day: date) -> list[str]:
    """Ids of held cases whose day is ``day`` or earlier."""
    query = select(cases.c.id).where(IS_OPEN, cases.c.state == CaseState.HELD, cases.c.held_until <= day)
    return list(tx.connection.scalars(query))


def with_risk_due(tx: Tx, now: datetime, today: date) -> list[CaseRow]:
    """Open cases whose followed suicide risk is to be looked at by now, or whose last day for a visit has passed."""
    due = (IS_OPEN & (cases.c.risk_due_at <= now)) | (IS_OPEN & (cases.c.visit_by < today))  # an index for each
    query = _rows().where(due)
    return [case_row(row) for row in tx.connection.execute(query)]


def open_video(tx: Tx, patient_id: str, unit_id: str) -> str | None:
    """The id of an open video contact of the patient at the unit that nobody has, and no visit is of."""
    table = cases.c
    query = (
        select(table.id)
        .where(
            table.patient_id == patient_id,
            table.unit_id == unit_id,
            table.kind == ContactKind.VIDEO,
            IS_OPEN,
            table.owner_id.is_(None),
            ~exists().where(visits.c.case_id == table.id),
        )
        .order_by(table.received_at.desc(), table.id)
    )
    return tx.connection.execute(query).scalars().first()


def add(tx: Tx, case: Case, contact: Contact) -> None:
    """A new case."""
    tx.connection.execute(insert(cases).values(**asdict(case), **asdict(contact)))


def save(tx: Tx, case: Case) -> Case:
    """Write the case back; what comes back has the next version.

    Raises ``Stale`` where someone has written it since ``case`` was read, naming who and what.
    """
    values = {name: getattr(case, name) for name in CASE_FIELDS if name not in ("id", "version")}
    done = tx.connection.execute(
        update(cases)
        .where(cases.c.id == case.id, cases.c.version == case.version)
        .values(version=case.version + 1, **values)
    )
    if done.rowcount != 1:
        raise stale(tx, case.id)
    return replace(case, version=case.version + 1)


def save_marks(tx: Tx, case: Case) -> None:
    """Write back what is unread, and when it was opened. The version stays: nobody is late for that."""
    marks = {"unread": case.unread, "unread_free_text": case.unread_free_text, "opened_at": case.opened_at}
    tx.connection.execute(update(cases).where(cases.c.id == case.id).values(marks))


def save_call(tx: Tx, case: Case) -> None:
    """Write back how far an offered handover has escalated. The version stays: nobody's deed is late for it."""
    called = {"handed_level": case.handed_level, "handed_called_at": case.handed_called_at}
    tx.connection.execute(update(cases).where(cases.c.id == case.id).values(called))


def stale(tx: Tx, case_id: str) -> Stale:
    """The error that tells who changed the case last, and how."""
    query = (
        select(events.c.actor, events.c.kind).where(events.c.case_id == case_id).order_by(events.c.seq.desc()).limit(1)
    )
    row = tx.connection.execute(query).first()
    return Stale(*row) if row else Stale()


def _rows() -> Select[Any]:
    joined = cases.join(patients, cases.c.patient_id == patients.c.id).outerjoin(staff, cases.c.owner_id == staff.c.id)
    return select(*_CASE, *_PATIENT, staff.c.name).select_from(joined)


def _parts(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), _BATCH):
        yield ids[start : start + _BATCH]
