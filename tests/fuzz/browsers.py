"""The console for browsers: what comes from the page's WebSocket, and what the console paints for it."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import WSMessage, WSMsgType
from hypothesis import strategies as st

from p24tui import settings
from p24tui.clock import SetClock
from p24tui.routine.login import Means, Proven
from p24tui.web.app import HEIGHTS, WIDTHS, _pass_on, _size
from p24tui.web.console import NO_CONSOLE, Console
from tests.fuzz.bending import bent, mangled, odd_text, written
from tests.fuzz.target import Check, Target
from tests.world import MONDAY_NINE

MARIA = Proven("SE2321000016-ML01", "Maria Lind", Means.CARD, MONDAY_NINE)
GOOD: list[Any] = [
    ["stdin", "j"],
    ["stdin", "\ud800\x1b"],
    ["resize", {"width": 80, "height": 24}],
    ["resize", {"width": "99999999999", "height": None}],
    ["ping", "1"],
    ["blur"],
    ["focus"],
]
PRELUDE = b"__GANGLION__\n"


@dataclass(frozen=True, slots=True)
class Passed:
    """Messages of a browser, as text or bytes; the bytes that a console paints; a question's size."""

    messages: list[tuple[WSMsgType, bytes]]
    painted: bytes
    size: tuple[str, str]


def _packet(kind: bytes, payload: bytes) -> bytes:
    return kind + len(payload).to_bytes(4, "big") + payload


_metas: list[Any] = [
    {"type": "exit"},
    {"type": "open_url", "url": "https://x.example", "new_tab": True},
    {"type": "open_url", "url": "javascript:alert(1)"},
    {"type": "open_url", "url": "/"},
    {"type": "deliver_file_start", "path": "/etc/passwd"},
]
_packets = st.lists(
    st.one_of(
        st.binary(max_size=20).map(lambda data: _packet(b"D", data)),
        bent(st.sampled_from(_metas), 2).map(lambda meta: _packet(b"M", written(meta))),
        st.binary(max_size=8).map(lambda data: _packet(b"P", data)),
    ),
    max_size=4,
).map(lambda ones: PRELUDE + b"".join(ones))
passed = st.builds(
    Passed,
    st.lists(
        st.tuples(
            st.sampled_from([WSMsgType.TEXT, WSMsgType.TEXT, WSMsgType.BINARY]),
            mangled(
                bent(st.sampled_from(GOOD), 2).map(written), (b"\x00", b"\xff", b"[" * 4000, b"]", b'"', b"\\ud800")
            ),
        ),
        max_size=4,
    ),
    mangled(_packets, (b"\x00", b"\xff\xff\xff\xff", b"M", b"D", PRELUDE)),
    st.tuples(odd_text, odd_text),
)


@dataclass
class Page:
    """The browser's end: it says these messages, and keeps what it is sent."""

    messages: list[tuple[WSMsgType, bytes]] = field(default_factory=list)
    said: list[Any] = field(default_factory=list)
    closed: bool = False

    async def __aiter__(self) -> AsyncIterator[WSMessage]:
        for kind, data in self.messages:
            yield WSMessage(kind, data.decode("utf-8", "replace") if kind is WSMsgType.TEXT else data, "")

    async def send_json(self, value: Any) -> None:
        self.said.append(value)

    async def send_bytes(self, data: bytes) -> None:
        assert isinstance(data, bytes)

    async def send_str(self, text: str) -> None:
        self.said.append(text)

    async def close(self) -> None:
        self.closed = True


@dataclass
class Typed:
    """The console's end: what it is given is as a terminal may be given it."""

    async def send_bytes(self, keys: bytes) -> None:
        assert isinstance(keys, bytes)

    async def set_terminal_size(self, width: int, height: int) -> None:
        assert width in WIDTHS
        assert height in HEIGHTS

    async def blur(self) -> None: ...

    async def focus(self) -> None: ...


@contextmanager
def opened() -> Iterator[Check]:
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        yield lambda example: asyncio.run(check(Path(folder), example))


async def check(home: Path, passed: Passed) -> None:
    """Whatever a page says, the console gets keys and sizes; whatever a console paints, the page opens no script."""
    page = Page(passed.messages)
    await _pass_on(page, Typed())  # type: ignore[arg-type]
    width, height = _size(dict(zip(("width", "height"), passed.size, strict=True)).get)
    assert width in WIDTHS
    assert height in HEIGHTS
    await _check_painted(home, passed.painted)


async def _check_painted(home: Path, painted: bytes) -> None:
    page = Page()
    console = Console(MARIA, settings.load({"P24TUI_HOME": str(home)}), SetClock(MONDAY_NINE), page)  # type: ignore[arg-type]
    reader = asyncio.StreamReader()
    reader.feed_data(painted)
    reader.feed_eof()
    with suppress(asyncio.IncompleteReadError, *NO_CONSOLE):
        await console._pass_on(reader)
    for one in page.said:
        if isinstance(one, list) and one[:1] == ["open_url"]:
            assert one[1]["url"] == "/" or one[1]["url"].startswith(("https://", "http://"))


TARGET = Target("browser", "what a page and a console say to each other", passed, opened, 100)
