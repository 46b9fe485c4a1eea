"""What can take the database from a console, and give it back."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy.engine import make_url

from p24tui.settings import Settings
from p24tui.store.connect import FILE_NAME, connect_sqlcipher
from p24tui.store.feed import POLL_EVERY
from p24tui.store.key import database_key
from tests import postgres
from tests.faults.figures import database
from tests.proxy import Door, door

SMALL_DISK = 32 << 20
"""Bytes of the disk that is filled."""

STARTS_WITHIN = 60.0
_LOST = "DATABASEN SVARAR INTE"


class CannotTry(Exception):
    """What it takes is not to be had here."""


@dataclass(frozen=True)
class Strike:
    """``known_after`` is how many seconds pass at most until anything that could show it is asked."""

    name: str
    hit: Callable[[], None]
    heal: Callable[[], None]
    words: str = _LOST
    by_writing: bool = False
    known_after: float = 0.0


@contextmanager
def server_strikes() -> Iterator[tuple[str, list[Strike], Door]]:
    """The address of a database on PostgreSQL, what can strike it, and the door by which it is reached."""
    with ExitStack() as until:
        killed = _Killed()
        until.callback(killed.end)  # when the database has been dropped
        url = killed.url = until.enter_context(database("postgresql"))
        port = make_url(url).port
        assert port is not None
        way = until.enter_context(door(port))
        strikes = [
            Strike("cut off", way.shut, way.open),
            Strike("half open", way.hold, way.open, known_after=POLL_EVERY),
            Strike("killed and started again", killed.hit, killed.heal),
        ]
        yield url, strikes, way


class _Killed:
    """A server that is killed as a whole, and started again on its own data and port."""

    def __init__(self) -> None:
        self.url = ""
        self._holder: subprocess.Popen[bytes] | None = None
        self._folder: Path | None = None
        self._programs: Path | None = None

    def hit(self) -> None:
        with psycopg.connect(self.url) as connection:
            ((data,),) = connection.execute("SHOW data_directory").fetchall()
        pid = int((Path(data) / "postmaster.pid").read_text(encoding="ascii").split()[0])
        self._programs = Path(f"/proc/{pid}/exe").resolve().parent
        self._folder = Path(data).parent
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        for one in (pid, *map(int, children)):
            os.kill(one, signal.SIGKILL)

    def heal(self) -> None:
        ends = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < ends:
            if self._holder is None or self._holder.poll() is not None:
                given = [str(self._folder), str(self._programs), str(make_url(self.url).port), json.dumps({})]
                command = [sys.executable, postgres.__file__, *given]
                self._holder = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except psycopg.OperationalError:
                time.sleep(0.1)
            else:
                return
        raise CannotTry("it does not start again")

    def end(self) -> None:
        if self._holder is not None and self._holder.stdin is not None:
            self._holder.stdin.close()
            self._holder.wait(STARTS_WITHIN)


@contextmanager
def embedded_strikes(home: Path) -> Iterator[list[Strike]]:
    """Against the file in this home, which lies on a small disk of its own where one can be had."""
    with ExitStack() as until:
        small = _mounted(home)
        if small:
            until.callback(_run, "umount", "-l", str(home))
        full, locked, read_only = _Full(home, small), _Locked(home), _ReadOnly(home)
        until.callback(read_only.heal)
        until.callback(locked.heal)
        writing = "INGET SPARAS: "
        yield [
            Strike("held by another", locked.hit, locked.heal, "INTE SPARAT ÄN", by_writing=True),
            Strike("disk full", full.hit, full.heal, f"{writing}disken är full", by_writing=True),
            Strike("read-only", read_only.hit, read_only.heal, writing, by_writing=True),
        ]


class _Locked:
    def __init__(self, home: Path) -> None:
        self._home = home
        self._connection: Any = None

    def hit(self) -> None:
        key = database_key(Settings(home=self._home), create=False)
        self._connection = connect_sqlcipher(self._home / FILE_NAME, key)
        self._connection.execute("BEGIN IMMEDIATE")

    def heal(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class _Full:
    def __init__(self, home: Path, small: bool) -> None:
        self._filler = home / "filler"
        self._small = small

    def hit(self) -> None:
        if not self._small:
            raise CannotTry("no disk can be mounted here")
        try:
            with self._filler.open("wb", buffering=0) as filler:
                while True:
                    filler.write(bytes(4096))
        except OSError:
            pass  # that is what it was for

    def heal(self) -> None:
        self._filler.unlink(missing_ok=True)


class _ReadOnly:
    """The files can be written no longer, not even by whoever has them open: as after an error of the disk."""

    def __init__(self, home: Path) -> None:
        self._files = [str(home / f"{FILE_NAME}{part}") for part in ("", "-wal")]

    def hit(self) -> None:
        if not self._is_kept_from_writing():
            raise CannotTry("no open file can be made read-only here")
        _run("chattr", "+i", *self._files)

    def heal(self) -> None:
        _run("chattr", "-i", *self._files)

    def _is_kept_from_writing(self) -> bool:
        """Whether the file system heeds it for a file that is open; not all do."""
        path = Path(self._files[0]).with_name("probe")
        with path.open("wb", buffering=0) as probe:
            _run("chattr", "+i", str(path))
            try:
                probe.write(b"x")
            except OSError:
                return True
            finally:
                _run("chattr", "-i", str(path))
                path.unlink()
        return False


def _mounted(at: Path) -> bool:
    """Whether a small disk lies there now: a file with a file system in it, as any disk has."""
    image = at.with_name(f"{at.name}.disk")
    with image.open("wb") as disk:
        disk.truncate(SMALL_DISK)
    try:
        made = _run("mkfs.ext4", "-q", "-m", "0", str(image)) == 0
        return made and _run("mount", "-o", "loop", str(image), str(at)) == 0
    finally:
        image.unlink()  # it lives for as long as it is mounted


def _run(*command: str) -> int:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode
    except OSError:
        return 127
