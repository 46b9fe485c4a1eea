"""The database goes away under the desk, really: it is said, what is written stays, and the list catches up (H22)."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url
from textual.pilot import Pilot

from p24tui.errors import Unavailable
from p24tui.services import chat
from p24tui.store import drafts
from p24tui.store.connect import connect_sqlcipher
from p24tui.store.messages import of_case
from p24tui.store.values import Author
from p24tui.tui.screens import desk
from p24tui.tui.widgets.composer import Composer
from tests.proxy import Door, door
from tests.tui.kit import app, at_desk, desk_of, fill, press, screen_text, settled, until
from tests.world import PEOPLE, World, make_world, make_world_again

pytestmark = pytest.mark.anyio

LONG = "Hej Ali. " * 3000
"""For which the database has to grow."""


def says(pilot: Pilot[None], words: str) -> bool:
    return words in screen_text(pilot)


@contextmanager
def through_a_door(address: str, folder: Path) -> Iterator[tuple[Door, World, World]]:
    """A world, and the same as it is reached through a proxy that can be shut or fall silent."""
    url = make_url(address)
    assert url.port is not None
    with door(url.port) as way, make_world(folder / "there", address) as there:
        through = url.set(host="127.0.0.1", port=way.port).render_as_string(hide_password=False)
        with make_world_again(folder / "here", through) as here:
            yield way, there, here


@pytest.mark.hazard("H22")
async def test_a_lost_database_is_said_within_two_seconds_and_survived(fresh_postgres: str, tmp_path: Path) -> None:
    with through_a_door(fresh_postgres, tmp_path) as (way, there, here):
        cases = fill(there)
        async with app(here).run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: says(pilot, "Ali Noor"))
            await until(pilot, lambda: says(pilot, "aktuell"))
            desk_of(pilot)._list.move_to(cases["cough"].id)
            await press(pilot, "t", *"Hej Ali")
            way.shut()
            assert await until(pilot, lambda: says(pilot, "DATABASEN SVARAR INTE")) < 2.0
            assert says(pilot, "texten finns kvar, inget skickas")
            await pilot.press(*" igen", "ctrl+s")
            new = there.case(name="Kom Under Tiden", priority=1)
            await asyncio.sleep(0.5)
            assert desk_of(pilot).query_one(Composer).text == "Hej Ali igen"
            assert not says(pilot, "Kom Under Tiden")
            way.open()
            await until(pilot, lambda: not says(pilot, "DATABASEN SVARAR INTE"))
            await until(pilot, lambda: desk_of(pilot)._live.line(new.id) is not None)
            await until(pilot, lambda: says(pilot, "1 nytt ärende"))
            await press(pilot, "ctrl+s")
            await until(pilot, lambda: says(pilot, "Skickat"))
        with there.system.store.reading() as tx:
            sent = [one.text for one in of_case(tx, cases["cough"].id) if one.author is Author.STAFF]
    assert sent == ["Hej Ali igen"]


@pytest.mark.hazard("H22")
async def test_a_feed_that_has_fallen_silent_is_said_and_the_list_is_read_without_it(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sqlcipher_world)
    monkeypatch.setattr(desk, "SILENT_AFTER", 0.5)
    monkeypatch.setattr(desk, "FALLBACK_EVERY", 0.5)
    async with at_desk(sqlcipher_world) as pilot:
        feed = pilot.app._feed  # type: ignore[attr-defined]
        feed.stop()
        await until(pilot, lambda: says(pilot, "ÄNDRINGAR HÖRS INTE"))
        sqlcipher_world.case(name="Ohörd Olle", priority=1)
        await until(pilot, lambda: says(pilot, "Ohörd Olle"))
        assert says(pilot, "Allt annat fungerar")


async def test_how_old_the_list_is_is_said_before_it_is_an_alarm(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import timedelta

    fill(sqlcipher_world)
    async with at_desk(sqlcipher_world) as pilot:
        pilot.app._feed.stop()  # type: ignore[attr-defined]
        sqlcipher_world.clock.advance(timedelta(seconds=5))
        desk_of(pilot)._tick()
        await pilot.pause()
        assert says(pilot, "aktuell för 5 s sedan")


@pytest.mark.hazard("H22")
async def test_a_connection_that_is_half_open_is_said_and_left_behind(fresh_postgres: str, tmp_path: Path) -> None:
    """Nothing is refused and nothing comes: neither what is sent meanwhile nor what was typed is lost by it."""
    with through_a_door(fresh_postgres, tmp_path) as (way, there, here):
        cases = fill(there)
        async with app(here).run_test(size=(120, 40)) as pilot:
            await until(pilot, lambda: says(pilot, "aktuell"))
            desk_of(pilot)._list.move_to(cases["cough"].id)
            await press(pilot, "t", *"Hej Ali")
            way.hold()
            await until(pilot, lambda: says(pilot, "DATABASEN SVARAR INTE"))
            await pilot.press(*" igen", "ctrl+s")
            way.open()  # what is held stays so; whoever comes anew is let through
            await until(pilot, lambda: not says(pilot, "DATABASEN SVARAR INTE"))
            await settled(pilot)
            composer = desk_of(pilot).query_one(Composer)
            if composer.text:  # what was sent meanwhile was refused, or it went on a connection made anew
                assert composer.text == "Hej Ali igen"
                await press(pilot, "ctrl+s")
            await until(pilot, lambda: not composer.text)
        with there.system.store.reading() as tx:
            sent = [one.text for one in of_case(tx, cases["cough"].id) if one.author is Author.STAFF]
    assert sent == ["Hej Ali igen"]


@pytest.mark.hazard("H21", "H22")
async def test_a_message_of_which_nobody_heard_that_it_went_is_not_taken_for_another(
    sqlcipher_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is stored, and the answer is lost; what is written on since has not gone, and must not seem to have."""
    cases, really = fill(sqlcipher_world), chat.answer

    def unheard(*given: Any) -> None:
        monkeypatch.setattr(chat, "answer", really)
        really(*given)
        raise Unavailable("database", "OperationalError")

    async with at_desk(sqlcipher_world) as pilot:
        desk_of(pilot)._list.move_to(cases["cough"].id)
        await press(pilot, "t", *"Hej Ali")
        monkeypatch.setattr(chat, "answer", unheard)
        await press(pilot, "ctrl+s")
        assert says(pilot, "Databasen svarar inte")
        await press(pilot, *" igen", "ctrl+s")
        composer = desk_of(pilot).query_one(Composer)
        await until(pilot, lambda: not composer.text)
    with sqlcipher_world.system.store.reading() as tx:
        sent = [one.text for one in of_case(tx, cases["cough"].id) if one.author is Author.STAFF]
    assert sorted(sent) == ["Hej Ali", "Hej Ali igen"]  # the clock stands: both went at the same moment


@pytest.mark.hazard("H22")
async def test_an_embedded_database_that_takes_nothing_says_so_until_it_does(sqlcipher_world: World) -> None:
    """Held by another, and write-protected: what is typed stays, and is saved when it can be."""
    world = sqlcipher_world
    cough, store = fill(world)["cough"].id, world.system.store
    assert store.path is not None
    assert store.key is not None
    other = connect_sqlcipher(store.path, store.key)
    async with at_desk(world) as pilot:
        desk_of(pilot)._list.move_to(cough)
        await press(pilot, "t")
        other.execute("BEGIN IMMEDIATE")
        await pilot.press(*"Hej Ali")
        await until(pilot, lambda: says(pilot, "INTE SPARAT ÄN"))
        await until(pilot, lambda: says(pilot, "INGET SPARAS: databasen är upptagen"))
        assert desk_of(pilot).query_one(Composer).text == "Hej Ali"
        other.execute("ROLLBACK")
        await until(pilot, lambda: not says(pilot, "INGET SPARAS"))
        await until(pilot, lambda: draft(world, cough) == "Hej Ali")
        await settled(pilot)
        await press(pilot, "ctrl+s")
        await until(pilot, lambda: says(pilot, "Skickat"))
    other.close()


@pytest.mark.hazard("H22")
@pytest.mark.parametrize(
    ("kept_from", "words"),
    [("PRAGMA query_only = ON", "databasen är skrivskyddad"), ("PRAGMA max_page_count = 1", "disken är full")],
)
async def test_what_the_embedded_database_refuses_is_said(sqlcipher_world: World, kept_from: str, words: str) -> None:
    world = sqlcipher_world
    cough = fill(world)["cough"].id
    begun: list[str] = []

    @event.listens_for(world.system.store.engine, "checkout")
    def taken(connection: Any, _record: Any, _proxy: Any) -> None:
        for statement in begun:
            connection.execute(statement)

    async with at_desk(world) as pilot:
        desk_of(pilot)._list.move_to(cough)
        await press(pilot, "t")
        begun.append(kept_from)
        desk_of(pilot).query_one(Composer).text = LONG
        await pilot.press("ctrl+s")
        await until(pilot, lambda: says(pilot, f"INGET SPARAS: {words}"))
        begun[:] = ["PRAGMA query_only = OFF", "PRAGMA max_page_count = 1000000"]
        await until(pilot, lambda: not says(pilot, "INGET SPARAS"))
        assert desk_of(pilot).query_one(Composer).text == LONG
    assert draft(world, cough) == LONG


def draft(world: World, case_id: str) -> str:
    with world.system.store.reading() as tx:
        return drafts.of_person(tx, case_id, PEOPLE["maria"][0])
