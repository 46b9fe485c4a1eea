"""Who has seen that a unit calls for attention."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from p24tui.routine.unit_alert import UnitAlert, UnitReason
from p24tui.store.engine import Tx
from p24tui.store.once import insert_once
from p24tui.store.tables import unit_acknowledgements


def acknowledge(tx: Tx, alert: UnitAlert, staff_id: str, at: datetime) -> bool:
    """Note that this person has seen the alert; whether nobody had before."""
    values = {"unit_id": alert.unit_id, "reason": alert.reason, "since": alert.since}
    return insert_once(tx, unit_acknowledgements, **values, staff_id=staff_id, at=at)


def acknowledged(tx: Tx, unit_ids: Collection[str]) -> frozenset[UnitAlert]:
    """What has been seen of these units."""
    table = unit_acknowledgements.c
    query = select(table.unit_id, table.reason, table.since).where(table.unit_id.in_(unit_ids))
    return frozenset(
        UnitAlert(unit_id, UnitReason(reason), since) for unit_id, reason, since in tx.connection.execute(query)
    )
