"""Who a request is from: the proxy that demands the card passes on its certificate, which is looked at again (NA-1)."""

import hmac
from collections.abc import Callable, Mapping
from urllib.parse import unquote_to_bytes

from multidict import CIMultiDictProxy

from p24tui.errors import Refused
from p24tui.routine.login import Proven
from p24tui.settings import Settings

SECRET_HEADER = "X-Proxy-Secret"

Check = Callable[[bytes], Proven]
"""Whom a certificate (PEM) is of. Raises ``Refused`` where its chain, its time, its revocation or its HSA-id say no."""


def certificate_of(headers: CIMultiDictProxy[str], settings: Settings) -> bytes:
    """The certificate (PEM) that the proxy has seen proven, not yet looked at.

    Raises ``Refused`` for whatever has not come by way of the proxy, or by its way without a card.
    """
    said = _only(headers, SECRET_HEADER)
    # A header may hold bytes that are no text; compare_digest wants bytes, and takes as long for a wrong one.
    if not hmac.compare_digest(said.encode(errors="surrogateescape"), settings.web_proxy_secret.encode()):
        raise Refused("NA-1", "web-proxy")
    pem = unquote_to_bytes(_only(headers, settings.web_certificate_header).encode(errors="surrogateescape"))
    if not pem:
        raise Refused("NA-1", "web-no-card")
    return pem


def is_own_page(headers: Mapping[str, str], settings: Settings) -> bool:
    """Whether our own page asks for a console: another site's page would have the browser show the card as well."""
    return headers.get("Origin") == settings.web_address.rstrip("/")


def _only(headers: CIMultiDictProxy[str], name: str) -> str:
    """What the header says; nothing where there are two, for one of them may be the browser's own."""
    values = headers.getall(name, [])
    return values[0] if len(values) == 1 else ""
