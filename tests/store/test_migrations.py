"""The migrations lead to the tables that the program knows; that nothing is lost on the way is in test_upgrade."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from p24tui.store.connect import VERSION
from p24tui.store.schema import open_store
from p24tui.store.tables import metadata
from tests.earlier import REVISIONS
from tests.world import World


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
