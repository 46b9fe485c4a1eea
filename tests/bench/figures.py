"""The figures at rest: keys, opening a case, and what an idle console costs."""

import random
import re
from collections.abc import Callable, Iterator

from tests.bench.filled import MESSAGE, PATIENT
from tests.bench.measuring import (
    SETTLES_WITHIN,
    Bench,
    Result,
    console,
    label,
    list_painted,
    median,
    percentile,
    spread,
)
from tests.bench.terminal import Terminal

DOWN, UP, PAGE_DOWN, ENTER, ESCAPE = b"\x1b[B", b"\x1b[A", b"\x1b[6~", b"\r", b"\x1b"
KEY_GOALS = {50: 1.2, 99: 2.0}
PAGE_GOAL = 4.0
OPEN_GOAL = 100.0
CPU_GOAL = 1.0
MEMORY_GOAL = 150.0

_PAUSE = (0.03, 0.07)
_BLOCK = 20
"""Keys pressed in one program before it is the other one's turn."""

_chance = random.Random(3)


def keys(bench: Bench) -> Iterator[Result]:
    """A cursor key to its paint, in the console and in the label in turn; then pages."""
    mine: list[float] = []
    least: list[float] = []
    with console(bench.sqlcipher) as terminal, label() as other:
        for block in range(1 + bench.times(400, 100) // _BLOCK):
            some = [stroke(terminal, DOWN if block % 2 == 0 else UP, list_painted, "the cursor") for _ in _block()]
            few = [stroke(other, DOWN, _label_changed, "the label's number") for _ in _block()]
            if block:  # the first warms up
                mine += some
                least += few
        terminal.press(PAGE_DOWN)  # to the end of the first page, from where each page moves the whole list
        pages = [stroke(terminal, PAGE_DOWN, _page_moved, "another page") for _ in range(bench.times(200, 60))]
    numbers = {**spread(mine), **spread(least, "label_")}
    for percent, goal in KEY_GOALS.items():
        measured = percentile(mine, percent)
        ratio = measured / percentile(least, percent)
        yield Result("keys", f"cursor key to paint, p{percent}", "ms", measured, len(mine), ratio, goal, numbers)
    tail = percentile(pages, 99)
    ratio = tail / median(pages)
    yield Result(
        "keys", "a page to paint, p99 (ratio: to its p50)", "ms", tail, len(pages), ratio, PAGE_GOAL, spread(pages)
    )


def _block() -> range:
    return range(_BLOCK)


def stroke(terminal: Terminal, key: bytes, painted: Callable[[bytes], bool], what: str) -> float:
    """Milliseconds from a key to its paint, a random moment after what was before."""
    terminal.rest(_chance.uniform(*_PAUSE))
    return terminal.stroke(key, painted, what)


def _label_changed(output: bytes) -> bool:
    return bool(output)


def _page_moved(output: bytes) -> bool:
    return output.count(PATIENT.encode()) >= 20


def open_case(bench: Bench) -> Iterator[Result]:
    """Enter on a case until its first message stands on the screen."""
    taken: list[float] = []
    seen: set[bytes] = set()
    message = re.compile(rf"{MESSAGE} (\d{{5}})".encode())

    def another(output: bytes) -> bool:
        return any(number not in seen for number in message.findall(output))

    with console(bench.sqlcipher) as terminal:
        for _ in range(bench.times(100, 20)):
            taken.append(terminal.stroke(ENTER, another, "the message of the case that was opened"))
            seen.update(_shown_messages(terminal, message))
            terminal.rest(_chance.uniform(0.15, 0.3))
            for _out_of_the_box_and_of_the_case in range(2):  # one's own case is entered where one writes
                terminal.press(ESCAPE)
                terminal.rest(0.2)
            terminal.stroke(DOWN, list_painted, "the cursor on the next case")
            terminal.rest(0.1)
    tail = percentile(taken, 99)
    yield Result(
        "open", "Enter to the first message, p99", "ms", tail, len(taken), goal=OPEN_GOAL, numbers=spread(taken)
    )


def _shown_messages(terminal: Terminal, message: re.Pattern[bytes]) -> list[bytes]:
    return message.findall(terminal.shown().encode())


def idle(bench: Bench) -> Iterator[Result]:
    """What a console costs that nobody touches."""
    seconds = bench.times(30, 10)
    with console(bench.sqlcipher) as terminal:
        terminal.rest(10 - SETTLES_WITHIN)
        before, since = terminal.cpu_seconds(), terminal.now()
        terminal.rest(seconds)
        percent = 100 * (terminal.cpu_seconds() - before) / (terminal.now() - since)
        memory = terminal.memory()
    yield Result("idle", f"processor at rest over {seconds} s", "%", percent, 1, goal=CPU_GOAL)
    yield Result("idle", "memory with 10,000 open cases", "MiB", memory, 1, goal=MEMORY_GOAL)
