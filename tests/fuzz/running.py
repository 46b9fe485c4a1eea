"""Trying one target until nothing new comes: no new kind of failure, and no line of the program reached for the first
time."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import coverage
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.database import DirectoryBasedExampleDatabase, ExampleDatabase

from tests.fuzz.target import Check, Target, kind_of, watched

IN_ROUND = 250
"""Examples between two looks at what is new."""

ROUND_LASTS = 20.0
"""Seconds after which a round draws no more, whatever it has tried."""


@dataclass(slots=True)
class Progress:
    """How far a target has come. ``findings`` are the kinds of failure, each with the smallest example of it."""

    target: Target
    examples: int = 0
    lines: int = 0
    began: float = field(default_factory=time.monotonic)
    last_new: float = field(default_factory=time.monotonic)
    processor_when_new: float = field(default_factory=time.process_time)
    last_found: float = field(default_factory=time.monotonic)
    findings: dict[str, str] = field(default_factory=dict)

    def renew(self) -> None:
        """Something new has come just now."""
        self.last_new, self.processor_when_new = time.monotonic(), time.process_time()

    @property
    def quiet_for(self) -> float:
        """Seconds since anything new."""
        return time.monotonic() - self.last_new

    @property
    def nothing_found_for(self) -> float:
        """Seconds since the last new kind of failure."""
        return time.monotonic() - self.last_found

    @property
    def processor_since_new(self) -> float:
        """Seconds of the processor since anything new: what those of the clock are worth on a busy machine."""
        return time.process_time() - self.processor_when_new

    @property
    def lasted(self) -> float:
        """Seconds in all."""
        return time.monotonic() - self.began


def until_quiet(
    target: Target, *, minutes: float, at_most: float, first_seed: int, kept_in: Path, tell: Callable[[Progress], None]
) -> Progress:
    """Try the target until nothing was new for so many minutes, ``at_most`` so many in all; ``tell`` is told how it
    goes after each round. What failed is kept in the folder and tried first the next time.
    """
    progress = Progress(target)
    database = kept(kept_in, target)
    number = first_seed
    with _lines_reached() as lines:
        while progress.quiet_for < minutes * 60 and progress.lasted < at_most * 60:
            tried_round(progress, number, database)
            number += 1
            reached = lines()
            if reached > progress.lines:
                progress.lines = reached
                progress.renew()
            tell(progress)
    return progress


def kept(folder: Path, target: Target) -> ExampleDatabase:
    """Where what failed is kept for the next time."""
    return DirectoryBasedExampleDatabase(folder / target.name)


def tried_round(progress: Progress, number: int, database: ExampleDatabase) -> None:
    """Some hundreds of examples with everything behind the entrance made anew; what fails adds to the findings."""
    failed: list[tuple[str, str]] = []
    with progress.target.opened() as check, watched() as call:
        ends = time.monotonic() + ROUND_LASTS

        def try_one(example: Any) -> None:
            if time.monotonic() > ends and not failed:
                return
            progress.examples += 1
            try:
                call(check, example)
            except Exception as error:
                kind = kind_of(error)
                if kind not in progress.findings:
                    failed.append((kind, f"{example!r}\n{type(error).__name__}: {error}"))
                    raise

        try:
            tried(
                progress.target,
                try_one,
                number=number,
                examples=IN_ROUND,
                database=database,
                again=not progress.examples,  # what is known by now would be taken for mended, and forgotten
            )
        except Exception:
            if not failed:  # it is the trying itself that failed
                raise
    for kind, example in failed:  # the last of a kind is the smallest
        progress.findings[kind] = example
        progress.last_found = time.monotonic()
        progress.renew()


def tried(
    target: Target,
    check: Check,
    *,
    number: int,
    examples: int,
    database: ExampleDatabase | None = None,
    again: bool = False,
) -> None:
    """Let Hypothesis try the target with this seed; it raises for the smallest example of each failure.

    What fails is kept in the database; ``again`` says that what is kept there is tried first.
    """
    left_out = {Phase.explain} if again else {Phase.explain, Phase.reuse}

    @settings(
        max_examples=examples,
        database=database,
        deadline=None,
        derandomize=False,
        print_blob=False,
        report_multiple_bugs=True,
        suppress_health_check=list(HealthCheck),
        phases=[one for one in Phase if one not in left_out],
        verbosity=Verbosity.quiet,
    )
    @seed(number)  # below the settings: above them it would take the database away
    @given(target.examples)
    def one(example: Any) -> None:
        check(example)

    one()


@contextmanager
def _lines_reached() -> Iterator[Callable[[], int]]:
    """How many lines of the program have run so far."""
    measured = coverage.Coverage(data_file=None, config_file=False, source_pkgs=["p24tui"])
    measured.set_option("run:disable_warnings", ["module-not-measured", "no-data-collected"])
    measured.start()

    def reached() -> int:
        data = measured.get_data()
        return sum(len(data.lines(file) or ()) for file in data.measured_files())

    try:
        yield reached
    finally:
        measured.stop()
