"""Months that need not be kept any longer are removed under record, and the chains go on from what is left of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text, update

from p24tui.errors import Refused
from p24tui.explain import explain
from p24tui.routine.actor import Actor
from p24tui.routine.log_keeping import kept_since, may_remove
from p24tui.services import log_removal
from p24tui.services import log_seals as sealing
from p24tui.services.log_verify import Tally, What, verify
from p24tui.store import events, log_rows, read_log, tables
from tests.world import MONDAY_NINE, UNIT, World, make_world_again

OPERATOR = Actor(None, "drift", None, UNIT, "cli:test")
NEW_YEAR = datetime(2019, 12, 31, 22, 59, tzinfo=UTC)
"""The last minute of the year in Sweden."""


@pytest.fixture
def old(tmp_path: Path, database_url: str) -> Iterator[World]:
    """A world whose logs begin long ago, and are sealed as they are written."""
    with make_world_again(tmp_path, database_url) as one:
        for at in (NEW_YEAR, NEW_YEAR + timedelta(minutes=2), datetime(2020, 3, 5, tzinfo=UTC), MONDAY_NINE):
            with sealed(one, at):
                written(one)
        yield one


@contextmanager
def sealed(world: World, at: datetime) -> Iterator[None]:
    """What the block does is done then, and sealed a minute later."""
    world.clock.instant = at
    yield
    world.clock.instant = at + timedelta(minutes=1)
    sealing.keep(world.system)


def written(world: World, reads: int = 2) -> None:
    now = world.clock.now()
    with world.system.store.writing() as tx:
        events.append(tx, OPERATOR, now, "unit.changed")
        for _number in range(reads):
            read_log.log_reading(tx, OPERATOR, now, "list")


def found(world: World) -> list[What]:
    return [one.what for one in verify(world.system, Tally())]


def refused(world: World) -> str:
    """Why nothing is removed."""
    with world.system.store.reading() as tx:
        before = {log: log_rows.count(tx, log) for log in log_rows.TABLES}
    with pytest.raises(Refused) as error:
        log_removal.remove_old(world.system, OPERATOR)
    with world.system.store.reading() as tx:
        assert {log: log_rows.count(tx, log) for log in log_rows.TABLES} == before
    assert explain(error.value).endswith(".")
    return error.value.reason


@pytest.mark.rule("LO-2")
def test_whole_months_go_and_it_is_on_record(old: World) -> None:
    assert log_removal.remove_old(old.system, OPERATOR) == {
        "2019-12": {"events": 1, "read_log": 2},
        "2020-01": {"events": 1, "read_log": 2},
        "2020-03": {"events": 1, "read_log": 2},
    }
    with old.system.store.reading() as tx:
        assert [str(at.year) for (at,) in tx.connection.execute(select(tables.read_log.c.at))] == ["2026"] * 2
        last = events.last_of_unit(tx, UNIT, (log_rows.REMOVED,))
        (first, *_others) = log_rows.stumps(tx)
    assert last is not None
    assert (last.actor, last.rule, last.details) == ("drift", "LO-2", {"month": "2020-03", "events": 1, "read_log": 2})
    assert (first.head.log, first.head.position, first.month, first.removed_by) == ("events", 1, "2019-12", "drift")
    assert found(old) == []
    with sealed(old, MONDAY_NINE + timedelta(days=1)):
        written(old)
    assert found(old) == []
    assert refused(old) == "log-none-old"


@pytest.mark.rule("LO-2")
def test_after_years_what_was_said_of_a_removal_goes_too(old: World) -> None:
    log_removal.remove_old(old.system, OPERATOR)
    old.clock.advance(timedelta(minutes=1))
    sealing.keep(old.system)
    with old.system.store.writing() as tx:  # the database itself lets nothing go that is young by its own clock
        for log in log_rows.TABLES:
            guard = f"{log}_not_changed ON {log}" if tx.on_postgresql else f"{log}_not_deleted"
            tx.connection.execute(text(f"DROP TRIGGER {guard}"))
    old.clock.instant = MONDAY_NINE + timedelta(days=366 * 6)
    assert log_removal.remove_old(old.system, OPERATOR)["2026-11"]["events"] >= 1
    assert found(old) == []


@pytest.mark.rule("LO-2")
def test_what_is_not_old_enough_stays(tmp_path: Path, database_url: str) -> None:
    with make_world_again(tmp_path, database_url) as world:
        world.clock.instant = MONDAY_NINE.replace(year=2021, day=1)
        written(world)
        sealing.keep(world.system)
        world.clock.instant = MONDAY_NINE
        assert refused(world) == "log-none-old"  # its month has days that are younger


@pytest.mark.rule("LO-2")
def test_what_is_not_sealed_or_not_anchored_stays(tmp_path: Path, database_url: str) -> None:
    with make_world_again(tmp_path, database_url) as world:
        with sealed(world, NEW_YEAR):
            written(world)
        world.clock.instant = NEW_YEAR + timedelta(minutes=5)
        written(world)
        world.clock.instant = MONDAY_NINE
        assert refused(world) == "log-not-sealed"
        sealing.seal(world.system)
        assert refused(world) == "log-not-anchored"
        sealing.anchor(world.system)
        # What was sealed late stays as long as rows are kept from then on; what was sealed in time goes.
        assert log_removal.remove_old(world.system, OPERATOR) == {"2019-12": {"events": 1, "read_log": 2}}
        assert found(world) == []


@pytest.mark.rule("LO-2")
def test_nothing_is_removed_from_a_log_that_is_not_as_it_was_written(old: World) -> None:
    with old.system.store.writing() as tx:
        tx.connection.execute(update(tables.chain_heads).values(position=99))
    assert refused(old) == "log-altered"


@pytest.mark.rule("LO-2")
def test_a_removal_that_nobody_noted_is_found(old: World) -> None:
    """By whoever may delete what is old: the database lets them, the record does not."""
    with old.system.store.writing() as tx:
        (one, *_others) = log_rows.older_than(tx, datetime(2020, 1, 15, tzinfo=UTC))
        log_rows.remove(tx, one, "2020-01", old.clock.now(), "root")
    assert found(old) == [What.REMOVED]
    with old.system.store.writing() as tx:
        events.append(tx, OPERATOR, old.clock.now(), log_rows.REMOVED, month="2020-01", events=2, read_log=1)
    assert found(old) == [What.REMOVED]


@pytest.mark.rule("LO-2")
def test_what_is_put_back_where_it_was_removed_is_found(old: World) -> None:
    with old.system.store.reading() as tx:
        table = tables.read_log
        row = tx.connection.execute(select(table).order_by(table.c.seq).limit(1)).one()
    log_removal.remove_old(old.system, OPERATOR)
    with old.system.store.writing() as tx:
        if tx.on_postgresql:
            tx.connection.execute(text("ALTER TABLE read_log DISABLE TRIGGER USER"))
        tx.connection.execute(insert(table).values(dict(row._mapping)))
    assert found(old) == [What.ADDED]
    with old.system.store.writing() as tx:
        tx.connection.execute(delete(table).where(table.c.seq == row.seq))
    assert found(old) == []


@pytest.mark.rule("LO-2")
@pytest.mark.parametrize(
    ("sealed_to", "anchored_to", "reason"),
    [(7, 7, None), (9, 8, None), (6, 9, "log-not-sealed"), (7, 6, "log-not-anchored"), (0, 0, "log-not-sealed")],
)
def test_a_chain_loses_only_what_is_sealed_and_anchored(sealed_to: int, anchored_to: int, reason: str | None) -> None:
    said = may_remove(7, sealed_to, anchored_to)
    assert (said and said.reason) == reason


def test_years_are_counted_by_the_calendar() -> None:
    assert kept_since(MONDAY_NINE, 5) == MONDAY_NINE.replace(year=2021)
    assert kept_since(datetime(2028, 2, 29, 12, tzinfo=UTC), 5) == datetime(2023, 2, 28, 12, tzinfo=UTC)
