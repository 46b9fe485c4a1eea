"""What is fuzzed: where the examples come from, and what must hold of each."""

import logging
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from hypothesis import strategies as st

ENDS_WITHIN = 60.0
"""Seconds after which something hangs, however loaded the machine is."""

COSTS_AT_MOST = 10.0
"""Seconds of processor time that one example may take."""

Check = Callable[[Any], None]
"""Raises where what must hold of an example does not."""


@dataclass(frozen=True, slots=True)
class Target:
    """One entrance. ``opened`` sets up what stands behind it; ``in_suite`` is how many examples the suite tries."""

    name: str
    what: str
    examples: st.SearchStrategy[Any]
    opened: Callable[[], AbstractContextManager[Check]]
    in_suite: int = 100


class FaultLogged(Exception):
    """The program caught a fault of its own and went on: to whoever sent it that is a fault all the same."""


class Hangs(Exception):
    """It has not come to an end."""


class TooDear(Exception):
    """It takes more of the processor than any input may."""


def is_of_program(path: str) -> bool:
    """Whether a file is the program's own."""
    return "/p24tui/" in path.replace("\\", "/") and "/tests/" not in path.replace("\\", "/")


def kind_of(error: BaseException) -> str:
    """What sort of failure it is: two of one kind are one finding."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = next((one for one in reversed(frames) if is_of_program(one.filename)), frames[-1] if frames else None)
    place = f"{Path(ours.filename).name}:{ours.name}" if ours else "?"
    said = str(error).split("\n")[0] if isinstance(error, FaultLogged) else ""
    where = f" at line {frames[-1].lineno}" if frames and isinstance(error, AssertionError) else ""
    return f"{type(error).__name__} in {place}{where} {said}".strip()


@contextmanager
def watched() -> Iterator[Callable[[Check, Any], None]]:
    """How a check is called: what hangs, costs too much, or is logged as a fault of the program's is a failure."""
    faults = _Faults()
    log = logging.getLogger("p24tui")
    log.addHandler(faults)
    try:
        yield lambda check, example: _call(check, example, faults)
    finally:
        log.removeHandler(faults)


def _call(check: Check, example: Any, faults: "_Faults") -> None:
    faults.said.clear()
    began = time.process_time()
    with _at_most(ENDS_WITHIN):
        check(example)
    took = time.process_time() - began
    if took > COSTS_AT_MOST:
        raise TooDear(f"{took:.0f} s")
    if faults.said:
        raise FaultLogged(faults.said[0])


class _Faults(logging.Handler):
    """Gathers what the program logs as faults of its own."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


@contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Break off what takes longer, where the system can: on others the run itself stands still, and is seen."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(_number: int, _frame: FrameType | None) -> None:
        raise Hangs(f"more than {seconds:.0f} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
