"""The key of the encrypted file: 32 random bytes, kept in a 0600 file, the keyring, or the environment."""

import os
import re
import secrets
import stat
from pathlib import Path

from p24tui.errors import BadInput
from p24tui.settings import Settings

FILE_NAME = "p24tui.key"
_SERVICE = "p24tui"
_HEX = re.compile(r"[0-9a-f]{64}")


def database_key(settings: Settings, *, create: bool) -> str:
    """The key as 64 hexadecimal digits. ``create`` makes one where there is none yet.

    Raises ``BadInput`` where it is missing, malformed, or its file may be read by others.
    """
    source = {"file": _from_file, "keyring": _from_keyring, "environment": _from_environment}[settings.key_from]
    key = source(settings, create)
    if not _HEX.fullmatch(key):
        raise BadInput("key-malformed", source=settings.key_from)
    return key


def _from_environment(settings: Settings, create: bool) -> str:
    if not settings.key:
        raise BadInput("key-missing", source="P24TUI_KEY")
    return settings.key.strip().lower()


def _from_file(settings: Settings, create: bool) -> str:
    path = settings.home / FILE_NAME
    try:
        if create and not path.exists():
            _write_private(path, secrets.token_hex(32))
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise BadInput("key-readable", path=str(path))
        return path.read_text(encoding="ascii").strip().lower()
    except FileNotFoundError as error:
        raise BadInput("key-missing", source=str(path)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(
            "key-unreadable", path=str(path), problem=getattr(error, "strerror", None) or str(error)
        ) from error


def _from_keyring(settings: Settings, create: bool) -> str:
    try:
        import keyring
    except ImportError as error:
        raise BadInput("keyring-missing") from error
    account = str(settings.home)
    key: str | None = keyring.get_password(_SERVICE, account)
    if key is None and create:
        key = secrets.token_hex(32)
        keyring.set_password(_SERVICE, account, key)
    if key is None:
        raise BadInput("key-missing", source="keyring")
    return key


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text + "\n")
        file.flush()
        os.fsync(file.fileno())
