"""What has been stated of suicide risk, in order. Entries are added and read; nothing here changes or removes one."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, select

from p24tui.routine.actor import Actor
from p24tui.store.engine import Tx
from p24tui.store.tables import risk_entries
from p24tui.store.values import RiskRow


def add(tx: Tx, case_id: str, at: datetime, kind: str, by: Actor, details: dict[str, Any]) -> None:
    """One more entry on a case."""
    values = {
        "case_id": case_id,
        "at": at,
        "kind": kind,
        "staff_id": by.staff_id,
        "name": by.name,
        "profession": by.profession or "",
        "details": details,
    }
    tx.connection.execute(insert(risk_entries).values(values))


def of_case(tx: Tx, case_id: str) -> list[RiskRow]:
    """The entries on a case, in the order in which they were stated."""
    table = risk_entries.c
    query = (
        select(table.kind, table.at, table.staff_id, table.name, table.profession, table.details)
        .where(table.case_id == case_id)
        .order_by(table.seq)
    )
    return [RiskRow(*row) for row in tx.connection.execute(query)]
