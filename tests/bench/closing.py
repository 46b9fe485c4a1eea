"""The figures of the closing check: opening it over 2,000 cases, and keys elsewhere while 500 patients are told."""

import os
import random
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Self

from tests.bench.changing import LOAD_GOALS, go_into_the_list, moves
from tests.bench.filled import Filled, filled
from tests.bench.measuring import Bench, Result, console, list_painted, median, percentile, spread
from tests.bench.terminal import PATIENCE

OPEN_CASES = 2_000
OPENS_WITHIN = 2.0
AT_ONCE = 500

F2, F4 = b"\x1bOQ", b"\x1bOS"

_chance = random.Random(8)


def closing(bench: Bench) -> Iterator[Result]:
    """Opening the closing check, against going back to the list; then keys while another console tells 500."""
    home = Path(bench.until.enter_context(tempfile.TemporaryDirectory(prefix="p24-bench-")))
    check, back = _opened(bench.until.enter_context(filled(home, "", OPEN_CASES)), bench.times(60, 20))
    yield Result(
        "closing",
        f"the closing check over {OPEN_CASES:,} cases to paint (ratio: the patient list)",
        "ms",
        median(check),
        len(check),
        ratio=median(check) / median(back),
        goal=OPENS_WITHIN,
        numbers={**spread(check), **spread(back, "list_")},
    )
    yield from _told(bench)


def _opened(on: Filled, many: int) -> tuple[list[float], list[float]]:
    """Milliseconds to the paint of the closing check, and of the list again, by turns. The first two warm up."""
    check: list[float] = []
    back: list[float] = []
    with console(on) as terminal:
        for _ in range(2 + many):
            check.append(terminal.stroke(F4, lambda output: b"inte signerad" in output, "the closing check"))
            terminal.rest(_chance.uniform(0.1, 0.2))
            back.append(terminal.stroke(F2, list_painted, "the list"))
            terminal.rest(_chance.uniform(0.1, 0.2))
    return check[2:], back[2:]


class Teller:
    """A process that tells 500 patients, again and again, for as long as the block lasts."""

    def __init__(self, on: Filled, first: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.teller", str(first), str(AT_ONCE)],
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
            raise RuntimeError("the teller did not start")
        return self

    def __exit__(self, *_error: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def begin(self) -> None:
        """Let it tell them."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()

    @property
    def has_ended(self) -> bool:
        """Whether all have been told."""
        return self._process.poll() is not None

    def end(self) -> tuple[int, float, int]:
        """How many it told, in how many seconds, and the number of the last of them."""
        said, _ = self._process.communicate(timeout=PATIENCE)
        told, seconds, last = said.split()
        return int(told), float(seconds), int(last)


def _told(bench: Bench) -> Iterator[Result]:
    on = bench.sqlcipher
    loaded: list[float] = []
    told, seconds, first = 0, 0.0, 0
    with console(on) as terminal:
        go_into_the_list(terminal)
        rest = moves(terminal, bench.times(150, 30))
        for _round in range(bench.times(3, 1)):
            with Teller(on, first) as teller:
                teller.begin()
                while not teller.has_ended:
                    loaded += moves(terminal, 8)
                many, took, last = teller.end()
            told, seconds, first = told + many, seconds + took, last + 1
    if not told:
        raise RuntimeError("nobody was told, so that nothing was measured")
    numbers = {**spread(loaded), **spread(rest, "rest_"), "told": told, "seconds": seconds}
    each = seconds * AT_ONCE / told
    for number, goal in LOAD_GOALS.items():
        measured = percentile(loaded, number)
        what = f"cursor key while {AT_ONCE} are told in {each:.1f} s, p{number} (ratio: to p50 at rest)"
        yield Result("closing", what, "ms", measured, len(loaded), measured / median(rest), goal, numbers)
