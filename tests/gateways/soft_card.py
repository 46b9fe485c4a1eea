"""A card reader of software: SoftHSM 2, with cards that are put in and pulled out.

Its library is one for the whole process and reads its settings when it starts. Each test has a folder of its own, and
the library is started anew whenever the cards in it have changed; so nothing of one test is left for the next.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pkcs11
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pkcs11 import Attribute, CertificateType, ObjectClass
from pkcs11.util.ec import decode_ec_private_key
from pkcs11.util.rsa import decode_rsa_private_key

from tests.gateways.card_authority import Key

PIN = "482913"
SO_PIN = "99887766"

_PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib64/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
)


def library() -> Path:
    """SoftHSM's library. Without it the test is skipped; where CI is, it fails."""
    found = next((Path(one) for one in _PLACES if Path(one).is_file()), None)
    if found is None or shutil.which("softhsm2-util") is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("SoftHSM 2 is not installed (Debian: softhsm2)")
    return found


class SoftReader:
    """A reader in a folder of its own. ``SOFTHSM2_CONF`` names its settings, here and for what is started from here."""

    def __init__(self, folder: Path) -> None:
        self.library = library()
        self._tokens = folder / "tokens"
        self._tokens.mkdir(parents=True)
        self.settings = folder / "softhsm2.conf"
        self.settings.write_text(
            f"directories.tokendir = {self._tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        self._cards: dict[str, Path] = {}

    def insert(self, *certificates: tuple[x509.Certificate, Key | None], label: str = "SITHS", pin: str = PIN) -> None:
        """Put a card in that has these certificates, each with this private key or with none."""
        before = set(self._tokens.iterdir())
        made = ["softhsm2-util", "--init-token", "--free", "--label", label, "--so-pin", SO_PIN, "--pin", pin]
        subprocess.run(made, check=True, capture_output=True, env={**os.environ, "SOFTHSM2_CONF": str(self.settings)})
        (self._cards[label],) = set(self._tokens.iterdir()) - before
        token = next(iter(self._started().get_tokens(token_label=label)))
        with token.open(rw=True, user_pin=pin) as session:
            for number, (certificate, key) in enumerate(certificates):
                session.create_object(_certificate(certificate, bytes([number])))
                if key is not None:
                    session.create_object(_private_key(key, bytes([number])))

    def pull(self, label: str = "SITHS") -> None:
        """Pull the card out, whatever is going on with it."""
        shutil.rmtree(self._cards.pop(label))

    def _started(self) -> "pkcs11._pkcs11.lib":
        started = pkcs11.lib(str(self.library))
        started.reinitialize()
        return started

    def stop(self) -> None:
        with suppress(pkcs11.PKCS11Error):
            pkcs11.lib(str(self.library)).finalize()


@contextmanager
def soft_reader(folder: Path) -> Iterator[SoftReader]:
    """A reader for as long as the block lasts."""
    before = os.environ.get("SOFTHSM2_CONF")
    reader = SoftReader(folder)
    os.environ["SOFTHSM2_CONF"] = str(reader.settings)
    try:
        yield reader
    finally:
        reader.stop()
        os.environ.pop("SOFTHSM2_CONF")
        if before is not None:
            os.environ["SOFTHSM2_CONF"] = before


def _certificate(certificate: x509.Certificate, id: bytes) -> dict[Attribute, object]:
    return {
        Attribute.CLASS: ObjectClass.CERTIFICATE,
        Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
        Attribute.TOKEN: True,
        Attribute.PRIVATE: False,
        Attribute.ID: id,
        Attribute.SUBJECT: certificate.subject.public_bytes(),
        Attribute.VALUE: certificate.public_bytes(serialization.Encoding.DER),
    }


def _private_key(key: Key, id: bytes) -> dict[Attribute, object]:
    clear = serialization.NoEncryption()
    der = key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, clear)
    decoded = decode_rsa_private_key(der) if isinstance(key, rsa.RSAPrivateKey) else decode_ec_private_key(der)
    on_card = {Attribute.TOKEN: True, Attribute.PRIVATE: True, Attribute.SENSITIVE: True, Attribute.SIGN: True}
    return {**decoded, **on_card, Attribute.ID: id}
