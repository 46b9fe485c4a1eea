"""Who is at work in the storm: the program's own processes, staff, and patients; started, kept and ended by pid."""

import fcntl
import multiprocessing
import os
import pty
import random
import select
import signal
import struct
import termios
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from typing import Any

import pyte

from tests.bench.terminal import COLUMNS, REPLIES, ROWS, UNREADABLE
from tests.faults.storm import orders as processes
from tests.faults.storm import patients, staff
from tests.faults.storm.orders import BOOKINGS, BUG, LOADED_EARLY, Orders, console, obey, program
from tests.world import UNIT

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload([*LOADED_EARLY, processes.__name__])

PORTALS = 2
KEYS = (b"\x1b[B", b"\x1b[B", b"\x1b[A", b"\r", b"\x1b")
"""What is pressed at the console: to another case, into it, out of it."""

PRESSED_EVERY = (0.2, 0.8)
BEGINS_WITHIN = 20.0
"""Seconds after which a process has begun."""

KEPT = 1 << 18
"""How many bytes of what a console has painted are kept."""


@dataclass(frozen=True, slots=True)
class Post:
    """One place in the crew. ``acknowledges`` says that its log grows as long as it is at work."""

    name: str
    run: Callable[..., None]
    given: tuple[Any, ...] = ()
    ours: bool = True
    acknowledges: bool = False


POSTS = (
    Post("intake", program, ("intake", "serve")),
    Post("mllp", program, ("intake", "mllp", "--source", BOOKINGS)),
    Post("worker", program, ("worker",)),
    Post("console", console, ("--unit", UNIT)),
    *(Post(f"staff-{who}", staff.work, (who,), acknowledges=True) for who in staff.COLLEAGUES),
    Post("reader", staff.read, ("maria",), acknowledges=True),
    *(Post(f"portal{n}", patients.send, (n,), ours=False, acknowledges=True) for n in range(PORTALS)),
    Post("vas", patients.book, ours=False, acknowledges=True),
)
"""What is not ``ours`` is the world outside, which nothing befalls: it goes on until it has its acknowledgement."""


class Screen:
    """The terminal of a console: it answers what it is asked, and presses a key now and then."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._side, self._theirs = pty.openpty()
        self.path = os.ttyname(self._theirs)
        self._painted = bytearray()
        self._ended = threading.Event()
        self.pressing = threading.Event()
        self._resize(ROWS)
        self._thread = threading.Thread(target=self._attend, name="terminal", daemon=True)
        self._thread.start()

    def shown(self) -> str:
        """The screen as it is painted anew, which a terminal of another size makes it do."""
        for rows in (ROWS - 1, ROWS):
            self._painted.clear()
            self._resize(rows)
            time.sleep(0.6)
        return self.last()

    def last(self) -> str:
        """The screen as it was painted last."""
        screen = pyte.Screen(COLUMNS, ROWS)
        pyte.ByteStream(screen).feed(UNREADABLE.sub(b"", bytes(self._painted)))
        return "\n".join(line.rstrip() for line in screen.display)

    def close(self) -> None:
        """Take the terminal away."""
        self._ended.set()
        self._thread.join()
        os.close(self._side)
        os.close(self._theirs)

    def _resize(self, rows: int) -> None:
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, COLUMNS, 0, 0))

    def _attend(self) -> None:
        presses_at = time.monotonic() + 3
        while not self._ended.is_set():
            if select.select([self._side], [], [], 0.1)[0]:
                self._take(os.read(self._side, 1 << 16))
            if self.pressing.is_set() and time.monotonic() > presses_at:
                presses_at = time.monotonic() + self._chance.uniform(*PRESSED_EVERY)
                self._write(self._chance.choice(KEYS))

    def _take(self, painted: bytes) -> None:
        self._painted += painted
        del self._painted[:-KEPT]
        for question, answer in REPLIES:
            if question in painted:
                self._write(answer)

    def _write(self, said: bytes) -> None:
        """Type, where anybody reads: a stopped program does not."""
        if select.select([], [self._side], [], 0)[1]:
            with suppress(OSError):
                os.write(self._side, said)


@dataclass
class Member:
    """Somebody at their post."""

    post: Post
    process: BaseProcess
    screen: Screen | None
    stormy: bool
    """Whether something was wrong while it started: then it may say so, and end."""
    born: float = field(default_factory=time.monotonic)

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    @property
    def log(self) -> str:
        """The name of its acknowledgement log."""
        return f"{self.post.name}-{self.pid}"


@dataclass
class Crew:
    """All of them. ``fell`` holds those that ended by themselves, with the last that they said."""

    orders: Orders
    chance: random.Random
    stormy: bool = False
    members: dict[str, Member] = field(default_factory=dict)
    fell: list[str] = field(default_factory=list)

    def keep(self) -> None:
        """See to it that every post is held."""
        for post in POSTS:
            member = self.members.get(post.name)
            if member is not None and not member.process.is_alive():
                self._note_fall(member)
                self._dismiss(member)
            if post.name not in self.members:
                self._start(post)

    def brace(self) -> None:
        """Something is about to happen, and may befall those who have not quite begun."""
        self.stormy = True
        for one in self.members.values():
            one.stormy |= time.monotonic() - one.born < BEGINS_WITHIN

    def ours(self) -> list[Member]:
        """Those whom something can befall."""
        return [one for one in self.members.values() if one.post.ours and one.process.is_alive()]

    def kill(self, member: Member) -> None:
        """SIGKILL."""
        member.process.kill()
        member.process.join()
        self._dismiss(member)

    def stop(self, member: Member) -> None:
        """SIGSTOP."""
        _signal(member, signal.SIGSTOP)

    def go_on(self, member: Member) -> None:
        """SIGCONT."""
        _signal(member, signal.SIGCONT)

    def end(self) -> None:
        """Send everybody home: those outside first, and nobody gently."""
        for member in sorted(self.members.values(), key=lambda one: one.post.ours):
            member.process.kill()
            member.process.join()
            if member.screen is not None:
                member.screen.close()
        self.members.clear()

    def _start(self, post: Post) -> None:
        given, screen = post.given, None
        if post.run is console:
            screen = Screen(random.Random(self.chance.random()))
            given = (screen.path, *given)
            screen.pressing.set()
        arguments = (self.orders, post.name, post.run, *given)
        process = PROCESSES.Process(target=obey, args=arguments, name=post.name, daemon=True)
        process.start()
        self.members[post.name] = Member(post, process, screen, self.stormy)

    def _dismiss(self, member: Member) -> None:
        if member.screen is not None:
            member.screen.close()
        self.members.pop(member.post.name, None)

    def _note_fall(self, member: Member) -> None:
        if member.stormy and member.process.exitcode != BUG:
            return
        output = self.orders.output / member.post.name
        said = output.read_text(errors="replace")[-2500:] if output.exists() else ""
        if member.screen is not None:
            said += member.screen.last()
        self.fell.append(f"{member.post.name} ended by itself with {member.process.exitcode}: {said}")


def _signal(member: Member, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(member.pid, number)
