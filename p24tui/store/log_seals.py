"""The seals that join the heads of the chains, and how far each chain is sealed (LO-2)."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Text, cast, insert, select, text

from p24tui.store.engine import Tx
from p24tui.store.log_chain import ZERO, linked, microseconds
from p24tui.store.tables import chain_heads, log_seals, sealed_heads

_LOCK = 0x70323475
"""In PostgreSQL one process seals at a time, and the others let it."""

_SEALED = text(
    "INSERT INTO sealed_heads (log, chain, position) VALUES (:log, :chain, :position) "
    "ON CONFLICT (log, chain) DO UPDATE SET position = excluded.position"
)


class Head(Struct, frozen=True):
    """The end of a chain: the place and hash of its last row."""

    log: str
    chain: str
    position: int
    hash: bytes


class Seal(Struct, frozen=True):
    """A row of the seals as it is stored; ``heads`` is the JSON text."""

    seq: int
    at: datetime
    heads: str
    previous: bytes
    hash: bytes

    @property
    def made(self) -> bytes:
        """The hash that it should have."""
        return linked(self.previous, ["log_seals", str(self.seq), str(microseconds(self.at)), self.heads])

    @property
    def line(self) -> str:
        """What is anchored of it outside the database."""
        return f"{self.seq} {written(self.at)} {self.hash.hex()}"

    def sealed(self) -> list[Head]:
        """The heads that it seals. Raises ``ValueError`` where they are no such thing."""
        try:
            said = json.loads(self.heads)
            return [Head(log, chain, int(position), bytes.fromhex(digest)) for log, chain, position, digest in said]
        except TypeError as error:
            raise ValueError(self.seq) from error


def written(at: datetime) -> str:
    """An instant as it is written in an anchor."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}"


def alone(tx: Tx) -> bool:
    """Whether this transaction alone seals; who writes to the embedded database is alone anyway."""
    if not tx.on_postgresql:
        return True
    return bool(tx.connection.execute(text("SELECT pg_try_advisory_xact_lock(:lock)"), {"lock": _LOCK}).scalar_one())


def moved(tx: Tx) -> list[Head]:
    """The heads that have moved since they were sealed."""
    head, sealed = chain_heads.c, sealed_heads.c
    same = (sealed.log == head.log) & (sealed.chain == head.chain)
    query = (
        select(head.log, head.chain, head.position, head.hash)
        .outerjoin_from(chain_heads, sealed_heads, same)
        .where(head.position.is_distinct_from(sealed.position))
        .order_by(head.log, head.chain)
    )
    return [Head(*row) for row in tx.connection.execute(query)]


def add(tx: Tx, at: datetime, heads: Sequence[Head]) -> None:
    """Seal these heads."""
    before = last(tx)
    seq, previous = (before.seq + 1, before.hash) if before else (1, ZERO)
    said = [[head.log, head.chain, head.position, head.hash.hex()] for head in heads]
    seal = Seal(seq, at, json.dumps(said), previous, b"")
    values = {"seq": seq, "at": at, "heads": said, "previous_hash": previous, "hash": seal.made}
    tx.connection.execute(insert(log_seals).values(values))
    tx.connection.execute(
        _SEALED, [{"log": head.log, "chain": head.chain, "position": head.position} for head in heads]
    )


def last(tx: Tx) -> Seal | None:
    """The newest seal."""
    row = tx.connection.execute(_SEALS.order_by(log_seals.c.seq.desc()).limit(1)).first()
    return None if row is None else Seal(*row)


def one(tx: Tx, seq: int) -> Seal | None:
    """The seal with this number."""
    row = tx.connection.execute(_SEALS.where(log_seals.c.seq == seq)).first()
    return None if row is None else Seal(*row)


def some(tx: Tx, seqs: Collection[int]) -> list[Seal]:
    """The seals with these numbers, in no order."""
    return [Seal(*row) for row in tx.connection.execute(_SEALS.where(log_seals.c.seq.in_(seqs)))]


def after(tx: Tx, seq: int, limit: int) -> list[Seal]:
    """The seals that come after this number, at most ``limit``."""
    query = _SEALS.where(log_seals.c.seq > seq).order_by(log_seals.c.seq).limit(limit)
    return [Seal(*row) for row in tx.connection.execute(query)]


_SEALS = select(
    log_seals.c.seq, log_seals.c.at, cast(log_seals.c.heads, Text), log_seals.c.previous_hash, log_seals.c.hash
)
