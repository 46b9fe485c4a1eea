"""Serving the intake with uvicorn until it is told to stop."""

import ipaddress
import logging
import socket
from collections.abc import Callable

import uvicorn

from p24tui import crash
from p24tui.errors import BadInput, Unavailable
from p24tui.intake.app import build
from p24tui.intake.stream import Hub
from p24tui.system import System

STOPS_WITHIN = 10
"""Seconds that requests under way have to end in once it is told to stop."""


class Server(uvicorn.Server):
    """Ends the streams first when it stops: they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.end_streams()
        await super().shutdown(sockets)


def serve(system: System, *, to_network: bool = False, when_listening: Callable[[str], None] | None = None) -> None:
    """Serve at the address of the settings until interrupted; ``when_listening`` is told the address.

    There is no encryption here: anything but this machine itself is refused with ``BadInput`` unless
    ``to_network`` says that a proxy with TLS stands before it. An address that cannot be listened on is refused too.
    Raises ``Unavailable`` where the database does not answer from the start.
    """
    settings = system.settings
    if not to_network and not is_loopback(settings.intake_host):
        raise BadInput("intake-not-loopback", host=settings.intake_host)
    with listen(settings.intake_host, settings.intake_port) as listener:
        crash.log_to(logging.StreamHandler())
        server = make_server(system)
        if when_listening is not None:
            when_listening(address(listener))
        server.run(sockets=[listener])
        if not server.started:
            raise Unavailable("database")


def make_server(system: System) -> Server:
    """A server that is not started yet. Its own access log stays shut: it would hold query strings."""
    app = build(system)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=STOPS_WITHIN
    )
    return Server(config, app.state.hub)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises ``BadInput`` where that cannot be."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except (OSError, OverflowError) as error:
        problem = getattr(error, "strerror", None) or str(error)
        raise BadInput("intake-address", host=host, port=port, problem=problem) from error


def address(listener: socket.socket) -> str:
    """Where a socket listens, as a URL."""
    host, port, *_rest = listener.getsockname()
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def is_loopback(host: str) -> bool:
    """Whether only this machine itself can reach it."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
