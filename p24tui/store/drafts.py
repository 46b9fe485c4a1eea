"""What somebody has begun to write in a case, to the patient or to colleagues, and has not sent."""

from datetime import datetime

from sqlalchemy import delete, insert, select

from p24tui.store.engine import Tx
from p24tui.store.tables import cases, drafts, note_drafts, staff
from p24tui.store.values import Audience, LeftDraft

_DRAFTS = {Audience.MESSAGE: drafts, Audience.NOTE: note_drafts}


def of_person(tx: Tx, case_id: str, staff_id: str, audience: Audience = Audience.MESSAGE) -> str:
    """What this person has begun to write in this case, to the patient or to colleagues."""
    table = _DRAFTS[audience]
    mine = (table.c.case_id == case_id) & (table.c.staff_id == staff_id)
    return tx.connection.execute(select(table.c.text).where(mine)).scalar_one_or_none() or ""


def left(tx: Tx, case_id: str, reader: str | None) -> list[LeftDraft]:
    """What people other than the reader have begun to write to the patient, and do not have the case any longer."""
    has_it = select(cases.c.id).where(cases.c.id == drafts.c.case_id, cases.c.owner_id == drafts.c.staff_id).exists()
    query = (
        select(drafts.c.staff_id, staff.c.name, drafts.c.text, drafts.c.saved_at)
        .join(staff, staff.c.id == drafts.c.staff_id)
        .where(drafts.c.case_id == case_id, drafts.c.staff_id != (reader or ""), ~has_it)
        .order_by(drafts.c.saved_at, drafts.c.staff_id)
    )
    return [LeftDraft(*row) for row in tx.connection.execute(query)]


def save(tx: Tx, case_id: str, staff_id: str, text: str, at: datetime, audience: Audience = Audience.MESSAGE) -> None:
    """Keep what this person has begun to write in this case; nothing is kept of an empty one."""
    table = _DRAFTS[audience]
    mine = (table.c.case_id == case_id) & (table.c.staff_id == staff_id)
    tx.connection.execute(delete(table).where(mine))
    if text:
        tx.connection.execute(insert(table).values(case_id=case_id, staff_id=staff_id, text=text, saved_at=at))
