"""The log of who has read what: written before anything is shown, and read by those whose rows they are (LO-1)."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select

from p24tui.routine.actor import Actor
from p24tui.store.engine import Tx
from p24tui.store.log_chain import chained
from p24tui.store.tables import read_log
from p24tui.store.values import Read

_LOG = insert(read_log)


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


def count_of(tx: Tx, staff_id: str, since: datetime) -> int:
    """How many rows this person has in the log from ``since`` on."""
    query = select(func.count()).where(read_log.c.staff_id == staff_id, read_log.c.at >= since)
    return tx.connection.execute(query).scalar_one()


def of_person(tx: Tx, staff_id: str, since: datetime, limit: int) -> list[Read]:
    """This person's rows from ``since`` on, the latest first, at most ``limit``."""
    table = read_log.c
    query = (
        select(table.seq, table.at, table.kind, table.unit_id, table.case_id, table.patients)
        .where(table.staff_id == staff_id, table.at >= since)
        .order_by(table.seq.desc())
        .limit(limit)
    )
    return [
        Read(seq, at, kind, unit_id, case_id, len(patients))
        for seq, at, kind, unit_id, case_id, patients in tx.connection.execute(query)
    ]
