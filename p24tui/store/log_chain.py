"""The chains of the two logs, without SQLAlchemy: what of a row is hashed, and how each row holds the one before it.

``hash = sha256(previous hash, canonical row)``. The embedded database has writers one at a time, so there it is one
chain for each log, made here. In PostgreSQL a trigger makes the same bytes, in a chain for each connection.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

EMBEDDED = "embedded"
"""The one chain of the embedded database."""

BEFORE = "before"
"""The chain of the rows that were there before there were chains."""

ZERO = bytes(32)
"""What stands for the hash before the first row of a chain."""

COLUMNS: dict[str, tuple[str, ...]] = {
    "events": (
        *("seq", "at", "kind", "case_id", "unit_id", "staff_id", "actor", "profession", "place", "rule"),
        "details",
    ),
    "read_log": (
        *("seq", "at", "kind", "staff_id", "actor", "profession", "unit_id", "place", "view", "case_id", "patient_id"),
        *("patients", "role", "why"),
    ),
}
"""Of each log the columns that are hashed, in order: all but those of the chain. A column that comes later is no part
of the rows before it, so it comes with a new form of the hash, and with chains of its own."""

DEFAULTS: dict[str, dict[str, str]] = {"events": {}, "read_log": {"role": "", "why": "care"}}
"""What stands in columns for which nothing is given."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_HEAD = (
    "SELECT coalesce(position, 0), hash, (SELECT coalesce(max(seq), 0) + 1 FROM {log}) "
    "FROM (SELECT ? AS chain) one LEFT JOIN chain_heads h ON h.log = '{log}' AND h.chain = one.chain"
)
_MOVE = (
    "INSERT INTO chain_heads (log, chain, position, hash) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (log, chain) DO UPDATE SET position = excluded.position, hash = excluded.hash"
)


def microseconds(instant: datetime) -> int:
    """An instant as whole microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def plain(value: object) -> str | None:
    """A value as it is hashed: instants as whole microseconds since 1970, JSON as the text that is stored."""
    match value:
        case None:
            return None
        case datetime():
            return str(microseconds(value))
        case dict() | list():
            return json.dumps(value)  # as SQLAlchemy stores it
    return str(value)


def canonical(parts: Sequence[str | None]) -> str:
    """The parts in one text that no other parts have: each with its length in characters before it, ``-`` for none."""
    return "".join(["-;" if part is None else f"{len(part)}:{part};" for part in parts])


def linked(previous: bytes, parts: Sequence[str | None]) -> bytes:
    """The hash of these parts after ``previous``."""
    return sha256(previous + canonical(parts).encode(errors="surrogateescape")).digest()


def chained(execute: Callable[[str, tuple[object, ...]], Any], log: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row about to be written to the embedded database, with its number and its place in the chain.

    The head of the chain moves in the same transaction, which is the only one that writes.
    """
    head, last, seq = execute(_HEAD.format(log=log), (EMBEDDED,)).fetchone()
    row, position, previous = {**DEFAULTS[log], **values, "seq": seq}, head + 1, last or ZERO
    digest = linked(previous, [log, EMBEDDED, str(position), *(plain(row[name]) for name in COLUMNS[log])])
    execute(_MOVE, (log, EMBEDDED, position, digest))
    return {**row, "chain": EMBEDDED, "chain_position": position, "previous_hash": previous, "hash": digest}
