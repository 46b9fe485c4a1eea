"""Bare connections to the two databases, without SQLAlchemy: as every connection here is made."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from p24tui.errors import BadInput, Unavailable
from p24tui.settings import Settings

VERSION = "0017"
"""The newest migration; a test holds it against the migrations that are there."""

FILE_NAME = "p24tui.db"
BUSY_TIMEOUT = 5.0
"""Seconds that a write waits for another process's write."""

POSTGRESQL: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 5000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "options": "-c timezone=UTC -c statement_timeout=30000 -c idle_in_transaction_session_timeout=10000",
}
"""How connections to PostgreSQL are made: a dead one is noticed in seconds, a frozen one lets go of its rows."""


_SHOWN = ("host", "port", "dbname", "user", "sslmode")
"""What an address may ask for that is no secret."""

PERSON = "{person}"
"""Stands in the address of a database for the role of whoever it is opened as."""


def role_of(prefix: str, staff_id: str) -> str:
    """The name of a person's database role: what comes before all of them, and the HSA-id in small letters."""
    return f"{prefix}_{staff_id.lower()}"


def database_address(settings: Settings) -> str:
    """The address of the database for the person of the settings; empty for the embedded one.

    Raises ``BadInput`` where it is opened as a person, and the settings name nobody.
    """
    if PERSON not in settings.database:
        return settings.database
    if not settings.staff:
        raise BadInput("who-acts")
    return settings.database.replace(PERSON, role_of(settings.database_roles, settings.staff))


def shown_address(settings: Settings) -> str:
    """The address of the database as it may be shown: without a password, and as whoever it is opened by."""
    try:
        parts = urlsplit(database_address(settings) if settings.staff else settings.database)
    except ValueError:
        return "postgresql://…"
    asked = [(name, value) for name, value in parse_qsl(parts.query) if name in _SHOWN]
    end = f"?{urlencode(asked, safe='/{}')}" if asked else ""
    return f"{parts.scheme}://{_host(parts.netloc)}{parts.path}{end}"


def _host(netloc: str) -> str:
    """Who and where, without the password. It may have an @ of its own: the last one ends it."""
    user, at, host = netloc.rpartition("@")
    return user.partition(":")[0] + at + host


def connect_sqlcipher(path: Path, key: str) -> Any:
    """A raw connection to the encrypted file, in autocommit, as every connection here is made.

    Raises ``Unavailable`` where the file cannot be written: SQLite would open it all the same, and as long as that
    connection is open this process can write nothing, also when the disk has long been put right.
    """
    import sqlcipher3.dbapi2 as sqlcipher

    if path.exists() and not os.access(path, os.W_OK):
        raise Unavailable("database", "readonly")
    connection = sqlcipher.connect(
        str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT, cached_statements=256
    )
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT * 1000)}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection
