"""A file that stands for a gateway: what would have been sent is kept, and nothing leaves the machine."""

import errno
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from stat import S_ISREG
from typing import Any

from msgspec.structs import asdict

from p24tui.clock import Clock
from p24tui.errors import Unavailable
from p24tui.gateways.outgoing.model import (
    ANSWERS_WITHIN,
    Accepted,
    Answer,
    Fate,
    NotNow,
    Outgoing,
    Problem,
    Report,
    Uncertain,
)
from p24tui.text import clean_line

_OPENED = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_TRIES_AGAIN = 0.005
"""Seconds between two tries for a file that another process has locked."""


class FileGateway:
    """Appends what it is given to a file of JSON lines, which only its owner reads.

    Several processes may append at once. A line has the keys ``id``, ``to``, ``text``, ``subject``, ``invitation``
    (none, or ``uid``, ``sequence``, ``starts_at``, ``ends_at``, ``cancelled``) and ``at``; instants are ISO 8601 in
    UTC. What is sent twice stands there twice.
    """

    name = "file"
    leaves_machine = False

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path = path
        self._clock = clock

    def send(self, outgoing: Outgoing) -> Answer:
        """Append a line; accepted once it is on the disk. What could not be written whole is taken out again."""
        invitation = outgoing.invitation and asdict(outgoing.invitation)
        line = _line(asdict(outgoing) | {"invitation": invitation, "at": self._clock.now()})
        try:
            with _opened(self._path) as file:
                return _append(file, line, outgoing.id, self._path.parent)
        except TimeoutError:
            return NotNow(Problem.BUSY)
        except (OSError, ValueError):
            return NotNow(Problem.UNREACHABLE)

    def look_up(self, outgoing: Outgoing, gateway_id: str, since: datetime) -> Report | None:
        """Taken, where its id is in the file.

        The file is the truth: where it can be read, none means that it was surely not taken. It also means that
        the file cannot be read, so by itself none is no reason to send again.
        """
        return Report(Fate.TAKEN, id=outgoing.id, gateway_id=outgoing.id) if self._has(outgoing.id) else None

    def listen(self, heard: Callable[[Report], None]) -> None:
        """A file reports nothing."""

    def check(self) -> str:
        """Where the file is. Raises ``Unavailable`` where its folder, or the file itself, cannot be written."""
        try:
            with tempfile.TemporaryFile(dir=self._path.parent):
                pass
            with suppress(FileNotFoundError):
                self._path.stat()
                with _opened(self._path):
                    pass
        except (OSError, ValueError) as error:
            raise Unavailable(self.name, Problem.UNREACHABLE) from error
        return clean_line(str(self._path))

    def close(self) -> None:
        """Nothing is held open."""

    def _has(self, id: str) -> bool:
        try:
            with self._path.open("rb") as lines:
                return any(_id_in(line) == id for line in lines)
        except (OSError, ValueError):
            return False


def _line(values: dict[str, Any]) -> bytes:
    return json.dumps(values, default=datetime.isoformat).encode() + b"\n"


def _id_in(line: bytes) -> str | None:
    """The id of a whole line; none for one that was torn when the machine stopped."""
    try:
        read = json.loads(line)
    except (ValueError, RecursionError):
        return None
    id = read.get("id") if isinstance(read, dict) else None
    return id if isinstance(id, str) else None


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """The file, open to its owner only and locked. Raises ``OSError``, or ``TimeoutError`` where others keep it."""
    file = os.open(path, _OPENED, 0o600)
    try:
        mode = os.fstat(file).st_mode
        if not S_ISREG(mode):
            raise OSError(errno.EINVAL, "not a file")
        if sys.platform != "win32" and mode & 0o077:
            os.fchmod(file, 0o600)
        _lock(file)
        yield file
    finally:
        # Closing unlocks. What it might complain of was told by fsync.
        with suppress(OSError):
            os.close(file)


def _append(file: int, line: bytes, id: str, folder: Path) -> Answer:
    end = os.fstat(file).st_size
    try:
        whole = b"\n" + line if _ends_torn(file, end) else line
        if os.write(file, whole) < len(whole):
            raise OSError(errno.ENOSPC, "no room for the whole line")
    except OSError:
        return _taken_out(file, end)
    try:
        os.fsync(file)
        if end == 0:
            _keep_name(folder)
    except OSError:
        return Uncertain(Problem.FAULT)
    return Accepted(id)


def _ends_torn(file: int, end: int) -> bool:
    """Whether the last line was cut off, by a loss of power: the next must not be joined to it."""
    if end == 0:
        return False
    os.lseek(file, end - 1, os.SEEK_SET)
    return os.read(file, 1) != b"\n"


def _taken_out(file: int, end: int) -> Answer:
    try:
        os.ftruncate(file, end)
    except OSError:
        return Uncertain(Problem.CUT_OFF)
    return NotNow(Problem.UNREACHABLE)


def _keep_name(folder: Path) -> None:
    """A new file is on the disk only when its folder is; Windows sees to that itself."""
    if sys.platform != "win32":
        held = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(held)
        finally:
            os.close(held)


def _lock(file: int) -> None:
    until = time.monotonic() + ANSWERS_WITHIN
    while not _locked(file):
        if time.monotonic() >= until:
            raise TimeoutError
        time.sleep(_TRIES_AGAIN)


if sys.platform == "win32":
    import msvcrt

    _FAR_OUT = 1 << 40
    """Where a byte is locked: what is locked there cannot be read, so it lies beyond all lines."""

    def _locked(file: int) -> bool:
        os.lseek(file, _FAR_OUT, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(file: int) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
