"""The databases that the tests stand on are what they say they are."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from tests import postgres


def test_a_fresh_database_is_empty_and_takes_swedish(fresh_postgres: str) -> None:
    with psycopg.connect(fresh_postgres) as connection:
        tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
        words = connection.execute("SELECT 'Åsen, öppet'").fetchone()
        version = connection.info.server_version
    assert tables == (0,)
    assert words == ("Åsen, öppet",)
    assert version >= postgres.OLDEST * 10_000


def test_a_fresh_database_is_gone_afterwards(postgres_server: postgres.Server) -> None:
    with postgres_server.fresh() as url:
        connection = psycopg.connect(url)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    connection.close()


def test_a_copy_holds_what_its_template_held(postgres_server: postgres.Server) -> None:
    with postgres_server.fresh() as template:
        with psycopg.connect(template) as connection:
            connection.execute("CREATE TABLE t AS SELECT 7 AS n")
        with postgres_server.fresh(template.rpartition("/")[2]) as url, psycopg.connect(url) as connection:
            assert connection.execute("SELECT n FROM t").fetchone() == (7,)


def test_each_database_is_named_as_the_setting_names_it(database_url: str) -> None:
    assert database_url == "" or database_url.startswith("postgresql://")


KILLED = """
import os, signal
from tests import postgres
with postgres.running() as server:
    print(server.url(), flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no SIGKILL on Windows")
def test_no_server_outlives_a_killed_test_run(postgres_server: postgres.Server) -> None:
    root = Path(__file__).resolve().parent.parent
    killed = subprocess.run(
        [sys.executable, "-c", KILLED], cwd=root, capture_output=True, text=True, check=False, timeout=60
    )
    url = killed.stdout.strip()
    assert url.startswith("postgresql://"), killed.stderr
    for _ in range(100):
        try:
            psycopg.connect(url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return
        time.sleep(0.1)
    pytest.fail("the server is still running")
