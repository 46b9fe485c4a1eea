"""A database of the program's own migrations, filled in one go by COPY in a few processes."""

import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from itertools import repeat
from pathlib import Path

import psycopg

from p24tui.clock import SystemClock
from tests.size.region import open_up
from tests.size.rows import BEFORE, EVENTS_OF_CASE, FIELDS, READINGS_OF_CASE, Shard
from tests.world import World, make_world

_AT_ONCE = 5_000
_AS_REPLICA = "SET session_replication_role = replica"
"""No foreign key is asked of what we made ourselves, and the chains are made here, as their triggers would have."""

_SERIALS = ("events", "changes", "read_log")


def fill(url: str, cases: int, processes: int = 2) -> float:
    """Make the schema in an empty database and put so many cases into it; the seconds that COPY took.

    Wants a superuser. The database gets statistics, and its chains and sequences go on after what was filled.
    """
    now = SystemClock().now()
    with peopled(url, now):
        pass
    began = time.monotonic()
    bounds = [cases * part // processes for part in range(processes + 1)]
    with ProcessPoolExecutor(processes) as pool:
        for _ in pool.map(_fill_shard, repeat(url), range(processes), bounds, bounds[1:], repeat(cases), repeat(now)):
            pass
    taken = time.monotonic() - began
    finish(url, cases)
    return taken


@contextmanager
def peopled(url: str, now: datetime) -> Iterator[World]:
    """The world of the units and their people in an empty database."""
    with tempfile.TemporaryDirectory(prefix="p24-size-") as home, make_world(Path(home), url) as world:
        world.system.clock = SystemClock()
        open_up(world.system, now)
        yield world


def finish(url: str, cases: int) -> None:
    """Let numbers go on after those that were filled, and gather statistics."""
    last = BEFORE + max(EVENTS_OF_CASE, READINGS_OF_CASE) * (cases + 1)
    with psycopg.connect(plain(url), autocommit=True) as connection:
        for table in _SERIALS:
            connection.execute(f"SELECT setval('{table}_seq_seq', {last})".encode())
        connection.execute("VACUUM ANALYZE")


def copy_rows(connection: "psycopg.Connection[tuple[object, ...]]", shard: Shard, first: int, end: int) -> None:
    """Put the rows of these cases into their tables; the caller commits."""
    connection.execute(_AS_REPLICA)
    for table, lines in shard.rows(first, end).items():
        with connection.cursor().copy(f"COPY {table} ({', '.join(FIELDS[table])}) FROM STDIN".encode()) as copy:
            copy.write("".join(lines))


def keep_heads(connection: "psycopg.Connection[tuple[object, ...]]", shard: Shard) -> None:
    """Let the chains that were filled end where they end."""
    for head in shard.heads():
        connection.execute("INSERT INTO chain_heads (log, chain, position, hash) VALUES (%s, %s, %s, %s)", head)


def _fill_shard(url: str, number: int, first: int, end: int, cases: int, now: datetime) -> None:
    shard = Shard(number, cases, now)
    with psycopg.connect(plain(url)) as connection:
        for begins in range(first, end, _AT_ONCE):
            copy_rows(connection, shard, begins, min(begins + _AT_ONCE, end))
            connection.commit()
        keep_heads(connection, shard)


def plain(url: str) -> str:
    """The address as psycopg wants it."""
    return url.replace("+psycopg", "")
