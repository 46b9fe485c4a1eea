"""The intake's own records: sources and their tokens, what came before, what could not be taken, what to fetch."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, insert, literal_column, select, tuple_, update

from p24tui.store.engine import Tx
from p24tui.store.messages import Author, Message, from_row
from p24tui.store.tables import cases, changes, messages, quarantine, received, sources

Position = tuple[int, int]
"""A place in the change log: transaction and number. Everything after it is later for every reader."""

START: Position = (0, 0)

OLDEST_RUNNING: ColumnElement[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
"""PostgreSQL only: changes of this transaction and later ones may not all be visible yet."""


@dataclass(frozen=True, slots=True)
class Received:
    """What a source's resource became, and the digest of what it said."""

    source: str
    type: str
    source_id: str
    stored_as: str
    digest: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Quarantined:
    """Something that could not be taken, kept byte for byte until somebody has settled it."""

    id: str
    source: str
    at: datetime
    path: str
    problem: str
    body: bytes
    settled_at: datetime | None = None
    settled_by: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message from staff on its way to the patient's side, with its place in the change log."""

    position: Position
    case_source_id: str
    message: Message


def put_source(tx: Tx, name: str, token_hash: str, at: datetime) -> None:
    """Let a source in with this token; a token it had before is no longer good."""
    values = {"token_hash": token_hash, "created_at": at, "active": True}
    if tx.connection.execute(update(sources).where(sources.c.name == name).values(values)).rowcount == 0:
        tx.connection.execute(insert(sources).values(name=name, **values))


def revoke_source(tx: Tx, name: str) -> bool:
    """Shut a source out; whether there was one of that name."""
    done = tx.connection.execute(update(sources).where(sources.c.name == name).values(active=False))
    return done.rowcount == 1


def source_with(tx: Tx, token_hash: str) -> str | None:
    """The name of the source that this token belongs to."""
    return tx.connection.execute(
        select(sources.c.name).where(sources.c.token_hash == token_hash, sources.c.active)
    ).scalar_one_or_none()


def all_sources(tx: Tx) -> list[tuple[str, datetime, bool]]:
    """Name, when the token was made, and whether it is still good."""
    query = select(sources.c.name, sources.c.created_at, sources.c.active).order_by(sources.c.name)
    return [(name, at, active) for name, at, active in tx.connection.execute(query)]


def earlier(tx: Tx, source: str, type: str, source_id: str) -> Received | None:
    """What came before from this source under this type and id."""
    table = received.c
    same = (table.source == source) & (table.type == type) & (table.source_id == source_id)
    row = tx.connection.execute(select(received).where(same)).first()
    return None if row is None else Received(*row)


def remember(tx: Tx, one: Received) -> None:
    """Keep what a resource became, so that the same one sent again is stored once."""
    table = received.c
    same = (table.source == one.source) & (table.type == one.type) & (table.source_id == one.source_id)
    if tx.connection.execute(update(received).where(same).values(**asdict(one))).rowcount == 0:
        tx.connection.execute(insert(received).values(**asdict(one)))


def keep_aside(tx: Tx, one: Quarantined) -> None:
    """Put into quarantine; the same content from the same source is kept once."""
    if tx.connection.execute(select(quarantine.c.id).where(quarantine.c.id == one.id)).first() is None:
        tx.connection.execute(insert(quarantine).values(**asdict(one)))


def kept_aside(tx: Tx, *, settled: bool = False) -> list[Quarantined]:
    """What lies in quarantine, oldest first; with what has been settled only if asked for."""
    query = select(quarantine).order_by(quarantine.c.at, quarantine.c.id)
    if not settled:
        query = query.where(quarantine.c.settled_at.is_(None))
    return [Quarantined(*row) for row in tx.connection.execute(query)]


def settle(tx: Tx, id: str, by: str, at: datetime) -> bool:
    """Mark as settled; whether there was such a one unsettled."""
    table = quarantine.c
    done = tx.connection.execute(
        update(quarantine).where(table.id == id, table.settled_at.is_(None)).values(settled_at=at, settled_by=by)
    )
    return done.rowcount == 1


def outgoing(tx: Tx, source: str, after: Position, limit: int, case_id: str | None = None) -> list[Outgoing]:
    """Staff's and the system's messages in this source's cases, stored after a position, in the order of storing.

    In PostgreSQL what a still running transaction may yet put before them is waited for, so nothing is passed over.
    """
    query = (
        select(changes.c.xid, changes.c.seq, cases.c.source_id, messages)
        .join(messages, messages.c.id == changes.c.message_id)
        .join(cases, cases.c.id == messages.c.case_id)
        .where(
            cases.c.source == source,
            messages.c.author != Author.PATIENT,
            tuple_(changes.c.xid, changes.c.seq) > tuple_(*after),
        )
        .order_by(changes.c.xid, changes.c.seq)
        .limit(limit)
    )
    if case_id is not None:
        query = query.where(cases.c.id == case_id)
    if tx.on_postgresql:
        query = query.where(changes.c.xid < OLDEST_RUNNING)
    rows = tx.connection.execute(query)
    return [Outgoing((row[0], row[1]), row[2], from_row(tuple(row[3:]))) for row in rows]
