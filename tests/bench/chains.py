"""The figures for the read log: what it costs to log a reading before it is shown, and to verify a million rows."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import psutil

from p24tui.services import cases
from p24tui.services.log_verify import Tally, verify
from p24tui.store import read_log
from p24tui.store.engine import Tx
from p24tui.store.log_chain import COLUMNS, EMBEDDED, ZERO, canonical, microseconds
from tests import postgres
from tests.bench.filled import STAFF, Filled, case_id
from tests.bench.measuring import Bench, Result, median, spread
from tests.world import MONDAY_NINE, UNIT, World, make_world

READING_GOAL = 1.5
VERIFY_GOAL = 60.0
BLOCK = 20
"""Cases that are opened in one way before it is the other's turn."""

LOG = "read_log"
_BATCH = 10_000


def log(bench: Bench) -> Iterator[Result]:
    """Opening a case with and without its row in the log, in turn; then what verifying costs."""
    yield _reading(bench, bench.sqlcipher, "the encrypted file")
    yield _reading(bench, bench.postgresql, "PostgreSQL")
    rows = bench.times(1_000_000, 50_000)
    with tempfile.TemporaryDirectory(prefix="p24-bench-") as home, make_world(Path(home)) as world:
        yield _verifying(world, rows, "the encrypted file")
    with (
        tempfile.TemporaryDirectory(prefix="p24-bench-") as home,
        postgres.running() as server,
        server.fresh() as url,
        make_world(Path(home), url) as world,
    ):
        yield _verifying(world, rows, "PostgreSQL")


def _reading(bench: Bench, on: Filled, where: str) -> Result:
    logged: list[float] = []
    least: list[float] = []
    for block in range(1 + bench.times(30, 6)):
        one = _opened(on)
        with _not_logged():
            other = _opened(on)
        if block:  # the first warms up
            logged += one
            least += other
    ratio = median(logged) / median(least)
    numbers = {**spread(logged), **spread(least, "least_")}
    what = f"opening a case in {where}, logged first, p50 (ratio: not logged)"
    return Result("log", what, "ms", median(logged), len(logged), ratio, READING_GOAL, numbers)


def _opened(on: Filled) -> list[float]:
    actor = on.world.actor("maria")
    taken = []
    for number in range(BLOCK):
        began = time.perf_counter()
        cases.open_case(on.world.system, actor, case_id(number), read=False)
        taken.append((time.perf_counter() - began) * 1000)
    return taken


@contextmanager
def _not_logged() -> Iterator[None]:
    """What must never be: a reading that leaves nothing behind."""
    real: Callable[..., None] = read_log.log_reading
    read_log.log_reading = lambda *_args, **_details: None
    try:
        yield
    finally:
        read_log.log_reading = real


def _verifying(world: World, rows: int, where: str) -> Result:
    hashed = _filled(world, rows)
    tally = Tally()
    began, cpu = time.perf_counter(), time.process_time() + _server_cpu(world)
    found = list(verify(world.system, tally))
    taken, cpu = time.perf_counter() - began, time.process_time() + _server_cpu(world) - cpu
    assert not found
    assert tally.rows[LOG] == rows
    numbers = {"elapsed_s": round(taken, 2), "sha256_s": round(hashed, 2), "ratio_to_sha256": round(cpu / hashed, 2)}
    what = f"verifying {rows:,} rows in {where}, seconds of one core (with the server's)"
    return Result("log", what, "s", cpu, 1, goal=VERIFY_GOAL, numbers=numbers)


def _server_cpu(world: World) -> float:
    """Seconds of a core that PostgreSQL's processes for this database have had."""
    database = world.system.settings.database.rpartition("/")[2]
    named = (
        one for one in psutil.process_iter(["cmdline"]) if database and database in " ".join(one.info["cmdline"] or ())
    )
    return sum(sum(one.cpu_times()[:2]) for one in named)


def _filled(world: World, rows: int) -> float:
    """Put so many rows into the read log, in one chain; seconds that their bytes alone took to hash."""
    hashed, previous = 0.0, ZERO
    for start in range(0, rows, _BATCH):
        said, data = [], []
        for number in range(start + 1, min(start + _BATCH, rows) + 1):
            row = _row(number)
            text = canonical([LOG, EMBEDDED, str(number), *(str(row[name]) for name in COLUMNS[LOG])]).encode()
            digest = sha256(previous + text).digest()
            said.append((*row.values(), EMBEDDED, number, previous, digest))
            data.append(previous + text)
            previous = digest
        began = time.process_time()
        for one in data:
            sha256(one).digest()
        hashed += time.process_time() - began
        with world.system.store.writing() as tx:
            _insert(tx, said)
    with world.system.store.writing() as tx:
        head = (LOG, EMBEDDED, rows, previous)
        marks = "%s, %s, %s, %s" if tx.on_postgresql else "?, ?, ?, ?"
        tx.connection.exec_driver_sql(f"INSERT INTO chain_heads (log, chain, position, hash) VALUES ({marks})", head)
    return hashed


def _row(number: int) -> dict[str, Any]:
    """A list or a case that somebody has seen."""
    listed = number % 5 == 0
    return {
        "seq": number,
        "at": microseconds(MONDAY_NINE + timedelta(seconds=number)),
        "kind": "list" if listed else "case",
        "staff_id": STAFF,
        "actor": "Maria Lind",
        "profession": "nurse",
        "unit_id": UNIT,
        "place": "console:arbetsplats-17:4711",
        "view": f"view{number % 100:022d}" if listed else "",
        "case_id": case_id(number % 10_000),
        "patient_id": f"pers{number % 10_000:022d}",
        "patients": json.dumps([f"pers{number % 10_000 + more:022d}" for more in range(10)] if listed else []),
        "role": "nurse",
        "why": "care",
    }


def _insert(tx: Tx, rows: list[tuple[Any, ...]]) -> None:
    """As quickly as it goes, and with the hashes that were made here."""
    columns = (*COLUMNS[LOG], "chain", "chain_position", "previous_hash", "hash")
    if not tx.on_postgresql:
        statement = f"INSERT INTO {LOG} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        tx.connection.exec_driver_sql(statement, rows)
        return
    tx.connection.exec_driver_sql(f"ALTER TABLE {LOG} DISABLE TRIGGER USER")
    cursor = tx.connection.connection.cursor()
    with cursor.copy(f"COPY {LOG} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row((row[0], MONDAY_NINE + timedelta(seconds=row[0]), *row[2:]))
    tx.connection.exec_driver_sql(f"ALTER TABLE {LOG} ENABLE TRIGGER USER")
