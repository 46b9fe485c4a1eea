"""Addresses of services in the settings: what one may look like, so that a slip is said before anything is sent."""

import ipaddress
import re
from urllib.parse import urlsplit

from p24tui.errors import BadInput

_SHAPE = "an address is https://HOST[:PORT][/PATH], without user, query or fragment"
_PRINTABLE = re.compile(r"\A[!-~]+\Z")


def check_service(setting: str, value: str, path: str = r"(/[!-~]*)?") -> None:
    """Raises ``BadInput``, naming the setting and never what stands in it, where the value is no service's address.

    That is https://HOST[:PORT] and a path that ``path`` matches; http:// only to this machine itself.
    """
    try:
        address = urlsplit(value)
        whole = bool(address.hostname) and address.port != 0  # a port that is none raises
    except ValueError:
        raise _bad(setting, _SHAPE) from None
    says_more = re.search(r"[?#]|//[^/]*@", value)  # also where what follows the sign is empty
    if not whole or says_more or not _PRINTABLE.match(value) or address.scheme not in {"https", "http"}:
        raise _bad(setting, _SHAPE)
    if not re.fullmatch(path, address.path):
        raise _bad(setting, "the path of the address is not one that can be used")
    if address.scheme == "http" and not is_loopback(address.hostname or ""):
        raise _bad(setting, "https:// is needed to another machine")


def is_loopback(host: str) -> bool:
    """Whether only this machine itself answers to the name."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bad(setting: str, problem: str) -> BadInput:
    return BadInput("settings-value", problem=f"{setting}: {problem}")
