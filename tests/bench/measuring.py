"""What the figures have in common: the databases and programs to measure, and how a result is told."""

import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests import postgres
from tests.bench.filled import PATIENT, Filled, filled
from tests.bench.label import WORD
from tests.bench.terminal import Terminal

CASES = 10_000
CURSOR = "▌"
_LISTED = re.compile(rf"^│.*?{PATIENT} (\d{{5}})", re.MULTILINE)
LABEL = [sys.executable, "-m", "tests.bench.label"]
SETTLES_WITHIN = 3.0
"""Seconds after the first frame in which a console loads what it needs not have had for it."""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. ``goal`` is for ``ratio`` where there is one, else for ``value``; none: only reported."""

    figure: str
    what: str
    unit: str
    value: float
    n: int
    ratio: float | None = None
    goal: float | None = None
    numbers: dict[str, float] = field(default_factory=dict)

    @property
    def reached(self) -> bool | None:
        """Whether the goal is reached; none where there is none."""
        if self.goal is None:
            return None
        return (self.value if self.ratio is None else self.ratio) <= self.goal


@dataclass(slots=True)
class Bench:
    """What may be measured on: each database is filled when it is first asked for, and lasts as long as ``until``."""

    quick: bool
    until: ExitStack
    _sqlcipher: Filled | None = None
    _postgresql: Filled | None = None

    def times(self, full: int, quick: int) -> int:
        """How often to measure."""
        return quick if self.quick else full

    @property
    def sqlcipher(self) -> Filled:
        """The encrypted file with 10,000 open cases."""
        if self._sqlcipher is None:
            self._sqlcipher = self._filled("")
        return self._sqlcipher

    @property
    def postgresql(self) -> Filled:
        """The same in PostgreSQL."""
        if self._postgresql is None:
            server = self.until.enter_context(postgres.running())
            self._postgresql = self._filled(self.until.enter_context(server.fresh()))
        return self._postgresql

    def _filled(self, database: str) -> Filled:
        home = Path(self.until.enter_context(tempfile.TemporaryDirectory(prefix="p24-bench-")))
        return self.until.enter_context(filled(home, database, CASES))


@contextmanager
def console(on: Filled) -> Iterator[Terminal]:
    """A console that shows its list and has come to rest."""
    on.begin_shift()
    with Terminal(on.command, on.environment) as terminal:
        terminal.wait(list_painted, "the list")
        terminal.rest(SETTLES_WITHIN)
        yield terminal


@contextmanager
def label() -> Iterator[Terminal]:
    """The least Textual program, at rest."""
    with Terminal(LABEL) as terminal:
        terminal.wait(lambda output: WORD.encode() in output, "the label")
        terminal.rest(1.0)
        yield terminal


def listed(screen: str) -> list[int]:
    """The numbers of the patients in the list; one that is named elsewhere on the screen does not count."""
    return [int(number) for number in _LISTED.findall(screen)]


def list_painted(output: bytes) -> bool:
    """Whether the line that the cursor stands on is among what was painted."""
    return CURSOR.encode() in output


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many per cent are not above."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(percent / 100 * (len(ordered) - 1))))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return percentile(values, 50)


def spread(values: Sequence[float], prefix: str = "") -> dict[str, float]:
    """The numbers that describe a series of measurements."""
    named = {"min": min(values), "p50": median(values), "p99": percentile(values, 99), "max": max(values)}
    return {f"{prefix}{name}": round(value, 3) for name, value in named.items()}
