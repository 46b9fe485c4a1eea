"""What a unit has decided for itself: when it is warned before closing, how long it keeps an answer, when it locks."""

from collections.abc import Collection

from sqlalchemy import insert, select, update

from p24tui.store.engine import Tx
from p24tui.store.tables import closing_warnings as table
from p24tui.store.tables import lock_after as lock_table
from p24tui.store.tables import protection_kept as kept_table


def closing_warnings(tx: Tx, unit_ids: Collection[str]) -> dict[str, tuple[int, ...]]:
    """The minutes before closing that units have chosen, falling, by unit; one that has chosen none is left out."""
    query = select(table.c.unit_id, table.c.minutes).where(table.c.unit_id.in_(unit_ids))
    return {unit_id: tuple(minutes) for unit_id, minutes in tx.connection.execute(query)}


def put_closing_warnings(tx: Tx, unit_id: str, minutes: tuple[int, ...]) -> None:
    """Keep the unit's choice, in place of the one before."""
    values = {"minutes": list(minutes)}
    if tx.connection.execute(update(table).where(table.c.unit_id == unit_id).values(values)).rowcount == 0:
        tx.connection.execute(insert(table).values(unit_id=unit_id, **values))


def protection_kept(tx: Tx, unit_id: str) -> int | None:
    """For how many minutes the unit keeps an answer of the person-data service; none where it has not chosen."""
    minutes: int | None = tx.connection.scalar(select(kept_table.c.minutes).where(kept_table.c.unit_id == unit_id))
    return minutes


def put_protection_kept(tx: Tx, unit_id: str, minutes: int) -> None:
    """Keep the unit's choice, in place of the one before."""
    values = {"minutes": minutes}
    if tx.connection.execute(update(kept_table).where(kept_table.c.unit_id == unit_id).values(values)).rowcount == 0:
        tx.connection.execute(insert(kept_table).values(unit_id=unit_id, **values))


def lock_after(tx: Tx, unit_id: str) -> int | None:
    """After how many minutes without a key the unit's consoles lock; none where it has not chosen."""
    minutes: int | None = tx.connection.scalar(select(lock_table.c.minutes).where(lock_table.c.unit_id == unit_id))
    return minutes


def put_lock_after(tx: Tx, unit_id: str, minutes: int) -> None:
    """Keep the unit's choice, in place of the one before."""
    values = {"minutes": minutes}
    if tx.connection.execute(update(lock_table).where(lock_table.c.unit_id == unit_id).values(values)).rowcount == 0:
        tx.connection.execute(insert(lock_table).values(unit_id=unit_id, **values))
