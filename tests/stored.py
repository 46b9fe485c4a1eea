"""All that is stored of what came in, to compare one way in with another."""

from typing import Any

from sqlalchemy import Table, select

from p24tui.store import tables
from tests.world import World

CONTENT = (
    tables.patients,
    tables.guardians,
    tables.cases,
    tables.messages,
    tables.attachments,
    tables.form_answers,
    tables.received,
)


def everything(world: World) -> dict[str, list[dict[str, Any]]]:
    """Every row of what came in, by table, in an order that its content decides."""
    found = {table.name: rows(world, table) for table in CONTENT}
    happened = rows(world, tables.events)
    found["events"] = [{name: one[name] for name in ("kind", "case_id", "details")} for one in happened]
    found["events"].sort(key=str)
    return found


def rows(world: World, table: Table) -> list[dict[str, Any]]:
    """The rows of one table."""
    with world.system.store.reading() as tx:
        listed = [dict(row._mapping) for row in tx.connection.execute(select(table))]
    return sorted(listed, key=str)
