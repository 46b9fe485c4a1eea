"""The claimants as processes: started, listened to, killed where they are, and told to stop."""

import multiprocessing
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path

from p24tui.gateways.outgoing.model import Problem
from tests.faults.claimant import Doing, Orders, Told, claim, told
from tests.faults.gateway import BadGateway

HELD = "the gateway holds the request"
IN_A_TRANSACTION = frozenset({Doing.CLAIMING, Doing.MARKING, Doing.STORING, Doing.RESTING})
"""What takes some milliseconds, at a random one of which it is killed."""

AIMS = (
    Doing.CLAIMING,
    Doing.CLAIMED,
    Doing.MARKING,
    Doing.MARKED,
    Doing.HANDING,
    Doing.ANSWERED,
    Doing.STORING,
    Doing.STORED,
    Doing.RESTING,
)
STOPS_WITHIN = 10.0
AT_ANY_MOMENT = 0.2
"""How many of the kills are not aimed at a state."""

AIMED_FOR = 2.0
"""Seconds for which one waits for a claimant in the state that is aimed at."""

PROCESSES: ForkServerContext | SpawnContext
if sys.platform == "win32":
    PROCESSES = multiprocessing.get_context("spawn")
else:
    PROCESSES = multiprocessing.get_context("forkserver")
    PROCESSES.set_forkserver_preload([claim.__module__])


@dataclass(eq=False)
class Claimant:
    """One process. ``now`` is what it said last; it is ``warm`` when it has stored something."""

    orders: Orders
    process: BaseProcess
    connection: Connection
    warm: bool = False
    now: Told = field(default_factory=lambda: Told(Doing.STARTING))
    listener: threading.Thread = field(default_factory=threading.Thread)

    @property
    def works(self) -> bool:
        return self.now.doing is not Doing.STARTING and self.process.is_alive()


@dataclass
class Claimants:
    """All of them. ``fell`` holds what those said that ended by themselves."""

    orders: Orders
    gateway: BadGateway
    running: list[Claimant] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)
    fell: list[str] = field(default_factory=list)
    time_outs: int = 0
    troubled: int = 0
    started: int = 0
    _said: threading.Condition = field(default_factory=threading.Condition)
    _handed: Counter[str] = field(default_factory=Counter)

    def start(self, lease: float) -> Claimant:
        """One more, whose claims last so many seconds."""
        self.started += 1
        place = f"claimant:{self.started}"
        errors = self.orders.errors.with_name(f"errors-{self.started}")
        seed = f"{self.orders.seed}:{place}"
        orders = replace(self.orders, place=place, seed=seed, lease=lease, errors=errors)
        ours, theirs = PROCESSES.Pipe()
        process = PROCESSES.Process(target=claim, args=(orders, theirs), daemon=True)
        process.start()
        theirs.close()
        one = Claimant(orders, process, ours)
        one.listener = threading.Thread(target=self._listen, args=(one,), daemon=True)
        one.listener.start()
        self.running.append(one)
        return one

    def keep(self, count: int, lease: float) -> None:
        """See to it that so many run."""
        for one in [one for one in self.running if not one.process.is_alive()]:
            self._note_fall(one)
            self._forget(one)
        while len(self.running) < count:
            self.start(lease)

    def wait_for(self, doing: Callable[[Claimant], bool], within: float) -> Claimant | None:
        """The first claimant that does this, or none within so many seconds."""
        ends = time.monotonic() + within
        with self._said:
            while True:
                for one in self.running:
                    if one.works and doing(one):
                        return one
                left = ends - time.monotonic()
                if left <= 0:
                    return None
                self._said.wait(left)

    def is_held(self, one: Claimant) -> bool:
        """Whether the gateway has this claimant's request, and the claimant no answer yet."""
        said = one.now
        return said.doing is Doing.HANDING and len(self.gateway.asked.get(said.id, ())) >= self._handed[said.id]

    def kill_one(self, chance: random.Random) -> bool:
        """Kill one, now at any moment, now in the state in which the fewest have been killed; whether there was one."""
        if chance.random() < AT_ANY_MOMENT:
            time.sleep(chance.uniform(0, 0.1))
            working = [one for one in self.running if one.works]
            if working:
                self.kill(chance.choice(working))
            return bool(working)
        aims: list[Doing | None] = [*AIMS, None]
        chance.shuffle(aims)
        aim = min(aims, key=lambda doing: self.killed[doing.value if doing else HELD])
        one = self.wait_for(lambda one: one.warm and (one.now.doing is aim if aim else self.is_held(one)), AIMED_FOR)
        if one is None:
            return False
        if aim is None or aim in IN_A_TRANSACTION:
            time.sleep(chance.uniform(0, 0.005))
        self.kill(one)
        return True

    def kill(self, one: Claimant) -> str:
        """Kill it, by its process id; what it did when it died."""
        one.process.kill()
        one.process.join()
        one.listener.join()  # its last line is what it did when it died
        did = HELD if self.is_held(one) else one.now.doing.value
        self.killed[did] += 1
        self._forget(one)
        return did

    def stop(self) -> None:
        """Let all of them end by themselves; those that do not are killed."""
        for one in self.running:
            with suppress(OSError):
                one.connection.send_bytes(b"stop")
        for one in list(self.running):
            one.process.join(STOPS_WITHIN)
            if one.process.is_alive():
                self.fell.append(f"{one.orders.place} did not stop while it was {one.now.doing}")
                one.process.kill()
                one.process.join()
            elif one.process.exitcode:
                self._note_fall(one)
            self._forget(one)

    def _note_fall(self, one: Claimant) -> None:
        file = one.orders.errors
        said = file.read_text(errors="replace")[-1500:].strip() if file.exists() else ""
        self.fell.append(f"{one.orders.place} ended with {one.process.exitcode}: {said}")

    def _forget(self, one: Claimant) -> None:
        one.listener.join()
        one.connection.close()
        one.process.close()
        one.orders.errors.unlink(missing_ok=True)
        self.running.remove(one)

    def _listen(self, one: Claimant) -> None:
        with suppress(EOFError, OSError):
            while True:
                self._hear(one, told(one.connection.recv_bytes()))

    def _hear(self, one: Claimant, said: Told) -> None:
        with self._said:
            one.now = said
            one.warm |= said.doing is Doing.STORED
            self._handed[said.id] += said.doing is Doing.HANDING
            hung = said.answer == Problem.SILENCE.value and self.gateway.hung_on(said.id)
            self.time_outs += said.doing is Doing.ANSWERED and hung
            self.troubled += said.doing is Doing.TROUBLED
            self._said.notify_all()


def environment(home: Path, database: str) -> dict[str, str]:
    """What a claimant finds in its environment: the database, and no proxy on the way to this machine."""
    names = ("http_proxy", "https_proxy", "all_proxy")
    proxies = {name: "" for name in os.environ if name.lower() in names}
    return {**proxies, "NO_PROXY": "*", "no_proxy": "*", "P24TUI_HOME": str(home), "P24TUI_DATABASE": database}
