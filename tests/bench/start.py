"""The figure for a cold start: the console against the least Textual program, started in turn with it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.bench.filled import PATIENT, Filled
from tests.bench.label import WORD
from tests.bench.measuring import CURSOR, LABEL, Bench, Result, median, spread
from tests.bench.terminal import Terminal

START_GOAL = 2.5

_CASES = re.compile(rf"{CURSOR}.*{PATIENT} \d{{5}}")
_COUNTED = re.compile(r"Vilande +\d")
"""What the header says once the whole list has been read."""


@dataclass(frozen=True, slots=True)
class Started:
    """A program to start, what it shows in time (on lines of the screen), and when it did, run by run."""

    command: list[str]
    environment: dict[str, str]
    shows: tuple[re.Pattern[str], ...]
    runs: list[list[float]] = field(default_factory=list)

    def times(self, index: int) -> list[float]:
        """Milliseconds until the one of ``shows``, in each run."""
        return [run[index] for run in self.runs]


def start(bench: Bench) -> Iterator[Result]:
    """Cold start until the first frame that shows cases, against the label's first paint. The first round warms up."""
    least = Started(LABEL, {}, (re.compile(WORD),))
    consoles = {"SQLCipher": _console(bench.sqlcipher), "PostgreSQL": _console(bench.postgresql)}
    for _ in range(1 + bench.times(15, 5)):
        for one in (least, *consoles.values()):
            one.runs.append(_run(one))
    for one in (least, *consoles.values()):
        del one.runs[0]
    for name, one in consoles.items():
        for index, what in enumerate(("the first cases", "the whole list")):
            taken = one.times(index)
            ratio = median(taken) / median(least.times(0))
            goal = START_GOAL if index == 0 and name == "SQLCipher" else None
            numbers = {**spread(taken), **spread(least.times(0), "label_")}
            yield Result(
                "start", f"cold start to {what}, {name}", "ms", median(taken), len(taken), ratio, goal, numbers
            )


def _console(on: Filled) -> Started:
    return Started(on.command, on.environment, (_CASES, _COUNTED))


def _run(one: Started) -> list[float]:
    """Milliseconds to the ends of the frames that first show each."""
    word = one.shows[-1].pattern.partition(" ")[0].encode()
    with Terminal(one.command, one.environment) as terminal:
        terminal.wait(lambda output: word in output, f"{word.decode()}")
        terminal.rest(0.2)
        taken: list[float] = []
        for at in terminal.frames():
            while len(taken) < len(one.shows) and one.shows[len(taken)].search(terminal.display()):
                taken.append(at * 1000)
        if len(taken) < len(one.shows):
            raise terminal.unseen(f"{one.shows[len(taken)].pattern} on the emulated screen")
        return taken
