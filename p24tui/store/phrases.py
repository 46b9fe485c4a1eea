"""The phrases that a unit and its staff have made."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import delete, insert, or_, select, update

from p24tui.store.engine import Tx
from p24tui.store.tables import phrases


class StoredPhrase(Struct, frozen=True):
    """A phrase. ``staff_id`` is whose own it is, none for the whole unit's; ``replaces`` the id of another or empty."""

    id: str
    unit_id: str
    staff_id: str | None
    replaces: str
    title: str
    text: str


_COLUMNS = (
    phrases.c.id,
    phrases.c.unit_id,
    phrases.c.staff_id,
    phrases.c.replaces,
    phrases.c.title,
    phrases.c.text,
)


def for_person(tx: Tx, unit_id: str, staff_id: str | None) -> list[StoredPhrase]:
    """The phrases of a unit, and a person's own wherever they made them."""
    of_unit = (phrases.c.unit_id == unit_id) & phrases.c.staff_id.is_(None)
    query = select(*_COLUMNS).where(or_(of_unit, phrases.c.staff_id == staff_id))
    return [StoredPhrase(*row) for row in tx.connection.execute(query)]


def one(tx: Tx, phrase_id: str) -> StoredPhrase | None:
    """One phrase."""
    row = tx.connection.execute(select(*_COLUMNS).where(phrases.c.id == phrase_id)).first()
    return None if row is None else StoredPhrase(*row)


def put(tx: Tx, phrase: StoredPhrase, by: str, at: datetime) -> None:
    """Add the phrase or change the one with its id. Another of the same holder's that replaces the same gives way."""
    if phrase.replaces:
        _drop_twins(tx, phrase)
    values = {**asdict(phrase), "changed_by": by, "changed_at": at}
    if tx.connection.execute(update(phrases).where(phrases.c.id == phrase.id).values(values)).rowcount == 0:
        tx.connection.execute(insert(phrases).values(values))


def drop(tx: Tx, phrase_id: str) -> None:
    """Forget a phrase."""
    tx.connection.execute(delete(phrases).where(phrases.c.id == phrase_id))


def _drop_twins(tx: Tx, phrase: StoredPhrase) -> None:
    of_unit = (phrases.c.unit_id == phrase.unit_id) & phrases.c.staff_id.is_(None)
    holder = of_unit if phrase.staff_id is None else phrases.c.staff_id == phrase.staff_id
    twins = (phrases.c.replaces == phrase.replaces) & (phrases.c.id != phrase.id)
    tx.connection.execute(delete(phrases).where(holder, twins))
