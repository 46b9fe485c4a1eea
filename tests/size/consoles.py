"""Some of the consoles of a region, in one process: each with an engine, a feed and ticks of its own, as a real one.

    python -m tests.size.consoles FIRST COUNT

Which database says the environment, as for a console. It prints ``ready``, works until standard input ends, and then
prints what was done, as JSON. What a person does in a minute stands in ``A_MINUTE``.
"""

import heapq
import json
import logging
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

from p24tui import bootstrap, settings
from p24tui.errors import P24Error
from p24tui.ids import fresh_id
from p24tui.jobs.clockwork import Clockwork
from p24tui.routine.actor import Actor
from p24tui.routine.case import CaseState
from p24tui.routine.shift import ShiftKind
from p24tui.services import cases, chat, duty, presence, queue, shift
from p24tui.services.views import QueueView
from p24tui.store.feed import Feed
from p24tui.store.values import Changed, Doing, Notice
from p24tui.system import System
from tests.size.region import actor

TRIES = 20
HANDS = 4
"""Threads in which a process's consoles do what their people do."""


@dataclass(slots=True)
class Console:
    """One console: what it shows, and what it has heard of and not read yet."""

    system: System
    actor: Actor
    done: Counter[str]
    chance: random.Random
    view: QueueView | None = None
    shown: set[str] = field(default_factory=set)
    pending: set[str] = field(default_factory=set)

    def begin(self) -> None:
        """Begin the shift and show the list."""
        shift.start(self.system, self.actor, ShiftKind.CHAT)
        self.read_list()

    def read_list(self) -> None:
        """The list, read anew."""
        view_id = self.view.id if self.view else ""
        self.view = queue.open_list(self.system, self.actor, view=view_id, shown_patients=frozenset(self.shown))
        self.shown |= {line.case.patient_id for line in self.view.lines}

    def hear(self, notice: Notice) -> None:
        """Note what has changed, to be read."""
        if isinstance(notice, Changed):
            self.pending |= notice.case_ids - {""}

    def read_changes(self) -> None:
        """Read what has been heard of."""
        wanted, self.pending = self.pending, set()
        if self.view is not None and wanted:
            self.done["changes read"] += len(queue.arrivals(self.system, self.actor, self.view, self.shown, wanted))

    def open_one(self) -> None:
        """Open a case, and be in it."""
        case_id = self._any()
        cases.open_case(self.system, self.actor, case_id)
        presence.be_present(self.system, self.actor, case_id, Doing.VIEWING)

    def leave(self) -> None:
        """Be in no case."""
        presence.leave(self.system, self.actor)

    def write(self) -> None:
        """Take a case on, write to the patient, and give it back."""
        case = cases.open_case(self.system, self.actor, self._any()).line.case
        if case.owner_id is None and case.state is not CaseState.ENDED:
            case = chat.claim(self.system, self.actor, case.id, case.version)
            case = chat.answer(self.system, self.actor, case.id, case.version, "Tack, vi hör av oss.", fresh_id())
            chat.release(self.system, self.actor, case.id, case.version)
            self.done["sent"] += 1

    def look_at_duty(self) -> None:
        """What the duty bar says."""
        duty.duty_of(self.system, (self.actor.unit_id,))

    def be_there(self) -> None:
        """Say that one is there."""
        shift.seen(self.system, self.actor)

    def _any(self) -> str:
        assert self.view is not None
        return self.chance.choice(self.view.lines).case.id


A_MINUTE: dict[str, tuple[float, Callable[[Console], None]]] = {
    "opened": (2.0, Console.open_one),
    "left": (2.0, Console.leave),
    "written": (0.5, Console.write),
    "lists": (0.2, Console.read_list),
    "duty": (2.0, Console.look_at_duty),
    "signs of life": (3.0, Console.be_there),
    "looks at what changed": (60.0, Console.read_changes),
}
"""How often each is done. A real console reads what it hears of at once, and what comes meanwhile all together."""


def main(first: int, count: int) -> None:
    """Let these consoles work until told to stop."""
    logging.disable(logging.ERROR)  # a real console writes it to a file
    ended, done, chance = threading.Event(), Counter[str](), random.Random(first)
    threading.Thread(target=_await_end, args=(ended,), daemon=True).start()
    with ExitStack() as until:
        consoles = [_begun(until, number, done, chance) for number in range(first, first + count)]
        print("ready", flush=True)
        began = time.monotonic()
        with ThreadPoolExecutor(HANDS) as hands:
            _work(consoles, hands, ended, chance)
        done["seconds"] = round(time.monotonic() - began)
        print(json.dumps(done), flush=True)


def _await_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


def _begun(until: ExitStack, number: int, done: Counter[str], chance: random.Random) -> Console:
    """A console that has begun; where the database does not answer in time it tries again, as a person would."""
    for _ in range(TRIES):
        try:
            return _console(until, number, done, chance)
        except P24Error:
            done["beginnings, failed"] += 1
    return _console(until, number, done, chance)


def _console(until: ExitStack, number: int, done: Counter[str], chance: random.Random) -> Console:
    place = f"console:size:{number}"
    system = until.enter_context(bootstrap.running(settings.load()))
    one = Console(system, actor(number, place), done, chance)
    one.begin()
    feed = Feed(system.store, one.hear)
    until.callback(feed.stop)
    ticks = Clockwork(system, place)
    ticks.start()
    until.callback(ticks.stop)
    return one


def _work(consoles: list[Console], hands: ThreadPoolExecutor, ended: threading.Event, chance: random.Random) -> None:
    """Do everything at its rate, each console at instants of its own; what is late is done as soon as it can be."""
    due = [
        (time.monotonic() + chance.uniform(0, 60 / rate), place, name)
        for place in range(len(consoles))
        for name, (rate, _deed) in A_MINUTE.items()
    ]
    heapq.heapify(due)
    slots = threading.Semaphore(2 * HANDS)
    while not ended.is_set():
        at, place, name = heapq.heappop(due)
        if ended.wait(max(0.0, at - time.monotonic())):
            return
        rate, deed = A_MINUTE[name]
        heapq.heappush(due, (max(at, time.monotonic() - 5) + 60 / rate, place, name))
        slots.acquire()
        hands.submit(_do, consoles[place], name, deed).add_done_callback(lambda _done: slots.release())


def _do(console: Console, name: str, deed: Callable[[Console], None]) -> None:
    began = time.monotonic()
    try:
        deed(console)
    except P24Error:
        console.done[f"{name}, refused"] += 1
    else:
        console.done[name] += 1
        console.done[f"{name}, ms"] += round((time.monotonic() - began) * 1000)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
