"""The console on a real pseudo-terminal: its bytes beside those over harmless text, and the screen that they make."""

import time
from dataclasses import dataclass

from tests.acceptance.start_console import PATIENCE
from tests.acceptance.test_terminal import start
from tests.hostile.checks import HostileError, check, sequences
from tests.hostile.poison import Source, poison
from tests.hostile.worlds import crowd
from tests.world import World

HEADING = ("Patient", "Ärende", "Läge", "Hos")
WIDTH = 120
AROUND = 12
"""Lines of the screen that are not the list's."""

WAY = ("\r", "2", "3", "1", "\x1b", "\x1bOR", "\x1bOS", "\x1b[15~", "\x1b[17~", "\x1bOQ")
"""A case with its chat, anamnesis and history, and then every place of the desk."""


@dataclass(frozen=True)
class Seen:
    """What was written, and each line of the list as cells."""

    written: bytes
    lines: tuple[tuple[str, ...], ...]
    columns: tuple[int, ...]


def see(world: World, source: Source, cases: int) -> Seen:
    """Open the console over so many cases, and go through its places. A small screen shows some of them at a time."""
    crowd(world, cases)
    poison(world.system.store, source)
    with start(world, WIDTH, cases + AROUND) as console:
        console.see("Läge")
        until = time.monotonic() + PATIENCE
        while console.shown().count(" NY") < cases and time.monotonic() < until:
            console.rest()
        cells = _cells(console._screen)
        for keys in WAY:
            console.press(keys)
            console.rest(0.6)
        console.press("\x11")
        console.end()
        written = console.written
    top = next(number for number, line in enumerate(cells) if "Ärende" in "".join(line))
    columns = tuple("".join(cells[top]).index(name) for name in HEADING)
    return Seen(written, tuple(cells[top + 1 : top + 1 + cases]), columns)


def _cells(screen: object) -> list[tuple[str, ...]]:
    """The screen's cells; the second half of a wide letter is one of its own."""
    buffer, rows = screen.buffer, screen.lines  # type: ignore[attr-defined]
    return [tuple(buffer[row][column].data for column in range(WIDTH)) for row in range(rows)]


def compare(hostile: Seen, harmless: Seen) -> None:
    """Raises ``HostileError`` where hostile text brings a sequence of its own, or has moved what stands beside it."""
    if foreign := sequences(hostile.written) - sequences(harmless.written):
        raise HostileError(f"bytes: {sorted(foreign)}")
    check(_without_sequences(hostile.written), "bytes", breaks="\r\n\x1b\x07\x0f")
    state = harmless.columns[HEADING.index("Läge")]
    for number, (one, other) in enumerate(zip(hostile.lines, harmless.lines, strict=True)):
        if any(len(cell) > 1 for cell in one):  # marks: emulators do not agree on their width, see docs/under-fire.md
            continue
        edge = other.index("│", state)
        for column in (0, state, state + 1, edge):
            if one[column] != other[column]:
                raise HostileError(f"line {number}: {''.join(one)!r} instead of {''.join(other)!r}")


def _without_sequences(written: bytes) -> str:
    return written.decode("utf-8", "strict")
