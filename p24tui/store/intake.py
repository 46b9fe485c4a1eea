"""The intake's own records: sources and their tokens, what came before, what could not be taken, what to fetch."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import ColumnElement, bindparam, exc, func, insert, literal_column, select, tuple_, update

from p24tui.store.engine import Tx
from p24tui.store.messages import from_row
from p24tui.store.tables import cases, changes, messages, quarantine, received, sources, units
from p24tui.store.values import Author, Message, Position

START: Position = (0, 0)

OLDEST_RUNNING: ColumnElement[int] = literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
"""PostgreSQL only: changes of this transaction and later ones may not all be visible yet."""


DatabaseError = exc.SQLAlchemyError
"""What goes wrong with the database as a whole; ``Store.writing`` explains it."""

_BATCH = 500
_LOCK = 0x70323469  # "p24i"


class NotStorable(Exception):
    """The database refuses a value that was sent. Nothing of what was attempted has been written."""


class Received(Struct, frozen=True):
    """What a source's resource became, and the digest of what it said."""

    source: str
    type: str
    source_id: str
    stored_as: str
    digest: str
    received_at: datetime


class Became(Struct, frozen=True):
    """What a resource is stored as, the digest of what it said, and when it last said something new."""

    stored_as: str
    digest: str
    received_at: datetime


class Quarantined(Struct, frozen=True):
    """Something that could not be taken, kept byte for byte until somebody has settled it."""

    id: str
    source: str
    at: datetime
    path: str
    problem: str
    body: bytes
    settled_at: datetime | None = None
    settled_by: str | None = None


class Outgoing(Struct, frozen=True):
    """A message from staff on its way to the patient's side, with its place in the change log."""

    position: Position
    case_source_id: str
    unit_id: str
    unit_name: str
    message: Message


def alone(tx: Tx) -> None:
    """Let one intake write at a time, so that what is sent twice in one instant is stored once.

    SQLite's writers are alone as it is. Nobody else waits for this.
    """
    if tx.on_postgresql:
        tx.connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))


@contextmanager
def attempt(tx: Tx) -> Iterator[None]:
    """A part of a transaction that can fail by itself: where it raises, nothing of it has been written.

    Raises ``NotStorable`` where the database refuses a value.
    """
    try:
        with tx.connection.begin_nested():
            yield
    except (exc.DataError, exc.IntegrityError) as error:
        raise NotStorable(type(error).__name__) from error


# Built once: they run for every resource that comes in.
_EARLIER = select(received).where(
    received.c.source == bindparam("source"),
    received.c.type == bindparam("type"),
    received.c.source_id.in_(bindparam("names", expanding=True)),
)
_REMEMBER = update(received).where(
    received.c.source == bindparam("source_was"),
    received.c.type == bindparam("type_was"),
    received.c.source_id == bindparam("name_was"),
)
_NEWLY_RECEIVED = insert(received)
_SETTLE = update(quarantine).where(quarantine.c.id == bindparam("kept"), quarantine.c.settled_at.is_(None))


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


def earlier(tx: Tx, source: str, type: str, names: Collection[str]) -> list[Received]:
    """What came before from this source under this type and any of these ids, in their order."""
    rows = tx.connection.execute(_EARLIER, {"source": source, "type": type, "names": list(names)})
    found = {row.source_id: Received(*row) for row in rows}
    return [found[name] for name in names if name in found]


def remember(tx: Tx, source: str, type: str, names: Collection[str], became: Became) -> None:
    """Keep what a resource became under each of its ids, so that the same one sent again is stored once."""
    key = {"source_was": source, "type_was": type}
    fresh = []
    for name in names:
        values = {**asdict(became), **key, "name_was": name}
        if tx.connection.execute(_REMEMBER, values).rowcount == 0:
            fresh.append({"source": source, "type": type, "source_id": name, **asdict(became)})
    if fresh:
        tx.connection.execute(_NEWLY_RECEIVED, fresh)


def only_name_of(tx: Tx, stored_as: str, source: str, type: str, names: Collection[str]) -> bool:
    """Whether nothing but this source's resource of these names has become what is stored."""
    table = received.c
    this = (table.source == source) & table.source_id.in_(names)
    others = select(table.source_id).where(table.type == type, table.stored_as == stored_as, ~this).limit(1)
    return tx.connection.execute(others).first() is None


def names_of(tx: Tx, source: str, type: str, stored_as: str) -> tuple[str, ...]:
    """What a source calls one of its resources."""
    table = received.c
    query = select(table.source_id).where(table.source == source, table.type == type, table.stored_as == stored_as)
    return tuple(tx.connection.scalars(query.order_by(table.source_id)))


def put_contact(tx: Tx, case_id: str, e_id: str, e_id_at: datetime | None, way_in: str) -> None:
    """How the contact came about, where a source tells it late."""
    values = {"e_id": e_id, "e_id_at": e_id_at, "way_in": way_in}
    tx.connection.execute(update(cases).where(cases.c.id == case_id).values(values))


def keep_aside(tx: Tx, one: Quarantined) -> None:
    """Put into quarantine; the same content from the same source is kept once, and opened again if it was settled."""
    known = update(quarantine).where(quarantine.c.id == one.id)
    again = {"path": one.path, "problem": one.problem, "settled_at": None, "settled_by": None}
    if tx.connection.execute(known.values(again)).rowcount == 0:
        tx.connection.execute(insert(quarantine).values(**asdict(one)))


def kept_aside(tx: Tx, *, settled: bool = False) -> list[Quarantined]:
    """What lies in quarantine, oldest first, without the bodies; with what has been settled only if asked for."""
    table = quarantine.c
    said = (table.id, table.source, table.at, table.path, table.problem)
    query = select(*said, table.settled_at, table.settled_by).order_by(table.at, table.id)
    if not settled:
        query = query.where(table.settled_at.is_(None))
    rows = tx.connection.execute(query)
    return [Quarantined(*row[:5], body=b"", settled_at=row[5], settled_by=row[6]) for row in rows]


def kept_one(tx: Tx, id: str) -> Quarantined | None:
    """One thing that lies in quarantine or has lain there."""
    row = tx.connection.execute(select(quarantine).where(quarantine.c.id == id)).first()
    return None if row is None else Quarantined(*row)


def kept_beginning(tx: Tx, prefix: str, limit: int = 3) -> list[str]:
    """Ids in quarantine that begin with ``prefix``, at most ``limit``: people type the first letters."""
    table = quarantine.c
    query = select(table.id).where(table.id.startswith(prefix, autoescape=True)).order_by(table.id).limit(limit)
    return list(tx.connection.scalars(query))


def kept_for(tx: Tx, source: str, problems: Collection[str]) -> list[str]:
    """Ids of what this source has in quarantine for one of these reasons, oldest first."""
    table = quarantine.c
    found: list[tuple[datetime, str]] = []
    asked = sorted(problems)
    for start in range(0, len(asked), _BATCH):
        part = table.problem.in_(asked[start : start + _BATCH])
        query = select(table.at, table.id).where(table.source == source, part, table.settled_at.is_(None))
        found += [(at, id) for at, id in tx.connection.execute(query)]
    return [id for _at, id in sorted(found)]


def settle(tx: Tx, id: str, by: str, at: datetime) -> bool:
    """Mark as settled; whether there was such a one unsettled."""
    return tx.connection.execute(_SETTLE, {"kept": id, "settled_by": by, "settled_at": at}).rowcount == 1


def outgoing(tx: Tx, source: str, after: Position, limit: int, case_id: str | None = None) -> list[Outgoing]:
    """Staff's and the system's messages in this source's cases, stored after a position, in the order of storing.

    In PostgreSQL what a still running transaction may yet put before them is waited for, so nothing is passed over.
    """
    query = (
        select(changes.c.xid, changes.c.seq, cases.c.source_id, units.c.id, units.c.name, messages)
        .join(messages, messages.c.id == changes.c.message_id)
        .join(cases, cases.c.id == messages.c.case_id)
        .join(units, units.c.id == cases.c.unit_id)
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
    return [Outgoing((row[0], row[1]), row[2], row[3], row[4], from_row(tuple(row[5:]))) for row in rows]
