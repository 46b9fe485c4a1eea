"""What a console may ask of the page, and how the server lets go of it (NA-5)."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from p24tui import settings
from p24tui.clock import SetClock
from p24tui.routine.login import Means, Proven

if not os.environ.get("CI"):
    pytest.importorskip("textual_serve", reason="NOT TESTED IN BROWSERS: p24tui[web] is not installed")

from p24tui.web import console as of_console
from p24tui.web.console import Console

pytestmark = [pytest.mark.anyio, pytest.mark.rule("NA-5")]

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
MARIA = Proven("SE2321000016-ML01", "Maria Lind", Means.CARD, NOW)
BEGINS = "import os, sys, time; os.write(1, b'__GANGLION__\\n'); "


class Page:
    """What a browser is sent."""

    def __init__(self, *, is_gone: bool = False) -> None:
        self.said: list[Any] = []
        self.painted = b""
        self.closed = False
        self.is_gone = is_gone

    async def send_bytes(self, data: bytes) -> None:
        if self.is_gone:
            raise ConnectionResetError
        self.painted += data

    async def send_str(self, text: str) -> None:
        self.said.append(json.loads(text))

    async def send_json(self, value: object) -> None:
        if self.closed:
            raise ConnectionResetError
        self.said.append(value)

    async def close(self) -> None:
        self.closed = True


def console(page: Page, home: Path) -> Console:
    return Console(MARIA, settings.load({"P24TUI_HOME": str(home)}), SetClock(NOW), page)  # type: ignore[arg-type]


async def carried_out(page: Page, home: Path, **meta: object) -> list[Any]:
    await console(page, home).on_meta(json.dumps(meta).encode())
    return page.said


@pytest.mark.parametrize(
    ("meta", "said"),
    [
        (
            {"type": "open_url", "url": "https://video.example.se/rum?jwt=x", "new_tab": False},
            [["open_url", {"url": "https://video.example.se/rum?jwt=x", "new_tab": True}]],
        ),
        ({"type": "open_url", "url": "/", "new_tab": False}, [["open_url", {"url": "/", "new_tab": False}]]),
        ({"type": "open_url", "url": "javascript:alert(1)", "new_tab": True}, []),
        ({"type": "open_url", "url": "file:///etc/passwd", "new_tab": True}, []),
        ({"type": "open_url", "url": "/download", "new_tab": False}, []),
        ({"type": "open_url"}, []),
        ({"type": "deliver_file_start", "key": "k", "path": "/x", "open_method": "download", "mime_type": ""}, []),
        ({"type": "anything"}, []),
    ],
)
async def test_addresses_open_in_the_browser_and_files_do_not_leave(
    tmp_path: Path, meta: dict[str, object], said: list[Any]
) -> None:
    assert await carried_out(Page(), tmp_path, **meta) == said


async def run(monkeypatch: pytest.MonkeyPatch, page: Page, home: Path, program: str) -> Console:
    """A program in a console's place, started."""
    monkeypatch.setattr(of_console, "COMMAND", (sys.executable, "-c", BEGINS + program))
    one = console(page, home)
    await one.start(80, 24)
    return one


async def until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_true():
            await asyncio.sleep(0.01)


def packets(*painted: bytes) -> str:
    whole = b"".join(b"D" + len(one).to_bytes(4, "big") + one for one in painted)
    return f"os.write(1, {whole!r}); "


WAITS_FOR_END = "sys.stdin.buffer.read()"


async def test_what_it_paints_is_passed_on_until_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page()
    await run(monkeypatch, page, tmp_path, packets(b"Hej ", "Åsa".encode()))
    await until(lambda: page.closed)
    assert page.painted.decode() == "Hej Åsa"
    assert page.said == []


@pytest.mark.parametrize("asks", [b"{}", b"[]", b'{"type": 1e400}', b'{"type": "\x97"}', b'{"type": "\\ud800"}'])
async def test_what_asks_for_nothing_that_there_is_is_ended_and_the_page_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asks: bytes
) -> None:
    """Found by ``python -m tests.fuzz browser``: the page stood there, and its process went on."""
    page, packet = Page(), b"M" + len(asks).to_bytes(4, "big") + asks
    one = await run(monkeypatch, page, tmp_path, f"os.write(1, {packet!r}); time.sleep(600)")
    await until(lambda: page.closed)
    await one.stop()
    assert one._process is not None
    assert one._process.returncode is not None


async def test_it_is_let_go_as_a_terminal_that_closes_and_may_paint_on_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A console that nobody reads would stand still with what was typed; this one writes more than a pipe holds."""
    done = tmp_path / "done"
    program = f"{WAITS_FOR_END}\nfor _one in range(200): {packets(b'x' * 1000)}\nopen({str(done)!r}, 'w').close()"
    page = Page(is_gone=True)
    one = await run(monkeypatch, page, tmp_path, program)
    await one.stop()
    assert done.exists()
    await one.stop()  # once more does no harm


async def test_one_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(of_console, "ENDS_WITHIN", 0.1)
    one = await run(
        monkeypatch, Page(), tmp_path, "import signal; signal.signal(15, lambda *_: None)\nwhile True: time.sleep(1)"
    )
    await one.stop()
    assert one._process is not None
    assert one._process.returncode is not None
    assert one._process.returncode < 0


@pytest.mark.parametrize(("code", "is_said"), [(2, True), (3, True), (5, True), (1, False), (0, False)])
async def test_only_a_sentence_of_ours_reaches_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, is_said: bool
) -> None:
    """What a crash writes last may hold a patient's name."""
    page = Page()
    program = f"sys.stderr.write('Personen finns\\x1b[2J inte.\\n'); sys.exit({code})"
    monkeypatch.setattr(of_console, "COMMAND", (sys.executable, "-c", "import sys; " + program))
    await console(page, tmp_path).start(80, 24)
    await until(lambda: page.closed)
    assert [kind for kind, _words in page.said] == (["said"] if is_said else [])
    assert all("\x1b" not in words and "Personen finns" in words for _kind, words in page.said)
