"""The migrations lead to the tables that the program knows, and lose nothing on the way."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select

from p24tui.settings import Settings
from p24tui.store import schema
from p24tui.store.engine import open_engine
from p24tui.store.schema import alembic_config, open_store
from p24tui.store.tables import metadata
from tests.world import World


def revisions(world: World) -> list[str]:
    with world.system.store.reading() as tx:
        script = ScriptDirectory.from_config(alembic_config(tx.connection))
        return [one.revision for one in reversed(list(script.walk_revisions()))]


def test_the_newest_migration_is_the_programs_version(world: World) -> None:
    assert revisions(world)[-1] == schema.VERSION


def test_the_migrations_make_the_tables_that_the_program_knows(world: World) -> None:
    with world.system.store.reading() as tx:
        context = MigrationContext.configure(tx.connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []


def test_opening_again_changes_nothing(world: World) -> None:
    case = world.case()
    open_store(world.system.settings).close()
    assert world.row(case.id).case == case


def test_from_every_earlier_version_nothing_is_lost(world: World) -> None:
    """There is no earlier version yet; the first migration after this one brings its own data here."""
    for revision in revisions(world)[:-1]:
        pytest.fail(f"write the data of version {revision} down here before there is a later one")
    assert revisions(world) == ["0001"]


def test_two_processes_that_start_at_once_migrate_once(fresh_postgres: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database=fresh_postgres)
    with ThreadPoolExecutor(4) as pool:
        for store in pool.map(lambda _n: open_store(settings, create=True), range(4)):
            store.close()
    store = open_engine(settings, create=False)
    with store.reading() as tx:
        assert schema.version(tx) == schema.VERSION
        assert tx.connection.execute(select(metadata.tables["units"])).all() == []
    store.close()
