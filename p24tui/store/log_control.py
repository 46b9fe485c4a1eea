"""The read log as a log controller reads it, and the checks that they make. Pages go on after a cursor (LO-2)."""

import json
from collections.abc import Collection, Iterator
from typing import Any, TypeVar

import msgspec
from sqlalchemy import ColumnElement, Select, Tuple, func, insert, literal, select, text, tuple_, update

from p24tui.routine.identity import NumberKind
from p24tui.routine.log_control import BY_READING, Outcome
from p24tui.routine.patient import Patient
from p24tui.routine.role import Role
from p24tui.store import people
from p24tui.store.columns import Instant
from p24tui.store.engine import Tx
from p24tui.store.log_control_tables import log_checks
from p24tui.store.log_control_values import Criteria, Cursor, LogCheck, LogRow, Span
from p24tui.store.tables import cases, events, patients, read_log, staff_roles

CONTROL = "control"
"""The kind of reading that a look at others' readings is."""

T = TypeVar("T")

_AT_ONCE = 500
"""Values that are asked for in one query."""

_table = read_log.c
_ROW = (
    *(_table.seq, _table.at, _table.kind, _table.staff_id, _table.actor.label("reader"), _table.profession),
    *(_table.role, _table.unit_id, _table.place, _table.case_id, _table.patient_id, _table.patients, _table.why),
)


def of_patient(
    tx: Tx, unit_ids: Collection[str], patient_id: str, span: Span, limit: int, after: Cursor | None = None
) -> list[LogRow]:
    """What the units have read of a patient, in lists too, the latest first."""
    direct = _page(tx, unit_ids, span, limit, after, _table.patient_id == patient_id)
    listed = _listing(tx, unit_ids, patient_id, span, limit, after)
    found = {one.seq: one for one in (*direct, *listed)}
    return sorted(found.values(), key=lambda one: one.cursor, reverse=True)[:limit]


def of_person(
    tx: Tx, unit_ids: Collection[str], staff_id: str, span: Span, limit: int, after: Cursor | None = None
) -> list[LogRow]:
    """What a person has read at the units, the latest first."""
    return _page(tx, unit_ids, span, limit, after, _table.staff_id == staff_id)


def of_units(tx: Tx, unit_ids: Collection[str], span: Span, limit: int, after: Cursor | None = None) -> list[LogRow]:
    """What has been read at the units, the latest first."""
    return _page(tx, unit_ids, span, limit, after)


def end(tx: Tx) -> int:
    """The number of the last row of the log."""
    return tx.connection.execute(select(func.max(_table.seq))).scalar_one() or 0


def in_order(tx: Tx, unit_ids: Collection[str], span: Span, limit: int, after: Cursor | None, end: int) -> list[LogRow]:
    """What has been read at the units up to the row with this number, the first first."""
    query = _within(unit_ids, span).where(_table.seq <= end)
    if after is not None:
        query = query.where(tuple_(_table.at, _table.seq) > _place(after))
    return _rows(tx, query.order_by(_table.at, _table.seq).limit(limit))


def seqs(tx: Tx, unit_ids: Collection[str], span: Span) -> list[int]:
    """The numbers of all that people have read at the units, but for looks at the log itself."""
    query = _within(unit_ids, span).where(_table.staff_id.is_not(None), _table.kind != CONTROL)
    return list(tx.connection.scalars(query.with_only_columns(_table.seq)))


def by_seq(tx: Tx, unit_ids: Collection[str], numbers: Collection[int]) -> list[LogRow]:
    """These rows, in the order in which they are asked for."""
    wanted = list(numbers)
    found: dict[int, LogRow] = {}
    for some in _parts(wanted):
        query = select(*_ROW).where(_table.seq.in_(some), _table.unit_id.in_(unit_ids))
        found |= {one.seq: one for one in _rows(tx, query)}
    return [found[seq] for seq in wanted if seq in found]


def opened(tx: Tx, unit_ids: Collection[str], span: Span) -> list[LogRow]:
    """Where people have opened something of one patient, in no order; not what they saw in lists."""
    return _rows(tx, _opened(unit_ids, span))


def in_care(tx: Tx, unit_ids: Collection[str], span: Span) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    """Who has to do with whom, of the patients that were opened: person and case, and person and patient.

    One has where one has done something in the case, or has it; that one opened it is nothing done.
    """
    of_them = cases.c.patient_id.in_(_opened(unit_ids, span).with_only_columns(_table.patient_id).distinct())
    did = (
        select(events.c.staff_id, cases.c.id, cases.c.patient_id)
        .join(cases, cases.c.id == events.c.case_id)
        .where(of_them, events.c.staff_id.is_not(None), events.c.kind.not_in(BY_READING))
        .distinct()
    )
    has = select(cases.c.owner_id, cases.c.id, cases.c.patient_id).where(of_them, cases.c.owner_id.is_not(None))
    found = [*tx.connection.execute(did), *tx.connection.execute(has)]
    return {(staff, case) for staff, case, _patient in found}, {(staff, patient) for staff, _case, patient in found}


def numbers_of(tx: Tx, patient_ids: Collection[str]) -> dict[str, tuple[str, NumberKind]]:
    """The identity numbers of these patients, by their ids."""
    found: dict[str, tuple[str, NumberKind]] = {}
    for some in _parts(sorted(patient_ids)):
        query = select(patients.c.id, patients.c.number, patients.c.number_kind).where(patients.c.id.in_(some))
        found |= {id: (number, NumberKind(kind)) for id, number, kind in tx.connection.execute(query)}
    return found


def patients_of(tx: Tx, patient_ids: Collection[str]) -> dict[str, Patient]:
    """These patients, however many, by id."""
    found: dict[str, Patient] = {}
    for some in _parts(sorted(patient_ids)):
        found |= people.patients_by_id(tx, some)
    return found


def holds_role(tx: Tx, staff_id: str, unit_id: str, role: Role) -> bool:
    """Whether this person holds the role at the unit."""
    return unit_id in units_of_role(tx, staff_id, role)


def units_of_role(tx: Tx, staff_id: str, role: Role) -> list[str]:
    """The units at which this person holds the role."""
    table = staff_roles.c
    query = select(table.unit_id).where(table.staff_id == staff_id, table.role == role).order_by(table.unit_id)
    return list(tx.connection.scalars(query))


def add_check(tx: Tx, check: LogCheck) -> None:
    """Keep a new check."""
    criteria = msgspec.to_builtins(check.criteria)
    tx.connection.execute(
        insert(log_checks).values(
            id=check.id,
            unit_id=check.unit_id,
            made_by=check.made_by,
            made_by_name=check.made_by_name,
            made_at=check.made_at,
            kind=check.criteria.kind,
            criteria=criteria,
            seed=check.criteria.seed,
            first=check.criteria.span.first,
            until=check.criteria.span.until,
            reads=list(check.reads),
            outcome=check.outcome or "",
            words=check.words,
            signed_at=check.signed_at,
        )
    )


def save_check(tx: Tx, check: LogCheck) -> bool:
    """Keep what is said of a check, and that it is signed; whether it could be: one that is signed stands."""
    own = (log_checks.c.id == check.id) & log_checks.c.signed_at.is_(None)
    values = {"outcome": check.outcome or "", "words": check.words, "signed_at": check.signed_at}
    return tx.connection.execute(update(log_checks).where(own).values(values)).rowcount == 1


def check(tx: Tx, unit_ids: Collection[str], check_id: str) -> LogCheck | None:
    """One of the units' checks."""
    return next(_checks(tx, _of_units(unit_ids).where(log_checks.c.id == check_id)), None)


def checks(tx: Tx, unit_ids: Collection[str], limit: int) -> list[LogCheck]:
    """The units' checks, those that go on first, and then the latest."""
    signed = log_checks.c.signed_at.is_not(None)
    query = _of_units(unit_ids).order_by(signed, log_checks.c.made_at.desc(), log_checks.c.id).limit(limit)
    return list(_checks(tx, query))


def _of_units(unit_ids: Collection[str]) -> Select[Any]:
    table = log_checks.c
    said = (table.criteria, table.reads, table.outcome, table.words, table.signed_at)
    query = select(table.id, table.unit_id, table.made_by, table.made_by_name, table.made_at, *said)
    return query.where(table.unit_id.in_(unit_ids))


def _checks(tx: Tx, query: Select[Any]) -> Iterator[LogCheck]:
    for id, unit_id, made_by, name, made_at, asked, reads, outcome, words, signed_at in tx.connection.execute(query):
        criteria = msgspec.convert(asked, Criteria)
        said = Outcome(outcome) if outcome else None
        yield LogCheck(id, unit_id, made_by, name, made_at, criteria, tuple(reads), said, words, signed_at)


def _opened(unit_ids: Collection[str], span: Span) -> Select[Any]:
    somebody = _table.patient_id.is_not(None) & _table.staff_id.is_not(None)
    return _within(unit_ids, span).where(somebody, _table.kind != CONTROL)


def _page(
    tx: Tx,
    unit_ids: Collection[str],
    span: Span,
    limit: int,
    after: Cursor | None,
    *conditions: ColumnElement[bool],
) -> list[LogRow]:
    query = _within(unit_ids, span).where(*conditions)
    return _rows(tx, _latest(query, limit, after))


def _listing(
    tx: Tx, unit_ids: Collection[str], patient_id: str, span: Span, limit: int, after: Cursor | None
) -> list[LogRow]:
    """Lists that showed the patient: by the index into them in PostgreSQL, in SQLite by going through the units'."""
    if not tx.on_postgresql:
        return _page(tx, unit_ids, span, limit, after, func.instr(_table.patients, json.dumps(patient_id)) > 0)
    # Found first: with the order and the limit beside it, PostgreSQL would rather go through all that is latest.
    shows = text("patients::jsonb @> CAST(:one AS jsonb)").bindparams(one=json.dumps([patient_id]))
    found = select(_table.seq).where(shows).cte().prefix_with("MATERIALIZED")
    return _page(tx, unit_ids, span, limit, after, _table.seq.in_(select(found.c.seq)))


def _parts(wanted: list[T]) -> Iterator[list[T]]:
    """So many at once as a query takes."""
    return (wanted[begins : begins + _AT_ONCE] for begins in range(0, len(wanted), _AT_ONCE))


def _within(unit_ids: Collection[str], span: Span) -> Select[Any]:
    time = (_table.at >= span.first) & (_table.at < span.until)
    return select(*_ROW).where(_table.unit_id.in_(unit_ids), time)


def _latest(query: Select[Any], limit: int, after: Cursor | None) -> Select[Any]:
    if after is not None:
        query = query.where(tuple_(_table.at, _table.seq) < _place(after))
    return query.order_by(_table.at.desc(), _table.seq.desc()).limit(limit)


def _place(cursor: Cursor) -> Tuple:
    at, seq = cursor
    return tuple_(literal(at, Instant()), literal(seq))


def _rows(tx: Tx, query: Select[Any]) -> list[LogRow]:
    return [LogRow(**{**row, "patients": tuple(row["patients"])}) for row in tx.connection.execute(query).mappings()]
