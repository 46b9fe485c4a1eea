"""The bytes that are hashed are the same wherever they are made, and the logs are only added to."""

import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from p24tui.routine.actor import Actor
from p24tui.store import events, log_chain, log_rows, read_log, tables
from p24tui.store.engine import Store
from p24tui.store.log_chain import COLUMNS, ZERO, canonical
from tests.postgres import Server
from tests.world import MONDAY_NINE, UNIT, World, make_world_again

OF_CHAINS = {"chain", "chain_position", "previous_hash", "hash"}
LOGS = ("events", "read_log")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OLD = MONDAY_NINE - timedelta(days=365 * 6)

words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
"""Hostile as it comes; what no database can store is left out."""

Said = tuple[datetime, tuple[str, str, str, str], str | None, dict[str, str]]
rows: st.SearchStrategy[Said] = st.tuples(
    st.integers(-(2**51), 2**52).map(lambda since: EPOCH + timedelta(microseconds=since)),
    st.tuples(words, words, words, words),
    st.none() | words,
    st.dictionaries(words, words, max_size=3),
)


@pytest.mark.parametrize("log", LOGS)
def test_everything_of_a_row_but_its_chain_is_hashed(log: str) -> None:
    assert set(COLUMNS[log]) == {column.name for column in tables.metadata.tables[log].columns} - OF_CHAINS


@given(st.lists(st.none() | words), st.lists(st.none() | words))
def test_no_two_rows_are_the_same_bytes(one: list[str | None], other: list[str | None]) -> None:
    assert (canonical(one) == canonical(other)) is (one == other)


def test_a_row_is_hashed_as_the_documents_say() -> None:
    assert canonical(["events", None, "", "å:;"]) == "6:events;-;0:;3:å:;;"


@pytest.fixture(scope="module")
def on_postgresql(
    postgres_server: Server, peopled_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """One world for many examples."""
    home = tmp_path_factory.mktemp("chains")
    with postgres_server.fresh(peopled_template) as url, make_world_again(home, url) as one:
        yield one


@pytest.fixture(scope="module")
def embedded(peopled_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The same on the embedded database."""
    home = tmp_path_factory.mktemp("chains")
    shutil.copytree(peopled_home, home, dirs_exist_ok=True)
    with make_world_again(home) as one:
        yield one


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
@settings(max_examples=20)
@given(st.lists(rows, min_size=10, max_size=20))
def test_postgresql_makes_the_same_bytes(on_postgresql: World, some: list[Said]) -> None:
    assert_made_alike(on_postgresql.system.store, some)


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
@settings(max_examples=20)
@given(st.lists(rows, min_size=10, max_size=20))
def test_the_embedded_database_makes_them_too(embedded: World, some: list[Said]) -> None:
    assert_made_alike(embedded.system.store, some)


def assert_made_alike(store: Store, some: list[Said]) -> None:
    with store.writing() as tx:
        for at, (name, place, kind, unit), none, details in some:
            actor = Actor(none, name, None, unit, place)
            said: dict[str, Any] = {f"_{key}": value for key, value in details.items()}
            events.append(tx, actor, at, kind, unit_id=unit, rule=place, **said)
            read_log.log_reading(tx, actor, at, kind, patient_id=none, patients=list(details), view=name, why=place)
    assert unlike(store) == []


def unlike(store: Store) -> list[log_rows.Stored]:
    """The rows that are not what they say, as Python reads them; all are in chains."""
    with store.reading() as tx:
        count = sum(log_rows.count(tx, log) for log in LOGS)
    found = [row for log in LOGS for page in log_rows.chained(store, log) for row in page]
    assert len(found) == count
    return [row for row in found if row.hash != row.made]


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_each_row_holds_the_one_before_it_and_the_head_the_last(world: World) -> None:
    for _number in range(3):
        world.case()
        with world.system.store.writing() as tx:
            read_log.log_reading(tx, world.actor("maria"), world.clock.now(), "list", patients=["b", "a"])
    for log in LOGS:
        by_chain: dict[str, list[log_rows.Stored]] = {}
        for page in log_rows.chained(world.system.store, log):
            for row in page:
                by_chain.setdefault(row.chain, []).append(row)
        with world.system.store.reading() as tx:
            heads = log_rows.heads(tx, log)
        assert set(heads) == set(by_chain)
        for chain, rows in by_chain.items():
            assert [row.position for row in rows] == list(range(1, len(rows) + 1))
            assert [row.previous for row in rows] == [ZERO, *(row.hash for row in rows[:-1])]
            assert (heads[chain].position, heads[chain].hash) == (rows[-1].position, rows[-1].hash)


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_what_a_client_says_of_the_chain_does_not_count(on_postgresql: World) -> None:
    false = {"chain": "another", "chain_position": 77, "previous_hash": b"no", "hash": b"no"}
    row = {"at": MONDAY_NINE, "kind": "false", "unit_id": UNIT, "actor": "", "profession": "", "place": "", "rule": ""}
    with on_postgresql.system.store.writing() as tx:
        columns = (tables.events.c.chain, tables.events.c.hash)
        made = tx.connection.execute(insert(tables.events).values(**row, details={}, **false).returning(*columns)).one()
    assert made.chain.startswith("postgres:")
    assert len(made.hash) == 32


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_no_transaction_waits_for_the_head_of_another(on_postgresql: World, tmp_path: Path) -> None:
    settings = on_postgresql.system.settings
    with make_world_again(tmp_path, settings.database) as other:
        for first, second in ((on_postgresql, other), (other, on_postgresql)):
            with first.system.store.writing() as one:
                events.append(one, first.source, MONDAY_NINE, "first")
                with second.system.store.writing() as two:
                    two.connection.execute(text("SET LOCAL lock_timeout = '5s'"))
                    read_log.log_reading(two, second.source, MONDAY_NINE, "list")
                    events.append(two, second.source, MONDAY_NINE, "second")
                read_log.log_reading(one, first.source, MONDAY_NINE, "list")
    assert unlike(on_postgresql.system.store) == []


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize("log", LOGS)
def test_a_log_is_only_added_to(world: World, log: str) -> None:
    table = tables.metadata.tables[log]
    world.case()
    with world.system.store.writing() as tx:
        read_log.log_reading(tx, world.actor("maria"), world.clock.now(), "list")
        before = tx.connection.execute(select(table)).all()
    for deed in (update(table).values(actor="Någon annan"), update(table).values(hash=ZERO), delete(table)):
        with pytest.raises(Exception, match=r"only added to|database-refuses"), world.system.store.writing() as tx:
            tx.connection.execute(deed)
    if world.system.store.path is None:
        with pytest.raises(Exception, match=r"only added to|database-refuses"), world.system.store.writing() as tx:
            tx.connection.execute(text(f"TRUNCATE {log}"))
    with world.system.store.reading() as tx:
        assert tx.connection.execute(select(table)).all() == before


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_only_what_is_older_than_it_is_kept_can_be_deleted(world: World) -> None:
    with world.system.store.writing() as tx:
        for at in (OLD, MONDAY_NINE):
            events.append(tx, world.source, at, f"of.{at.year}")
    with world.system.store.writing() as tx:
        tx.connection.execute(delete(tables.events).where(tables.events.c.kind == "of.2020"))
    with pytest.raises(Exception, match=r"only added to|database-refuses"), world.system.store.writing() as tx:
        tx.connection.execute(delete(tables.events).where(tables.events.c.kind == "of.2026"))


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_a_row_of_a_transaction_that_fails_leaves_no_gap(world: World) -> None:
    with suppress(ZeroDivisionError), world.system.store.writing() as tx:
        events.append(tx, world.source, world.clock.now(), "never")
        raise ZeroDivisionError
    world.case()
    assert unlike(world.system.store) == []
    with world.system.store.reading() as tx:
        for chain, head in log_rows.heads(tx, "events").items():
            query = select(tables.events.c.seq).where(tables.events.c.chain == chain)
            assert len(tx.connection.execute(query).all()) == head.position


def test_json_is_hashed_as_it_is_stored(world: World) -> None:
    """SQLAlchemy's own way of writing JSON is the one that is hashed."""
    details: dict[str, Any] = {"b": [1, None, "å\u2028"], "a": {"c": True}}
    with world.system.store.writing() as tx:
        events.append(tx, world.source, world.clock.now(), "json", **details)
    with world.system.store.reading() as tx:
        stored = tx.connection.execute(
            text("SELECT CAST(details AS text) FROM events WHERE kind = 'json'")
        ).scalar_one()
    assert stored == json.dumps(details) == log_chain.plain(details)
