"""What a unit has decided for itself: when it is warned before closing, how long it keeps an answer, when it locks."""

from collections.abc import Collection

from sqlalchemy import insert, select, update

from p24tui.store.engine import Tx
from p24tui.store.tables import closing_warnings as table
from p24tui.store.tables import lock_after, protection_kept

MINUTES = {"lock_after": lock_after, "protection_kept": protection_kept}
"""The tables of settings that are so many minutes, by the setting's name."""


def closing_warnings(tx: Tx, unit_ids: Collection[str]) -> dict[str, tuple[int, ...]]:
    """The minutes before closing that units have chosen, falling, by unit; one that has chosen none is left out."""
    query = select(table.c.unit_id, table.c.minutes).where(table.c.unit_id.in_(unit_ids))
    return {unit_id: tuple(minutes) for unit_id, minutes in tx.connection.execute(query)}


def put_closing_warnings(tx: Tx, unit_id: str, minutes: tuple[int, ...]) -> None:
    """Keep the unit's choice, in place of the one before."""
    values = {"minutes": list(minutes)}
    if tx.connection.execute(update(table).where(table.c.unit_id == unit_id).values(values)).rowcount == 0:
        tx.connection.execute(insert(table).values(unit_id=unit_id, **values))


def minutes(tx: Tx, setting: str, unit_id: str) -> int | None:
    """So many minutes as the unit has chosen for a setting; none where it has not chosen."""
    own = MINUTES[setting].c
    chosen: int | None = tx.connection.scalar(select(own.minutes).where(own.unit_id == unit_id))
    return chosen


def put_minutes(tx: Tx, setting: str, unit_id: str, chosen: int) -> None:
    """Keep the unit's choice, in place of the one before."""
    own, values = MINUTES[setting], {"minutes": chosen}
    if tx.connection.execute(update(own).where(own.c.unit_id == unit_id).values(values)).rowcount == 0:
        tx.connection.execute(insert(own).values(unit_id=unit_id, **values))
