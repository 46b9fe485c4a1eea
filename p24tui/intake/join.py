"""The link into a video visit: it leads on, into the video, to the e-ID or to a page that says why not (VI-11, NA-2).

A link may be opened any number of times, also by a program that shows what it leads to before anybody goes there:
nothing is used up by that. Tokens have 128 bits, so nobody who guesses needs to be slowed down: a million guesses a
second, for a year, find one of a thousand open links with a chance of 10⁻²².
"""

import functools
import logging
import traceback
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from math import ceil
from typing import ParamSpec, TypeVar

import anyio
import msgspec
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from p24tui.errors import P24Error, Refused, Unavailable
from p24tui.gateways.e_id import Begun, LoggedIn
from p24tui.intake import join_pages as pages
from p24tui.intake.join_pages import Page
from p24tui.intake.sealed import Seal
from p24tui.routine import link
from p24tui.routine.rule import rule
from p24tui.services import links
from p24tui.services.patient_time import moment_words
from p24tui.system import System

CALLBACK = f"{link.PATH}login/callback"
"""Where the provider of e-ID sends a browser back to: the address that it knows as ours."""

LOGS_IN_WITHIN = timedelta(minutes=10)
"""How long somebody may take to log in."""

STAYS_FOR = timedelta(hours=2)
"""How long a login lasts in one browser, for one link: over the wait, and for coming back after a lost connection."""

AT_ONCE = 4
"""Links that are opened at the same time, and logins that are asked about; the others wait their turn."""

LOOKS_ANEW_WITHIN = 900
"""Seconds after which a page that waits for its visit to open looks anew at the latest."""

LOGIN, WHO = "p24tui_login", "p24tui_who"
"""The cookies: a login that has begun, and who has logged in."""

_PAGES: dict[type[links.Answer], Page] = {
    links.Unknown: pages.UNKNOWN,
    links.Over: pages.OVER,
    links.Revoked: pages.REVOKED,
    links.NotReady: pages.NOT_READY,
}
_REFUSALS = {"e-id-broken-off": pages.BROKEN_OFF, "e-id-unproven": pages.UNPROVEN, "e-id-other": pages.OTHER_E_ID}

P = ParamSpec("P")
R = TypeVar("R")
Endpoint = Callable[[Request], Awaitable[Response]]

_log = logging.getLogger(__name__)


class Join:
    """The addresses of the join pages of one intake."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._seal = Seal()
        self._opening = anyio.CapacityLimiter(AT_ONCE)
        self._logging_in = anyio.CapacityLimiter(AT_ONCE)  # so that a silent provider keeps no guest waiting

    async def enter(self, request: Request) -> Response:
        """Open a link: it leads into the video, to the e-ID, or to a page."""
        if request.method == "HEAD":
            return pages.nothing()
        token, lang = request.path_params["token"], _lang(request)
        who, again = self._who(request, token), pages.AGAIN in request.query_params
        answer = await to_thread.run_sync(
            lambda: links.use(self._system, token, who, again=again), limiter=self._opening
        )
        match answer:
            case links.Go():
                return pages.redirect(answer.address)
            case links.NeedsLogin():
                return await self._to_login(request, token, lang)
            case links.WrongPerson():
                response = pages.shown(pages.WRONG_PERSON, lang, onward=_path(token))
                response.delete_cookie(WHO, path=_path(token))
                return response
            case links.TooEarly():
                return self._early(answer.opens_at, lang)
        return pages.shown(_PAGES[type(answer)], lang)

    @rule("NA-2")
    async def back(self, request: Request) -> Response:
        """Take somebody back from the e-ID, and lead them to their link as who they have logged in as."""
        if request.method == "HEAD":
            return pages.nothing()
        begun = self._seal.open(request.cookies.get(LOGIN, ""), _Login, self._system.clock.now())
        if begun is None:
            return pages.shown(pages.LOGIN_LOST, _lang(request))
        response = await self._finish(request, begun)
        response.delete_cookie(LOGIN, path=CALLBACK)
        return response

    def in_words(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint with a page for every error, for whoever opens a link is a person."""

        @functools.wraps(endpoint)
        async def answer(request: Request) -> Response:
            try:
                return await endpoint(request)
            except P24Error as error:
                _log.warning("%s", error)
                return pages.shown(pages.UNAVAILABLE, _lang(request))
            except Exception as error:  # noqa: BLE001 - its text may hold what nobody is to read
                place = traceback.extract_tb(error.__traceback__)[-1]
                _log.error("fault: %s in %s:%d", type(error).__name__, place.name, place.lineno or 0)
                return pages.shown(pages.FAULT, _lang(request))

        return answer

    def _early(self, opens_at: datetime, lang: str) -> Response:
        """The page looks anew when it opens; before that seldom, for the visit may be moved."""
        now = self._system.clock.now()
        seconds = min(ceil((opens_at - now).total_seconds()), LOOKS_ANEW_WITHIN)
        return pages.shown(pages.EARLY, lang, refresh=max(seconds, 1), when=moment_words(opens_at, now, lang))

    async def _to_login(self, request: Request, token: str, lang: str) -> Response:
        base = self._base(request)
        try:
            begun = await self._ask(self._system.e_id.begin, base + CALLBACK, lang)
        except Unavailable as error:
            return _no_login(error, lang, token)
        kept = _Login(token, begun.state, begun.nonce, begun.verifier)
        response = pages.redirect(begun.address)
        self._keep(response, LOGIN, kept, LOGS_IN_WITHIN, path=CALLBACK, base=base)
        return response

    async def _finish(self, request: Request, login: "_Login") -> Response:
        lang, base, path = _lang(request), self._base(request), _path(login.token)
        begun, came = Begun("", login.state, login.nonce, login.verifier), dict(request.query_params)
        try:
            who = await self._ask(self._system.e_id.finish, begun, came, base + CALLBACK)
        except Refused as refused:
            return pages.shown(_REFUSALS[refused.reason], lang, onward=path)
        except Unavailable as error:
            return _no_login(error, lang, login.token)
        response = pages.redirect(path)
        kept = _Who(login.token, who.number, who.e_id, who.at)
        self._keep(response, WHO, kept, STAYS_FOR, path=path, base=base)
        return response

    def _who(self, request: Request, token: str) -> LoggedIn | None:
        """Who has logged in for this link, in this browser."""
        kept = self._seal.open(request.cookies.get(WHO, ""), _Who, self._system.clock.now())
        return None if kept is None or kept.token != token else LoggedIn(kept.number, kept.e_id, kept.at)

    def _keep(
        self, response: Response, name: str, what: msgspec.Struct, lasts: timedelta, *, path: str, base: str
    ) -> None:
        """Let the browser keep it until it is closed, for that path alone, and for no script and no other site."""
        sealed = self._seal.close(what, self._system.clock.now() + lasts)
        secure = base.startswith("https:")
        response.set_cookie(name, sealed, path=path, secure=secure, httponly=True, samesite="lax")

    def _base(self, request: Request) -> str:
        """Where a browser finds us."""
        return (self._system.settings.join_address or str(request.base_url)).rstrip("/")

    async def _ask(self, question: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await to_thread.run_sync(lambda: question(*args, **kwargs), limiter=self._logging_in)


class _Login(msgspec.Struct):
    """A login that has begun, for the link with the token."""

    token: str
    state: str
    nonce: str
    verifier: str


class _Who(msgspec.Struct):
    """Who has logged in, for the link with the token."""

    token: str
    number: str
    e_id: str
    at: datetime


def _no_login(error: Unavailable, lang: str, token: str) -> Response:
    _log.warning("%s", error)
    return pages.shown(pages.NO_LOGIN, lang, onward=_path(token))


def _lang(request: Request) -> str:
    return pages.language(request.headers.get("accept-language", ""))


def _path(token: str) -> str:
    return f"{link.PATH}{token}"
