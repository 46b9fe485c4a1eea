"""Start a full-screen program under a pseudo-terminal and look at what it paints.

    python tests/acceptance/start_console.py STEP... -- COMMAND...

Each step is ``see:TEXT`` (wait until the text stands on the screen), ``press:KEYS`` (type; ``\\r``, ``\\x11`` and
their like are understood) or ``end`` (wait until the program has ended well and has given the terminal back). The
screen is 120 columns by 40 rows. Ends with 1, and shows the screen, where a step does not come true in time.
"""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
import unicodedata
from collections.abc import Mapping
from typing import Self

import pyte
from wcwidth import wcwidth

COLUMNS, ROWS = 120, 40
PATIENCE = 60.0
"""Seconds for each step; a slow machine that is busy with other tests is meant."""

UNREADABLE = re.compile(rb"\x1b\[[<>=][0-9;:]*[A-Za-z]|\x1b\[\?[0-9;]*\$p|\x1b[P_^][^\x1b]*\x1b\\")
"""Sequences that the emulator takes for something else."""

ALTERNATE_SCREEN_OFF = b"\x1b[?1049l"


class Unseen(Exception):
    """A step did not come true in time."""


class _Screen(pyte.Screen):
    """Goes on after a letter of no width that is no mark, at which pyte drops the rest of the line."""

    def draw(self, data: str) -> None:
        super().draw("".join(one for one in data if wcwidth(one) or unicodedata.combining(one)))


class Terminal:
    """A program in a terminal of its own. ``written`` is every byte that it wrote."""

    def __init__(
        self,
        command: list[str],
        *,
        columns: int = COLUMNS,
        rows: int = ROWS,
        environment: dict[str, str] | None = None,
    ) -> None:
        self._screen = _Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self.written = b""
        self._side, program_side = pty.openpty()
        fcntl.ioctl(program_side, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self._program = subprocess.Popen(
            command,
            stdin=program_side,
            stdout=program_side,
            stderr=program_side,
            start_new_session=True,
            env={**_without_size(os.environ), "TERM": "xterm-256color", "LANG": "C.UTF-8", **(environment or {})},
        )
        os.close(program_side)

    @property
    def pid(self) -> int:
        """The process id of the program."""
        return self._program.pid

    def see(self, text: str) -> None:
        """Wait until the text stands on the screen."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.shown():
            if time.monotonic() > deadline or not self._read():
                raise Unseen(f"{text!r} was not seen. The screen:\n{self.shown()}")

    def wait_until_gone(self, text: str) -> None:
        """Wait until the text stands on the screen no longer."""
        deadline = time.monotonic() + PATIENCE
        while text in self.shown():
            if time.monotonic() > deadline or not self._read():
                raise Unseen(f"{text!r} did not go. The screen:\n{self.shown()}")

    def press(self, keys: str) -> None:
        """Type these keys."""
        os.write(self._side, keys.encode())

    def rest(self, seconds: float = 0.3) -> None:
        """Let the program be, and take in what it paints meanwhile."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._read():
            pass

    def code(self) -> int:
        """Wait until the program has ended; its exit code."""
        deadline = time.monotonic() + PATIENCE
        while self._read() and time.monotonic() < deadline:
            pass
        try:
            return self._program.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            raise Unseen("it did not end") from None

    def end(self) -> None:
        """Wait until the program has ended well."""
        if (code := self.code()) != 0:
            raise Unseen(f"it ended with {code}")
        if ALTERNATE_SCREEN_OFF not in self.written[-4096:]:
            raise Unseen("it did not give the terminal back")

    def shown(self) -> str:
        """The screen as a person sees it."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    def hang_up(self) -> int | None:
        """Take the terminal away; the program's exit code once it has noticed, or none where it goes on."""
        os.close(self._side)
        try:
            return self._program.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._program.kill()
            return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the program whatever it does."""
        if self._program.poll() is None:
            self._program.kill()
            self._program.wait()
        os.close(self._side)

    def _read(self) -> bool:
        """Take in what the program has painted; false once it has left the terminal."""
        ready, _, _ = select.select([self._side], [], [], 0.1)
        if not ready:
            return True
        try:
            painted = os.read(self._side, 65536)
        except OSError:  # Linux says so when the other side is closed
            return False
        self._stream.feed(UNREADABLE.sub(b"", painted))
        self.written += painted
        return bool(painted)


def _without_size(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without a size of its own: other tests may leave one, and it would win over the terminal's."""
    return {name: value for name, value in environment.items() if name not in ("COLUMNS", "LINES")}


def take(terminal: Terminal, step: str) -> None:
    """Carry out one step. Raises ``Unseen`` where it does not come true."""
    kind, _, rest = step.partition(":")
    if kind == "see":
        terminal.see(rest)
    elif kind == "press":
        terminal.press(rest.encode().decode("unicode_escape"))
    elif step == "end":
        terminal.end()
    else:
        raise SystemExit(f"no such step: {step}")


def main(arguments: list[str]) -> int:
    middle = arguments.index("--")
    terminal = Terminal(arguments[middle + 1 :])
    try:
        for step in arguments[:middle]:
            take(terminal, step)
    except Unseen as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        terminal.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
