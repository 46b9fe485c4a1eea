"""The schema's version: made at the first start, brought up to date at a later one, refused where it is newer."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from p24tui.errors import BadInput, Unavailable
from p24tui.settings import Settings
from p24tui.store.connect import VERSION
from p24tui.store.engine import Store, Tx, open_engine

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x70323474  # "p24t": one process migrates, the others wait

_LOCKED_FOR = 30
"""Seconds after which a table that others have locked is let go of, for those who wait behind, and tried again."""

Told = Callable[[float, int], object]
"""Hears how many steps of an upgrade are done, and of how many: 0 when it begins, or waits for another process. Of a
step that takes long it hears parts too."""


def open_store(settings: Settings, *, create: bool = False, told: Told | None = None) -> Store:
    """The store, with its schema as this program wants it.

    ``create`` makes a new database where there is none. An older one is migrated, in one transaction however many steps
    it takes: broken off at any moment it is as it was. ``told`` hears of the steps. Raises ``BadInput`` for a database
    of a newer program, a wrong key or a file that is no database.
    """
    store = open_engine(settings, create=create)
    try:
        with store.reading() as tx:
            found = version(tx)
        if found is None and not create:
            raise BadInput("not-set-up", path=str(settings.home))
        if found != VERSION:
            _refuse_newer(found)
            if store.personal:
                raise BadInput("database-older", found=found or "", known=VERSION)
            _migrate(store, found, settings.database_roles, told or _untold)
    except BaseException:
        store.close()
        raise
    return store


def version(tx: Tx) -> str | None:
    """The version that the database says it has; none where it is empty."""
    if not inspect(tx.connection).has_table("alembic_version"):
        return None
    found: str | None = tx.connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


def alembic_config(connection: Connection) -> "Config":
    """Alembic's settings for a connection. Alembic is slow to import, so only who migrates does."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "p24tui.store:migrations")
    config.attributes["connection"] = connection
    return config


def _untold(_done: float, _steps: int) -> None:
    pass


def _refuse_newer(found: str | None) -> None:
    if found is not None and found > VERSION:
        raise BadInput("database-newer", found=found, known=VERSION)


def _migrate(store: Store, found: str | None, roles_prefix: str, told: Told) -> None:
    """However long others hold what is needed: they migrate it themselves, or are about to end what they do."""
    steps = _steps(found) + 1  # the last is that all of it is durable
    tell = told if found is not None else _untold
    tell(0, steps)
    while True:
        try:
            with store.writing() as tx:
                _migrate_in(tx, roles_prefix, lambda done: tell(done, steps))
        except Unavailable as error:
            if error.detail != "locked":
                raise
        else:
            break
    tell(steps, steps)


def _migrate_in(tx: Tx, roles_prefix: str, told: Callable[[float], object]) -> None:
    from alembic import command

    from p24tui.store import database_roles

    if tx.on_postgresql:
        take_turns(tx)
    found = version(tx)
    _refuse_newer(found)  # it may have become so since it was first looked at
    if found != VERSION:
        config = alembic_config(tx.connection)
        config.attributes["told"] = told
        command.upgrade(config, "head")
        database_roles.renew(tx, roles_prefix)


def _steps(found: str | None) -> int:
    from alembic.script import ScriptDirectory

    from p24tui.store import migrations

    script = ScriptDirectory(migrations.__path__[0])
    return len(list(script.iterate_revisions("head", found or "base")))


def take_turns(tx: Tx) -> None:
    """Wait for whoever migrates, then let no statement be ended for taking long; only others' locks are waited out."""
    connection = tx.connection.connection.driver_connection
    assert connection is not None
    connection.answers_within = None
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        tx.connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
    tx.connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    tx.connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_LOCKED_FOR}s'")
