"""How long one rests between two looks at SQLite's version, which tells of a commit but cannot be waited for.

Where little happens one waits for a write to the write-ahead log instead, of which Linux tells by inotify(7). Its
file is never opened for that: to close a file of the database would drop the locks that this process has on it.
"""

import ctypes
import os
import select
import sys
import threading
import time
from pathlib import Path
from typing import Self

LOOK_EVERY = 0.025
"""Seconds between looks; a look costs microseconds, and waking for it some more."""

PAUSE_PER_CHANGE = 0.02
PAUSE_AT_MOST = 0.25
"""Seconds until the next look where the last one found changes: the more it found, the more is changing."""

QUIET_AFTER = 1.0
QUIET_LOOK_EVERY = 0.05
"""Where nothing has changed for so long, and nothing tells of a write, one looks less often."""

WRITTEN_LOOK_EVERY = 0.5
"""Where something does tell, one looks so seldom, lest it has not told."""

COMMITTED_AFTER = 0.005
"""Seconds from the first write of a transaction to the first look whether it is committed."""

_IN_MODIFY = 0x2  # linux/inotify.h
_READ_AT_MOST = 65536


class Pace:
    """The rests between looks, for one thread; ``wake`` alone may be called in another."""

    def __init__(self, log: Path) -> None:
        self._written = written(log)
        self._pause = LOOK_EVERY
        self._found_at = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._written is not None:
            self._written.close()

    def found(self, changes: int) -> None:
        """So many changes were found by the last look."""
        self._found_at = time.monotonic()
        self._pause = min(max(LOOK_EVERY, PAUSE_PER_CHANGE * changes), PAUSE_AT_MOST)

    def rest(self) -> None:
        """Until it is time for the next look."""
        if time.monotonic() - self._found_at < QUIET_AFTER:
            time.sleep(self._pause)  # an event's own waiting costs three times as much, forty times a second
            self._pause = LOOK_EVERY
        elif self._written is None:
            time.sleep(QUIET_LOOK_EVERY)
        elif self._written.wait(WRITTEN_LOOK_EVERY):
            self._found_at = time.monotonic()
            time.sleep(COMMITTED_AFTER)

    def wake(self) -> None:
        """End a long rest, now or the next."""
        if self._written is not None:
            self._written.wake()


class Written:
    """The writes of a file from now on, whoever writes it. Raises ``OSError`` where the system cannot tell of them."""

    def __init__(self, path: Path) -> None:
        self._told, self._woken = _watch(path), os.eventfd(0)
        self._either = select.poll()
        for each in (self._told, self._woken):
            self._either.register(each, select.POLLIN)
        self._lock = threading.Lock()
        self._closed = False

    def wait(self, seconds: float) -> bool:
        """Until it is written, ``wake`` is called or the time is over; whether there is any need to look."""
        ready = [each for each, _ in self._either.poll(seconds * 1000)]
        for each in ready:
            os.read(each, _READ_AT_MOST)
        return bool(ready)

    def wake(self) -> None:
        """End the waiting, now or the next; in any thread, and nothing once it is closed."""
        with self._lock:
            if not self._closed:
                os.eventfd_write(self._woken, 1)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            os.close(self._told)
            os.close(self._woken)


def written(path: Path) -> Written | None:
    """The writes of the file, where the system can tell of them; it cannot where too much is watched already."""
    try:
        return Written(path)
    except OSError:
        return None


def _watch(path: Path) -> int:
    if sys.platform != "linux":
        raise OSError("nothing tells of writes here")
    libc = ctypes.CDLL(None, use_errno=True)
    told = libc.inotify_init1(os.O_CLOEXEC)
    if told == -1:
        raise _error()
    if libc.inotify_add_watch(told, os.fsencode(path), _IN_MODIFY) == -1:
        os.close(told)
        raise _error()
    return int(told)


def _error() -> OSError:
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number))
