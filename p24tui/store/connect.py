"""Bare connections to the two databases, without SQLAlchemy: as every connection here is made."""

from pathlib import Path
from typing import Any

VERSION = "0015"
"""The newest migration; a test holds it against the migrations that are there."""

FILE_NAME = "p24tui.db"
BUSY_TIMEOUT = 5.0
"""Seconds that a write waits for another process's write."""

POSTGRESQL: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 5000,
    "keepalives_idle": 5,
    "options": "-c timezone=UTC -c statement_timeout=30000 -c idle_in_transaction_session_timeout=10000",
}
"""How connections to PostgreSQL are made: a dead one is noticed in seconds, a frozen one lets go of its rows."""


def connect_sqlcipher(path: Path, key: str) -> Any:
    """A raw connection to the encrypted file, in autocommit, as every connection here is made."""
    import sqlcipher3.dbapi2 as sqlcipher

    connection = sqlcipher.connect(
        str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_TIMEOUT, cached_statements=256
    )
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    connection.execute(f"PRAGMA busy_timeout = {int(BUSY_TIMEOUT * 1000)}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection
