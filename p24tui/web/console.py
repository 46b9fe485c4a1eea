"""One console process for one person, whose terminal is a browser."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields

import msgspec
from aiohttp import web
from textual_serve.app_service import AppService
from textual_serve.download_manager import DownloadManager

from p24tui.clock import Clock
from p24tui.gateways import handoff
from p24tui.routine.login import Proven
from p24tui.settings import ENVIRONMENT, Settings
from p24tui.text import clean_line

COMMAND = (sys.executable, "-m", "p24tui")
DRIVER = "p24tui.tui.browser_driver:BrowserDriver"

RELOAD = "/"
"""The address by which a console has its page loaded anew: the proxy then asks for the card."""

ENDS_WITHIN = 20.0
"""Seconds that a console has to keep what was typed and end, before it is ended."""

_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")
_PRELUDE = b"__GANGLION__\n"
"""What the driver writes before its first packet."""

_IN_WORDS = frozenset({2, 3, 4, 5})
"""Exit codes of the errors that are said in a sentence; with any other, nobody knows what was written last."""

_MOST_SAID = 4096

NO_CONSOLE = (asyncio.LimitOverrunError, msgspec.DecodeError, UnicodeDecodeError)
"""What shows that a process writes something else than a console does."""


class _Asked(msgspec.Struct):
    type: str
    url: str = ""


class Console(AppService):
    """What textual-serve does for a program, with a person.

    Otherwise than there it is started without a shell, in an environment that holds no more than it needs; who it is
    for goes by a pipe; files are not downloaded; what it writes of its errors is not printed here; it ends as a
    terminal's program does that is closed, and so keeps what was typed.
    """

    def __init__(self, proven: Proven, settings: Settings, clock: Clock, websocket: web.WebSocketResponse) -> None:
        super().__init__(
            "p24tui",
            write_bytes=websocket.send_bytes,
            write_str=websocket.send_str,
            close=self._close,
            download_manager=DownloadManager(),
        )
        self._proven = proven
        self._settings = settings
        self._clock = clock
        self._websocket = websocket

    async def _open_app_process(self, width: int = 80, height: int = 24) -> asyncio.subprocess.Process:
        pipe = handoff.offer(self._proven, self._clock.now())
        try:
            self._process = await asyncio.create_subprocess_exec(
                *COMMAND,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=environment(self._settings, os.environ, pipe, width, height),
                pass_fds=(pipe,),
                start_new_session=True,
            )
        finally:
            os.close(pipe)
        self._stdin = self._process.stdin
        return self._process

    async def run(self) -> None:
        """Pass on what it paints until it ends; also when nobody sees it any longer, for else it would stand still."""
        process = self._process
        assert process is not None
        assert process.stdout is not None
        assert process.stderr is not None
        last_words = asyncio.create_task(_last_of(process.stderr))
        try:
            await self._pass_on(process.stdout)
        except asyncio.IncompleteReadError:
            pass  # it has ended
        except NO_CONSOLE:
            process.kill()  # whatever this is, it is no console
        code = await process.wait()
        words = await last_words
        if code in _IN_WORDS:
            await self.say(words.decode(errors="replace"))
        await self._close()

    async def say(self, sentence: str) -> None:
        """Let the page say this where the console stood."""
        await say(self._websocket, sentence)

    async def stop(self) -> None:
        """Take the terminal away, and wait until the console has ended."""
        task, process = self._task, self._process
        if task is None or process is None:
            return
        self.stdin.close()
        for last_resort in (signal.SIGTERM, signal.SIGKILL):
            done, _waiting = await asyncio.wait({task}, timeout=ENDS_WITHIN)
            if done:
                break
            with suppress(ProcessLookupError):
                process.send_signal(last_resort)
        await task

    async def on_meta(self, data: bytes) -> None:
        """What the console asks of the page: to close, to be loaded anew, to open an address. There is no more."""
        asked = msgspec.json.decode(data, type=_Asked)
        url = asked.url
        if asked.type == "exit":
            await self._close()
        elif asked.type == "open_url" and (url == RELOAD or url.startswith(("https://", "http://"))):
            words = {"url": url, "new_tab": url != RELOAD}
            await self._websocket.send_json(["open_url", words])

    async def _pass_on(self, painted: asyncio.StreamReader) -> None:
        await painted.readuntil(_PRELUDE)
        while True:
            head = await painted.readexactly(5)
            payload = await painted.readexactly(int.from_bytes(head[1:], "big"))
            with suppress(ConnectionError):  # the browser is gone
                if head[:1] == b"D":
                    await self.on_data(payload)
                elif head[:1] == b"M":
                    await self.on_meta(payload)

    async def _close(self) -> None:
        await self._websocket.close()


async def say(websocket: web.WebSocketResponse, sentence: str) -> None:
    """Let the page say this where the console stands or stood."""
    with suppress(ConnectionError):
        await websocket.send_json(["said", clean_line(sentence, 1000)])


def environment(settings: Settings, environ: Mapping[str, str], pipe: int, width: int, height: int) -> dict[str, str]:
    """All of a console's environment: nothing that is secret, for the system shows it to others."""
    kept = {name: environ[name] for name in (*_INHERITED, *open_settings()) if name in environ}
    return kept | {
        f"{ENVIRONMENT}HOME": str(settings.home),
        handoff.VARIABLE: str(pipe),
        "TERM": "xterm-256color",
        "TEXTUAL_DRIVER": DRIVER,
        "TEXTUAL_COLOR_SYSTEM": "truecolor",
        "TEXTUAL_FPS": "60",
        "COLUMNS": str(width),
        "ROWS": str(height),
    }


def open_settings() -> list[str]:
    """The environment's names of the settings that are no secret."""
    return [ENVIRONMENT + one.name.upper() for one in fields(Settings) if one.repr]


def secret_settings() -> list[str]:
    """The environment's names of the settings that are secret."""
    return [ENVIRONMENT + one.name.upper() for one in fields(Settings) if not one.repr]


async def _last_of(stream: asyncio.StreamReader) -> bytes:
    kept = b""
    while read := await stream.read(_MOST_SAID):
        kept = (kept + read)[-_MOST_SAID:]
    return kept
