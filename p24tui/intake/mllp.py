"""HL7 over MLLP: bookings that a booking system sends, each acknowledged once it is durable.

A connection is served message by message, in the order in which they come. Blocking work is done in threads.
"""

import asyncio
import contextlib
import logging
import signal
import socket
import time
from collections.abc import Callable, Iterator

from p24tui import crash
from p24tui.errors import BadInput
from p24tui.gateways.hl7.ack import Answer
from p24tui.gateways.hl7.framing import Blocks, TooLong, Unframed, frame
from p24tui.gateways.hl7.message import LONGEST_MESSAGE
from p24tui.intake.serve import address, is_loopback, listen
from p24tui.services import intake
from p24tui.services.intake.sources import check_name
from p24tui.system import System

IDLE = 600.0
"""Seconds that a connection may be silent between messages: a sender that still lives connects again."""

WITHIN = 30.0
"""Seconds within which a message that has begun must have come whole, and an answer must have been read."""

STOPS_WITHIN = 10.0
"""Seconds that messages in hand have to be finished in once it is told to stop."""

MOST_CONNECTIONS = 32
CHUNK = 65_536

_log = logging.getLogger(__name__)


class Mllp:
    """The connections of one listener, whose messages all come from one source."""

    def __init__(self, system: System, source: str, *, idle: float = IDLE, within: float = WITHIN) -> None:
        self._system = system
        self._source = source
        self._idle = idle
        self._within = within
        self._stopping = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()

    async def serve(self, listener: socket.socket) -> None:
        """Serve until it is told to stop; what is in hand then is finished and answered."""
        server = await asyncio.start_server(self._connected, sock=listener, limit=CHUNK)
        try:
            await self._stopping.wait()
        finally:
            server.close()
            if self._connections:
                await asyncio.wait(self._connections, timeout=STOPS_WITHIN)

    def stop(self) -> None:
        """Take no further message; called in the event loop."""
        self._stopping.set()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        if len(self._connections) >= MOST_CONNECTIONS:
            _log.warning("mllp: more than %d connections; the last was closed", MOST_CONNECTIONS)
            writer.close()
            return
        self._connections.add(task)
        try:
            await self._talk(reader, writer)
        except (OSError, TimeoutError) as error:
            _log.info("mllp: connection lost: %s", type(error).__name__)
        finally:
            self._connections.discard(task)
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer messages one after the other until the connection ends, or nothing on it can be trusted."""
        blocks = Blocks(LONGEST_MESSAGE)
        while not self._stopping.is_set():
            try:
                block = await self._next(blocks, reader)
            except Unframed:
                _log.warning("mllp: bytes outside a block; the connection was closed")
                return
            except TooLong as error:
                _log.warning("mllp: a message longer than %d bytes; the connection was closed", LONGEST_MESSAGE)
                await self._send(writer, intake.refuse_too_long(self._system, error.head))
                return
            if block is None:
                return
            began = time.perf_counter()
            answer = await asyncio.to_thread(intake.take_hl7, self._system, self._source, block)
            await self._send(writer, answer)
            took = (time.perf_counter() - began) * 1000
            _log.info("mllp %s %s %d bytes %.0f ms", self._source, answer.code, len(block), took)

    async def _next(self, blocks: Blocks, reader: asyncio.StreamReader) -> bytes | None:
        """The next message; none where the sender has left, is silent for too long, or it is to stop."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._idle
        late: float | None = None
        while True:
            block = blocks.take()
            if block is not None:
                return block
            if blocks.begun and late is None:
                late = loop.time() + self._within
            data = await self._read(reader, (deadline if late is None else late) - loop.time())
            if not data:
                if blocks.begun:
                    _log.info("mllp: a message was broken off; nothing of it was taken")
                return None
            blocks.feed(data)

    async def _read(self, reader: asyncio.StreamReader, within: float) -> bytes:
        """What comes next; empty where nothing does in time, or it is to stop."""
        reading = asyncio.ensure_future(reader.read(CHUNK))
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({reading, stopping}, timeout=max(0.0, within), return_when=asyncio.FIRST_COMPLETED)
            return reading.result() if reading.done() and not self._stopping.is_set() else b""
        finally:
            for task in (reading, stopping):
                task.cancel()
            await asyncio.gather(reading, stopping, return_exceptions=True)

    async def _send(self, writer: asyncio.StreamWriter, answer: Answer) -> None:
        writer.write(frame(answer.message))
        await asyncio.wait_for(writer.drain(), self._within)


def serve(
    system: System, source: str, *, to_network: bool = False, when_listening: Callable[[str], None] | None = None
) -> None:
    """Serve at the address of the settings until interrupted; ``when_listening`` is told the address.

    MLLP knows neither encryption nor who sends: anything but this machine itself is refused with ``BadInput`` unless
    ``to_network`` says that a tunnel with TLS stands before it. So is an address that cannot be listened on, or a name
    that no source can have. Raises ``Unavailable`` where the database does not answer from the start.
    """
    check_name(source)
    settings = system.settings
    if not to_network and not is_loopback(settings.mllp_host):
        raise BadInput("intake-not-loopback", host=settings.mllp_host)
    with system.store.reading():
        pass
    with listen(settings.mllp_host, settings.mllp_port) as listener:
        crash.log_to(logging.StreamHandler())
        if when_listening is not None:
            when_listening(address(listener).removeprefix("http://"))
        asyncio.run(_serve_until_signalled(system, source, listener))


async def _serve_until_signalled(system: System, source: str, listener: socket.socket) -> None:
    mllp = Mllp(system, source)
    with _stopped_by_signals(mllp.stop):
        await mllp.serve(listener)


@contextlib.contextmanager
def _stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Ctrl+C and SIGTERM end what is served, and not the message in hand."""
    loop = asyncio.get_running_loop()
    caught = (signal.SIGINT, signal.SIGTERM)
    before = {one: signal.signal(one, lambda *_: loop.call_soon_threadsafe(stop)) for one in caught}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
