"""Who has seen which alert, and who is responsible for a unit's inflow."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, delete, insert, select, update

from p24tui.routine.actor import Profession
from p24tui.routine.alert import Alert, Reason
from p24tui.store.duty_values import Responsible
from p24tui.store.engine import Tx
from p24tui.store.once import insert_once
from p24tui.store.tables import IS_OPEN, acknowledgements, cases, responsible, staff
from p24tui.store.values import Acknowledged


def acknowledge(tx: Tx, alert: Alert, staff_id: str, at: datetime) -> bool:
    """Note that this person has seen the alert; whether nobody had before."""
    table = acknowledgements.c
    same = (table.case_id == alert.case_id) & (table.reason == alert.reason) & (table.since == alert.since)
    if tx.connection.execute(select(table.at).where(same)).first() is not None:
        return False
    tx.connection.execute(delete(acknowledgements).where(table.case_id == alert.case_id, table.reason == alert.reason))
    values = {"case_id": alert.case_id, "reason": alert.reason, "since": alert.since}
    return insert_once(tx, acknowledgements, **values, staff_id=staff_id, at=at)


def acknowledged_in(tx: Tx, case_ids: Collection[str]) -> dict[str, tuple[Acknowledged, ...]]:
    """What has been seen of these cases, by case."""
    return _acknowledged(tx, acknowledgements.c.case_id.in_(case_ids))


def acknowledged_at(tx: Tx, unit_ids: Collection[str]) -> dict[str, tuple[Acknowledged, ...]]:
    """What has been seen of the units' open cases, by case."""
    open_cases = select(cases.c.id).where(cases.c.unit_id.in_(unit_ids), IS_OPEN)
    return _acknowledged(tx, acknowledgements.c.case_id.in_(open_cases))


def _acknowledged(tx: Tx, where: ColumnElement[bool]) -> dict[str, tuple[Acknowledged, ...]]:
    table = acknowledgements.c
    found: dict[str, tuple[Acknowledged, ...]] = {}
    for case_id, reason, since in tx.connection.execute(select(table.case_id, table.reason, table.since).where(where)):
        found[case_id] = (*found.get(case_id, ()), Acknowledged(Reason(reason), since))
    return found


def taken_by_hand(tx: Tx, unit_ids: Collection[str]) -> dict[str, Responsible]:
    """Who last took the responsibility for the inflow by hand, by unit; whether that still counts the roster says."""
    query = (
        select(responsible.c.unit_id, staff.c.id, staff.c.name, staff.c.profession, responsible.c.since)
        .join(staff, staff.c.id == responsible.c.staff_id)
        .where(responsible.c.unit_id.in_(unit_ids), staff.c.active)
    )
    return {
        unit_id: Responsible(staff_id, name, Profession(profession), since)
        for unit_id, staff_id, name, profession, since in tx.connection.execute(query)
    }


def make_responsible(tx: Tx, unit_id: str, staff_id: str | None, since: datetime) -> None:
    """Let this person be responsible for the unit's inflow from now on, or nobody."""
    same = responsible.c.unit_id == unit_id
    if staff_id is None:
        tx.connection.execute(delete(responsible).where(same))
        return
    values = {"staff_id": staff_id, "since": since}
    if tx.connection.execute(update(responsible).where(same).values(values)).rowcount == 0:
        tx.connection.execute(insert(responsible).values(unit_id=unit_id, **values))
