"""The whole database in one encrypted file, and a database out of such a file again.

The file is SQLCipher's, under a key made of a passphrase. It is the embedded database itself, page by page under
another key; or it holds what ``pg_dump`` wrote, in parts. Both are taken while others write, and are of one moment.
"""

import os
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from p24tui.errors import BadInput
from p24tui.settings import Settings
from p24tui.store import dump
from p24tui.store.connect import FILE_NAME, VERSION, connect_sqlcipher, database_address
from p24tui.store.engine import Store, explained
from p24tui.store.key import database_key

PAGES = 2000
"""Pages that are copied at a time, some 8 MB; between them it can be interrupted."""

PAGE = 4096
"""Bytes of a page of SQLCipher; the file is whole pages."""

NOT_ENCRYPTED = b"SQLite format 3\0"
"""How a database begins that is not encrypted; an encrypted one begins at random."""

UNFINISHED = ".part"

Told = Callable[[int, int], object]
"""Hears how much is done, and of how much; 0 where that is not known."""


def look_free(path: Path) -> None:
    """Look whether a backup may be written there. Raises ``BadInput`` if not."""
    try:
        os.stat(os.path.join(path.parent, ""))  # noqa: PTH116, PTH118 - a Path would not say that it is no folder
        exists = path.exists()
    except OSError as error:
        raise BadInput("backup-not-written", path=str(path), problem=error.strerror or "") from error
    if exists:
        raise BadInput("backup-exists", path=str(path))


def save(store: Store, settings: Settings, path: Path, passphrase: str, told: Told) -> dict[str, int]:
    """Write the database to ``path``, where nothing may be yet; how many rows each table has in it.

    Nothing is left there where it is broken off. Raises ``BadInput`` where it cannot be written, ``Unavailable`` where
    the database cannot be read.
    """
    look_free(path)
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        _make_private(unfinished)
        with explained(), closing(_open(unfinished, passphrase)) as file:
            file.execute("PRAGMA synchronous = FULL")
            counted = _copy(store, file, told) if store.path else dump.save(database_address(settings), file, told)
            file.execute("PRAGMA journal_mode = DELETE")  # one file, and nothing beside it
        _move(unfinished, path)
    except OSError as error:
        raise BadInput("backup-not-written", path=str(path), problem=error.strerror or "") from error
    finally:
        _remove(unfinished)
    return counted


def restore(settings: Settings, path: Path, passphrase: str, told: Told, *, aside: str = "") -> None:
    """Make the database of the settings out of the file.

    An embedded one that is there keeps its data under the name ``aside``. Raises ``BadInput`` where the file or the
    passphrase is not right, or there is a database that may not be put aside, or that a program has open; then nothing
    is changed.
    """
    look(path)
    with closing(_opened(path, passphrase)) as file:
        if dump.is_in(file) != bool(settings.database):
            raise BadInput("backup-other-kind")
        if settings.database:
            dump.restore(database_address(settings), file, told)
        else:
            _restore_file(settings, file, told, aside)


def look(path: Path) -> None:
    """Whether the file may be a backup, as far as that is seen without its passphrase. Raises ``BadInput`` if not."""
    try:
        if not path.exists():
            raise BadInput("backup-missing", path=str(path))
        if not (path.is_file() and _may_be_encrypted(path)):
            raise BadInput("backup-none", path=str(path))
    except OSError as error:
        raise BadInput("backup-not-read", path=str(path), problem=error.strerror or "") from error


def rows(settings: Settings) -> dict[str, int]:
    """How many rows each table has."""
    if settings.database:
        return dump.rows(database_address(settings))
    key = database_key(settings, create=False)
    with explained(), closing(connect_sqlcipher(settings.home / FILE_NAME, key)) as connection:
        return _rows(connection)


def _may_be_encrypted(path: Path) -> bool:
    with path.open("rb") as file:
        begins, size = file.read(len(NOT_ENCRYPTED)), file.seek(0, os.SEEK_END)
    return size > 0 and size % PAGE == 0 and begins != NOT_ENCRYPTED


def _rows(connection: Any) -> dict[str, int]:
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def _copy(store: Store, file: Any, told: Told) -> dict[str, int]:
    assert store.path is not None
    assert store.key is not None
    with closing(connect_sqlcipher(store.path, store.key)) as source:
        source.execute("BEGIN")  # what is written after the first look is not in it
        counted = _rows(source)
        source.backup(file, pages=PAGES, progress=lambda _status, left, pages: told(pages - left, pages))
    return counted


def _restore_file(settings: Settings, file: Any, told: Told, aside: str) -> None:
    path = settings.home / FILE_NAME
    if path.exists() and not aside:
        raise BadInput("backup-database-there", path=str(path))
    (version,) = file.execute("SELECT version_num FROM alembic_version").fetchone()
    if version > VERSION:
        raise BadInput("database-newer", found=version, known=VERSION)
    unfinished = path.with_name(path.name + UNFINISHED)
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        key = database_key(settings, create=not path.exists())
        _make_private(unfinished)
        with explained(), closing(connect_sqlcipher(unfinished, key)) as target:
            file.backup(target, pages=PAGES, progress=lambda _status, left, pages: told(pages - left, pages))
            target.execute("PRAGMA journal_mode = DELETE")
        if path.exists():
            _take_the_place(unfinished, path, key, aside)
        else:
            _move(unfinished, path)
    except OSError as error:
        raise BadInput("backup-not-written", path=str(path), problem=error.strerror or "") from error
    finally:
        _remove(unfinished)


def _take_the_place(unfinished: Path, path: Path, key: str, aside: str) -> None:
    """Raises ``BadInput`` where a program has the database open: what that goes on writing would be lost."""
    import sqlcipher3.dbapi2 as sqlcipher

    with explained(), closing(connect_sqlcipher(path, key)) as connection:
        connection.execute("PRAGMA busy_timeout = 0")
        try:
            connection.execute("PRAGMA journal_mode = DELETE")  # which is refused while anybody else is there
            connection.execute("BEGIN EXCLUSIVE")
        except sqlcipher.OperationalError:
            raise BadInput("backup-in-use") from None
        os.link(path, path.with_name(aside))
        _move(unfinished, path)


def _opened(path: Path, passphrase: str) -> Any:
    """The file, once it is seen to be whole and the passphrase to fit it. Raises ``BadInput`` where it is not so."""
    import sqlcipher3.dbapi2 as sqlcipher

    file = _open(path, passphrase)
    try:
        file.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlcipher.DatabaseError:
        file.close()
        raise BadInput("backup-passphrase", path=str(path)) from None
    if file.execute("PRAGMA cipher_integrity_check").fetchall():
        file.close()
        raise BadInput("backup-damaged", path=str(path))
    return file


def _open(path: Path, passphrase: str) -> Any:
    import sqlcipher3.dbapi2 as sqlcipher

    connection = sqlcipher.connect(str(path), isolation_level=None)
    connection.execute("PRAGMA cipher_log_level = NONE")  # it would be written on the terminal
    quoted = passphrase.replace("'", "''")
    connection.execute(f"PRAGMA key = '{quoted}'")
    return connection


def _make_private(path: Path) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _move(unfinished: Path, path: Path) -> None:
    """Under its own name it is whole: also after a power cut."""
    unfinished.replace(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _remove(unfinished: Path) -> None:
    for end in ("", "-journal", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            unfinished.with_name(unfinished.name + end).unlink()
