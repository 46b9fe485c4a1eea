"""The filters of the patient list that people have given a name."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update

from p24tui.store.engine import Tx
from p24tui.store.tables import list_views


def of_person(tx: Tx, staff_id: str) -> list[tuple[str, dict[str, Any]]]:
    """A person's views, name and filter, by name."""
    query = select(list_views.c.name, list_views.c.filter).where(list_views.c.staff_id == staff_id)
    return [(name, chosen) for name, chosen in tx.connection.execute(query.order_by(list_views.c.name))]


def put(tx: Tx, staff_id: str, name: str, chosen: dict[str, Any], at: datetime) -> None:
    """Save a view, in place of the one with that name."""
    same = (list_views.c.staff_id == staff_id) & (list_views.c.name == name)
    values = {"filter": chosen, "saved_at": at}
    if tx.connection.execute(update(list_views).where(same).values(values)).rowcount == 0:
        tx.connection.execute(insert(list_views).values(staff_id=staff_id, name=name, **values))


def drop(tx: Tx, staff_id: str, name: str) -> None:
    """Forget a view."""
    tx.connection.execute(delete(list_views).where(list_views.c.staff_id == staff_id, list_views.c.name == name))
