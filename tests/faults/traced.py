"""What a process asked of the operating system, as strace saw it: was what it acknowledged on the disk before?"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

CALLS = "read,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,pwritev,fsync,fdatasync"
RECEIVES = ("read", "recvfrom", "recvmsg")
SENDS = ("write", "writev", "sendto", "sendmsg")
WRITES = ("write", "pwrite64", "pwritev")
FLUSHES = ("fsync", "fdatasync")
COMMITTED = r"COMMIT\0Z"
"""How strace shows PostgreSQL's answer to a commit."""

LOG = "/pg_wal/"
SHOWN = 4096
"""How many bytes of each string strace shows."""

ATTACHES_WITHIN = 30.0
_LINE = re.compile(r"^(?P<pid>\d+)\s+(?P<at>\d+\.\d+) (?P<rest>.*)$")
_BEGUN = re.compile(r"^(?P<name>\w+)\((?P<given>.*?)(?P<unfinished> ?<unfinished \.\.\.>)?$")
_RESUMED = re.compile(r"^<\.\.\. (?P<name>\w+) resumed>(?P<rest>.*)$")
_HEAD = re.compile(r'>, "((?:[^"\\]|\\.)*)", 24, \d+')
"""The head of a frame of the log, as strace shows what is written."""

_RESULT = re.compile(r"\)\s+= (?P<result>-?\d+).*?(?:<(?P<took>[\d.]+)>)?$")


@dataclass(slots=True)
class Call:
    """A system call: ``first`` and ``last`` are the lines on which it began and ended, ``ended`` when that was."""

    pid: int
    name: str
    given: str
    first: int
    last: int
    began: float
    ended: float
    result: int | None = None


def calls(lines: Iterable[str]) -> list[Call]:
    """All calls, in the order in which they began."""
    found: list[Call] = []
    open_of: dict[int, Call] = {}
    for number, line in enumerate(lines):
        if (seen := _LINE.match(line)) is None:
            continue
        pid, at, rest = int(seen["pid"]), float(seen["at"]), seen["rest"]
        if (resumed := _RESUMED.match(rest)) is not None:
            if (one := open_of.pop(pid, None)) is not None:
                one.given += resumed["rest"]
                one.last, one.ended, one.result = number, at, _result(rest)[0]
        elif (begun := _BEGUN.match(rest)) is not None:
            result, took = _result(rest)
            one = Call(pid, begun["name"], begun["given"], number, number, at, at + took, result)
            found.append(one)
            if begun["unfinished"]:
                open_of[pid] = one
    return found


def _result(line: str) -> tuple[int | None, float]:
    seen = _RESULT.search(line)
    return (None, 0.0) if seen is None else (int(seen["result"]), float(seen["took"] or 0))


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An acknowledgement: how many seconds after it was durable it went out, none where it was not."""

    said: str
    after: float | None


Durable = Callable[[Sequence[Call]], Call | None]
"""Which of these calls made durable what came before it."""


def acknowledged(seen: Sequence[Call], asked: str, said: str, durable: Durable) -> Iterator[Acknowledged]:
    """Each sending of ``said`` (a pattern), held against what was done since what it answers was ``asked``."""
    since = -1
    for one in seen:
        if one.name in RECEIVES and re.search(asked, one.given):
            since = one.last
        elif one.name in SENDS and since >= 0 and re.search(said, one.given):
            done = durable([other for other in seen if since < other.first and other.last < one.first])
            yield Acknowledged(one.given[:120], None if done is None else one.began - done.ended)
            since = -1


def flushed(file: str) -> Durable:
    """The last flush of all that the same thread had committed to the file, a write-ahead log of SQLite."""

    def last(between: Sequence[Call]) -> Call | None:
        of_file = [one for one in between if file in one.given]
        for flush in reversed(of_file):
            if flush.name in FLUSHES and flush.result == 0:
                own = _up_to_last_commit([one for one in of_file if one.pid == flush.pid and one.name in WRITES])
                if own and all(one.last < flush.first for one in own):
                    return flush
        return None

    return last


def _up_to_last_commit(writes: Sequence[Call]) -> Sequence[Call]:
    """Without what a later transaction has begun to write: each frame is a head and a page."""
    commits = [number for number, one in enumerate(writes) if (head := _HEAD.search(one.given)) and _is_commit(head[1])]
    return writes[: commits[-1] + 2] if commits else []


def _is_commit(head: str) -> bool:
    """Whether a frame is a transaction's last: its head gives the size of the database (the file format of SQLite)."""
    return any(head.encode("ascii").decode("unicode_escape").encode("latin-1")[4:8])


def committed(between: Sequence[Call]) -> Call | None:
    """The last answer of PostgreSQL that a transaction is committed."""
    answers = [one for one in between if one.name in RECEIVES and COMMITTED in one.given]
    return answers[-1] if answers else None


def hasty_commits(seen: Sequence[Call]) -> tuple[int, int]:
    """In a trace of the server: how many commits that wrote were answered, and how many of them before a flush."""
    done = hasty = 0
    for pid in {one.pid for one in seen}:
        written = unflushed = False
        for one in (call for call in seen if call.pid == pid):
            if one.name in RECEIVES:
                written = unflushed = False
            elif LOG in one.given and one.name in WRITES:
                written = unflushed = True
            elif LOG in one.given and one.name in FLUSHES and one.result == 0:
                unflushed = False
            elif one.name in SENDS and COMMITTED in one.given and written:
                done, hasty = done + 1, hasty + unflushed
    return done, hasty


def strace() -> str | None:
    """Where strace is, if it is here and may look at processes."""
    path = shutil.which("strace")
    if path is None:
        return None
    tried = subprocess.run([path, "-f", "-o", "/dev/null", "true"], capture_output=True, check=False)
    return path if tried.returncode == 0 else None


def command(path: str, into: Path, *, attaches: bool = False) -> list[str]:
    """What goes before a command so that it is looked at, with all its threads and children."""
    only = () if attaches else ("--seccomp-bpf",)  # stops at nothing else; there is no such thing for what runs already
    return [path, "-f", *only, "-ttt", "-T", "-y", "-s", str(SHOWN), "-e", f"trace={CALLS}", "-o", str(into)]


@contextmanager
def attached(path: str, into: Path, pid: int) -> Iterator[None]:
    """Look at a process that runs, and at each that it starts, for as long as the block lasts."""
    looking = subprocess.Popen([*command(path, into, attaches=True), "-p", str(pid)], stderr=subprocess.DEVNULL)
    try:
        ends = time.monotonic() + ATTACHES_WITHIN
        while f"TracerPid:\t{looking.pid}" not in Path(f"/proc/{pid}/status").read_text(encoding="ascii"):
            if time.monotonic() > ends or looking.poll() is not None:
                raise RuntimeError("strace does not attach")
            time.sleep(0.05)
        yield
    finally:
        with suppress(ProcessLookupError):
            looking.send_signal(signal.SIGINT)
        looking.wait(ATTACHES_WITHIN)


def end(pid: int) -> None:
    """Ask the command that this strace looks at to end; strace itself lets no signal through."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        with suppress(ProcessLookupError):
            os.kill(int(child), signal.SIGTERM)


def environment(given: Mapping[str, str]) -> dict[str, str]:
    """The environment of a p24tui that is looked at: nothing of whoever looks, but what it is given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("P24TUI_")}
    return {**kept, "NO_PROXY": "*", "no_proxy": "*", **given}
