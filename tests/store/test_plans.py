"""Each statement of the store finds its rows by an index, on both databases, whatever has been (docs/at-size.md)."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import psycopg
import pytest

from p24tui.clock import SystemClock
from p24tui.services import staff, units
from p24tui.store.engine import Tx
from p24tui.store.tables import metadata
from tests.postgres import Server
from tests.size.filling import copy_rows, finish
from tests.size.rows import Shard
from tests.store.hot_queries import About, Query, queries
from tests.world import PEOPLE, UNIT, World, make_world_again

CASES, OPEN, A_DAY, UNITS = 3_000, 180, 30, 10
"""300 of a unit, of which 18 are open: what goes through all of a unit's cases throws away more than it may."""

ABOUT = About()

MANY = 2_000
"""Rows from which on it is PostgreSQL's own choice that counts."""

THROWN_AWAY = 100
"""Rows that a scan may read and not use."""

STAYS_SMALL = frozenset(
    (
        *("alembic_version", "units", "staff", "staff_units", "staff_roles", "passwords", "login_tries", "lock_after"),
        *("ticks", "list_views", "after_hours", "closing_warnings", "protection_kept", "reminder_times", "sms_texts"),
        *("responsible", "phrases", "intake_sources", "database_roles", "presence", "drafts", "note_drafts"),
        *("journal_drafts", "case_guests", "chain_heads", "sealed_heads", "log_stumps", "booking_tasks", "quarantine"),
        *("exported_files", "unit_acknowledgements", "break_glass"),
    )
)
"""Tables that do not grow with what has been: as long as there are units, people, connections, or things in hand."""

_PARTIAL, _USING = re.compile("USING .*INDEX (ix_.*_open_|ix_events_removed)"), re.compile("USING .*INDEX")
"""Of SQLite's plans: what goes through a part of the rows, and what takes from the end of an index what is wanted."""

_LEADING = """
SELECT i.indexrelid::regclass::text, a.attname FROM pg_index i
JOIN pg_attribute a ON a.attrelid = i.indexrelid AND a.attnum = 1
WHERE i.indpred IS NULL AND i.indrelid IN (SELECT oid FROM pg_class WHERE reltuples > 2000)
"""
"""The first column of each index that holds every row of a table with many."""

GROWS = frozenset(metadata.tables) - STAYS_SMALL

SCANS = {
    "messages.cases_with": "a word is looked for in the text of the open cases",
    "log_control.in_care": "what happened in the cases that were opened in the time that is looked at",
    "cases.ids_beginning": "a person types the first letters of an id at the command line",
    "log_rows.oldest": "p24tui log remove-old, once a month",
}
"""What may read more than it uses, and why."""


@pytest.fixture(scope="module")
def region(postgres_server: Server, peopled_template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A small region with statistics."""
    now = SystemClock().now()
    with (
        postgres_server.fresh(peopled_template) as url,
        make_world_again(tmp_path_factory.mktemp("region"), url) as world,
    ):
        world.clock.instant = now
        _put_in(world, url)
        yield world


def _put_in(world: World, url: str) -> None:
    unit = units.make_unit(ABOUT.unit, "Vårdcentralen Berga", "primary-care")
    units.put_unit(world.system, world.source, unit)
    staff.put_staff(world.system, world.source, staff.make_staff(ABOUT.staff, "Maria Lind", "nurse"), (ABOUT.unit,))
    with psycopg.connect(url) as connection:
        copy_rows(connection, Shard(0, CASES, world.clock.now(), OPEN, A_DAY, UNITS), 0, CASES)
    finish(url, CASES)


def test_postgresql_scans_no_table_that_grows(region: World) -> None:
    assert found_in_postgresql(region) == []


def found_in_postgresql(region: World) -> list[str]:
    """What is not as it should be: the function, and what it reads."""
    found = []
    with region.system.store.reading() as tx:
        filled = {table for table in GROWS if _count(tx, table) > MANY}
        leading: dict[str, str] = dict(tuple(row) for row in tx.connection.exec_driver_sql(_LEADING))
        for query in queries(tx, region.system.clock.now(), ABOUT):
            found += [f"{query.of}: {what}" for what in _scans(tx, query, filled, leading)]
    return sorted(set(found))


def _count(tx: Tx, table: str) -> int:
    return int(tx.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def _scans(tx: Tx, query: Query, filled: set[str], leading: Mapping[str, str]) -> Iterator[str]:
    """Of a table that is filled, what PostgreSQL chooses; of an empty one, whether there is an index to choose."""
    if query.of in SCANS:
        return
    for node in _plan(tx, query, analyze=query.reads):
        table, thrown = node.get("Relation Name", ""), _thrown_away(node)
        if node["Node Type"] == "Seq Scan" and table in filled:
            yield f"every row of {table}"
        elif node.get("Index Name") in leading and leading[node["Index Name"]] not in node.get("Index Cond", ""):
            yield f"every entry of {node['Index Name']}"
        elif thrown > THROWN_AWAY and table in filled:
            yield f"{thrown} rows of {table} that it does not use"
    tx.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
    for node in _plan(tx, query):
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] in GROWS - filled:
            yield f"no index of {node['Relation Name']}"
    tx.connection.exec_driver_sql("SET LOCAL enable_seqscan = on")


def _thrown_away(node: dict[str, Any]) -> int:
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return int(removed * node.get("Actual Loops", 1))


def _plan(tx: Tx, query: Query, *, analyze: bool = False) -> Iterator[dict[str, Any]]:
    how = "EXPLAIN (ANALYZE, FORMAT JSON) " if analyze else "EXPLAIN (FORMAT JSON) "
    many = isinstance(query.parameters, list)
    said = tx.connection.exec_driver_sql(how + query.statement, query.parameters[0] if many else query.parameters)
    plan: Any = said.scalar_one()
    yield from _nodes((json.loads(plan) if isinstance(plan, str) else plan)[0]["Plan"])


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The steps of a plan, but for what is taken from the end of an index, as much as is wanted."""
    yield node
    if node["Node Type"] == "Limit" and "Index Name" in node["Plans"][0]:
        yield {**node["Plans"][0], "Index Name": ""}
        return
    for one in node.get("Plans", ()):
        yield from _nodes(one)


def test_sqlite_scans_no_table_that_grows(sqlcipher_world: World) -> None:
    assert found_in_sqlite(sqlcipher_world) == []


def found_in_sqlite(world: World) -> list[str]:
    """As SQLite would do it without statistics: how many rows there are means nothing to it."""
    case, found = world.case(), []
    about = About(UNIT, PEOPLE["maria"][0], case.id, case.patient_id)
    with world.system.store.writing() as tx:
        for query in queries(tx, world.system.clock.now(), about):
            many = isinstance(query.parameters, list)
            parameters = query.parameters[0] if many else query.parameters
            plan = tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query.statement}", parameters).all()
            some = _PARTIAL if "LIMIT" not in query.statement else _USING
            scanned = {line[3].split()[1] for line in plan if line[3].startswith("SCAN ") and not some.search(line[3])}
            named = {table for table in GROWS if scanned & {table, f"{table}_1"}}
            found += [f"{query.of}: every row of {table}" for table in named if query.of not in SCANS]
    return sorted(set(found))


def test_a_query_without_its_index_is_found(region: World, sqlcipher_world: World) -> None:
    for world in (region, sqlcipher_world):
        with world.system.store.writing() as tx:
            tx.connection.exec_driver_sql("DROP INDEX ix_messages_case_sent")
    assert "messages.of_case: every row of messages" in found_in_postgresql(region)
    assert "messages.of_case: every row of messages" in found_in_sqlite(sqlcipher_world)
