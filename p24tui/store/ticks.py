"""How the jobs fare: when each last ran, was missed or failed, and where."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, insert, select, update

from p24tui.store.engine import Tx
from p24tui.store.tables import ticks


class TickRecord(Struct, frozen=True):
    """The last of everything about one job in one process. ``done`` is how much its last run did."""

    name: str
    place: str
    started_at: datetime | None = None
    finished_at: datetime | None = None
    missed_at: datetime | None = None
    failed_at: datetime | None = None
    problem: str = ""
    done: int = 0


def put(tx: Tx, name: str, place: str, **what: datetime | str | int) -> None:
    """Note something about a job."""
    same = (ticks.c.name == name) & (ticks.c.place == place)
    if tx.connection.execute(update(ticks).where(same).values(**what)).rowcount == 0:
        tx.connection.execute(insert(ticks).values(**{**asdict(TickRecord(name, place)), **what}))


def forget_before(tx: Tx, before: datetime) -> None:
    """Drop the records of jobs that have not started since."""
    tx.connection.execute(delete(ticks).where(ticks.c.started_at < before))


def every(tx: Tx) -> list[TickRecord]:
    """Every job of every process, by name."""
    return [TickRecord(*row) for row in tx.connection.execute(select(ticks).order_by(ticks.c.name, ticks.c.place))]
