"""Documentation: notes for the record, what is being written, and who owes one. A signed note is never changed."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import asdict, replace
from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update

from p24tui.routine.documentation import Cause, Debt, FormWay, Scope, Settled, Way
from p24tui.routine.handover import OfferState
from p24tui.store.engine import Tx
from p24tui.store.journal_values import DebtRow, JournalNote
from p24tui.store.tables import (
    attachments,
    cases,
    events,
    form_answers,
    handovers,
    journal_drafts,
    journal_notes,
    messages,
    note_debts,
)
from p24tui.store.values import Author

_OWED: ColumnElement[bool] = note_debts.c.settled_at.is_(None)
_BY_PATIENT: ColumnElement[bool] = messages.c.author == Author.PATIENT
_DEBT = tuple(note_debts.c[name] for name in DebtRow.__struct_fields__)


def add(tx: Tx, note: JournalNote) -> None:
    """A note that has been signed, or that it was settled otherwise."""
    tx.connection.execute(insert(journal_notes).values({**asdict(note), "images": list(note.images)}))


def one(tx: Tx, note_id: str) -> JournalNote | None:
    """One note."""
    row = tx.connection.execute(select(journal_notes).where(journal_notes.c.id == note_id)).first()
    return None if row is None else _note(row)


def of_case(tx: Tx, case_id: str) -> list[JournalNote]:
    """What has been settled on a case, oldest first."""
    table = journal_notes.c
    query = select(journal_notes).where(table.case_id == case_id).order_by(table.signed_at, table.id)
    return [_note(row) for row in tx.connection.execute(query)]


def settled_of(tx: Tx, case_id: str) -> list[Settled]:
    """The same without any text: by whom, how and when. What was written of a case that had left says nothing later."""
    table = journal_notes.c
    here = select(cases.c.unit_id).where(cases.c.id == case_id).scalar_subquery()
    query = select(
        table.staff_id, table.way, table.scope, table.signed_at, table.told, table.unit_id == here, table.unit_id
    )
    rows = tx.connection.execute(query.where(table.case_id == case_id).order_by(table.signed_at, table.id)).all()
    left = left_at(tx, case_id) if not all(row[5] for row in rows) else {}
    return [
        Settled(staff_id, Way(way), Scope(scope), at if is_here else min(at, left.get(unit_id, at)), told)
        for staff_id, way, scope, at, told, is_here, unit_id in rows
    ]


def has_part(tx: Tx, case_id: str, staff_id: str, unit_id: str) -> bool:
    """Whether this person has had a note to write on the case at this unit, or has written one there."""
    owed = exists().where(
        note_debts.c.case_id == case_id, note_debts.c.staff_id == staff_id, note_debts.c.unit_id == unit_id
    )
    table = journal_notes.c
    written = exists().where(table.case_id == case_id, table.staff_id == staff_id, table.unit_id == unit_id)
    return bool(tx.connection.execute(select(owed | written)).scalar())


def copied(tx: Tx, note_id: str, at: datetime) -> None:
    """It was copied to be put into VAS."""
    tx.connection.execute(update(journal_notes).where(journal_notes.c.id == note_id).values(copied_at=at))


def draft(tx: Tx, case_id: str, staff_id: str) -> dict[str, Any] | None:
    """What this person is writing on a case."""
    table = journal_drafts.c
    query = select(table.content).where(table.case_id == case_id, table.staff_id == staff_id)
    found: dict[str, Any] | None = tx.connection.execute(query).scalar_one_or_none()
    return found


def save_draft(tx: Tx, case_id: str, staff_id: str, content: dict[str, Any] | None, at: datetime) -> None:
    """Keep what this person is writing; with none, nothing is kept."""
    table = journal_drafts.c
    tx.connection.execute(delete(journal_drafts).where(table.case_id == case_id, table.staff_id == staff_id))
    if content is not None:
        values = {"case_id": case_id, "staff_id": staff_id, "content": content, "saved_at": at}
        tx.connection.execute(insert(journal_drafts).values(values))


def debts_of(tx: Tx, case_id: str) -> list[Debt]:
    """What is owed on a case, oldest first."""
    table = note_debts.c
    query = select(table.staff_id, table.scope, table.cause, table.since).where(_OWED, table.case_id == case_id)
    rows = tx.connection.execute(query.order_by(table.seq))
    return [Debt(staff_id, Scope(scope), Cause(cause), since) for staff_id, scope, cause, since in rows]


def owe(tx: Tx, row: DebtRow) -> None:
    """Somebody owes a note; they must not owe one on the case already."""
    tx.connection.execute(insert(note_debts).values(asdict(row)))


def settle(tx: Tx, case_id: str, at: datetime, staff_id: str | None = None) -> None:
    """What this person owes on a case is settled, or what anybody does."""
    which = _OWED & (note_debts.c.case_id == case_id)
    if staff_id is not None:
        which &= note_debts.c.staff_id == staff_id
    tx.connection.execute(update(note_debts).where(which).values(settled_at=at))


def owed(tx: Tx, unit_ids: Collection[str]) -> list[DebtRow]:
    """What is owed at these units, oldest first."""
    query = select(*_DEBT).where(_owed_at(unit_ids)).order_by(note_debts.c.since, note_debts.c.seq)
    return [_debt(row) for row in tx.connection.execute(query)]


def count_owed(tx: Tx, unit_ids: Collection[str], staff_id: str | None = None) -> int:
    """How much is owed at these units, by anybody or by this person."""
    which = _owed_at(unit_ids)
    if staff_id is not None:
        which &= note_debts.c.staff_id == staff_id
    return tx.connection.execute(select(func.count()).select_from(note_debts).where(which)).scalar_one()


def _owed_at(unit_ids: Collection[str]) -> ColumnElement[bool]:
    return _OWED & note_debts.c.unit_id.in_(unit_ids)


def settled_between(
    tx: Tx, unit_ids: Collection[str], begins: datetime, ends: datetime
) -> list[tuple[Way, datetime | None, datetime]]:
    """What was settled at these units from ``begins`` up to ``ends``: how, since when it was owed, and when (UTC)."""
    table = journal_notes.c
    query = select(table.way, table.owed_since, table.signed_at).where(
        table.unit_id.in_(unit_ids), table.signed_at >= begins, table.signed_at < ends
    )
    return [(Way(way), since, at) for way, since, at in tx.connection.execute(query)]


def told_at(tx: Tx, case_id: str) -> datetime | None:
    """When the patient last told or sent something in a case (UTC)."""
    said = select(func.max(messages.c.stored_at)).where(messages.c.case_id == case_id, _BY_PATIENT)
    form = select(func.max(events.c.at)).where(events.c.case_id == case_id, events.c.kind == "form.received")
    sent = select(cases.c.received_at).where(
        cases.c.id == case_id,
        exists().where(form_answers.c.case_id == case_id) | exists().where(attachments.c.case_id == case_id),
    )
    found = (tx.connection.execute(one).scalar_one_or_none() for one in (said, form, sent))
    return max(filter(None, found), default=None)


def told(tx: Tx, case_id: str, until: datetime | None = None) -> int:
    """How much the patient has told and sent in a case: messages, those stored ``until`` then (UTC), answers, files."""
    theirs = (messages.c.case_id == case_id) & _BY_PATIENT
    if until is not None:
        theirs &= messages.c.stored_at <= until
    counts = (
        select(func.count()).select_from(messages).where(theirs),
        select(func.count()).select_from(form_answers).where(form_answers.c.case_id == case_id),
        select(func.count()).select_from(attachments).where(attachments.c.case_id == case_id),
    )
    return sum(tx.connection.execute(one).scalar_one() for one in counts)


def video_at(tx: Tx, case_id: str) -> datetime | None:
    """When the video of a case was last started, entered or ended (UTC)."""
    found: datetime | None = tx.connection.execute(
        select(func.max(events.c.at)).where(events.c.case_id == case_id, events.c.kind.like("video.%"))
    ).scalar_one_or_none()
    return found


def left_at(tx: Tx, case_id: str) -> dict[str, datetime]:
    """The units that a case has been handed over from to another, and when it last was (UTC)."""
    table = handovers.c
    query = select(table.unit_id, func.max(table.answered_at)).where(
        table.case_id == case_id, table.state == OfferState.ACCEPTED, table.unit_id != table.to_unit
    )
    return {row.unit_id: row[1] for row in tx.connection.execute(query.group_by(table.unit_id))}


def reopened_at(tx: Tx, case_id: str) -> datetime | None:
    """When a case that had ended was last opened again (UTC)."""
    found: datetime | None = tx.connection.execute(
        select(func.max(events.c.at)).where(events.c.case_id == case_id, events.c.kind == "case.reopened")
    ).scalar_one_or_none()
    return found


def _note(row: Sequence[Any]) -> JournalNote:
    note = JournalNote(*row)
    return replace(
        note, way=Way(note.way), scope=Scope(note.scope), form_way=FormWay(note.form_way), images=tuple(note.images)
    )


def _debt(row: Sequence[Any]) -> DebtRow:
    debt = DebtRow(*row)
    return replace(debt, scope=Scope(debt.scope), cause=Cause(debt.cause))
