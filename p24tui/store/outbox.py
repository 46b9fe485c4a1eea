"""The outbox: what is to go out, who has claimed it, and what became of it.

A row is claimed for a while (its lease) and with a fence that rises with every claim; whoever holds an older fence
writes nothing. It is ``sending`` from right before it is handed over until the answer is stored, and by no one else.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace
from sqlalchemy import ColumnElement, and_, bindparam, exists, func, or_, select, update

from p24tui.routine.case import Case
from p24tui.routine.link import PATH, SPENT, spent
from p24tui.routine.outgoing import TO_DECIDE, Channel, OutgoingState, Purpose
from p24tui.routine.reminder import CLOSED
from p24tui.routine.visit import Visit
from p24tui.store.engine import Tx
from p24tui.store.once import insert_once
from p24tui.store.tables import HAS_GATEWAY_ID, IS_UNFINISHED, cases, outbox, patients, visits
from p24tui.store.values import CASE_FIELDS, OutgoingRow, PatientRecord, case_from, patient_from
from p24tui.store.visits import VISIT_FIELDS, visit_from

_CASE = tuple(cases.c[name].label(f"case_{name}") for name in CASE_FIELDS)
_VISIT = tuple(visits.c[name].label(f"visit_{name}") for name in VISIT_FIELDS)
_COLUMNS = OutgoingRow.__struct_fields__
_OUT = len(_COLUMNS)
_OUTBOX = tuple(outbox.c[name] for name in _COLUMNS)
_PATIENT = len(patients.c)
_UNDECIDED = and_(IS_UNFINISHED, outbox.c.state.in_(TO_DECIDE), outbox.c.settled_at.is_(None))
_PLANNED = and_(IS_UNFINISHED, outbox.c.state.in_((OutgoingState.QUEUED, OutgoingState.SENDING)))


class Claimed(Struct, frozen=True):
    """A row that this process may act on until its lease ends, and whom to look up first: the patient, who gets it."""

    id: str
    fence: int
    channel: Channel
    patient: PatientRecord
    person_number: str


class Facts(Struct, frozen=True):
    """A row with all that decides about it, as it is now."""

    row: OutgoingRow
    record: PatientRecord
    case: Case | None
    visit: Visit | None


class Count(Struct, frozen=True):
    """How many rows stand alike, and how many of them were to have gone."""

    state: OutgoingState
    problem: str
    rows: int
    overdue: int


def add(tx: Tx, row: OutgoingRow) -> bool:
    """A new row, unless there is one about the same, for the same purpose, on the same day; whether it was added."""
    alike = (outbox.c.about, outbox.c.purpose, outbox.c.local_date)
    return insert_once(tx, outbox, *alike, **asdict(row))


def one(tx: Tx, id: str, *, lock: bool = False) -> OutgoingRow | None:
    """One row. ``lock`` keeps other writers from it until the transaction ends."""
    return _first(tx, outbox.c.id == id, lock=lock)


def like(tx: Tx, about: str, purpose: Purpose, local_date: date) -> OutgoingRow | None:
    """The row about this, for this purpose, on this day; kept from other writers."""
    same = (outbox.c.about == about) & (outbox.c.purpose == purpose) & (outbox.c.local_date == local_date)
    return _first(tx, same, lock=True)


def about(tx: Tx, what: str, purpose: Purpose) -> list[OutgoingRow]:
    """All that there has been about this, for this purpose, on whatever day."""
    query = select(*_OUTBOX).where(outbox.c.about == what, outbox.c.purpose == purpose)
    return [_row(row) for row in tx.connection.execute(query)]


def by_gateway_id(tx: Tx, gateway: str, gateway_id: str) -> OutgoingRow | None:
    """The row that the gateway knows by this id; kept from other writers."""
    known = (outbox.c.gateway_id == gateway_id) & (outbox.c.gateway == gateway)
    return _first(tx, known & HAS_GATEWAY_ID, lock=True)


def of_patient(tx: Tx, patient_id: str, unit_id: str, limit: int) -> list[OutgoingRow]:
    """The latest of what one unit sends to a patient or because of them, oldest first."""
    newest = (
        select(*_OUTBOX)
        .where(outbox.c.patient_id == patient_id, outbox.c.unit_id == unit_id)
        .order_by(outbox.c.due_at.desc(), outbox.c.id)
        .limit(limit)
    )
    return [_row(row) for row in reversed(tx.connection.execute(newest).all())]


def of_visit(tx: Tx, visit_id: str) -> list[OutgoingRow]:
    """All that has been planned for a visit, at whatever times it was to be; kept from other writers."""
    query = select(*_OUTBOX).where(outbox.c.visit_id == visit_id).order_by(outbox.c.id)
    return [_row(row) for row in tx.connection.execute(query.with_for_update())]


def of_visits(tx: Tx, visit_ids: Collection[str]) -> dict[str, list[OutgoingRow]]:
    """All that goes out, or has gone, because of these visits, in order of time."""
    query = select(*_OUTBOX).where(outbox.c.visit_id.in_(visit_ids)).order_by(outbox.c.due_at, outbox.c.id)
    found: dict[str, list[OutgoingRow]] = {}
    for row in map(_row, tx.connection.execute(query)):
        found.setdefault(row.visit_id or "", []).append(row)
    return found


def to_see(tx: Tx, unit_ids: Collection[str], limit: int) -> list[OutgoingRow]:
    """What somebody must decide about, the oldest first, and then what is planned, the next to go first."""
    found = []
    for which in (_UNDECIDED, _PLANNED):
        query = select(*_OUTBOX).where(outbox.c.unit_id.in_(unit_ids), which).order_by(outbox.c.due_at, outbox.c.id)
        found += [_row(row) for row in tx.connection.execute(query.limit(limit))]
    return found


def counts(tx: Tx, unit_ids: Collection[str], due_before: datetime) -> list[Count]:
    """How what is not settled stands, by state and problem; overdue is what was due before that."""
    table = outbox.c
    overdue = (table.due_at < due_before) & or_(table.problem != CLOSED, table.try_at < due_before)
    query = (
        select(table.state, table.problem, func.count(), func.count().filter(overdue))
        .where(IS_UNFINISHED, table.unit_id.in_(unit_ids), or_(_UNDECIDED, _PLANNED))
        .group_by(table.state, table.problem)
    )
    return [
        Count(OutgoingState(state), problem, rows, overdue)
        for state, problem, rows, overdue in tx.connection.execute(query)
    ]


def anything_to_do(tx: Tx, now: datetime) -> bool:
    """Whether something is due, or was being handed over by a process whose lease has ended."""
    due = (outbox.c.state == OutgoingState.QUEUED) & (outbox.c.try_at <= now)
    left = (outbox.c.state == OutgoingState.SENDING) & (outbox.c.lease_until <= now)
    # In an order, so that an index is gone by: PostgreSQL would guess that one of the first rows of the table will do.
    first = (select(outbox.c.id).where(which).order_by(outbox.c.try_at).limit(1) for which in (due, left))
    return any(tx.connection.execute(select(*(one.scalar_subquery() for one in first))).one())


def claim(
    tx: Tx, now: datetime, lease_until: datetime, place: str, channels: Collection[Channel], limit: int
) -> list[Claimed]:
    """Claim what is due and nobody has, the longest due first. Others claim other rows at the same time."""
    free = or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= now)
    due = (
        select(outbox.c.id)
        .where(outbox.c.state == OutgoingState.QUEUED, outbox.c.try_at <= now, free, outbox.c.channel.in_(channels))
        .order_by(outbox.c.try_at, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(outbox)
        .where(outbox.c.id.in_(due))
        .values(fence=outbox.c.fence + 1, lease_until=lease_until, claimed_by=place)
        .returning(
            outbox.c.id, outbox.c.fence, outbox.c.channel, outbox.c.patient_id, outbox.c.try_at, outbox.c.person_number
        )
    )
    rows = sorted(tx.connection.execute(taken), key=lambda row: (row.try_at, row.id))
    of_rows = select(patients).where(patients.c.id.in_({row.patient_id for row in rows}))
    found = {row.id: patient_from(tuple(row)) for row in tx.connection.execute(of_rows)} if rows else {}
    return [Claimed(row.id, row.fence, Channel(row.channel), found[row.patient_id], row.person_number) for row in rows]


def release(tx: Tx, claimed: Collection[Claimed]) -> None:
    """Give back what has been claimed and not acted on."""
    for one in claimed:
        change(tx, one.id, one.fence, (OutgoingState.QUEUED,), lease_until=None, claimed_by="")


def facts(tx: Tx, claimed: Collection[Claimed]) -> list[Facts]:
    """All that decides about claimed rows, which are kept from other writers; what is no longer ours is left out."""
    fences = {one.id: one.fence for one in claimed}
    query = _FACTS.where(outbox.c.id.in_(fences), outbox.c.state == OutgoingState.QUEUED).order_by(outbox.c.id)
    found = tx.connection.execute(query.with_for_update(of=outbox) if tx.on_postgresql else query)
    ours = [one for one in map(_facts, found) if one.row.fence == fences[one.row.id]]
    return sorted(ours, key=lambda one: one.row.try_at)


def mark_sending(tx: Tx, rows: Collection[OutgoingRow]) -> None:
    """These rows, which are locked, are about to be handed over: what is new in them is written."""
    names = ("state", "problem", "recipient", "gateway", "parts", "sent_at", "changed_at", "lease_until")
    if rows:
        marked = (
            update(outbox).where(outbox.c.id == bindparam("row_id")).values({name: bindparam(name) for name in names})
        )
        tx.connection.execute(
            marked, [{"row_id": row.id, **{name: getattr(row, name) for name in names}} for row in rows]
        )


def change(tx: Tx, id: str, fence: int, states: Collection[OutgoingState], /, **values: Any) -> bool:
    """Change a row, if its fence and state are still as we know them; whether they were."""
    same = (outbox.c.id == id) & (outbox.c.fence == fence) & outbox.c.state.in_(states)
    return tx.connection.execute(update(outbox).where(same).values(**values)).rowcount == 1


def unmark(tx: Tx, rows: Collection[OutgoingRow]) -> None:
    """These rows were marked, and then surely not handed over: they wait again."""
    for row in rows:
        change(
            tx, row.id, row.fence, (OutgoingState.SENDING,), state=OutgoingState.QUEUED, sent_at=None, lease_until=None
        )


def stranded(tx: Tx, now: datetime, limit: int) -> list[OutgoingRow]:
    """What was being handed over by a process whose lease has ended; kept from other writers."""
    query = (
        select(*_OUTBOX)
        .where(outbox.c.state == OutgoingState.SENDING, outbox.c.lease_until <= now)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_row(row) for row in tx.connection.execute(query)]


def due(tx: Tx, now: datetime) -> list[OutgoingRow]:
    """All that is to go by now; kept from other writers."""
    query = select(*_OUTBOX).where(outbox.c.state == OutgoingState.QUEUED, outbox.c.try_at <= now).with_for_update()
    return [_row(row) for row in tx.connection.execute(query)]


def to_look_up(tx: Tx, now: datetime, limit: int) -> list[OutgoingRow]:
    """What nobody knows the fate of, nobody has decided about, and is to be looked up now."""
    query = (
        select(*_OUTBOX)
        .where(outbox.c.state == OutgoingState.UNCERTAIN, outbox.c.try_at <= now, outbox.c.settled_at.is_(None))
        .order_by(outbox.c.try_at)
        .limit(limit)
    )
    return [_row(row) for row in tx.connection.execute(query)]


def another_went(tx: Tx, row: OutgoingRow, since: datetime, until: datetime) -> bool:
    """Whether anything else was handed over to the row's number or address within this time."""
    other = (outbox.c.recipient == row.recipient) & (outbox.c.channel == row.channel) & (outbox.c.id != row.id)
    return bool(tx.connection.execute(select(exists().where(other, outbox.c.sent_at.between(since, until)))).scalar())


def cancel_queued(
    tx: Tx, now: datetime, problem: str, *, patient_id: str | None = None, about: str | None = None
) -> list[OutgoingRow]:
    """Cancel what has not gone, of a patient or about a case; what that was. No link is kept in it (H16)."""
    which = outbox.c.patient_id == patient_id if about is None else outbox.c.about == about
    locked = select(outbox.c.id).where(which, outbox.c.state == OutgoingState.QUEUED).order_by(outbox.c.id)
    ids = list(tx.connection.scalars(locked.with_for_update()))
    done = (
        update(outbox)
        .where(outbox.c.id.in_(ids), outbox.c.state == OutgoingState.QUEUED)
        .values(state=OutgoingState.CANCELLED, problem=problem, changed_at=now, lease_until=None)
        .returning(*_OUTBOX)
    )
    return _without_links(tx, tx.connection.execute(done))


def has_useless_links(tx: Tx, now: datetime) -> bool:
    """Whether a link stands in something that failed, or nobody knows of, and is of use no longer."""
    return bool(tx.connection.execute(select(exists().where(_useless_link(now)))).scalar())


def forget_useless_links(tx: Tx, now: datetime) -> None:
    """Take those links out: nobody may send it again."""
    query = select(*_OUTBOX).where(_useless_link(now)).order_by(outbox.c.id)
    _without_links(tx, tx.connection.execute(query.with_for_update(skip_locked=True)))


def _useless_link(now: datetime) -> ColumnElement[bool]:
    has_link = outbox.c.text.contains(PATH) & ~outbox.c.text.contains(SPENT)
    return _UNDECIDED & (outbox.c.expires_at <= now) & has_link


def _without_links(tx: Tx, found: Iterable[Any]) -> list[OutgoingRow]:
    """These rows, which are locked, with what each says without the token of the link in it, as it is stored too."""
    rows = [_row(one) for one in found]
    after = [replace(row, text=spent(row.text)) for row in rows]
    for row in after:
        tx.connection.execute(
            update(outbox).where(outbox.c.id == row.id, outbox.c.text != row.text).values(text=row.text)
        )
    return after


_FACTS = select(*_OUTBOX, *patients.c, *_CASE, *_VISIT).select_from(
    outbox.join(patients, outbox.c.patient_id == patients.c.id)
    .outerjoin(cases, outbox.c.case_id == cases.c.id)
    .outerjoin(visits, outbox.c.visit_id == visits.c.id)
)


def _facts(found: Sequence[Any]) -> Facts:
    values = tuple(found)
    before_case = _OUT + _PATIENT
    before_visit = before_case + len(CASE_FIELDS)
    case, visit = values[before_case:before_visit], values[before_visit:]
    return Facts(
        _row(values[:_OUT]),
        patient_from(values[_OUT:before_case]),
        case_from(case) if case[0] is not None else None,
        visit_from(visit) if visit[0] is not None else None,
    )


def _first(tx: Tx, which: ColumnElement[bool], *, lock: bool) -> OutgoingRow | None:
    query = select(*_OUTBOX).where(which)
    row = tx.connection.execute(query.with_for_update() if lock else query).first()
    return None if row is None else _row(row)


def _row(values: Any) -> OutgoingRow:
    named: dict[str, Any] = dict(zip(_COLUMNS, values, strict=True))
    named["purpose"] = Purpose(named["purpose"])
    named["channel"] = Channel(named["channel"])
    named["state"] = OutgoingState(named["state"])
    return OutgoingRow(**named)
