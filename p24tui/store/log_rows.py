"""The rows of the two logs as they lie in the database, page by page, to be held against their chains (LO-2)."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import Row, TextClause, delete, func, insert, literal_column, select, text, tuple_

from p24tui.errors import Unavailable
from p24tui.store.engine import Store, Tx
from p24tui.store.log_chain import COLUMNS, linked
from p24tui.store.log_seals import Head
from p24tui.store.tables import chain_heads, events, log_stumps, read_log, sealed_heads

TABLES = {"events": events, "read_log": read_log}

PAGE = 2000
"""Rows that are read at a time: each page is a short transaction, so nothing waits for whoever checks a long log."""

REMOVED = "log.segment-removed"
"""The kind of event that says that a month was removed."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Stored(NamedTuple):
    """A row: its place in its chain, the hashes that it holds, and the hash that it should have by what it says."""

    chain: str
    position: int
    previous: bytes
    hash: bytes
    made: bytes
    seq: int
    since: int
    """Microseconds since 1970."""

    @property
    def at(self) -> datetime | None:
        """When it says that it was written; none where what lies there is no instant."""
        try:
            return _EPOCH + timedelta(microseconds=self.since)
        except (OverflowError, TypeError):
            return None


class Stump(Struct, frozen=True):
    """What is left of a removed month in a chain: the place and hash of its last row, and how many there were."""

    head: Head
    month: str
    rows: int
    removed_at: datetime
    removed_by: str


def chained(store: Store, log: str) -> Iterator[list[Stored]]:
    """The rows that are in a chain, chain by chain and in the order of their places."""
    first = f"SELECT {_columns(log, store)} FROM {log} WHERE {_in_a_chain(store)}"
    order = f" ORDER BY chain, chain_position LIMIT {PAGE}"
    statement = text(first + order)
    place: dict[str, object] = {}
    while True:
        page = [_stored(log, line) for line in _lines(store, statement, place)]
        if not page:
            return
        yield page
        statement = text(f"{first} AND (chain, chain_position) > (:chain, :position){order}")
        place = {"chain": page[-1].chain, "position": page[-1].position}


def unchained(store: Store, log: str) -> Iterator[Stored]:
    """The rows that are in none."""
    where = f"NOT ({_in_a_chain(store)}) AND seq > :seq ORDER BY seq"
    statement = text(f"SELECT {_columns(log, store)} FROM {log} WHERE {where} LIMIT {PAGE}")
    seq = -(2**63)
    while True:
        page = [_stored(log, line) for line in _lines(store, statement, {"seq": seq})]
        if not page:
            return
        yield from page
        seq = page[-1].seq


def _in_a_chain(store: Store) -> str:
    """SQLite keeps what is no text and no number in a column of them, too."""
    if store.path is not None:
        return "typeof(chain) = 'text' AND typeof(chain_position) = 'integer'"
    return "chain IS NOT NULL AND chain_position IS NOT NULL"


def _lines(store: Store, statement: TextClause, place: dict[str, object]) -> Sequence[Row[Any]]:
    try:
        with store.reading() as tx:
            return tx.connection.execute(statement, place).all()
    except Unavailable:
        if store.path is None:
            raise
    with store.reading() as tx:  # SQLite keeps bytes that are no UTF-8 as text, too
        driver: Any = tx.connection.connection.driver_connection
        driver.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
        try:
            return tx.connection.execute(statement, place).all()
        finally:
            driver.text_factory = str


def _columns(log: str, store: Store) -> str:
    """In SQLite as they lie there; of PostgreSQL's, what is no text as the text that is hashed."""
    columns = ["chain", "chain_position", "previous_hash", "hash", *COLUMNS[log]]
    if store.path is not None:
        return ", ".join(columns)
    as_text = {
        "at": "CAST(extract(epoch FROM at) * 1000000 AS bigint)",
        "details": "CAST(details AS text)",
        "patients": "CAST(patients AS text)",
    }
    return ", ".join(as_text.get(name, name) for name in columns)


def _stored(log: str, line: Sequence[Any]) -> Stored:
    chain, position, previous, digest, seq, since = line[:6]
    before = _bytes(previous)
    parts: list[Any] = [log, str(chain), str(position), str(seq), str(since), *line[6:]]
    try:
        made = linked(before, parts)
    except TypeError:  # SQLite keeps what is no text in a column of text, too
        made = linked(before, [None if part is None else str(part) for part in parts])
    return Stored(str(chain), _number(position), before, _bytes(digest), made, _number(seq), since)


def _bytes(value: object) -> bytes:
    """A hash; what is none counts as an empty one, which no row has."""
    return value if isinstance(value, bytes) else b""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def count(tx: Tx, log: str) -> int:
    """How many rows there are."""
    return tx.connection.execute(select(func.count()).select_from(TABLES[log])).scalar_one()


def heads(tx: Tx, log: str) -> dict[str, Head]:
    """Where each chain ends, as is kept beside it."""
    table = chain_heads.c
    query = select(table.log, table.chain, table.position, table.hash).where(table.log == log)
    rows = tx.connection.execute(query)
    return {chain: Head(log, chain, _number(position), _bytes(digest)) for log, chain, position, digest in rows}


def head(tx: Tx, log: str, chain: str) -> Head | None:
    """Where one chain ends now."""
    table = chain_heads.c
    query = select(table.position, table.hash).where(table.log == log, table.chain == chain)
    row = tx.connection.execute(query).first()
    return None if row is None else Head(log, chain, _number(row[0]), _bytes(row[1]))


def unsealed_since(tx: Tx) -> datetime | None:
    """The instant of the oldest row that no seal holds: of each chain the first one after what is sealed of it."""
    found = []
    for log, table in TABLES.items():
        head, sealed, row = chain_heads.c, sealed_heads.c, table.c
        of_chain = (sealed.log == head.log) & (sealed.chain == head.chain)
        is_next = (row.chain == head.chain) & (row.chain_position == func.coalesce(sealed.position, 0) + 1)
        joined = chain_heads.outerjoin(sealed_heads, of_chain).join(table, is_next)
        query = select(func.min(row.at)).select_from(joined).where(head.log == log)
        found.append(tx.connection.execute(query).scalar_one())
    return min((one for one in found if one is not None), default=None)


def hashes(tx: Tx, log: str, places: Collection[tuple[str, int]]) -> dict[tuple[str, int], bytes]:
    """The hashes of the rows at these places of chains."""
    table = TABLES[log].c
    query = select(table.chain, table.chain_position, table.hash).where(
        tuple_(table.chain, table.chain_position).in_(places)
    )
    return {(chain, position): _bytes(digest) for chain, position, digest in tx.connection.execute(query)}


def stumps(tx: Tx) -> list[Stump]:
    """What is left of removed months, the latest of a chain last."""
    table = log_stumps.c
    query = select(
        *(table.log, table.chain, table.position, table.hash, table.month, table.rows),
        *(table.removed_at, table.removed_by),
    ).order_by(table.log, table.chain, table.position)
    return [Stump(Head(*row[:4]), *row[4:]) for row in tx.connection.execute(query)]


def removals(tx: Tx) -> list[tuple[datetime, dict[str, object]]]:
    """What the event log says of removed months: when, and which."""
    query = select(events.c.at, events.c.details).where(events.c.kind == literal_column(f"'{REMOVED}'"))
    return [(at, details if isinstance(details, dict) else {}) for at, details in tx.connection.execute(query)]


class Old(Struct, frozen=True):
    """The rows at the start of a chain that are older than an instant: the places of the first and of the last."""

    log: str
    chain: str
    first: int
    last: int


def older_than(tx: Tx, before: datetime) -> list[Old]:
    """Where chains begin with such rows."""
    found = []
    for log, table in TABLES.items():
        place = table.c.chain_position
        young = func.min(place).filter(table.c.at >= before)
        query = (
            select(table.c.chain, func.min(place), func.max(place), young)
            .where(table.c.chain.is_not(None))
            .group_by(table.c.chain)
            .order_by(table.c.chain)
        )
        for chain, first, final, until in tx.connection.execute(query):
            old = Old(log, chain, first, final if until is None else until - 1)
            if old.last >= old.first:
                found.append(old)
    return found


def oldest(tx: Tx, before: datetime, since: datetime | None = None) -> datetime | None:
    """The instant of the oldest row before an instant, and not before another."""
    firsts = []
    for table in TABLES.values():
        query = select(func.min(table.c.at)).where(table.c.at < before)
        firsts.append(tx.connection.execute(query if since is None else query.where(table.c.at >= since)).scalar_one())
    return min((first for first in firsts if first is not None), default=None)


def remove(tx: Tx, old: Old, month: str, at: datetime, by: str) -> int:
    """Remove these rows and leave their stump; how many there were."""
    table = TABLES[old.log]
    end = select(table.c.hash).where(table.c.chain == old.chain, table.c.chain_position == old.last)
    digest = tx.connection.execute(end).scalar_one()
    gone = delete(table).where(table.c.chain == old.chain, table.c.chain_position <= old.last)
    rows = tx.connection.execute(gone).rowcount
    head = {"log": old.log, "chain": old.chain, "position": old.last, "hash": digest}
    tx.connection.execute(insert(log_stumps).values(**head, month=month, rows=rows, removed_at=at, removed_by=by))
    return rows
