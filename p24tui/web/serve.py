"""Serving the console to browsers until told to stop: on this machine only, for there is no encryption here."""

import asyncio
import logging
import os
import re
import signal
import socket
from collections.abc import Callable, Mapping
from pathlib import Path

from aiohttp import web

from p24tui.clock import Clock
from p24tui.errors import BadInput
from p24tui.gateways.web_address import check_service, is_loopback
from p24tui.settings import Settings
from p24tui.web.admission import Check
from p24tui.web.app import Door
from p24tui.web.console import ENDS_WITHIN, secret_settings

SHORTEST_SECRET = 32
MOST_HEADER = 16_384
"""Bytes of one header: a certificate, URL-encoded."""

_HEADER = re.compile(r"[A-Za-z0-9-]+")
_OWN_SECRET = "P24TUI_WEB_PROXY_SECRET"


def serve(
    settings: Settings,
    check: Check,
    clock: Clock,
    *,
    behind_proxy: bool = False,
    when_listening: Callable[[str], None] = lambda _where: None,
) -> None:
    """Serve until interrupted; ``when_listening`` is told where. ``check`` looks at each certificate.

    Raises ``BadInput`` where the settings do not fit, or would let others than the proxy in.
    """
    check_settings(settings, os.environ, behind_proxy=behind_proxy)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    with _listen(settings) as listener:
        asyncio.run(_serve(Door(settings, check, clock).app(), listener, when_listening))


def check_settings(settings: Settings, environ: Mapping[str, str], *, behind_proxy: bool = False) -> None:
    """Raises ``BadInput``, naming the setting, where the console cannot be served by these settings."""
    check_service("web_address", settings.web_address, path="/?")
    if len(settings.web_proxy_secret) < SHORTEST_SECRET:
        raise BadInput("settings-value", problem=f"web_proxy_secret: at least {SHORTEST_SECRET} characters")
    if not _HEADER.fullmatch(settings.web_certificate_header):
        raise BadInput("settings-value", problem="web_certificate_header: the name of a header")
    if min(settings.web_consoles, settings.web_consoles_each) < 1:
        raise BadInput("settings-value", problem="web_consoles, web_consoles_each: at least 1")
    if not (behind_proxy or settings.web_socket or is_loopback(settings.web_host)):
        raise BadInput("web-not-loopback", host=settings.web_host)
    # The consoles get none of these, so they would go on without, with another database or none.
    if secret := [name for name in secret_settings() if environ.get(name) and name != _OWN_SECRET]:
        raise BadInput("web-secrets", names=", ".join(secret))


def _listen(settings: Settings) -> socket.socket:
    """The socket that it listens on. A Unix socket is for its owner and group."""
    where = settings.web_socket or f"{settings.web_host}:{settings.web_port}"
    try:
        if not settings.web_socket:
            family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
            return socket.create_server((settings.web_host, settings.web_port), family=family)
        path = Path(settings.web_socket)
        if path.is_socket():
            path.unlink()  # left behind by a server that was killed
        listener = socket.socket(socket.AF_UNIX)
        before = os.umask(0o117)
        try:
            listener.bind(str(path))
        finally:
            os.umask(before)
        listener.listen()
    except (OSError, OverflowError) as error:
        raise BadInput("web-listen", where=where, problem=getattr(error, "strerror", None) or str(error)) from error
    return listener


async def _serve(app: web.Application, listener: socket.socket, when_listening: Callable[[str], None]) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, stopped.set)
    # No access log: it would hold addresses with what a browser has put into them.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2 * ENDS_WITHIN, max_field_size=MOST_HEADER)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        when_listening(_where(listener))
        await stopped.wait()
    finally:
        await runner.cleanup()


def _where(listener: socket.socket) -> str:
    name = listener.getsockname()
    if isinstance(name, str):
        return name
    host, port, *_rest = name
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
