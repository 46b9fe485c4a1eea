"""The schema's version: made at the first start, brought up to date at a later one, refused where it is newer."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from p24tui.errors import BadInput
from p24tui.settings import Settings
from p24tui.store.connect import VERSION
from p24tui.store.engine import Store, Tx, open_engine

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x70323474  # "p24t": one process migrates, the others wait


def open_store(settings: Settings, *, create: bool = False) -> Store:
    """The store, with its schema as this program wants it.

    ``create`` makes a new database where there is none. An older one is migrated; nothing in it is lost. Raises
    ``BadInput`` for a database of a newer program, a wrong key or a file that is no database.
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
            _migrate(store, settings.database_roles)
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


def _refuse_newer(found: str | None) -> None:
    if found is not None and found > VERSION:
        raise BadInput("database-newer", found=found, known=VERSION)


def _migrate(store: Store, roles_prefix: str) -> None:
    from alembic import command

    from p24tui.store import database_roles

    with store.writing() as tx:
        if tx.on_postgresql:
            tx.connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
        if version(tx) != VERSION:
            command.upgrade(alembic_config(tx.connection), "head")
            database_roles.renew(tx, roles_prefix)
