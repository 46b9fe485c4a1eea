"""Notes: what staff write to each other about a case. They never meet the messages, which the patient sees."""

from msgspec.structs import asdict
from sqlalchemy import insert, select

from p24tui.store.engine import Tx
from p24tui.store.tables import notes
from p24tui.store.values import Note


def add(tx: Tx, note: Note) -> None:
    """A new note."""
    tx.connection.execute(insert(notes).values(**asdict(note)))


def one(tx: Tx, note_id: str) -> Note | None:
    """One note."""
    row = tx.connection.execute(select(notes).where(notes.c.id == note_id)).first()
    return None if row is None else Note(*row)


def of_case(tx: Tx, case_id: str) -> list[Note]:
    """The notes on a case, oldest first."""
    query = select(notes).where(notes.c.case_id == case_id).order_by(notes.c.written_at, notes.c.id)
    return [Note(*row) for row in tx.connection.execute(query)]
