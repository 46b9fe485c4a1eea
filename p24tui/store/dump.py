"""A PostgreSQL database by ``pg_dump`` and ``pg_restore``, in parts in a file of ``backup``; nothing lies in clear.

How they reach the server goes by their environment, never by their arguments, which others can read. What they say of
errors is not shown: it may hold rows.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from p24tui.errors import BadInput, Unavailable
from p24tui.ids import fresh_id
from p24tui.store.connect import VERSION

PART = 1 << 20
"""Bytes of a part."""

_SKIPPED = re.compile(r"^;| (POLICY|ROW SECURITY) ")
"""What is not restored: ``db roles --apply`` makes it anew, for the roles that are there."""


def is_in(file: Any) -> bool:
    """Whether the file holds what ``pg_dump`` wrote."""
    found = file.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'dump'").fetchone()
    return bool(found[0])


def save(address: str, file: Any, told: Callable[[int, int], object]) -> dict[str, int]:
    """Write the database to the file in parts; how many rows each table has at that moment."""
    with _one_moment(address) as (snapshot, counted):
        command = ["pg_dump", "--format=custom", "--no-password", "--enable-row-security", f"--snapshot={snapshot}"]
        file.execute("CREATE TABLE dump (number INTEGER PRIMARY KEY, part BLOB NOT NULL)")
        file.execute(f"PRAGMA user_version = {int(VERSION)}")
        file.execute("BEGIN")
        written = 0
        with _running(command, address, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            while part := process.stdout.read(PART):
                file.execute("INSERT INTO dump (part) VALUES (?)", (part,))
                told(written := written + len(part), 0)
        file.execute("COMMIT")
    return counted


def restore(address: str, file: Any, told: Callable[[int, int], object]) -> None:
    """Make the database again, all or nothing. Raises ``BadInput`` where it is not empty, or the file is newer."""
    import psycopg

    (found,) = file.execute("PRAGMA user_version").fetchone()  # 0 in the files of programs up to 0016
    if found > int(VERSION):
        raise BadInput("database-newer", found=f"{found:04}", known=VERSION)
    with closing(_connected(address)) as connection:
        try:
            tables = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
            name = connection.execute("SELECT current_database()").fetchone()
        except psycopg.Error as error:
            raise _unreachable(error) from None
    if tables is None or name is None or tables[0]:
        raise BadInput("backup-not-empty")
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "wanted"
        wanted.write_text("\n".join(line for line in _contents(address, file) if not _SKIPPED.search(line)))
        command = ["pg_restore", "--no-password", "--no-owner", "--no-privileges", "--exit-on-error"]
        command += ["--single-transaction", f"--use-list={wanted}", f"--dbname={name[0]}"]
        with _running(command, address, stdin=subprocess.PIPE) as process:
            _feed(process, file, told)


def _contents(address: str, file: Any) -> list[str]:
    """What ``pg_restore`` says is in it; it reads no further than it needs."""
    with tempfile.TemporaryFile() as said:
        with _running(["pg_restore", "--list"], address, stdin=subprocess.PIPE, stdout=said) as process:
            _feed(process, file, lambda _done, _total: None)
        said.seek(0)
        return said.read().decode(errors="replace").splitlines()


def _feed(process: "subprocess.Popen[bytes]", file: Any, told: Callable[[int, int], object]) -> None:
    assert process.stdin is not None
    total = file.execute("SELECT coalesce(sum(length(part)), 0) FROM dump").fetchone()[0]
    done = 0
    try:
        with process.stdin as pipe:
            for (part,) in file.execute("SELECT part FROM dump ORDER BY number"):
                pipe.write(part)
                told(done := done + len(part), total)
    except BrokenPipeError:
        pass  # it has read what it needs, or says by its exit code that it could not


def rows(address: str) -> dict[str, int]:
    """How many rows each table has."""
    with _one_moment(address) as (_snapshot, counted):
        return counted


@contextmanager
def scratch(address: str) -> Iterator[str]:
    """The address of a new, empty database on the same server, dropped after the block.

    Raises ``BadInput`` where one may not make any.
    """
    import psycopg
    from psycopg import sql

    name = f"p24tui_{fresh_id()}"
    with closing(_connected(address)) as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            raise BadInput("backup-not-tried") from None
        except psycopg.Error as error:
            raise _unreachable(error) from None
        try:
            yield make_url(address).set(database=name).render_as_string(hide_password=False)
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _one_moment(address: str) -> Iterator[tuple[str, dict[str, int]]]:
    """A snapshot that stands for as long as the block lasts, and how many rows each table has in it."""
    import psycopg
    from psycopg import sql

    count = sql.SQL("SELECT count(*) FROM {}")
    with closing(_connected(address)) as connection:
        try:
            connection.execute("SET idle_in_transaction_session_timeout = 0")
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            snapshot = connection.execute("SELECT pg_export_snapshot()").fetchone()
            tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            each = {name: connection.execute(count.format(sql.Identifier(name))).fetchone() for (name,) in tables}
        except psycopg.Error as error:
            raise _unreachable(error) from None
        assert snapshot is not None
        yield snapshot[0], {name: row[0] for name, row in each.items() if row is not None}


@contextmanager
def _running(command: list[str], address: str, **pipes: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """One of PostgreSQL's programs; it has ended well after the block. Raises where it cannot, or has not."""
    with tempfile.TemporaryFile() as said:
        try:
            process = subprocess.Popen(command, stderr=said, env={**os.environ, **_environment(address)}, **pipes)
        except FileNotFoundError:
            raise BadInput("backup-no-program", program=command[0]) from None
        try:
            yield process
            code = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    pipe.close()
        if code:
            said.seek(0)
            if b"server version" in said.read():
                raise BadInput("backup-program-older", program=command[0])
            raise Unavailable("database", f"{command[0]} ended with {code}")


def _environment(address: str) -> dict[str, str]:
    """The connection as libpq's variables say it."""
    from psycopg.pq import Conninfo

    options = Conninfo.parse(_libpq(address).encode())
    return {one.envvar.decode(): one.val.decode() for one in options if one.envvar and one.val is not None}


def _connected(address: str) -> Any:
    import psycopg

    try:
        return psycopg.connect(_libpq(address), autocommit=True)
    except psycopg.Error as error:
        raise _unreachable(error) from None


def _libpq(address: str) -> str:
    return make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)


def _unreachable(error: Exception) -> Unavailable:
    return Unavailable("database", type(error).__name__)
