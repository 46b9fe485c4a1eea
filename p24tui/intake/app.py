"""The intake over HTTP: which address leads where."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from p24tui.gateways.outgoing.report_address import PATH
from p24tui.intake import replies
from p24tui.intake.endpoints import Endpoints
from p24tui.intake.join import CALLBACK, Join
from p24tui.intake.replies import HttpProblem
from p24tui.intake.stream import Hub
from p24tui.routine import link
from p24tui.system import System


def build(system: System) -> Starlette:
    """The ASGI application. ``app.state.hub`` ends its streams."""
    hub = Hub(system)
    at, join = Endpoints(system, hub), Join(system)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await hub.start()
        try:
            yield
        finally:
            await hub.stop()

    app = Starlette(
        routes=[
            Route("/health", at.guarded(at.health), methods=["GET"]),
            Route("/openapi.json", at.guarded(at.description), methods=["GET"]),
            Route("/after-hours", at.guarded(at.after_hours), methods=["GET"]),
            Route("/fhir/metadata", at.guarded(at.metadata), methods=["GET"]),
            Route("/fhir/Communication/$stream", at.guarded(at.stream), methods=["GET"]),
            Route("/fhir/Communication", at.guarded(at.answers), methods=["GET"]),
            Route(f"{PATH}/{{gateway}}/{{token}}/{{id}}", at.guarded(at.report), methods=["POST"]),
            Route(CALLBACK, at.guarded(join.in_words(join.back)), methods=["GET"]),
            Route(f"{link.PATH}{{token}}", at.guarded(join.in_words(join.enter)), methods=["GET"]),
            Route("/fhir", at.guarded(at.send), methods=["POST"]),
            Route("/fhir/{type}", at.guarded(at.send), methods=["POST"]),
        ],
        exception_handlers={HTTPException: _no_such_address},
        lifespan=lifespan,
    )
    app.state.hub = hub
    return app


async def _no_such_address(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    return replies.error(HttpProblem(status, "not-found", "there is nothing at this address; see docs/intake.md"))
