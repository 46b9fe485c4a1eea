"""A program under a pseudo-terminal of 120x40 that answers as a modern terminal does and stamps all that it paints.

What is painted is only stamped and kept while one measures; the emulated screen is made from it afterwards, so that
emulating costs the measured time nothing.
"""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from typing import Self

import psutil
import pyte

COLUMNS, ROWS = 120, 40
FRAME_END = b"\x1b[?2026l"
PATIENCE = 30.0
"""Seconds that anything may take before it counts as never seen."""

ENDS_WITHIN = 5.0
"""Seconds from the keys that end it until the program is killed."""

REPLIES = (
    (b"\x1b[?2026$p", b"\x1b[?2026;2$y"),
    (b"\x1b[?2048$p", b"\x1b[?2048;0$y"),
    (b"\x1b[c", b"\x1b[?62;22c"),
    (b"\x1b[>c", b"\x1b[>41;354;0c"),
    (b"\x1b[6n", b"\x1b[1;1R"),
    (b"\x1b[>q", b"\x1bP>|XTerm(354)\x1b\\"),
    (b"\x1b]10;?", b"\x1b]10;rgb:ffff/ffff/ffff\x1b\\"),
    (b"\x1b]11;?", b"\x1b]11;rgb:0000/0000/0000\x1b\\"),
)
"""What a terminal with synchronised output says when it is asked."""

UNREADABLE = re.compile(
    rb"\x1b\[[<>=][0-9;:]*[A-Za-z]|\x1b\[\?[0-9;]*\$p|\x1b\[[0-9;]* q|\x1b\[[0-9;]*t|\x1b[P_^][^\x1b]*\x1b\\"
)
"""Sequences that the emulator takes for something else."""

LEFT_OUT = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "PYTHONDONTWRITEBYTECODE", "TMUX")


class Unseen(Exception):
    """What was waited for was never painted. Says what was on the screen instead."""


class Terminal:
    """A running program. Times are seconds since right before it was started.

    With ``controlling`` the terminal also controls the program, which may then open it by name, and not only use what
    it is given. ``leave`` is what one types to end the program: the second for when one would leave something behind.
    """

    def __init__(
        self,
        command: list[str],
        environment: dict[str, str] | None = None,
        *,
        controlling: bool = False,
        leave: bytes = b"\x11\x11",
    ) -> None:
        self._leave_by = leave
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._chunks: list[tuple[float, bytes]] = []
        self._command = command
        self._side, program_side = pty.openpty()
        fcntl.ioctl(program_side, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.started = time.perf_counter()
        try:
            self._program = subprocess.Popen(
                command,
                stdin=program_side,
                stdout=program_side,
                stderr=program_side,
                start_new_session=True,
                preexec_fn=_take_control if controlling else None,  # noqa: PLW1509 - whoever measures has one thread
                env={**_clean_environment(), **(environment or {})},
            )
        except BaseException:
            os.close(self._side)
            raise
        finally:
            os.close(program_side)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def now(self) -> float:
        """The time here."""
        return time.perf_counter() - self.started

    def press(self, key: bytes) -> float:
        """Type; when that was."""
        at = self.now()
        os.write(self._side, key)
        return at

    def read(self, timeout: float) -> tuple[float, bytes] | None:
        """The next that is painted and when, or none within ``timeout`` seconds. Raises ``Unseen`` at the end."""
        if not select.select([self._side], [], [], max(0.0, timeout))[0]:
            return None
        try:
            painted = os.read(self._side, 1 << 20)
        except OSError:  # Linux says so when the other side is closed
            painted = b""
        chunk = self.now(), painted
        if not painted:
            raise self.unseen("the program has ended")
        self._chunks.append(chunk)
        for question, answer in REPLIES:
            if question in painted:
                os.write(self._side, answer)
        return chunk

    def rest(self, seconds: float) -> None:
        """Let the program be for so long, taking in what it paints."""
        end = self.now() + seconds
        while (left := end - self.now()) > 0:
            self.read(left)

    def drain(self) -> None:
        """Take in what has been painted up to now."""
        while self.read(0):
            pass

    def wait(self, painted: Callable[[bytes], bool], what: str, limit: float = PATIENCE) -> float:
        """When the frame ended whose end made ``painted`` true of the bytes read from now on."""
        end, output = self.now() + limit, b""
        while (left := end - self.now()) > 0:
            if (chunk := self.read(left)) is None:
                break
            output += chunk[1]
            if FRAME_END in output[-len(chunk[1]) - len(FRAME_END) :]:
                whole = output[: output.rfind(FRAME_END)]
                if painted(whole):
                    return chunk[0]
        raise self.unseen(what)

    def stroke(self, key: bytes, painted: Callable[[bytes], bool], what: str) -> float:
        """Milliseconds from a key to the end of the frame that shows what it did."""
        self.drain()
        pressed = self.press(key)
        return (self.wait(painted, what) - pressed) * 1000

    def frames(self) -> Iterator[float]:
        """Emulate what is not emulated yet; when each frame ended, the screen being as it was then."""
        chunks, self._chunks = self._chunks, []
        for at, painted in chunks:
            self._stream.feed(UNREADABLE.sub(b"", painted))
            if FRAME_END in painted:
                yield at

    def shown(self) -> str:
        """The whole screen as a person sees it now."""
        for _at in self.frames():
            pass
        return "\n".join(line.rstrip() for line in self._screen.display)

    def line_with(self, mark: str, within: int = 4) -> str | None:
        """The line of the emulated screen that has ``mark`` in one of its first cells; cheap."""
        buffer = self._screen.buffer
        for row in range(ROWS):
            line = buffer[row]
            if any(line[column].data == mark for column in range(within)):
                return "".join(line[column].data for column in range(COLUMNS))
        return None

    def display(self) -> str:
        """The emulated screen up to the frame that ``frames`` has come to."""
        return "\n".join(self._screen.display)

    def unseen(self, what: str) -> Unseen:
        """The error for something that never came."""
        name = " ".join(self._command[1:4])
        return Unseen(f"{name}: never seen: {what}. The screen:\n{self.shown()}")

    def processes(self) -> list[psutil.Process]:
        """The program and all that it has started."""
        one = psutil.Process(self._program.pid)
        return [one, *one.children(recursive=True)]

    def cpu_seconds(self) -> float:
        """How long they have computed."""
        return float(sum(sum(one.cpu_times()[:2]) for one in self.processes()))

    def memory(self) -> float:
        """MiB that they hold."""
        return float(sum(one.memory_info().rss for one in self.processes())) / 2**20

    def close(self) -> None:
        """End the program: by its keys, and by force where that does not help."""
        try:
            self._leave()
        finally:
            if self._program.poll() is None:
                self._program.kill()
                self._program.wait()
            os.close(self._side)

    def _leave(self) -> None:
        if self._program.poll() is not None:
            return
        deadline = self.now() + ENDS_WITHIN
        try:
            self.press(self._leave_by)
            while self._program.poll() is None and self.now() < deadline:
                self.read(0.02)
        except (OSError, Unseen):  # it has left the terminal
            try:
                self._program.wait(max(0.1, deadline - self.now()))
            except subprocess.TimeoutExpired:
                return


def _take_control() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _clean_environment() -> dict[str, str]:
    """Our environment without what would change size, colours or byte code, and without settings of p24tui."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in LEFT_OUT and not name.startswith(("P24TUI_", "TEXTUAL"))
    }
    return {**kept, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
