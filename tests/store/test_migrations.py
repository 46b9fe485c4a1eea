"""The migrations lead to the tables that the program knows, and lose nothing on the way."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, Boolean, Column, Date, DateTime, Integer, LargeBinary, MetaData, Table, insert, select

from p24tui.settings import Settings
from p24tui.store import schema
from p24tui.store.connect import VERSION
from p24tui.store.engine import Store, open_engine
from p24tui.store.schema import alembic_config, open_store
from p24tui.store.tables import metadata
from tests.world import MONDAY_NINE, World

FOLDER = Path(schema.__file__).parent / "migrations"
REVISIONS = [one.revision for one in reversed(list(ScriptDirectory(str(FOLDER)).walk_revisions()))]


MADE_ANEW = ("alembic_version", "database_roles")
"""What an upgrade writes itself: where people have roles in PostgreSQL, it names them and gives them what they need."""


def test_the_newest_migration_is_the_programs_version() -> None:
    assert REVISIONS[-1] == VERSION


def test_the_migrations_make_the_tables_that_the_program_knows(world: World) -> None:
    with world.system.store.reading() as tx:
        context = MigrationContext.configure(tx.connection, opts={"compare_type": False})
        assert compare_metadata(context, metadata) == []


def test_opening_again_changes_nothing(world: World) -> None:
    case = world.case()
    open_store(world.system.settings).close()
    assert world.row(case.id).case == case


def a_value(column: Column[Any], rows: dict[str, dict[str, Any]]) -> Any:
    """Something that fits the column; where it refers to another table, that table's one row."""
    for key in column.foreign_keys:
        return rows[key.column.table.name][key.column.name]
    kind = column.type
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, DateTime):
        return MONDAY_NINE
    if isinstance(kind, Date):
        return MONDAY_NINE.date()
    if isinstance(kind, Integer):
        return 7
    if isinstance(kind, LargeBinary):
        return b"\x00\xff"
    return {"kept": True} if isinstance(kind, JSON) else f"{column.table.name}.{column.name} åäö"


def content(store: Store, tables: list[Table]) -> dict[str, Any]:
    with store.reading() as tx:
        return {one.name: [dict(row._mapping) for row in tx.connection.execute(select(one))] for one in tables}


@pytest.mark.parametrize("earlier", [revision for revision in REVISIONS if revision != VERSION])
def test_from_every_earlier_version_nothing_is_lost(tmp_path: Path, database_url: str, earlier: str) -> None:
    settings = Settings(home=tmp_path, database=database_url)
    store = open_engine(settings, create=True)
    with store.writing() as tx:
        command.upgrade(alembic_config(tx.connection), earlier)
    as_it_was = MetaData()
    rows: dict[str, dict[str, Any]] = {}
    with store.writing() as tx:
        as_it_was.reflect(tx.connection)
        tables = [one for one in as_it_was.sorted_tables if one.name not in MADE_ANEW]
        for table in tables:
            rows[table.name] = {column.name: a_value(column, rows) for column in table.columns}
            tx.connection.execute(insert(table).values(rows[table.name]))
    before = content(store, tables)
    store.close()

    migrated = open_store(settings)
    with migrated.reading() as tx:
        assert schema.version(tx) == VERSION
    assert content(migrated, tables) == before
    assert all(before.values())
    migrated.close()


def test_two_processes_that_start_at_once_migrate_once(fresh_postgres: str, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database=fresh_postgres)
    with ThreadPoolExecutor(4) as pool:
        for store in pool.map(lambda _n: open_store(settings, create=True), range(4)):
            store.close()
    store = open_engine(settings, create=False)
    with store.reading() as tx:
        assert schema.version(tx) == VERSION
        assert tx.connection.execute(select(metadata.tables["units"])).all() == []
    store.close()
