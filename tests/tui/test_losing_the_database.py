"""The database goes away under the desk, really: it is said, what is written stays, and the list catches up (H22)."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from textual.pilot import Pilot

from p24tui.store.messages import of_case
from p24tui.store.values import Author
from p24tui.tui.screens import desk
from p24tui.tui.widgets.composer import Composer
from tests.proxy import door
from tests.tui.kit import app, at_desk, desk_of, fill, press, screen_text, until
from tests.world import World, make_world, make_world_again

pytestmark = pytest.mark.anyio


def says(pilot: Pilot[None], words: str) -> bool:
    return words in screen_text(pilot)


@pytest.mark.hazard("H22")
async def test_a_lost_database_is_said_within_two_seconds_and_survived(fresh_postgres: str, tmp_path: Path) -> None:
    url = make_url(fresh_postgres)
    assert url.port is not None
    with door(url.port) as way, make_world(tmp_path / "there", fresh_postgres) as there:
        through = url.set(host="127.0.0.1", port=way.port).render_as_string(hide_password=False)
        cases = fill(there)
        with make_world_again(tmp_path / "here", through) as here:
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
