"""Passwords, and how often one was wrong (NA-1)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import postgresql

from p24tui.routine.login import Tries
from p24tui.store.engine import Tx
from p24tui.store.tables import login_tries, passwords


@dataclass(frozen=True, slots=True)
class Password:
    """Somebody's password as it is kept. ``one_time`` has to be changed before anything else is done."""

    hash: str
    one_time: bool
    set_at: datetime


def password(tx: Tx, staff_id: str) -> Password | None:
    """The password of a person; none where they have none."""
    columns = passwords.c
    query = select(columns.hash, columns.one_time, columns.set_at).where(columns.staff_id == staff_id)
    row = tx.connection.execute(query).first()
    return None if row is None else Password(*row)


def with_password(tx: Tx) -> frozenset[str]:
    """Whoever has a password."""
    return frozenset(tx.connection.scalars(select(passwords.c.staff_id)))


def put_password(tx: Tx, staff_id: str, one: Password) -> None:
    """Let that be the person's password, in place of the one before."""
    values = {"hash": one.hash, "one_time": one.one_time, "set_at": one.set_at}
    same = passwords.c.staff_id == staff_id
    if tx.connection.execute(update(passwords).where(same).values(values)).rowcount == 0:
        tx.connection.execute(insert(passwords).values(staff_id=staff_id, **values))


def tries(tx: Tx, whose: str) -> Tries:
    """How often it was wrong there since it was right last. Kept from other writers until the transaction ends."""
    if tx.on_postgresql:  # so that there is a row to lock
        tx.connection.execute(postgresql.insert(login_tries).values(whose=whose, wrong=0).on_conflict_do_nothing())
    query = select(login_tries.c.wrong, login_tries.c.last_wrong_at).where(login_tries.c.whose == whose)
    row = tx.connection.execute(query.with_for_update() if tx.on_postgresql else query).first()
    return Tries() if row is None else Tries(*row)


def count_wrong(tx: Tx, whose: str, at: datetime) -> None:
    """One more that is wrong."""
    same = login_tries.c.whose == whose
    values = {"wrong": login_tries.c.wrong + 1, "last_wrong_at": at}
    if tx.connection.execute(update(login_tries).where(same).values(values)).rowcount == 0:
        tx.connection.execute(insert(login_tries).values(whose=whose, wrong=1, last_wrong_at=at))


def forget_wrong(tx: Tx, *whose: str) -> None:
    """It was right: what was wrong before does not count."""
    for one in whose:  # in the order in which they are locked
        tx.connection.execute(delete(login_tries).where(login_tries.c.whose == one))
