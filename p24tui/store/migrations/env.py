"""Alembic's entry: the connection is handed in by ``p24tui.store.schema``."""

from alembic import context

from p24tui.store.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
