"""The figure without a terminal: what one change costs the list, among few cases and among very many."""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import datetime

from msgspec.structs import replace
from textual.app import App, ComposeResult
from textual.geometry import Region

from p24tui.clock import SystemClock
from p24tui.services.units import make_unit
from p24tui.services.views import CaseLine, QueueView, line
from p24tui.tui.live_list import LiveList
from p24tui.tui.widgets.patient_list import PatientList
from tests.bench.filled import STAFF, case_id, make_row
from tests.bench.measuring import Bench, Result, median, spread
from tests.world import UNIT

FEW, MANY = 1_000, 100_000
SIZE_GOAL = 1.5

_ROUNDS = 10


def size(bench: Bench) -> Iterator[Result]:
    """One changed line among 100,000 cases against one among 1,000, by turns: taken in, and drawn with its page."""
    now = SystemClock().now()
    lists = {count: _filled_list(count, now) for count in (FEW, MANY)}
    alone = {count: _Taken(count) for count in (FEW, MANY)}
    drawn = asyncio.run(_draw(lists, now, bench.times(500, 100)))
    chance = random.Random(5)
    for turn in range(1 + _ROUNDS):
        for count, live in lists.items():
            for number in chance.choices(range(count), k=bench.times(500, 100)):
                changed = _changed(live, number, chance)
                started = time.perf_counter()
                live.put(changed)
                alone[count].add(started, counts=turn > 0)
    yield _result("one change among 100,000, drawn with its page (ratio: among 1,000)", drawn, SIZE_GOAL)
    yield _result("the same, taken in by the list alone", alone, None)


class _Taken:
    """The microseconds that changes took in a list of so many."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.values: list[float] = []

    def add(self, started: float, *, counts: bool) -> None:
        """One change is done; those that warm up do not count."""
        if counts:
            self.values.append((time.perf_counter() - started) * 1_000_000)


def _result(what: str, taken: dict[int, _Taken], goal: float | None) -> Result:
    many, few = taken[MANY].values, taken[FEW].values
    numbers = {**spread(many), **spread(few, "few_")}
    ratio = median(many) / median(few)
    return Result("size", what, "µs", median(many), len(many), ratio=ratio, goal=goal, numbers=numbers)


class _ListApp(App[None]):
    """Nothing but the patient list."""

    CSS = "PatientList { height: 1fr; }"

    def __init__(self, live: LiveList, now: datetime) -> None:
        super().__init__()
        self.list = PatientList(live, now)

    def compose(self) -> ComposeResult:
        yield self.list


async def _draw(lists: dict[int, LiveList], now: datetime, times: int) -> dict[int, _Taken]:
    """Take in a change in the page that one sees, and draw that page; each list in an app of its own."""
    taken = {count: _Taken(count) for count in lists}
    chance = random.Random(6)
    async with AsyncExitStack() as running:
        apps = {}
        for count, live in lists.items():
            apps[count] = _ListApp(live, now)
            await running.enter_async_context(apps[count].run_test(size=(120, 40)))
        for turn in range(1 + _ROUNDS):
            for count, app in apps.items():
                for _ in range(times // _ROUNDS):
                    taken[count].add(_draw_one(app, chance, now), counts=turn > 0)
    return taken


def _draw_one(app: _ListApp, chance: random.Random, now: datetime) -> float:
    line = app.list.live.line(chance.choice(app.list.live.ids(0, 38)))
    assert line is not None
    changed = [replace(line, case=replace(line.case, unread=line.case.unread + 1))]
    with app._context():
        started = time.perf_counter()
        app.list.put(changed, now)
        app.list.render_lines(Region(0, 0, 120, 39))
    return started


def _filled_list(count: int, now: datetime) -> LiveList:
    rows = (make_row(number, now) for number in range(count))
    unit = make_unit(UNIT, "Vårdcentralen Åsen", "primary-care")
    lines = tuple(line(row, unit, now) for row in rows)
    live = LiveList(STAFF)
    live.show(QueueView("bench", (UNIT,), lines, {UNIT: unit}), now)
    return live


def _changed(live: LiveList, number: int, chance: random.Random) -> list[CaseLine]:
    """The case with another place in the list."""
    found = live.line(case_id(number))
    assert found is not None
    return [replace(found, case=replace(found.case, priority=chance.randint(1, 5), unread=found.case.unread + 1))]
