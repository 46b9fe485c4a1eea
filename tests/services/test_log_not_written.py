"""A log that cannot be written shows nothing."""

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from p24tui.errors import P24Error
from p24tui.services import cases, first_screen, queue, read_log
from p24tui.store.engine import Tx
from tests.world import World

Breaks = Callable[[Tx], None]


def no_log(tx: Tx) -> None:
    tx.connection.execute(text("ALTER TABLE read_log RENAME TO elsewhere"))


def no_heads(tx: Tx) -> None:
    tx.connection.execute(text("ALTER TABLE chain_heads RENAME TO elsewhere"))


def full_disk(tx: Tx) -> None:
    """The log takes no more, and says so as a full disk does."""
    if tx.on_postgresql:
        tx.connection.execute(
            text(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'could not extend file: disk full' USING ERRCODE = 'disk_full'; END $$"
            )
        )
        row = "FOR EACH ROW EXECUTE FUNCTION full_disk()"
        tx.connection.execute(text(f"CREATE TRIGGER full_disk BEFORE INSERT ON read_log {row}"))
    else:
        raised = "BEGIN SELECT RAISE(FAIL, 'database or disk is full'); END"
        tx.connection.execute(text(f"CREATE TRIGGER full_disk BEFORE INSERT ON read_log {raised}"))


@pytest.mark.rule("LO-1")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize("breaks", [no_log, no_heads, full_disk])
def test_what_cannot_be_logged_is_not_shown(world: World, breaks: Breaks) -> None:
    one = world.case()
    maria = world.actor("maria")
    view = queue.open_list(world.system, maria)
    world.is_system_user("maria", "mlind")
    assert first_screen.read(world.system.settings, world.clock, "console:test", "mlind") is not None
    with world.system.store.writing() as tx:
        breaks(tx)
    for look in (
        lambda: cases.open_case(world.system, maria, one.id),
        lambda: queue.open_list(world.system, maria),
        lambda: queue.find_text(world.system, maria, view, "hostat"),
        lambda: queue.find_text(world.system, maria, view, "finns inte"),  # that nobody wrote it is told too
        lambda: read_log.own_today(world.system, maria),
    ):
        with pytest.raises((P24Error, IntegrityError)):  # the embedded database's triggers raise the latter
            look()
    assert first_screen.read(world.system.settings, world.clock, "console:test", "mlind") is None
