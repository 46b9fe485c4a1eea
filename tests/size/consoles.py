"""Many consoles at work on a filled database: what a real one asks, asked by pgbench, and listened to as one listens.

A console is a heavy program, and a machine that carries hundreds of them cannot show what a server does. So what the
program's services ask is written down once for each deed (``asked``) and asked again for every console, at its rate
and with values of its own. Their feeds are one process, ``python -m tests.size.consoles listen COUNT ADDRESS``.
"""

import re
import select
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import psycopg

from p24tui.ids import fresh_id
from p24tui.jobs.clockwork import Clockwork, Tick
from p24tui.routine.actor import Actor
from p24tui.routine.shift import ShiftKind
from p24tui.services import cases, chat, duty, presence, queue, shift
from p24tui.services.views import QueueView
from p24tui.store import feed
from p24tui.store.engine import CHANNEL
from p24tui.store.values import Doing
from p24tui.system import System
from tests.size.asked import PLACE, XID, Script, prepare, written_down
from tests.size.filling import plain
from tests.size.region import actor

POLLED_A_MINUTE = 60 / feed.POLL_EVERY
RECORDED = 7
"""The number of the console whose deeds are written down."""

THREADS = 2
"""Of pgbench."""


@dataclass(slots=True)
class Console:
    """One console, with its list, and the case that it is in or writes in."""

    system: System
    actor: Actor
    view: QueueView
    case_id: str = ""
    shown: set[str] = field(default_factory=set)

    def read_list(self) -> None:
        """The list, read anew, with one patient who has come since."""
        shown = self.shown - {next(iter(self.shown))}
        self.view = queue.open_list(self.system, self.actor, view=self.view.id, shown_patients=frozenset(shown))

    def read_change(self) -> None:
        """A case of the list that has changed, read again."""
        queue.arrivals(self.system, self.actor, self.view, self.shown, {self.case_id})

    def open_and_leave(self) -> None:
        """Leave the case that one was in, open another, and be in it."""
        presence.leave(self.system, self.actor)
        cases.open_case(self.system, self.actor, self.case_id)
        presence.be_present(self.system, self.actor, self.case_id, Doing.VIEWING)

    def write(self) -> None:
        """Take a case on, write to the patient, and give it back."""
        case = cases.open_case(self.system, self.actor, self.case_id).line.case
        case = chat.claim(self.system, self.actor, case.id, case.version)
        case = chat.answer(self.system, self.actor, case.id, case.version, "Tack, vi hör av oss.", fresh_id())
        chat.release(self.system, self.actor, case.id, case.version)

    def look_at_duty(self) -> None:
        """What the duty bar says."""
        duty.duty_of(self.system, (self.actor.unit_id,))

    def be_there(self) -> None:
        """Say that one is there."""
        shift.seen(self.system, self.actor)


A_MINUTE: dict[str, tuple[float, Callable[[Console], None]]] = {
    "a case opened": (2.0, Console.open_and_leave),
    "a case written in": (0.5, Console.write),
    "the list": (0.2, Console.read_list),
    "duty": (2.0, Console.look_at_duty),
    "a sign of life": (3.0, Console.be_there),
    "a change at the unit": (60.0, Console.read_change),
}
"""How often a console does each. A unit's seven consoles make some 40 changes a minute that each of them reads."""


def scripts(system: System) -> dict[str, tuple[float, str]]:
    """What a console asks, a script for each deed and each tick, and how often in a minute."""
    place = PLACE.format(number=RECORDED)
    by = actor(RECORDED, place)
    shift.start(system, by, ShiftKind.CHAT)
    view = queue.open_list(system, by)
    one = Console(system, by, view, _free_case(view), {line.case.patient_id for line in view.lines})
    asks = {name: (rate, _asked(one, deed)) for name, (rate, deed) in A_MINUTE.items()}
    ticks = Clockwork(system, place)
    for tick in ticks.ticks:
        asks[f"tick {tick.name}"] = (60 / tick.every, _asked(one, partial(_tick, ticks, tick)))
    asks["the feed's poll"] = (POLLED_A_MINUTE, _polled(one))
    return asks


def _tick(ticks: Clockwork, tick: Tick, _one: Console) -> None:
    ticks.run(tick)


def _free_case(view: QueueView) -> str:
    return next(line.case.id for line in view.lines if line.case.owner_id is None and line.case.handed_at is None)


def _asked(one: Console, deed: Callable[[Console], object]) -> str:
    """What the deed asks the second time, when the console and the case are warm."""
    deed(one)
    case = cases.open_case(one.system, one.actor, one.case_id).line.case
    by = one.actor
    known: dict[object, str] = {
        by.staff_id: "staff",
        by.name: "name",
        by.unit_id: "unit",
        by.place: "place",
        case.id: "case_id",
        case.patient_id: "patient_id",
    }
    script = Script(known, one.system.clock.now(), case.version if deed is Console.write else None)
    with written_down(one.system, script):
        deed(one)
    return script.text()


def _polled(one: Console) -> str:
    """What the feed asks beside listening."""
    with one.system.store.reading() as tx:
        since = feed.end_of_log(tx)
    script = Script({one.case_id: "case_id", one.actor.unit_id: "unit", since[0]: XID}, one.system.clock.now())
    with written_down(one.system, script), one.system.store.reading() as tx:
        feed._after(tx, since)
    return script.text()


@contextmanager
def working(system: System, url: str, consoles: int, seconds: int) -> Iterator[None]:
    """So many consoles at work on the database until the block ends, or for so long; what they did is printed then."""
    prepare(url, consoles)
    asks = scripts(system)
    with tempfile.TemporaryDirectory(prefix="p24-size-") as folder, _listening(url, consoles):
        files = [_written(Path(folder), name, rate, text) for name, (rate, text) in asks.items()]
        a_second = consoles * sum(rate for rate, _text in asks.values()) / 60
        command = ["pgbench", "--no-vacuum", "-M", "prepared", "-c", str(consoles), "-j", str(THREADS)]
        command += ["-R", f"{a_second:.0f}", "-T", str(seconds), *files, plain(url)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as bench:
            print(f"  {consoles} consoles ask {a_second:.0f} times a second", flush=True)
            try:
                yield
            finally:
                print(*(f"  {line}" for line in _said(bench, [*asks])), sep="\n", flush=True)


def _written(folder: Path, name: str, rate: float, text: str) -> str:
    """Its file, and how often it is asked beside the others."""
    path = folder / f"{name.replace(' ', '-')}.sql"
    path.write_text(text, encoding="utf-8")
    return f"-f{path}@{rate * 10:.0f}"


def _said(bench: "subprocess.Popen[str]", names: Sequence[str]) -> list[str]:
    """What pgbench says at its end: how often each was asked and how long that took, and what went wrong."""
    text, _ = bench.communicate()
    a_second, each = (re.findall(rf"{what} = ([\d.]+)", text) for what in ("tps", "latency average"))
    rows = [
        f"{name}: {float(often):.1f} a second, {float(taken):.1f} ms each"
        for name, often, taken in zip(("all", *names), a_second, each, strict=False)
    ]
    return [*rows, *re.findall(r"rate limit.*|number of failed transactions: [1-9].*|.*error.*", text)]


@contextmanager
def _listening(url: str, consoles: int) -> Iterator[None]:
    command = [sys.executable, "-m", "tests.size.consoles", "listen", str(consoles), url]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as feeds:
        assert feeds.stdout is not None
        if feeds.stdout.readline().strip() != "ready":
            raise RuntimeError("the feeds did not begin to listen")
        try:
            yield
        finally:
            heard, _ = feeds.communicate("")
            print(f"  {heard.strip()}", flush=True)


def listen(count: int, url: str) -> None:
    """As many feeds as there are consoles: each has a connection, and says again and again that it listens."""
    ended = threading.Event()
    threading.Thread(target=_await_end, args=(ended,), daemon=True).start()
    feeds = [psycopg.connect(plain(url), autocommit=True) for _ in range(count)]
    again = f"LISTEN {CHANNEL}".encode()
    for one in feeds:
        one.execute(again)
    print("ready", flush=True)
    ready, heard, turn, began = select.epoll(), 0, 0, time.monotonic()
    by_file = {one.fileno(): one.pgconn for one in feeds}
    for file in by_file:
        ready.register(file, select.EPOLLIN)
    while not ended.is_set():
        for file, _what in ready.poll(feed.POLL_EVERY / count):
            by_file[file].consume_input()
            while by_file[file].notifies():
                heard += 1
        while turn < (time.monotonic() - began) * count / feed.POLL_EVERY:
            feeds[turn % count].pgconn.exec_(again)
            turn += 1
    print(f"{count} feeds heard {heard / (time.monotonic() - began):.0f} changes a second", flush=True)


def _await_end(ended: threading.Event) -> None:
    sys.stdin.read()
    ended.set()


if __name__ == "__main__":
    listen(int(sys.argv[2]), sys.argv[3])
