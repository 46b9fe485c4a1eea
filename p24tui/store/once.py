"""Inserting a row that somebody else may be inserting at the same moment: the first one stands."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite

from p24tui.store.engine import Tx


def insert_once(tx: Tx, table: Table, **values: Any) -> bool:
    """Insert the row unless one with its key is there; whether it was inserted."""
    insert = postgresql.insert if tx.on_postgresql else sqlite.insert
    wanted = insert(table).values(**values).on_conflict_do_nothing().returning(*table.primary_key.columns)
    return tx.connection.execute(wanted).first() is not None
