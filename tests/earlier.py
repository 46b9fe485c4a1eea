"""A database as an earlier version of the program left it, made from what its revision says of itself.

A revision that is added is tried without a line here: tables and columns are those that the database has.
"""

from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    insert,
    select,
    text,
)

from p24tui.settings import Settings
from p24tui.store import migrations
from p24tui.store.connect import VERSION
from p24tui.store.engine import Store, Tx, open_engine
from p24tui.store.log_chain import chained, microseconds
from p24tui.store.schema import alembic_config
from p24tui.store.tables import metadata
from tests.world import MONDAY_NINE

REVISIONS = tuple(one.revision for one in reversed(list(ScriptDirectory(migrations.__path__[0]).walk_revisions())))
EARLIER = tuple(one for one in REVISIONS if one != VERSION)

CHAINED = "0013"
"""From here on the logs are chained, and what is in the chain's own tables must fit them."""

LOGS = ("events", "read_log")
OF_THE_CHAIN = frozenset({"chain", "chain_position", "previous_hash", "hash"})
ABOUT_CHAINS = frozenset({"chain_heads", "sealed_heads", "log_seals"})

READ_BY_ALL = {"units": ("kind", "hours")}
"""What the program reads also of units that nobody asked about, so that made rows have it from a living one."""

HARD_TEXT = "å ä ö Å Ä Ö é ß 🙂 👩‍👩‍👧 e\u0301 \u202b%s ? :x {} \\ '; -- \"\n\tslut"
LONG = "Långt. " * 5_000

FULL, EMPTY = 0, 2
"""Which of the made rows has its texts long, and which has nothing where nothing may stand."""

MADE = range(3)

Rows = dict[str, list[dict[str, Any]]]


MADE_ANEW = ("alembic_version", "database_roles")
"""What an upgrade writes itself: where people have roles in PostgreSQL, it names them and gives them what they need."""


def make(settings: Settings, revision: str) -> Store:
    """A new, empty database at this revision."""
    store = open_engine(settings, create=True)
    with store.writing() as tx:
        command.upgrade(alembic_config(tx.connection), revision)
    return store


def tables(tx: Tx) -> list[Table]:
    """The tables as the database itself knows them, those that are referred to first."""
    found = MetaData()
    found.reflect(tx.connection)
    return [one for one in found.sorted_tables if one.name not in MADE_ANEW]


def fill(tx: Tx, revision: str, living: Rows) -> list[Table]:
    """Put rows into every table: three that are made for each, and what of the living ones has a place there."""
    made: Rows = {}
    found = tables(tx)
    for table in found:
        rows = [{one.name: _value(table, one, number, made) for one in table.columns} for number in MADE]
        for row in rows:
            row.update({name: living[table.name][0][name] for name in READ_BY_ALL.get(table.name, ())})
        made[table.name] = rows
        if table.name not in ABOUT_CHAINS:
            was = [_as_it_was(tx, table, row) for row in living.get(table.name, ())]
            for some in filter(None, (rows, was)):
                _put(tx, table, some, chains=revision >= CHAINED)
        _number_on(tx, table)
    return found


def content(store: Store, wanted: list[Table]) -> Rows:
    """All that is in these columns of these tables, as the driver gives it."""
    with store.reading() as tx:
        return {one.name: _rows(tx, one) for one in wanted}


def _rows(tx: Tx, table: Table) -> list[dict[str, Any]]:
    columns, key = ", ".join(f'"{one.name}"' for one in table.columns), ", ".join(one.name for one in table.primary_key)
    found = tx.connection.exec_driver_sql(f"SELECT {columns} FROM {table.name} ORDER BY {key}")
    return [dict(row._mapping) for row in found]


def everything(settings: Settings) -> Rows:
    """Every row of a database of the newest version, but for what its chains are."""
    with closing(open_engine(settings, create=False)) as store, store.reading() as tx:
        return {
            one.name: [dict(row._mapping) for row in tx.connection.execute(select(one).order_by(*one.primary_key))]
            for one in metadata.sorted_tables
            if one.name not in ABOUT_CHAINS
        }


def broken_references(tx: Tx) -> list[Any]:
    """What refers to something that is not there, or is not held to refer to anything any longer."""
    if tx.on_postgresql:
        return list(tx.connection.execute(text("SELECT conname FROM pg_constraint WHERE NOT convalidated")))
    return list(tx.connection.execute(text("PRAGMA foreign_key_check")))


def _put(tx: Tx, table: Table, rows: list[dict[str, Any]], *, chains: bool) -> None:
    if table.name not in LOGS:
        tx.connection.execute(insert(table), rows)
        return
    for row in rows:
        kept = {name: value for name, value in row.items() if name not in OF_THE_CHAIN | {"seq"}}
        if chains and not tx.on_postgresql:  # where a trigger does it
            kept = chained(tx.connection.exec_driver_sql, table.name, kept)
        tx.connection.execute(insert(table), kept)


def _as_it_was(tx: Tx, table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """Of a row of the newest version what has a place in the table, as its reflected columns take it."""
    return {
        name: microseconds(value) if isinstance(value, datetime) and not tx.on_postgresql else value
        for name, value in row.items()
        if name in table.columns
    }


def _value(table: Table, column: Column[Any], number: int, made: Rows) -> Any:
    """Something that fits the column, and is another one in each row."""
    for key in column.foreign_keys:
        return made[key.column.table.name][number][key.column.name]
    if number == EMPTY and column.nullable:
        return None
    kind = column.type
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, DateTime):
        return MONDAY_NINE - timedelta(microseconds=len(MADE) - number)
    if isinstance(kind, Date):
        return MONDAY_NINE.date() + timedelta(number)
    if isinstance(kind, Integer):
        return 1_000 + number
    if isinstance(kind, LargeBinary):
        return bytes([0, 255, number])
    if isinstance(kind, JSON):
        return {"kept": [HARD_TEXT, number, None]}
    words = f"{table.name}.{column.name} {number} {HARD_TEXT}"
    return words + LONG if number == FULL and column.name not in _indexed(table) else words


def _indexed(table: Table) -> set[str]:
    """What PostgreSQL has no room for in an index where it is long."""
    return {one.name for part in (table.indexes | table.constraints) for one in getattr(part, "columns", ())}


def _number_on(tx: Tx, table: Table) -> None:
    """Let the next row that numbers itself come after those that are there."""
    if tx.on_postgresql and "seq" in table.primary_key.columns:
        name = tx.connection.scalar(text(f"SELECT pg_get_serial_sequence('{table.name}', 'seq')"))
        if name:
            tx.connection.execute(text(f"SELECT setval('{name}', (SELECT max(seq) FROM {table.name}))"))
