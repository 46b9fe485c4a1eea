"""What belongs to the desk rather than to the case: who is in it, drafts, and the log of who has read."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, insert, select, update

from p24tui.routine.actor import Actor
from p24tui.store.engine import Tx
from p24tui.store.log_chain import chained
from p24tui.store.tables import cases, drafts, note_drafts, presence, read_log, staff
from p24tui.store.values import Audience, Doing, LeftDraft, Present

_LOG = insert(read_log)
_DRAFTS = {Audience.MESSAGE: drafts, Audience.NOTE: note_drafts}


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


def draft(tx: Tx, case_id: str, staff_id: str, audience: Audience = Audience.MESSAGE) -> str:
    """What this person has begun to write in this case, to the patient or to colleagues."""
    table = _DRAFTS[audience]
    mine = (table.c.case_id == case_id) & (table.c.staff_id == staff_id)
    return tx.connection.execute(select(table.c.text).where(mine)).scalar_one_or_none() or ""


def left_drafts(tx: Tx, case_id: str, reader: str | None) -> list[LeftDraft]:
    """What people other than the reader have begun to write to the patient, and do not have the case any longer."""
    has_it = select(cases.c.id).where(cases.c.id == drafts.c.case_id, cases.c.owner_id == drafts.c.staff_id).exists()
    query = (
        select(drafts.c.staff_id, staff.c.name, drafts.c.text, drafts.c.saved_at)
        .join(staff, staff.c.id == drafts.c.staff_id)
        .where(drafts.c.case_id == case_id, drafts.c.staff_id != (reader or ""), ~has_it)
        .order_by(drafts.c.saved_at, drafts.c.staff_id)
    )
    return [LeftDraft(*row) for row in tx.connection.execute(query)]


def save_draft(
    tx: Tx, case_id: str, staff_id: str, text: str, at: datetime, audience: Audience = Audience.MESSAGE
) -> None:
    """Keep what this person has begun to write in this case; nothing is kept of an empty one."""
    table = _DRAFTS[audience]
    mine = (table.c.case_id == case_id) & (table.c.staff_id == staff_id)
    tx.connection.execute(delete(table).where(mine))
    if text:
        tx.connection.execute(insert(table).values(case_id=case_id, staff_id=staff_id, text=text, saved_at=at))


def log_reading(
    tx: Tx,
    actor: Actor,
    at: datetime,
    kind: str,
    *,
    case_id: str | None = None,
    patient_id: str | None = None,
    patients: Collection[str] = (),
    view: str = "",
    why: str = "care",
) -> None:
    """Who takes part of what, and why they may. It must be committed before anything of it is shown (LO-1)."""
    values: dict[str, Any] = {
        "at": at,
        "kind": kind,
        "staff_id": actor.staff_id,
        "actor": actor.name,
        "profession": actor.profession or "",
        "unit_id": actor.unit_id,
        "place": actor.place,
        "view": view,
        "case_id": case_id,
        "patient_id": patient_id,
        "patients": sorted(patients),
        "role": actor.role or "",
        "why": why,
    }
    if not tx.on_postgresql:  # where a trigger does it
        values = chained(tx.connection.exec_driver_sql, "read_log", values)
    tx.connection.execute(_LOG, values)


def _remove(tx: Tx, which: ColumnElement[bool]) -> list[tuple[str, str]]:
    query = select(presence.c.case_id, cases.c.unit_id).join(cases, cases.c.id == presence.c.case_id).where(which)
    gone = [(case_id, unit_id) for case_id, unit_id in tx.connection.execute(query)]
    if gone:
        tx.connection.execute(delete(presence).where(which))
    return gone
