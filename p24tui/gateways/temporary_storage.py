"""The temporary storage: a folder of one person's own, from which everything goes by itself (IM-1, IM-2).

Only its owner can read the folder, or it is not used. Every file in it carries in its name when it goes; the name is
ours, and nothing of it but a few letters comes from outside. All is done relative to the open folder, so that nobody
can put another in its place meanwhile. Times of files are the machine's own, whatever clock the program goes by.
"""

import errno
import os
import platform
import re
import shutil
import stat
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from p24tui.clock import Clock, SystemClock
from p24tui.errors import BadInput, Unavailable
from p24tui.routine.rule import rule
from p24tui.routine.temporary_storage import Stored, is_due

if sys.platform != "win32":
    import fcntl

MARK = ".p24tui-storage"
"""Says that the folder is ours, and that all in it may go. Whoever puts a file there holds it, shared."""

GUARDED = ".p24tui-guard"
"""Held by the guard of the folder for as long as it is there."""

UNFINISHED = ".part"
"""What the name of a file ends with until all of it is there; one that a crash left is no use to anybody."""

UNFINISHED_KEPT = timedelta(minutes=1)
GUARD_COMES_WITHIN = 5.0
"""Seconds."""

_NAME = re.compile(r"(\d{8}T\d{6}Z)-[a-z2-7]{8}(?:-.*)?\.[a-z]{3,4}(?:\.part)?", re.DOTALL)
_IN_NAME = "%Y%m%dT%H%M%SZ"
_NOT_IN_TITLE = re.compile(r"[^0-9A-Za-zÅÄÖåäöéüÉÜ]+")
_LONGEST_TITLE = 40

Guard = Callable[[Path, timedelta], bool]
"""Starts a process that clears the folder when we are gone; whether it could be started."""


@dataclass(frozen=True, slots=True)  # no msgspec: the guard is started with nothing but Python's own
class Swept:
    """What has been removed, by name, and what could not be."""

    removed: tuple[str, ...]
    stuck: tuple[str, ...] = ()


class TemporaryStorage:
    """One folder. It is made, and looked at, when something is first put into it."""

    def __init__(self, folder: Path, guard: Guard, clock: Clock | None = None) -> None:
        self.folder = folder
        self._guard = guard
        self._clock = clock or SystemClock()
        self._seen: dict[str, float] = {}

    @property
    def place(self) -> str:
        """The machine and the folder, which no other storage has."""
        return f"{platform.node() or 'localhost'}:{self.folder}"

    @rule("IM-1")
    def prepare(self) -> None:
        """Make the folder where it is not there, and see to it that nobody else can read it.

        Raises ``BadInput`` where that cannot be made sure, and then nothing is ever put there.
        """
        if sys.platform == "win32":
            raise self._unfit("storage-windows")
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            with suppress(FileExistsError):
                self.folder.mkdir(mode=0o700)
            self._check_above()
            with self._opened() as at:
                os.fchmod(at, 0o700)
                if stat.S_IMODE(os.fstat(at).st_mode) != 0o700:
                    raise self._unfit("storage-open")
                self._mark(at)
        except OSError as error:
            raise self._unfit("storage-unusable", problem=error.strerror or str(error)) from error

    @contextmanager
    def guarded(self, kept: timedelta) -> Iterator[None]:
        """While this lasts a guard is there, and stays at least until it has seen what is put here meanwhile.

        Raises ``Unavailable`` where no guard comes: a file that only we would remove is not put there.
        """
        with self._opened() as at, _lock(at, MARK, shared=True):
            if not self._has_guard(at):
                self._call_guard(at, kept)
            yield

    @rule("IM-1", "IM-2")
    def put(self, data: bytes, name: str) -> Path:
        """Put a file there that only its owner can read, whole and on the disk, or none at all.

        Raises ``Unavailable`` where it cannot be written.
        """
        with self._opened() as at:
            try:
                _write(at, name + UNFINISHED, data, self._clock.now().timestamp())
                os.rename(name + UNFINISHED, name, src_dir_fd=at, dst_dir_fd=at)
                os.fsync(at)
            except OSError as error:
                for left in (name + UNFINISHED, name):
                    with suppress(OSError):
                        os.unlink(left, dir_fd=at)
                full = error.errno in (errno.ENOSPC, errno.EDQUOT)
                raise Unavailable("storage", "full" if full else error.strerror or "") from error
        return self.folder / name

    def name_for(self, id: str, title: str, extension: str, kept: timedelta) -> str:
        """A name for a new file: when it goes, some of its id, and of its title what cannot lead anywhere."""
        until = (self._clock.now() + kept).astimezone(UTC).strftime(_IN_NAME)
        stem, dot, _extension = unicodedata.normalize("NFC", title).rpartition(".")
        words = _NOT_IN_TITLE.sub("-", stem if dot else title)[:_LONGEST_TITLE].strip("-")
        return "-".join(filter(None, (until, id[:8], words))) + f".{extension}"

    def has(self, name: str) -> bool:
        """Whether the file is there, whole. Raises ``BadInput`` where the folder cannot be looked into."""
        return any(one.name == name for one in self.files())

    def files(self) -> list[Stored]:
        """All that lies there but our own marks; nothing where there is no folder."""
        try:
            with self._opened() as at:
                return self._files(at)
        except FileNotFoundError:
            return []

    @rule("IM-2")
    def sweep(self, kept: timedelta) -> Swept:
        """Remove what is due. It needs neither room on the disk nor a database."""
        return self._remove(lambda one: self._is_due(one, kept))

    def remove(self, names: frozenset[str]) -> Swept:
        """Remove these."""
        return self._remove(lambda one: one.name in names)

    def purge(self) -> Swept:
        """Remove everything."""
        return self._remove(lambda _one: True)

    @contextmanager
    def as_guard(self) -> Iterator[Callable[[], bool] | None]:
        """Be the guard of the folder for as long as the block lasts; none where another is.

        What it is given leaves the post where nothing lies there any longer, and says whether it has.
        """
        with self._opened() as at:
            post = _open_mark(at, GUARDED)
            try:
                yield (lambda: self._leave(post)) if _held_within(post, seconds=2.0) else None
            finally:
                os.close(post)

    def _leave(self, post: int) -> bool:
        """While it is looked whether anything lies there, and the post is left, nobody can put anything there."""
        with self._opened() as at:
            mark = _open_mark(at, MARK)
            try:
                if not _held(mark) or self._files(at):
                    return False
                fcntl.flock(post, fcntl.LOCK_UN)
                return True
            finally:
                os.close(mark)

    def _remove(self, wanted: Callable[[Stored], bool]) -> Swept:
        removed, stuck = [], []
        try:
            with self._opened() as at:
                for one in filter(wanted, self._files(at)):
                    try:
                        _unlink(at, one.name)
                        removed.append(one.name)
                    except OSError:
                        stuck.append(one.name)
        except FileNotFoundError:
            pass
        return Swept(tuple(removed), tuple(stuck))

    def _is_due(self, one: Stored, kept: timedelta) -> bool:
        return is_due(one, self._clock.now(), UNFINISHED_KEPT if one.name.endswith(UNFINISHED) else kept)

    def _files(self, at: int) -> list[Stored]:
        passed, found = _passed(), []
        names = _ours(os.listdir(at))
        self._seen = {name: self._seen.get(name, passed) for name in names}
        for name in sorted(names):
            with suppress(FileNotFoundError):
                modified = os.stat(name, dir_fd=at, follow_symlinks=False).st_mtime
                seen_for = timedelta(seconds=passed - self._seen[name])
                found.append(Stored(name, _deadline(name), datetime.fromtimestamp(modified, UTC), seen_for))
        return found

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The folder, once it has been seen to be one, and ours. Raises ``FileNotFoundError`` where there is none."""
        if sys.platform == "win32":
            raise FileNotFoundError(self.folder)
        try:
            at = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except (NotADirectoryError, OSError) as error:
            if error.errno in (errno.ELOOP, errno.ENOTDIR):
                raise self._unfit("storage-link") from error
            raise
        try:
            if os.fstat(at).st_uid != os.geteuid():
                raise self._unfit("storage-owner")
            yield at
        finally:
            os.close(at)

    def _check_above(self) -> None:
        """Whoever may write in a folder above ours could move ours away, and all that is in it, from where it goes."""
        parent = self.folder.parent.resolve()
        for above in (parent, *parent.parents):
            found = above.stat()
            mine = found.st_uid in (0, os.geteuid())
            others = found.st_mode & stat.S_IWOTH or (found.st_mode & stat.S_IWGRP and found.st_gid != os.getegid())
            if not mine or (others and not found.st_mode & stat.S_ISVTX):
                raise self._unfit("storage-above", above=str(above))

    def _mark(self, at: int) -> None:
        """Say that the folder is ours; one in which something else lies already is not."""
        names = os.listdir(at)
        if MARK in names:
            return
        if names:
            raise self._unfit("storage-not-empty")
        os.close(_open_mark(at, MARK))

    def _has_guard(self, at: int) -> bool:
        mark = _open_mark(at, GUARDED)
        try:
            return not _held(mark, shared=True)
        finally:
            os.close(mark)

    def _call_guard(self, at: int, kept: timedelta) -> None:
        started, until = self._guard(self.folder, kept), time.monotonic() + GUARD_COMES_WITHIN
        while not self._has_guard(at):
            if not started or time.monotonic() > until:
                raise Unavailable("storage-guard")
            time.sleep(0.01)

    def _unfit(self, reason: str, **details: str) -> BadInput:
        return BadInput(reason, path=str(self.folder), **details)


def _ours(names: list[str]) -> set[str]:
    """What may go: all that lies in a folder of ours, and in any other only what has a name of ours."""
    if MARK in names:
        return set(names) - {MARK, GUARDED}
    return {name for name in names if _NAME.fullmatch(name)}


def _deadline(name: str) -> datetime | None:
    """When a file goes by its name; none where the name is not one of ours."""
    found = _NAME.fullmatch(name)
    if found is None:
        return None
    try:
        return datetime.strptime(found[1], _IN_NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def _passed() -> float:
    """Seconds by a clock that nobody sets, and that also runs while the machine sleeps."""
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot is None else time.clock_gettime(boot)


def _write(at: int, name: str, data: bytes, modified: float) -> None:
    file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600, dir_fd=at)
    try:
        if stat.S_IMODE(os.fstat(file).st_mode) & 0o077:
            raise OSError(errno.EPERM, "the file system lets others read")
        left = memoryview(data)
        while left:
            left = left[os.write(file, left) :]
        os.utime(file, (modified, modified))
        os.fsync(file)
    finally:
        os.close(file)


def _unlink(at: int, name: str) -> None:
    """Whatever it is: a link goes, and never what it leads to; a folder goes with all in it."""
    try:
        os.unlink(name, dir_fd=at)
    except (IsADirectoryError, PermissionError):
        if not stat.S_ISDIR(os.stat(name, dir_fd=at, follow_symlinks=False).st_mode):
            raise
        shutil.rmtree(name, dir_fd=at)


def _open_mark(at: int, name: str) -> int:
    return os.open(name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600, dir_fd=at)


@contextmanager
def _lock(at: int, name: str, *, shared: bool) -> Iterator[None]:
    mark = _open_mark(at, name)
    try:
        fcntl.flock(mark, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        yield
    finally:
        os.close(mark)


def _held(mark: int, *, shared: bool = False) -> bool:
    """Take the lock, without waiting, for as long as the file is open. Whether nobody else has it."""
    try:
        fcntl.flock(mark, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _held_within(mark: int, seconds: float) -> bool:
    """The same, where somebody may just be looking."""
    until = time.monotonic() + seconds
    while not _held(mark):
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
