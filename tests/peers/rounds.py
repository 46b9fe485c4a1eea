"""What is measured of each program: one round of one program at a time, each in its turn, several times over."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.bench.measuring import percentile
from tests.bench.terminal import FRAME_END, PATIENCE, Terminal
from tests.peers.driving import Driven, Pattern

QUIET = 0.015
"""Seconds without a byte after which a program has painted that does not say where its frames end."""

LOOKS = 120.0
"""Seconds that a start may take."""

SETTLES = 3.0
"""Seconds after the list is there until it is measured."""

RESTS = 4.0
"""Seconds over which the processor is looked at."""

KEYS, PAGES, WARM = 80, 12, 6
_TURN = 10
"""Keys in one direction before those in the other."""

_PAUSE = (0.03, 0.06)
"""Seconds without a byte until the next key: a list that is still moving must not pass for what the key does."""

_CALM = 2.0
"""Seconds after which a key is pressed though something is painted again and again."""
_ESCAPES = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[P_^][^\x1b]*\x1b\\|\x1b[ -/]*[0-~]"
)
_chance = random.Random(5)

FIGURES = {
    "first": ("start to first paint of its own content", "ms"),
    "whole": ("start to the whole list", "ms"),
    "key_p50": ("cursor key to paint, p50", "ms"),
    "key_p99": ("cursor key to paint, p99", "ms"),
    "page_p50": ("a page to its first paint, p50", "ms"),
    "memory": ("memory (PSS)", "MiB"),
    "processor": ("processor at rest", "%"),
}
"""The rows of the table: what each is, and its unit."""


@dataclass(slots=True)
class Measured:
    """What was measured of one program, round by round."""

    rounds: list[dict[str, float]] = field(default_factory=list)

    def value(self, figure: str) -> float | None:
        """The median of the rounds; none where it has no such thing."""
        found = [one[figure] for one in self.rounds if figure in one]
        return median(found) if found else None


def measure(driven: Driven, apart: Sequence[str], *, warming: bool = False) -> dict[str, float]:
    """One round: start it, let it rest, press keys. ``apart`` stands before the command; ``warming`` only starts it.

    Raises ``Unseen``.
    """
    with TemporaryDirectory(prefix="p24-peers-") as home, started(driven, Path(home), apart) as terminal:
        found = _started(terminal, driven)
        if warming:
            return found
        terminal.rest(SETTLES)
        found["processor"] = _processor(terminal)
        found["memory"] = _memory(terminal)
        for typed in driven.enter:
            terminal.press(typed)
            terminal.rest(0.3)
        found |= _keys(terminal, driven)
    return found


def started(driven: Driven, home: Path, apart: Sequence[str]) -> Terminal:
    """The program in a terminal of its own, and a home where nobody has been."""
    driven.begin()
    own = {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_DATA_HOME": str(home / ".local" / "share"),
    }
    return Terminal([*apart, *driven.command], {**own, **driven.environment}, controlling=True, leave=driven.leave)


def _started(terminal: Terminal, driven: Driven) -> dict[str, float]:
    """Milliseconds to the first paint and to the whole list, without the time in which one types a question for it."""
    painted = Painted(terminal, driven.marks_frames)
    found = {"first": painted.until(driven.first, "its content", LOOKS) * 1000}
    if driven.whole is None:
        return found
    asked = 0.0
    if driven.ask:
        terminal.rest(SETTLES)
        terminal.press(driven.ask[:-1])
        terminal.rest(SETTLES)
        painted.forget()
        asked = terminal.press(driven.ask[-1:]) * 1000 - found["first"]
    found["whole"] = painted.until(driven.whole, "the whole list", LOOKS) * 1000 - asked
    return found


@dataclass(slots=True)
class Painted:
    """What a program paints, as text, and when."""

    terminal: Terminal
    marks_frames: bool
    _output: bytes = b""
    _last: float = 0.0

    def forget(self) -> None:
        """Look only at what comes from now on."""
        self.terminal.drain()
        self._output = b""

    def until(self, pattern: Pattern, what: str, limit: float = PATIENCE, times: int = 1) -> float:
        """When the frame ended with which ``pattern`` had been painted so often. Raises ``Unseen``."""
        end, seen = self.terminal.now() + limit, self._count(pattern) >= times
        while not (seen and self.marks_frames) and (left := end - self.terminal.now()) > 0:
            chunk = self.terminal.read(QUIET if seen else left)
            if chunk is None:
                break
            self._last = chunk[0]
            self._output += chunk[1]
            if not self.marks_frames or FRAME_END in self._output[-len(chunk[1]) - len(FRAME_END) :]:
                seen = self._count(pattern) >= times
        if seen:
            return self._last
        raise self.terminal.unseen(what)

    def _count(self, pattern: Pattern) -> int:
        return len(pattern.findall(text(self._whole_frames())))

    def _whole_frames(self) -> bytes:
        if not self.marks_frames:
            return self._output
        return self._output[: self._output.rfind(FRAME_END) + 1]


def text(painted: bytes) -> bytes:
    """What is left without the sequences that move and colour."""
    return _ESCAPES.sub(b"", painted)


def _keys(terminal: Terminal, driven: Driven) -> dict[str, float]:
    """Milliseconds from keys to their paint."""
    painted = Painted(terminal, driven.marks_frames)

    def stroke(key: bytes, pattern: Pattern, times: int = 1) -> float:
        _calm(terminal)
        painted.forget()
        pressed = terminal.press(key)
        return (painted.until(pattern, f"what {key!r} does", times=times) - pressed) * 1000

    for index in range(WARM):
        stroke(driven.keys[index % 2], driven.moved)
    keys = [stroke(driven.keys[index // _TURN % 2], driven.moved) for index in range(KEYS)]
    found = {"key_p50": percentile(keys, 50), "key_p99": percentile(keys, 99)}
    if driven.page is not None:
        for _ in range(2):  # to the end of the first page, from where each moves the whole list
            terminal.press(driven.page)
            terminal.rest(0.5)
        found["page_p50"] = median(stroke(driven.page, driven.paged, driven.page_lines) for _ in range(PAGES))
    return found


def _calm(terminal: Terminal) -> None:
    end = terminal.now() + _CALM
    while terminal.read(_chance.uniform(*_PAUSE)) and terminal.now() < end:
        pass


def _memory(terminal: Terminal) -> float:
    """MiB of the program and all that it has started; what is shared counts in parts."""
    return float(sum(one.memory_full_info().pss for one in terminal.processes())) / 2**20


def _processor(terminal: Terminal) -> float:
    """Per cent of one core."""
    before, since = terminal.cpu_seconds(), terminal.now()
    terminal.rest(RESTS)
    return 100 * (terminal.cpu_seconds() - before) / (terminal.now() - since)
