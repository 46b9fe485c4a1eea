"""How long a large database of the first version takes to bring up to date, and to leave alone after Ctrl+C.

``python -m tests.bench.upgrade --cases 100000``: each case has two messages, three events and a reading.
"""

import argparse
import tempfile
import threading
import time
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from signal import SIGINT, raise_signal

from sqlalchemy import text

from p24tui.settings import Settings
from p24tui.store.engine import Store, open_engine
from p24tui.store.schema import open_store, take_turns, version
from tests import earlier, postgres

FIRST = earlier.EARLIER[0]
AT = {"sqlite": "1763971200000000", "postgresql": "TIMESTAMPTZ '2025-11-24 08:00+00'"}
NO = {"sqlite": "0", "postgresql": "false"}
NUMBERS = {
    "sqlite": "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count}) {insert} FROM n",
    "postgresql": "{insert} FROM generate_series(1, {count}) n",
}
ROWS = (
    (1, "units (id, name, kind, hours, message_after) SELECT 'u', 'Enheten', 'primary-care', '{{}}', 3"),
    (1, ("patients (id, number, number_kind, name, mobile, protection, protection_flagged) "
        "SELECT 'p', '196101182803', 'personnummer', 'Maria', '', 'none', 'none'")),
    (1, ("cases (id, unit_id, patient_id, kind, matter, has_form, suicide, state, received_at, unread, "
        "unread_free_text, held_reason, version, source, source_id, e_id, way_in) SELECT CAST(n AS text), 'u', 'p', "
        "'triaged', 'Hosta', {no}, 'none', 'new', {at}, 1, 0, '', 1, 's', CAST(n AS text), '', ''")),
    (2, ("messages (id, case_id, author, author_name, text, sent_at, stored_at) SELECT CAST(n AS text), "
        "CAST(n % {cases} + 1 AS text), 'patient', 'Maria', 'Jag har hostat i en vecka. Åäö.', {at}, {at}")),
    (3, ("events (at, kind, case_id, unit_id, actor, profession, place, rule, details) SELECT {at}, "
        "'message.received', CAST(n % {cases} + 1 AS text), 'u', 's', '', 'intake:s', '', '{{}}'")),
    (1, ("read_log (at, kind, actor, profession, unit_id, place, view, patients) "
        "SELECT {at}, 'list', 'Maria', 'nurse', 'u', 'console', 'v', '[]'")),
)  # fmt: skip
"""How many for each case, and what."""


def fill(store: Store, cases: int) -> None:
    """Put that many cases into an empty database of the first version."""
    with store.writing() as tx:
        if tx.on_postgresql:
            take_turns(tx)  # a statement that takes long would be ended
        kind = tx.connection.dialect.name
        for many, rows in ROWS:
            count = 1 if rows.startswith(("units", "patients")) else many * cases
            insert = f"INSERT INTO {rows.format(at=AT[kind], no=NO[kind], cases=cases)}"
            tx.connection.execute(text(NUMBERS[kind].format(count=count, insert=insert).replace(":s", r"\:s")))


def measure(settings: Settings, cases: int) -> None:
    """Print how long it took to be interrupted, and to end."""
    with closing(earlier.make(settings, FIRST)) as store:
        fill(store, cases)
    began = time.monotonic()
    said: list[str] = []

    def told(done: float, steps: int) -> None:
        said.append(f"{done}/{steps} {time.monotonic() - began:.1f} s")

    threading.Timer(2.0, lambda: raise_signal(SIGINT)).start()
    with suppress(KeyboardInterrupt):
        open_store(settings, told=told).close()
    print(f"  broken off after 2.0 s: ended at {time.monotonic() - began:.1f} s, at step {said[-1]}")
    with closing(open_engine(settings, create=False)) as store, store.reading() as tx:
        print(f"  its version is {version(tx)}, cases {tx.connection.scalar(text('SELECT count(*) FROM cases'))}")
    began = time.monotonic()
    said.clear()
    open_store(settings, told=told).close()
    print(f"  brought up to date in {time.monotonic() - began:.1f} s: {', '.join(said)}")


def main() -> None:
    """For each database in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--database", choices=("sqlcipher", "postgresql"), help="only this one")
    asked = parser.parse_args()
    cases = asked.cases
    with ExitStack() as places:
        home = Path(places.enter_context(tempfile.TemporaryDirectory()))
        if asked.database != "postgresql":
            print(f"SQLCipher, {cases} cases")
            measure(Settings(home=home), cases)
        if asked.database == "sqlcipher":
            return
        server = places.enter_context(postgres.running(settings=postgres.DURABLE))
        print(f"PostgreSQL, {cases} cases")
        measure(Settings(home=home, database=places.enter_context(server.fresh())), cases)


if __name__ == "__main__":
    main()
