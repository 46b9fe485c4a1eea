"""Where a unit refers patients while it is closed, where it has decided that for itself."""

from sqlalchemy import delete, insert, select

from p24tui.routine.after_hours import RefersTo, Severity
from p24tui.store.engine import Tx
from p24tui.store.tables import after_hours


def of_unit(tx: Tx, unit_id: str) -> dict[Severity, RefersTo]:
    """What the unit has decided, by severity."""
    query = select(after_hours.c.severity, after_hours.c.refers_to).where(after_hours.c.unit_id == unit_id)
    return {Severity(severity): RefersTo(refers_to) for severity, refers_to in tx.connection.execute(query)}


def put(tx: Tx, unit_id: str, severity: Severity, refers_to: RefersTo | None) -> None:
    """Let the unit refer so; none lets what is usual apply again."""
    same = (after_hours.c.unit_id == unit_id) & (after_hours.c.severity == severity)
    tx.connection.execute(delete(after_hours).where(same))
    if refers_to is not None:
        tx.connection.execute(insert(after_hours).values(unit_id=unit_id, severity=severity, refers_to=refers_to))
