"""What befalls the program: each strike lasts as long as its block, and what it did is undone after it."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from p24tui.store.connect import connect_sqlcipher
from tests.faults.storm.crew import PROCESSES, Crew, Member
from tests.faults.storm.disk import Disk
from tests.faults.storm.server import KillableServer
from tests.faults.storm.wire import Way, Wire

LOCKED_WITHIN = 4.0
"""Seconds that one waits for a lock that is to be held."""


class NotTriedError(Exception):
    """This cannot be done here, or not just now; says why."""


@dataclass
class Scene:
    """What can be struck."""

    crew: Crew
    disk: Disk
    to_intake: Wire
    chance: random.Random
    database: str
    home: Path
    key: str
    server: KillableServer | None = None
    to_server: Wire | None = None


Strike = Callable[[Scene], AbstractContextManager[None]]


@contextmanager
def killed(scene: Scene) -> Iterator[None]:
    """One of the program's processes is killed; it is started again when the storm is over."""
    scene.crew.kill(_one_of(scene))
    yield


@contextmanager
def all_killed(scene: Scene) -> Iterator[None]:
    """All of the program's processes are killed at once."""
    for one in scene.crew.ours():
        scene.crew.kill(one)
    yield


@contextmanager
def stopped(scene: Scene) -> Iterator[None]:
    """One of the program's processes stands still, wherever it is, and goes on."""
    one = _one_of(scene)
    scene.crew.stop(one)
    yield
    scene.crew.go_on(one)


@contextmanager
def full(scene: Scene) -> Iterator[None]:
    """The disk is full."""
    _on_a_disk(scene)
    try:
        scene.disk.fill()
    except OSError:
        raise NotTriedError("the disk is read-only") from None
    yield
    scene.disk.empty()


@contextmanager
def read_only(scene: Scene) -> Iterator[None]:
    """Everything has died, and starts again on a disk that has become read-only.

    The kernel makes no disk read-only on which somebody has a file open for writing.
    """
    _on_a_disk(scene)
    for one in scene.crew.ours():
        scene.crew.kill(one)
    if scene.server is not None:
        scene.server.kill()
    if not _within(scene.disk.shut, 3.0):
        raise NotTriedError("somebody has a file open")
    if scene.server is not None:
        with suppress(OSError):
            scene.server.try_to_start()
    scene.crew.keep()
    yield
    scene.disk.open()


@contextmanager
def locked(scene: Scene) -> Iterator[None]:
    """Another process holds a write transaction."""
    ours, theirs = PROCESSES.Pipe()
    process = PROCESSES.Process(target=_hold, args=(scene.database, scene.home, scene.key, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        if not ours.poll(LOCKED_WITHIN) or not ours.recv():
            raise NotTriedError("the lock was not to be had")
        yield
    except (EOFError, OSError):
        raise NotTriedError("the lock was not to be had") from None
    finally:
        process.kill()
        process.join()
        ours.close()


@contextmanager
def server_killed(scene: Scene) -> Iterator[None]:
    """PostgreSQL is killed; it recovers when the storm is over."""
    _server(scene).kill()
    yield


@contextmanager
def server_restarted(scene: Scene) -> Iterator[None]:
    """PostgreSQL breaks everything off, ends and starts again."""
    server = _server(scene)
    server.stop()
    with suppress(OSError):
        server.try_to_start()
    yield


@contextmanager
def intake_half_open(scene: Scene) -> Iterator[None]:
    """What is sent to the intake, or what it answers, is lost on the way."""
    scene.to_intake.lose(scene.chance.choice(list(Way)))
    yield
    scene.to_intake.heal()


@contextmanager
def server_half_open(scene: Scene) -> Iterator[None]:
    """What is asked of PostgreSQL, or what it answers, is lost on the way."""
    assert scene.to_server is not None
    scene.to_server.lose(scene.chance.choice(list(Way)))
    yield
    scene.to_server.heal()


EVERYWHERE = {
    "SIGKILL of one process": (killed, 30),
    "SIGKILL of all processes": (all_killed, 4),
    "SIGSTOP and SIGCONT": (stopped, 18),
    "full disk": (full, 10),
    "read-only disk": (read_only, 4),
    "held lock": (locked, 12),
    "half open to the intake": (intake_half_open, 12),
}
ON_POSTGRESQL = {
    "PostgreSQL killed": (server_killed, 10),
    "PostgreSQL restarted": (server_restarted, 6),
    "half open to PostgreSQL": (server_half_open, 12),
}


def choose(chance: random.Random, *, on_postgresql: bool) -> list[str]:
    """One to three different strikes for a round."""
    shares = {**EVERYWHERE, **(ON_POSTGRESQL if on_postgresql else {})}
    names: list[str] = []
    for _number in range(chance.choice((1, 1, 2, 2, 3))):
        left = [name for name in shares if name not in names]
        names += chance.choices(left, [shares[name][1] for name in left])
    return names


def strike(name: str) -> Strike:
    """The strike of that name."""
    return {**EVERYWHERE, **ON_POSTGRESQL}[name][0]


def _one_of(scene: Scene) -> Member:
    ours = scene.crew.ours()
    if not ours:
        raise NotTriedError("nobody is there")
    return scene.chance.choice(ours)


def _on_a_disk(scene: Scene) -> None:
    if not scene.disk.mounted:
        raise NotTriedError("nothing can be mounted here")


def _server(scene: Scene) -> KillableServer:
    assert scene.server is not None
    return scene.server


def _within(done: Callable[[], bool], seconds: float) -> bool:
    ends = time.monotonic() + seconds
    while not done():
        if time.monotonic() > ends:
            return False
        time.sleep(0.05)
    return True


def _hold(database: str, home: Path, key: str, told: Connection) -> None:
    """Hold a write transaction until one is killed."""
    if database:
        import psycopg

        connection = psycopg.connect(database)
        connection.execute("SET lock_timeout = '3s'")
        connection.execute("LOCK TABLE cases IN SHARE ROW EXCLUSIVE MODE")
    else:
        from p24tui.store.connect import FILE_NAME

        connection = connect_sqlcipher(home / FILE_NAME, key)
        connection.execute("BEGIN IMMEDIATE")
    told.send(True)
    time.sleep(600)


__all__ = ["NotTriedError", "Scene", "choose", "strike"]
