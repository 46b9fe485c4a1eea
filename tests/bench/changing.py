"""The figures while another process changes the database: keys under a load, and a change until it is painted."""

import os
import random
import select
import subprocess
import sys
from bisect import bisect_left
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Self

from tests.bench.figures import DOWN, PAGE_DOWN, UP
from tests.bench.filled import Filled, change_matter
from tests.bench.measuring import CURSOR, Bench, Result, console, listed, median, percentile, spread
from tests.bench.terminal import PATIENCE, Terminal

RATE = 100
LOAD_GOALS = {50: 1.25, 99: 5.0}
CROSS_GOALS = {"SQLCipher": {50: 30.0, 99: 80.0}, "PostgreSQL": {50: 15.0, 99: 50.0}}

_chance = random.Random(4)


class Load:
    """A process that changes a filled database ``RATE`` times a second for as long as the block lasts."""

    def __init__(self, on: Filled) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.load", str(on.count), str(RATE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,
            text=True,
            env={**os.environ, **on.environment},
        )

    def __enter__(self) -> Self:
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        if not ready or self._process.stdout.readline() != "ready\n":
            self.__exit__()
            raise RuntimeError("the load did not start")
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def end(self) -> float:
        """End it; how many changes a second it really made."""
        said, _ = self._process.communicate(timeout=PATIENCE)
        made, seconds = said.split()
        return int(made) / float(seconds)


def load(bench: Bench) -> Iterator[Result]:
    """A cursor key while the list changes a hundred times a second, against the same at rest in the same console."""
    many = bench.times(150, 30)
    with console(bench.sqlcipher) as terminal:
        go_into_the_list(terminal)
        rest = moves(terminal, many)
        with Load(bench.sqlcipher) as changing:
            terminal.rest(2.0)
            cpu, since = terminal.cpu_seconds(), terminal.now()
            loaded = moves(terminal, many)
            percent = 100 * (terminal.cpu_seconds() - cpu) / (terminal.now() - since)
            rate = changing.end()
    numbers = {**spread(loaded), **spread(rest, "rest_"), "changes_per_second": rate, "cpu_percent": percent}
    numbers["p99_to_rest_p99"] = percentile(loaded, 99) / percentile(rest, 99)
    for number, goal in LOAD_GOALS.items():
        measured = percentile(loaded, number)
        what = f"cursor key at {rate:.0f} changes/s, p{number} (ratio: to p50 at rest)"
        yield Result("load", what, "ms", measured, many, measured / median(rest), goal, numbers)


def go_into_the_list(terminal: Terminal) -> None:
    """Where something is above the first line that one sees, and below the last."""
    for key in (*[PAGE_DOWN] * 3, *[UP] * 10):
        terminal.press(key)
        terminal.rest(0.2)


def moves(terminal: Terminal, many: int) -> list[float]:
    """Milliseconds from each of so many keys until the cursor stands on another case.

    Only a key can change that: whatever else is painted, the cursor stays on its case.
    """
    terminal.shown()
    cases = [(terminal.now(), _case_under_cursor(terminal))]
    pressed = []
    for number in range(many):
        terminal.drain()
        pressed.append(terminal.press(DOWN if number % 2 == 0 else UP))
        terminal.rest(_chance.uniform(0.15, 0.25))
    terminal.rest(1.0)
    cases += [(at, _case_under_cursor(terminal)) for at in terminal.frames()]
    return [_until_moved(terminal, at, cases) for at in pressed]


def _until_moved(terminal: Terminal, pressed: float, cases: list[tuple[float, int | None]]) -> float:
    index = bisect_left(cases, pressed, key=itemgetter(0))
    before = cases[index - 1][1]
    for at, case in cases[index:]:
        if case != before:
            return (at - pressed) * 1000
    raise terminal.unseen("the cursor on another case")


def _case_under_cursor(terminal: Terminal) -> int | None:
    """The patient's number; none where the emulated screen shows no cursor on a case."""
    return next(iter(listed(terminal.line_with(CURSOR) or "")), None)


def cross(bench: Bench) -> Iterator[Result]:
    """A change by another process until it stands on the console's screen."""
    for name, on in (("SQLCipher", bench.sqlcipher), ("PostgreSQL", bench.postgresql)):
        taken = _painted_after_change(on, bench.times(200, 40))
        for percent, goal in CROSS_GOALS[name].items():
            measured = percentile(taken, percent)
            what = f"a change until it is painted, {name}, p{percent}"
            yield Result("cross", what, "ms", measured, len(taken), goal=goal, numbers=spread(taken))


def _painted_after_change(on: Filled, many: int) -> list[float]:
    taken = []
    with console(on) as terminal:
        visible = listed(terminal.shown())
        for number in range(many + 1):
            token = f"ny{number:05d}ny"
            terminal.drain()
            at_commit = change_matter(on.world, _chance.choice(visible), token)
            painted = terminal.wait(_holds(token), f"the matter {token}")
            if number:  # the first warms up
                taken.append((terminal.started + painted - at_commit) * 1000)
            terminal.rest(_chance.uniform(0.05, 0.25))
    return taken


def _holds(token: str) -> Callable[[bytes], bool]:
    return lambda output: token.encode() in output
