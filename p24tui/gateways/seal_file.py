"""Where seals of the log are anchored outside the database: a file that only grows, and syslog (LO-2)."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import inf
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from p24tui.errors import Unavailable

if sys.platform != "win32":
    import fcntl

SYSLOG = "/dev/log"
"""Where the machine's syslog listens."""

_LONGEST = 4096
"""Bytes from the file's end in which its last line stands."""


_RESTORED = "restored "
"""What a line begins with that is of no seal, but says that the database was restored."""


class Restored(Struct, frozen=True):
    """A line which says that the database was restored from a backup that lacks seals which are anchored here.

    ``after`` is the line of the last seal that both have, empty where there is none; ``lost`` is the number of the last
    that only the file has. Instants are written as in seals.
    """

    at: str
    by: str
    why: str
    after: str
    lost: int

    @property
    def line(self) -> str:
        """As it stands in the file."""
        return _RESTORED + json.dumps(asdict(self))

    @property
    def kept(self) -> int:
        """The number of the last seal that both have; 0 where there is none."""
        return number_of(self.after) or 0


class SealFile:
    """The file while it is held: nobody else adds to it meanwhile."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def last_line(self) -> str:
        """The last whole line, empty where there is none; what a crash has left unfinished is taken away."""
        size = os.fstat(self._descriptor).st_size
        start = max(0, size - _LONGEST)
        whole, newline, rest = os.pread(self._descriptor, size - start, start).rpartition(b"\n")
        if rest:
            os.ftruncate(self._descriptor, size - len(rest))
        return whole.rpartition(b"\n")[2].decode("ascii", "replace") if newline else ""

    def append(self, lines: Sequence[str]) -> None:
        """Add lines; they are on the disk when this returns."""
        data = "".join(f"{line}\n" for line in lines).encode("ascii")
        while data:
            data = data[os.write(self._descriptor, data) :]
        os.fsync(self._descriptor)


_DIGITS = 19
"""A number with so many may be more than a database holds."""


@contextmanager
def held(path: Path) -> Iterator[SealFile]:
    """The file for as long as the block lasts; made for its owner alone where there is none.

    Raises ``Unavailable`` where it cannot be read or written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if sys.platform != "win32":
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield SealFile(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise Unavailable("seal-file", error.strerror or "") from error


def lines(path: Path) -> Iterator[str]:
    """Every line of the file, in order; none where there is no file, and an unfinished one is none yet.

    Raises ``Unavailable`` where it cannot be read.
    """
    try:
        with path.open(encoding="ascii", errors="replace", newline="\n") as file:
            yield from (line[:-1] for line in file if line.endswith("\n"))
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unavailable("seal-file", error.strerror or "") from error


def in_force(path: Path) -> Iterator[str]:
    """The lines of seals that hold, in order, and what is no such line: not those that went with a restored database.

    Raises ``Unavailable`` where it cannot be read.
    """
    limits: list[float] = [inf]  # of each part of the file: the last number that no restore after it has taken away
    for one in reversed(restores(path)):
        limits.append(min(limits[-1], one.kept))
    limit = limits.pop()
    for line in lines(path):
        if restored_in(line) is not None:
            limit = limits.pop() if limits else inf
        elif (number_of(line) or 0) <= limit:
            yield line


def restores(path: Path) -> list[Restored]:
    """Every restore of the database that the file tells of. Raises ``Unavailable`` where it cannot be read."""
    return [one for one in map(restored_in, lines(path)) if one is not None]


def restored_in(line: str) -> Restored | None:
    """What a line says of a restore; none where it is no such line."""
    if not line.startswith(_RESTORED):
        return None
    try:
        return msgspec.json.decode(line.removeprefix(_RESTORED), type=Restored)
    except msgspec.MsgspecError:
        return None


def number_of(line: str) -> int | None:
    """The number of the seal that a line is of; none where it is no such line."""
    number = line.partition(" ")[0]
    return int(number) if number.isdecimal() and len(number) < _DIGITS else None


def tell_syslog(lines: Sequence[str]) -> None:
    """Hand lines to the machine's syslog. Raises ``Unavailable`` where it does not take them."""
    import logging
    from logging.handlers import SysLogHandler

    class Strict(SysLogHandler):
        def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - as logging names it
            raise  # noqa: PLE0704 - it is called where the error is handled

    try:
        handler = Strict(SYSLOG, SysLogHandler.LOG_AUTH)
        try:
            for line in lines:
                handler.emit(logging.makeLogRecord({"msg": f"p24tui: log seal {line}", "levelno": logging.INFO}))
        finally:
            handler.close()
    except OSError as error:
        raise Unavailable("syslog", error.strerror or "") from error
