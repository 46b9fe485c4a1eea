"""The figure for finding: a search and a filter among 10,000 cases, from the key until what is found is painted."""

import random
from collections.abc import Iterator

from tests.bench.figures import ESCAPE, stroke
from tests.bench.measuring import Bench, Result, console, list_painted, listed, percentile, spread
from tests.bench.terminal import Terminal

SEARCH, FILTER, MINE, DONE = b"/", b"f", b"m", b"\r"
HOME = b"\x1b[H"
FIND_GOAL = 50.0

_chance = random.Random(6)


def find(bench: Bench) -> Iterator[Result]:
    """Each key of a search, and each turn of a filter, until lines that fit are painted."""
    with console(bench.sqlcipher) as terminal:
        searched = [
            taken
            for _ in range(bench.times(40, 6))
            for taken in _search(terminal, _chance.randrange(bench.sqlcipher.count))
        ]
        filtered = _filter(terminal, bench.times(60, 20))
    for what, taken in (("a key of a search", searched), ("a filter on or off", filtered)):
        measured, numbers = percentile(taken, 99), spread(taken)
        yield Result(
            "find", f"{what} to what it finds, p99", "ms", measured, len(taken), goal=FIND_GOAL, numbers=numbers
        )


def _search(terminal: Terminal, number: int) -> list[float]:
    """Type a patient's number key by key, and show everything again; milliseconds for each key."""
    terminal.press(HOME)
    terminal.rest(0.2)
    terminal.press(SEARCH)
    terminal.rest(0.3)
    taken = []
    for key in f"{number:05d}":
        taken.append(stroke(terminal, key.encode(), list_painted, f"lines that hold {key}"))
        terminal.rest(0.2)  # what is found in the messages comes a little later
    if number not in listed(terminal.shown()):
        raise terminal.unseen(f"the case {number:05d} that was searched for")
    terminal.press(ESCAPE)
    terminal.rest(0.5)
    return taken


def _filter(terminal: Terminal, many: int) -> list[float]:
    """Show only one's own cases, and all again; milliseconds for each."""
    terminal.press(HOME)
    terminal.rest(0.2)
    terminal.press(FILTER)
    terminal.rest(0.3)
    taken, everything = [], listed(terminal.shown())
    for number in range(many):
        taken.append(stroke(terminal, MINE, list_painted, "another filter's lines"))
        if (number % 2 == 0) == (listed(terminal.shown()) == everything):
            raise terminal.unseen("a change of what the filter shows")
    terminal.press(DONE)
    terminal.rest(0.3)
    return taken
