"""Staff's messages as server-sent events: each with its cursor, none ever lost.

The change feed only wakes a stream; what it sends it reads from the store after its own cursor. So a notice that is
lost delays by ``LOOK_EVERY`` at most, and a client that reconnects with ``Last-Event-ID`` goes on where it was.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from p24tui.errors import Unavailable
from p24tui.gateways.fhir.write import communication
from p24tui.services.patient_side import Page
from p24tui.store.feed import Feed
from p24tui.store.values import Notice
from p24tui.system import System

LOOK_EVERY = 2.0
"""Seconds after which a stream looks even though nothing has woken it."""

KEEP_ALIVE = 15.0
"""Seconds of silence after which a comment says that the stream is alive."""

RECONNECT = 2000
"""Milliseconds that a client waits before it connects again."""


class Hub:
    """Carries the change feed's notices, which come in a thread, to the streams of an event loop."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._waiting: set[asyncio.Event] = set()
        self._feed: Feed | None = None
        self.stopping = False

    async def start(self) -> None:
        """Follow the feed. Raises ``Unavailable`` where the database does not answer."""
        self._loop = asyncio.get_running_loop()
        self._feed = await asyncio.to_thread(Feed, self._system.store, self._hear)

    async def stop(self) -> None:
        """Follow it no more."""
        self.end_streams()
        if self._feed is not None:
            await asyncio.to_thread(self._feed.stop)

    def end_streams(self) -> None:
        """Let every stream come to its end; called in the event loop."""
        self.stopping = True
        self._wake()

    @contextmanager
    def listening(self) -> Iterator[asyncio.Event]:
        """An event that is set whenever something may have changed."""
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            yield event
        finally:
            self._waiting.discard(event)

    def _hear(self, notice: Notice) -> None:
        with suppress(RuntimeError):  # the loop has ended; so have its streams
            self._loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for event in self._waiting:
            event.set()


async def events(
    hub: Hub, look: Callable[[str | None], Awaitable[Page]], allowed: Callable[[], Awaitable[bool]], after: str | None
) -> AsyncIterator[bytes]:
    """What ``look`` finds after a cursor, as it comes, for as long as the source is ``allowed``."""
    yield f"retry: {RECONNECT}\n\n".encode()
    silent = 0.0
    with hub.listening() as woken:
        while not hub.stopping:
            woken.clear()
            page = await _page(look, after)
            if page is not None:
                for cursor, answer in page.answers:
                    data = json.dumps(communication(answer), ensure_ascii=False)
                    yield f"id: {cursor}\nevent: communication\ndata: {data}\n\n".encode()
                after = page.after
                silent = 0.0 if page.answers else silent
                if page.full:
                    continue
            if not await _wait(woken):
                silent += LOOK_EVERY
            if silent >= KEEP_ALIVE:
                silent = 0.0
                if not await allowed():
                    return
                yield b": alive\n\n"


async def _page(look: Callable[[str | None], Awaitable[Page]], after: str | None) -> Page | None:
    """None where the database does not answer now: nothing is lost by asking again."""
    try:
        return await look(after)
    except Unavailable:
        return None


async def _wait(woken: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(woken.wait(), LOOK_EVERY)
    except TimeoutError:
        return False
    return True
