"""The files that say whom cards are believed from. They are read at each login: lists are renewed from outside."""

import logging
from pathlib import Path

from cryptography import x509

from p24tui.errors import BadInput
from p24tui.gateways.card_certificate import Trust

LIST_NAMES = frozenset({".crl", ".der", ".pem"})
"""How the names of revocation lists in a folder end."""

_PEM = b"-----BEGIN"

_log = logging.getLogger(__name__)


def read_trust(
    roots: Path, intermediates: Path | None = None, revocation: Path | None = None, *, revocation_required: bool = True
) -> Trust:
    """What the files say. Raises ``BadInput`` naming the setting whose certificates cannot be read."""
    return Trust(
        _certificates("card_roots", roots),
        _certificates("card_intermediates", intermediates) if intermediates else (),
        _lists(revocation) if revocation else (),
        revocation_required,
    )


def _certificates(setting: str, path: Path) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except OSError as error:
        raise BadInput("settings-value", problem=f"{setting}: {error.strerror}") from error
    except (ValueError, x509.InvalidVersion) as error:
        raise BadInput("settings-value", problem=f"{setting}: no certificates in PEM") from error


def _lists(path: Path) -> tuple[x509.CertificateRevocationList, ...]:
    """A list that cannot be read counts as none, as one does that is just being replaced: then nobody is let in."""
    try:
        inside = sorted(one for one in path.iterdir() if one.suffix.lower() in LIST_NAMES) if path.is_dir() else [path]
    except OSError:
        inside = []
    return tuple(one for one in map(_list, inside) if one is not None)


def _list(path: Path) -> x509.CertificateRevocationList | None:
    try:
        content = path.read_bytes()
        load = x509.load_pem_x509_crl if content.startswith(_PEM) else x509.load_der_x509_crl
        found = load(content)
        _ = found.issuer, found.extensions  # these are read late, and may fail then
    except Exception as error:  # noqa: BLE001 - whatever is broken in it: it counts as none
        _log.warning("card: a revocation list cannot be read: %s", type(error).__name__)
        return None
    return found
