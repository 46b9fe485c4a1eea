"""The log of who has read what, as its own people read it. Who writes it stands in ``store.desk`` (LO-1)."""

from datetime import datetime

from sqlalchemy import func, select

from p24tui.store.engine import Tx
from p24tui.store.tables import read_log
from p24tui.store.values import Read


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
