"""What the intake does at each address. Blocking work is done in threads, never in the event loop."""

import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar
from urllib.parse import parse_qsl, urlencode

import anyio
from anyio import to_thread
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from p24tui import __version__, assets
from p24tui.errors import BadInput, Unavailable
from p24tui.gateways.fhir import write
from p24tui.gateways.outgoing.elks import Elks, read_report
from p24tui.gateways.outgoing.report_address import is_right
from p24tui.intake import closed, replies
from p24tui.intake.replies import FhirResponse, HttpProblem
from p24tui.intake.stream import Hub, events
from p24tui.services import after_hours, delivery, intake, patient_side
from p24tui.services.patient_side import Page
from p24tui.system import System

JSON_TYPES = ("application/fhir+json", "application/json")
LINES_TYPES = ("application/fhir+ndjson", "application/ndjson", "application/x-ndjson")
DESCRIPTION = "intake.openapi.json"
RETRY_AFTER = "5"
REPORT_MAX_BYTES = 8192
AT_ONCE = 4
"""Requests that may write at the same time, and that may read; the others wait their turn."""

SAID = {
    "cursor": "after is no cursor that was given here",
    "no-case": "this source has sent no such Encounter",
}

P = ParamSpec("P")
R = TypeVar("R")
Endpoint = Callable[[Request], Awaitable[Response]]

_log = logging.getLogger(__name__)


class Endpoints:
    """The addresses of one intake."""

    def __init__(self, system: System, hub: Hub) -> None:
        self._system = system
        self._hub = hub
        self._writing = anyio.CapacityLimiter(AT_ONCE)
        self._reading = anyio.CapacityLimiter(AT_ONCE)

    async def health(self, request: Request) -> Response:
        """Whether the database answers."""
        await self._read(intake.all_sources, self._system)
        return JSONResponse({"status": "ok"})

    async def metadata(self, request: Request) -> Response:
        """What the intake can do."""
        return FhirResponse(write.capabilities(__version__, self._system.clock.now(), _base(request)))

    async def description(self, request: Request) -> Response:
        """What can be asked at which address, and what is answered, as OpenAPI: for programs that ask."""
        return Response(await to_thread.run_sync(assets.path(DESCRIPTION).read_bytes), media_type="application/json")

    async def send(self, request: Request) -> Response:
        """Take a Bundle, a resource or NDJSON; under a type's address one resource of that type."""
        source = await self._source(request)
        lines = _content_type(request) in LINES_TYPES
        body = await _body(request, self._system.settings.intake_max_bytes)
        type = request.path_params.get("type", "")
        outcome = await to_thread.run_sync(
            lambda: intake.load(self._system, source, body, lines=lines, type=type), limiter=self._writing
        )
        return replies.of_outcome(outcome, _base(request))

    async def answers(self, request: Request) -> Response:
        """A page of staff's messages."""
        source = await self._source(request)
        query = request.query_params
        page = await self._page(source, query.get("after"), query.get("encounter"), _count(query.get("_count")))
        address = f"{_base(request)}/Communication"
        onward = {name: query[name] for name in ("encounter", "_count") if name in query}
        following = f"{address}?{urlencode({**onward, 'after': page.after})}"
        this = f"{address}?{urlencode(dict(query))}" if query else address
        return FhirResponse(write.searchset([answer for _cursor, answer in page.answers], this, following))

    async def after_hours(self, request: Request) -> Response:
        """What a page can show a patient before they send: whether the unit is open, and where to turn till then."""
        await self._source(request)
        asked = request.query_params
        severity, lang = closed.severity(asked), closed.lang(asked)
        told = await self._read(after_hours.told, self._system, asked.get("unit", ""), severity, lang)
        return closed.reply(told, self._system.clock.now(), lang)

    async def stream(self, request: Request) -> Response:
        """Staff's messages as they are written."""
        source = await self._source(request)
        query = request.query_params
        after = request.headers.get("last-event-id") or query.get("after")
        case = query.get("encounter")
        await self._page(source, after, case, 1)  # what is wrong with the question is said before the stream begins

        async def look(position: str | None) -> Page:
            return await self._page(source, position, case)

        async def allowed() -> bool:
            try:
                return await self._source(request) == source
            except HttpProblem:
                return False
            except Unavailable:
                return True

        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        content = events(self._hub, look, allowed, after)
        return StreamingResponse(content, media_type="text/event-stream", headers=headers)

    async def report(self, request: Request) -> Response:
        """Take a delivery report, at the secret address that its message has alone; it comes again where we fail."""
        gateway, token, id = (request.path_params[name] for name in ("gateway", "token", "id"))
        if gateway != Elks.name or not is_right(token, self._system.settings.report_secret, gateway, id):
            raise HttpProblem(404, "not-found", "there is nothing at this address")
        body = await _body(request, REPORT_MAX_BYTES)
        report = read_report(dict(parse_qsl(body.decode("utf-8", "replace"))), id)
        if report is not None:
            await to_thread.run_sync(delivery.hear, self._system, gateway, report, limiter=self._writing)
        return Response(status_code=204)

    def guarded(self, endpoint: Endpoint) -> Endpoint:
        """The endpoint with every error answered, and a line in the log that holds no patient data."""

        async def answer(request: Request) -> Response:
            began = time.perf_counter()
            response = await _answer(endpoint, request)
            took = (time.perf_counter() - began) * 1000
            source = getattr(request.state, "source", "-")
            name = getattr(endpoint, "__name__", "")
            _log.info("%s %s %s %d %.0f ms", request.method, name, source, response.status_code, took)
            return response

        return answer

    async def _source(self, request: Request) -> str:
        scheme, _space, token = request.headers.get("authorization", "").partition(" ")
        source = await self._read(intake.source_of, self._system, token.strip()) if token else None
        if scheme.lower() != "bearer" or source is None:
            problem = "a bearer token of a source is needed: p24tui intake token"
            raise HttpProblem(401, "login", problem, WWW_Authenticate="Bearer")
        request.state.source = source
        return source

    async def _page(self, source: str, after: str | None, case: str | None, limit: int = patient_side.MOST) -> Page:
        return await self._read(patient_side.answers, self._system, source, after, case, limit)

    async def _read(self, service: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        return await to_thread.run_sync(lambda: service(*args, **kwargs), limiter=self._reading)


async def _answer(endpoint: Endpoint, request: Request) -> Response:
    try:
        return await endpoint(request)
    except HttpProblem as problem:
        return replies.error(problem)
    except ClientDisconnect:
        return Response(status_code=400)
    except BadInput as error:
        if error.reason in SAID:
            return replies.error(HttpProblem(400, "invalid", SAID[error.reason]))
        if error.reason == "no-unit":
            return replies.error(HttpProblem(404, "not-found", "no unit here has that HSA-id"))
        return _unavailable(error.reason)
    except Unavailable as error:
        return _unavailable(error.detail)
    except Exception as error:  # noqa: BLE001 - nothing reaches the server's own log, for it may hold patient data
        place = traceback.extract_tb(error.__traceback__)[-1]
        _log.error("fault: %s in %s:%d", type(error).__name__, place.name, place.lineno or 0)
        return replies.error(HttpProblem(500, "exception", "a fault here; what was sent may not be stored: send again"))


def _unavailable(detail: str) -> Response:
    _log.warning("unavailable: %s", detail)
    problem = "the database does not answer; what was not acknowledged is not stored, so send it again"
    return replies.error(HttpProblem(503, "transient", problem, Retry_After=RETRY_AFTER))


def _content_type(request: Request) -> str:
    """The media type of what is sent. Raises ``HttpProblem`` for one that is not taken."""
    said, _semicolon, parameters = request.headers.get("content-type", "").lower().partition(";")
    charset = parameters.partition("charset=")[2].strip(' "').partition(";")[0]
    if said.strip() not in JSON_TYPES + LINES_TYPES or charset not in ("", "utf-8"):
        raise HttpProblem(415, "not-supported", f"send {JSON_TYPES[0]} or {LINES_TYPES[0]}, in UTF-8")
    return said.strip()


async def _body(request: Request, limit: int) -> bytes:
    """All of the body. Raises ``HttpProblem`` for one over the limit as soon as that is known."""
    too_large = HttpProblem(413, "too-long", f"at most {limit} bytes are taken at once: send it in parts")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise too_large
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise too_large
    return bytes(body)


def _count(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 10 else patient_side.MOST


def _base(request: Request) -> str:
    return f"{str(request.base_url).rstrip('/')}/fhir"
