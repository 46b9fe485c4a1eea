"""Asking a service over HTTP, once and without trust: one address, no redirect, no more than so many bytes.

Nothing of what is asked or answered is logged, here or by the library.
"""

import logging
import threading
from collections.abc import Container, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct

from p24tui.gateways.outgoing.attempt import Attempt, follow_http
from p24tui.gateways.web_address import is_loopback

if TYPE_CHECKING:
    import httpx

JSON = "application/json"


class TooLargeError(Exception):
    """More came than an answer may have."""


class Reply(Struct, frozen=True):
    """What a service has answered. ``media_type`` is in small letters; ``body`` is empty where it was not read."""

    status: int
    media_type: str
    body: bytes


class Asking:
    """One service at an address. It may be used by many threads at once, and connects when it is first asked.

    ``timeout`` is in seconds, ``most`` the bytes that are read of an answer. ``certificate`` is a file with our
    certificate and its key.
    """

    def __init__(self, address: str, *, timeout: float, most: int, certificate: Path | None = None) -> None:
        self._address = address
        self._timeout = timeout
        self._most = most
        self._certificate = certificate
        self._made: httpx.Client | None = None
        self._making = threading.Lock()

    def ask(
        self,
        attempt: Attempt,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        *,
        reads: Container[int] | None = None,
    ) -> Reply:
        """Ask, and read the answer. Raises ``TooLargeError``, and what the library raises.

        ``reads`` are the statuses whose body is read, where it is not all: the others' may be long or never end.
        """
        # Compressed answers could be small here and huge unpacked.
        sent = {"Accept": JSON, "Accept-Encoding": "identity", "Connection": "close", **headers}
        follow = {"trace": lambda event, details: follow_http(attempt, event, details)}
        with self._client().stream(method, address, headers=sent, content=body, extensions=follow) as response:
            media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            answered = bytearray()
            if reads is None or response.status_code in reads:
                for part in response.iter_raw():
                    answered += part
                    if len(answered) > self._most:
                        raise TooLargeError
        return Reply(response.status_code, media_type, bytes(answered))

    def _client(self) -> "httpx.Client":
        import httpx  # 60 ms, which the start of the console does not have

        with self._making:
            if self._made is None:
                for name in ("httpx", "httpcore"):  # what they log is theirs to choose; here nobody is ever named
                    logging.getLogger(name).setLevel(logging.WARNING)
                context = httpx.create_ssl_context()
                if self._certificate is not None:
                    # With an empty password OpenSSL asks for none on the terminal that shows the console.
                    context.load_cert_chain(self._certificate, password="")
                self._made = httpx.Client(
                    verify=context,
                    # A proxy from the environment would read what goes to this machine itself, which is in clear.
                    trust_env=not is_loopback(urlsplit(self._address).hostname or ""),
                    follow_redirects=False,  # nobody chose that other address for what is secret
                    timeout=self._timeout,
                    # A connection that is kept may end in the moment it is used again; so there is none to close.
                    # Of many threads one may yet be given another's, but for the header that says that it ends.
                    limits=httpx.Limits(max_keepalive_connections=0),
                )
            return self._made
