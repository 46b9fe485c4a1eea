"""Alembic's entry: the connection is handed in by ``p24tui.store.schema``, with who hears of the steps."""

from itertools import count
from typing import Any

from alembic import context

from p24tui.store.tables import metadata

_done = count(1)
_told = context.config.attributes.get("told")


def _tell(*_what: Any, **_named: Any) -> None:
    if _told is not None:
        _told(next(_done))


context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, on_version_apply=_tell)
with context.begin_transaction():
    context.run_migrations()
