"""The figures of a region beside those of a tenth of it, in one call: alone, and with all its consoles at work."""

import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import psycopg
from msgspec.structs import replace

from p24tui.clock import SystemClock, local_date
from p24tui.errors import P24Error
from p24tui.ids import fresh_id
from p24tui.routine.actor import Actor
from p24tui.routine.log_control import CheckKind
from p24tui.routine.outgoing import Channel
from p24tui.routine.period import Length, period_of
from p24tui.routine.role import Role
from p24tui.services import cases, chat, log_control, queue, report
from p24tui.services import overview as overviews
from p24tui.services.views import QueueView
from p24tui.store import cases as stored
from p24tui.store import events, outbox, roles, shifts
from p24tui.store.feed import Feed
from p24tui.store.log_control_values import Criteria
from p24tui.store.tables import staff_roles
from p24tui.store.values import Changed, Notice
from tests.bench.measuring import median, percentile
from tests.size.consoles import working
from tests.size.filling import plain
from tests.size.region import actor, unit_id
from tests.world import World, make_world_again

ROUNDS = 6
SETTLES = 10.0
ONE = 7
"""The number of the one whose deeds are measured."""

_BACKENDS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"


@dataclass(slots=True)
class Probe:
    """One more console of a database, whose deeds are measured."""

    world: World
    view: QueueView
    turn: int = 0

    @property
    def case_id(self) -> str:
        """Another of the list's cases each time."""
        self.turn += 1
        return self.view.lines[self.turn % len(self.view.lines)].case.id


def measure(small: str, large: str, consoles: int, seconds: int) -> None:
    """Print the figures of both databases: first alone, in turn, then each with so many consoles for so long."""
    with _probe(small) as tenth, _probe(large) as whole:
        print(f"load of the machine: {os.getloadavg()[0]:.1f}")
        alone: list[dict[str, list[float]]] = [{}, {}]
        for turn in range(ROUNDS):
            for one, found in zip((tenth, whole), alone, strict=True):
                _round(one, found if turn else {})  # the first warms up
        _table("alone, in turn", *alone)
        if consoles:
            beside = {}
            for url, one in ((large, whole), (small, tenth)):
                with working(one.world.system, url, consoles, seconds):
                    time.sleep(SETTLES)
                    with _server_watched(url):
                        beside[url] = _for(one, seconds - 3 * SETTLES)
                _table(
                    f"beside {consoles} consoles, {url.rpartition('/')[2]} to itself alone",
                    alone[url == large],
                    beside[url],
                )
            _table(f"beside {consoles} consoles", beside[small], beside[large])


@contextmanager
def _probe(url: str) -> Iterator[Probe]:
    with tempfile.TemporaryDirectory(prefix="p24-size-") as home, make_world_again(Path(home), url) as world:
        world.system.clock = SystemClock()
        by = actor(ONE, "console:size:probe")
        with world.system.store.writing() as tx:
            if not roles.of_person(tx, by.staff_id or ""):
                tx.connection.execute(
                    staff_roles.insert().values(staff_id=by.staff_id, unit_id=by.unit_id, role=Role.LOG_CONTROLLER)
                )
        yield Probe(world, queue.open_list(world.system, by))


def _round(one: Probe, found: dict[str, list[float]]) -> None:
    """Do each deed as often as it is done in a round, and add what it took (ms) to what was found."""
    for what, (often, deed) in DEEDS.items():
        taken = (_timed(deed, one) for _ in range(often))
        found.setdefault(what, []).extend(value for value in taken if value is not None)
    found.setdefault("feed", []).extend(_feed_delays(one, 10))


def _for(one: Probe, seconds: float) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        _round(one, found)
    return found


def _timed(deed: Callable[[Probe], object], one: Probe) -> float | None:
    began = time.perf_counter()
    try:
        deed(one)
    except P24Error:
        return None
    return (time.perf_counter() - began) * 1000


def _list(one: Probe) -> None:
    one.view = queue.open_list(one.world.system, _by())


def _list_with_ended(one: Probe) -> None:
    queue.open_list(one.world.system, _by(), ended=True)


def _open(one: Probe) -> None:
    cases.open_case(one.world.system, _by(), one.case_id)


def _send(one: Probe) -> None:
    """Take a case that nobody has, write, and give it back: three deeds."""
    by, free = _by(), [line.case for line in one.view.lines if line.case.owner_id is None]
    one.turn += 1
    known = one.world.row(free[one.turn % len(free)].id).case
    case = chat.claim(one.world.system, by, known.id, known.version)
    case = chat.answer(one.world.system, by, case.id, case.version, "Tack, vi hör av oss.", fresh_id())
    chat.release(one.world.system, by, case.id, case.version)


def _claim(one: Probe) -> None:
    now = one.world.system.clock.now() + timedelta(days=1)  # what is to go within a day stands for what is due
    with one.world.system.store.writing() as tx:
        claimed = outbox.claim(tx, now, now, "size", [Channel.SMS], 50)
        assert claimed
        outbox.release(tx, claimed)


def _ticks(one: Probe) -> None:
    """What every console asks again and again by the clock."""
    now = one.world.system.clock.now()
    with one.world.system.store.reading() as tx:
        stored.held_until(tx, local_date(now))
        stored.with_risk_due(tx, now, local_date(now))
        shifts.not_seen_since(tx, now - timedelta(minutes=10))
        outbox.anything_to_do(tx, now - timedelta(days=30))


def _log_page(one: Probe) -> None:
    today = local_date(one.world.system.clock.now())
    log_control.by_unit(one.world.system, _controller(), unit_id(ONE), today - timedelta(days=30), today)


def _log_of_patient(one: Probe) -> None:
    system = one.world.system
    span = log_control.span_of(system, None, None, log_control.since_ever(system))
    patient_id = one.world.row(one.case_id).patient.id
    log_control.look(system, _controller(), Criteria(CheckKind.PATIENT, span, patient_id=patient_id))


def _unusual(one: Probe) -> None:
    log_control.unusual(one.world.system, _controller())


def _find_text(one: Probe) -> None:
    queue.find_text(one.world.system, _by(), one.view, "feber tablett")


def _overview(one: Probe) -> None:
    overviews.overview_of(one.world.system, (unit_id(ONE),))


def _report(one: Probe) -> None:
    day = local_date(one.world.system.clock.now()) - timedelta(days=35)
    report.report_of(one.world.system, _by(), (unit_id(ONE),), period_of(Length.MONTH, day))


DEEDS: dict[str, tuple[int, Callable[[Probe], None]]] = {
    "list": (5, _list),
    "list with what has ended within 30 days": (2, _list_with_ended),
    "open a case": (20, _open),
    "take on, send and give back": (10, _send),
    "claim 50 reminders, and give them back": (5, _claim),
    "four questions of the ticks": (5, _ticks),
    "read log, first page of 30 days": (3, _log_page),
    "read log of a patient": (3, _log_of_patient),
    "read log, the unusual": (1, _unusual),
    "search in the messages of the list": (3, _find_text),
    "overview": (3, _overview),
    "report of a month": (1, _report),
}


def _by() -> Actor:
    return actor(ONE, "console:size:probe")


def _controller() -> Actor:
    return replace(_by(), role=Role.LOG_CONTROLLER)


def _feed_delays(one: Probe, times: int) -> list[float]:
    """Milliseconds from the commit by one console until another, of another process's engine, has been told."""
    told, heard_at = threading.Event(), [0.0]
    wanted = ""

    def hear(notice: Notice) -> None:
        if isinstance(notice, Changed) and wanted in notice.case_ids:
            heard_at[0] = time.perf_counter()
            told.set()

    taken = []
    with tempfile.TemporaryDirectory() as home:
        database = one.world.system.settings.database
        with make_world_again(Path(home), database) as other:
            feed = Feed(other.system.store, hear)
            time.sleep(0.5)
            for _ in range(times):
                wanted = one.case_id
                told.clear()
                with suppress(P24Error), one.world.system.store.writing() as tx:
                    row = stored.one(tx, wanted, lock=True)
                    assert row is not None
                    events.announce(tx, one.world.system.clock.now(), row.case.unit_id, wanted)
                committed = time.perf_counter()
                if told.wait(10):
                    taken.append(max(0.0, heard_at[0] - committed) * 1000)
                time.sleep(0.05)
            feed.stop()
    return taken


@contextmanager
def _server_watched(url: str) -> Iterator[None]:
    """Say what the server had at work meanwhile: connections, memory of their own, and the processor."""
    before, began = _processor(_backends(url)), time.monotonic()
    yield
    pids = _backends(url)
    used, held = _processor(pids) - before, [one for one in map(_own_memory, pids) if one]
    cores = used / (time.monotonic() - began)
    own = f"{sum(held) / 1024:.0f} MiB of their own, {sum(held) / max(1, len(held)):.0f} KiB each"
    print(f"  {len(pids)} connections, {own}; {cores:.2f} cores; load {os.getloadavg()[0]:.1f}", flush=True)


def _backends(url: str) -> list[int]:
    with psycopg.connect(plain(url), autocommit=True) as connection:
        rows = connection.execute(_BACKENDS).fetchall()
    return [pid for (pid,) in rows]


def _processor(pids: Sequence[int]) -> float:
    """Seconds of a core that these processes have had; 0 where that cannot be read (the server is elsewhere)."""
    ticks = 0
    for pid in pids:
        with suppress(OSError):
            user, system = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
            ticks += int(user) + int(system)
    return ticks / os.sysconf("SC_CLK_TCK")


def _own_memory(pid: int) -> int:
    """KiB that the process shares with no other; 0 where that cannot be read (the server is elsewhere)."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty")))
    return 0


def _table(what: str, small: Mapping[str, list[float]], large: Mapping[str, list[float]]) -> None:
    print(f"{what}: the one, p50 / p99; the other, p50 / p99; growth of p50; how many of the other (ms)")
    for name in large:
        if small.get(name) and large[name]:
            one, other = small[name], large[name]
            print(
                f"| {name} | {median(one):.1f} / {percentile(one, 99):.1f} | {median(other):.1f} / "
                f"{percentile(other, 99):.1f} | {median(other) / max(median(one), 0.01):.2f} | {len(other)} |",
                flush=True,
            )
