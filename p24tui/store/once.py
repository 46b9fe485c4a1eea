"""Inserting a row that somebody else may be inserting at the same moment: the first one stands."""

from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.dialects import postgresql, sqlite

from p24tui.store.engine import Tx


def insert_once(tx: Tx, table: Table, /, *alike: Column[Any], **values: Any) -> bool:
    """Insert the row unless there is one with its key, or else with the same in ``alike``; whether it was inserted."""
    dialect = postgresql if tx.on_postgresql else sqlite
    wanted = dialect.insert(table).values(**values).on_conflict_do_nothing(index_elements=alike or None)
    return tx.connection.execute(wanted.returning(*table.primary_key.columns)).first() is not None
