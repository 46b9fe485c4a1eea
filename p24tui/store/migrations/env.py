"""Alembic's entry: the connection is handed in by ``p24tui.store.schema``, with who hears of the steps."""

from typing import Any

from alembic import context

from p24tui.store.tables import metadata

_done = 0
_told = context.config.attributes.get("told") or (lambda _done: None)


def _tell(*_what: Any, **_named: Any) -> None:
    global _done
    _done += 1
    _told(_done)


def _tell_part(part: float) -> None:
    """A step that takes long says how much of it is done, from 0 to 1."""
    _told(_done + part)


context.config.attributes["part_told"] = _tell_part
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, on_version_apply=_tell)
with context.begin_transaction():
    context.run_migrations()
