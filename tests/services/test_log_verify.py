"""Whoever changes a log with every right to the database, and its triggers off, is found, and the place is named."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from p24tui.services import log_seals as sealing
from p24tui.services.log_verify import Tally, What, verify
from p24tui.store import log_rows
from p24tui.store.engine import Tx
from tests import tampering
from tests.postgres import Server
from tests.tampering import DEEDS, Expected, Tampered, Tried, look, tampered_world, triggers_off, try_one
from tests.tampering import __main__ as long_run
from tests.world import World

SEEDS = range(4)


@pytest.fixture(scope="module", params=["sqlcipher", "postgresql"])
def tampered(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, peopled_home: Path
) -> Iterator[Tampered]:
    home = tmp_path_factory.mktemp("tampered")
    with ExitStack() as stack:
        url = ""
        if request.param == "sqlcipher":
            shutil.copytree(peopled_home, home, dirs_exist_ok=True)
        else:
            server: Server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.fresh(request.getfixturevalue("peopled_template")))
        yield stack.enter_context(tampered_world(home, url))


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_whoever_tampers_is_found_and_the_place_named(
    tampered: Tampered, deed: Callable[[Tampered, Tx], Expected]
) -> None:
    assert look(tampered.world) == []
    for seed in SEEDS:
        tried = try_one(tampered, deed, seed)
        assert tried.is_named, tried
    assert look(tampered.world) == []


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_the_long_run_tells_what_was_missed(
    tampered: Tampered, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def last_line() -> str:
        return capsys.readouterr().out.splitlines()[-1]

    monkeypatch.setattr(long_run, "_made", lambda _database: nullcontext(tampered))
    assert long_run.main(["--runs", "3", "--seed", "7"]) == 0
    assert last_line().split() == ["all", "3", "3", "3"]
    with monkeypatch.context() as patch:
        patch.setattr(tampering, "look", lambda _world: [])
        assert long_run.main(["--runs", "2"]) == 1
    assert last_line().startswith("missed: ")
    with monkeypatch.context() as patch:
        patch.setattr(long_run, "look", lambda world: [tampering.look(world)])
        assert long_run.main(["--runs", "0"]) == 1, "something is found where nothing was done"

    def interrupted(*_: object) -> Tried:
        raise KeyboardInterrupt

    monkeypatch.setattr(long_run, "try_one", interrupted)
    assert long_run.main(["--runs", "2"]) == 130


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("actor = CAST(actor AS BLOB)", What.CHANGED),
        ("actor = CAST(x'ff00' AS TEXT)", What.CHANGED),
        ("at = 'i går'", What.CHANGED),
        ("hash = 'x'", What.CHANGED),
        ("chain = CAST(chain AS BLOB)", What.ADDED),
        ("chain_position = 'x'", What.ADDED),
        ("chain_position = 1.5", What.ADDED),
    ],
)
def test_what_only_sqlite_takes_is_found_too(sqlcipher_world: World, value: str, what: What) -> None:
    world = sqlcipher_world
    with world.system.store.writing() as tx:
        triggers_off(tx)
        tx.connection.execute(text(f"UPDATE events SET {value} WHERE seq = 2"))
    assert (what, 2) in [(one.what, one.seq) for one in look(world)]


def test_a_log_that_grows_while_it_is_looked_at_is_whole(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_rows, "PAGE", 2)
    sealing.keep(world.system)
    told: list[int] = []

    def meanwhile(tally: Tally) -> None:
        told.append(sum(tally.rows.values()))
        if len(told) < 5:
            world.case()
            world.clock.advance(timedelta(minutes=1))
            sealing.keep(world.system)

    tally = Tally()
    assert list(verify(world.system, tally, meanwhile)) == []
    assert told == sorted(told)
    assert tally.seals > 1


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_where_there_is_no_anchor_that_is_said(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    assert look(world) == []
    sealing.keep(world.system)
    path = sealing.path(world.system.settings)
    for gone in (path.unlink, path.touch):
        gone()
        assert [one.what for one in look(world)] == [What.NO_ANCHOR]


@pytest.mark.rule("LO-2")
@pytest.mark.hazard("H20")
def test_a_line_that_is_taken_out_of_the_anchor_is_found(sqlcipher_world: World) -> None:
    world = sqlcipher_world
    for _number in range(4):
        world.case()
        world.clock.advance(timedelta(minutes=1))
        sealing.keep(world.system)
    path = sealing.path(world.system.settings)
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:1] + lines[2:]))
    assert [(one.what, one.position) for one in look(world)] == [(What.ANCHOR, 2)]
    path.write_text("".join(lines[1:]))  # it begins later: the hash of its first line holds all before it
    assert look(world) == []
    path.write_text("".join(lines[:2]))
    tally = Tally()
    assert list(verify(world.system, tally)) == []
    assert (tally.anchored, tally.unanchored) == (2, 2)


def test_a_setting_says_where_the_anchor_is(sqlcipher_world: World, tmp_path: Path) -> None:
    world = sqlcipher_world
    world.system.settings = replace(world.system.settings, seal_file=str(tmp_path / "disk" / "seals"))
    sealing.keep(world.system)
    assert (tmp_path / "disk" / "seals").read_text().startswith("1 2026-11-23T08:00:00.000000Z ")
