"""Passwords, and how often one was wrong (NA-1)."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import delete, insert, select, update

from p24tui.routine.login import Tries
from p24tui.store.engine import Tx
from p24tui.store.once import insert_once
from p24tui.store.tables import login_tries, passwords, staff


class Password(Struct, frozen=True):
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


def at_machine(staff_id: str, machine: str) -> str:
    """Whose tries those of a person at a machine are."""
    return f"pair:{staff_id}@{machine}"


def of_person(staff_id: str) -> str:
    """Whose tries those of a person anywhere are."""
    return f"staff:{staff_id}"


def of_machine(machine: str) -> str:
    """Whose tries those of anybody at a machine are."""
    return f"place:{machine}"


def anybody_has_password(tx: Tx) -> bool:
    """Whether any of the active staff has a password."""
    query = select(passwords.c.staff_id).join(staff, staff.c.id == passwords.c.staff_id).where(staff.c.active)
    return tx.connection.execute(query.limit(1)).first() is not None


def tries(tx: Tx, whose: str) -> Tries:
    """How often it was wrong there. Kept from other writers until the transaction ends."""
    query = select(login_tries.c.wrong, login_tries.c.last_wrong_at).where(login_tries.c.whose == whose)
    if not tx.on_postgresql:
        row = tx.connection.execute(query).first()
        return Tries() if row is None else Tries(*row)
    while True:  # until there is a row to lock: one may be forgotten just as it has been found
        insert_once(tx, login_tries, whose=whose, wrong=0)
        if (row := tx.connection.execute(query.with_for_update()).first()) is not None:
            return Tries(*row)


def put_tries(tx: Tx, whose: str, one: Tries) -> None:
    """Let that be how often it was wrong there."""
    same, values = login_tries.c.whose == whose, {"wrong": one.wrong, "last_wrong_at": one.last_wrong_at}
    if tx.connection.execute(update(login_tries).where(same).values(values)).rowcount == 0:
        tx.connection.execute(insert(login_tries).values(whose=whose, **values))


def forget_tries(tx: Tx, *whose: str) -> None:
    """What was wrong there before does not count."""
    for one in whose:  # in the order in which they are locked
        tx.connection.execute(delete(login_tries).where(login_tries.c.whose == one))


def forget_tries_of(tx: Tx, staff_id: str) -> None:
    """What was wrong of a person before does not count, at any machine."""
    pairs = login_tries.c.whose.startswith(at_machine(staff_id, ""), autoescape=True)
    tx.connection.execute(delete(login_tries).where(pairs))
    forget_tries(tx, of_person(staff_id))
