"""What a real console asks of the database in a minute: at rest, and while somebody works in it."""

import tempfile
import time
from pathlib import Path

import psycopg

from tests.bench.figures import DOWN, ENTER, ESCAPE
from tests.bench.filled import filled
from tests.bench.measuring import console
from tests.bench.terminal import Terminal

MINUTE = 60.0
_STATEMENTS = """
SELECT calls, query FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
WHERE datname = current_database() ORDER BY calls DESC
"""


def measure(url: str) -> None:
    """Print it, of an empty database on a server that has pg_stat_statements loaded."""
    with (
        tempfile.TemporaryDirectory(prefix="p24-size-") as home,
        filled(Path(home), url, count=83) as on,
        psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection,
        console(on) as terminal,
    ):
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        terminal.rest(5)
        for what, spend in (("at rest", _rest), ("opening a case every six seconds", _work)):
            connection.execute("SELECT pg_stat_statements_reset()")
            spend(terminal)
            rows = connection.execute(_STATEMENTS).fetchall()
            print(f"{what}: {sum(row[0] for row in rows)} statements a minute")
            for calls, query in rows[:30]:
                print(f"{calls:6} {' '.join(query.split())[:110]}")


def _rest(terminal: Terminal) -> None:
    terminal.rest(MINUTE)


def _work(terminal: Terminal) -> None:
    ends = time.monotonic() + MINUTE
    while time.monotonic() < ends:
        terminal.press(ENTER)
        terminal.rest(4)
        terminal.press(ESCAPE)
        terminal.rest(1)
        terminal.press(DOWN)
        terminal.rest(1)
