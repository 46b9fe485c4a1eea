"""Where seals of the log are anchored outside the database: a file that only grows, and syslog (LO-2)."""

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from p24tui.errors import Unavailable

if sys.platform != "win32":
    import fcntl

SYSLOG = "/dev/log"
"""Where the machine's syslog listens."""

_LONGEST = 4096
"""Bytes from the file's end in which its last line stands."""


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
