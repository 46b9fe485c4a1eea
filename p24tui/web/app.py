"""The console for browsers: which address leads where, and what every answer says to the browser."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import WSMsgType, web

from p24tui.clock import Clock
from p24tui.errors import P24Error, Refused
from p24tui.explain import explain
from p24tui.i18n import _
from p24tui.routine.login import Proven
from p24tui.settings import Settings
from p24tui.web import pages
from p24tui.web.admission import Check, certificate_of, is_own_page
from p24tui.web.console import Console, say

STATIC = Path(__file__).parent / "static"
TERMINAL = Path(str(files("textual_serve"))) / "static"
"""textual-serve's own: the terminal in the browser (xterm.js), its style and its fonts."""

HEARTBEAT = 10.0
"""Seconds between looks at whether the browser is still there."""

MOST_TYPED = 1_048_576
"""Bytes of one message from the browser: the longest text that is pasted."""

WIDTHS, HEIGHTS = range(20, 501), range(5, 201)

PROVEN = web.RequestKey("proven", Proven)

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Door:
    """Lets in whom the card proves, and starts a console for each page they open."""

    def __init__(self, settings: Settings, check: Check, clock: Clock) -> None:
        self._settings = settings
        self._check = check
        self._clock = clock
        self._headers = pages.headers(settings.web_address)
        self._page = pages.console(settings.web_address, settings.lang)
        self._open: Counter[str] = Counter()
        self._ending: defaultdict[str, set[asyncio.Task[None]]] = defaultdict(set)
        self._websockets: set[web.WebSocketResponse] = set()

    def app(self) -> web.Application:
        """The application; nothing in it is reached by anybody who has not proven who they are."""
        app = web.Application(middlewares=[self._admit])
        app.add_routes(
            [
                web.get("/", self._show_page),
                web.get(pages.CONSOLE_PATH, self._run_console),
                web.static(pages.OWN, STATIC),
                web.static(pages.TERMINAL, TERMINAL),
            ]
        )
        app.on_response_prepare.append(self._say_to_browser)
        app.on_shutdown.append(self._close_all)
        return app

    @web.middleware
    async def _admit(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            pem = certificate_of(request.headers, self._settings)
            # Off the loop: the revocation list lies in a file.
            request[PROVEN] = await asyncio.to_thread(self._check, pem)
        except P24Error as error:
            log.warning("not let in: %s", error.reason if isinstance(error, Refused) else error)
            return _page(pages.refused(explain(error), self._settings.lang), web.HTTPForbidden.status_code)
        return await handler(request)

    async def _show_page(self, request: web.Request) -> web.Response:
        return _page(self._page)

    async def _run_console(self, request: web.Request) -> web.StreamResponse:
        """One console, for as long as its page is open."""
        person = request[PROVEN]
        if not is_own_page(request.headers, self._settings):
            log.warning("not let in: another site's page asked for a console of %s", person.staff_id)
            raise web.HTTPForbidden
        websocket = web.WebSocketResponse(heartbeat=HEARTBEAT, compress=False, max_msg_size=MOST_TYPED)
        await websocket.prepare(request)
        if full := self._full(person.staff_id):
            await say(websocket, full)
            await websocket.close()
            return websocket
        self._open[person.staff_id] += 1
        self._websockets.add(websocket)
        try:
            await self._until_closed(person, websocket, _size(request.query.get))
        finally:
            self._open[person.staff_id] -= 1
            self._websockets.discard(websocket)
        return websocket

    def _full(self, staff_id: str) -> str:
        """Why there is no room for another console of this person, where there is none. One that ends makes room."""
        if self._open[staff_id] - len(self._ending[staff_id]) >= self._settings.web_consoles_each:
            return _("Du har redan så många konsoler öppna som går på en gång. Stäng en av dem, och öppna igen.")
        if self._open.total() - sum(map(len, self._ending.values())) >= self._settings.web_consoles:
            return _(
                "För många konsoler är öppna på en gång. Försök om en stund, eller säg till den som sköter systemet."
            )
        return ""

    async def _until_closed(self, person: Proven, websocket: web.WebSocketResponse, size: tuple[int, int]) -> None:
        # A page that is loaded anew finds what was typed in the console before it.
        if ending := self._ending[person.staff_id]:
            await asyncio.wait(ending)
        console = Console(person, self._settings, self._clock, websocket)
        await console.start(*size)
        log.info("console of %s opened", person.staff_id)
        try:
            await _pass_on(websocket, console)
        finally:
            ends = asyncio.create_task(console.stop())
            ending.add(ends)
            ends.add_done_callback(ending.discard)
            log.info("console of %s closed", person.staff_id)
            await asyncio.shield(ends)

    async def _say_to_browser(self, request: web.Request, response: web.StreamResponse) -> None:
        response.headers.update(self._headers)

    async def _close_all(self, app: web.Application) -> None:
        for websocket in set(self._websockets):
            await websocket.close(code=1001)


async def _pass_on(websocket: web.WebSocketResponse, console: Console) -> None:
    """Give the console what is typed, until the browser or the console closes."""
    async for message in websocket:
        if message.type is not WSMsgType.TEXT:
            continue
        match _read(message.data):
            case ["stdin", str(keys)]:
                await console.send_bytes(keys.encode(errors="replace"))
            case ["resize", dict(size)]:
                await console.set_terminal_size(*_size(size.get))
            case ["ping", str(said)]:
                await websocket.send_json(["pong", said])
            case ["blur"]:
                await console.blur()
            case ["focus"]:
                await console.focus()


def _read(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None


def _size(given: Callable[[str], Any]) -> tuple[int, int]:
    """Width and height, as a terminal may have them."""
    return _within(given("width"), WIDTHS, 80), _within(given("height"), HEIGHTS, 24)


def _within(given: object, bounds: range, otherwise: int) -> int:
    try:
        return max(bounds.start, min(int(str(given)), bounds.stop - 1))
    except ValueError:
        return otherwise


def _page(html: str, status: int = 200) -> web.Response:
    return web.Response(text=html, status=status, content_type="text/html", charset="utf-8")
